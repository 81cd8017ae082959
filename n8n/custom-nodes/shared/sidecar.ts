import { randomUUID } from 'crypto';
import { NodeApiError, sleep } from 'n8n-workflow';
import type {
	ICredentialsDecrypted,
	IDataObject,
	IExecuteFunctions,
	IHttpRequestMethods,
	IHttpRequestOptions,
	ILoadOptionsFunctions,
	IN8nHttpFullResponse,
	IWebhookFunctions,
	JsonObject,
} from 'n8n-workflow';
import { marksOf } from './marks';
import {
	NOT_THE_SIDECAR,
	REFUSALS,
	SIDECAR_CREDENTIAL,
	baseOf,
	refused,
	unreached,
} from './sidecarCredential';

/** Pauses between attempts while the sidecar restarts; about six seconds in all. */
export const BACKOFF_MS = [200, 400, 800, 1600, 3200];
const LONGEST_PAUSE_MS = 5000;
const TIMEOUT_MS = 30_000;
const RETRIED_STATUS = new Set(['429', '502', '503', '504']);
const RETRIED_ERRORS = new Set([
	...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'EAI_AGAIN'],
	// Nobody has the address of one that was just replaced. (A request that timed out is ECONNABORTED.)
	...['EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT'],
]);

/** RFC 9457 problem details, as the sidecar answers every error. */
export interface Problem extends IDataObject {
	type: string;
	title: string;
	status: number;
	detail: string;
	code: string;
	request_id?: string;
	errors?: Array<{ pointer: string; code: string; detail: string }>;
}

/** A refused or failed request. Carries the sidecar's problem, never what was sent. */
export class SidecarError extends Error {
	constructor(
		readonly problem: Problem,
		readonly body: IDataObject = problem,
	) {
		super(describe(problem));
	}

	/** The same as an error of this node: what was being done comes first. */
	asNodeError(
		context: Pick<IExecuteFunctions, 'getNode'>,
		doing: string,
		itemIndex: number,
	): NodeApiError {
		const { problem } = this;
		return new NodeApiError(context.getNode(), problem as JsonObject, {
			message: `${doing}: ${this.message}`,
			description: explain(problem),
			httpCode: String(problem.status),
			itemIndex,
		});
	}
}

/** What makes a request the same when it is sent again: a key, or, for so many seconds, its body. */
export interface Once {
	key: string;
	seconds: number;
}

/** Sends one request to the sidecar and answers the body; throws SidecarError. */
export type Send = (
	method: IHttpRequestMethods,
	path: string,
	body?: IDataObject | Upload,
	once?: Once,
) => Promise<IDataObject>;

/** A file to send as it is. */
export class Upload {
	constructor(
		readonly content: Buffer,
		readonly type: string,
	) {}
}

/** What has credentials and may ask. */
type Context = IExecuteFunctions | ILoadOptionsFunctions | IWebhookFunctions;

interface Outcome {
	retry: boolean;
	pauseMs: number;
	body?: IDataObject;
	error?: SidecarError;
}

/**
 * Opens the sidecar of this node's credential.
 *
 * Every call of the sidecar may be repeated (writes are idempotent, see there), so an answer that was
 * lost while it restarts is asked for again.
 */
export async function connect(context: Context): Promise<Send> {
	const data = await context.getCredentials(SIDECAR_CREDENTIAL);
	const base = baseOf(data as IDataObject);
	const { id = '', name = 'Sidecar' } = context.getNode().credentials?.[SIDECAR_CREDENTIAL] ?? {};
	// Read once for all requests: else n8n reads it from its database for each. A new token gets into it.
	const credential = { id: id ?? '', name, type: SIDECAR_CREDENTIAL, data };
	const marks = marksOf(context);
	return async (method, path, body, once = { key: '', seconds: 0 }) => {
		if (/\/v\d+$/.test(base)) throw notReached(name, NOT_THE_SIDECAR);
		const options: IHttpRequestOptions = {
			method,
			url: `${base}/v1/${path}`,
			headers: {
				...marks,
				...(method === 'GET' ? {} : { 'Content-Type': typeOf(body), ...idempotency(once) }),
			},
			body: contentOf(body),
			returnFullResponse: true,
			// 401 must throw: n8n then fetches a new token and repeats the request.
			ignoreHttpStatusErrors: { ignore: true, except: [401] },
			disableFollowRedirect: true,
			timeout: TIMEOUT_MS,
		};
		for (let attempt = 0; ; attempt++) {
			const outcome = await ask(context, credential, options);
			if (outcome.retry && attempt < BACKOFF_MS.length) {
				await sleep(Math.min(Math.max(BACKOFF_MS[attempt], outcome.pauseMs), LONGEST_PAUSE_MS));
				continue;
			}
			if (outcome.error) throw outcome.error;
			return outcome.body ?? {};
		}
	};
}

