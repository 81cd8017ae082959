import type { IDataObject } from 'n8n-workflow';
import { leadField } from '../../../shared/descriptions';
import { deliveryOf, leadRequests, resultsOf } from '../../../shared/leads';
import type { Operation } from '../../../shared/operations';
import { eachRequest } from '../../../shared/steps';

export const validate: Operation = {
	name: 'Validate',
	action: 'Validate leads',
	description: 'Check leads and name every bad field',
	properties: [leadField],

	async execute(context) {
		const items = context.getInputData();
		const requests = leadRequests(context);
		return await eachRequest(context, 'Lead validate', 1, requests, async (leads, send) => {
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
