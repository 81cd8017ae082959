import type { Operation } from '../../../../shared/operations';
import { each } from '../../../../shared/steps';
import { idOf } from '../../calls';
import { leadId } from '../../parameters';

export const replay: Operation = {
	name: 'Replay',
	action: 'Replay a dead letter',
	description: 'Queue a dead letter again, alone',
	properties: [leadId],
	answer: { lead_id: 'string', stage: 'string' },

	async execute(context) {
		return await each(context, 'Replay a dead letter', async (send, item) => {
			return await send('POST', `dead-letters/${idOf(context, leadId, item)}/replay`, {});
		});
	},
};
