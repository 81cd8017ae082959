import type { IDataObject } from 'n8n-workflow';
import { batchNotice, includeFailed } from '../../../../shared/descriptions';
import { merge } from '../../../../shared/items';
import type { Operation } from '../../../../shared/operations';
import { eachBatch } from '../../../../shared/steps';

export const plan: Operation = {
	name: 'Plan',
	action: 'Plan provider calls for a batch',
	description: 'Find the provider calls that are worth their price now',
	properties: [batchNotice, includeFailed],
	outputs: ['Ask Providers', 'Nothing More to Ask'],

	/** The calls travel with the first item of their batch; Enrich takes them from there. */
	async execute(context) {
		const keepFailed = context.getNodeParameter('includeFailed', 0, false) as boolean;
		return await eachBatch(context, 'Plan', 2, async ({ post, items, indices }) => {
			const { results, calls, round } = await post('plan');
			const planned = calls as IDataObject[];
			const merged = merge(items, indices, results, keepFailed);
			merged.forEach(({ json }) => delete json.calls);
			if (planned.length === 0) return [[], merged];
			if (merged.length > 0) Object.assign(merged[0].json, { calls: planned, round });
			return [merged, []];
		});
	},
};
