import { leadId } from '../../../shared/descriptions';
import type { Operation } from '../../../shared/operations';
import { single } from '../single';

export const get: Operation = {
	name: 'Get',
	action: 'Get a lead',
	description: 'Read a stored lead; people are shown only to clients with scope pii:read',
	properties: [leadId],

	async execute(context) {
		return await single(context, 'get', async (send, path) => await send('GET', path));
	},
};
