import type { Operation } from '../../../../shared/operations';
import { each } from '../../../../shared/steps';
import { MODEL_ANSWER, modelId, modelIdOf, modelOf } from '../../models';

export const publish: Operation = {
	name: 'Publish',
	action: 'Publish a scoring model',
	description:
		'Put a draft, or an old version, in force; one that cannot be used is refused, with each place and what is wrong there',
	properties: [modelId],
	answer: MODEL_ANSWER,

	async execute(context) {
		return await each(context, 'Publish a scoring model', async (send, item) => {
			return modelOf(await send('POST', `scoring/models/${modelIdOf(context, item)}/publish`, {}));
		});
	},
};
