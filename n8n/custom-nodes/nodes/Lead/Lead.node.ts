import type {
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
	JsonObject,
} from 'n8n-workflow';
import { NodeConnectionTypes, NodeOperationError } from 'n8n-workflow';
import { leadField, leadId } from '../../shared/descriptions';
import { pooled } from '../../shared/enrichment';
import { failed } from '../../shared/items';
import { type LeadOfItem, leadsOf, pairs, requestsOf } from '../../shared/leads';
import { type Send, SidecarError, connect, isObject } from '../../shared/sidecar';

const SINGLE_REQUESTS_AT_ONCE = 10;

/** Evaluated by the editor and the engine, so it stands as source text. */
const outputs = (parameters: IDataObject) =>
	parameters.operation === 'save'
		? [
				{ type: 'main', displayName: 'Saved' },
				{ type: 'main', displayName: 'Rejected' },
			]
		: [{ type: 'main' }];

type Operation = (
	context: IExecuteFunctions,
	leads: LeadOfItem[],
	send: Send,
) => Promise<INodeExecutionData[][]>;

export class Lead implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Lead',
		name: 'lead',
		icon: { light: 'file:../../icons/lead.svg', dark: 'file:../../icons/lead.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["operation"] }}',
		description: 'Validate, normalise, save, read and change leads',
		defaults: { name: 'Lead' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: `={{ (${outputs})($parameter) }}`,
		credentials: [{ name: 'enrichmentSidecarApi', required: true }],
		properties: [
			{
				displayName: 'Operation',
				name: 'operation',
				type: 'options',
				noDataExpression: true,
				options: [
					{
						name: 'Get',
						value: 'get',
						action: 'Get a lead',
						description: 'Read a stored lead; people are shown only to clients with scope pii:read',
					},
					{
						name: 'Normalise',
						value: 'normalise',
						action: 'Normalise leads',
						description: 'Bring leads into canonical form and say what was changed',
					},
					{
						name: 'Save',
						value: 'save',
						action: 'Save leads',
						description:
							'Store leads durably and queue them for enrichment; rejected ones are kept with their reasons',
					},
					{
						name: 'Update',
						value: 'update',
						action: 'Update a lead',
						description: 'Change fields of a stored lead; enrichment will not overwrite them',
					},
					{
						name: 'Validate',
						value: 'validate',
						action: 'Validate leads',
						description: 'Check leads and name every bad field',
					},
				],
				default: 'save',
			},
			leadField({ operation: ['validate', 'normalise', 'save'] }),
			leadId({ operation: ['get', 'update'] }),
			{
				displayName: 'Changes',
				name: 'changes',
				type: 'json',
				required: true,
				default: '{}',
				displayOptions: { show: { operation: ['update'] } },
				description: 'Fields of the lead and their new values, e.g. {"status": "qualified"}',
			},
			{
				displayName: 'Lane',
				name: 'lane',
				type: 'options',
				noDataExpression: true,
				options: [
					{
						name: 'Bulk',
						value: 'bulk',
						description: 'Large batches, after everything interactive',
					},
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
				displayOptions: { show: { operation: ['save'] } },
				description: 'How urgently the leads are enriched',
			},
			{
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
				displayOptions: { show: { operation: ['save'] } },
				description: 'What the outputs carry: references and field errors, never the person',
			},
		],
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const operation = this.getNodeParameter('operation', 0) as string;
		const items = this.getInputData();
		const send = await connect(this);
		if (operation === 'get' || operation === 'update') return [await single(this, operation, send)];

		const field = this.getNodeParameter('leadField', 0) as string;
		const run = { validate, normalise, save }[operation] as Operation;
		const gathered: INodeExecutionData[][] = operation === 'save' ? [[], []] : [[]];
		for (const leads of requestsOf(leadsOf(items, field))) {
			const indices = pairs(leads).map(({ item }) => item);
			try {
				const produced = await run(this, leads, send);
				produced.forEach((part, output) => gathered[output].push(...part));
			} catch (error) {
				const doing = `Lead ${operation}, ${leads.length} lead(s) of item ${indices.join(', ')}`;
				gathered[0].push(...failed(this, error, indices, doing));
			}
		}
		return gathered;
	}
}

const validate: Operation = async (_context, leads, send) => {
	const results = await resultsOf(send, 'validate', leads);
	return [
		leads.map(({ lead, item }, place) => ({
			json: { lead, ...results[place] } as IDataObject,
			pairedItem: { item },
		})),
	];
};

/** Leads that Validate found invalid pass unchanged: Save keeps them with their reasons. */
const normalise: Operation = async (context, leads, send) => {
	const items = context.getInputData();
	const valid = leads.filter(
		({ lead, item }) => items[item].json.valid !== false && isObject(lead),
	);
	const results = valid.length > 0 ? await resultsOf(send, 'normalize', valid) : [];
	const normalised = new Map(valid.map((entry, place) => [entry, results[place]]));
	return [
		leads.map((entry) => {
			const { lead, item } = entry;
			const { valid, errors, warnings } = items[item].json;
			const checked = valid === undefined ? {} : { valid, errors, warnings };
			return {
				json: { ...checked, lead, changes: [], ...normalised.get(entry) } as IDataObject,
				pairedItem: { item },
			};
		}),
	];
};

const save: Operation = async (context, leads, send) => {
	const lane = context.getNodeParameter('lane', 0) as string;
	const whole = context.getNodeParameter('output', 0) === 'answer';
	const answer = await send('POST', 'leads', sent(leads, lane)).catch(rejected);
	const results = answer.results as IDataObject[];
	if (whole) {
		const pairedItem = pairs(leads);
		return answer.status === 422
			? [[], [{ json: { ...answer, message: sentences(answer) }, pairedItem }]]
			: [[{ json: answer, pairedItem }], []];
	}
	const outputs: INodeExecutionData[][] = [[], []];
	results.forEach((json, place) => {
		const item = leads[Number(json.index ?? place)].item;
		outputs[json.outcome === 'rejected' ? 1 : 0].push({ json, pairedItem: { item } });
	});
	return outputs;
};

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

async function resultsOf(send: Send, path: string, leads: LeadOfItem[]): Promise<IDataObject[]> {
	const { results } = await send('POST', path, {
		leads: leads.map(({ lead }) => lead) as IDataObject[],
	});
	return results as IDataObject[];
}

async function single(
	context: IExecuteFunctions,
	operation: 'get' | 'update',
	send: Send,
): Promise<INodeExecutionData[]> {
	const outputs: INodeExecutionData[] = [];
	await pooled([...context.getInputData().keys()], SINGLE_REQUESTS_AT_ONCE, async (item) => {
		const id = context.getNodeParameter('leadId', item) as string;
		const doing = `Lead ${operation}, lead ${id}`;
		try {
			const json =
				operation === 'get'
					? await send('GET', `leads/${encodeURIComponent(id)}`)
					: await send('PATCH', `leads/${encodeURIComponent(id)}`, changesOf(context, item));
			outputs[item] = { json, pairedItem: { item } };
		} catch (error) {
			[outputs[item]] = failed(context, error, [item], doing);
		}
	});
	return outputs;
}

function changesOf(context: IExecuteFunctions, item: number): IDataObject {
	const value = context.getNodeParameter('changes', item);
	let changes: unknown = value;
	if (typeof value === 'string') {
		try {
			changes = JSON.parse(value);
		} catch (error) {
			throw new NodeOperationError(context.getNode(), error as JsonObject, {
				message: 'Changes is not JSON',
				itemIndex: item,
			});
		}
	}
	if (!isObject(changes)) {
		throw new NodeOperationError(context.getNode(), 'Changes must be a JSON object', {
			itemIndex: item,
		});
	}
	return changes;
}
