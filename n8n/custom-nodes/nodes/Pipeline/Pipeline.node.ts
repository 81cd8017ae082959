import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';
import { type Resource, outputsOf, perform, propertiesOf } from '../../shared/operations';
import * as batch from './actions/batch';
import * as duplicates from './actions/duplicates';
import * as job from './actions/job';
import * as run from './actions/run';

const resources: Resource[] = [
	{
		choice: { name: 'Batch', value: 'batch', description: 'The leads that this run works on' },
		operations: batch,
		operation: 'claim',
	},
	{
		choice: {
			name: 'Duplicate',
			value: 'duplicates',
			description: 'Contacts that may be one person',
		},
		operations: duplicates,
		operation: 'find',
	},
	{
		choice: { name: 'Job', value: 'job', description: 'Imports that wait for their steps' },
		operations: job,
		operation: 'step',
	},
	{
		choice: { name: 'Run', value: 'run', description: 'Other runs of the workflows' },
		operations: run,
		operation: 'wake',
	},
];

export class Pipeline implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Pipeline',
		name: 'pipeline',
		icon: { light: 'file:../../icons/pipeline.svg', dark: 'file:../../icons/pipeline.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
		description: 'Take batches of leads, imports and the search for duplicates through their steps',
		defaults: { name: 'Pipeline' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: outputsOf(resources),
		credentials: [{ name: 'enrichmentSidecarApi', required: true }],
		properties: propertiesOf(resources),
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await perform(this, resources);
	}
}
