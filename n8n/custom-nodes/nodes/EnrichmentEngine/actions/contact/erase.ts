import type { Operation } from '../../../../shared/operations';
import { each } from '../../../../shared/steps';
import { idOf } from '../../calls';
import { contactId } from '../../parameters';

export const erase: Operation = {
	name: 'Erase',
	action: 'Erase a contact',
	description: 'Forget a person for good; they are refused from now on. Needs the scope admin.',
	properties: [contactId],
	answer: { contact_id: 'string', erased: 'boolean' },

	async execute(context) {
		return await each(context, 'Erase a contact', async (send, item) => {
			const id = idOf(context, contactId, item);
			await send('DELETE', `contacts/${id}`);
			return { contact_id: id, erased: true };
		});
	},
};
