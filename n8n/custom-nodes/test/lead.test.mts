import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EnrichmentEngine } from '../dist/nodes/EnrichmentEngine/EnrichmentEngine.node.js';
import { context, json, pairedWith, problem } from './context.mts';

const run = (ctx: ReturnType<typeof context>) => new EnrichmentEngine().execute.call(ctx);
const ok = { valid: true, errors: [], warnings: [] };

test('validate: webhook body, list and {"leads"} become one request, pairs are kept', async () => {
	const ctx = context({
		items: [
			{ headers: {}, body: { email: 'a@example.com' } },
			{ body: [{ email: 'b@example.com' }, { email: 'c@example.com' }] },
			{ body: { leads: [{ email: 'd@example.com' }] } },
			{ email: 'e@example.com' },
		],
		parameters: { resource: 'lead', operation: 'validate', leadField: '' },
		sidecar: ({ body }) => ({ body: { results: body.leads.map(() => ok) } }),
	});
	const [items] = await run(ctx);
	assert.equal(ctx.sent.length, 1);
	assert.deepEqual(
		[
			ctx.sent[0].method,
			ctx.sent[0].path,
			ctx.sent[0].body.leads.map((l: any) => l.email[0]).join(''),
		],
		['POST', 'validate?strict=false', 'abcde'],
	);
	assert.deepEqual(json(items)[0], { lead: { email: 'a@example.com' }, strict: false, ...ok });
	assert.deepEqual(
		pairedWith(items),
		[0, 1, 1, 2, 3].map((item) => ({ item })),
	);
});

test('validate: whatever JSON comes in is passed on as it is', async () => {
	const ctx = context({
		items: [
			{ body: 'text' as any },
			{ body: { leads: null } },
			{ body: { leads: [] } },
			{ body: [1, null] },
		],
		parameters: { resource: 'lead', operation: 'validate', leadField: '' },
		sidecar: ({ body }) => ({ body: { results: body.leads.map(() => ({ ...ok, valid: false })) } }),
	});
	await run(ctx);
	assert.deepEqual(ctx.sent[0].body.leads, ['text', { leads: null }, { leads: [] }, 1, null]);
});

test('upsert: the key of the sender, else the leads themselves, make a delivery one', async () => {
	const lead = { email: 'a@example.com' };
	const headersOf = async (parameters: object, items: any[] = [{ lead }]) => {
		const ctx = context({
			items,
			parameters: {
				resource: 'lead',
				operation: 'upsert',
				leadField: '',
				lane: '',
				output: 'answer',
				...parameters,
			},
			sidecar: () => ({ body: { results: [{ outcome: 'created' }] } }),
		});
		await run(ctx);
		return ctx.sent.map(({ headers }) => [
			headers['Idempotency-Key'],
			headers['Idempotency-Window'],
		]);
	};
	const given = { idempotencyKey: 'evt_1', onceWithin: 10 };
	assert.deepEqual(await headersOf(given), [['evt_1', undefined]]);
	const many = Array(2).fill({ body: Array(600).fill(lead) });
	assert.deepEqual(await headersOf(given, many), [
		['evt_1', undefined],
		['evt_1 1', undefined],
	]);
	assert.deepEqual(await headersOf({ ...given, idempotencyKey: '' }), [[undefined, '600']]);
	const [[key, window]] = await headersOf({});
	assert.match(String(key), /^[0-9a-f-]{36}$/);
	assert.equal(window, undefined);
});

