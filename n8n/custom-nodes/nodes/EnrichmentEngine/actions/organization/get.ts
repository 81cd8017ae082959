import type { Operation } from '../../../../shared/operations';
import { each } from '../../../../shared/steps';
import { idOf } from '../../calls';
import { organizationId, simplify } from '../../parameters';
import { ORGANIZATION_ANSWER, shown } from '../../simplify';

export const get: Operation = {
	name: 'Get',
	action: 'Get an organization',
	description: 'Read a stored company',
	properties: [organizationId, simplify],
	answer: ORGANIZATION_ANSWER,

	async execute(context) {
		return await each(context, 'Get an organization', async (send, item) => {
			const row = await send('GET', `organizations/${idOf(context, organizationId, item)}`);
			return shown(context, item, 'organization', row);
		});
	},
};
