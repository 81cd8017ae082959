import type { Operation } from '../../../../shared/operations';
import { each } from '../../../../shared/steps';
import { rowsOf } from '../../calls';
import { limit, returnAll } from '../../parameters';

export const getMany: Operation = {
	name: 'Get Many',
	action: 'Get many rejects',
	description:
		'Read the leads that were refused, with the reasons; what was sent only with the scope pii:read',
	properties: [returnAll, limit],
	answer: {
		id: 'string',
		received_at: 'string',
		client: 'string',
		source: 'string',
		errors: 'array',
		lead: 'object',
	},

	async execute(context) {
		return await each(context, 'Get many rejects', async (send, item) => {
			return await rowsOf(context, send, 'rejects', item);
		});
	},
};
