import type { INodeProperties } from 'n8n-workflow';

/** The switch of every batch step that keeps failed leads in the flow. */
export const includeFailed: INodeProperties = {
	displayName: 'Include Leads That Failed',
	name: 'includeFailed',
	type: 'boolean',
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
