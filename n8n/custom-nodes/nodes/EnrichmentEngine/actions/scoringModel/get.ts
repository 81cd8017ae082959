import type { Operation } from '../../../../shared/operations';
import { each } from '../../../../shared/steps';
import { MODEL_ANSWER, modelId, modelIdOf, modelOf } from '../../models';

export const get: Operation = {
	name: 'Get',
	action: 'Get a scoring model',
	description: 'Read a version of a scoring model, and what keeps it from being published',
	properties: [modelId],
	answer: MODEL_ANSWER,

	async execute(context) {
		return await each(context, 'Get a scoring model', async (send, item) => {
			return modelOf(await send('GET', `scoring/models/${modelIdOf(context, item)}`));
		});
	},
};
