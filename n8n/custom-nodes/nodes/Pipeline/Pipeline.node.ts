import type {
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';
import { NodeConnectionTypes, NodeOperationError } from 'n8n-workflow';
import { batchNotice, includeFailed } from '../../shared/descriptions';
import { failed, merge } from '../../shared/items';
import { type Send, connect, isObject } from '../../shared/sidecar';
import { eachBatch } from '../../shared/steps';

const LONGEST_MESSAGE = 500;
const LONGEST_NAME = 100;

/** Evaluated by the editor and the engine, so it stands as source text. */
const outputs = (parameters: IDataObject) => {
	switch (`${parameters.resource}:${parameters.operation}`) {
		case 'batch:plan':
			return [
				{ type: 'main', displayName: 'Ask Providers' },
				{ type: 'main', displayName: 'Nothing More to Ask' },
			];
		case 'batch:complete':
		case 'duplicates:find':
		case 'job:step':
			return [
				{ type: 'main', displayName: 'More Waiting' },
				{ type: 'main', displayName: 'Done' },
			];
		default:
			return [{ type: 'main' }];
	}
};

export class Pipeline implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Pipeline',
		name: 'pipeline',
		icon: { light: 'file:../../icons/pipeline.svg', dark: 'file:../../icons/pipeline.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
		description: 'Take batches of leads, imports and the search for duplicates through their steps',
		defaults: { name: 'Pipeline' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: `={{ (${outputs})($parameter) }}`,
		credentials: [{ name: 'enrichmentSidecarApi', required: true }],
		properties: [
			{
				displayName: 'Resource',
				name: 'resource',
				type: 'options',
				noDataExpression: true,
				options: [
					{ name: 'Batch', value: 'batch', description: 'The leads that this run works on' },
					{
						name: 'Duplicate',
						value: 'duplicates',
						description: 'Contacts that may be one person',
					},
					{ name: 'Job', value: 'job', description: 'Imports that wait for their steps' },
					{ name: 'Run', value: 'run', description: 'Other runs of the workflows' },
				],
				default: 'batch',
			},
			{
				displayName: 'Operation',
				name: 'operation',
				type: 'options',
				noDataExpression: true,
				displayOptions: { show: { resource: ['batch'] } },
				options: [
					{
						name: 'Apply',
						value: 'apply',
						action: 'Apply provider answers to a batch',
						description: 'Merge what the providers answered into contacts and organizations',
					},
					{
						name: 'Claim',
						value: 'claim',
						action: 'Claim a batch',
						description: 'Lease the leads that are due: one item per lead, none when nothing waits',
					},
					{
						name: 'Complete',
						value: 'complete',
						action: 'Complete a batch',
						description: 'Close the batch and say whether more leads wait in its lane',
					},
					{
						name: 'Fail',
						value: 'fail',
						action: 'Fail a batch',
						description:
							'Give the batch back with a reason; its leads are queued again in smaller ones',
					},
					{
						name: 'Plan',
						value: 'plan',
						action: 'Plan provider calls for a batch',
						description: 'Find the provider calls that are worth their price now',
					},
				],
				default: 'claim',
			},
			{
				displayName: 'Operation',
				name: 'operation',
				type: 'options',
				noDataExpression: true,
				displayOptions: { show: { resource: ['duplicates'] } },
				options: [
					{
						name: 'Find',
						value: 'find',
						action: 'Find duplicates',
						description: 'Compare contacts that are new or changed, and queue pairs for a review',
					},
				],
				default: 'find',
			},
			{
				displayName: 'Operation',
				name: 'operation',
				type: 'options',
				noDataExpression: true,
				displayOptions: { show: { resource: ['job'] } },
				options: [
					{
						name: 'Step',
						value: 'step',
						action: 'Step a job',
						description: 'Take in the next rows of the oldest import that waits, for five seconds',
					},
				],
				default: 'step',
			},
			{
				displayName: 'Operation',
				name: 'operation',
				type: 'options',
				noDataExpression: true,
				displayOptions: { show: { resource: ['run'] } },
				options: [
					{
						name: 'Record Error',
						value: 'recordError',
						action: 'Record a failed run',
						description: 'Keep what an Error Trigger tells, give its batch back, tell operations',
					},
					{
						name: 'Wake',
						value: 'wake',
						action: 'Wake the next run',
						description: 'Start another run for what waits; wake-ups of a second are one',
					},
				],
				default: 'wake',
			},
			batchNotice({ resource: ['batch'], operation: ['plan', 'apply', 'complete', 'fail'] }),
			{
				displayName: 'Lane',
				name: 'lane',
				type: 'options',
				noDataExpression: true,
				displayOptions: { show: { resource: ['batch'], operation: ['claim'] } },
				options: [
					{ name: 'Any, Interactive First', value: '' },
					{ name: 'Bulk', value: 'bulk' },
					{ name: 'Interactive', value: 'interactive' },
				],
				default: '',
				description: 'Which leads to claim: those somebody waits for, or imports',
			},
			{
				displayName: 'Largest Batch',
				name: 'largest',
				type: 'number',
				noDataExpression: true,
				typeOptions: { minValue: 0, maxValue: 500 },
				displayOptions: { show: { resource: ['batch'], operation: ['claim'] } },
				default: 0,
				description: 'The most leads to claim; 0: as many as the sidecar is set to give',
			},
			includeFailed({ resource: ['batch'], operation: ['plan', 'apply'] }),
			{
				displayName: 'Reason',
				name: 'reason',
				type: 'string',
				displayOptions: { show: { resource: ['batch'], operation: ['fail'] } },
				default: 'Given back by the workflow',
				description: 'Why the batch is given back, for operations people; no personal data',
			},
			{
				displayName: 'Lane',
				name: 'wakeLane',
				type: 'options',
				displayOptions: { show: { resource: ['run'], operation: ['wake'] } },
				options: [
					{ name: 'Bulk', value: 'bulk' },
					{ name: 'Imports', value: 'imports' },
					{ name: 'Interactive', value: 'interactive' },
					{ name: 'Lane of the Item', value: 'item' },
				],
				default: 'item',
				description: 'The lane in which leads wait, or imports',
			},
			{
				displayName: 'Longest Search in Seconds',
				name: 'longest',
				type: 'number',
				noDataExpression: true,
				typeOptions: { minValue: 1, maxValue: 200 },
				displayOptions: { show: { resource: ['duplicates'], operation: ['find'] } },
				default: 60,
				description: 'When to leave the rest to the next run',
			},
		],
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const resource = this.getNodeParameter('resource', 0) as string;
		const operation = this.getNodeParameter('operation', 0) as string;
		switch (`${resource}:${operation}`) {
			case 'batch:claim':
				return await each(this, 'Claim a batch', [0], claim);
			case 'batch:plan':
				return await plan(this);
			case 'batch:apply':
				return await apply(this);
			case 'batch:complete':
				return await complete(this);
			case 'batch:fail':
				return await fail(this);
			case 'duplicates:find':
				return byMore(await each(this, 'Find duplicates', [0], findDuplicates));
			case 'job:step':
				return byMore(await each(this, 'Step a job', [0], stepJob));
			case 'run:wake':
				return await each(this, 'Wake the next run', lanesOf(this), wake);
			case 'run:recordError':
				return await each(this, 'Record an error', [...this.getInputData().keys()], recordError);
			default:
				throw new NodeOperationError(this.getNode(), `There is no operation ${operation}`);
		}
	}
}

/** Runs a call that belongs to single items, not to a batch. */
async function each(
	context: IExecuteFunctions,
	doing: string,
	indices: number[],
	call: (context: IExecuteFunctions, send: Send, index: number) => Promise<INodeExecutionData[]>,
): Promise<INodeExecutionData[][]> {
	const send = await connect(context);
	const gathered: INodeExecutionData[] = [];
	for (const index of indices) {
		try {
			gathered.push(...(await call(context, send, index)));
		} catch (error) {
			gathered.push(...failed(context, error, [index], doing));
		}
	}
	return [gathered];
}

/** The first output for items that say there is more, the second for the others. */
function byMore([items]: INodeExecutionData[][]): INodeExecutionData[][] {
	return [items.filter(({ json }) => json.more), items.filter(({ json }) => !json.more)];
}

/** A step of one job; no item when none waits. Rows and columns stay in the sidecar. */
async function stepJob(_context: IExecuteFunctions, send: Send): Promise<INodeExecutionData[]> {
	const { job, more } = await send('POST', 'jobs/step', {});
	if (!isObject(job)) return [];
	const { id, state, lane, progress, counts } = job;
	return [{ json: { job_id: id, state, lane, progress, counts, more }, pairedItem: { item: 0 } }];
}

/** Short calls, one after another, until all is compared or the time is over. */
async function findDuplicates(
	context: IExecuteFunctions,
	send: Send,
): Promise<INodeExecutionData[]> {
	const until = Date.now() + 1000 * (context.getNodeParameter('longest', 0) as number);
	let [checked, found, more] = [0, 0, true];
	while (more) {
		const part = await send('POST', 'duplicates/find', {});
		checked += Number(part.checked);
		found += Number(part.found);
		more = part.more === true;
		if (Date.now() >= until) break;
	}
	return [{ json: { checked, found, more }, pairedItem: { item: 0 } }];
}

/** One claim per run of this node, however many items started it. */
async function claim(context: IExecuteFunctions, send: Send): Promise<INodeExecutionData[]> {
	const lane = context.getNodeParameter('lane', 0) as string;
	const limit = context.getNodeParameter('largest', 0) as number;
	const { leads } = await send('POST', 'pipeline/claim', {
		...(lane === '' ? {} : { lane }),
		...(limit > 0 ? { limit } : {}),
		execution_id: context.getExecutionId(),
	});
	return (leads as IDataObject[]).map((json) => ({ json, pairedItem: { item: 0 } }));
}

/** The calls travel with the first item of their batch; Enrich takes them from there. */
async function plan(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const keepFailed = context.getNodeParameter('includeFailed', 0, false) as boolean;
	return await eachBatch(context, 'Plan', 2, async ({ post, items, indices }) => {
		const { results, calls, round } = await post('plan');
		const planned = calls as IDataObject[];
		const merged = merge(items, indices, results, keepFailed);
		merged.forEach(({ json }) => delete json.calls);
		if (planned.length === 0) return [[], merged];
		if (merged.length > 0) Object.assign(merged[0].json, { calls: planned, round });
		return [merged, []];
	});
}

async function apply(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const keepFailed = context.getNodeParameter('includeFailed', 0, false) as boolean;
	return await eachBatch(context, 'Apply', 1, async ({ post, items, indices }) => {
		const { results } = await post('apply');
		return [merge(items, indices, results, keepFailed)];
	});
}

async function complete(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	return await eachBatch(context, 'Complete', 2, async ({ id, post, indices }) => {
		const { results, more, lane } = await post('complete');
		const item = {
			json: { batch_id: id, lane, more, leads: (results as unknown[]).length },
			pairedItem: indices.map((index) => ({ item: index })),
		};
		return more ? [[item], []] : [[], [item]];
	});
}

async function fail(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	return await eachBatch(context, 'Fail', 1, async ({ id, post, indices }) => {
		const reason = context.getNodeParameter('reason', indices[0]) as string;
		const given = await post('fail', { reason });
		return [
			[
				{
					json: { batch_id: id, ...given },
					pairedItem: indices.map((index) => ({ item: index })),
				},
			],
		];
	});
}

/** The first item of each lane that is to be woken. */
function lanesOf(context: IExecuteFunctions): number[] {
	const first = new Map<string, number>();
	for (const index of context.getInputData().keys()) {
		const lane = laneOf(context, index);
		if (!first.has(lane)) first.set(lane, index);
	}
	return [...first.values()];
}

function laneOf(context: IExecuteFunctions, index: number): string {
	const lane = context.getNodeParameter('wakeLane', index) as string;
	return lane === 'item' ? String(context.getInputData()[index].json.lane) : lane;
}

async function wake(context: IExecuteFunctions, send: Send, index: number) {
	const lane = laneOf(context, index);
	const { woken } = await send('POST', 'pipeline/wake', { lane });
	return [{ json: { lane, woken }, pairedItem: { item: index } }];
}

async function recordError(context: IExecuteFunctions, send: Send, index: number) {
	const { execution, workflow, trigger } = context.getInputData()[index].json;
	const run = isObject(execution) ? execution : {};
	const started = isObject(trigger) ? trigger : {};
	const error = isObject(run.error) ? run.error : isObject(started.error) ? started.error : {};
	const source = isObject(workflow) ? workflow : {};
	const json = await send('POST', 'pipeline/errors', {
		execution_id: run.id === undefined ? null : String(run.id),
		workflow_id: short(source.id, LONGEST_NAME),
		workflow_name: short(source.name, LONGEST_NAME),
		node: short(run.lastNodeExecuted, LONGEST_NAME),
		message: short(error.message ?? 'unknown', LONGEST_MESSAGE),
	});
	return [{ json, pairedItem: { item: index } }];
}

/** Text that can be stored: cut to size, without NUL and halves of characters. */
function short(value: unknown, longest: number): string {
	return String(value ?? '')
		.replaceAll('\0', '')
		.slice(0, longest)
		.toWellFormed();
}