test('upsert: leads go together when their items say the same of them', async () => {
	const run3 = async (parameters: object) => {
		const ctx = context({
			items: ['a', 'b', 'c'].map((name) => ({ lead: { email: `${name}@example.com` } })),
			parameters: {
				...{ resource: 'lead', operation: 'upsert', leadField: '', lane: '', output: 'leads' },
				...parameters,
			},
			sidecar: ({ body }) => ({
				body: { results: (body.leads ?? [body]).map(() => ({ outcome: 'created' })) },
			}),
		});
		const [saved] = await run(ctx);
		assert.equal(saved.length, 3);
		return ctx.sent.map(({ headers, body }) => ({
			key: headers['Idempotency-Key'],
			leads: (body.leads ?? [body]).map(({ email }: any) => email[0]).join(''),
			...(body.dry_run ? { dry_run: true } : {}),
			...(body.lane ? { lane: body.lane } : {}),
		}));
	};
	const of = (...values: unknown[]) => ({ at: (item: number) => values[item] });
	assert.deepEqual(await run3({ idempotencyKey: of('A', 'B', 'A').at }), [
		{ key: 'A', leads: 'ac' },
		{ key: 'B', leads: 'b' },
	]);
	const [real, dry] = await run3({ dryRun: of(false, true, false).at });
	assert.deepEqual(
		[real.leads, real.dry_run, dry.leads, dry.dry_run],
		['ac', undefined, 'b', true],
	);
	const lanes = of('bulk', 'interactive', 'bulk').at;
	assert.deepEqual(await run3({ lane: lanes, idempotencyKey: 'A' }), [
		{ key: 'A', leads: 'ac', lane: 'bulk' },
		{ key: 'A 1', leads: 'b', lane: 'interactive' },
	]);
});

test('create: an item without fields fails by itself, its own dry run counts', async () => {
	const ctx = context({
		items: [{ email: 'a@example.com' }, {}, { email: 'c@example.com' }],
		parameters: {
			...{ resource: 'lead', operation: 'create', lane: '' },
			fields: { mappingMode: 'autoMapInputData', value: null },
			dryRun: (item: number) => item === 2,
		},
		continueOnFail: true,
		sidecar: () => ({ body: { results: [{ index: 0, outcome: 'created' }] } }),
	});
	const [items] = await run(ctx);
	assert.deepEqual(
		ctx.sent.map(({ body }) => [body.leads[0].email, body.dry_run]),
		[
			['a@example.com', undefined],
			['c@example.com', true],
		],
	);
	assert.deepEqual(pairedWith(items), [{ item: 0 }, { item: 2 }, { item: 1 }]);
	assert.deepEqual(json(items)[2], { error: 'No field has a value', details: {} });
});

test('what the sender calls a delivery goes through Validate and Normalize', async () => {
	const step = async (operation: string, items: any[]) => {
		const ctx = context({
			items,
			parameters: { resource: 'lead', operation, leadField: '' },
			sidecar: ({ body }) => ({ body: { results: body.leads.map(() => ok) } }),
		});
		return json((await run(ctx))[0]);
	};
	const lead = { email: 'a@example.com' };
	const received = [
		{ headers: { 'webhook-id': 'msg_1' }, body: lead },
		{ headers: { 'webhook-id': 'msg_1', 'idempotency-key': 'evt_1' }, body: lead },
		{ headers: {}, body: lead },
	];
	const normalized = await step('normalize', await step('validate', received));
	assert.deepEqual(
		normalized.map(({ delivery }) => delivery),
		['msg_1', 'evt_1', undefined],
	);
});

test('upsert: what is still at work is asked for again', async () => {
	let asked = 0;
	const ctx = context({
		items: [{ lead: { email: 'a@example.com' } }],
		parameters: {
			resource: 'lead',
			operation: 'upsert',
			leadField: '',
			lane: '',
			output: 'answer',
			onceWithin: 10,
		},
		sidecar: () =>
			++asked === 1
				? problem(409, 'idempotency_in_flight')
				: { body: { results: [{ outcome: 'created' }] } },
	});
	const [saved] = await run(ctx);
	assert.deepEqual(json(saved), [{ results: [{ outcome: 'created' }] }]);
});

test('a field of choice holds the lead', async () => {
	const ctx = context({
		items: [{ form: { answers: { email: 'a@example.com' } } }],
		parameters: { resource: 'lead', operation: 'validate', leadField: 'form.answers' },
		sidecar: () => ({ body: { results: [ok] } }),
	});
	await run(ctx);
	assert.deepEqual(ctx.sent[0].body.leads, [{ email: 'a@example.com' }]);
});

