import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { EnrichmentEngine } from '../dist/nodes/EnrichmentEngine/EnrichmentEngine.node.js';
import { type Given, context, json, pairedWith, problem } from './context.mts';

const A = '0199b7c2-0000-7000-8000-00000000000a';
const B = '0199b7c2-0000-7000-8000-00000000000b';
const node = new EnrichmentEngine();

async function run(resource: string, operation: string, parameters: object, given: Given = {}) {
	const ctx = context({ ...given, parameters: { resource, operation, ...parameters } });
	const [items] = await node.execute.call(ctx);
	return { items, rows: json(items), sent: ctx.sent, hints: ctx.hints };
}

const asked = (sent: Array<{ method: string; path: string; body: any }>) =>
	sent.map(({ method, path, body }) => [method, path, ...(body === undefined ? [] : [body])]);

const fields = { mappingMode: 'defineBelow', value: { job_title: 'CTO', city: null, region: '' } };

// [resource, operation, parameters, what is asked of the sidecar]
const ONE_CALL: Array<[string, string, object, unknown[]]> = [
	['lead', 'get', { leadId: A }, ['GET', `leads/${A}`]],
	['lead', 'update', { leadId: A, fields }, ['PATCH', `leads/${A}`, { job_title: 'CTO' }]],
	[
		'lead',
		'changeStatus',
		{ leadId: A, status: 'won' },
		['PATCH', `leads/${A}`, { status: 'won' }],
	],
	['lead', 'assign', { leadId: A, owner: ' a@b.c ' }, ['PATCH', `leads/${A}`, { owner: 'a@b.c' }]],
	['lead', 'assign', { leadId: A, owner: 'nobody' }, ['PATCH', `leads/${A}`, { owner: null }]],
	['lead', 'replay', { leadId: A }, ['POST', `dead-letters/${A}/replay`, {}]],
	['deadLetter', 'replay', { leadId: A }, ['POST', `dead-letters/${A}/replay`, {}]],
	['contact', 'get', { contactId: A }, ['GET', `contacts/${A}`]],
	['contact', 'update', { contactId: A, fields }, ['PATCH', `contacts/${A}`, { job_title: 'CTO' }]],
	['contact', 'erase', { contactId: A }, ['DELETE', `contacts/${A}`]],
	['contact', 'exportAll', { contactId: A }, ['GET', `contacts/${A}/export`]],
	[
		'contact',
		'unmerge',
		{ contactId: A, mergedId: B },
		['POST', `contacts/${A}/unmerge`, { contact_id: B }],
	],
	['organization', 'get', { organizationId: A }, ['GET', `organizations/${A}`]],
	[
		'organization',
		'update',
		{ organizationId: A, fields },
		['PATCH', `organizations/${A}`, { job_title: 'CTO' }],
	],
	[
		'duplicate',
		'merge',
		{ duplicateId: A, keep: B },
		['POST', `duplicates/${A}/merge`, { keep: B }],
	],
	['duplicate', 'dismiss', { duplicateId: A }, ['POST', `duplicates/${A}/dismiss`, {}]],
	[
		'reject',
		'repair',
		{ rejectId: A, fields },
		['POST', `rejects/${A}/repair`, { changes: { job_title: 'CTO' } }],
	],
];

for (const [resource, operation, parameters, call] of ONE_CALL) {
	test(`${resource} ${operation}: one call for each item, the ID checked before`, async () => {
		const items = [{}, {}];
		const { rows, items: answered, sent } = await run(resource, operation, parameters, { items });
		assert.deepEqual(asked(sent), [call, call]);
		assert.equal(rows.length, 2);
		assert.deepEqual(pairedWith(answered), [{ item: 0 }, { item: 1 }]);
		const [id] = Object.keys(parameters);
		for (const [wrong, told] of [
			['', /is empty$/],
			['a/b', /is not an ID$/],
		] as const) {
			const refused = context({ parameters: { resource, operation, ...parameters, [id]: wrong } });
			await assert.rejects(node.execute.call(refused), (error: any) => {
				assert.match(error.message, told);
				return true;
			});
			assert.equal(refused.sent.length, 0);
		}
	});
}

