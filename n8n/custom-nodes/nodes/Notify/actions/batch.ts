import { batchNotice, includeFailed } from '../../../shared/descriptions';
import type { Operation } from '../../../shared/operations';
import { mergeStep } from '../../../shared/steps';

export const batch: Operation = {
	name: 'Notify About Batch',
	action: 'Notify about claimed leads',
	description: 'Send what is owed for the leads of the items',
	properties: [batchNotice, includeFailed],

	async execute(context) {
		return await mergeStep(context, 'Notify', 'notify');
	},
};