test('leads of one item are never split, items are packed by thousands', async () => {
	const lead = { email: 'a@example.com' };
	const ctx = context({
		items: [
			{ body: Array(600).fill(lead) },
			{ body: Array(600).fill(lead) },
			{ body: Array(1001).fill(lead) },
		],
		parameters: { resource: 'lead', operation: 'validate', leadField: '' },
		sidecar: ({ body }) => ({ body: { results: body.leads.map(() => ok) } }),
	});
	await run(ctx);
	assert.deepEqual(
		ctx.sent.map(({ body }) => body.leads.length),
		[600, 600, 1001],
	);
});

test('normalize: replaces valid leads, leaves invalid ones as they came', async () => {
	const ctx = context({
		items: [
			{ lead: { email: 'A@example.com' }, ...ok },
			{
				lead: { phone: 5 },
				valid: false,
				errors: [{ pointer: '/phone', code: 'wrong_type' }],
				warnings: [],
			},
			{ lead: 'text', valid: false, errors: [], warnings: [] },
		],
		parameters: { resource: 'lead', operation: 'normalize', leadField: '' },
		sidecar: () => ({
			body: { results: [{ lead: { email: 'a@example.com' }, changes: [{ field: 'email' }] }] },
		}),
	});
	const [items] = await run(ctx);
	assert.deepEqual(ctx.sent[0].body.leads, [{ email: 'A@example.com' }]);
	assert.deepEqual(
		json(items).map(({ lead }) => lead),
		[{ email: 'a@example.com' }, { phone: 5 }, 'text'],
	);
	assert.deepEqual(json(items)[0].changes, [{ field: 'email' }]);
	assert.equal(json(items)[1].valid, false);
});

test('normalize: nothing valid, nothing asked', async () => {
	const ctx = context({
		items: [{ lead: 1, valid: false }],
		parameters: { resource: 'lead', operation: 'normalize', leadField: '' },
	});
	assert.equal((await run(ctx))[0].length, 1);
	assert.equal(ctx.sent.length, 0);
});

const mixed = {
	results: [
		{
			index: 0,
			lead_id: 'l0',
			contact_id: 'c0',
			organization_id: null,
			lead_url: 'u',
			outcome: 'created',
			errors: [],
			warnings: [],
		},
		{
			index: 1,
			lead_id: null,
			outcome: 'rejected',
			errors: [{ pointer: '/leads/1/email', code: 'bad' }],
			warnings: [],
		},
	],
};

const unusable = {
	pointer: '/phone',
	code: 'invalid_phone',
	detail: 'No number.',
	value: 'call Ada',
};

test('strict goes from Validate through Normalize to the leads themselves', async () => {
	const step = async (operation: string, items: any[], parameters: object, sidecar: any) => {
		const ctx = context({
			items,
			parameters: { resource: 'lead', operation, leadField: '', ...parameters },
			sidecar,
		});
		return { sent: ctx.sent, items: json((await run(ctx))[0]) };
	};
	const lead = { email: 'a@example.com', phone: 'call Ada' };
	const refused = { valid: false, errors: [{ pointer: '/phone', code: 'bad' }], warnings: [] };
	const checked = await step('validate', [{ lead }], { strict: 'true' }, () => ({
		body: { results: [refused] },
	}));
	assert.equal(checked.sent[0].path, 'validate?strict=true');
	const normal = await step('normalize', checked.items, {}, () => ({ body: { results: [] } }));
	assert.equal(normal.items[0].strict, true);
	const saved = await step('upsert', normal.items, { strict: true, output: 'leads' }, () => ({
		body: { results: [mixed.results[0]] },
	}));
	assert.deepEqual([saved.sent[0].path, saved.sent[0].body], ['leads?strict=true', lead]);
});