// [resource, path of the list]
const LISTS = [
	['contact', 'contacts'],
	['organization', 'organizations'],
	['reject', 'rejects'],
	['deadLetter', 'dead-letters'],
	['duplicate', 'duplicates'],
	['message', 'notifications'],
] as const;

for (const [resource, path] of LISTS) {
	test(`${resource} get many: pages until all are there, or the limit`, async () => {
		const sidecar: Given['sidecar'] = ({ path }) => {
			const query = new URL(path, 'http://x').searchParams;
			const from = Number(query.get('cursor') ?? 0);
			const limit = Number(query.get('limit'));
			const data = Array.from({ length: Math.min(limit, 450 - from) }, (_, n) => ({
				id: from + n,
			}));
			return { body: { data, next: from + limit < 450 ? String(from + limit) : null } };
		};
		const all = await run(resource, 'getMany', { returnAll: true, simplify: false }, { sidecar });
		assert.deepEqual(
			all.rows.map(({ id }) => id),
			Array.from({ length: 450 }, (_, n) => n),
		);
		assert.equal(all.sent.length, 3);
		assert.ok(all.sent.every((sent) => sent.path.startsWith(`${path}?`)));
		const some = await run(resource, 'getMany', { limit: 210, simplify: false }, { sidecar });
		assert.equal(some.rows.length, 210);
		assert.deepEqual(
			some.sent.map((sent) => new URL(sent.path, 'http://x').searchParams.get('limit')),
			['200', '10'],
		);
	});
}

test('deadLetter get many: of those that were replayed at most so often', async () => {
	const page = { body: { data: [], next: null } };
	const { sent } = await run(
		'deadLetter',
		'getMany',
		{ mostReplays: '2' },
		{ sidecar: () => page },
	);
	assert.equal(sent[0]!.path, 'dead-letters?most_replays=2&limit=50');
});

const stored = {
	id: A,
	status: 'new',
	tags: ['vip'],
	contact: { id: B, full_name: 'J. R.' },
	organization: null,
	score: { total: 81.5, grade: 'hot', reasons: [1] },
	masked: true,
};

test('lead get many: filters, times in the zone of the workflow, one level', async () => {
	const filters = {
		grade: 'hot',
		owner: '',
		min_score: 80,
		updated_from: '2026-07-01T08:00:00',
		created_to: '2026-01-01T00:00:00.000Z',
		scored_to: '2026-12-01T00:00:00',
	};
	const { rows, sent, hints } = await run(
		'lead',
		'getMany',
		{ filters, sort: 'score', simplify: true },
		{ sidecar: () => ({ body: { data: [stored], next: null } }) },
	);
	const { pathname, searchParams } = new URL(sent[0].path, 'http://x');
	const { fields, ...query } = Object.fromEntries(searchParams);
	assert.equal(pathname, '/leads');
	assert.deepEqual(query, {
		grade: 'hot',
		min_score: '80',
		updated_from: '2026-07-01T08:00:00+02:00',
		created_to: '2026-01-01T00:00:00.000Z',
		scored_to: '2026-12-01T00:00:00+01:00',
		sort: 'score',
		limit: '50',
	});
	assert.ok(fields.split(',').includes('score.total'));
	assert.equal(rows[0].score, 81.5);
	assert.deepEqual([rows[0].name, rows[0].company, rows[0].contact_id], ['J. R.', null, B]);
	assert.match(hints[0].message, /pii:read/);
});

test('lead get: simplified or whole', async () => {
	const sidecar = () => ({ body: stored });
	const whole = await run('lead', 'get', { leadId: A, simplify: false }, { sidecar });
	assert.deepEqual(whole.rows, [stored]);
	const simple = await run('lead', 'get', { leadId: A, simplify: true }, { sidecar });
	assert.deepEqual([simple.rows[0].grade, simple.rows[0].email], ['hot', null]);
});

