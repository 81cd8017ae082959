import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { type Send, isObject } from './sidecar';

/** The most leads that the sidecar takes at once. */
export const LARGEST_REQUEST = 1000;

/** One lead of the input and the item it came with. */
export interface LeadOfItem {
	lead: unknown;
	item: number;
}

/**
 * Finds the leads of each item: one, a list, or {"leads": [list]}. `given` tells the field that holds
 * them, or is them (an expression, or what a model filled in). What holds none of these is handed
 * on as it is: the sidecar says what is wrong with it.
 */
export function leadsOf(
	items: INodeExecutionData[],
	given: (item: number) => unknown,
): LeadOfItem[] {
	return items.flatMap(({ json }, item) => {
		const content = contentOf(json, given(item));
		const leads = isObject(content) && Array.isArray(content.leads) ? content.leads : content;
		const list: unknown[] = Array.isArray(leads) && leads.length > 0 ? leads : [content];
		return list.map((lead) => ({ lead: lead ?? null, item }));
	});
}

/**
 * Splits leads into requests. The leads of one item stay together: what was sent to a webhook at
 * once is answered at once, and refused at once when it is too much.
 */
export function requestsOf<T extends { item: number }>(leads: T[]): T[][] {
	const requests: T[][] = [];
	for (const own of Map.groupBy(leads, ({ item }) => item).values()) {
		const last = requests.at(-1);
		if (last && last.length + own.length <= LARGEST_REQUEST) last.push(...own);
		else requests.push([...own]);
	}
	return requests;
}

/** The requests for the leads of the input; the parameter Lead Field says where they are. */
export function leadRequests(context: IExecuteFunctions): LeadOfItem[][] {
	const given = (item: number) => context.getNodeParameter('leadField', item, '');
	return requestsOf(leadsOf(context.getInputData(), given));
}

/** Sends leads at once to a call that answers a result for each, in the same order. */
export async function resultsOf(
	send: Send,
	path: string,
	leads: LeadOfItem[],
): Promise<IDataObject[]> {
	const { results } = await send('POST', path, {
		leads: leads.map(({ lead }) => lead) as IDataObject[],
	});
	return results as IDataObject[];
}

/**
 * What the sender calls a delivery that may come again: the header Idempotency-Key, else webhook-id
 * (Standard Webhooks). Found in what a webhook hands on and in what came of it, to be spread there.
 */
export function deliveryOf({ json }: INodeExecutionData): { delivery?: string } {
	const headers = isObject(json.headers) ? json.headers : {};
	const delivery = json.delivery ?? headers['idempotency-key'] ?? headers['webhook-id'];
	return typeof delivery === 'string' && delivery !== '' ? { delivery } : {};
}

/** The items that the leads came with, as pairs of an output item. */
export function pairs(leads: LeadOfItem[]): Array<{ item: number }> {
	return [...new Set(leads.map(({ item }) => item))].map((item) => ({ item }));
}

function contentOf(json: IDataObject, given: unknown): unknown {
	if (typeof given !== 'string') return given ?? json;
	if (given === '') return json.lead ?? json.body ?? json;
	return /^\s*[[{]/.test(given) ? parsed(given) : at(json, given);
}

/** The JSON in a text; the text itself when it is none. */
export function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}

function at(json: IDataObject, path: string): unknown {
	return path
		.split('.')
		.reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), json);
}
