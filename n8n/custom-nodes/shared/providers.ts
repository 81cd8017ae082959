import { createHash } from 'crypto';
import type { IDataObject, NodeEgressFilter } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';
import { type Asked, catalogue } from './catalogue';
import { exchange } from './http';
import { visit } from './visit';

export const PROVIDERS_CREDENTIAL = 'enrichmentProvidersApi';
export const LARGEST_BODY = 1_000_000;

/** A request to a provider as the sidecar words it: complete but for the key. */
export interface ProviderRequest {
	call_id: string;
	provider: string;
	method: string;
	url: string;
	headers?: Record<string, string> | null;
	query?: Record<string, string> | null;
	body?: unknown;
	/** When it may be sent (ISO 8601), for the provider's pace. */
	not_before?: string | null;
	timeout_s?: number | null;
}

/** What the sidecar is told of a call: the answer as it came, or why there is none. */
export type Answer = {
	call_id: string;
	elapsed_ms: number;
} & ({ status: number; headers: Record<string, string>; body: string } | { error: string });

/** Statuses by which a provider refuses whoever asks next as well: bad key, no quota, haste. */
const REFUSALS = [401, 402, 403, 429];

/** Whether an answer is meant for all that ask the provider now, not for this call. */
export function refusesAll(request: ProviderRequest, answer: Answer): boolean {
	const keyed = catalogue.some(({ name, auth }) => name === request.provider && auth !== null);
	return keyed && 'status' in answer && REFUSALS.includes(answer.status);
}

/** The names of those that are asked for real: a key is held, or none is needed. */
export function live(credentials: IDataObject, entries: Asked[] = catalogue): string[] {
	return entries.filter((entry) => isLive(credentials, entry)).map(({ name }) => name);
}

/** Marks of the keys that are held, by provider: they tell that a key is another one, and nothing of it. */
export function marks(credentials: IDataObject, entries: Asked[] = catalogue): IDataObject {
	const held = entries.filter((entry) => entry.auth !== null && isLive(credentials, entry));
	return Object.fromEntries(
		held.map(({ name }) => [
			name,
			createHash('sha256')
				.update(`${name} ${keyOf(credentials, name)}`)
				.digest('hex')
				.slice(0, 16),
		]),
	);
}

/** Without a key it needs the word of the credential, or that there is no sandbox to answer for it. */
function isLive(credentials: IDataObject, { name, auth }: Asked): boolean {
	const said = keyOf(credentials, name);
	return auth === null ? said === 'on' || (said === '' && !sandboxOf(credentials)) : said !== '';
}

/** Who is asked with this credential, as the editor tells it. */
export function whoIsAsked(credentials: IDataObject): string {
	const names = (asked: boolean, keyed?: boolean) =>
		catalogue
			.filter((entry) => isLive(credentials, entry) === asked)
			.filter(({ auth }) => keyed === undefined || (auth !== null) === keyed)
			.map(({ title }) => title)
			.join(', ');
	return [
		['Asked with a key', names(true, true)],
		['Asked without one', names(true, false)],
		[
			sandboxOf(credentials) ? 'Played by the sandbox' : 'Not asked (no key, no sandbox URL)',
			names(false),
		],
	]
		.filter(([, who]) => who !== '')
		.map(([how, who]) => `${how}: ${who}.`)
		.join(' ');
}

/** Why the credential cannot work, or undefined. */
export function fault(credentials: IDataObject): string | undefined {
	for (const { name, title, auth } of catalogue) {
		const said = keyOf(credentials, name);
		if (auth === null) {
			if (!['', 'on', 'off'].includes(said)) return `${title} is on, off or empty.`;
		} else if (/[^\x21-\x7e]/.test(said)) {
			return `The ${title} key holds a space or a character that no key has.`;
		}
	}
	const sandbox = sandboxOf(credentials);
	if (sandbox !== '' && originOf(sandbox) === undefined) {
		return 'The sandbox URL is not an http(s) URL.';
	}
	return undefined;
}

const OWN_HEADERS = {
	Accept: '*/*',
	'Accept-Encoding': 'identity',
	'User-Agent': 'EnrichmentEngine/1.0',
};

/** A request that may be sent, or the reason why it may not. */
type Prepared =
	| { url: URL; method: string; headers: Record<string, string>; body?: string; web: boolean }
	| { error: string };

/**
 * Adds the key, and holds a request to the hosts that its provider declares.
 *
 * The sandbox's origin is the only other place a request may go, and it never sees a key.
 */
