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

const resources = [{ operations, operation: 'leads' }];

export class Score implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Score',
		name: 'score',
		icon: { light: 'file:../../icons/score.svg', dark: 'file:../../icons/score.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["operation"] }}',
		description: 'Score leads with what is known of them, with reasons that add up',
		documentationUrl: documentation('score'),
		defaults: { name: 'Score' },
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
