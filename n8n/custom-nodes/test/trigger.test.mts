import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import type { IDataObject } from 'n8n-workflow';
import { EnrichmentEngineTrigger } from '../dist/nodes/EnrichmentEngineTrigger/EnrichmentEngineTrigger.node.js';
import { isSigned } from '../dist/nodes/EnrichmentEngineTrigger/signature.js';
import { type Reply, type Sent, context, problem } from './context.mts';

const node = new EnrichmentEngineTrigger();
const { checkExists, create, delete: remove } = node.webhookMethods.default;
const KEY = Buffer.alloc(32, 7);
const SECRET = `whsec_${KEY.toString('base64')}`;
const PUBLISHED = 'https://leads.example.com/webhook/w1/webhook';
const TESTED = 'https://leads.example.com/webhook-test/w1/webhook';

interface Hook {
	url?: string;
	kept?: IDataObject;
	parameters?: IDataObject;
	sidecar?: (sent: Sent) => Reply;
}

/** What the hooks of a trigger see of n8n; `kept` is the static data of the node. */
function hook({ url = PUBLISHED, kept = {}, parameters = {}, sidecar }: Hook): any {
	return Object.assign(
		context({ parameters: { events: ['lead.became_hot'], ...parameters }, sidecar }),
		{
			getNodeWebhookUrl: () => url,
			getNodeParameter: (name: string, fallback: unknown) =>
				({ events: ['lead.became_hot'], ...parameters })[name] ?? fallback,
			getWorkflowStaticData: () => kept,
			getWorkflow: () => ({ id: 'flow' }),
			logger: { warn: () => {} },
		},
	);
}

/** The settings that n8n keeps of a subscription, to compare. */
const settings = (events = ['lead.became_hot'], url = PUBLISHED) =>
	JSON.stringify([url, events, false]);

const made: Reply = { status: 201, body: { id: 's1', secret: SECRET } };

test('publishing subscribes under a key of workflow, node and mode, and keeps id and secret', async () => {
	const kept = {};
	const published = hook({ kept, sidecar: () => made });
	assert.equal(await create.call(published), true);
	assert.deepEqual(published.sent[0].body, {
		url: PUBLISHED,
		events: ['lead.became_hot'],
		include_person: false,
		key: 'n8n:flow:1:webhook',
	});
	const tested = hook({
		kept,
		url: TESTED,
		sidecar: () => ({ ...made, body: { id: 's2', secret: 'x' } }),
	});
	await create.call(tested);
	assert.equal(tested.sent[0].body.key, 'n8n:flow:1:webhook-test');
	assert.deepEqual(kept, {
		webhook: { id: 's1', secret: SECRET, settings: settings() },
		'webhook-test': { id: 's2', secret: 'x', settings: settings(['lead.became_hot'], TESTED) },
	});
});

test('a subscription exists when the sidecar has it as the node wants it', async () => {
	const kept = { webhook: { id: 's1', secret: SECRET, settings: settings() } };
	const stored = {
		state: 'active',
		url: PUBLISHED,
		events: ['lead.became_hot'],
		include_person: false,
	};
	const check = async (more: IDataObject, given: Hook = {}) =>
		await checkExists.call(
			hook({ kept, sidecar: () => ({ body: { ...stored, ...more } }), ...given }),
		);
	assert.equal(await check({}), true);
	for (const change of [
		{ state: 'paused' },
		{ url: 'https://old.example.com/webhook/w1/webhook' },
		{ events: ['lead.created'] },
		{ include_person: true },
	]) {
		assert.equal(await check(change), false);
	}
	const two = { webhook: { id: 's1', secret: SECRET, settings: settings(['a', 'b']) } };
	const reordered = { kept: two, parameters: { events: ['b', 'a'] } };
	assert.equal(await check({ events: ['b', 'a'] }, { ...reordered }), true);
	assert.equal(await check({}, { parameters: { events: ['a'] } }), false);
	assert.equal(await check({}, { kept: {} }), false);
	assert.equal(await check({}, { sidecar: () => problem(404, 'not_found') }), false);
});

test('while the sidecar does not answer, what n8n has counts, unless the node wants something else', async () => {
	const kept = { webhook: { id: 's1', secret: SECRET, settings: settings() } };
	const away = () => ({ code: 'ECONNABORTED' });
	assert.equal(await checkExists.call(hook({ kept, sidecar: away })), true);
	const changed = { kept, parameters: { events: ['lead.dead'] }, sidecar: away };
	assert.equal(await checkExists.call(hook(changed)), false);
	await assert.rejects(
		create.call(hook(changed)),
		/Subscribe to events: The sidecar does not answer/,
	);
});

test('a client that is refused is told when the workflow is published', async () => {
	const kept = { webhook: { id: 's1', secret: SECRET, settings: settings() } };
	for (const sidecar of [() => ({ code: '401' }), () => problem(403, 'forbidden')]) {
		assert.equal(await checkExists.call(hook({ kept, sidecar })), false);
		await assert.rejects(create.call(hook({ kept, sidecar })), /Subscribe to events: /);
	}
});

