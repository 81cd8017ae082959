import type { Operation } from '../../../../shared/operations';
import { each } from '../../../../shared/steps';
import { idOf } from '../../calls';
import { fieldsOf } from '../../fields';
import { leadId, mapper, simplify } from '../../parameters';
import { LEAD_ANSWER, shown } from '../../simplify';

const fields = mapper('getLeadEdits', 'update');

export const update: Operation = {
	name: 'Update',
	action: 'Update a lead',
	description: 'Change fields of a stored lead; enrichment will not overwrite them',
	properties: [leadId, fields, simplify],
	answer: LEAD_ANSWER,

	async execute(context) {
		return await each(context, 'Update a lead', async (send, item) => {
			const path = `leads/${idOf(context, leadId, item)}`;
			return shown(context, item, 'lead', await send('PATCH', path, fieldsOf(context, item)));
		});
	},
};
