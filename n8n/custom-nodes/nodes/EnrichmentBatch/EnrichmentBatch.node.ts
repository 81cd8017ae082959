import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';
import { documentation } from '../../shared/documentation';
import { type Resource, outputsOf, perform, propertiesOf } from '../../shared/operations';
import { checkSidecar } from '../../shared/sidecarCredential';
import * as batch from './actions/batch';
import { checkProviders } from './actions/batch/ask';
import * as duplicate from './actions/duplicate';
import * as job from './actions/job';
import * as run from './actions/run';
import { checkSources } from './actions/run/pullLeads';

const resources: Resource[] = [
	{
		choice: { name: 'Batch', value: 'batch', description: 'The leads that this run works on' },
		operations: batch,
		operation: 'claim',
	},
	{
		choice: {
			name: 'Duplicate',
			value: 'duplicate',
			description: 'Contacts that may be one person',
		},
		operations: duplicate,
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

export class EnrichmentBatch implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Enrichment Batch',
		name: 'enrichmentBatch',
		icon: { light: 'file:../../icons/batch.svg', dark: 'file:../../icons/batch.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
		description: 'Take waiting leads, imports and the search for duplicates through their steps',
		documentationUrl: documentation('enrichmentBatch'),
		defaults: { name: 'Enrichment Batch' },
		// A language model must not claim leads, or close them.
		usableAsTool: undefined,
		inputs: [NodeConnectionTypes.Main],
		outputs: outputsOf(resources),
		credentials: [
			{ name: 'enrichmentSidecarApi', required: true, testedBy: 'checkSidecar' },
			{
				name: 'enrichmentProvidersApi',
				required: true,
				testedBy: 'checkProviders',
				displayOptions: { show: { resource: ['batch'], operation: ['ask'] } },
			},
			{
				name: 'enrichmentSourcesApi',
				required: true,
				testedBy: 'checkSources',
				displayOptions: { show: { resource: ['run'], operation: ['pullLeads'] } },
			},
		],
		properties: propertiesOf(resources),
	};

	methods = { credentialTest: { checkProviders, checkSidecar, checkSources } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await perform(this, resources);
	}
}
