import type { Operation } from '../../../../shared/operations';
import { each } from '../../../../shared/steps';

export const train: Operation = {
	name: 'Train',
	action: 'Train a predictive model',
	description:
		'Begin to learn from the outcomes of leads; what is better on later leads than the model in force is put in force',
	properties: [],
	answer: { training: 'boolean', conversions: 'number', needed: 'number' },

	async execute(context) {
		return await each(context, 'Train a predictive model', async (send) => [
			await send('POST', 'scoring/predictions/train', {}),
		]);
	},
};
