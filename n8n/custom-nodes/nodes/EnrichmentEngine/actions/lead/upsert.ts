import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { type LeadOfItem, leadRequests, pairs, requestsOf } from '../../../../shared/leads';
import type { Operation } from '../../../../shared/operations';
import type { Once } from '../../../../shared/sidecar';
import { type Outputs, eachRequest } from '../../../../shared/steps';
import { fieldsOf } from '../../fields';
import { LEAD_RESULT, dryRun, lane, parted, taken } from '../../intake';
import { leadField, mapper } from '../../parameters';

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
	description: 'What the outputs carry: references and field errors, never the person',
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
		dryRun,
	],
	outputs: ['Saved', 'Rejected'],
	answer: LEAD_RESULT,

	async execute(context) {
		const whole = context.getNodeParameter('output', 0, 'leads') === 'answer';
		const requests = requestsFor(context);
		const outputs = await eachRequest(
			context,
			'Create or update leads',
			2,
			requests,
			async (leads, send) => {
				const once = onceOf(context, leads[0].item, requests.indexOf(leads));
				const answer = await taken(context, send, leads, {}, once);
				return whole ? answered(answer, leads) : parted(answer, leads);
			},
		);
		// A model is answered by the first output alone.
		return context.isToolExecution() ? [outputs.flat(), []] : outputs;
	},
};

function requestsFor(context: IExecuteFunctions): LeadOfItem[][] {
	if (context.getNodeParameter('leadsFrom', 0, 'items') === 'items') return leadRequests(context);
	return requestsOf(
		context.getInputData().map((_, item) => ({ lead: fieldsOf(context, item), item })),
	);
}

/** Of the first lead of a request; the requests of one run must not share a key. */
function onceOf(context: IExecuteFunctions, item: number, request: number): Once {
	const key = (context.getNodeParameter('idempotencyKey', item, '') as string) ?? '';
	const minutes = context.getNodeParameter('onceWithin', item, 0) as number;
	return { key: key && request > 0 ? `${key} ${request}` : key, seconds: minutes * 60 };
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