test('lead erase: the person of the lead is forgotten', async () => {
	const { rows, sent } = await run(
		'lead',
		'erase',
		{ leadId: A },
		{ sidecar: () => ({ body: stored }) },
	);
	assert.deepEqual(asked(sent), [
		['GET', `leads/${A}`],
		['DELETE', `contacts/${B}`],
	]);
	assert.deepEqual(rows, [{ contact_id: B, erased: true }]);
});

test('lead score: nothing is stored', async () => {
	const { rows, sent } = await run(
		'lead',
		'score',
		{ leadField: '' },
		{
			items: [{ lead: { email: 'a@example.com' } }],
			sidecar: () => ({ body: { results: [{ score: 1 }] } }),
		},
	);
	assert.deepEqual(asked(sent), [['POST', 'score', { leads: [{ email: 'a@example.com' }] }]]);
	assert.deepEqual(rows, [{ score: 1 }]);
});

const queues = [
	['rescore', { which: 'items' }, 'leads/rescore', {}],
	['enrich', { askAgain: true }, 'leads/enrich', { ask_again: true }],
] as const;

for (const [operation, parameters, path, body] of queues) {
	test(`lead ${operation}: one request for all items, each says whether it was queued`, async () => {
		const leadId = (item: number) => ['', A, B][item];
		const { rows, sent } = await run(
			'lead',
			operation,
			{ ...parameters, leadId },
			{ items: [{}, {}, {}], continueOnFail: true, sidecar: () => ({ body: { queued: [A] } }) },
		);
		assert.deepEqual(asked(sent), [['POST', path, { ...body, lead_ids: [A, B] }]]);
		assert.deepEqual(rows, [
			{ lead_id: A, queued: true },
			{ lead_id: B, queued: false },
			{ error: 'Lead is empty', details: {} },
		]);
	});
}

test('lead enrich: only leads whose item says so are asked about again', async () => {
	const leadId = (item: number) => [A, B, A][item];
	const askAgain = (item: number) => item === 1;
	const { items, sent } = await run(
		'lead',
		'enrich',
		{ leadId, askAgain },
		{ items: [{}, {}, {}], sidecar: ({ body }) => ({ body: { queued: body.lead_ids } }) },
	);
	assert.deepEqual(
		sent.map(({ body }) => body),
		[
			{ ask_again: false, lead_ids: [A, A] },
			{ ask_again: true, lead_ids: [B] },
		],
	);
	assert.deepEqual(pairedWith(items), [{ item: 0 }, { item: 2 }, { item: 1 }]);
});

test('lead rescore: some items name a lead, others a filter', async () => {
	const { rows, items, sent } = await run(
		'lead',
		'rescore',
		{
			which: (item: number) => ['items', 'filter', 'filter'][item],
			leadId: A,
			filters: { grade: 'warm' },
		},
		{ items: [{}, {}, {}], sidecar: () => ({ body: { queued: [A], next: null } }) },
	);
	assert.deepEqual(
		sent.map(({ body }) => body),
		[{ lead_ids: [A] }, { grade: 'warm' }, { grade: 'warm' }],
	);
	assert.deepEqual(rows, [{ lead_id: A, queued: true }, { leads: 1 }, { leads: 1 }]);
	assert.deepEqual(pairedWith(items), [{ item: 0 }, { item: 1 }, { item: 2 }]);
});

test('lead rescore by filter: part after part', async () => {
	let calls = 0;
	const { rows, sent } = await run(
		'lead',
		'rescore',
		{ which: 'filter', filters: { grade: 'warm' } },
		{ sidecar: () => ({ body: { queued: [A, B], next: ++calls < 3 ? B : null } }) },
	);
	assert.deepEqual(rows, [{ leads: 6 }]);
	assert.deepEqual(
		sent.map(({ body }) => body.after),
		[undefined, B, B],
	);
	assert.ok(sent.every(({ body }) => body.grade === 'warm' && !('lead_ids' in body)));
});

