// The only place where the package makes connections by itself. n8n's request helper opens a new one (and TLS
// session) for every request; fetch does not allow a filter of addresses, and takes several times the work.
// eslint-disable-next-line @n8n/community-nodes/no-restricted-imports
import { type ClientRequest, type RequestOptions, request as plain } from 'http';
// eslint-disable-next-line @n8n/community-nodes/no-restricted-imports
import { request as secure } from 'https';
import { sleep } from 'n8n-workflow';

export interface Exchanged {
	status: number;
	headers: Record<string, string>;
	/** At most as many as were wanted, or a little more if the body is longer. */
	bytes: Buffer;
	/** Whether the body is longer than what was wanted. */
	cut: boolean;
}

export interface Exchange extends Omit<RequestOptions, 'timeout'> {
	body?: string;
	/** Of the answer's body, in bytes. */
	most: number;
	/** After so long it ends with ETIMEDOUT, whatever came so far. */
	timeoutMs?: number;
}

/** Sends one request and reads the answer; rejects with what the network did. */
export async function exchange(
	url: URL,
	{ body, most, timeoutMs, ...options }: Exchange,
): Promise<Exchanged> {
	return await new Promise((resolve, reject) => {
		const send = url.protocol === 'https:' ? secure : plain;
		const sent = send(url, options, (response) => {
			const parts: Buffer[] = [];
			let size = 0;
			const done = () => {
				limited.delete(sent);
				const [status, bytes] = [response.statusCode ?? 0, Buffer.concat(parts)];
				resolve({ status, headers: single(response.headers), bytes, cut: size > most });
			};
			response.on('data', (part: Buffer) => {
				parts.push(part);
				size += part.byteLength;
				if (size <= most) return;
				done();
				response.destroy();
			});
			response.on('end', done).on('error', failed);
		}).on('error', (error) => failed(error));
		const failed = (error: Error) => {
			limited.delete(sent);
			reject(error);
		};
		if (timeoutMs !== undefined) void limit(sent, timeoutMs);
		sent.end(body);
	});
}

function single(headers: NodeJS.Dict<string | string[]>): Record<string, string> {
	const found: Record<string, string> = {};
	for (const name in headers) {
		const value = headers[name];
		found[name] = Array.isArray(value) ? value.join(', ') : String(value);
	}
	return found;
}

const SWEEP_MS = 100;
const limited = new Map<ClientRequest, number>();
let watched = false;

/** Ends a request after its time. One watch for all: a timer of its own costs as much as a fifth of a call. */
async function limit(request: ClientRequest, timeoutMs: number): Promise<void> {
	limited.set(request, Date.now() + timeoutMs);
	if (watched) return;
	watched = true;
	while (limited.size > 0) {
		await sleep(SWEEP_MS);
		const now = Date.now();
		for (const [late, until] of limited) {
			if (until <= now) late.destroy(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' }));
		}
	}
	watched = false;
}
