import type { INodeProperties } from 'n8n-workflow';
import type { Operation } from '../../../../shared/operations';
import { eachItem } from '../../../../shared/steps';
import { MORE_OR_DONE, byMore } from '../../more';

const longest: INodeProperties = {
	displayName: 'Longest Search in Seconds',
	name: 'longest',
	type: 'number',
	noDataExpression: true,
	typeOptions: { minValue: 1, maxValue: 200 },
	default: 60,
	description: 'When to leave the rest to the next run',
};

export const find: Operation = {
	name: 'Find',
	action: 'Find duplicates',
	description: 'Compare contacts that are new or changed, and queue pairs for a review',
	properties: [longest],
	outputs: MORE_OR_DONE,

	/** Short calls, one after another, until all is compared or the time is over. */
	async execute(context) {
		const found = await eachItem(context, 'Find duplicates', [0], async (send) => {
			const until = Date.now() + 1000 * (context.getNodeParameter('longest', 0) as number);
			let [checked, found, more] = [0, 0, true];
			while (more) {
				const part = await send('POST', 'duplicates/find', {});
				checked += Number(part.checked);
				found += Number(part.found);
				more = part.more === true;
				if (Date.now() >= until) break;
			}
			return [{ json: { checked, found, more }, pairedItem: { item: 0 } }];
		});
		return byMore(found);
	},
};
