import type { Operation } from '../../../../shared/operations';
import { each } from '../../../../shared/steps';
import { rowsOf } from '../../calls';
import { limit, returnAll, search, simplify } from '../../parameters';
import { ORGANIZATION_ANSWER, flat } from '../../simplify';

export const getMany: Operation = {
	name: 'Get Many',
	action: 'Get many organizations',
	description: 'Read stored companies, newest first',
	properties: [returnAll, limit, search, simplify],
	answer: ORGANIZATION_ANSWER,

	async execute(context) {
		return await each(context, 'Get many organizations', async (send, item) => {
			const q = context.getNodeParameter('q', item, '') as string;
			const rows = await rowsOf(context, send, 'organizations', item, { q });
			const flatten = context.getNodeParameter('simplify', item, false) as boolean;
			return flatten ? rows.map((row) => flat('organization', row)) : rows;
		});
	},
};
