import type { INodeProperties } from 'n8n-workflow';
import type { Operation } from '../../../../shared/operations';
import { queue } from '../../queue';
import { leadId } from '../../parameters';

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
		const ask_again = context.getNodeParameter('askAgain', 0, false) as boolean;
		return await queue(context, 'Enrich leads again', 'leads/enrich', { ask_again });
	},
};
