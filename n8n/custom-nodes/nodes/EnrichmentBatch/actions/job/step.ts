import type { Operation } from '../../../../shared/operations';
import { isObject } from '../../../../shared/sidecar';
import { NOTHING_SAID, once } from '../../../../shared/steps';
import { MORE_OR_DONE, byMore } from '../../more';

export const step: Operation = {
	name: 'Step',
	action: 'Step a job',
	description: 'Take in the next rows of the oldest import that waits, for five seconds',
	outputs: MORE_OR_DONE,

	/** A step of one job; no item when none waits. Rows and columns stay in the sidecar. */
	async execute(context) {
		const stepped = await once(context, 'Step a job', NOTHING_SAID, async (send) => {
			const { job, more } = await send('POST', 'jobs/step', {});
			if (!isObject(job)) return [];
			const { id, state, lane, progress, counts } = job;
			return [{ job_id: id, state, lane, progress, counts, more }];
		});
		return byMore(stepped);
	},
};
