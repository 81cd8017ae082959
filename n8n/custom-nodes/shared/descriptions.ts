import type { INodeProperties } from 'n8n-workflow';

/** The switch of every batch step that keeps failed leads in the flow. */
export function includeFailed(show: Record<string, string[]>): INodeProperties {
	return {
		displayName: 'Include Leads That Failed',
		name: 'includeFailed',
		type: 'boolean',
		noDataExpression: true,
		default: false,
		displayOptions: { show },
		description:
			'Whether leads whose outcome is "retry" or "dead" stay in the flow. They are recorded by the sidecar either way.',
	};
}

/** Says where a batch step finds its batch. */
export function batchNotice(show: Record<string, string[]>): INodeProperties {
	return {
		displayName: 'Works on the claimed batch that its items belong to (their batch_id)',
		name: 'batchNotice',
		type: 'notice',
		default: '',
		displayOptions: { show },
	};
}

/** A lead's ID, one for each item. */
export function leadId(show: Record<string, string[]>): INodeProperties {
	return {
		displayName: 'Lead ID',
		name: 'leadId',
		type: 'string',
		required: true,
		default: '={{ $json.lead_id }}',
		displayOptions: { show },
		description: 'ID of the stored lead, as Save answers it',
	};
}

/** Where the leads of an item are. */
export function leadField(show: Record<string, string[]>): INodeProperties {
	return {
		displayName: 'Lead Field',
		name: 'leadField',
		type: 'string',
		noDataExpression: true,
		default: '',
		placeholder: 'e.g. body',
		displayOptions: { show },
		description:
			'Field of the item that holds one lead, a list of leads, or an object with a list called "leads". Empty: the field "lead", else "body", else the item itself.',
	};
}
