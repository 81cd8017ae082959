import assert from 'node:assert/strict';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { IDataObject } from 'n8n-workflow';
import { EnrichmentBatch } from '../dist/nodes/EnrichmentBatch/EnrichmentBatch.node.js';
import { EnrichmentSourceTrigger } from '../dist/nodes/EnrichmentSourceTrigger/EnrichmentSourceTrigger.node.js';
import { vendors } from '../dist/shared/catalogue.js';
import { prepare } from '../dist/shared/providers.js';
import { type Reply, type Sent, context, json, problem } from './context.mts';

interface Delivered {
	method?: string;
	query?: IDataObject;
	headers?: IDataObject;
	rawBody?: Buffer;
	body?: IDataObject;
	sidecar: (sent: Sent) => Reply;
}

/** What the trigger makes of a delivery: the items, and what the sender is answered. */
async function deliver({ sidecar, ...given }: Delivered) {
	const answered: { status?: number; type?: string; body?: unknown } = {};
	const response = {
		status: (status: number) => Object.assign(response, void (answered.status = status)),
		type: (type: string) => Object.assign(response, void (answered.type = type)),
		send: (body: unknown) => (answered.body = body),
	};
	const seen: any = context({ sidecar });
	Object.assign(seen, {
		getRequestObject: () => ({ method: given.method ?? 'POST', rawBody: given.rawBody }),
		getResponseObject: () => response,
		getQueryData: () => given.query ?? { source: 'tally', key: 'k3y' },
		getHeaderData: () => given.headers ?? { 'content-type': 'application/json' },
		getBodyData: () => given.body ?? {},
	});
	seen.helpers.returnJsonArray = (one: IDataObject) => [{ json: one }];
	const made = await new EnrichmentSourceTrigger().webhook.call(seen);
	return { made, answered, sent: seen.sent as Sent[] };
}

test('the very bytes that came are checked by the sidecar, and its leads start a run', async () => {
	const leads = [{ email: 'nora@harbor-lines.example' }];
	const { made, answered, sent } = await deliver({
		rawBody: Buffer.from('{"a": "\u00e9" }'),
		query: { source: 'tally', key: 'k3y', 'hub.mode': ['x', 'y'] },
		headers: {
			'content-type': 'application/json',
			'tally-signature': 'abc',
			'x-request-id': 'c0ffee00c0ffee00',
		},
		sidecar: () => ({ body: { answer: null, leads, delivery: 'tally 1' } }),
	});
	assert.equal(sent[0].path, 'sources/tally/k3y');
	assert.deepEqual(sent[0].body, {
		method: 'POST',
		query: { 'hub.mode': 'x' },
		headers: {
			'content-type': 'application/json',
			'tally-signature': 'abc',
			'x-request-id': 'c0ffee00c0ffee00',
		},
		body: Buffer.from('{"a": "\u00e9" }').toString('base64'),
	});
	assert.equal(sent[0].headers['X-Request-Id'], 'c0ffee00c0ffee00');
	const handedOn = { 'x-request-id': 'c0ffee00c0ffee00' };
	assert.deepEqual(made, {
		workflowData: [[{ json: { leads, delivery: 'tally 1', headers: handedOn } }]],
	});
	assert.deepEqual(answered, {});
});

test('what the sidecar answers the vendor starts no run', async () => {
	const answer = { status: 401, content_type: 'application/problem+json', body: '{}' };
	const { made, answered } = await deliver({
		rawBody: Buffer.from('{}'),
		sidecar: () => ({ body: { answer, leads: [], delivery: '' } }),
	});
	assert.deepEqual(made, { noWebhookResponse: true });
	assert.deepEqual(answered, { status: 401, type: 'application/problem+json', body: '{}' });
});

test('of a form with parts the fields are read and its files left out', async () => {
	const { sent } = await deliver({
		headers: { 'content-type': 'multipart/form-data; boundary=x' },
		body: { data: { formID: '1' }, files: { cv: { filepath: '/x' } } },
		sidecar: () => ({ body: { answer: null, leads: [], delivery: '' } }),
	});
	const { body, fields } = sent[0].body;
	assert.deepEqual([body, fields], ['', { formID: '1' }]);
});

