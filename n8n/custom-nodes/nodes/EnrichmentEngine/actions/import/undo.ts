import type { Operation } from '../../../../shared/operations';
import { each } from '../../../../shared/steps';
import { idOf } from '../../calls';
import { JOB_ANSWER, jobId, jobOf } from '../../jobs';

export const undo: Operation = {
	name: 'Undo',
	action: 'Undo an import',
	description:
		'Take an import back: all is as before, except what others changed since. "Wait" says when it is done.',
	properties: [jobId],
	answer: JOB_ANSWER,

	async execute(context) {
		return await each(context, 'Undo an import', async (send, item) => {
			return jobOf(await send('POST', `jobs/${idOf(context, jobId, item)}/undo`, {}));
		});
	},
};
