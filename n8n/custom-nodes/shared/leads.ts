import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { type Send, isObject } from './sidecar';

/** One lead of the input and the item it came with. */
export interface LeadOfItem {
	lead: unknown;
	item: number;
}

/**
 * Finds the leads of an item: one, a list, or {"leads": [list]}. The parameter Lead Field tells the
 * field that holds them, or is them (an expression, or what a model filled in). What holds none of
 * these is handed on as it is: the sidecar says what is wrong with it.
 */
export function leadsOf(context: IExecuteFunctions, item: number): LeadOfItem[] {
	const given = context.getNodeParameter('leadField', item, '');
	const content = contentOf(context.getInputData()[item].json, given);
	const leads = isObject(content) && Array.isArray(content.leads) ? content.leads : content;
	const list: unknown[] = Array.isArray(leads) && leads.length > 0 ? leads : [content];
	return list.map((lead) => ({ lead: lead ?? null, item }));
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
