import type { IDataObject, INodeProperties } from 'n8n-workflow';
import type { Operation } from '../../../../shared/operations';
import { each } from '../../calls';

const body: INodeProperties = {
	displayName: 'Body',
	name: 'body',
	type: 'json',
	required: true,
	default: '={{ $json.body }}',
	description: 'What SendGrid, Mailgun or Postmark sent to a webhook, as it came',
};

export const recordMail: Operation = {
	name: 'Record From Mail Service',
	action: 'Record events of a mail service',
	description:
		'Record what SendGrid, Mailgun or Postmark tell of mails (opens, clicks, replies, bounces, unsubscriptions); each event is recorded once, and the leads are scored again',
	properties: [body],
	answer: { accepted: 'number', unknown: 'number', ignored: 'number' },

	async execute(context) {
		return await each(context, 'Record events of a mail service', async (send, item) => {
			const given = context.getNodeParameter('body', item) as IDataObject | string;
			const sent = (typeof given === 'string' ? JSON.parse(given) : given) as IDataObject;
			const { accepted, unknown, ignored } = await send('POST', 'events/mail', sent);
			return { accepted, unknown, ignored };
		});
	},
};
