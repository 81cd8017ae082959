import type { Operation } from '../../../../shared/operations';
import { NOTHING_SAID, once } from '../../../../shared/steps';

/** Calls of five seconds: together less than the minute after which the next run comes. */
const MOST_CALLS = 10;

export const deliver: Operation = {
	name: 'Deliver Owed Messages',
	action: 'Deliver owed messages',
	description: 'Send every message that is still owed, e.g. after an outage',

	/** Once per run of the node, however many items started it. */
	async execute(context) {
		return await once(context, 'Deliver owed messages', NOTHING_SAID, async (send) => {
			let sent = 0;
			for (let call = 1; ; call++) {
				const told = await send('POST', 'notifications/deliver', {});
				sent += Number(told.sent);
				if (!told.more || call === MOST_CALLS) return [{ ...told, sent }];
			}
		});
	},
};
