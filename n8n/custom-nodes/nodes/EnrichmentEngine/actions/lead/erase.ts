import type { IDataObject } from 'n8n-workflow';
import type { Operation } from '../../../../shared/operations';
import { each } from '../../../../shared/steps';
import { idOf } from '../../calls';
import { leadId } from '../../parameters';

export const erase: Operation = {
	name: 'Erase',
	action: 'Erase the person of a lead',
	description:
		'Forget the person of a lead for good, with all their leads; they are refused from now on. Needs the scope admin.',
	properties: [leadId],
	answer: { contact_id: 'string', erased: 'boolean' },

	async execute(context) {
		return await each(context, 'Erase the person of a lead', async (send, item) => {
			const { contact } = await send('GET', `leads/${idOf(context, leadId, item)}`);
			const { id } = contact as IDataObject;
			await send('DELETE', `contacts/${String(id)}`);
			return { contact_id: id, erased: true };
		});
	},
};
