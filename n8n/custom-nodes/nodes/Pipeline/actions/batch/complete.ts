import { batchNotice } from '../../../../shared/descriptions';
import type { Operation } from '../../../../shared/operations';
import { eachBatch } from '../../../../shared/steps';
import { MORE_OR_DONE } from '../../more';

export const complete: Operation = {
	name: 'Complete',
	action: 'Complete a batch',
	description: 'Close the batch and say whether more leads wait in its lane',
	properties: [batchNotice],
	outputs: MORE_OR_DONE,

	async execute(context) {
		return await eachBatch(context, 'Complete', 2, async ({ id, post, indices }) => {
			const { results, more, lane } = await post('complete');
			const item = {
				json: { batch_id: id, lane, more, leads: (results as unknown[]).length },
				pairedItem: indices.map((index) => ({ item: index })),
			};
			return more ? [[item], []] : [[], [item]];
		});
	},
};