test('upsert: warnings of Validate are sent along; what the sender wrote goes no further', async () => {
	const results = [{ ...mixed.results[0], warnings: [unusable] }];
	const items = [
		{ lead: { email: 'a@example.com' }, ...ok, warnings: [unusable] },
		{ lead: { email: 'b@example.com' }, ...ok },
		{ lead: { email: 'no' }, valid: false, errors: [], warnings: [unusable] },
	];
	const parameters = { resource: 'lead', operation: 'upsert', leadField: '', output: 'leads' };
	const ctx = context({ items, parameters, sidecar: () => ({ status: 202, body: { results } }) });
	const [saved] = await run(ctx);
	assert.deepEqual(ctx.sent[0].body.warnings, [[unusable], [], []]);
	assert.deepEqual(json(saved)[0].warnings, [{ pointer: '/phone', code: 'invalid_phone' }]);
	const whole = { ...parameters, output: 'answer' };
	const answered = context({ items, parameters: whole, sidecar: () => ({ body: { results } }) });
	assert.deepEqual(json((await run(answered))[0]), [{ results }]);
});

test('upsert: saved and rejected leads leave by their own outputs, without the person', async () => {
	const ctx = context({
		items: [{ lead: { email: 'a@example.com' } }, { lead: { email: 'no' } }],
		parameters: {
			resource: 'lead',
			operation: 'upsert',
			leadField: '',
			lane: 'bulk',
			output: 'leads',
		},
		sidecar: () => ({ status: 202, body: mixed }),
	});
	const [saved, rejected] = await run(ctx);
	assert.equal(ctx.sent[0].body.lane, 'bulk');
	assert.deepEqual(json(saved), [mixed.results[0]]);
	assert.deepEqual(json(rejected), [mixed.results[1]]);
	assert.deepEqual(pairedWith(rejected), [{ item: 1 }]);
	assert.ok(!JSON.stringify([saved, rejected]).includes('example.com'));
});

test('upsert, whole answer: a mixed request is accepted, a rejected one carries the problem', async () => {
	const parameters = {
		resource: 'lead',
		operation: 'upsert',
		leadField: '',
		lane: '',
		output: 'answer',
	};
	const items = [{ lead: {} }, { lead: {} }];
	const accepted = await run(
		context({ items, parameters, sidecar: () => ({ status: 202, body: mixed }) }),
	);
	assert.deepEqual(accepted.map(json), [[mixed], []]);
	const errors = [
		{ pointer: '/email', detail: 'This is no address.' },
		{ pointer: '/phone', detail: 'This cannot be dialled.' },
	];
	const refused = problem(422, 'invalid', { results: [mixed.results[1]], errors });
	const rejected = await run(context({ items, parameters, sidecar: () => refused }));
	const message = 'This is no address.\nThis cannot be dialled.';
	assert.deepEqual(rejected.map(json), [[], [{ ...refused.body, message }]]);
	assert.deepEqual(pairedWith(rejected[1]), [[{ item: 0 }, { item: 1 }]]);
});

test('upsert: every write carries a key of its own, kept when it is repeated', async () => {
	let times = 0;
	const ctx = context({
		items: [{ email: 'a@example.com' }, {}],
		parameters: { resource: 'lead', operation: 'upsert', leadField: '', lane: '', output: 'leads' },
		sidecar: () => (times++ === 0 ? problem(503, 'unavailable') : { status: 202, body: mixed }),
	});
	await run(ctx);
	const keys = ctx.sent.map(({ headers }) => headers['Idempotency-Key']);
	assert.equal(keys.length, 2);
	assert.match(keys[0], /^[0-9a-f-]{36}$/);
	assert.equal(keys[0], keys[1]);
});

