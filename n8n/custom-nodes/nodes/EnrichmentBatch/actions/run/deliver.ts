import type { Operation } from '../../../../shared/operations';
import { NOTHING_SAID, once } from '../../../../shared/steps';

export const deliver: Operation = {
	name: 'Deliver Owed Messages',
	action: 'Deliver owed messages',
	description: 'Send every message that is still owed, e.g. after an outage',

	/** Once per run of the node, however many items started it. */
	async execute(context) {
		return await once(context, 'Deliver owed messages', NOTHING_SAID, async (send) => [
			await send('POST', 'notifications/deliver', {}),
		]);
	},
};
