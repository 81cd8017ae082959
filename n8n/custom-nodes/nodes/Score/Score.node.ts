import type {
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';
import { batchNotice, includeFailed, leadField, leadId } from '../../shared/descriptions';
import { merge } from '../../shared/items';
import { leadsOf, requestsOf } from '../../shared/leads';
import { byLeadId, eachBatch, eachRequest } from '../../shared/steps';

export class Score implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Score',
		name: 'score',
		icon: { light: 'file:../../icons/score.svg', dark: 'file:../../icons/score.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["operation"] }}',
		description: 'Score leads with what is known of them, with reasons that add up',
		defaults: { name: 'Score' },
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
						name: 'Score Batch',
						value: 'batch',
						action: 'Score a claimed batch',
						description: 'Score every lead of the claimed batch and keep the scores',
					},
					{
						name: 'Score Leads',
						value: 'leads',
						action: 'Score leads without storing anything',
						description: 'Say what the leads of the items would score; nothing is stored',
					},
					{
						name: 'Score Stored Leads',
						value: 'stored',
						action: 'Score stored leads again',
						description: 'Score stored leads by ID',
					},
				],
				default: 'batch',
			},
			batchNotice({ operation: ['batch'] }),
			includeFailed({ operation: ['batch'] }),
			leadField({ operation: ['leads'] }),
			leadId({ operation: ['stored'] }),
		],
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const operation = this.getNodeParameter('operation', 0) as string;
		if (operation === 'batch') {
			const keepFailed = this.getNodeParameter('includeFailed', 0, false) as boolean;
			return await eachBatch(this, 'Score', 1, async ({ post, items, indices }) => {
				const { results } = await post('score');
				return [merge(items, indices, results, keepFailed)];
			});
		}
		if (operation === 'stored') return await byLeadId(this, 'Score', 'score');
		const field = this.getNodeParameter('leadField', 0) as string;
		const requests = requestsOf(leadsOf(this.getInputData(), field));
		return await eachRequest(this, 'Score', 'score', requests, (leads) => ({
			leads: leads.map(({ lead }) => lead) as IDataObject[],
		}));
	}
}
