import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { batchesOf, failed, merge } from './items';
import { requestsOf } from './leads';
import { type Send, SidecarError, connect } from './sidecar';

/** One batch among the input items of a step. */
export interface Batch {
	id: string;
	indices: number[];
	items: INodeExecutionData[];
	send: Send;
	/** POST to this batch, e.g. `post('score')`. */
	post: (step: string, body?: IDataObject) => Promise<IDataObject>;
}

/** What a step hands on: output number -> items. */
export type Outputs = INodeExecutionData[][];

/**
 * Runs a step once per batch among the input items.
 *
 * A batch whose lease is lost belongs to another run by now: it leaves this one without a word.
 */
export async function eachBatch(
	context: IExecuteFunctions,
	doing: string,
	outputs: number,
	run: (batch: Batch) => Promise<Outputs>,
): Promise<Outputs> {
	const items = context.getInputData();
	const send = await connect(context);
	const gathered: Outputs = Array.from({ length: outputs }, () => []);
	for (const [id, indices] of batchesOf(context, items)) {
		const post: Batch['post'] = async (step, body = {}) =>
			await send('POST', `pipeline/batches/${encodeURIComponent(id)}/${step}`, body);
		try {
			const produced = await run({ id, indices, items, send, post });
			produced.forEach((part, output) => gathered[output].push(...part));
		} catch (error) {
			if (error instanceof SidecarError && error.leaseLost) continue;
			gathered[0].push(...failed(context, error, indices, `${doing}, batch ${id}`));
		}
	}
	return gathered;
}

/** Runs a step that only brings what the sidecar answers of each lead into its item. */
export async function mergeStep(
	context: IExecuteFunctions,
	doing: string,
	step: string,
): Promise<Outputs> {
	const keepFailed = context.getNodeParameter('includeFailed', 0, false) as boolean;
	return await eachBatch(context, doing, 1, async ({ post, items, indices }) => {
		const { results } = await post(step);
		return [merge(items, indices, results, keepFailed)];
	});
}

/** Runs a call that takes the leads of many items: once per request. */
export async function eachRequest<T extends { item: number }>(
	context: IExecuteFunctions,
	doing: string,
	outputs: number,
	requests: T[][],
	run: (leads: T[], send: Send) => Promise<Outputs>,
): Promise<Outputs> {
	const send = await connect(context);
	const gathered: Outputs = Array.from({ length: outputs }, () => []);
	for (const leads of requests) {
		try {
			const produced = await run(leads, send);
			produced.forEach((part, output) => gathered[output].push(...part));
		} catch (error) {
			const indices = [...new Set(leads.map(({ item }) => item))];
			const told = `${doing}, ${leads.length} lead(s) of item ${indices.join(', ')}`;
			gathered[0].push(...failed(context, error, indices, told));
		}
	}
	return gathered;
}

/** The results of a request, each paired with the item that its lead came with. */
export function paired(results: unknown, leads: Array<{ item: number }>): INodeExecutionData[] {
	return (results as IDataObject[]).map((json, place) => ({
		json,
		pairedItem: { item: leads[place].item },
	}));
}

/** Runs a call on stored leads, whose IDs the parameter Lead ID gives for each item. */
export async function byLeadId(
	context: IExecuteFunctions,
	doing: string,
	path: string,
): Promise<Outputs> {
	const stored = context
		.getInputData()
		.map((_, item) => ({ lead: context.getNodeParameter('leadId', item) as string, item }));
	return await eachRequest(context, doing, 1, requestsOf(stored), async (leads, send) => {
		const { results } = await send('POST', path, { lead_ids: leads.map(({ lead }) => lead) });
		return [paired(results, leads)];
	});
}

/** Runs a call that belongs to single items, not to a batch. */
export async function eachItem(
	context: IExecuteFunctions,
	doing: string,
	indices: number[],
	run: (send: Send, index: number) => Promise<INodeExecutionData[]>,
): Promise<Outputs> {
	const send = await connect(context);
	const gathered: INodeExecutionData[] = [];
	for (const index of indices) {
		try {
			gathered.push(...(await run(send, index)));
		} catch (error) {
			gathered.push(...failed(context, error, [index], doing));
		}
	}
	return [gathered];
}
