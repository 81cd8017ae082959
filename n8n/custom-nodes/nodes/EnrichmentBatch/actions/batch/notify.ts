import type { Operation } from '../../../../shared/operations';
import { mergeStep } from '../../../../shared/steps';
import { batchNotice, includeFailed } from '../../parameters';

export const notify: Operation = {
	name: 'Notify',
	action: 'Notify about claimed leads',
	description: 'Send what is owed for the leads of the items',
	properties: [batchNotice, includeFailed],

	async execute(context) {
		return await mergeStep(context, 'Notify', 'notify');
	},
};
