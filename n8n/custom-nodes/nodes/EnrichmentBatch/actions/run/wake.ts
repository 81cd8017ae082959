import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { Operation } from '../../../../shared/operations';
import { eachItem } from '../../../../shared/steps';

const wakeLane: INodeProperties = {
	displayName: 'Lane',
	name: 'wakeLane',
	type: 'options',
	options: [
		{ name: 'Bulk', value: 'bulk' },
		{ name: 'Imports', value: 'imports' },
		{ name: 'Interactive', value: 'interactive' },
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

	/** Once per lane, for its first item. */
	async execute(context) {
		const first = new Map<string, number>();
		for (const index of context.getInputData().keys()) {
			const lane = laneOf(context, index);
			if (!first.has(lane)) first.set(lane, index);
		}
		const indices = [...first.values()];
		return await eachItem(context, 'Wake the next run', indices, async (send, index) => {
			const lane = laneOf(context, index);
			const { woken } = await send('POST', 'pipeline/wake', { lane });
			return [{ json: { lane, woken }, pairedItem: { item: index } }];
		});
	},
};

function laneOf(context: IExecuteFunctions, index: number): string {
	const lane = context.getNodeParameter('wakeLane', index) as string;
	return lane === 'item' ? String(context.getInputData()[index].json.lane) : lane;
}
