import type { INodeProperties } from 'n8n-workflow';
import type { Operation } from '../../../../shared/operations';
import { parameter } from '../../../../shared/parameter';
import { mergeStep } from '../../../../shared/steps';
import { batchNotice, includeFailed } from '../../parameters';

const minutes: INodeProperties = {
	displayName: 'Minutes',
	name: 'minutes',
	type: 'number',
	typeOptions: { minValue: 1, maxValue: 43200 },
	default: 60,
	description: 'How long no other run takes these leads; the next step of this run ends the hold',
};

export const hold: Operation = {
	name: 'Hold',
	action: 'Hold leads before a wait or an approval',
	description: 'Keep the leads for this run while it waits, e.g. for an approval',
	properties: [batchNotice, includeFailed, minutes],

	async execute(context) {
		const minutes = parameter<number>(context, 'minutes');
		return await mergeStep(context, 'Hold', 'hold', (item) => ({ minutes: minutes(item) }));
	},
};
