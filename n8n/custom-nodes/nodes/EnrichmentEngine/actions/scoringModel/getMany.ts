import type { INodeProperties } from 'n8n-workflow';
import type { Operation } from '../../../../shared/operations';
import { each } from '../../../../shared/steps';
import { rowsOf } from '../../calls';
import { limit, returnAll } from '../../parameters';

const state: INodeProperties = {
	displayName: 'State',
	name: 'modelState',
	type: 'options',
	options: [
		{ name: 'Any', value: '' },
		{ name: 'Draft', value: 'draft' },
		{ name: 'Published', value: 'published', description: 'In force' },
		{ name: 'Retired', value: 'retired' },
		{ name: 'Shipped', value: 'shipped', description: 'For leads that no other is for' },
	],
	default: '',
	description: 'Only versions of this state',
};

export const getMany: Operation = {
	name: 'Get Many',
	action: 'Get many scoring models',
	description: 'Read the versions of scoring models, newest first',
	properties: [returnAll, limit, state],
	answer: {
		id: 'number',
		key: 'string',
		model_version: 'string',
		state: 'string',
		published_at: 'string',
		published_by: 'string',
	},

	async execute(context) {
		return await each(context, 'Get many scoring models', async (send, item) => {
			const state = context.getNodeParameter('modelState', item, '') as string;
			return await rowsOf(context, send, 'scoring/models', item, { state });
		});
	},
};
