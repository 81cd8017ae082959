import type { IDataObject, INodeProperties } from 'n8n-workflow';
import type { Operation } from '../../../../shared/operations';
import type { Send } from '../../../../shared/sidecar';
import { eachRequest } from '../../../../shared/steps';
import { filters, filtersOf } from '../../filters';
import { leadId } from '../../parameters';
import { leadById, queued } from '../../queue';

const which: INodeProperties = {
	displayName: 'Leads',
	name: 'which',
	type: 'options',
	options: [
		{ name: 'By Filter', value: 'filter', description: 'All leads that match, once for each item' },
		{ name: 'Of the Items', value: 'items', description: 'One lead for each item' },
	],
	default: 'items',
	description: 'Which leads to score again',
};

export const rescore: Operation = {
	name: 'Score Again',
	action: 'Score stored leads again',
	description:
		'Queue stored leads to be scored anew and for keeps, without asking providers; leads that are on their way to a score are left alone',
	properties: [
		which,
		{ ...leadId, displayOptions: { show: { which: ['items'] } } },
		{ ...filters, displayOptions: { show: { which: ['filter'] } } },
	],
	answer: { lead_id: 'string', queued: 'boolean', leads: 'number' },

	/** One answer for each lead of the items; of a filter, how many leads it queued. */
	async execute(context) {
		return await eachRequest(
			context,
			'Score leads again',
			1,
			(item): Asked[] =>
				context.getNodeParameter('which', item, 'items') === 'items'
					? leadById(context, item)
					: [{ lead: '', item, said: { item, filters: filtersOf(context, item) } }],
			async (leads, send) => {
				const [{ item, said }] = leads;
				if (said) {
					const json = { leads: await queuedBy(said.filters, send) };
					return [[{ json, pairedItem: { item } }]];
				}
				const lead_ids = leads.map(({ lead }) => lead);
				return queued(await send('POST', 'leads/rescore', { lead_ids }), leads);
			},
		);
	},
};

/** A lead to be scored again, or the filter of an item, which is a request of its own. */
interface Asked {
	lead: string;
	item: number;
	said?: { item: number; filters: IDataObject };
}

/** Queues all leads that match, part after part, and counts them. */
async function queuedBy(filters: IDataObject, send: Send): Promise<number> {
	let [leads, after] = [0, {}];
	do {
		const part = await send('POST', 'leads/rescore', { ...filters, ...after });
		leads += (part.queued as string[]).length;
		after = part.next ? { after: part.next } : {};
	} while ('after' in after);
	return leads;
}
