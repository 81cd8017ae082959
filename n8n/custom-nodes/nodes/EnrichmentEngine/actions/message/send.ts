import type { Operation } from '../../../../shared/operations';
import { eachRequest } from '../../../../shared/steps';
import { pairs } from '../../../../shared/leads';
import { leadId } from '../../parameters';
import { leadById } from '../../queue';

export const send: Operation = {
	name: 'Send',
	action: 'Send the messages about a lead',
	description: 'Send now what is still owed about stored leads; nothing is sent twice',
	properties: [leadId],
	answer: { sent: 'number', waiting: 'number', dead: 'number' },

	/** One answer for each request, of all its leads. */
	async execute(context) {
		return await eachRequest(
			context,
			'Send messages',
			1,
			(item) => leadById(context, item),
			async (leads, post) => {
				const json = await post('POST', 'notify', { lead_ids: leads.map(({ lead }) => lead) });
				return [[{ json, pairedItem: pairs(leads) }]];
			},
		);
	},
};
