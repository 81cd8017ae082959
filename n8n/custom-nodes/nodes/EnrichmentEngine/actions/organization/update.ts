import type { Operation } from '../../../../shared/operations';
import { each } from '../../../../shared/steps';
import { idOf } from '../../calls';
import { fieldsOf } from '../../fields';
import { organizationId, mapper, simplify } from '../../parameters';
import { ORGANIZATION_ANSWER, shown } from '../../simplify';

const fields = mapper('getOrganizationEdits', 'update');

export const update: Operation = {
	name: 'Update',
	action: 'Update an organization',
	description: 'Change fields of a stored organization; enrichment will not overwrite them',
	properties: [organizationId, fields, simplify],
	answer: ORGANIZATION_ANSWER,

	async execute(context) {
		return await each(context, 'Update an organization', async (send, item) => {
			const path = `organizations/${idOf(context, organizationId, item)}`;
			return shown(
				context,
				item,
				'organization',
				await send('PATCH', path, fieldsOf(context, item)),
			);
		});
	},
};
