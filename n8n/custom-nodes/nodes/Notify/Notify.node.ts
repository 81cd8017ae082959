import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';
import { documentation } from '../../shared/documentation';
import { perform, propertiesOf } from '../../shared/operations';
import { checkSidecar } from '../../shared/sidecarCredential';
import * as operations from './actions';

const resources = [{ operations, operation: 'stored' }];

export class Notify implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Notify',
		name: 'notify',
		icon: { light: 'file:../../icons/notify.svg', dark: 'file:../../icons/notify.dark.svg' },
		group: ['output'],
		version: 1,
		subtitle: '={{ $parameter["operation"] }}',
		description: 'Send the messages that are owed for hot leads, each once',
		documentationUrl: documentation('notify'),
		defaults: { name: 'Notify' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'enrichmentSidecarApi', required: true, testedBy: 'checkSidecar' }],
		properties: propertiesOf(resources),
	};

	methods = { credentialTest: { checkSidecar } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await perform(this, resources);
	}
}