test('upsert: one lead goes as it is, so that pointers of errors fit', async () => {
	const parameters = {
		resource: 'lead',
		operation: 'upsert',
		leadField: '',
		lane: '',
		output: 'leads',
	};
	const sidecar = () => ({ status: 202, body: { results: [mixed.results[0]] } });
	const alone = context({ items: [{ lead: { email: 'a@example.com' } }], parameters, sidecar });
	await run(alone);
	assert.deepEqual(alone.sent[0].body, { email: 'a@example.com' });
	const strange = context({ items: [{ lead: 'text' }], parameters, sidecar });
	await run(strange);
	assert.deepEqual(strange.sent[0].body, { leads: ['text'] });
});

test('a refused request says which, why and who asked, and nothing of the person', async () => {
	const ctx = context({
		items: [{ email: 'ada@example.com' }],
		parameters: { resource: 'lead', operation: 'upsert', leadField: '', lane: '', output: 'leads' },
		sidecar: () =>
			problem(413, 'too_many', {
				errors: [{ pointer: '/leads', code: 'too_many', detail: 'ada@example.com' }],
			}),
	});
	await assert.rejects(run(ctx), (error: any) => {
		assert.match(
			error.message,
			/^Create or update leads, 1 lead\(s\) of item 0: It is too_many\. \[too_many, HTTP 413, request r1\]$/,
		);
		assert.equal(error.description, '/leads: too_many');
		assert.ok(!JSON.stringify(error.toJSON()).includes('ada@'));
		return true;
	});
});

test('continue on error: the item carries the problem, not the person', async () => {
	const ctx = context({
		items: [{ email: 'ada@example.com' }],
		parameters: { resource: 'lead', operation: 'validate', leadField: '' },
		continueOnFail: true,
		sidecar: () => problem(413, 'too_large'),
	});
	const [[item]] = await run(ctx);
	assert.equal((item.json.details as any).status, 413);
	assert.deepEqual(Object.keys(item.json), ['error', 'details']);
	assert.ok(!JSON.stringify(item.json).includes('ada@'));
});

test('an expression may give the lead itself, as a model does', async () => {
	for (const leadField of [{ email: 'a@example.com' }, '{"email":"a@example.com"}']) {
		const ctx = context({
			items: [{ query: 'check this one' }],
			parameters: { resource: 'lead', operation: 'validate', leadField },
			sidecar: () => ({ body: { results: [ok] } }),
		});
		await run(ctx);
		assert.deepEqual(ctx.sent[0].body.leads, [{ email: 'a@example.com' }]);
	}
});

test('upsert: a model is told of a refused lead by the first output', async () => {
	const parameters = { resource: 'lead', operation: 'upsert', leadsFrom: 'fields', fields: {} };
	const fields = { mappingMode: 'defineBelow', value: { email: 'no', tags: 'a, b', phone: null } };
	const result = { ...mixed.results[1], index: 0 };
	const ctx = context({
		parameters: { ...parameters, fields },
		tool: true,
		sidecar: () => problem(422, 'invalid', { results: [result] }),
	});
	const [answered] = await run(ctx);
	assert.deepEqual(json(answered), [result]);
	assert.deepEqual(ctx.sent[0].body, { email: 'no', tags: ['a', 'b'] });
	await assert.rejects(run(context({ parameters, tool: true })), /No field has a value/);
});

test('create: only who has no open lead; a dry run says so to the sidecar', async () => {
	const fields = { mappingMode: 'autoMapInputData', value: null };
	const ctx = context({
		items: [{ email: 'a@example.com' }, { email: 'no' }],
		parameters: { resource: 'lead', operation: 'create', fields, dryRun: true, lane: 'bulk' },
		sidecar: () => ({ status: 202, body: mixed }),
	});
	const [items] = await run(ctx);
	assert.deepEqual(ctx.sent[0].body, {
		leads: [{ email: 'a@example.com' }, { email: 'no' }],
		only_new: true,
		dry_run: true,
		lane: 'bulk',
	});
	assert.deepEqual(json(items), mixed.results);
	assert.deepEqual(pairedWith(items), [{ item: 0 }, { item: 1 }]);
});
