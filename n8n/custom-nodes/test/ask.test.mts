import assert from 'node:assert/strict';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { EnrichmentBatch } from '../dist/nodes/EnrichmentBatch/EnrichmentBatch.node.js';
import { ask, fault, live, marks, prepare } from '../dist/shared/providers.js';
import { type Sent, context, json } from './context.mts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;
let handle: Handler = (_request, response) => response.end('{}');
const asked: Array<{ url: string; headers: IncomingMessage['headers'] }> = [];
let sandboxUrl = '';
const server = createServer((request, response) => {
	asked.push({ url: request.url ?? '', headers: request.headers });
	handle(request, response);
});

before(async () => {
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	sandboxUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => {
	server.closeAllConnections();
	server.close();
});

const asking = { resource: 'batch', operation: 'ask', concurrency: 20, seconds: 60 };

const sandboxed = (call_id: string, more: object = {}) => ({
	call_id,
	provider: 'hunter',
	method: 'GET',
	url: `${sandboxUrl}/hunter/v2/people/find`,
	headers: { Accept: 'application/json' },
	query: { email: 'ada+1@example.com' },
	body: null,
	not_before: null,
	timeout_s: 5,
	...more,
});

/** Asks the providers against a sidecar that starts every call with the given requests. */
async function enrich(ids: string[], request: (id: string) => object = sandboxed, parameters = {}) {
	const answers: any[] = [];
	const planned = [...ids];
	const ctx = context({
		items: [
			{ batch_id: 'b1', lead_id: 'l1' },
			{ batch_id: 'b1', lead_id: 'l2' },
		],
		parameters: { ...asking, ...parameters },
		credentials: {
			enrichmentSidecarApi: { baseUrl: 'http://sidecar.test' },
			enrichmentProvidersApi: { hunter: '', peopledatalabs: 'secret', sandboxUrl },
		},
		sidecar: ({ path, body }: Sent) => {
			if (path.endsWith('calls/start')) {
				const requests = planned.splice(0, 100).map(request);
				return { body: { requests, more: planned.length > 0 ? ['hunter'] : [] } };
			}
			answers.push(...body.answers);
			return { body: { accepted: body.answers.length, ignored: 0 } };
		},
	});
	const [items] = await new EnrichmentBatch().execute.call(ctx);
	return { items, answers, sent: ctx.sent };
}

test('makes the calls, hands in raw answers in groups, puts out counts and no bodies', async () => {
	handle = (_request, response) =>
		response.setHeader('X-Pace', '1').end('{"data":{"email":"ada@example.com"}}');
	asked.length = 0;
	const ids = Array.from({ length: 120 }, (_, place) => `k${place}`);
	const { items, answers, sent } = await enrich(ids);
	assert.deepEqual(answers.map(({ call_id }) => call_id).sort(), ids.sort());
	assert.deepEqual(
		[answers[0].status, answers[0].headers['x-pace'], answers[0].body],
		[200, '1', '{"data":{"email":"ada@example.com"}}'],
	);
	assert.ok(
		sent.every(({ path, body }) => !path.endsWith('answers') || body.answers.length <= 250),
	);
	const starts = sent.filter(({ path }) => path.endsWith('calls/start'));
	assert.deepEqual(
		starts.map(({ body }) => [body.lead_ids, body.provider, body.live]),
		[
			[['l1', 'l2'], null, ['peopledatalabs']],
			[['l1', 'l2'], 'hunter', ['peopledatalabs']],
		],
	);
	assert.equal(asked[0].url, '/hunter/v2/people/find?email=ada%2B1%40example.com');
	assert.deepEqual(json(items), [
		{
			batch_id: 'b1',
			lead_id: 'l1',
			provider_calls: { asked: 120, answered: 120, failed: 0, left: 0 },
		},
		{ batch_id: 'b1', lead_id: 'l2' },
	]);
	assert.ok(!JSON.stringify(items).includes('ada'));
});

test('once a provider refuses, what was begun with it is not sent; its key is told by a mark', async () => {
	handle = (_request, response) => response.writeHead(429, { 'Retry-After': '9' }).end('{}');
	const { items, answers, sent } = await enrich(['a', 'b', 'c'], sandboxed, { concurrency: 1 });
	assert.deepEqual(
		answers.map(({ status, error }) => status ?? error),
		[429, 'not_sent', 'not_sent'],
	);
	assert.deepEqual(json(items)[0].provider_calls, { asked: 3, answered: 1, failed: 0, left: 2 });
	const [{ body }] = sent;
	assert.match(body.keys.peopledatalabs, /^[0-9a-f]{16}$/);
	assert.notDeepEqual(body.keys, marks({ peopledatalabs: 'another', sandboxUrl }));
	assert.deepEqual(marks({ hunter: '', sandboxUrl }), {});
});

test('long answers travel in smaller groups', async () => {
	handle = (_request, response) => response.end('x'.repeat(600_000));
	const { sent } = await enrich(['a', 'b', 'c'], sandboxed, { concurrency: 1 });
	const groups = sent.filter(({ path }) => path.endsWith('answers'));
	assert.deepEqual(
		groups.map(({ body }) => body.answers.length),
		[2, 1],
	);
});

test('no answers are longer than the sidecar takes, whatever they are made of', async () => {
	let length = 450_000;
	handle = (_request, response) => response.end('\u0001'.repeat(length)); // six bytes each, as JSON
	const { sent } = await enrich(['a', 'b', 'c'], sandboxed, { concurrency: 1 });
	const groups = sent.filter(({ path }) => path.endsWith('answers'));
	assert.ok(groups.every(({ body }) => JSON.stringify(body).length < 4_000_000));
	assert.equal(groups.flatMap(({ body }) => body.answers).length, 3);
	length = 900_000;
	const { answers } = await enrich(['a'], sandboxed);
	assert.equal(answers[0].error, 'body_too_large');
});

test('the sandbox sees no key; a provider without a key is asked nowhere else', async () => {
	const credentials = { hunter: 'secret', peopledatalabs: '', sandboxUrl };
	assert.ok(!JSON.stringify(prepare(sandboxed('k') as any, credentials)).includes('secret'));
	const refused = (url: string, provider = 'hunter') =>
		(prepare({ ...sandboxed('k'), url, provider } as any, credentials) as any).error;
	assert.equal(refused('https://api.peopledatalabs.com/v5/x', 'peopledatalabs'), 'key_missing');
	assert.equal(refused('https://api.peopledatalabs.com/v5/x'), 'host_not_declared');
	assert.equal(refused('http://api.hunter.io/v2/x'), 'host_not_declared');
	assert.equal(refused('https://api.hunter.io.evil.example/v2/x'), 'host_not_declared');
	assert.equal(refused('https://api.hunter.io:8443/v2/x'), 'host_not_declared');
	assert.equal(refused('https://user@169.254.169.254/'), 'host_not_declared');
	assert.equal(refused('nonsense'), 'url_invalid');
	assert.equal(refused('https://api.hunter.io/v2/x', 'nobody'), 'provider_unknown');
});

test('a live call carries the key where its provider wants it, and follows no redirect', () => {
	const prepared = prepare(
		{
			...sandboxed('k'),
			url: 'https://api.hunter.io/v2/people/find',
			method: 'POST',
			body: { a: 1 },
		} as any,
		{ hunter: ' secret ', sandboxUrl },
	) as any;
	assert.equal(
		prepared.url.href,
		'https://api.hunter.io/v2/people/find?email=ada%2B1%40example.com',
	);
	assert.deepEqual([prepared.method, prepared.body], ['POST', '{"a":1}']);
	assert.deepEqual(prepared.headers, {
		Accept: 'application/json',
		'X-API-KEY': 'secret',
		'Content-Type': 'application/json',
	});
});

test('redirects, refusals and failures of the network are answers', async () => {
	const credentials = { sandboxUrl };
	handle = (_request, response) => response.writeHead(302, { location: '/elsewhere' }).end();
	asked.length = 0;
	assert.equal(((await ask(sandboxed('k') as any, credentials)) as any).status, 302);
	assert.equal(asked.length, 1);
	handle = (_request, response) => response.end('\ufeff{"a":1}');
	assert.equal(((await ask(sandboxed('k') as any, credentials)) as any).body, '{"a":1}');
	handle = (request) => request.socket.destroy();
	assert.equal(((await ask(sandboxed('k') as any, credentials)) as any).error, 'connection_reset');
	handle = () => undefined;
	assert.equal(
		((await ask(sandboxed('k', { timeout_s: 0.05 }) as any, credentials)) as any).error,
		'timeout',
	);
	// However much of it comes meanwhile.
	handle = (_request, response) => {
		const drip = setInterval(() => response.write('x'), 20);
		response.on('close', () => clearInterval(drip));
	};
	assert.equal(
		((await ask(sandboxed('k', { timeout_s: 0.15 }) as any, credentials)) as any).error,
		'timeout',
	);
	handle = (_request, response) => response.end('x'.repeat(1_000_001));
	assert.equal(((await ask(sandboxed('k') as any, credentials)) as any).error, 'body_too_large');
	const closed = createServer();
	await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
	const origin = `http://127.0.0.1:${(closed.address() as AddressInfo).port}`;
	await new Promise((resolve) => closed.close(resolve));
	const answer: any = await ask({ ...sandboxed('k'), url: `${origin}/x` } as any, {
		sandboxUrl: origin,
	});
	assert.equal(answer.error, 'connection_refused');
	assert.deepEqual(Object.keys(answer).sort(), ['call_id', 'elapsed_ms', 'error']);
});

test('no more calls at once than allowed', async () => {
	let open = 0;
	let most = 0;
	handle = (_request, response) => {
		most = Math.max(most, ++open);
		setTimeout(() => {
			open--;
			response.end('{}');
		}, 10);
	};
	await enrich(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'], sandboxed, { concurrency: 3 });
	assert.equal(most, 3);
});

test('a call waits for its turn; one whose turn comes too late is not sent', async () => {
	handle = (_request, response) => response.end('{}');
	asked.length = 0;
	const begun = Date.now();
	const { answers, items } = await enrich(
		['soon', 'late'],
		(id) =>
			sandboxed(id, { not_before: new Date(begun + (id === 'soon' ? 80 : 5000)).toISOString() }),
		{ seconds: 1 },
	);
	assert.ok(Date.now() - begun >= 80);
	assert.equal(asked.length, 1);
	assert.equal(answers.find(({ call_id }) => call_id === 'late').error, 'not_sent');
	assert.deepEqual(json(items)[0].provider_calls, { asked: 2, answered: 1, failed: 0, left: 1 });
});

test('what the budget leaves is not sent, and no more is started', async () => {
	const ids = Array.from({ length: 120 }, (_, place) => `k${place}`);
	const { sent, items } = await enrich(ids, sandboxed, { seconds: -1 });
	assert.equal(sent.filter(({ path }) => path.endsWith('calls/start')).length, 1);
	assert.deepEqual(json(items)[0].provider_calls, {
		...{ asked: 100, answered: 0, failed: 0, left: 100 },
	});
});

test('answers that the sidecar refuses fail the node, with nothing of them in the error', async () => {
	handle = (_request, response) => response.end('{"email":"ada@example.com"}');
	const ctx = context({
		items: [{ batch_id: 'b1', lead_id: 'l1' }],
		parameters: asking,
		credentials: {
			enrichmentSidecarApi: { baseUrl: 'http://sidecar.test' },
			enrichmentProvidersApi: { sandboxUrl },
		},
		sidecar: ({ path }) =>
			path.endsWith('answers')
				? { status: 400, body: { code: 'bad' } }
				: { body: { requests: [sandboxed('k')] } },
	});
	await assert.rejects(new EnrichmentBatch().execute.call(ctx), (error: any) => {
		assert.match(error.message, /^Ask providers, batch b1: .*\[bad, HTTP 400\]/);
		assert.ok(!JSON.stringify(error.toJSON()).includes('ada'));
		return true;
	});
});

test('the credential check looks at the form of the keys', async () => {
	assert.equal(fault({ hunter: 'abc', sandboxUrl }), undefined);
	assert.match(fault({ hunter: 'a b' }) ?? '', /Hunter key/);
	assert.match(fault({ sandboxUrl: 'file:///etc' }) ?? '', /sandbox URL/);
	assert.deepEqual(live({ hunter: ' k ', peopledatalabs: ' ', sandboxUrl }), ['hunter']);
});

test('who needs no key is asked for real where it is said or there is no sandbox', () => {
	assert.deepEqual(live({}), ['home_page', 'mail_domain']);
	assert.deepEqual(live({ home_page: 'on', sandboxUrl }), ['home_page']);
	assert.deepEqual(live({ home_page: 'off' }), ['mail_domain']);
	const { url, headers } = prepare(
		{
			...sandboxed('k'),
			provider: 'mail_domain',
			url: 'https://cloudflare-dns.com/dns-query',
			query: { name: 'acme.example', type: 'MX' },
		} as any,
		{},
	) as any;
	assert.equal(url.href, 'https://cloudflare-dns.com/dns-query?name=acme.example&type=MX');
	assert.deepEqual(headers, { Accept: 'application/json' });
});
