import type { IDataObject } from 'n8n-workflow';
import type { Operation } from '../../../../shared/operations';
import { each } from '../../../../shared/steps';

export const getMany: Operation = {
	name: 'Get Many',
	action: 'Get many providers',
	description: 'Read the providers with their health',
	properties: [],
	answer: {
		name: 'string',
		title: 'string',
		sandbox: 'boolean',
		health: 'string',
		last_error: 'string',
	},

	async execute(context) {
		return await each(context, 'Get many providers', async (send) => {
			const { data } = await send('GET', 'providers');
			return (data as IDataObject[]).map(({ name, title, sandbox, health, last_error }) => ({
				name,
				title,
				sandbox,
				health,
				last_error,
			}));
		});
	},
};
