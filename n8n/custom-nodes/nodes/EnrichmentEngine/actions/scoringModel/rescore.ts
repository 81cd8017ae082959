import type { IDataObject } from 'n8n-workflow';
import type { Operation } from '../../../../shared/operations';
import { each } from '../../../../shared/steps';

export const rescore: Operation = {
	name: 'Score All Leads Again',
	action: 'Score all leads again',
	description:
		'Begin a job that scores all stored leads by the models in force, without asking providers. "Import: Get" tells how far it is.',
	properties: [],
	answer: { job_id: 'string', state: 'string', progress: 'number', counts: 'object' },

	async execute(context) {
		return await each(context, 'Score all leads again', async (send) => {
			const { job } = await send('POST', 'scoring/rescore', {});
			const { id, state, progress, counts } = job as IDataObject;
			return { job_id: id, state, progress, counts };
		});
	},
};
