import type { IDataObject } from 'n8n-workflow';
import type { Operation } from '../../../../shared/operations';
import { each } from '../../../../shared/steps';
import { filters, filtersOf } from '../../filters';

export const estimate: Operation = {
	name: 'Estimate Enrichment',
	action: 'Estimate what enriching leads will cost',
	description:
		'Tell what enriching leads is expected to cost (USD), without asking providers: those of the filters, else all that are queued',
	properties: [filters],
	answer: {
		leads: 'number',
		asked: 'number',
		settled: 'number',
		refused: 'number',
		ceiling: 'number',
		cost: 'number',
		cost_low: 'number',
		cost_high: 'number',
		sandbox_cost: 'number',
		sandbox_cost_low: 'number',
		sandbox_cost_high: 'number',
	},

	async execute(context) {
		return await each(context, 'Estimate what enriching leads will cost', async (send, item) => {
			const told = await send('POST', 'leads/estimate', filtersOf(context, item));
			const answer: IDataObject = {};
			for (const name of ['leads', 'asked', 'settled', 'refused', 'ceiling'])
				answer[name] = told[name];
			for (const name of ['cost', 'sandbox_cost']) {
				const { expected, low, high } = (told[name] ?? {}) as IDataObject;
				Object.assign(answer, { [name]: expected, [`${name}_low`]: low, [`${name}_high`]: high });
			}
			return answer;
		});
	},
};
