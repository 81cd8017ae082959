import type { Operation } from '../../../../shared/operations';
import { each } from '../../../../shared/steps';
import { rowsOf } from '../../calls';
import { limit, returnAll } from '../../parameters';

export const getMany: Operation = {
	name: 'Get Many',
	action: 'Get many messages',
	description: 'Read the messages that were sent or are owed, newest first',
	properties: [returnAll, limit],
	answer: {
		id: 'string',
		lead_id: 'string',
		kind: 'string',
		channel: 'string',
		state: 'string',
		attempts: 'number',
		due_at: 'string',
		sent_at: 'string',
		possible_duplicate: 'boolean',
		last_error: 'string',
		created_at: 'string',
	},

	async execute(context) {
		return await each(context, 'Get many messages', async (send, item) => {
			return await rowsOf(context, send, 'notifications', item);
		});
	},
};
