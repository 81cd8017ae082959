import type { IDataObject, INodeProperties } from 'n8n-workflow';
import { LANES } from '../../../../shared/lanes';
import type { Operation } from '../../../../shared/operations';
import { once } from '../../../../shared/steps';

const lane: INodeProperties = {
	displayName: 'Lane',
	name: 'lane',
	type: 'options',
	options: [{ name: 'Any, Interactive First', value: '' }, ...LANES],
	default: '',
	description: 'Which leads to claim: those somebody waits for, or imports',
};

const largest: INodeProperties = {
	displayName: 'Largest Batch',
	name: 'largest',
	type: 'number',
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
		const said = (item: number) => ({
			lane: context.getNodeParameter('lane', item) as string,
			limit: context.getNodeParameter('largest', item) as number,
		});
		return await once(context, 'Claim a batch', said, async (send, { lane, limit }) => {
			const { leads } = await send('POST', 'pipeline/claim', {
				...(lane === '' ? {} : { lane }),
				...(limit > 0 ? { limit } : {}),
				execution_id: context.getExecutionId(),
			});
			return leads as IDataObject[];
		});
	},
};
