import { type Reference, merge, quietly } from '../../../../shared/items';
import type { Operation } from '../../../../shared/operations';
import { NOTHING_SAID, eachGroup } from '../../../../shared/steps';
import { batchNotice, includeFailed } from '../../parameters';

export const plan: Operation = {
	name: 'Plan',
	action: 'Plan provider calls for leads',
	description:
		'Merge what was answered, and find the leads about which asking providers is worth its price now',
	properties: [batchNotice, includeFailed],
	outputs: ['To Ask', 'Settled'],

	/** Each lead leaves by itself: those that providers are to be asked about, and those that are settled. */
	async execute(context) {
		return await eachGroup(context, 'Plan', 2, NOTHING_SAID, async ({ post, items }) => {
			const { results, asking, round } = await post('plan');
			quietly(context, results);
			const asked = new Set(asking as string[]);
			const merged = merge(
				items,
				(results as Reference[]).map((told) => ({ ...told, round })),
			);
			return [
				merged.filter(({ json }) => asked.has(String(json.lead_id))),
				merged.filter(({ json }) => !asked.has(String(json.lead_id))),
			];
		});
	},
};
