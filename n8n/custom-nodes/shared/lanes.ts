import type { INodePropertyOptions } from 'n8n-workflow';

/** How urgent leads are; the sidecar's `lane`. */
export const LANES: INodePropertyOptions[] = [
	{ name: 'Bulk', value: 'bulk', description: 'Large batches, after everything interactive' },
	{
		name: 'Interactive',
		value: 'interactive',
		description: 'Somebody waits: before every import',
	},
];
