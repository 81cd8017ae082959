import type { IDataObject } from 'n8n-workflow';
import { deliveryOf, leadsOf, resultsOf } from '../../../../shared/leads';
import type { Operation } from '../../../../shared/operations';
import { eachRequest } from '../../../../shared/steps';
import { leadField } from '../../parameters';

export const validate: Operation = {
	name: 'Validate',
	action: 'Validate leads',
	description: 'Check leads and name every bad field; nothing is stored',
	properties: [leadField],
	answer: { lead: 'object', valid: 'boolean', errors: 'array', warnings: 'array' },

	async execute(context) {
		const items = context.getInputData();
		const leads = (item: number) => leadsOf(context, item);
		return await eachRequest(context, 'Validate leads', 1, leads, async (leads, send) => {
			const results = await resultsOf(send, 'validate', leads);
			return [
				leads.map(({ lead, item }, place) => ({
					json: { lead, ...deliveryOf(items[item]), ...results[place] } as IDataObject,
					pairedItem: { item },
				})),
			];
		});
	},
};
