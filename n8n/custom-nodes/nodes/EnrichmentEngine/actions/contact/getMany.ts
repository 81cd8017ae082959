import type { Operation } from '../../../../shared/operations';
import { each } from '../../../../shared/steps';
import { rowsOf } from '../../calls';
import { limit, returnAll, search, simplify } from '../../parameters';
import { CONTACT_ANSWER, flat } from '../../simplify';

export const getMany: Operation = {
	name: 'Get Many',
	action: 'Get many contacts',
	description: 'Read stored people, newest first; masked without the scope pii:read',
	properties: [returnAll, limit, search, simplify],
	answer: CONTACT_ANSWER,

	async execute(context) {
		return await each(context, 'Get many contacts', async (send, item) => {
			const q = context.getNodeParameter('q', item, '') as string;
			const rows = await rowsOf(context, send, 'contacts', item, { q });
			const flatten = context.getNodeParameter('simplify', item, false) as boolean;
			return flatten ? rows.map((row) => flat('contact', row)) : rows;
		});
	},
};
