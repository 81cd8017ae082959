import type { Operation } from '../../../../shared/operations';
import { each } from '../../../../shared/steps';
import { idOf } from '../../calls';
import { JOB_ANSWER, jobId, jobOf } from '../../jobs';

export const get: Operation = {
	name: 'Get',
	action: 'Get an import',
	description: 'Read how far an import is, and what is wrong with its rows',
	properties: [jobId],
	answer: JOB_ANSWER,

	async execute(context) {
		return await each(context, 'Get an import', async (send, item) => {
			return jobOf(await send('GET', `jobs/${idOf(context, jobId, item)}`));
		});
	},
};
