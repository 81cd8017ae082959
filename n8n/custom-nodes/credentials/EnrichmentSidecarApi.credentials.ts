import type {
	ICredentialDataDecryptedObject,
	ICredentialType,
	IDataObject,
	IHttpRequestHelper,
	IHttpRequestOptions,
	INodeProperties,
	Icon,
} from 'n8n-workflow';
import { documentation } from '../shared/documentation';
import { NOT_THE_SIDECAR, tokenRequest } from '../shared/sidecarCredential';

export class EnrichmentSidecarApi implements ICredentialType {
	name = 'enrichmentSidecarApi';

	displayName = 'Enrichment Sidecar API';

	icon: Icon = { light: 'file:../icons/sidecar.svg', dark: 'file:../icons/sidecar.dark.svg' };

	documentationUrl = documentation('enrichmentSidecarApi');

	properties: INodeProperties[] = [
		{
			displayName: 'Access Token',
			name: 'accessToken',
			type: 'hidden',
			typeOptions: { expirable: true, password: true },
			default: '',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			required: true,
			default: 'http://sidecar:8000',
			description: 'Where the sidecar answers, without /v1',
		},
		{
			displayName: 'Client ID',
			name: 'clientId',
			type: 'string',
			required: true,
			default: 'n8n',
			description: 'Name of the service client, as made by "sidecar clients add"',
		},
		{
			displayName: 'Client Secret',
			name: 'clientSecret',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			description: 'Secret of the service client',
		},
	];

	/** Fetches a token when there is none, or when the sidecar answered 401. */
	async preAuthentication(
		this: IHttpRequestHelper,
		credentials: ICredentialDataDecryptedObject,
	): Promise<IDataObject> {
		const answer = (await this.helpers.httpRequest(tokenRequest(credentials as IDataObject))) as
			| IDataObject
			| undefined;
		const accessToken = answer?.access_token;
		if (typeof accessToken !== 'string') {
			throw Object.assign(new Error('No token was given'), { code: NOT_THE_SIDECAR });
		}
		return { accessToken };
	}

	/** No expression: n8n would evaluate it for each request, in a virtual machine of its own. */
	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		options: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> {
		const Authorization = `Bearer ${String(credentials.accessToken)}`;
		return { ...options, headers: { ...options.headers, Authorization } };
	}
}
