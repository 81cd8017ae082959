import type { INodeProperties } from 'n8n-workflow';
import type { Operation } from '../../../../shared/operations';
import { each } from '../../../../shared/steps';
import { modelId, modelIdOf } from '../../models';

const leads: INodeProperties = {
	displayName: 'Leads',
	name: 'simulatedLeads',
	type: 'number',
	typeOptions: { minValue: 1, maxValue: 5000 },
	default: 2000,
	description: 'How many leads to try it on at most, spread evenly over all',
};

export const simulate: Operation = {
	name: 'Simulate',
	action: 'Simulate a scoring model',
	description:
		'Tell who would change grade if a version were in force, which rule does it, and how many more alerts a week there are; nothing is written',
	properties: [modelId, leads],
	answer: {
		model_version: 'string',
		leads: 'number',
		of: 'number',
		changed: 'number',
		mean_change: 'number',
		grades: 'array',
		rules: 'array',
		alerts_a_week: 'object',
		distribution: 'object',
		leads_changed: 'array',
	},

	async execute(context) {
		return await each(context, 'Simulate a scoring model', async (send, item) => {
			return await send('POST', `scoring/models/${modelIdOf(context, item)}/simulate`, {
				leads: context.getNodeParameter('simulatedLeads', item, 2000) as number,
			});
		});
	},
};
