import type { INodeProperties } from 'n8n-workflow';
import { LANES } from '../../../../shared/lanes';
import type { Operation } from '../../../../shared/operations';
import { once } from '../../../../shared/steps';

const wakeLane: INodeProperties = {
	displayName: 'Lane',
	name: 'wakeLane',
	type: 'options',
	options: [
		...LANES,
		{ name: 'Imports', value: 'imports' },
		{ name: 'Lane of the Item', value: 'item' },
	],
	default: 'item',
	description: 'The lane in which leads wait, or imports',
};

export const wake: Operation = {
	name: 'Wake',
	action: 'Wake the next run',
	description: 'Start another run for what waits; wake-ups of a second are one',
	properties: [wakeLane],

	/** Once per lane. */
	async execute(context) {
		const items = context.getInputData();
		const laneOf = (item: number) => {
			const lane = context.getNodeParameter('wakeLane', item) as string;
			return lane === 'item' ? String(items[item].json.lane) : lane;
		};
		return await once(context, 'Wake the next run', laneOf, async (send, lane) => {
			const { woken } = await send('POST', 'pipeline/wake', { lane });
			return [{ lane, woken }];
		});
	},
};
