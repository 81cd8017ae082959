import { leadsOf, resultsOf } from '../../../../shared/leads';
import type { Operation } from '../../../../shared/operations';
import { eachRequest, paired } from '../../../../shared/steps';
import { leadField } from '../../parameters';

export const score: Operation = {
	name: 'Score',
	action: 'Score leads without storing anything',
	description: 'Say what leads would score if they came in now; nothing is stored',
	properties: [leadField],
	answer: { score: 'object', errors: 'array' },

	async execute(context) {
		return await eachRequest(
			context,
			'Score leads',
			1,
			(item) => leadsOf(context, item),
			async (leads, send) => [paired(await resultsOf(send, 'score', leads), leads)],
		);
	},
};
