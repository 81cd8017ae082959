import type { Operation } from '../../../../shared/operations';
import type { INodeProperties } from 'n8n-workflow';
import { each } from '../../../../shared/steps';
import { rowsOf } from '../../calls';
import { limit, returnAll } from '../../parameters';

const state: INodeProperties = {
	displayName: 'State',
	name: 'state',
	type: 'options',
	options: [
		{ name: 'Dismissed', value: 'dismissed' },
		{ name: 'Open', value: 'open' },
	],
	default: 'open',
	description: 'Pairs that wait for a decision, or those that were found to be two people',
};

export const getMany: Operation = {
	name: 'Get Many',
	action: 'Get many duplicates',
	description:
		'Read pairs of contacts that may be one person, with the reasons; masked without the scope pii:read',
	properties: [state, returnAll, limit],
	answer: {
		id: 'string',
		state: 'string',
		score: 'number',
		reasons: 'array',
		left: 'object',
		right: 'object',
		created_at: 'string',
	},

	async execute(context) {
		return await each(context, 'Get many duplicates', async (send, item) => {
			return await rowsOf(context, send, 'duplicates', item, {
				state: context.getNodeParameter('state', item, 'open') as string,
			});
		});
	},
};
