import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';
import { batchNotice, includeFailed, leadId } from '../../shared/descriptions';
import { failed, merge } from '../../shared/items';
import { connect } from '../../shared/sidecar';
import { byLeadId, eachBatch } from '../../shared/steps';

export class Notify implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Notify',
		name: 'notify',
		icon: { light: 'file:../../icons/notify.svg', dark: 'file:../../icons/notify.dark.svg' },
		group: ['output'],
		version: 1,
		subtitle: '={{ $parameter["operation"] }}',
		description: 'Send the messages that are owed for hot leads, each once',
		defaults: { name: 'Notify' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'enrichmentSidecarApi', required: true }],
		properties: [
			{
				displayName: 'Operation',
				name: 'operation',
				type: 'options',
				noDataExpression: true,
				options: [
					{
						name: 'Deliver Owed Messages',
						value: 'deliver',
						action: 'Deliver owed messages',
						description: 'Send every message that is still owed, e.g. after an outage',
					},
					{
						name: 'Notify About Batch',
						value: 'batch',
						action: 'Notify about a claimed batch',
						description: 'Send what is owed for the leads of the claimed batch',
					},
					{
						name: 'Notify About Stored Leads',
						value: 'stored',
						action: 'Notify about stored leads',
						description: 'Send what is owed for stored leads by ID',
					},
				],
				default: 'batch',
			},
			batchNotice({ operation: ['batch'] }),
			includeFailed({ operation: ['batch'] }),
			leadId({ operation: ['stored'] }),
		],
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const operation = this.getNodeParameter('operation', 0) as string;
		if (operation === 'stored') return await byLeadId(this, 'Notify', 'notify');
		if (operation === 'deliver') return [await deliver(this)];
		const keepFailed = this.getNodeParameter('includeFailed', 0, false) as boolean;
		return await eachBatch(this, 'Notify', 1, async ({ post, items, indices }) => {
			const { results } = await post('notify');
			return [merge(items, indices, results, keepFailed)];
		});
	}
}

/** Once per run of the node, however many items started it. */
async function deliver(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const send = await connect(context);
	try {
		const json = await send('POST', 'notifications/deliver', {});
		return [{ json, pairedItem: { item: 0 } }];
	} catch (error) {
		return failed(context, error, [0], 'Deliver owed messages');
	}
}
