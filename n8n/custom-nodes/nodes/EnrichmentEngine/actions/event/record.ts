import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import type { Operation } from '../../../../shared/operations';
import { eachRequest, paired } from '../../../../shared/steps';
import { idOf, moment } from '../../calls';
import { contactId, leadId } from '../../parameters';

const of: INodeProperties = {
	displayName: 'Of',
	name: 'of',
	type: 'options',
	options: [
		{
			name: 'Contact',
			value: 'contact',
			description: 'The open lead of a person, else the newest',
		},
		{
			name: 'E-Mail Address',
			value: 'email',
			description: 'The open lead of whoever has the address, else the newest',
		},
		{ name: 'Lead', value: 'lead' },
	],
	default: 'lead',
	description: 'Whose event it is',
};

const email: INodeProperties = {
	displayName: 'E-Mail Address',
	name: 'email',
	type: 'string',
	placeholder: 'e.g. name@example.com',
	required: true,
	default: '={{ $json.email }}',
	displayOptions: { show: { of: ['email'] } },
	description: 'As a mail service tells it; upper case and the like do not matter',
};

const type: INodeProperties = {
	displayName: 'Type Name or ID',
	name: 'type',
	type: 'options',
	typeOptions: { loadOptionsMethod: 'getEventTypes' },
	required: true,
	default: '',
	description:
		'What happened, e.g. email_open or meeting_booked. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
};

const occurredAt: INodeProperties = {
	displayName: 'Occurred At',
	name: 'occurredAt',
	type: 'dateTime',
	default: '',
	description: 'When it happened; empty: now',
};

const eventId: INodeProperties = {
	displayName: 'Event ID',
	name: 'eventId',
	type: 'string',
	default: '',
	description: 'What the sender calls it: an event with the same ID is recorded once',
};

export const record: Operation = {
	name: 'Record',
	action: 'Record an event',
	description:
		'Record what a person did (opened an e-mail, booked a meeting, …) by lead, contact or e-mail address; the lead is scored again',
	properties: [
		of,
		{ ...leadId, displayOptions: { show: { of: ['lead'] } } },
		{ ...contactId, displayOptions: { show: { of: ['contact'] } } },
		email,
		type,
		occurredAt,
		eventId,
	],
	answer: { lead_id: 'string', outcome: 'string' },

	/** One request for up to a thousand items. Events of nobody that is known are answered as such. */
	async execute(context) {
		return await eachRequest(
			context,
			'Record events',
			1,
			(item) => [{ event: eventOf(context, item), item }],
			async (part, send) => {
				const events = part.map(({ event }) => event);
				const { results } = await send('POST', 'events', { events });
				return [paired(results, part)];
			},
		);
	},
};

function eventOf(context: IExecuteFunctions, item: number): IDataObject {
	const told = (name: string) => String(context.getNodeParameter(name, item, '') ?? '').trim();
	const event: IDataObject = {
		...whose(context, item),
		type: needed(context, 'Type', told('type'), item),
	};
	if (told('occurredAt')) event.occurred_at = moment(context, told('occurredAt'));
	if (told('eventId')) event.event_id = told('eventId');
	return event;
}

function whose(context: IExecuteFunctions, item: number): IDataObject {
	const of = context.getNodeParameter('of', item, 'lead') as string;
	if (of === 'contact') return { contact_id: idOf(context, contactId, item) };
	if (of === 'lead') return { lead_id: idOf(context, leadId, item) };
	const address = context.getNodeParameter('email', item, '') as string;
	return { email: needed(context, 'E-Mail Address', String(address ?? '').trim(), item) };
}

function needed(
	context: IExecuteFunctions,
	displayName: string,
	value: string,
	item: number,
): string {
	if (value !== '') return value;
	throw new NodeOperationError(context.getNode(), `${displayName} is empty`, { itemIndex: item });
}
