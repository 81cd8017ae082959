import type { IDataObject } from 'n8n-workflow';
import type { Operation } from '../../../../shared/operations';
import { each } from '../../../../shared/steps';

export const getMany: Operation = {
	name: 'Get Many',
	action: 'Get many predictive models',
	description: 'Read the newest predictive models and how good each is on later leads',
	properties: [],
	answer: {
		model_version: 'string',
		state: 'string',
		reason: 'string',
		trained_at: 'string',
		conversions: 'number',
		auc: 'number',
		brier: 'number',
		calibration_error: 'number',
	},

	async execute(context) {
		return await each(context, 'Get many predictive models', async (send) => {
			const { data } = await send('GET', 'scoring/predictions');
			return (data as IDataObject[]).map(({ model_version, state, reason, trained_at, report }) => {
				const { conversions, auc, brier, calibration_error } = report as IDataObject;
				return {
					model_version,
					state,
					reason,
					trained_at,
					conversions,
					auc,
					brier,
					calibration_error,
				};
			});
		});
	},
};