test('a sidecar that is away is told as a problem, so that the vendor sends again', async () => {
	const { answered, made } = await deliver({ sidecar: () => problem(403, 'forbidden') });
	assert.deepEqual(made, { noWebhookResponse: true });
	assert.deepEqual([answered.status, answered.type], [403, 'application/problem+json']);
	assert.equal(JSON.parse(String(answered.body)).code, 'forbidden');
});

const asked = { call_id: 'c1', provider: 'meta_lead_ads', method: 'GET' };

test('a key goes to the hosts of its vendor alone', () => {
	const keys = { meta_lead_ads: 'page-token' };
	const known = prepare(
		{ ...asked, url: 'https://graph.facebook.com/v23.0/4', query: { fields: 'id' } },
		keys,
		vendors,
	);
	assert.ok('url' in known);
	assert.equal(known.url.href, 'https://graph.facebook.com/v23.0/4?fields=id');
	assert.deepEqual(known.headers, { Authorization: 'Bearer page-token' });
	for (const url of ['https://evil.example/v23.0/4', 'http://graph.facebook.com/4']) {
		assert.deepEqual(prepare({ ...asked, url }, keys, vendors), { error: 'host_not_declared' });
	}
});

test('leads are pulled until nothing is due, with the keys that are held', async (t) => {
	const calls: string[] = [];
	const server = http.createServer((_request, response) => response.end('{"id": "4"}'));
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	t.after(() => server.close());
	const { port } = server.address() as AddressInfo;
	t.mock.method(
		https,
		'request',
		(url: URL, options: http.RequestOptions, answered: () => void) => {
			calls.push(url.href);
			return http.request({ ...options, agent: false, host: '127.0.0.1', port }, answered);
		},
	);
	const due = [['1', '2'], ['3'], []];
	const ctx = context({
		parameters: { resource: 'run', operation: 'pullLeads' },
		credentials: {
			enrichmentSidecarApi: { baseUrl: 'http://sidecar.test' },
			enrichmentSourcesApi: { meta_lead_ads: 'page-token', typeform: '' },
		},
		sidecar: ({ path }: Sent) => {
			if (path === 'pipeline/pulls/answers') return { body: { leads: 1, failed: 0 } };
			const requests = due.shift()!.map((id) => ({
				call_id: id,
				source: 'meta_lead_ads',
				method: 'GET',
				url: `https://graph.facebook.com/v23.0/${id}`,
				query: {},
				headers: {},
			}));
			return { body: { requests } };
		},
	});
	const [items] = await new EnrichmentBatch().execute.call(ctx);
	assert.deepEqual(json(items), [{ leads: 3, failed: 0 }]);
	assert.equal(calls.length, 3);
	assert.deepEqual(ctx.sent[0].body, { live: ['meta_lead_ads'] });
	const [answer] = ctx.sent[1].body.answers;
	assert.deepEqual([answer.status, answer.body], [200, '{"id": "4"}']);
});

test('without keys nobody is asked, and the test of the credential says who is', async () => {
	const ctx = context({
		parameters: { resource: 'run', operation: 'pullLeads' },
		credentials: { enrichmentSourcesApi: {} },
	});
	const [items] = await new EnrichmentBatch().execute.call(ctx);
	assert.deepEqual([json(items), ctx.sent], [[{ leads: 0, failed: 0 }], []]);
	const { checkSources } = new EnrichmentBatch().methods.credentialTest;
	const told = async (data: IDataObject) =>
		await checkSources.call({} as never, { id: '', name: '', type: '', data } as never);
	assert.deepEqual(await told({ typeform: 'tfp_1' }), {
		status: 'OK',
		message: 'Asked: Typeform.',
	});
	assert.equal((await told({ typeform: 'tfp 1' })).status, 'Error');
});
