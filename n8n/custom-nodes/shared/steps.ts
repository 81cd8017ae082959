import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { batchesOf, failed } from './items';
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

/** Runs a stateless call: one request for many items, results in the order of what was sent. */
export async function eachRequest<T extends { item: number }>(
	context: IExecuteFunctions,
	doing: string,
	path: string,
	requests: T[][],
	body: (entries: T[]) => IDataObject,
): Promise<Outputs> {
	const send = await connect(context);
	const gathered: INodeExecutionData[] = [];
	for (const entries of requests) {
		try {
			const { results } = await send('POST', path, body(entries));
			(results as IDataObject[]).forEach((json, place) => {
				gathered.push({ json, pairedItem: { item: entries[place].item } });
			});
		} catch (error) {
			const indices = [...new Set(entries.map(({ item }) => item))];
			const told = `${doing}, ${entries.length} lead(s) of item ${indices.join(', ')}`;
			gathered.push(...failed(context, error, indices, told));
		}
	}
	return [gathered];
}

/** The same for stored leads, whose IDs the parameter Lead ID gives for each item. */
export async function byLeadId(
	context: IExecuteFunctions,
	doing: string,
	path: string,
): Promise<Outputs> {
	const stored = context
		.getInputData()
		.map((_, item) => ({ lead: context.getNodeParameter('leadId', item) as string, item }));
	return await eachRequest(context, doing, path, requestsOf(stored), (leads) => ({
		lead_ids: leads.map(({ lead }) => lead),
	}));
}
