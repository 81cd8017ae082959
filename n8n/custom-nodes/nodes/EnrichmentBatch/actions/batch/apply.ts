import type { Operation } from '../../../../shared/operations';
import { mergeStep } from '../../../../shared/steps';
import { batchNotice, includeFailed } from '../../parameters';

export const apply: Operation = {
	name: 'Apply',
	action: 'Apply provider answers to leads',
	description:
		'Merge what the providers answered into contacts and organizations, where no Plan follows',
	properties: [batchNotice, includeFailed],

	async execute(context) {
		return await mergeStep(context, 'Apply', 'apply');
	},
};