test('what hinders the removal of a subscription is logged as it is', async () => {
	const warned = async (sidecar: Hook['sidecar']) => {
		const kept = { webhook: { id: 's1', secret: SECRET, settings: settings() } };
		const told: string[] = [];
		const seen = Object.assign(hook({ kept, sidecar }), {
			logger: { warn: (message: string) => told.push(message) },
		});
		assert.equal(await remove.call(seen), true);
		assert.deepEqual(kept, {});
		return told.join();
	};
	assert.match(await warned(() => ({ code: 'ECONNABORTED' })), /not removed: .* does not answer/);
	assert.match(await warned(() => ({ code: '401' })), /not removed: .* refuses the client/);
	assert.match(await warned(() => problem(403, 'forbidden')), /not removed: It is forbidden/);
	assert.equal(await warned(() => problem(404, 'not_found')), '');
});

test('unpublishing removes the subscription of its mode alone', async () => {
	const kept = {
		webhook: { id: 's1', secret: SECRET },
		'webhook-test': { id: 's2', secret: SECRET },
	};
	const seen = hook({ kept, sidecar: () => ({ status: 204 }) });
	assert.equal(await remove.call(seen), true);
	assert.deepEqual([seen.sent[0].method, seen.sent[0].path], ['DELETE', 'subscriptions/s1']);
	assert.deepEqual(Object.keys(kept), ['webhook-test']);
	assert.equal(await remove.call(hook({ kept: {} })), true);
});

test('a refusal to subscribe names what is missing', async () => {
	const refused = hook({ sidecar: () => problem(403, 'forbidden') });
	await assert.rejects(create.call(refused), (error: any) => {
		assert.match(error.message, /Subscribe to events: It is forbidden/);
		assert.match(error.description, /scope "leads".*pii:read/);
		return true;
	});
});

test('the events are those of the sidecar', async () => {
	const { getEvents } = node.methods.loadOptions;
	const lead_events = [{ name: 'lead.dead', label: 'Lead dead' }];
	const found = await getEvents.call(
		hook({ sidecar: () => ({ body: { states: { lead_events } } }) }),
	);
	assert.deepEqual(found, [{ name: 'Lead dead', value: 'lead.dead' }]);
});

/** What an event does: {items} of the run that it starts, or the {status} that it is answered. */
async function receive(
	body: IDataObject,
	more: IDataObject = {},
	kept?: IDataObject,
	url = PUBLISHED,
) {
	const rawBody = Buffer.from(JSON.stringify(body));
	const timestamp = String(more.timestamp ?? Math.floor(Date.now() / 1000));
	const digest = createHmac('sha256', KEY)
		.update(`e1.${timestamp}.`)
		.update(rawBody)
		.digest('base64');
	const answered: { status?: number } = {};
	const response = {
		status: (status: number) => ((answered.status = status), response),
		json: () => response,
		end: () => response,
	};
	const { workflowData, noWebhookResponse } = await node.webhook.call({
		getRequestObject: () => ({
			path: new URL(url).pathname,
			rawBody: more.raw ? Buffer.from(String(more.raw)) : rawBody,
		}),
		getResponseObject: () => response,
		getHeaderData: () => ({
			'webhook-id': 'e1',
			'webhook-timestamp': timestamp,
			'webhook-signature': more.signature ?? `v1,${digest}`,
		}),
		getBodyData: () => body,
		// As in n8n, of a test too.
		getNodeWebhookUrl: () => PUBLISHED,
		getWorkflowStaticData: () => kept ?? { webhook: { id: 's1', secret: SECRET } },
		helpers: { returnJsonArray: (json: IDataObject) => [{ json }] },
	} as any);
	assert.equal(noWebhookResponse ?? false, answered.status !== undefined);
	return { ...answered, items: workflowData?.[0].map(({ json }) => json) };
}

const event = {
	type: 'lead.scored',
	timestamp: '2026-05-04T12:00:00Z',
	data: { lead_id: 'l1', grade: 'hot' },
};

test('a signed event is one item with its references', async () => {
	assert.deepEqual((await receive(event)).items, [
		{
			event_id: 'e1',
			event: 'lead.scored',
			occurred_at: '2026-05-04T12:00:00Z',
			lead_id: 'l1',
			grade: 'hot',
		},
	]);
});

test('what is not signed, was changed or is old starts nothing', async () => {
	const seconds = Math.floor(Date.now() / 1000);
	for (const more of [
		{ signature: '' },
		{ signature: 'v1,AAAA' },
		{ signature: 'v2,x' },
		{ raw: '{}' },
		{ timestamp: seconds - 301 },
		{ timestamp: seconds + 302 },
		{ timestamp: 'now' },
	]) {
		assert.deepEqual(await receive(event, more), { status: 401, items: undefined });
	}
	assert.deepEqual(await receive(event, {}, {}), { status: 401, items: undefined });
});

test('an event for a test is checked with the secret of the test', async () => {
	const kept = {
		webhook: { id: 's1', secret: 'whsec_AAAA' },
		'webhook-test': { id: 's2', secret: SECRET },
	};
	assert.equal((await receive(event, {}, kept, TESTED)).items?.length, 1);
	assert.equal((await receive(event, {}, kept, PUBLISHED)).status, 401);
});

test('a test of the subscription is answered and starts nothing', async () => {
	assert.deepEqual(await receive({ ...event, type: 'subscription.test' }), {
		status: 204,
		items: undefined,
	});
});

test('the published example of Standard Webhooks, beside a signature of another key', () => {
	const headers = {
		'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
		'webhook-timestamp': '1614265330',
		'webhook-signature': 'v1,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
	};
	const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
	assert.ok(isSigned(secret, headers, Buffer.from('{"test": 2432232314}'), 1614265330));
});
