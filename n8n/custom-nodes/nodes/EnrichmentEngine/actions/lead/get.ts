import type { Operation } from '../../../../shared/operations';
import { each } from '../../../../shared/steps';
import { idOf } from '../../calls';
import { leadId, simplify } from '../../parameters';
import { LEAD_ANSWER, shown } from '../../simplify';

export const get: Operation = {
	name: 'Get',
	action: 'Get a lead',
	description:
		'Read a stored lead with its score and its person; people are masked without the scope pii:read',
	properties: [leadId, simplify],
	answer: LEAD_ANSWER,

	async execute(context) {
		return await each(context, 'Get a lead', async (send, item) => {
			const row = await send('GET', `leads/${idOf(context, leadId, item)}`);
			return shown(context, item, 'lead', row);
		});
	},
};
