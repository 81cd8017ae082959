import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';
import { documentation } from '../../shared/documentation';
import {
	type Operations,
	type Resource,
	outputsOf,
	perform,
	propertiesOf,
} from '../../shared/operations';
import { checkSidecar } from '../../shared/sidecarCredential';
import * as contact from './actions/contact';
import * as deadLetter from './actions/deadLetter';
import * as duplicate from './actions/duplicate';
import * as event from './actions/event';
import * as importJob from './actions/import';
import * as lead from './actions/lead';
import * as message from './actions/message';
import * as organization from './actions/organization';
import * as prediction from './actions/prediction';
import * as provider from './actions/provider';
import * as reject from './actions/reject';
import * as scoringModel from './actions/scoringModel';
import { listSearch, loadOptions, resourceMapping } from './fields';

function resource(
	name: string,
	value: string,
	description: string,
	operations: Operations,
	operation = 'getMany',
): Resource {
	return { choice: { name, value, description }, operations, operation };
}

const resources = [
	resource('Contact', 'contact', 'People', contact),
	resource('Dead Letter', 'deadLetter', 'Leads that could not be processed', deadLetter),
	resource('Duplicate', 'duplicate', 'Contacts that may be one person', duplicate),
	resource('Event', 'event', 'What people did', event, 'record'),
	resource('Import', 'import', 'Tables and address books of leads', importJob, 'create'),
	resource('Lead', 'lead', 'People who came in by some source', lead, 'upsert'),
	resource('Message', 'message', 'Messages about hot leads, and to operations', message),
	resource('Organization', 'organization', 'Companies', organization),
	resource('Prediction', 'prediction', 'What is learnt from the outcomes of leads', prediction),
	resource('Provider', 'provider', 'Whom is asked about people and companies', provider),
	resource('Reject', 'reject', 'Leads that were refused', reject),
	resource(
		'Scoring Model',
		'scoringModel',
		'By which leads are scored: versions of models',
		scoringModel,
	),
];

export class EnrichmentEngine implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Enrichment Engine',
		name: 'enrichmentEngine',
		icon: { light: 'file:../../icons/sidecar.svg', dark: 'file:../../icons/sidecar.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
		description: 'Work with leads, contacts, organizations and all that belongs to them',
		documentationUrl: documentation('enrichmentEngine'),
		defaults: { name: 'Enrichment Engine' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: outputsOf(resources),
		credentials: [{ name: 'enrichmentSidecarApi', required: true, testedBy: 'checkSidecar' }],
		properties: propertiesOf(resources, 'lead'),
	};

	methods = { credentialTest: { checkSidecar }, listSearch, loadOptions, resourceMapping };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await perform(this, resources);
	}
}
