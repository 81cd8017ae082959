import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { pooled } from './enrichment';
import { type Reference, type Referred, failed, merge, quietly, referred } from './items';
import { type Send, connect } from './sidecar';

/** What a step hands on: output number -> items. */
export type Outputs = INodeExecutionData[][];

/** Of operations whose parameters say nothing that a call depends on. */
export const NOTHING_SAID = () => ({});

/** The leads of one claim among the input items of a step, those whose parameters say the same. */
interface Group<Said> {
	id: string;
	items: Referred[];
	said: Said;
	send: Send;
	/** POST a step on exactly these leads, e.g. `post('score')`. */
	post: (step: string, body?: IDataObject) => Promise<IDataObject>;
}

/** The most leads that the sidecar takes at once. */
const LARGEST_REQUEST = 1000;
const REQUESTS_AT_ONCE = 10;

/**
 * Runs a call for parts of what the input items give. Expressions are evaluated for each item, and a
 * part holds only what may go in one call: `parts` tells apart what parameters tell apart. An item
 * that gives nothing because something is wrong with it fails by itself, and a part that fails
 * leaves the others.
 */
async function eachPart<T extends { item: number }>(
	context: IExecuteFunctions,
	outputs: number,
	of: (item: number) => T[],
	parts: (given: T[]) => T[][],
	doing: (part?: T[]) => string,
	run: (part: T[], send: Send) => Promise<Outputs>,
): Promise<Outputs> {
	const bad: INodeExecutionData[] = [];
	const given = context.getInputData().flatMap((_, item) => {
		try {
			return of(item);
		} catch (error) {
			bad.push(...failed(context, error, [item], doing()));
			return [];
		}
	});
	const send = await connect(context);
	const gathered: Outputs = Array.from({ length: outputs }, () => []);
	for (const part of parts(given)) {
		try {
			const produced = await run(part, send);
			produced.forEach((items, output) => gathered[output].push(...items));
		} catch (error) {
			const indices = [...new Set(part.map(({ item }) => item))];
			gathered[0].push(...failed(context, error, indices, doing(part)));
		}
	}
	gathered[0].push(...bad);
	return gathered;
}

/** What is the same by a key, in order of first appearance; the key is anything that JSON can tell. */
function alike<T>(all: T[], key: (one: T) => unknown): T[][] {
	return [...Map.groupBy(all, (one) => JSON.stringify(key(one))).values()];
}

/** Runs a step once for each claim among the input items, on the leads of those items alone. */
export async function eachGroup<Said>(
	context: IExecuteFunctions,
	doing: string,
	outputs: number,
	said: (item: number) => Said,
	run: (group: Group<Said>) => Promise<Outputs>,
): Promise<Outputs> {
	const of = referred(context);
	return await eachPart(
		context,
		outputs,
		(item) => [{ ...of(item), said: said(item) }],
		(all) => alike(all, ({ json, said }) => [json.batch_id, said]),
		(part) => (part ? `${doing}, batch ${String(part[0].json.batch_id)}` : doing),
		async (items, send) => {
			const [{ json, said }] = items;
			const id = String(json.batch_id);
			const leads = [...new Set(items.map(({ json }) => String(json.lead_id)))];
			const post: Group<Said>['post'] = async (step, body = {}) =>
				await send('POST', `pipeline/${step}`, { batch_id: id, lead_ids: leads, ...body });
			return await run({ id, items, said, send, post });
		},
	);
}

/** Runs a step that only brings what the sidecar answers of each lead into its item. */
export async function mergeStep(
	context: IExecuteFunctions,
	doing: string,
	step: string,
	body: (item: number) => IDataObject = NOTHING_SAID,
): Promise<Outputs> {
	return await eachGroup(context, doing, 1, body, async ({ post, items, said }) => {
		const { results } = await post(step, said);
		quietly(context, results);
		return [merge(items, results)];
	});
}

/** How many leads of a step's answer it acted on. */
export function acted(results: unknown): number {
	return (results as Reference[]).filter(({ outcome }) => outcome === 'ok').length;
}

/** Runs a call that takes the leads of many items: once per request. */
export async function eachRequest<T extends { item: number; said?: unknown }>(
	context: IExecuteFunctions,
	doing: string,
	outputs: number,
	of: (item: number) => T[],
	run: (leads: T[], send: Send) => Promise<Outputs>,
): Promise<Outputs> {
	return await eachPart(
		context,
		outputs,
		of,
		(all) => alike(all, ({ said }) => said).flatMap(requestsOf),
		(part) => {
			if (!part) return doing;
			const indices = [...new Set(part.map(({ item }) => item))];
			return `${doing}, ${part.length} lead(s) of item ${indices.join(', ')}`;
		},
		run,
	);
}

/**
 * Splits leads into requests. The leads of one item stay together: what was sent to a webhook at
 * once is answered at once, and refused at once when it is too much.
 */
function requestsOf<T extends { item: number }>(leads: T[]): T[][] {
	const requests: T[][] = [];
	for (const own of Map.groupBy(leads, ({ item }) => item).values()) {
		const last = requests.at(-1);
		if (last && last.length + own.length <= LARGEST_REQUEST) last.push(...own);
		else requests.push([...own]);
	}
	return requests;
}

/** The results of a request, each paired with the item that its lead came with. */
export function paired(results: unknown, leads: Array<{ item: number }>): INodeExecutionData[] {
	return (results as IDataObject[]).map((json, place) => ({
		json,
		pairedItem: { item: leads[place].item },
	}));
}

/** Runs a call once, however many items started it; once more for items whose parameters say something else. */
export async function once<Said>(
	context: IExecuteFunctions,
	doing: string,
	said: (item: number) => Said,
	run: (send: Send, said: Said) => Promise<IDataObject[]>,
): Promise<Outputs> {
	return await eachPart(
		context,
		1,
		(item) => [{ item, said: said(item) }],
		(all) => alike(all, ({ said }) => said),
		() => doing,
		async ([{ item, said }], send) => {
			const answers = await run(send, said);
			return [answers.map((json) => ({ json, pairedItem: { item } }))];
		},
	);
}

/** Runs a call for each item; what it answers are the items that come of this one, in order. */
export async function each(
	context: IExecuteFunctions,
	doing: string,
	run: (send: Send, item: number) => Promise<IDataObject | IDataObject[]>,
): Promise<Outputs> {
	const send = await connect(context);
	const answers: INodeExecutionData[][] = [];
	await pooled([...context.getInputData().keys()], REQUESTS_AT_ONCE, async (item) => {
		try {
			const answer = await run(send, item);
			const all = Array.isArray(answer) ? answer : [answer];
			answers[item] = all.map((json) => ({ json, pairedItem: { item } }));
		} catch (error) {
			answers[item] = failed(context, error, [item], doing);
		}
	});
	return [answers.flat()];
}
