import type { INodeProperties } from 'n8n-workflow';

/** The switch of every batch step that keeps failed leads in the flow. */
export const includeFailed: INodeProperties = {
	displayName: 'Include Leads That Failed',
	name: 'includeFailed',
	type: 'boolean',
	noDataExpression: true,
	default: false,
	description:
		'Whether leads whose outcome is "retry" or "dead" stay in the flow. They are recorded by the sidecar either way.',
};

/** Says where a batch step finds its batch. */
export const batchNotice: INodeProperties = {
	displayName: 'Works on the leads of its items (their batch_id and lead_id)',
	name: 'batchNotice',
	type: 'notice',
	default: '',
};

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