export function prepare(
	request: ProviderRequest,
	credentials: IDataObject,
	entries: Asked[] = catalogue,
): Prepared {
	const provider = entries.find(({ name }) => name === request.provider);
	if (!provider) return { error: 'provider_unknown' };
	const url = URL.parse(request.url);
	if (!url) return { error: 'url_invalid' };
	for (const name in request.query ?? {}) url.searchParams.set(name, request.query![name]);
	const headers: Record<string, string> = { ...request.headers };
	const played = url.origin === originOf(sandboxOf(credentials));
	const web = provider.web === true && !played;
	if (!web && !played) {
		if (url.protocol !== 'https:' || !provider.hosts.includes(url.host)) {
			return { error: 'host_not_declared' };
		}
		const key = keyOf(credentials, provider.name);
		if (provider.auth) {
			if (key === '') return { error: 'key_missing' };
			addKey(provider.auth, key, url, headers);
		}
	}
	const { method } = request;
	if (request.body === undefined || request.body === null) return { url, method, headers, web };
	if (typeof request.body === 'string') return { url, method, headers, web, body: request.body };
	headers['Content-Type'] ??= 'application/json';
	return { url, method, headers, web, body: JSON.stringify(request.body) };
}

/**
 * Asks a provider: one attempt, no redirects, at most LARGEST_BODY bytes. Never throws.
 *
 * A company's own site is asked as `visit` does, which needs n8n's filter of where requests may go.
 */
export async function ask(
	request: ProviderRequest,
	credentials: IDataObject,
	entries: Asked[] = catalogue,
	filter?: NodeEgressFilter,
): Promise<Answer> {
	const { call_id } = request;
	const prepared = prepare(request, credentials, entries);
	if ('error' in prepared) return { call_id, elapsed_ms: 0, error: prepared.error };
	const begun = Date.now();
	const elapsed = () => Date.now() - begun;
	const timeoutMs = 1000 * (request.timeout_s || 10);
	try {
		if (prepared.web) {
			if (!filter) return { call_id, elapsed_ms: 0, error: 'no_filter' };
			const signal = AbortSignal.timeout(timeoutMs);
			const page = await visit(prepared.url.href, filter, signal).catch((error: unknown) => {
				signal.throwIfAborted(); // a page that is on its way breaks off
				throw error;
			});
			return { call_id, elapsed_ms: elapsed(), ...page };
		}
		const { url, method, headers, body } = prepared;
		const answer = await exchange(url, {
			method,
			body,
			headers: { ...OWN_HEADERS, ...headers },
			most: LARGEST_BODY,
			timeoutMs,
		});
		if (answer.cut) return { call_id, elapsed_ms: elapsed(), error: 'body_too_large' };
		return {
			call_id,
			elapsed_ms: elapsed(),
			status: answer.status,
			headers: answer.headers,
			body: answer.bytes.toString('utf8').replace(/^\ufeff/, ''),
		};
	} catch (error) {
		return { call_id, elapsed_ms: elapsed(), error: errorCode(error) };
	}
}

/** Waits until a call's turn has come. */
export async function turn(request: ProviderRequest): Promise<void> {
	const pause = startOf(request) - Date.now();
	if (pause > 0) await sleep(pause);
}

/** When a request may be sent, in milliseconds since 1970. */
export function startOf(request: ProviderRequest): number {
	return (request.not_before && Date.parse(request.not_before)) || 0;
}

function addKey(
	auth: NonNullable<Asked['auth']>,
	key: string,
	url: URL,
	headers: Record<string, string>,
): void {
	if (auth.location === 'query') url.searchParams.set(auth.name, key);
	else headers[auth.name] = (auth.prefix ?? '') + key;
}

function keyOf(credentials: IDataObject, provider: string): string {
	return String(credentials[provider] ?? '').trim();
}

function sandboxOf(credentials: IDataObject): string {
	return String(credentials.sandboxUrl ?? '').trim();
}

let lastOrigin: { of: string; origin?: string } = { of: '' };

/** The origin of an http(s) URL; the same one is asked for with each call. */
function originOf(url: string): string | undefined {
	if (lastOrigin.of !== url) {
		const { protocol, origin } = URL.parse(url) ?? {};
		lastOrigin = { of: url, origin: protocol && /^https?:$/.test(protocol) ? origin : undefined };
	}
	return lastOrigin.origin;
}

/** A stable code for what the network did; never the message, which names addresses. */
function errorCode(error: unknown): string {
	const { name, code = '' } = error as { name?: string; code?: string };
	if (name === 'TimeoutError' || name === 'AbortError') return 'timeout';
	if (code === 'ECONNREFUSED') return 'connection_refused';
	if (code === 'ECONNRESET' || code === 'EPIPE') return 'connection_reset';
	if (code === 'ENOTFOUND') return 'host_not_found';
	if (code === 'EAI_AGAIN') return 'names_unavailable';
	if (/TIMEDOUT|TIMEOUT/.test(code)) return 'timeout';
	if (/CERT|SSL|TLS|VERIFY/.test(code)) return 'tls_failed';
	if (name === 'VisitRefused') return (error as Error).message;
	return 'network_error';
}
