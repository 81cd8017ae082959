import type { IDataObject } from 'n8n-workflow';
import { deliveryOf, leadsOf, resultsOf } from '../../../../shared/leads';
import type { Operation } from '../../../../shared/operations';
import { eachRequest } from '../../../../shared/steps';
import { isStrict, leadField, strict } from '../../parameters';

export const validate: Operation = {
	name: 'Validate',
	action: 'Validate leads',
	description:
		'Tell which leads would be refused, and what of the others cannot be used; nothing is stored',
	properties: [leadField, strict],
	answer: {
		lead: 'object',
		strict: 'boolean',
		valid: 'boolean',
		errors: 'array',
		warnings: 'array',
	},

	async execute(context) {
		const items = context.getInputData();
		const leads = (item: number) => {
			const said = isStrict(context, item);
			return leadsOf(context, item).map((lead) => ({ ...lead, said }));
		};
		return await eachRequest(context, 'Validate leads', 1, leads, async (leads, send) => {
			const strict = leads[0].said;
			const results = await resultsOf(send, `validate?strict=${strict}`, leads);
			return [
				leads.map(({ lead, item }, place) => ({
					json: { lead, ...deliveryOf(items[item]), strict, ...results[place] } as IDataObject,
					pairedItem: { item },
				})),
			];
		});
	},
};