test('lead look again: part after part, until all were looked at or the time is over', async () => {
	const parts = (last: number) => {
		let calls = 0;
		return () => ({ body: { looked: 5, queued: 2, paid: 1, next: ++calls < last ? A : null } });
	};
	const { rows, sent } = await run('lead', 'lookAgain', { longest: 60 }, { sidecar: parts(3) });
	assert.deepEqual(asked(sent), [
		['POST', 'leads/look-again', {}],
		['POST', 'leads/look-again', { after: A }],
		['POST', 'leads/look-again', { after: A }],
	]);
	assert.deepEqual(rows, [{ looked: 15, queued: 6, paid: 3, more: false }]);
	const short = await run('lead', 'lookAgain', { longest: 0 }, { sidecar: parts(9) });
	assert.deepEqual(short.rows, [{ looked: 5, queued: 2, paid: 1, more: true }]);
});

test('lead follow up: part after part, until all were looked at', async () => {
	let calls = 0;
	const part = { looked: 5, reminded: 2, escalated: 1, handed_on: 1 };
	const { rows, sent } = await run(
		'lead',
		'followUp',
		{},
		{ sidecar: () => ({ body: { ...part, next: ++calls < 2 ? A : null } }) },
	);
	assert.deepEqual(asked(sent), [
		['POST', 'pipeline/follow-ups', {}],
		['POST', 'pipeline/follow-ups', { after: A }],
	]);
	assert.deepEqual(rows, [{ looked: 10, reminded: 4, escalated: 2, handed_on: 2, more: false }]);
});

test('lead follow up: what is left when the time is over waits for the next run', async (t) => {
	t.mock.timers.enable({ apis: ['Date'] });
	const { rows } = await run(
		'lead',
		'followUp',
		{},
		{
			sidecar: () => {
				t.mock.timers.tick(30_000);
				return { body: { looked: 1, reminded: 1, escalated: 0, handed_on: 0, next: A } };
			},
		},
	);
	assert.deepEqual(rows, [{ looked: 2, reminded: 2, escalated: 0, handed_on: 0, more: true }]);
});

test('lead estimate: what the leads of a filter will cost', async () => {
	const counts = { leads: 40, asked: 30, settled: 8, refused: 2, ceiling: 1 };
	const { rows, sent } = await run(
		'lead',
		'estimate',
		{ filters: { source: 'fair', stage: '' } },
		{
			sidecar: () => ({
				body: {
					...counts,
					cost: { expected: 4.2, low: 3.5, high: 4.9 },
					sandbox_cost: { expected: 0, low: 0, high: 0 },
					operations: [],
				},
			}),
		},
	);
	assert.deepEqual(asked(sent), [['POST', 'leads/estimate', { source: 'fair' }]]);
	assert.deepEqual(rows, [
		{
			...counts,
			cost: 4.2,
			cost_low: 3.5,
			cost_high: 4.9,
			sandbox_cost: 0,
			sandbox_cost_low: 0,
			sandbox_cost_high: 0,
		},
	]);
});

test('message send: all leads at once', async () => {
	const { rows, sent } = await run(
		'message',
		'send',
		{ leadId: A },
		{ items: [{}, {}], sidecar: () => ({ body: { sent: 2 } }) },
	);
	assert.deepEqual(asked(sent), [['POST', 'notify', { lead_ids: [A, A] }]]);
	assert.deepEqual(rows, [{ sent: 2 }]);
});

