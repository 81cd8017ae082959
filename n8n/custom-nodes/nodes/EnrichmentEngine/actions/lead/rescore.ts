import type { INodeProperties } from 'n8n-workflow';
import type { Operation } from '../../../../shared/operations';
import { each } from '../../calls';
import { filters, filtersOf } from '../../filters';
import { leadId } from '../../parameters';
import { queue } from '../../queue';

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
	answer: { lead_id: 'string', queued: 'boolean' },

	async execute(context) {
		const doing = 'Score leads again';
		if (context.getNodeParameter('which', 0, 'items') === 'items') {
			return await queue(context, doing, 'leads/rescore', {});
		}
		return await each(context, doing, async (send, item) => {
			const filters = filtersOf(context, item);
			let [queued, after] = [0, {}];
			do {
				const part = await send('POST', 'leads/rescore', { ...filters, ...after });
				queued += (part.queued as string[]).length;
				after = part.next ? { after: part.next } : {};
			} while ('after' in after);
			return { queued };
		});
	},
};
