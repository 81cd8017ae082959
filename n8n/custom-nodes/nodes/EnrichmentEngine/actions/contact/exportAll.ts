import type { Operation } from '../../../../shared/operations';
import { each } from '../../../../shared/steps';
import { idOf } from '../../calls';
import { contactId } from '../../parameters';

export const exportAll: Operation = {
	name: 'Export',
	action: 'Export a contact',
	description:
		'Read everything that is known of a person, for their right of access. Needs the scope pii:read.',
	properties: [contactId],
	answer: {
		contact: 'object',
		sources: 'object',
		leads: 'array',
		received: 'array',
		provider_answers: 'array',
	},

	async execute(context) {
		return await each(context, 'Export a contact', async (send, item) => {
			return await send('GET', `contacts/${idOf(context, contactId, item)}/export`);
		});
	},
};
