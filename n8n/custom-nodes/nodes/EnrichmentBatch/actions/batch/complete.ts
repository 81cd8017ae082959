import { quietly } from '../../../../shared/items';
import type { Operation } from '../../../../shared/operations';
import { NOTHING_SAID, acted, eachGroup } from '../../../../shared/steps';
import { MORE_OR_DONE } from '../../more';
import { batchNotice } from '../../parameters';

export const complete: Operation = {
	name: 'Complete',
	action: 'Complete leads',
	description: 'Close the leads of the items and say whether more leads wait for the next run',
	properties: [batchNotice],
	outputs: MORE_OR_DONE,

	async execute(context) {
		return await eachGroup(context, 'Complete', 2, NOTHING_SAID, async ({ id, post, items }) => {
			const { results, more, lane } = await post('complete');
			quietly(context, results);
			const item = {
				json: { batch_id: id, lane, more, leads: acted(results) },
				pairedItem: items.map(({ item }) => ({ item })),
			};
			return more ? [[item], []] : [[], [item]];
		});
	},
};
