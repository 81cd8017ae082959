import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { type LeadOfItem, leadsOf, pairs } from '../../../../shared/leads';
import type { Operation } from '../../../../shared/operations';
import type { Once } from '../../../../shared/sidecar';
import { type Outputs, eachRequest } from '../../../../shared/steps';
import { fieldsOf } from '../../fields';
import {
	type Intake,
	LEAD_RESULT,
	dryRun,
	intakeOf,
	lane,
	parted,
	taken,
	warningsOf,
} from '../../intake';
import { leadField, mapper, strict } from '../../parameters';

const from: INodeProperties = {
	displayName: 'Leads From',
	name: 'leadsFrom',
	type: 'options',
	options: [
		{ name: 'Fields Below', value: 'fields', description: 'One lead for each item' },
		{ name: 'Input Items', value: 'items', description: 'One lead or a list in each item' },
	],
	default: 'items',
	description: 'Where the leads are',
};

const output: INodeProperties = {
	displayName: 'Output',
	name: 'output',
	type: 'options',
	options: [
		{
			name: 'Each Lead',
			value: 'leads',
			description: 'One item per lead, leaving by Saved or Rejected',
		},
		{
			name: 'Whole Answer',
			value: 'answer',
			description:
				'One item per request, as a webhook answers it: by Saved when at least one lead was saved, by Rejected with the problem details when none was',
		},
	],
	default: 'leads',
	description:
		'What the outputs carry: references and field errors, never the person. The warnings of the whole answer quote what the sender wrote.',
};

const key: INodeProperties = {
	displayName: 'Idempotency Key',
	name: 'idempotencyKey',
	type: 'string',
	default: '',
	description:
		'What the sender calls this delivery: with the same key it is taken once within 24 hours',
};

const onceWithin: INodeProperties = {
	displayName: 'Once Within',
	name: 'onceWithin',
	type: 'number',
	typeOptions: { minValue: 0, maxValue: 1440 },
	default: 0,
	description:
		'Minutes within which the same leads sent again, without a key, are taken once. 0 takes them again.',
};

const items = { show: { leadsFrom: ['items'] } };
const below = { show: { leadsFrom: ['fields'] } };

export const upsert: Operation = {
	name: 'Create or Update',
	action: 'Create or update leads',
	description:
		'Store leads, or update the open lead of a person who has one, and queue them for enrichment; rejected ones are kept with their reasons',
	properties: [
		from,
		{ ...leadField, displayOptions: items },
		{ ...mapper('getLeadColumns', 'add'), displayOptions: below },
		lane,
		output,
		key,
		onceWithin,
		strict,
		dryRun,
	],
	outputs: ['Saved', 'Rejected'],
	answer: LEAD_RESULT,

	async execute(context) {
		const keys = new Keys();
		const outputs = await eachRequest(
			context,
			'Create or update leads',
			2,
			(item) => {
				const said = saidOf(context, item);
				return leadsFrom(context, item).map((lead) => ({ ...lead, said }));
			},
			async (leads, send) => {
				const [{ said }] = leads;
				const once = { key: said.dry ? '' : keys.next(said.key), seconds: said.seconds };
				const answer = await taken(send, leads, said, warningsOf(context, leads), once);
				return said.whole ? answered(answer, leads) : parted(answer, leads);
			},
		);
		// A model is answered by the first output alone.
		return context.isToolExecution() ? [outputs.flat(), []] : outputs;
	},
};

/** What an item says of its leads; those that say the same go together. */
interface Said extends Intake, Once {
	whole: boolean;
}

function saidOf(context: IExecuteFunctions, item: number): Said {
	return {
		...intakeOf(context, item),
		key: String(context.getNodeParameter('idempotencyKey', item, '') ?? ''),
		seconds: 60 * (context.getNodeParameter('onceWithin', item, 0) as number),
		whole: context.getNodeParameter('output', item, 'leads') === 'answer',
	};
}

function leadsFrom(context: IExecuteFunctions, item: number): LeadOfItem[] {
	return context.getNodeParameter('leadsFrom', item, 'items') === 'items'
		? leadsOf(context, item)
		: [{ lead: fieldsOf(context, item), item }];
}

/** The keys of the requests of a run: two must not share one. */
class Keys {
	private readonly used = new Map<string, number>();

	next(key: string): string {
		const before = this.used.get(key) ?? 0;
		this.used.set(key, before + 1);
		return key && before > 0 ? `${key} ${before}` : key;
	}
}

function answered(answer: IDataObject, leads: LeadOfItem[]): Outputs {
	const pairedItem = pairs(leads);
	return answer.status === 422
		? [[], [{ json: { ...answer, message: sentences(answer) }, pairedItem }]]
		: [[{ json: answer, pairedItem }], []];
}

/** What is wrong, as somebody who filled in a form reads it. */
function sentences({ errors }: IDataObject): string {
	return ((errors ?? []) as IDataObject[]).map(({ detail }) => detail).join('\n');
}
