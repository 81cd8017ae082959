import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { requestsOf } from '../../shared/leads';
import { type Outputs, eachRequest } from '../../shared/steps';
import { broken, idOf } from './calls';
import { leadId } from './parameters';

/** The leads that the parameter Lead gives, in requests; an item that gives none fails by itself. */
export function leadsById(
	context: IExecuteFunctions,
	doing: string,
): { requests: Array<Array<{ lead: string; item: number }>>; bad: INodeExecutionData[] } {
	const bad: INodeExecutionData[] = [];
	const leads = context.getInputData().flatMap((_, item) => {
		try {
			return [{ lead: idOf(context, leadId, item), item }];
		} catch (error) {
			bad.push(...broken(context, error, item, doing));
			return [];
		}
	});
	return { requests: requestsOf(leads), bad };
}

/** Queues the leads of all items at once, and says of each whether it was. */
export async function queue(
	context: IExecuteFunctions,
	doing: string,
	path: string,
	body: IDataObject,
): Promise<Outputs> {
	const { requests, bad } = leadsById(context, doing);
	const [items] = await eachRequest(context, doing, 1, requests, async (leads, send) => {
		const answer = await send('POST', path, { ...body, lead_ids: leads.map(({ lead }) => lead) });
		const queued = new Set(answer.queued as string[]);
		return [
			leads.map(({ lead, item }) => ({
				json: { lead_id: lead, queued: queued.has(lead.toLowerCase()) },
				pairedItem: { item },
			})),
		];
	});
	return [[...items, ...bad]];
}
