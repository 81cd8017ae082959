import type { IDataObject, INodeProperties } from 'n8n-workflow';
import type { Operation } from '../../../../shared/operations';
import { once } from '../../../../shared/steps';

const longest: INodeProperties = {
	displayName: 'Longest Search in Seconds',
	name: 'longest',
	type: 'number',
	typeOptions: { minValue: 1, maxValue: 200 },
	default: 120,
	description: 'When to leave the rest to the next run',
};

export const lookAgain: Operation = {
	name: 'Look Again',
	action: 'Look again at stale leads',
	description:
		'Queue open leads of whom something went stale to be enriched again, for a tenth of what they cost first',
	properties: [longest],
	answer: { looked: 'number', queued: 'number', paid: 'number', more: 'boolean' },

	/** Short calls, one after another, until all leads were looked at or the time is over. */
	async execute(context) {
		const seconds = (item: number) => context.getNodeParameter('longest', item) as number;
		return await once(context, 'Look again at leads', seconds, async (send, longest) => {
			const until = Date.now() + 1000 * longest;
			const told = { looked: 0, queued: 0, paid: 0 };
			let after: IDataObject = {};
			for (;;) {
				const part = await send('POST', 'leads/look-again', after);
				for (const name of ['looked', 'queued', 'paid'] as const) told[name] += Number(part[name]);
				if (!part.next) return [{ ...told, more: false }];
				if (Date.now() >= until) return [{ ...told, more: true }];
				after = { after: part.next };
			}
		});
	},
};
