import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import { parsed } from '../../../../shared/leads';
import type { Operation } from '../../../../shared/operations';
import { each } from '../../../../shared/steps';

const body: INodeProperties = {
	displayName: 'Body',
	name: 'body',
	type: 'json',
	required: true,
	default: '={{ $json.body }}',
	description: 'What SendGrid, Mailgun, Postmark or Mailchimp sent to a webhook, as it came',
};

export const recordMail: Operation = {
	name: 'Record From Mail Service',
	action: 'Record events of a mail service',
	description:
		'Record what SendGrid, Mailgun, Postmark or Mailchimp tell of mails (opens, clicks, replies, bounces, unsubscriptions); each event is recorded once, and the leads are scored again',
	properties: [body],
	answer: { accepted: 'number', unknown: 'number', ignored: 'number' },

	async execute(context) {
		return await each(context, 'Record events of a mail service', async (send, item) => {
			const sent = sentOf(context, item);
			const { accepted, unknown, ignored } = await send('POST', 'events/mail', sent);
			return { accepted, unknown, ignored };
		});
	},
};

/** What a mail service sent, in words that quote nothing of it when it is something else. */
function sentOf(context: IExecuteFunctions, item: number): IDataObject {
	const given = context.getNodeParameter('body', item, null);
	const sent = typeof given === 'string' ? parsed(given) : given;
	if (typeof sent === 'object' && sent !== null) return sent as IDataObject;
	throw new NodeOperationError(
		context.getNode(),
		given === null || given === '' ? 'Body is empty' : 'Body is not JSON',
		{
			description: `Item ${item} holds no events of a mail service: give what its webhook received, as with {{ $json.body }} behind a Webhook node, and let the service send JSON.`,
			itemIndex: item,
		},
	);
}
