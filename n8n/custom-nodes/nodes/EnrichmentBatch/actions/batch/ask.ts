import type {
	ICredentialTestFunctions,
	ICredentialsDecrypted,
	IDataObject,
	INodeCredentialTestResult,
	INodeProperties,
} from 'n8n-workflow';
import { enrich } from '../../../../shared/enrichment';
import type { Operation } from '../../../../shared/operations';
import { parameter } from '../../../../shared/parameter';
import { PROVIDERS_CREDENTIAL, fault, whoIsAsked } from '../../../../shared/providers';
import { eachGroup } from '../../../../shared/steps';
import { batchNotice } from '../../parameters';

const concurrency: INodeProperties = {
	displayName: 'Calls at Once',
	name: 'concurrency',
	type: 'number',
	typeOptions: { minValue: 1, maxValue: 100 },
	default: 20,
	description: 'The most calls that wait for one provider at the same time',
};

const seconds: INodeProperties = {
	displayName: 'Seconds',
	name: 'seconds',
	type: 'number',
	typeOptions: { minValue: 1, maxValue: 60 },
	default: 60,
	description: 'No call begins later than this after the start; what is left over is planned again',
};

export const ask: Operation = {
	name: 'Ask Providers',
	action: 'Ask the planned providers about leads',
	description: 'Make the provider calls that Plan allowed and hand the answers to the sidecar',
	properties: [batchNotice, concurrency, seconds],

	async execute(context) {
		const credentials = (await context.getCredentials(PROVIDERS_CREDENTIAL)) as IDataObject;
		const concurrency = parameter<number>(context, 'concurrency');
		const seconds = parameter<number>(context, 'seconds');
		const limits = (item: number) => ({
			concurrency: concurrency(item),
			budgetMs: 1000 * seconds(item),
		});
		return await eachGroup(context, 'Ask providers', 1, limits, async (group) => {
			const { send, post, items, said } = group;
			const told = await enrich(
				credentials,
				async (step, body) =>
					step === 'answers'
						? await send('POST', 'pipeline/answers', body)
						: await post(step, body),
				said,
				context.helpers.getSecureEgressFilter('enforced'),
			);
			return [
				items.map(({ item, json }, place) => ({
					json: place === 0 ? { ...json, provider_calls: told } : json,
					pairedItem: { item },
				})),
			];
		});
	},
};

/** Checks the form of the keys only: asking a provider could cost credits. */
export async function checkProviders(
	this: ICredentialTestFunctions,
	credential: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	const data = (credential.data ?? {}) as IDataObject;
	const message = fault(data);
	if (message !== undefined) return { status: 'Error', message };
	return { status: 'OK', message: whoIsAsked(data) };
}
