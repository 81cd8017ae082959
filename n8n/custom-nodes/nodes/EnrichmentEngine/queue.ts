import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import type { Outputs } from '../../shared/steps';
import { idOf } from './calls';
import { leadId } from './parameters';

/** The lead that the parameter Lead gives for an item. */
export function leadById(
	context: IExecuteFunctions,
	item: number,
): Array<{ lead: string; item: number }> {
	return [{ lead: idOf(context, leadId, item), item }];
}

/** What the sidecar answers of leads that were to be queued: of each, whether it was. */
export function queued(answer: IDataObject, leads: Array<{ lead: string; item: number }>): Outputs {
	const ids = new Set(answer.queued as string[]);
	return [
		leads.map(({ lead, item }) => ({
			json: { lead_id: lead, queued: ids.has(lead.toLowerCase()) },
			pairedItem: { item },
		})),
	];
}
