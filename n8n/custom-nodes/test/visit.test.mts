import assert from 'node:assert/strict';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, test } from 'node:test';
import { ask } from '../dist/shared/providers.js';
import { mayVisit } from '../dist/shared/robots.js';
import { LARGEST_PAGE, visit } from '../dist/shared/visit.js';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;
const pages: Record<string, Handler> = {};
const asked: IncomingMessage[] = [];
let port = '';
const server = createServer((request, response) => {
	asked.push(request);
	const path = request.url!;
	const handler = pages[`${request.headers.host!.split(':')[0]}${path}`] ?? pages[path];
	if (handler) handler(request, response);
	else response.writeHead(404).end();
});

before(async () => {
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	port = String((server.address() as AddressInfo).port);
});
after(() => {
	server.closeAllConnections();
	server.close();
});
beforeEach(() => {
	asked.length = 0;
	for (const path of Object.keys(pages)) delete pages[path];
	pages['/'] = (_request, response) =>
		response.setHeader('content-type', 'text/html').end('<title>Acme</title>');
});

/** n8n's filter, for which every name stands for this machine but those that are inside. */
const filter = (inside: string[] = [], later: string[] = []) => {
	const looked: string[] = [];
	return {
		looked,
		validateUrl: async (url: URL) => {
			looked.push(url.hostname);
			return inside.includes(url.hostname) ? { ok: false, error: new Error('no') } : { ok: true };
		},
		createSecureLookup: () => (host: string, options: any, done: any) => {
			looked.push(`connect ${host}`);
			if (later.includes(host)) done(new Error('blocked'));
			else if (options.all) done(null, [{ address: '127.0.0.1', family: 4 }]);
			else done(null, '127.0.0.1', 4);
		},
	} as any;
};
const at = (url: string) => url.replace('//acme.test', `//acme.test:${port}`);
const look = async (url: string, given = filter()) =>
	await visit(at(url), given, AbortSignal.timeout(5000), [port, '']);
const refusal = async (url: string, given = filter(), ports = [port, '']) =>
	await visit(at(url), given, AbortSignal.timeout(5000), ports).then(
		() => 'visited',
		(error: Error) => error.message,
	);
const paths = () => asked.map(({ url }) => url);

