import { batchNotice, includeFailed } from '../../../shared/descriptions';
import type { Operation } from '../../../shared/operations';
import { mergeStep } from '../../../shared/steps';

export const batch: Operation = {
	name: 'Score Batch',
	action: 'Score claimed leads',
	description: 'Score the leads of the items and keep the scores',
	properties: [batchNotice, includeFailed],

	async execute(context) {
		return await mergeStep(context, 'Score', 'score');
	},
};
