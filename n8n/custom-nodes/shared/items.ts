import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { NodeError, NodeOperationError } from 'n8n-workflow';
import { parameter } from './parameter';
import { SidecarError } from './sidecar';

/** What the sidecar answers of one lead in a step; a reference, never a person. */
export interface Reference extends IDataObject {
	lead_id: string;
	outcome: 'ok' | 'retry' | 'dead' | 'elsewhere' | 'finished';
	code: string | null;
}

/** An input item with the reference of its lead in it. */
export interface Referred {
	item: number;
	json: IDataObject;
	/** What the item's parameter Include Leads That Failed says. */
	includeFailed: boolean;
}

const PACKAGE = 'n8n-nodes-enrichment-engine.';

/** Reads input items with the reference of their lead; NodeOperationError for one that has none. */
export function referred(context: IExecuteFunctions): (item: number) => Referred {
	const items = context.getInputData();
	const includeFailed = parameter<boolean>(context, 'includeFailed', false);
	return (item) => {
		const { json } = items[item];
		return {
			item,
			json: refers(json) ? json : { ...json, ...lost(context, item) },
			includeFailed: includeFailed(item),
		};
	};
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
export function merge(items: Referred[], results: unknown): INodeExecutionData[] {
	const references = new Map((results as Reference[]).map((told) => [told.lead_id, told]));
	return items.flatMap(({ item, json, includeFailed }) => {
		const told = references.get(String(json.lead_id));
		if (told === undefined || GONE.has(told.outcome)) return [];
		if (told.outcome !== 'ok' && !includeFailed) return [];
		return [{ json: says(json, told) ? json : { ...json, ...told }, pairedItem: { item } }];
	});
}

/**
 * Whether an item says all of this already. It stays the very same object then: n8n serializes what all nodes of a
 * run put out at its end, and the same object once.
 */
function says(json: IDataObject, told: Reference): boolean {
	for (const name in told) if (json[name] !== told[name]) return false;
	return true;
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
 * items of the failed request instead, each with the reason. It then throws nothing: n8n would pass
 * on the input items as if all had gone well.
 */
export function failed(
	context: IExecuteFunctions,
	error: unknown,
	indices: number[],
	doing: string,
): INodeExecutionData[] {
	const told = asNodeError(context, error, doing, indices[0]);
	if (!context.continueOnFail()) throw told;
	const problem = error instanceof SidecarError ? error.problem : {};
	const items = context.getInputData();
	// n8n knows a failed item by exactly these fields, and routes it to the error output.
	return indices.map((index) => ({
		json: {
			error: told.message,
			details: { ...problem, ...reference(items[index].json) },
		},
		pairedItem: { item: index },
	}));
}

/** What the sidecar refused names what was being done; what is wrong with a parameter names that. */
function asNodeError(
	context: IExecuteFunctions,
	error: unknown,
	doing: string,
	itemIndex: number,
): NodeError {
	if (error instanceof SidecarError) return error.asNodeError(context, doing, itemIndex);
	if (error instanceof NodeError) return error;
	return new NodeOperationError(context.getNode(), error as Error, { itemIndex });
}

/** The part of an item that may stand beside an error. */
function reference({ batch_id, lead_id }: IDataObject): IDataObject {
	return {
		...(batch_id === undefined ? {} : { batch_id }),
		...(lead_id === undefined ? {} : { lead_id }),
	};
}
