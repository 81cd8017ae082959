import type { Operation } from '../../../../shared/operations';
import { each } from '../../../../shared/steps';
import { idOf } from '../../calls';
import { fieldsOf } from '../../fields';
import { contactId, mapper, simplify } from '../../parameters';
import { CONTACT_ANSWER, shown } from '../../simplify';

const fields = mapper('getContactEdits', 'update');

export const update: Operation = {
	name: 'Update',
	action: 'Update a contact',
	description: 'Change fields of a stored contact; enrichment will not overwrite them',
	properties: [contactId, fields, simplify],
	answer: CONTACT_ANSWER,

	async execute(context) {
		return await each(context, 'Update a contact', async (send, item) => {
			const path = `contacts/${idOf(context, contactId, item)}`;
			return shown(context, item, 'contact', await send('PATCH', path, fieldsOf(context, item)));
		});
	},
};
