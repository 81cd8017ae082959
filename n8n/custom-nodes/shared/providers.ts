import { createHash } from 'crypto';
import type { IDataObject, NodeEgressFilter } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';
import { type Asked, catalogue } from './catalogue';
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
			createHash('sha256').update(`${name} ${keyOf(credentials, name)}`).digest('hex').slice(0, 16),
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

/** A request that may be sent, or the reason why it may not. */
type Prepared = { url: string; init: RequestInit; web: boolean } | { error: string };

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
	if (!URL.canParse(request.url)) return { error: 'url_invalid' };
	const url = new URL(request.url);
	for (const [name, value] of Object.entries(request.query ?? {})) {
		url.searchParams.set(name, value);
	}
	const headers: Record<string, string> = { ...request.headers };
	const web = provider.web === true && url.origin !== originOf(sandboxOf(credentials));
	if (!web && url.origin !== originOf(sandboxOf(credentials))) {
		if (url.protocol !== 'https:' || !provider.hosts.includes(url.host)) {
			return { error: 'host_not_declared' };
		}
		const key = keyOf(credentials, provider.name);
		if (provider.auth) {
			if (key === '') return { error: 'key_missing' };
			addKey(provider.auth, key, url, headers);
		}
	}
	const init: RequestInit = { method: request.method, headers, redirect: 'manual' };
	if (request.body !== undefined && request.body !== null) {
		init.body = typeof request.body === 'string' ? request.body : JSON.stringify(request.body);
		if (typeof request.body !== 'string') headers['Content-Type'] ??= 'application/json';
	}
	return { url: url.href, init, web };
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
	const signal = AbortSignal.timeout(1000 * (request.timeout_s || 10));
	try {
		if (prepared.web) {
			if (!filter) return { call_id, elapsed_ms: 0, error: 'no_filter' };
			const page = await visit(prepared.url, filter, signal);
			return { call_id, elapsed_ms: elapsed(), ...page };
		}
		// Not n8n's request helper: it opens a new connection (and TLS session) for every request.
		const response = await fetch(prepared.url, { ...prepared.init, signal });
		const body = await read(response);
		if (body === undefined) return { call_id, elapsed_ms: elapsed(), error: 'body_too_large' };
		return {
			call_id,
			elapsed_ms: elapsed(),
			status: response.status,
			headers: Object.fromEntries(response.headers),
			body,
		};
	} catch (error) {
		return { call_id, elapsed_ms: elapsed(), error: signal.aborted ? 'timeout' : errorCode(error) };
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

async function read(response: Response): Promise<string | undefined> {
	if (!response.body) return '';
	const reader = response.body.getReader();
	const decoder = new TextDecoder();
	let size = 0;
	let body = '';
	for (;;) {
		const { done, value } = await reader.read();
		if (done) return body + decoder.decode();
		size += value.byteLength;
		if (size > LARGEST_BODY) {
			await reader.cancel();
			return undefined;
		}
		body += decoder.decode(value, { stream: true });
	}
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

function originOf(url: string): string | undefined {
	if (!URL.canParse(url)) return undefined;
	const { protocol, origin } = new URL(url);
	return protocol === 'http:' || protocol === 'https:' ? origin : undefined;
}

/** A stable code for what the network did; never the message, which names addresses. */
function errorCode(error: unknown): string {
	const { name, cause, ...own } = error as {
		name?: string;
		cause?: { code?: string };
		code?: string;
	};
	const code = cause?.code ?? own.code ?? '';
	if (code === 'ECONNREFUSED') return 'connection_refused';
	if (code === 'ECONNRESET' || code === 'EPIPE' || code === 'UND_ERR_SOCKET') {
		return 'connection_reset';
	}
	if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'host_not_found';
	if (/TIMEDOUT|TIMEOUT/.test(code)) return 'timeout';
	if (/CERT|SSL|TLS|VERIFY/.test(code)) return 'tls_failed';
	if (name === 'VisitRefused') return (error as Error).message;
	return 'network_error';
}