test('event record: by whatever names the person or the visitor, in one request', async () => {
	const kinds = [
		{ of: 'lead', leadId: A },
		{ of: 'contact', contactId: B },
		{ of: 'email', email: ' Pat@Example.com ' },
		{ of: 'linkedinUrl', linkedinUrl: 'linkedin.com/in/pat', anonymousId: 'tab' },
		{ of: 'externalId', externalSource: 'hubspot', externalId: 17 },
		{ of: 'anonymousId', anonymousId: 'tab' },
	] as any[];
	const of = (name: string) => (item: number) => kinds[item][name];
	const parameters = Object.fromEntries(
		[
			'of',
			'leadId',
			'contactId',
			'email',
			'linkedinUrl',
			'externalSource',
			'externalId',
			'anonymousId',
		].map((n) => [n, of(n)]),
	);
	const { rows, sent } = await run(
		'event',
		'record',
		{ ...parameters, type: 'email_open', occurredAt: '2026-01-01T08:00:00', eventId: 'e1' },
		{
			items: kinds.map(() => ({})),
			sidecar: ({ body }) => ({
				body: { results: body.events.map(() => ({ outcome: 'accepted' })) },
			}),
		},
	);
	const more = { type: 'email_open', occurred_at: '2026-01-01T08:00:00+01:00', event_id: 'e1' };
	assert.deepEqual(sent[0].body.events, [
		{ lead_id: A, ...more },
		{ contact_id: B, ...more },
		{ email: 'Pat@Example.com', ...more },
		{ linkedin_url: 'linkedin.com/in/pat', anonymous_id: 'tab', ...more },
		{ external_id: { source: 'hubspot', id: '17' }, ...more },
		{ anonymous_id: 'tab', ...more },
	]);
	assert.equal(rows.length, 6);
	await assert.rejects(run('event', 'record', { of: 'anonymousId', type: 'webinar' }), /is empty/);
	await assert.rejects(
		run('event', 'record', { of: 'email', email: '', type: 'bounce' }),
		/is empty/,
	);
	await assert.rejects(run('event', 'record', { leadId: A, type: '' }), /Type is empty/);
});

test('event record mail: what a mail service sent goes as it is, its counts come back', async () => {
	const body = [{ event: 'open', email: 'a@b.example' }];
	const counts = { accepted: 1, unknown: 0, ignored: 0 };
	for (const given of [body, JSON.stringify(body)]) {
		const { rows, sent } = await run(
			'event',
			'recordMail',
			{ body: given },
			{ sidecar: () => ({ body: { ...counts, results: [{}] } }) },
		);
		assert.deepEqual(asked(sent), [['POST', 'events/mail', body]]);
		assert.deepEqual(rows, [counts]);
	}
});

test('event record mail: what is no JSON is refused with a remedy, and not quoted', async () => {
	for (const [body, told] of [
		['{"email":"ada@b.example",', 'Body is not JSON'],
		['email=ada@b.example', 'Body is not JSON'],
		['', 'Body is empty'],
		[undefined, 'Body is empty'],
	]) {
		const refused = run('event', 'recordMail', { body }, { sidecar: () => ({}) });
		await assert.rejects(refused, (error: any) => {
			assert.equal(error.message, told);
			assert.match(error.description, /what its webhook received/);
			assert.ok(!JSON.stringify(error.toJSON()).includes('ada@'));
			return true;
		});
	}
});

const job = (state: string) => ({ job: { id: A, state, progress: 1, counts: { created: 2 } } });

test('import create: the file goes as it is', async () => {
	const { rows, sent } = await run(
		'import',
		'create',
		{ mapping: { Mail: 'email' }, unknownColumns: 'ignore', source: 'fair', lane: 'bulk' },
		{
			file: 'Mail\na@b.example\n',
			fileName: 'unsubscribed.csv',
			sidecar: () => ({ body: job('queued') }),
		},
	);
	const { pathname, searchParams } = new URL(sent[0].path, 'http://x');
	assert.equal(pathname, '/jobs/imports');
	assert.deepEqual(Object.fromEntries(searchParams), {
		mapping: '{"Mail":"email"}',
		unknown_columns: 'ignore',
		source: 'fair',
		file_name: 'unsubscribed.csv',
		lane: 'bulk',
		dry_run: 'false',
	});
	assert.equal(String(sent[0].body), 'Mail\na@b.example\n');
	assert.equal(sent[0].headers['Content-Type'], 'application/octet-stream');
	assert.deepEqual([rows[0].job_id, rows[0].state, rows[0].finished], [A, 'queued', false]);
});

