import type {
	ICredentialTestFunctions,
	ICredentialsDecrypted,
	IDataObject,
	IExecuteFunctions,
	INodeCredentialTestResult,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';
import { batchNotice } from '../../shared/descriptions';
import { enrich } from '../../shared/enrichment';
import { PROVIDERS_CREDENTIAL, fault, live } from '../../shared/providers';
import { eachGroup } from '../../shared/steps';

export class Enrich implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Enrich',
		name: 'enrich',
		icon: { light: 'file:../../icons/enrich.svg', dark: 'file:../../icons/enrich.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: 'ask the planned providers',
		description: 'Make the provider calls that Plan allowed and hand the answers to the sidecar',
		defaults: { name: 'Enrich' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [
			{ name: 'enrichmentSidecarApi', required: true },
			{ name: 'enrichmentProvidersApi', required: true, testedBy: 'checkProviders' },
		],
		properties: [
			batchNotice,
			{
				displayName: 'Calls at Once',
				name: 'concurrency',
				type: 'number',
				noDataExpression: true,
				typeOptions: { minValue: 1, maxValue: 100 },
				default: 20,
				description: 'The most calls that wait for one provider at the same time',
			},
			{
				displayName: 'Seconds',
				name: 'seconds',
				type: 'number',
				noDataExpression: true,
				typeOptions: { minValue: 1, maxValue: 60 },
				default: 60,
				description:
					'No call begins later than this after the start; what is left over is planned again',
			},
		],
	};

	methods = {
		credentialTest: {
			/** Checks the form of the keys only: asking a provider could cost credits. */
			async checkProviders(
				this: ICredentialTestFunctions,
				credential: ICredentialsDecrypted,
			): Promise<INodeCredentialTestResult> {
				const data = (credential.data ?? {}) as IDataObject;
				const message = fault(data);
				if (message !== undefined) return { status: 'Error', message };
				const names = live(data);
				return {
					status: 'OK',
					message: names.length > 0 ? `Live: ${names.join(', ')}` : 'All from the sandbox',
				};
			},
		},
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const limits = {
			concurrency: this.getNodeParameter('concurrency', 0) as number,
			budgetMs: 1000 * (this.getNodeParameter('seconds', 0) as number),
		};
		const credentials = (await this.getCredentials(PROVIDERS_CREDENTIAL)) as IDataObject;
		return await eachGroup(this, 'Enrich', 1, async ({ send, post, items }) => {
			const told = await enrich(
				credentials,
				async (step, body) =>
					step === 'answers'
						? await send('POST', 'pipeline/answers', body)
						: await post(step, body),
				limits,
			);
			return [
				items.map(({ index, json }, place) => ({
					json: place === 0 ? { ...json, provider_calls: told } : json,
					pairedItem: { item: index },
				})),
			];
		});
	}
}
