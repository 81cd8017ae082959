import type { IDataObject } from 'n8n-workflow';
import { deliveryOf, leadsOf, resultsOf } from '../../../../shared/leads';
import type { Operation } from '../../../../shared/operations';
import { isObject } from '../../../../shared/sidecar';
import { eachRequest } from '../../../../shared/steps';
import { leadField } from '../../parameters';

export const normalize: Operation = {
	name: 'Normalize',
	action: 'Normalize leads',
	description: 'Bring leads into canonical form and say what was changed; nothing is stored',
	properties: [leadField],
	answer: {
		lead: 'object',
		changes: 'array',
		strict: 'boolean',
		valid: 'boolean',
		errors: 'array',
		warnings: 'array',
	},

	/** Leads that Validate found invalid pass unchanged: Create or Update keeps them with their reasons. */
	async execute(context) {
		const items = context.getInputData();
		const leads = (item: number) => leadsOf(context, item);
		return await eachRequest(context, 'Normalize leads', 1, leads, async (leads, send) => {
			const valid = leads.filter(
				({ lead, item }) => items[item].json.valid !== false && isObject(lead),
			);
			const results = valid.length > 0 ? await resultsOf(send, 'normalize', valid) : [];
			const normalized = new Map(valid.map((entry, place) => [entry, results[place]]));
			return [
				leads.map((entry) => {
					const { lead, item } = entry;
					const { strict, valid, errors, warnings } = items[item].json;
					const checked = valid === undefined ? {} : { strict, valid, errors, warnings };
					return {
						json: {
							...checked,
							lead,
							...deliveryOf(items[item]),
							changes: [],
							...normalized.get(entry),
						} as IDataObject,
						pairedItem: { item },
					};
				}),
			];
		});
	},
};