test('import get and wait: until it has ended, or the time is over', async () => {
	const got = await run(
		'import',
		'get',
		{ jobId: A },
		{ sidecar: () => ({ body: job('running') }) },
	);
	assert.deepEqual([asked(got.sent), got.rows[0].finished], [[['GET', `jobs/${A}`]], false]);
	let calls = 0;
	const waited = await run(
		'import',
		'wait',
		{ jobId: A, seconds: 20 },
		{ sidecar: () => ({ body: job(++calls < 2 ? 'running' : 'done') }) },
	);
	assert.deepEqual([waited.rows[0].state, calls], ['done', 2]);
	const late = await run(
		'import',
		'wait',
		{ jobId: A, seconds: 1 },
		{ sidecar: () => ({ body: job('running') }) },
	);
	assert.deepEqual([late.rows[0].finished, late.sent.length], [false, 1]);
});

test('import undo: what others changed since is told', async () => {
	const kept = [{ kind: 'contact', id: B }];
	const { rows, sent } = await run(
		'import',
		'undo',
		{ jobId: A },
		{ sidecar: () => ({ body: { job: { ...job('undone').job, kept } } }) },
	);
	assert.deepEqual(asked(sent), [['POST', `jobs/${A}/undo`, {}]]);
	assert.deepEqual([rows[0].state, rows[0].finished, rows[0].kept], ['undone', true, kept]);
});

test('reject repair: what is still wrong is an answer', async () => {
	const errors = [{ pointer: '/email', code: 'invalid', detail: 'No address.' }];
	const { rows } = await run(
		'reject',
		'repair',
		{ rejectId: A, fields },
		{ sidecar: () => problem(422, 'invalid', { errors }) },
	);
	assert.deepEqual(rows, [{ lead_id: null, outcome: 'rejected', errors }]);
});

test('prediction train and get many', async () => {
	const begun = { training: true, conversions: 60, needed: 50 };
	const trained = await run('prediction', 'train', {}, { sidecar: () => ({ body: begun }) });
	assert.deepEqual(asked(trained.sent), [['POST', 'scoring/predictions/train', {}]]);
	assert.deepEqual(trained.rows, [begun]);
	const report = { conversions: 60, auc: 0.8, brier: 0.1, calibration_error: 0.01, effects: {} };
	const model = { model_version: 'prediction@1', state: 'published', reason: 'Better' };
	const data = [{ ...model, trained_at: 'T', report }];
	const { rows } = await run('prediction', 'getMany', {}, { sidecar: () => ({ body: { data } }) });
	const { effects, ...figures } = report;
	assert.deepEqual(rows, [{ ...model, trained_at: 'T', ...figures }]);
});

test('provider get many and spend', async () => {
	const data = ['hunter', 'pdl'].map((name) => ({ name, title: name, health: 'ok', credits: 3 }));
	const sidecar = () => ({ body: { data } });
	const { rows } = await run('provider', 'getMany', {}, { sidecar });
	assert.deepEqual(Object.keys(rows[0]), ['name', 'title', 'sandbox', 'health', 'last_error']);
	const spent = await run('provider', 'spend', { days: 7, provider: 'pdl' }, { sidecar });
	assert.equal(spent.sent[0].path, 'providers?days=7');
	assert.deepEqual(
		spent.rows.map(({ name, days, credits }) => [name, days, credits]),
		[['pdl', 7, 3]],
	);
});

