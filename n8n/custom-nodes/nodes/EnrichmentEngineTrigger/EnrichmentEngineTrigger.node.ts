import type {
	IDataObject,
	IHookFunctions,
	ILoadOptionsFunctions,
	INodePropertyOptions,
	INodeType,
	INodeTypeDescription,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';
import { documentation } from '../../shared/documentation';
import { checkSidecar } from '../../shared/sidecarCredential';
import { isSigned } from './signature';
import { create, exists, kept, open, remove } from './subscription';

/** Sent by "test" of a subscription: it is answered and starts no run. */
const TEST = 'subscription.test';

export class EnrichmentEngineTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Enrichment Engine Trigger',
		name: 'enrichmentEngineTrigger',
		icon: { light: 'file:../../icons/trigger.svg', dark: 'file:../../icons/trigger.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: '={{ $parameter["events"].join(", ") }}',
		description: 'Starts the workflow when something happens to a lead',
		documentationUrl: documentation('enrichmentEngineTrigger'),
		defaults: { name: 'Enrichment Engine Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'enrichmentSidecarApi', required: true, testedBy: 'checkSidecar' }],
		webhooks: [
			{
				name: 'default',
				httpMethod: 'POST',
				path: 'webhook',
				responseMode: '={{ $parameter["acknowledge"] }}',
				responseData: 'noData',
			},
		],
		properties: [
			{
				displayName: 'Event Names or IDs',
				name: 'events',
				type: 'multiOptions',
				required: true,
				typeOptions: { loadOptionsMethod: 'getEvents' },
				default: ['lead.became_hot'],
				description:
					'What is to start the workflow. Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
			},
			{
				displayName: 'Acknowledge',
				name: 'acknowledge',
				type: 'options',
				noDataExpression: true,
				options: [
					{
						name: 'When the Run Has Ended',
						value: 'lastNode',
						description:
							'An event whose run failed or was killed is sent again, with the same event ID. For runs of less than a minute.',
					},
					{
						name: 'Immediately',
						value: 'onReceived',
						description: 'For long runs. An event whose run fails or is killed is not sent again.',
					},
				],
				default: 'lastNode',
				description: 'When the engine takes an event for delivered',
			},
			{
				displayName: 'Include Person',
				name: 'includePerson',
				type: 'boolean',
				default: false,
				description:
					'Whether each event carries the whole lead with the person, which then stands in the executions that n8n keeps. Needs a client with the scope pii:read. Without it events carry references only.',
			},
		],
	};

	methods = {
		credentialTest: { checkSidecar },
		loadOptions: {
			/** The events as the engine knows them. */
			async getEvents(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
				const { states } = await (await open(this))('GET', 'fields');
				const events = (states as IDataObject).lead_events as Array<{
					name: string;
					label: string;
				}>;
				return events.map(({ name, label }) => ({ name: label, value: name }));
			},
		},
	};

	webhookMethods = {
		default: {
			async checkExists(this: IHookFunctions): Promise<boolean> {
				return await exists(this);
			},
			async create(this: IHookFunctions): Promise<boolean> {
				return await create(this);
			},
			async delete(this: IHookFunctions): Promise<boolean> {
				return await remove(this);
			},
		},
	};

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		const { path, rawBody } = this.getRequestObject();
		const headers = this.getHeaderData() as IDataObject;
		const secret = kept(this, path)?.secret;
		if (!secret || !isSigned(secret, headers, rawBody, Date.now() / 1000)) {
			this.getResponseObject().status(401).json({ message: 'The signature is not valid.' });
			return { noWebhookResponse: true };
		}
		const { type, timestamp, data } = this.getBodyData();
		if (type === TEST) {
			this.getResponseObject().status(204).end();
			return { noWebhookResponse: true };
		}
		const event = {
			event_id: headers['webhook-id'],
			event: type,
			occurred_at: timestamp,
			...(data as IDataObject),
		};
		return { workflowData: [this.helpers.returnJsonArray(event)] };
	}
}
