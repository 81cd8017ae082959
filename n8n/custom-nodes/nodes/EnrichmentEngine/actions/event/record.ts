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
		{
			name: 'ID in Another System',
			value: 'externalId',
			description: 'The open lead of whom another system calls so, else the newest',
		},
		{ name: 'Lead', value: 'lead' },
		{
			name: 'LinkedIn Profile',
			value: 'linkedinUrl',
			description: 'The open lead of whoever has the profile, else the newest',
		},
		{
			name: 'Visitor',
			value: 'anonymousId',
			description:
				'A browser or app by its anonymous ID: who it was is known once they say who they are',
		},
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

const linkedinUrl: INodeProperties = {
	displayName: 'LinkedIn Profile',
	name: 'linkedinUrl',
	type: 'string',
	placeholder: 'e.g. https://www.linkedin.com/in/name',
	required: true,
	default: '={{ $json.linkedin_url }}',
	displayOptions: { show: { of: ['linkedinUrl'] } },
	description: 'The address of a personal profile',
};

const externalSource: INodeProperties = {
	displayName: 'System',
	name: 'externalSource',
	type: 'string',
	placeholder: 'e.g. hubspot',
	required: true,
	default: '',
	displayOptions: { show: { of: ['externalId'] } },
	description: 'Under which name the IDs of the system stand in the external_ids of leads',
};

const externalId: INodeProperties = {
	displayName: 'ID',
	name: 'externalId',
	type: 'string',
	required: true,
	default: '',
	displayOptions: { show: { of: ['externalId'] } },
	description: 'What the system calls the person',
};

const anonymousId: INodeProperties = {
	displayName: 'Anonymous ID',
	name: 'anonymousId',
	type: 'string',
	default: '',
	description:
		'The browser or app that they used, as the visitor is called while nobody knows who it is',
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
		'Record what a person did (opened an e-mail, booked a meeting, …) by lead, contact, e-mail address, LinkedIn profile, ID in another system or anonymous ID; the lead is scored again',
	properties: [
		of,
		{ ...leadId, displayOptions: { show: { of: ['lead'] } } },
		{ ...contactId, displayOptions: { show: { of: ['contact'] } } },
		email,
		linkedinUrl,
		externalSource,
		externalId,
		anonymousId,
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
	const told = (property: INodeProperties, must = true) => {
		const value = String(context.getNodeParameter(property.name, item, '') ?? '').trim();
		return must ? needed(context, property.displayName, value, item) : value;
	};
	const of = context.getNodeParameter('of', item, 'lead') as string;
	const visitor = told(anonymousId, of === 'anonymousId');
	const whose: IDataObject = visitor ? { anonymous_id: visitor } : {};
	if (of === 'contact') whose.contact_id = idOf(context, contactId, item);
	else if (of === 'lead') whose.lead_id = idOf(context, leadId, item);
	else if (of === 'linkedinUrl') whose.linkedin_url = told(linkedinUrl);
	else if (of === 'externalId') {
		whose.external_id = { source: told(externalSource), id: told(externalId) };
	} else if (of === 'email') whose.email = told(email);
	return whose;
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
