import type { IDataObject, IExecuteFunctions, INodeProperties, JsonObject } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import { leadId } from '../../../shared/descriptions';
import type { Operation } from '../../../shared/operations';
import { isObject } from '../../../shared/sidecar';
import { single } from '../single';

const changes: INodeProperties = {
	displayName: 'Changes',
	name: 'changes',
	type: 'json',
	required: true,
	default: '{}',
	description: 'Fields of the lead and their new values, e.g. {"status": "qualified"}',
};

export const update: Operation = {
	name: 'Update',
	action: 'Update a lead',
	description: 'Change fields of a stored lead; enrichment will not overwrite them',
	properties: [leadId, changes],

	async execute(context) {
		return await single(
			context,
			'update',
			async (send, path, item) => await send('PATCH', path, changesOf(context, item)),
		);
	},
};

function changesOf(context: IExecuteFunctions, item: number): IDataObject {
	const value = context.getNodeParameter('changes', item);
	let changes: unknown = value;
	if (typeof value === 'string') {
		try {
			changes = JSON.parse(value);
		} catch (error) {
			throw new NodeOperationError(context.getNode(), error as JsonObject, {
				message: 'Changes is not JSON',
				itemIndex: item,
			});
		}
	}
	if (!isObject(changes)) {
		throw new NodeOperationError(context.getNode(), 'Changes must be a JSON object', {
			itemIndex: item,
		});
	}
	return changes;
}
