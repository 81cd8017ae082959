import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import { SidecarError } from './sidecar';

/** What the sidecar answers of one lead in a step; a reference, never a person. */
export interface Reference extends IDataObject {
	lead_id: string;
	outcome: 'ok' | 'retry' | 'dead';
	code: string | null;
}

/** The positions of the input items of each batch, in order of first appearance. */
export function batchesOf(
	context: IExecuteFunctions,
	items: INodeExecutionData[],
): Map<string, number[]> {
	const batches = new Map<string, number[]>();
	items.forEach(({ json }, index) => {
		if (typeof json.batch_id !== 'string' || json.batch_id === '') {
			throw new NodeOperationError(context.getNode(), `Item ${index} carries no batch_id`, {
				description: 'This step works on a claimed batch: put it after Pipeline > Claim Batch.',
				itemIndex: index,
			});
		}
		const members = batches.get(json.batch_id);
		if (members) members.push(index);
		else batches.set(json.batch_id, [index]);
	});
	return batches;
}

/**
 * Brings a step's references into the items of its batch, by lead.
 *
 * A lead that failed in the step, or that the batch does not hold any more, leaves the flow (the
 * sidecar has recorded why) unless `includeFailed`.
 */
export function merge(
	items: INodeExecutionData[],
	indices: number[],
	results: unknown,
	includeFailed: boolean,
): INodeExecutionData[] {
	const references = new Map<string, Reference>();
	for (const reference of (Array.isArray(results) ? results : []) as Reference[]) {
		references.set(reference.lead_id, reference);
	}
	const merged: INodeExecutionData[] = [];
	for (const index of indices) {
		const { json } = items[index];
		const reference = references.get(String(json.lead_id)) ?? {
			outcome: 'retry',
			code: 'left_batch',
		};
		if (reference.outcome === 'ok' || includeFailed) {
			merged.push({ json: { ...json, ...reference }, pairedItem: { item: index } });
		}
	}
	return merged;
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