test('a missing scope is named, with the credential and what to do', async () => {
	const sidecar = () => problem(403, 'forbidden', { detail: 'This needs the scope pii:read.' });
	await assert.rejects(
		run('contact', 'exportAll', { contactId: A }, { sidecar }),
		/^NodeApiError: Export a contact: This needs the scope pii:read\. .* credential "Our sidecar"/,
	);
});

test('one item that fails leaves the others', async () => {
	const { rows } = await run(
		'lead',
		'get',
		{ leadId: (item: number) => [A, '', B][item], simplify: false },
		{
			items: [{}, {}, {}],
			continueOnFail: true,
			sidecar: ({ path }) => (path.endsWith(B) ? problem(404, 'not_found') : { body: stored }),
		},
	);
	assert.equal(rows[0].id, A);
	assert.equal(rows[1].error, 'Lead is empty');
	assert.match(String(rows[2].error), /^Get a lead: It is not_found/);
});

const loader = (reply: Given['sidecar'], parameters = {}) =>
	context({ sidecar: reply, parameters });
const TERMS = {
	fields: [
		{
			entity: 'contact',
			name: 'full_name',
			label: 'Name',
			type: 'text',
			lead: 'full_name',
			editable: true,
		},
		{ entity: 'contact', name: 'seniority', label: 'S', type: 'text', lead: null, choices: ['vp'] },
		{
			entity: 'contact',
			name: 'email',
			label: 'E-mail',
			type: 'text',
			lead: 'email',
			editable: false,
		},
		{
			entity: 'organization',
			name: 'name',
			label: 'Name',
			type: 'text',
			lead: 'company_name',
			editable: true,
		},
		{
			entity: 'lead',
			name: 'status',
			label: 'Status',
			type: 'text',
			lead: null,
			editable: true,
			choices: ['new'],
		},
		{ entity: 'lead', name: 'tags', label: 'Tags', type: 'list', lead: 'tags', editable: true },
	],
	states: { statuses: [{ name: 'new', label: 'New' }] },
};

test('columns, dropdowns and lists come from the sidecar', async () => {
	const { resourceMapping, loadOptions, listSearch } = node.methods;
	const terms = () => ({ body: TERMS as any });
	const ids = async (method: keyof typeof resourceMapping) =>
		(await resourceMapping[method].call(loader(terms) as any)).fields.map(({ id, type }) => [
			id,
			type,
		]);
	assert.deepEqual(await ids('getLeadColumns'), [
		['email', 'string'],
		['full_name', 'string'],
		['company_name', 'string'],
		['tags', 'array'],
	]);
	assert.deepEqual(await ids('getLeadEdits'), [
		['status', 'options'],
		['tags', 'array'],
	]);
	assert.deepEqual(await ids('getContactEdits'), [['full_name', 'string']]);
	assert.deepEqual(await ids('getOrganizationEdits'), [['name', 'string']]);
	assert.deepEqual(await loadOptions.getStatuses.call(loader(terms) as any), [
		{ name: 'New', value: 'new' },
	]);
	const providers = () => ({ body: { data: [{ name: 'pdl', title: 'People' }] } });
	assert.deepEqual(await loadOptions.getProviders.call(loader(providers) as any), [
		{ name: 'People', value: 'pdl' },
	]);
	const models = () => ({ body: { data: [{ id: 7, model_version: 'emea@2', state: 'draft' }] } });
	assert.deepEqual(await loadOptions.getScoringModels.call(loader(models) as any), [
		{ name: 'emea@2 (draft)', value: 7 },
	]);
	const page = loader(() => ({ body: { data: [stored], next: 'c2' } }));
	assert.deepEqual(await listSearch.searchLeads.call(page as any, 'acme', 'c1'), {
		results: [{ name: 'J. R. · hot', value: A }],
		paginationToken: 'c2',
	});
	assert.equal(page.sent[0].path, 'leads?q=acme&cursor=c1&limit=50');
	const owners = () => ({ body: { data: [{ email: 'a@b.example', name: 'Ada' }] } });
	assert.deepEqual((await listSearch.searchOwners.call(loader(owners) as any, 'ada')).results, [
		{ name: 'Ada (a@b.example)', value: 'a@b.example' },
	]);
});

