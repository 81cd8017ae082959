import type { IDataObject, INodeProperties } from 'n8n-workflow';
import type { Operation } from '../../../../shared/operations';
import { parsed } from '../../../../shared/leads';
import { each } from '../../../../shared/steps';
import { MODEL_ANSWER, modelOf } from '../../models';

const key: INodeProperties = {
	displayName: 'Key',
	name: 'modelKey',
	type: 'string',
	required: true,
	default: 'default',
	description: 'Which model it is a version of, e.g. that of a product or region; a new one begins',
};

const definition: INodeProperties = {
	displayName: 'Definition',
	name: 'definition',
	type: 'json',
	default: '',
	description:
		'The model as JSON. Empty: as the version that is in force, to be changed. It is checked when it is published.',
};

export const create: Operation = {
	name: 'Create Draft',
	action: 'Create a draft of a scoring model',
	description: 'Draft the next version of a scoring model; nothing is scored by it',
	properties: [key, definition],
	answer: MODEL_ANSWER,

	async execute(context) {
		return await each(context, 'Create a draft of a scoring model', async (send, item) => {
			const given = context.getNodeParameter('definition', item, '') as IDataObject | string;
			const model = typeof given === 'string' && given.trim() !== '' ? parsed(given) : given;
			const body = {
				key: context.getNodeParameter('modelKey', item, 'default') as string,
				...(model === '' ? {} : { definition: model as IDataObject }),
			};
			return modelOf(await send('POST', 'scoring/models', body));
		});
	},
};
