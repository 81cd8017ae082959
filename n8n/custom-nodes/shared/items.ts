import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import { SidecarError } from './sidecar';

/** What the sidecar answers of one lead in a step; a reference, never a person. */
export interface Reference extends IDataObject {
	lead_id: string;
	outcome: 'ok' | 'retry' | 'dead' | 'elsewhere' | 'finished';
	code: string | null;
}

/** An input item with the reference of its lead in it. */
export interface Referred {
	index: number;
	json: IDataObject;
}

const PACKAGE = 'n8n-nodes-enrichment-engine.';

/** The input items of each claim, in order of first appearance. */
export function groupsOf(context: IExecuteFunctions): Map<string, Referred[]> {
	const referred = context.getInputData().map(({ json }, index) => ({
		index,
		json: refers(json) ? json : { ...json, ...lost(context, index) },
	}));
	return Map.groupBy(referred, ({ json }) => String(json.batch_id));
}

function refers({ batch_id, lead_id }: IDataObject): boolean {
	return typeof batch_id === 'string' && batch_id !== '' && typeof lead_id === 'string';
}

/**
 * The reference that an item lost on its way, as after an HTTP Request: that of its paired item at the
 * nearest step of ours before this one.
 */
function lost(context: IExecuteFunctions, index: number): IDataObject {
	const node = context.getNode();
	const before = context.getParentNodes(node.name).filter(({ type }) => type.startsWith(PACKAGE));
	for (const { name } of before) {
		try {
			const { json } = context.getWorkflowDataProxy(index).$(name).item as INodeExecutionData;
			if (refers(json)) return json;
		} catch {
			continue; // this step did not run, or the item does not come from one of its items alone
		}
	}
	const from = context.getInputSourceData().previousNode;
	throw new NodeOperationError(node, `"${node.name}" does not know the lead of item ${index}`, {
		description:
			before.length === 0
				? 'No step before it claims leads. Put it after "Enrichment Batch: Claim".'
				: `The item comes from "${from}" without batch_id and lead_id, and n8n cannot tell of which lead it was made. Let "${from}" keep both fields, or give out one item for each that goes in, or move it to a branch of its own.`,
		itemIndex: index,
	});
}

/**
 * Brings a step's references into the items, by lead.
 *
 * A lead that failed in the step, or that this run does not have any more, leaves the flow (the
 * sidecar has recorded why); one that failed stays with `includeFailed`.
 */
export function merge(
	items: Referred[],
	results: unknown,
	includeFailed: boolean,
): INodeExecutionData[] {
	const references = new Map((results as Reference[]).map((told) => [told.lead_id, told]));
	return items.flatMap(({ index, json }) => {
		const told = references.get(String(json.lead_id));
		if (told === undefined || GONE.has(told.outcome)) return [];
		if (told.outcome !== 'ok' && !includeFailed) return [];
		return [{ json: { ...json, ...told }, pairedItem: { item: index } }];
	});
}

const GONE = new Set<string>(['elsewhere', 'finished']);

/** Says how many leads left the flow because another run has them or they are finished. */
export function quietly(context: IExecuteFunctions, results: unknown): void {
	const gone = (results as Reference[]).filter(({ outcome }) => GONE.has(outcome)).length;
	if (gone === 0) return;
	context.addExecutionHints({
		message: `${gone} lead(s) left the flow: another run has them, or they are finished.`,
		location: 'outputPane',
	});
}

/**
 * Ends the node with an error that says what was being done; a node that continues on error gets the
 * items of the failed request instead, each with the reason.
 */
export function failed(
	context: IExecuteFunctions,
	error: unknown,
	indices: number[],
	doing: string,
): INodeExecutionData[] {
	const [itemIndex] = indices;
	if (!(error instanceof SidecarError)) {
		throw new NodeOperationError(context.getNode(), error as Error, { itemIndex });
	}
	if (!context.continueOnFail()) throw error.asNodeError(context, doing, itemIndex);
	const items = context.getInputData();
	// n8n knows a failed item by exactly these fields, and routes it to the error output.
	return indices.map((index) => ({
		json: {
			error: error.asNodeError(context, doing, index).message,
			details: { ...error.problem, ...reference(items[index].json) },
		},
		pairedItem: { item: index },
	}));
}

/** The part of an item that may stand beside an error. */
function reference({ batch_id, lead_id }: IDataObject): IDataObject {
	return {
		...(batch_id === undefined ? {} : { batch_id }),
		...(lead_id === undefined ? {} : { lead_id }),
	};
}