const model = {
	id: 7,
	key: 'emea',
	number: 2,
	model_version: 'emea@2',
	state: 'draft',
	definition: { thresholds: {} },
	problems: [],
};

// [operation, parameters, what is asked of the sidecar]
const MODEL_CALLS: Array<[string, object, unknown[]]> = [
	['get', { modelId: 7 }, ['GET', 'scoring/models/7']],
	['publish', { modelId: '7' }, ['POST', 'scoring/models/7/publish', {}]],
	[
		'create',
		{ modelKey: 'emea', definition: '{"thresholds": {}}' },
		['POST', 'scoring/models', { key: 'emea', definition: { thresholds: {} } }],
	],
	['create', { modelKey: 'emea', definition: '' }, ['POST', 'scoring/models', { key: 'emea' }]],
	[
		'simulate',
		{ modelId: 7, simulatedLeads: 100 },
		['POST', 'scoring/models/7/simulate', { leads: 100 }],
	],
];

for (const [operation, parameters, call] of MODEL_CALLS) {
	test(`scoring model ${operation}: one call for each item (${JSON.stringify(parameters)})`, async () => {
		const given = { items: [{}, {}], sidecar: () => ({ body: model }) };
		const { rows, sent } = await run('scoringModel', operation, parameters, given);
		assert.deepEqual(asked(sent), [call, call]);
		assert.equal(rows.length, 2);
		if (operation !== 'simulate') assert.equal(rows[0].model_version, 'emea@2');
	});
}

test('scoring model: what is no version is refused before anything is asked', async () => {
	for (const [wrong, told] of [
		['', /is empty$/],
		['seven', /is not an ID$/],
	] as const) {
		const refused = context({
			parameters: { resource: 'scoringModel', operation: 'publish', modelId: wrong },
		});
		await assert.rejects(node.execute.call(refused), told);
		assert.equal(refused.sent.length, 0);
	}
});

test('scoring model get many and score all again', async () => {
	const list = await run(
		'scoringModel',
		'getMany',
		{ limit: 5, modelState: 'published' },
		{ sidecar: () => ({ body: { data: [model], next: null } }) },
	);
	assert.equal(list.sent[0].path, 'scoring/models?state=published&limit=5');
	const begun = await run(
		'scoringModel',
		'rescore',
		{},
		{ sidecar: () => ({ body: { job: { id: A, state: 'queued', progress: 0, counts: {} } } }) },
	);
	assert.deepEqual(asked(begun.sent), [['POST', 'scoring/rescore', {}]]);
	assert.deepEqual(begun.rows, [{ job_id: A, state: 'queued', progress: 0, counts: {} }]);
});

test('every operation has an action and a description of its own, and a schema where n8n looks for it', () => {
	const { properties } = node.description;
	const menus = properties.filter(({ name }) => name === 'operation');
	const entries = menus.flatMap(({ options, displayOptions }) =>
		(options as any[]).map((entry) => ({ ...entry, resource: displayOptions!.show!.resource![0] })),
	);
	assert.ok(entries.length > 30);
	for (const key of ['action', 'description'] as const) {
		const texts = entries.map((entry) => entry[key]);
		assert.equal(new Set(texts).size, texts.length, key);
	}
	for (const { resource, value } of entries) {
		const path = `../dist/nodes/EnrichmentEngine/__schema__/v1.0.0/${resource}/${value}.json`;
		const url = new URL(path, import.meta.url);
		assert.ok(existsSync(url), path);
		const { type, properties } = JSON.parse(readFileSync(url, 'utf8'));
		assert.ok(type === 'object' && Object.keys(properties).length > 0);
	}
});
