import type { Operation } from '../../../../shared/operations';
import { mergeStep } from '../../../../shared/steps';
import { batchNotice, includeFailed } from '../../parameters';

export const score: Operation = {
	name: 'Score',
	action: 'Score claimed leads',
	description: 'Score the leads of the items and keep the scores',
	properties: [batchNotice, includeFailed],

	async execute(context) {
		return await mergeStep(context, 'Score', 'score');
	},
};
