import type { Outputs } from '../../shared/steps';

/** The outputs of operations that do a part of their work at a time. */
export const MORE_OR_DONE = ['More', 'Done'];

/** The first output for items that say there is more, the second for the others. */
export function byMore([items]: Outputs): Outputs {
	return [items.filter(({ json }) => json.more), items.filter(({ json }) => !json.more)];
}
