import type { IDataObject, INodeProperties } from 'n8n-workflow';
import type { Operation } from '../../../../shared/operations';
import { each } from '../../../../shared/steps';
import { withQuery } from '../../calls';

const provider: INodeProperties = {
	displayName: 'Provider Name or ID',
	name: 'provider',
	type: 'options',
	typeOptions: { loadOptionsMethod: 'getProviders' },
	default: '',
	description:
		'Empty: all. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
};

const days: INodeProperties = {
	displayName: 'Days',
	name: 'days',
	type: 'number',
	typeOptions: { minValue: 1, maxValue: 365 },
	default: 30,
	description: 'How many days back',
};

export const spend: Operation = {
	name: 'Get Spend',
	action: 'Get the spend of providers',
	description:
		'Read the calls, credits and cost (USD) of the last days and how long the budget lasts, for each provider',
	properties: [provider, days],
	answer: {
		name: 'string',
		title: 'string',
		days: 'number',
		calls: 'number',
		found: 'number',
		in_doubt: 'number',
		credits: 'number',
		cost: 'number',
		month_cost: 'number',
		month_ceiling: 'number',
		runway_days: 'number',
	},

	async execute(context) {
		return await each(context, 'Get the spend of providers', async (send, item) => {
			const days = context.getNodeParameter('days', item, 30) as number;
			const wanted = context.getNodeParameter('provider', item, '') as string;
			const { data } = await send('GET', withQuery('providers', { days }));
			return (data as IDataObject[])
				.filter(({ name }) => !wanted || name === wanted)
				.map((provider) => ({
					name: provider.name,
					title: provider.title,
					days,
					calls: provider.calls,
					found: provider.found,
					in_doubt: provider.in_doubt,
					credits: provider.credits,
					cost: provider.cost,
					month_cost: provider.month_cost,
					month_ceiling: provider.month_ceiling,
					runway_days: provider.runway_days,
				}));
		});
	},
};
