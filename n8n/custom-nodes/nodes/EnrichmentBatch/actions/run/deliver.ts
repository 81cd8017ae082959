import type { Operation } from '../../../../shared/operations';
import { eachItem } from '../../../../shared/steps';

export const deliver: Operation = {
	name: 'Deliver Owed Messages',
	action: 'Deliver owed messages',
	description: 'Send every message that is still owed, e.g. after an outage',

	/** Once per run of the node, however many items started it. */
	async execute(context) {
		return await eachItem(context, 'Deliver owed messages', [0], async (send) => {
			const json = await send('POST', 'notifications/deliver', {});
			return [{ json, pairedItem: { item: 0 } }];
		});
	},
};
