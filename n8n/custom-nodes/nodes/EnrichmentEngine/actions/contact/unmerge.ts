import type { Operation } from '../../../../shared/operations';
import { each } from '../../../../shared/steps';
import { idOf } from '../../calls';
import { contactId, plainId } from '../../parameters';

const merged = {
	...plainId('Merged Contact ID', 'mergedId', '={{ $json.lost_id }}'),
	description: 'ID of the contact that was merged into this one',
};

export const unmerge: Operation = {
	name: 'Unmerge',
	action: 'Unmerge a contact',
	description: 'Make two people of a contact again; what happened since goes to whom it belongs',
	properties: [contactId, merged],
	answer: { kept_id: 'string', contact_id: 'string', kept_lead_id: 'string', lead_id: 'string' },

	async execute(context) {
		return await each(context, 'Unmerge a contact', async (send, item) => {
			const path = `contacts/${idOf(context, contactId, item)}/unmerge`;
			return await send('POST', path, { contact_id: idOf(context, merged, item) });
		});
	},
};
