import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import type { Answer } from '../../shared/operations';

export const modelId: INodeProperties = {
	displayName: 'Model Version Name or ID',
	name: 'modelId',
	type: 'options',
	required: true,
	typeOptions: { loadOptionsMethod: 'getScoringModels' },
	default: '={{ $json.id }}',
	description:
		'The version of a scoring model. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
};

export const MODEL_ANSWER: Answer = {
	id: 'number',
	key: 'string',
	model_version: 'string',
	state: 'string',
	based_on: 'number',
	published_at: 'string',
	published_by: 'string',
	problems: 'array',
	definition: 'object',
};

/** The version that the parameter gives for an item; what is none is refused before anything is asked. */
export function modelIdOf(context: IExecuteFunctions, item: number): string {
	const id = String(context.getNodeParameter(modelId.name, item, '') ?? '').trim();
	if (/^\d{1,15}$/.test(id)) return id;
	throw new NodeOperationError(
		context.getNode(),
		id === '' ? `${modelId.displayName} is empty` : `${modelId.displayName} is not an ID`,
		{
			description: `Item ${item} gives no number: choose a version from the list, or give an expression that leads to one.`,
			itemIndex: item,
		},
	);
}

/** A version as the node answers it. */
export function modelOf(model: IDataObject): IDataObject {
	return Object.fromEntries(Object.keys(MODEL_ANSWER).map((name) => [name, model[name]]));
}
