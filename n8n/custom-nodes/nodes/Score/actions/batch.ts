import { batchNotice, includeFailed } from '../../../shared/descriptions';
import type { Operation } from '../../../shared/operations';
import { mergeStep } from '../../../shared/steps';

export const batch: Operation = {
	name: 'Score Batch',
	action: 'Score a claimed batch',
	description: 'Score every lead of the claimed batch and keep the scores',
	properties: [batchNotice, includeFailed],

	async execute(context) {
		return await mergeStep(context, 'Score', 'score');
	},
};
