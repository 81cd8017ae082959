import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { type Reference, type Referred, failed, groupsOf, merge, quietly } from './items';
import { type Send, connect } from './sidecar';

/** The leads of one claim among the input items of a step. */
export interface Group {
	id: string;
	items: Referred[];
	send: Send;
	/** POST a step on exactly these leads, e.g. `post('score')`. */
	post: (step: string, body?: IDataObject) => Promise<IDataObject>;
}

/** What a step hands on: output number -> items. */
export type Outputs = INodeExecutionData[][];

/** Runs a step once for each claim among the input items, on the leads of those items alone. */
export async function eachGroup(
	context: IExecuteFunctions,
	doing: string,
	outputs: number,
	run: (group: Group) => Promise<Outputs>,
): Promise<Outputs> {
	const send = await connect(context);
	const gathered: Outputs = Array.from({ length: outputs }, () => []);
	for (const [id, items] of groupsOf(context)) {
		const leads = [...new Set(items.map(({ json }) => String(json.lead_id)))];
		const post: Group['post'] = async (step, body = {}) =>
			await send('POST', `pipeline/${step}`, { batch_id: id, lead_ids: leads, ...body });
		try {
			const produced = await run({ id, items, send, post });
			produced.forEach((part, output) => gathered[output].push(...part));
		} catch (error) {
			const indices = items.map(({ index }) => index);
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
	body: (index: number) => IDataObject = () => ({}),
): Promise<Outputs> {
	const keepFailed = context.getNodeParameter('includeFailed', 0, false) as boolean;
	return await eachGroup(context, doing, 1, async ({ post, items }) => {
		const { results } = await post(step, body(items[0].index));
		quietly(context, results);
		return [merge(items, results, keepFailed)];
	});
}

/** How many leads of a step's answer it acted on. */
export function acted(results: unknown): number {
	return (results as Reference[]).filter(({ outcome }) => outcome === 'ok').length;
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
