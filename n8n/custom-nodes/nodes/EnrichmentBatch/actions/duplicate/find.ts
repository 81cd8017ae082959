import type { INodeProperties } from 'n8n-workflow';
import type { Operation } from '../../../../shared/operations';
import { once } from '../../../../shared/steps';
import { MORE_OR_DONE, byMore } from '../../more';

const longest: INodeProperties = {
	displayName: 'Longest Search in Seconds',
	name: 'longest',
	type: 'number',
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
		const longest = (item: number) => context.getNodeParameter('longest', item) as number;
		const found = await once(context, 'Find duplicates', longest, async (send, seconds) => {
			const until = Date.now() + 1000 * seconds;
			let [checked, found, more] = [0, 0, true];
			while (more) {
				const part = await send('POST', 'duplicates/find', {});
				checked += Number(part.checked);
				found += Number(part.found);
				more = part.more === true;
				if (Date.now() >= until) break;
			}
			return [{ checked, found, more }];
		});
		return byMore(found);
	},
};
