import type { INodeProperties } from 'n8n-workflow';
import type { Operation } from '../../../../shared/operations';
import { parameter } from '../../../../shared/parameter';
import { mergeStep } from '../../../../shared/steps';
import { batchNotice, includeFailed } from '../../parameters';

const reason: INodeProperties = {
	displayName: 'Reason',
	name: 'reason',
	type: 'string',
	default: 'Given back by the workflow',
	description: 'Why the leads are given back, for operations people; no personal data',
};

export const fail: Operation = {
	name: 'Fail',
	action: 'Fail leads',
	description: 'Give leads back with a reason: an attempt that failed; they are tried again',
	properties: [batchNotice, includeFailed, reason],

	async execute(context) {
		const reason = parameter<string>(context, 'reason');
		return await mergeStep(context, 'Fail', 'fail', (item) => ({ reason: reason(item) }));
	},
};
