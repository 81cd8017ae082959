import type { INodeProperties } from 'n8n-workflow';

/** A lead's ID, one for each item. */
export const leadId: INodeProperties = {
	displayName: 'Lead ID',
	name: 'leadId',
	type: 'string',
	required: true,
	default: '={{ $json.lead_id }}',
	description: 'ID of the stored lead, as Save answers it',
};

/** Where the leads of an item are. */
export const leadField: INodeProperties = {
	displayName: 'Lead Field',
	name: 'leadField',
	type: 'string',
	noDataExpression: true,
	default: '',
	placeholder: 'e.g. body',
	description:
		'Field of the item that holds one lead, a list of leads, or an object with a list called "leads". Empty: the field "lead", else "body", else the item itself.',
};
