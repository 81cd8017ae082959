import type { Operation } from '../../../../shared/operations';
import { each } from '../../../../shared/steps';
import { idOf } from '../../calls';
import { contactId, simplify } from '../../parameters';
import { CONTACT_ANSWER, shown } from '../../simplify';

export const get: Operation = {
	name: 'Get',
	action: 'Get a contact',
	description: 'Read a stored person; people are masked without the scope pii:read',
	properties: [contactId, simplify],
	answer: CONTACT_ANSWER,

	async execute(context) {
		return await each(context, 'Get a contact', async (send, item) => {
			const row = await send('GET', `contacts/${idOf(context, contactId, item)}`);
			return shown(context, item, 'contact', row);
		});
	},
};
