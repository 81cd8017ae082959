import type { INodeProperties } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';
import type { Operation } from '../../../../shared/operations';
import { each } from '../../../../shared/steps';
import { idOf } from '../../calls';
import { JOB_ANSWER, jobId, jobOf } from '../../jobs';

const PAUSE_MS = 2000;

const seconds: INodeProperties = {
	displayName: 'Longest Wait in Seconds',
	name: 'seconds',
	type: 'number',
	typeOptions: { minValue: 1, maxValue: 240 },
	default: 60,
	description: 'After this time it is answered as it is then, with "finished": false',
};

export const wait: Operation = {
	name: 'Wait',
	action: 'Wait for an import',
	description: 'Wait until all rows of an import are taken in, and say what became of them',
	properties: [jobId, seconds],
	answer: JOB_ANSWER,

	async execute(context) {
		return await each(context, 'Wait for an import', async (send, item) => {
			const path = `jobs/${idOf(context, jobId, item)}`;
			const until = Date.now() + 1000 * (context.getNodeParameter('seconds', item, 60) as number);
			for (;;) {
				const job = jobOf(await send('GET', path));
				if (job.finished || Date.now() + PAUSE_MS > until) return job;
				await sleep(PAUSE_MS);
			}
		});
	},
};
