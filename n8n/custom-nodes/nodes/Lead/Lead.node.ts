import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';
import { documentation } from '../../shared/documentation';
import { outputsOf, perform, propertiesOf } from '../../shared/operations';
import { checkSidecar } from '../../shared/sidecarCredential';
import * as operations from './actions';

const resources = [{ operations, operation: 'save' }];

export class Lead implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Lead',
		name: 'lead',
		icon: { light: 'file:../../icons/lead.svg', dark: 'file:../../icons/lead.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["operation"] }}',
		description: 'Validate, normalise, save, read and change leads',
		documentationUrl: documentation('lead'),
		defaults: { name: 'Lead' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: outputsOf(resources),
		credentials: [{ name: 'enrichmentSidecarApi', required: true, testedBy: 'checkSidecar' }],
		properties: propertiesOf(resources),
	};

	methods = { credentialTest: { checkSidecar } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await perform(this, resources);
	}
}
