import type { INodeProperties } from 'n8n-workflow';
import type { Operation } from '../../../../shared/operations';
import { eachRequest } from '../../../../shared/steps';
import { leadId } from '../../parameters';
import { leadById, queued } from '../../queue';

const askAgain: INodeProperties = {
	displayName: 'Ask Again',
	name: 'askAgain',
	type: 'boolean',
	default: false,
	description:
		'Whether providers are asked again for what they answered before, which costs money again. Otherwise they are asked for what is missing.',
};

export const enrich: Operation = {
	name: 'Enrich Again',
	action: 'Enrich a lead again',
	description: 'Queue stored leads to be enriched and scored again',
	properties: [leadId, askAgain],
	answer: { lead_id: 'string', queued: 'boolean' },

	async execute(context) {
		return await eachRequest(
			context,
			'Enrich leads again',
			1,
			(item) => {
				const said = { ask_again: context.getNodeParameter('askAgain', item, false) as boolean };
				return leadById(context, item).map((lead) => ({ ...lead, said }));
			},
			async (leads, send) => {
				const lead_ids = leads.map(({ lead }) => lead);
				const answer = await send('POST', 'leads/enrich', { ...leads[0].said, lead_ids });
				return queued(answer, leads);
			},
		);
	},
};
