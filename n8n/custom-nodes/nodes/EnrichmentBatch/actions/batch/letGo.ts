import type { INodeProperties } from 'n8n-workflow';
import type { Operation } from '../../../../shared/operations';
import { parameter } from '../../../../shared/parameter';
import { mergeStep } from '../../../../shared/steps';
import { batchNotice, includeFailed } from '../../parameters';

const how: INodeProperties = {
	displayName: 'Let Go',
	name: 'how',
	type: 'options',
	options: [
		{ name: 'As Done', value: 'done', description: 'Nothing more is to be done with them' },
		{ name: 'As Skipped', value: 'skipped', description: 'They are not wanted here' },
		{ name: 'Until Later', value: 'later', description: 'A new run takes them after some minutes' },
	],
	default: 'skipped',
	description: 'What becomes of the leads',
};

const why: INodeProperties = {
	displayName: 'Why',
	name: 'why',
	type: 'string',
	default: 'Let go by the workflow',
	description: 'What operations people read at the lead; no personal data',
};

const later: INodeProperties = {
	displayName: 'Minutes Until Later',
	name: 'later',
	type: 'number',
	typeOptions: { minValue: 0, maxValue: 525600 },
	default: 60,
	description: 'When a new run takes leads that were let go until later',
};

export const letGo: Operation = {
	name: 'Let Go',
	action: 'Let leads go',
	description: 'Take the leads out of this run on purpose, with a reason',
	properties: [batchNotice, includeFailed, how, why, later],

	async execute(context) {
		const as = parameter<string>(context, 'how');
		const reason = parameter<string>(context, 'why');
		const minutes = parameter<number>(context, 'later');
		return await mergeStep(context, 'Let go', 'let-go', (item) => ({
			as: as(item),
			reason: reason(item),
			minutes: minutes(item),
		}));
	},
};
