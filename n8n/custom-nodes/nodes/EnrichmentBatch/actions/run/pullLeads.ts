import type {
	ICredentialTestFunctions,
	ICredentialsDecrypted,
	IDataObject,
	INodeCredentialTestResult,
} from 'n8n-workflow';
import { vendors } from '../../../../shared/catalogue';
import { pooled } from '../../../../shared/enrichment';
import type { Operation } from '../../../../shared/operations';
import { type Answer, type ProviderRequest, ask, live } from '../../../../shared/providers';
import { NOTHING_SAID, once } from '../../../../shared/steps';

export const SOURCES_CREDENTIAL = 'enrichmentSourcesApi';
const AT_ONCE = 5;
const BUDGET_MS = 50_000;

/** A request to a vendor as the sidecar words it: complete but for the key. */
interface VendorRequest extends Omit<ProviderRequest, 'provider'> {
	source: string;
}

export const pullLeads: Operation = {
	name: 'Pull Leads',
	action: 'Pull leads from vendors',
	description:
		'Fetch the leads that vendors announced, and those that an outage missed, and hand them to the sidecar',
	answer: { leads: 'number', failed: 'number' },

	/** Once per run, as long as something is due. Nobody outside the sidecar sees what vendors answer. */
	async execute(context) {
		const credentials = (await context.getCredentials(SOURCES_CREDENTIAL)) as IDataObject;
		const keyed = live(credentials, vendors);
		return await once(context, 'Pull leads', NOTHING_SAID, async (send) => {
			const until = Date.now() + BUDGET_MS;
			let [leads, failed] = [0, 0];
			while (keyed.length > 0 && Date.now() < until) {
				const started = await send('POST', 'pipeline/pulls/start', { live: keyed });
				const requests = started.requests as unknown as VendorRequest[];
				if (requests.length === 0) break;
				await pooled(requests, AT_ONCE, async ({ source, ...request }) => {
					const answer: Answer = await ask({ ...request, provider: source }, credentials, vendors);
					const taken = await send('POST', 'pipeline/pulls/answers', {
						answers: [answer],
					} as unknown as IDataObject);
					leads += Number(taken.leads);
					failed += Number(taken.failed);
				});
			}
			return [{ leads, failed }];
		});
	},
};

/** Checks the form of the keys only. */
export async function checkSources(
	this: ICredentialTestFunctions,
	credential: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	const data = (credential.data ?? {}) as IDataObject;
	const wrong = vendors.find(({ name }) => /[^\x21-\x7e]/.test(String(data[name] ?? '').trim()));
	if (wrong) {
		const message = `The key of ${wrong.title} holds a space or a character that no key has.`;
		return { status: 'Error', message };
	}
	const asked = vendors.filter(({ name }) => live(data, vendors).includes(name));
	const message = `Asked: ${asked.map(({ title }) => title).join(', ') || 'nobody'}.`;
	return { status: 'OK', message };
}
