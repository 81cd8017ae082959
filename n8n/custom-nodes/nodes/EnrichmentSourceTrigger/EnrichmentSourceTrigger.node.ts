import type {
	IDataObject,
	IHookFunctions,
	INodeType,
	INodeTypeDescription,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';
import { NodeConnectionTypes, NodeOperationError } from 'n8n-workflow';
import { documentation } from '../../shared/documentation';
import { handedOn } from '../../shared/marks';
import { SidecarError, connect, isObject } from '../../shared/sidecar';
import { checkSidecar } from '../../shared/sidecarCredential';

/** Where the edge leads what comes for /webhook/leads/{source}/{key}. */
const PATH = 'lead-sources';

export class EnrichmentSourceTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Enrichment Source Trigger',
		name: 'enrichmentSourceTrigger',
		icon: { light: 'file:../../icons/trigger.svg', dark: 'file:../../icons/trigger.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: '=/webhook/leads/{source}/{key}',
		description:
			'Starts the workflow when a form, an ad platform or another system delivers leads to its address',
		documentationUrl: documentation('enrichmentSourceTrigger'),
		defaults: { name: 'Enrichment Source Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'enrichmentSidecarApi', required: true, testedBy: 'checkSidecar' }],
		webhooks: [
			{
				name: 'default',
				httpMethod: 'POST',
				path: PATH,
				isFullPath: true,
				responseMode: 'responseNode',
			},
			{
				name: 'setup',
				httpMethod: 'GET',
				path: PATH,
				isFullPath: true,
				responseMode: 'onReceived',
			},
		],
		properties: [
			{
				displayName:
					'Addresses are made by "sidecar sources add". What is not signed as its vendor signs is refused before a run begins; a Respond to Webhook node answers the rest.',
				name: 'sourceNotice',
				type: 'notice',
				default: '',
			},
		],
	};

	methods = { credentialTest: { checkSidecar } };

	/** The address is the edge's own: there is nothing to subscribe. */
	webhookMethods = {
		default: {
			async checkExists(this: IHookFunctions): Promise<boolean> {
				return true;
			},
			async create(this: IHookFunctions): Promise<boolean> {
				return true;
			},
			async delete(this: IHookFunctions): Promise<boolean> {
				return true;
			},
		},
	};

	/** Lets the sidecar check and read what came, over the very bytes that came. */
	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		const { source, key, ...query } = texts(this.getQueryData() as IDataObject);
		const path = ['sources', source ?? '', key ?? ''].map(encodeURIComponent).join('/');
		try {
			const send = await connect(this);
			const { answer, leads, delivery } = await send('POST', path, sent(this, query));
			if (isObject(answer)) return answered(this, answer);
			const begun = { leads, delivery, headers: handedOn(this) } as IDataObject;
			return { workflowData: [this.helpers.returnJsonArray(begun)] };
		} catch (error) {
			if (!(error instanceof SidecarError)) {
				throw new NodeOperationError(this.getNode(), error as Error);
			}
			const { problem } = error;
			return answered(this, {
				status: problem.status,
				content_type: 'application/problem+json',
				body: JSON.stringify(problem),
			});
		}
	}
}

/** The request as it came. Of a form with parts there are no bytes, but its fields; files are left out. */
function sent(context: IWebhookFunctions, query: IDataObject): IDataObject {
	const { method, rawBody } = context.getRequestObject();
	const headers = texts(context.getHeaderData() as IDataObject);
	const parts = String(headers['content-type'] ?? '').startsWith('multipart/');
	const { data } = parts ? context.getBodyData() : {};
	return {
		method,
		query,
		headers,
		body: parts ? '' : (rawBody ?? Buffer.alloc(0)).toString('base64'),
		...(parts ? { fields: isObject(data) ? data : {} } : {}),
	};
}

/** Of what was given several times the first. */
function texts(given: IDataObject): Record<string, string> {
	return Object.fromEntries(
		Object.entries(given).map(([name, value]) => [
			name,
			String((Array.isArray(value) ? value[0] : value) ?? ''),
		]),
	);
}

function answered(context: IWebhookFunctions, answer: IDataObject): IWebhookResponseData {
	const response = context.getResponseObject();
	response.status(Number(answer.status)).type(String(answer.content_type)).send(answer.body);
	return { noWebhookResponse: true };
}