function typeOf(body?: IDataObject | Upload): string {
	return body instanceof Upload ? body.type : 'application/json';
}

function contentOf(body?: IDataObject | Upload): IHttpRequestOptions['body'] {
	if (body instanceof Upload) return body.content;
	// An empty object would be sent as no body at all.
	return body && Object.keys(body).length === 0 ? '{}' : body;
}

/** Every write carries one: an answer that was lost is asked for again. */
function idempotency({ key, seconds }: Once): Record<string, string> {
	if (key !== '') return { 'Idempotency-Key': key };
	if (seconds > 0) return { 'Idempotency-Window': String(seconds) };
	return { 'Idempotency-Key': randomUUID() };
}

async function ask(
	context: Context,
	credential: ICredentialsDecrypted,
	options: IHttpRequestOptions,
): Promise<Outcome> {
	const { name } = credential;
	try {
		const response = (await context.helpers.httpRequestWithAuthentication.call(
			context,
			SIDECAR_CREDENTIAL,
			{ ...options },
			{ credentialsDecrypted: credential },
		)) as IN8nHttpFullResponse;
		const status = response.statusCode;
		const body = isObject(response.body) ? response.body : {};
		if (foreign(response)) {
			return { retry: false, pauseMs: 0, error: notReached(name, String(status)) };
		}
		if (status >= 200 && status < 300) return { retry: false, pauseMs: 0, body };
		return {
			// What was sent twice at once is answered when the first is done.
			retry: RETRIED_STATUS.has(String(status)) || body.code === 'idempotency_in_flight',
			pauseMs: 1000 * (Number(response.headers['retry-after']) || 0),
			error: new SidecarError(problemOf(status, body, name), body),
		};
	} catch (error) {
		const reason = String((error as NodeApiError).httpCode ?? (error as JsonObject).code ?? '');
		return {
			retry: RETRIED_STATUS.has(reason) || RETRIED_ERRORS.has(reason),
			pauseMs: 0,
			error: notReached(name, reason || NOT_THE_SIDECAR),
		};
	}
}

/** Whether an answer is none that a sidecar gives: no JSON, or an error that is no problem. */
function foreign({ statusCode: status, body }: IN8nHttpFullResponse): boolean {
	if (status === 204 || status === 429 || status >= 500) return false;
	return !isObject(body) || (status >= 300 && typeof body.code !== 'string');
}

function problemOf(status: number, body: IDataObject, credential: string): Problem {
	const remedy =
		body.code === 'forbidden'
			? ` Give it to the client of the credential "${credential}", or choose another credential.`
			: '';
	return {
		...body,
		type: text(body.type) || 'about:blank',
		title: text(body.title) || `HTTP ${status}`,
		status,
		detail: (text(body.detail) || 'The sidecar gave no reason.') + remedy,
		code: text(body.code) || `http_${status}`,
	};
}

/** The problem of a request that no sidecar answered: a network error, or the status of the sign-in. */
function notReached(credential: string, cause: string): SidecarError {
	const unauthorized = REFUSALS.has(cause);
	return new SidecarError({
		type: 'about:blank',
		title: unauthorized ? 'Unauthorized' : 'Service Unavailable',
		status: unauthorized ? 401 : 503,
		detail: unauthorized ? refused(credential) : unreached(credential, cause),
		code: unauthorized ? 'unauthorized' : 'sidecar_unreachable',
	});
}

function describe(problem: Problem): string {
	const facts = [problem.code, `HTTP ${problem.status}`];
	if (problem.request_id) facts.push(`request ${problem.request_id}`);
	return `${problem.detail} [${facts.join(', ')}]`;
}

/** Names the fields at fault by pointer and code; their values stay out of n8n's records. */
function explain(problem: Problem): string | undefined {
	const errors = Array.isArray(problem.errors) ? problem.errors : [];
	if (errors.length === 0) return undefined;
	const named = errors.slice(0, 10).map(({ pointer, code }) => `${pointer || '/'}: ${code}`);
	return named.join('; ') + (errors.length > 10 ? `; and ${errors.length - 10} more` : '');
}

export function isObject(value: unknown): value is IDataObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
	return typeof value === 'string' ? value : '';
}
