import type { Operation } from '../../../../shared/operations';
import { each } from '../../../../shared/steps';
import { idOf } from '../../calls';
import { duplicateId } from '../../duplicates';

export const dismiss: Operation = {
	name: 'Dismiss',
	action: 'Dismiss a duplicate',
	description: 'Say that a pair is two people; it is not brought up again',
	properties: [duplicateId],
	answer: { id: 'string', state: 'string' },

	async execute(context) {
		return await each(context, 'Dismiss a duplicate', async (send, item) => {
			return await send('POST', `duplicates/${idOf(context, duplicateId, item)}/dismiss`, {});
		});
	},
};
