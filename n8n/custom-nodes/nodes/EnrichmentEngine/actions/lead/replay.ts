import type { Operation } from '../../../../shared/operations';
import { each } from '../../../../shared/steps';
import { idOf } from '../../calls';
import { leadId } from '../../parameters';

export const replay: Operation = {
	name: 'Replay',
	action: 'Replay a lead',
	description: 'Queue a lead again that could not be processed, or that its flow let go',
	properties: [leadId],
	answer: { lead_id: 'string', stage: 'string' },

	async execute(context) {
		return await each(context, 'Replay a lead', async (send, item) => {
			return await send('POST', `dead-letters/${idOf(context, leadId, item)}/replay`, {});
		});
	},
};
