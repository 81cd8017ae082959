import type {
	ICredentialTestFunctions,
	ICredentialsDecrypted,
	IDataObject,
	IHttpRequestOptions,
	INodeCredentialTestResult,
} from 'n8n-workflow';

export const SIDECAR_CREDENTIAL = 'enrichmentSidecarApi';

/** The error code of an answer that no sidecar gives. */
export const NOT_THE_SIDECAR = 'NOT_THE_SIDECAR';

const TIMEOUT_MS = 10_000;

/** In words: n8n replaces a message that names such a code by one of its own. */
const REASONS: Record<string, string> = {
	EAI_AGAIN: 'its name is not resolved',
	ECONNABORTED: 'no answer in time',
	ECONNREFUSED: 'connection refused',
	ECONNRESET: 'connection lost',
	EHOSTUNREACH: 'its address is not reached',
	ENETUNREACH: 'its network is not reached',
	ENOTFOUND: 'its name is unknown',
	EPIPE: 'connection lost',
	ETIMEDOUT: 'no connection in time',
};

/** The scopes that nodes of this package use, and what for. */
const USED: Record<string, string> = {
	'leads:read': 'to read leads',
	leads: 'to read and change leads',
	'pii:read': 'to see people',
	notify: 'to send messages',
	pipeline: 'the steps of Enrichment Batch',
};

/** The base URL without slashes at its end. */
export function baseOf(credentials: IDataObject): string {
	return String(credentials.baseUrl ?? '')
		.trim()
		.replace(/\/+$/, '');
}

/** What the sidecar answers when a client may not sign in. */
export const REFUSALS = new Set(['400', '401', '403', '422']);

/** What is asked for a token. */
export function tokenRequest(credentials: IDataObject) {
	return {
		method: 'POST',
		url: `${baseOf(credentials)}/v1/auth/token`,
		body: {
			grant_type: 'client_credentials',
			client_id: credentials.clientId,
			client_secret: credentials.clientSecret,
		},
		json: true,
		disableFollowRedirect: true,
		timeout: TIMEOUT_MS,
	} satisfies IHttpRequestOptions;
}

/** Why nothing of the sidecar was reached: cause and remedy. `cause` is a network error or an HTTP status. */
export function unreached(credential: string, cause: string): string {
	if (cause in REASONS || cause === '429' || cause.startsWith('5')) {
		return `The sidecar does not answer at the base URL of the credential "${credential}": ${REASONS[cause] ?? `HTTP ${cause}`}. Check that it runs, and the base URL.`;
	}
	const told = /^\d+$/.test(cause) ? ` (HTTP ${cause})` : '';
	return `What answers at the base URL of the credential "${credential}" is not the sidecar${told}. Enter the address of the sidecar without /v1 at its end, e.g. http://sidecar:8000.`;
}

/** That the client is not known: cause and remedy. */
export function refused(credential: string): string {
	return `The sidecar refuses the client of the credential "${credential}". Enter its client ID and secret anew, or give it a new secret with "sidecar clients rotate".`;
}

/** Signs in and tells the client's scopes, or what to do. */
export async function checkSidecar(
	this: ICredentialTestFunctions,
	credential: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	const data = (credential.data ?? {}) as IDataObject;
	const failing = (message: string): INodeCredentialTestResult => ({ status: 'Error', message });
	const { request } = this.helpers; // the only one that n8n offers here
	const call = async (options: IDataObject) => {
		const { statusCode, body } = await request({
			...{ simple: false, resolveWithFullResponse: true, followRedirect: false },
			...{ json: true, timeout: TIMEOUT_MS, ...options },
		});
		return { status: String(statusCode), body: (body ?? {}) as IDataObject };
	};
	try {
		const { url: uri, method, body } = tokenRequest(data);
		const token = await call({ method, uri, body });
		if (REFUSALS.has(token.status)) return failing(refused(credential.name));
		if (typeof token.body.access_token !== 'string') {
			return failing(unreached(credential.name, token.status));
		}
		const { body: client } = await call({
			uri: `${baseOf(data)}/v1/auth/whoami`,
			headers: { Authorization: `Bearer ${token.body.access_token}` },
		});
		return told(String(client.name), client.scopes as string[]);
	} catch (error) {
		const { code, cause } = error as { code?: string; cause?: { code?: string } };
		return failing(unreached(credential.name, code ?? cause?.code ?? NOT_THE_SIDECAR));
	}
}

/** What the client may do. Few need everything, so one scope that some node uses is enough. */
function told(client: string, scopes: string[]): INodeCredentialTestResult {
	const message = `Signed in as "${client}" with the scopes ${scopes.join(', ') || '(none)'}.`;
	if (scopes.some((scope) => scope in USED || scope === 'admin')) return { status: 'OK', message };
	const used = Object.entries(USED).map(([scope, why]) => `${scope} (${why})`);
	return {
		status: 'Error',
		message: `${message} Every node refuses it: make a client with those that it needs of ${used.join(', ')}.`,
	};
}
