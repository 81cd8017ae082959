import type { IDataObject } from 'n8n-workflow';
import { leadField } from '../../../shared/descriptions';
import { deliveryOf, leadRequests, resultsOf } from '../../../shared/leads';
import type { Operation } from '../../../shared/operations';
import { isObject } from '../../../shared/sidecar';
import { eachRequest } from '../../../shared/steps';

export const normalise: Operation = {
	name: 'Normalise',
	action: 'Normalise leads',
	description: 'Bring leads into canonical form and say what was changed',
	properties: [leadField],

	/** Leads that Validate found invalid pass unchanged: Save keeps them with their reasons. */
	async execute(context) {
		const items = context.getInputData();
		const requests = leadRequests(context);
		return await eachRequest(context, 'Lead normalise', 1, requests, async (leads, send) => {
			const valid = leads.filter(
				({ lead, item }) => items[item].json.valid !== false && isObject(lead),
			);
			const results = valid.length > 0 ? await resultsOf(send, 'normalize', valid) : [];
			const normalised = new Map(valid.map((entry, place) => [entry, results[place]]));
			return [
				leads.map((entry) => {
					const { lead, item } = entry;
					const { valid, errors, warnings } = items[item].json;
					const checked = valid === undefined ? {} : { valid, errors, warnings };
					return {
						json: {
							...checked,
							lead,
							...deliveryOf(items[item]),
							changes: [],
							...normalised.get(entry),
						} as IDataObject,
						pairedItem: { item },
					};
				}),
			];
		});
	},
};
