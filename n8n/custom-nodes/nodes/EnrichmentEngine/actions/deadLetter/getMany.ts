import type { Operation } from '../../../../shared/operations';
import { each } from '../../../../shared/steps';
import { rowsOf } from '../../calls';
import { limit, returnAll } from '../../parameters';

export const getMany: Operation = {
	name: 'Get Many',
	action: 'Get many dead letters',
	description: 'Read the leads that could not be processed, with the reason',
	properties: [returnAll, limit],
	answer: {
		lead_id: 'string',
		lane: 'string',
		attempts: 'number',
		code: 'string',
		reason: 'string',
		updated_at: 'string',
	},

	async execute(context) {
		return await each(context, 'Get many dead letters', async (send, item) => {
			return await rowsOf(context, send, 'dead-letters', item);
		});
	},
};
