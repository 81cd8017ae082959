import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { pooled } from '../../shared/enrichment';
import { failed } from '../../shared/items';
import { type Send, connect } from '../../shared/sidecar';
import type { Outputs } from '../../shared/steps';

const REQUESTS_AT_ONCE = 10;

/** Runs a call on one stored lead per item; `path` is the lead's. */
export async function single(
	context: IExecuteFunctions,
	operation: string,
	run: (send: Send, path: string, item: number) => Promise<IDataObject>,
): Promise<Outputs> {
	const send = await connect(context);
	const outputs: INodeExecutionData[] = [];
	await pooled([...context.getInputData().keys()], REQUESTS_AT_ONCE, async (item) => {
		const id = context.getNodeParameter('leadId', item) as string;
		try {
			const json = await run(send, `leads/${encodeURIComponent(id)}`, item);
			outputs[item] = { json, pairedItem: { item } };
		} catch (error) {
			[outputs[item]] = failed(context, error, [item], `Lead ${operation}, lead ${id}`);
		}
	});
	return [outputs];
}
