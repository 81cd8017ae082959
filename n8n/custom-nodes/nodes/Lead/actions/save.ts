import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { leadField } from '../../../shared/descriptions';
import { type LeadOfItem, leadRequests, pairs } from '../../../shared/leads';
import type { Operation } from '../../../shared/operations';
import { type Once, SidecarError, isObject } from '../../../shared/sidecar';
import { type Outputs, eachRequest } from '../../../shared/steps';

const lane: INodeProperties = {
	displayName: 'Lane',
	name: 'lane',
	type: 'options',
	noDataExpression: true,
	options: [
		{ name: 'Bulk', value: 'bulk', description: 'Large batches, after everything interactive' },
		{
			name: 'Chosen by the Sidecar',
			value: '',
			description: 'By the number of leads sent at once',
		},
		{
			name: 'Interactive',
			value: 'interactive',
			description: 'Somebody waits: before every import',
		},
	],
	default: '',
	description: 'How urgently the leads are enriched',
};

const output: INodeProperties = {
	displayName: 'Output',
	name: 'output',
	type: 'options',
	noDataExpression: true,
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

export const save: Operation = {
	name: 'Save',
	action: 'Save leads',
	description:
		'Store leads durably and queue them for enrichment; rejected ones are kept with their reasons',
	properties: [leadField, lane, output, key, onceWithin],
	outputs: ['Saved', 'Rejected'],

	async execute(context) {
		const lane = context.getNodeParameter('lane', 0) as string;
		const whole = context.getNodeParameter('output', 0) === 'answer';
		const requests = leadRequests(context);
		return await eachRequest(context, 'Lead save', 2, requests, async (leads, send) => {
			const once = onceOf(context, leads[0].item, requests.indexOf(leads));
			const answer = await send('POST', 'leads', sent(leads, lane), once).catch(rejected);
			return whole ? answered(answer, leads) : parted(answer, leads);
		});
	},
};

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

function parted(answer: IDataObject, leads: LeadOfItem[]): Outputs {
	const outputs: Outputs = [[], []];
	(answer.results as IDataObject[]).forEach((json, place) => {
		const item = leads[Number(json.index ?? place)].item;
		outputs[json.outcome === 'rejected' ? 1 : 0].push({ json, pairedItem: { item } });
	});
	return outputs;
}

/** What is wrong, as somebody who filled in a form reads it. */
function sentences({ errors }: IDataObject): string {
	return ((errors ?? []) as IDataObject[]).map(({ detail }) => detail).join('\n');
}

/** One lead goes alone: the pointers of its errors are then those of what somebody sent. */
function sent(leads: LeadOfItem[], lane: string): IDataObject {
	const [{ lead }] = leads;
	if (leads.length === 1 && lane === '' && isObject(lead) && !('leads' in lead)) return lead;
	return {
		leads: leads.map(({ lead }) => lead) as IDataObject[],
		...(lane === '' ? {} : { lane }),
	};
}

/** That every lead was rejected is an answer, too. */
function rejected(error: unknown): IDataObject {
	if (error instanceof SidecarError && Array.isArray(error.body.results)) return error.body;
	throw error;
}
