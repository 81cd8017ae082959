import type { IDataObject, INodeProperties } from 'n8n-workflow';
import type { Operation } from '../../../../shared/operations';
import { eachItem } from '../../../../shared/steps';

const lane: INodeProperties = {
	displayName: 'Lane',
	name: 'lane',
	type: 'options',
	noDataExpression: true,
	options: [
		{ name: 'Any, Interactive First', value: '' },
		{ name: 'Bulk', value: 'bulk' },
		{ name: 'Interactive', value: 'interactive' },
	],
	default: '',
	description: 'Which leads to claim: those somebody waits for, or imports',
};

const largest: INodeProperties = {
	displayName: 'Largest Batch',
	name: 'largest',
	type: 'number',
	noDataExpression: true,
	typeOptions: { minValue: 0, maxValue: 500 },
	default: 0,
	description: 'The most leads to claim; 0: as many as the sidecar is set to give',
};

export const claim: Operation = {
	name: 'Claim',
	action: 'Claim a batch',
	description: 'Take the leads that are due: one item per lead, none when nothing waits',
	properties: [lane, largest],

	/** One claim per run of the node, however many items started it. */
	async execute(context) {
		return await eachItem(context, 'Claim a batch', [0], async (send) => {
			const lane = context.getNodeParameter('lane', 0) as string;
			const limit = context.getNodeParameter('largest', 0) as number;
			const { leads } = await send('POST', 'pipeline/claim', {
				...(lane === '' ? {} : { lane }),
				...(limit > 0 ? { limit } : {}),
				execution_id: context.getExecutionId(),
			});
			return (leads as IDataObject[]).map((json) => ({ json, pairedItem: { item: 0 } }));
		});
	},
};
