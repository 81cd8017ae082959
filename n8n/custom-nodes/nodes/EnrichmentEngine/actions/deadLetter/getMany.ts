import type { INodeProperties } from 'n8n-workflow';
import type { Operation } from '../../../../shared/operations';
import { each } from '../../../../shared/steps';
import { rowsOf } from '../../calls';
import { limit, returnAll } from '../../parameters';

const mostReplays: INodeProperties = {
	displayName: 'Replayed at Most',
	name: 'mostReplays',
	type: 'string',
	default: '',
	placeholder: 'e.g. 2',
	description:
		'Only leads that were replayed at most so often and failed again each time; leave it empty for all',
};

export const getMany: Operation = {
	name: 'Get Many',
	action: 'Get many dead letters',
	description: 'Read the leads that could not be processed, with the reason',
	properties: [returnAll, limit, mostReplays],
	answer: {
		lead_id: 'string',
		lane: 'string',
		attempts: 'number',
		replays: 'number',
		code: 'string',
		reason: 'string',
		updated_at: 'string',
	},

	async execute(context) {
		return await each(context, 'Get many dead letters', async (send, item) => {
			const most = context.getNodeParameter('mostReplays', item, '') as string;
			return await rowsOf(context, send, 'dead-letters', item, { most_replays: most });
		});
	},
};
