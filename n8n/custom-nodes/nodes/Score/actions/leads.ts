import { leadField } from '../../../shared/descriptions';
import { leadRequests, resultsOf } from '../../../shared/leads';
import type { Operation } from '../../../shared/operations';
import { eachRequest, paired } from '../../../shared/steps';

export const leads: Operation = {
	name: 'Score Leads',
	action: 'Score leads without storing anything',
	description: 'Say what the leads of the items would score; nothing is stored',
	properties: [leadField],

	async execute(context) {
		return await eachRequest(context, 'Score', 1, leadRequests(context), async (leads, send) => [
			paired(await resultsOf(send, 'score', leads), leads),
		]);
	},
};
