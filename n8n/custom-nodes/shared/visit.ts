import type { NodeEgressFilter } from 'n8n-workflow';
import { exchange } from './http';
import { AGENT, mayVisit } from './robots';

/** What a page may be: longer ones are cut, since what says whose they are stands at their beginning. */
export const LARGEST_PAGE = 300_000;
const LARGEST_ROBOTS = 50_000;
const MOST_REDIRECTS = 5;
/** That a host is not there is known; that nobody could be asked about it says nothing. */
const WHY_NOT: Record<string, string> = {
	ENOTFOUND: 'host_not_found',
	EAI_AGAIN: 'names_unavailable',
};
const OWN_PORTS = ['']; // as a URL says 80 of http and 443 of https

export interface Visited {
	status: number;
	headers: Record<string, string>;
	body: string;
}

/** Why a page is not fetched; the message is a stable code. */
class VisitRefused extends Error {
	name = 'VisitRefused';
}

/**
 * Fetches a page of a site that nobody knows beforehand, as a polite visitor.
 *
 * http and https at their own ports alone; every address that a host stands for is looked at by n8n's filter
 * before a connection is made, and again when it is made; each redirect anew; robots.txt of each host is kept.
 * No cookies, no credentials, at most LARGEST_PAGE bytes. `content-location` says where the page was found.
 */
export async function visit(
	url: string,
	filter: NodeEgressFilter,
	signal: AbortSignal,
	ports = OWN_PORTS,
): Promise<Visited> {
	let at = new URL(url);
	const allowed = new Map<string, string>();
	for (let hops = 0; ; hops++) {
		await check(at, filter, ports);
		if (!allowed.has(at.origin)) allowed.set(at.origin, await robots(at, filter, signal, ports));
		if (!mayVisit(allowed.get(at.origin)!, at.pathname + at.search)) {
			throw new VisitRefused('robots_disallow');
		}
		const page = await fetched(at, filter, signal, LARGEST_PAGE);
		const next = page.status >= 300 && page.status < 400 ? page.headers.location : undefined;
		if (!next || !URL.canParse(next, at.href)) {
			return { ...page, headers: { ...page.headers, 'content-location': at.href } };
		}
		if (hops >= MOST_REDIRECTS) throw new VisitRefused('too_many_redirects');
		at = new URL(next, at);
		at.hash = '';
	}
}

async function check(url: URL, filter: NodeEgressFilter, ports: string[]): Promise<void> {
	const ours = url.protocol === 'http:' || url.protocol === 'https:';
	if (!ours || !ports.includes(url.port) || url.username !== '' || url.password !== '') {
		throw new VisitRefused('url_not_allowed');
	}
	const found = await filter.validateUrl(url);
	if (found.ok) return;
	const { code } = found.error as { code?: string };
	throw new VisitRefused(WHY_NOT[code ?? ''] ?? 'address_not_allowed');
}

/** A host's robots.txt. What is not there allows all, what cannot be had allows nothing (RFC 9309 2.3.1). */
async function robots(
	url: URL,
	filter: NodeEgressFilter,
	signal: AbortSignal,
	ports: string[],
): Promise<string> {
	let at = new URL('/robots.txt', url);
	for (let hops = 0; hops <= MOST_REDIRECTS; hops++) {
		if (hops > 0) await check(at, filter, ports);
		const { status, headers, body } = await fetched(at, filter, signal, LARGEST_ROBOTS);
		if (status >= 200 && status < 300) return body;
		if (status >= 500 || status === 429) return 'User-agent: *\nDisallow: /';
		if (status < 300 || status >= 400) return '';
		if (!headers.location || !URL.canParse(headers.location, at.href)) return '';
		at = new URL(headers.location, at);
	}
	return '';
}

async function fetched(
	url: URL,
	filter: NodeEgressFilter,
	signal: AbortSignal,
	most: number,
): Promise<Visited> {
	const { status, headers, bytes } = await exchange(url, {
		most,
		// A connection of its own, so that its address is looked at.
		agent: false,
		lookup: filter.createSecureLookup(),
		signal,
		headers: {
			Accept: 'text/html,text/plain;q=0.9',
			'Accept-Encoding': 'identity',
			'Accept-Language': 'en, *;q=0.5',
			'User-Agent': AGENT,
		},
	});
	return { status, headers, body: decoded(bytes.subarray(0, most), headers) };
}

/** The text of a page by the encoding that it names, as far as this is one; else as UTF-8. */
function decoded(bytes: Buffer, headers: Record<string, string>): string {
	const named =
		/charset\s*=\s*["']?([\w-]+)/i.exec(headers['content-type'] ?? '') ??
		/<meta[^>]{0,200}charset\s*=\s*["']?([\w-]+)/i.exec(bytes.subarray(0, 2048).toString('latin1'));
	try {
		return new TextDecoder(named?.[1] ?? 'utf-8').decode(bytes);
	} catch {
		return new TextDecoder().decode(bytes);
	}
}