test('a home page is fetched after robots.txt, and says where it was found', async () => {
	const given = filter();
	const page = await look('http://acme.test/', given);
	assert.deepEqual([page.status, page.body], [200, '<title>Acme</title>']);
	assert.equal(page.headers['content-location'], at('http://acme.test/'));
	assert.deepEqual(paths(), ['/robots.txt', '/']);
	assert.deepEqual(given.looked, ['acme.test', 'connect acme.test', 'connect acme.test']);
	assert.match(asked[1]!.headers['user-agent']!, /^EnrichmentEngine\//);
	assert.equal(asked[1]!.headers.cookie, undefined);
});

test('what robots.txt forbids is not fetched, nor what it cannot say', async () => {
	pages['/robots.txt'] = (_request, response) => response.end('User-agent: *\nDisallow: /\n');
	assert.equal(await refusal('http://acme.test/'), 'robots_disallow');
	pages['/robots.txt'] = (_request, response) => response.writeHead(503).end();
	assert.equal(await refusal('http://acme.test/'), 'robots_disallow');
	assert.ok(!paths().includes('/'));
});

test('every redirect is looked at anew, robots.txt of its host too', async () => {
	pages['acme.test/'] = (_request, response) =>
		response.writeHead(301, { location: `http://www.acme.test:${port}/home#top` }).end();
	pages['/home'] = (_request, response) => response.end('home');
	const given = filter();
	const page = await look('http://acme.test/', given);
	assert.equal(page.body, 'home');
	assert.equal(page.headers['content-location'], `http://www.acme.test:${port}/home`);
	assert.deepEqual(
		given.looked.filter((host: string) => !host.startsWith('connect')),
		['acme.test', 'www.acme.test'],
	);
	assert.deepEqual(paths(), ['/robots.txt', '/', '/robots.txt', '/home']);
	assert.equal(
		await refusal('http://acme.test/', filter(['www.acme.test'])),
		'address_not_allowed',
	);
	pages['www.acme.test/robots.txt'] = (_request, response) =>
		response.end('User-agent: EnrichmentEngine\nDisallow: /');
	assert.equal(await refusal('http://acme.test/'), 'robots_disallow');
});

test('nothing inside is reached: not by name, by a redirect, by robots.txt, nor by a name that changes', async () => {
	assert.equal(await refusal('http://acme.test/', filter(['acme.test'])), 'address_not_allowed');
	assert.equal(await refusal('http://acme.test/', filter([], ['acme.test'])), 'blocked');
	assert.equal(asked.length, 0);
	for (const target of ['http://169.254.169.254/latest', 'http://localhost/', 'https://[::1]/']) {
		pages['/'] = (_request, response) => response.writeHead(302, { location: target }).end();
		const inside = filter(['169.254.169.254', 'localhost', '[::1]']);
		assert.equal(await refusal('http://acme.test/', inside), 'address_not_allowed');
		pages['/robots.txt'] = pages['/']!;
		assert.equal(await refusal('http://acme.test/', inside), 'address_not_allowed');
		delete pages['/robots.txt'];
	}
});

test('only http and https at their own ports, without a name and password', async () => {
	for (const target of [
		'ftp://acme.test/',
		'file:///etc/passwd',
		'http://acme.test:22/',
		'http://user@acme.test/',
		'data:text/html,x',
	]) {
		pages['/'] = (_request, response) => response.writeHead(302, { location: target }).end();
		assert.equal(await refusal('http://acme.test/', filter(), [port]), 'url_not_allowed');
	}
	assert.equal(await refusal('http://acme.test/', filter(), ['']), 'url_not_allowed');
});

test('a circle of redirects ends, a long page is cut, an endless one too', async () => {
	pages['/'] = (_request, response) => response.writeHead(302, { location: '/' }).end();
	assert.equal(await refusal('http://acme.test/'), 'too_many_redirects');
	pages['/'] = (_request, response) => {
		const more = () => {
			while (response.write('x'.repeat(65_536)) && !response.destroyed);
		};
		response.on('drain', more).on('error', () => undefined);
		more();
	};
	const { body } = await look('http://acme.test/');
	assert.equal(body.length, LARGEST_PAGE);
});

test('a page is read by the encoding that it names', async () => {
	pages['/'] = (_request, response) =>
		response.end(Buffer.from('<meta charset="iso-8859-1"><title>M\xfcller</title>', 'latin1'));
	assert.match((await look('http://acme.test/')).body, /Müller/);
	pages['/'] = (_request, response) =>
		response.setHeader('content-type', 'text/html; charset=klingon').end('<title>Müller</title>');
	assert.match((await look('http://acme.test/')).body, /Müller/);
});

test('robots.txt is read as RFC 9309 says', () => {
	const rows: Array<[string, string, boolean]> = [
		['', '/', true],
		['User-agent: *\nDisallow:', '/', true],
		['User-agent: *\nDisallow: /', '/', false],
		['user-agent: *\r\ndisallow: /private # ours', '/', true],
		['User-agent: *\nDisallow: /\nAllow: /$', '/', true],
		['User-agent: *\nDisallow: /\nAllow: /$', '/impressum', false],
		['User-agent: *\nDisallow: /*.php', '/index.php', false],
		['User-agent: *\nDisallow: /*.php$', '/index.php?a=1', true],
		['User-agent: *\nDisallow: /imp', '/impressum', false],
		['User-agent: BadBot\nDisallow: /', '/', true],
		['User-agent: BadBot\nUser-agent: *\nDisallow: /', '/', false],
		['User-agent: *\nDisallow: /\n\nUser-agent: EnrichmentEngine\nDisallow:', '/', true],
		['User-agent: *\nDisallow:\n\nUser-agent: enrichmentengine/1.0\nDisallow: /', '/', false],
		['User-agent: *\nAllow: /a\nDisallow: /a', '/a', true],
		['Sitemap: https://acme.test/x\nDisallow: /', '/', true],
		['<html>no robots</html>', '/', true],
	];
	for (const [robots, path, may] of rows) {
		assert.equal(mayVisit(robots, path), may, JSON.stringify([robots, path]));
	}
});

test('no robots.txt keeps the worker busy', () => {
	const begun = process.cpuUsage();
	for (const line of [
		`Disallow: a${' '.repeat(50_000)}x`,
		' '.repeat(50_000),
		':'.repeat(50_000),
	]) {
		mayVisit(`User-agent: *\n${line}`, '/');
	}
	assert.ok(process.cpuUsage(begun).user < 1_000_000);
});

test('a host that is not there is told from one that nobody could be asked about', async () => {
	for (const [code, told] of [
		['ENOTFOUND', 'host_not_found'],
		['EAI_AGAIN', 'names_unavailable'],
		['ELSE', 'address_not_allowed'],
	] as const) {
		const given = {
			...filter(),
			validateUrl: async () => ({ ok: false, error: Object.assign(new Error('no'), { code }) }),
		} as any;
		assert.equal(await refusal('http://acme.test/', given), told);
	}
});

test('a company page is asked for through the filter alone', async () => {
	const request: any = {
		call_id: 'k',
		provider: 'home_page',
		method: 'GET',
		url: 'https://acme.test/',
		headers: { Accept: 'text/html' },
		query: {},
		timeout_s: 5,
	};
	assert.equal(((await ask(request, {})) as any).error, 'no_filter');
	const inside: any = await ask(request, {}, undefined, filter(['acme.test']));
	assert.equal(inside.error, 'address_not_allowed');
	const closed: any = await ask(
		{ ...request, url: 'https://user:pw@acme.test/' },
		{},
		undefined,
		filter(),
	);
	assert.equal(closed.error, 'url_not_allowed');
	const sandboxUrl = `http://127.0.0.1:${port}`;
	pages['/home_page/?domain=acme.example'] = (_request, response) => response.end('played');
	const played: any = await ask(
		{ ...request, url: `${sandboxUrl}/home_page/`, query: { domain: 'acme.example' } },
		{ sandboxUrl },
	);
	assert.equal(played.body, 'played');
});
