import type { INodeProperties } from 'n8n-workflow';
import { batchNotice } from '../../../../shared/descriptions';
import type { Operation } from '../../../../shared/operations';
import { eachBatch } from '../../../../shared/steps';

const reason: INodeProperties = {
	displayName: 'Reason',
	name: 'reason',
	type: 'string',
	default: 'Given back by the workflow',
	description: 'Why the batch is given back, for operations people; no personal data',
};

export const fail: Operation = {
	name: 'Fail',
	action: 'Fail a batch',
	description: 'Give the batch back with a reason; its leads are queued again in smaller ones',
	properties: [batchNotice, reason],

	async execute(context) {
		return await eachBatch(context, 'Fail', 1, async ({ id, post, indices }) => {
			const reason = context.getNodeParameter('reason', indices[0]) as string;
			const given = await post('fail', { reason });
			const pairedItem = indices.map((index) => ({ item: index }));
			return [[{ json: { batch_id: id, ...given }, pairedItem }]];
		});
	},
};
