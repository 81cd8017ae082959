import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EnrichmentBatch } from '../dist/nodes/EnrichmentBatch/EnrichmentBatch.node.js';
import { type Given, context, json, pairedWith, problem, refs } from './context.mts';

const step = async (operation: string, given: Given, resource = 'batch') => {
	const ctx = context({ ...given, parameters: { resource, operation, ...given.parameters } });
	return {
		outputs: await new EnrichmentBatch().execute.call(ctx),
		sent: ctx.sent,
		hints: ctx.hints,
	};
};
const batch = (...leads: string[]) => leads.map((lead_id) => ({ batch_id: 'b1', lead_id }));
/** What the operations on leads ask for. */
const asked = {
	...{ reason: 'x', minutes: 5, how: 'later', why: 'x', later: 5 },
	...{ concurrency: 20, seconds: 60, includeFailed: true },
};
/** The operations on leads, as the menu tells them. */
const onLeads = new EnrichmentBatch().description.properties
	.find(({ displayOptions }) => displayOptions?.show?.resource?.[0] === 'batch')!
	.options!.map((option: any) => option.value as string)
	.filter((operation) => operation !== 'claim');

test('claim: one item per lead, once however many items started it, named by its execution', async () => {
	const { outputs, sent } = await step('claim', {
		items: [{}, {}],
		parameters: { lane: 'bulk', largest: 7 },
		sidecar: () => ({ body: { batch_id: 'b1', leads: refs('l1', 'l2') } }),
	});
	assert.equal(sent.length, 1);
	assert.deepEqual(sent[0].body, { lane: 'bulk', limit: 7, execution_id: '4711' });
	assert.deepEqual(
		json(outputs[0]).map(({ lead_id }) => lead_id),
		['l1', 'l2'],
	);
});

test('claim: nothing waits, no items', async () => {
	const { outputs, sent } = await step('claim', {
		parameters: { lane: '', largest: 0 },
		sidecar: () => ({ body: { batch_id: null, leads: [] } }),
	});
	assert.deepEqual(outputs, [[]]);
	assert.deepEqual(sent[0].body, { execution_id: '4711' });
});

test('plan: each lead leaves by itself', async () => {
	const { outputs, sent } = await step('plan', {
		items: batch('l1', 'l2', 'l2'),
		sidecar: () => ({
			body: { round: 2, asking: ['l2'], settled: ['l1'], results: refs('l2', 'l1') },
		}),
	});
	assert.equal(sent[0].path, 'pipeline/plan');
	assert.deepEqual(sent[0].body, { batch_id: 'b1', lead_ids: ['l1', 'l2'] });
	assert.deepEqual(pairedWith(outputs[0]), [{ item: 1 }, { item: 2 }]);
	assert.deepEqual(pairedWith(outputs[1]), [{ item: 0 }]);
});

test('an item of which nothing new is told goes on as it is; another is a new one', async () => {
	const items = refs('l1', 'l2').map((told) => ({ ...told, score: 70 }));
	const { outputs } = await step('score', {
		items,
		sidecar: () => ({ body: { results: [items[0], { ...items[1], score: 81 }] } }),
	});
	const [same, other] = outputs[0].map(({ json }) => json);
	assert.equal(same, items[0]);
	assert.notEqual(other, items[1]);
	assert.deepEqual([items[1].score, other.score], [70, 81]);
});

test('one request for each batch among the items', async () => {
	const { outputs, sent } = await step('apply', {
		items: [...batch('l1'), { batch_id: 'b2', lead_id: 'l2' }, ...batch('l3')],
		sidecar: ({ body }) => ({ body: { results: refs(...body.lead_ids) } }),
	});
	assert.deepEqual(
		sent.map(({ path, body }) => [path, body]),
		[
			['pipeline/apply', { batch_id: 'b1', lead_ids: ['l1', 'l3'] }],
			['pipeline/apply', { batch_id: 'b2', lead_ids: ['l2'] }],
		],
	);
	assert.deepEqual(pairedWith(outputs[0]), [{ item: 0 }, { item: 2 }, { item: 1 }]);
});

test('a lead that failed leaves the flow unless it is asked to stay', async () => {
	const results = [...refs('l1'), { lead_id: 'l2', outcome: 'dead', code: 'score_failed' }];
	const given = { items: batch('l1', 'l2', 'l3'), sidecar: () => ({ body: { results } }) };
	for (const includeFailed of [false, true]) {
		const { outputs } = await step('score', { ...given, parameters: { includeFailed } });
		assert.deepEqual(
			json(outputs[0]).map(({ lead_id, outcome, code }) => [lead_id, outcome, code]),
			[
				['l1', 'ok', null],
				['l2', 'dead', 'score_failed'],
			].slice(0, includeFailed ? 2 : 1),
		);
	}
});

test('leads of another run and finished ones leave quietly; a hint counts them', async () => {
	const results = [
		...refs('l1'),
		{ lead_id: 'l2', outcome: 'elsewhere', code: 'another_run' },
		{ lead_id: 'l3', outcome: 'finished', code: 'done' },
	];
	for (const operation of ['apply', 'score', 'notify', 'hold', 'letGo', 'skipEnrichment', 'fail']) {
		const { outputs, hints } = await step(operation, {
			items: batch('l1', 'l2', 'l3'),
			parameters: asked,
			sidecar: () => ({ body: { results } }),
		});
		assert.deepEqual(
			json(outputs[0]).map(({ lead_id }) => lead_id),
			['l1'],
		);
		assert.match(hints[0].message, /^2 lead\(s\) left the flow/);
	}
});

test('hold and let go send what their parameters say', async () => {
	const sidecar = () => ({ body: { results: refs('l1') } });
	const hold = await step('hold', {
		...{ items: batch('l1'), parameters: { minutes: 5 }, sidecar },
	});
	assert.deepEqual(hold.sent[0].body, { batch_id: 'b1', lead_ids: ['l1'], minutes: 5 });
	const parameters = { how: 'later', why: 'closed', later: 30 };
	const letGo = await step('letGo', { items: batch('l1'), parameters, sidecar });
	assert.equal(letGo.sent[0].path, 'pipeline/let-go');
	assert.deepEqual(letGo.sent[0].body, {
		...{ batch_id: 'b1', lead_ids: ['l1'], as: 'later', reason: 'closed', minutes: 30 },
	});
});

const answer = (leads: string[]) => ({
	body: {
		results: refs(...leads),
		asking: leads,
		round: 1,
		more: false,
		lane: 'bulk',
		requests: [],
	},
});

for (const operation of onLeads) {
	test(`${operation}: an item that lost its reference takes that of its paired item at the nearest step`, async () => {
		const { outputs, sent } = await step(operation, {
			items: [{ status: 200 }],
			parameters: asked,
			before: { Far: { batch_id: 'b0', lead_id: 'l0' }, Near: { batch_id: 'b1', lead_id: 'l1' } },
			sidecar: ({ body }) => answer(body.lead_ids),
		});
		assert.deepEqual([sent[0].body.batch_id, sent[0].body.lead_ids], ['b1', ['l1']]);
		const [{ lead_id, status, leads }] = json(outputs.flat());
		assert.deepEqual(
			[lead_id, status, leads],
			operation === 'complete' ? [undefined, undefined, 1] : ['l1', 200, undefined],
		);
	});

	test(`${operation}: an item of no lead is refused with cause and remedy, and nothing is sent`, async () => {
		const refusal = async (before?: Given['before']) => {
			let sent = 0;
			const sidecar = () => ({ status: 500 + sent++ });
			const given = { items: [{}], parameters: asked, before, sidecar };
			const error: any = await step(operation, given).catch((error) => error);
			return [error.message, error.description, sent];
		};
		assert.deepEqual(await refusal(), [
			'"Step" does not know the lead of item 0',
			'No step before it claims leads. Put it after "Enrichment Batch: Claim".',
			0,
		]);
		assert.match(
			(await refusal({ Claim: {} }))[1],
			/^The item comes from "HTTP Request" without batch_id and lead_id, .*Let "HTTP Request" keep/,
		);
	});
}

test('what the parameters of each item say is what its lead gets', async () => {
	const of = (values: unknown[]) => (item: number) => values[item];
	for (const [operation, parameters, bodies] of [
		[
			'letGo',
			{ how: ['skipped', 'later', 'skipped'], why: ['a', 'b', 'a'], later: [1, 2, 1] },
			[
				{ lead_ids: ['l1', 'l3'], as: 'skipped', reason: 'a', minutes: 1 },
				{ lead_ids: ['l2'], as: 'later', reason: 'b', minutes: 2 },
			],
		],
		[
			'hold',
			{ minutes: [5, 5, 9] },
			[
				{ lead_ids: ['l1', 'l2'], minutes: 5 },
				{ lead_ids: ['l3'], minutes: 9 },
			],
		],
		[
			'fail',
			{ reason: ['a', 'b', 'a'] },
			[
				{ lead_ids: ['l1', 'l3'], reason: 'a' },
				{ lead_ids: ['l2'], reason: 'b' },
			],
		],
	] as Array<[string, Record<string, unknown[]>, object[]]>) {
		const { sent } = await step(operation, {
			items: batch('l1', 'l2', 'l3'),
			parameters: Object.fromEntries(
				Object.entries(parameters).map(([name, values]) => [name, of(values)]),
			),
			sidecar: ({ body }) => ({ body: { results: refs(...body.lead_ids) } }),
		});
		assert.deepEqual(
			sent.map(({ body }) => body),
			bodies.map((body) => ({ batch_id: 'b1', ...body })),
		);
	}
});

test('a lead that failed stays when its own item says so', async () => {
	const results = ['l1', 'l2'].map((lead_id) => ({ lead_id, outcome: 'dead', code: 'x' }));
	const { outputs, sent } = await step('score', {
		items: batch('l1', 'l2'),
		parameters: { includeFailed: (item: number) => item === 1 },
		sidecar: () => ({ body: { results } }),
	});
	assert.equal(sent.length, 1);
	assert.deepEqual(pairedWith(outputs[0]), [{ item: 1 }]);
});

test('claim: once more for items that ask for something else', async () => {
	const { sent } = await step('claim', {
		items: [{}, {}, {}],
		parameters: { lane: (item: number) => ['bulk', 'interactive', 'bulk'][item], largest: 0 },
		sidecar: () => ({ body: { leads: [] } }),
	});
	assert.deepEqual(
		sent.map(({ body }) => body.lane),
		['bulk', 'interactive'],
	);
});

test('an error names the batch; continue on error puts it on every item', async () => {
	const given = { items: batch('l1', 'l2'), sidecar: () => problem(500, 'engine_error') };
	await assert.rejects(
		step('apply', given),
		/^NodeApiError: Apply, batch b1: It is engine_error\. \[engine_error, HTTP 500, request r1\]$/,
	);
	const { outputs } = await step('apply', { ...given, continueOnFail: true });
	assert.deepEqual(
		json(outputs[0]).map(({ details, error }: any) => [details.lead_id, details.batch_id, error]),
		['l1', 'l2'].map((lead) => [
			lead,
			'b1',
			'Apply, batch b1: It is engine_error. [engine_error, HTTP 500, request r1]',
		]),
	);
});

test('complete: one item per batch, by whether more wait', async () => {
	for (const more of [true, false]) {
		const { outputs } = await step('complete', {
			items: batch('l1', 'l2'),
			sidecar: () => ({ body: { results: refs('l1', 'l2'), more, lane: 'bulk' } }),
		});
		assert.deepEqual(outputs[more ? 0 : 1], [
			{
				json: { batch_id: 'b1', lane: 'bulk', more, leads: 2 },
				pairedItem: [{ item: 0 }, { item: 1 }],
			},
		]);
		assert.deepEqual(outputs[more ? 1 : 0], []);
	}
});

test('fail gives the leads back with the reason', async () => {
	const { outputs, sent } = await step('fail', {
		items: batch('l1'),
		parameters: { reason: 'closed today' },
		sidecar: () => ({ body: { results: [{ lead_id: 'l1', outcome: 'retry', code: 'x' }] } }),
	});
	assert.deepEqual(sent[0].body, { batch_id: 'b1', lead_ids: ['l1'], reason: 'closed today' });
	assert.deepEqual(outputs, [[]]);
});

test('wake: once per lane', async () => {
	const { outputs, sent } = await step(
		'wake',
		{
			items: [{ lane: 'bulk' }, { lane: 'bulk' }, { lane: 'interactive' }],
			parameters: { wakeLane: 'item' },
			sidecar: () => ({ body: { woken: true } }),
		},
		'run',
	);
	assert.deepEqual(
		sent.map(({ body }) => body.lane),
		['bulk', 'interactive'],
	);
	assert.deepEqual(pairedWith(outputs[0]), [{ item: 0 }, { item: 2 }]);
});

test('step: one call, references only, by whether more waits', async () => {
	for (const more of [true, false]) {
		const job = {
			...{ id: 'j', state: 'running', lane: 'bulk', progress: 0.5, counts: { handled: 5 } },
			...{ columns: [{ column: 'Mail' }], problems: [{ line: 2 }], created_by: 'ada' },
		};
		const { outputs, sent } = await step(
			'step',
			{ items: [{}, {}], sidecar: () => ({ body: { job, more } }) },
			'job',
		);
		assert.deepEqual(
			sent.map(({ path, body }) => [path, body]),
			[['jobs/step', {}]],
		);
		assert.deepEqual(json(outputs[more ? 0 : 1]), [
			{
				...{ job_id: 'j', state: 'running', lane: 'bulk', progress: 0.5 },
				...{ counts: { handled: 5 }, more },
			},
		]);
		assert.deepEqual(outputs[more ? 1 : 0], []);
	}
	const nothing = { sidecar: () => ({ body: { job: null, more: false } }) };
	assert.deepEqual((await step('step', nothing, 'job')).outputs, [[], []]);
});

test('find duplicates: until there is no more, or the time is over', async () => {
	let calls = 0;
	const three = await step(
		'find',
		{
			parameters: { longest: 60 },
			sidecar: () => ({ body: { checked: 100, found: 1, more: ++calls < 3 } }),
		},
		'duplicate',
	);
	assert.deepEqual(three.sent[0].path, 'duplicates/find');
	assert.deepEqual(json(three.outputs[1]), [{ checked: 300, found: 3, more: false }]);
	const short = await step(
		'find',
		{
			parameters: { longest: 0 },
			sidecar: () => ({ body: { checked: 1, found: 0, more: true } }),
		},
		'duplicate',
	);
	assert.deepEqual([short.sent.length, json(short.outputs[0])[0].more], [1, true]);
});

test('record error: from what an Error Trigger tells, cut to size', async () => {
	const { sent } = await step(
		'recordError',
		{
			items: [
				{
					execution: {
						id: 12,
						lastNodeExecuted: 'Score',
						error: { message: '\0' + 'x'.repeat(499) + '\u{1f600}' },
					},
					workflow: { id: 'w', name: 'Lead enrichment' },
				},
				{ trigger: { error: { message: 'no trigger' } }, workflow: { id: 'w', name: 'n' } },
			],
			sidecar: () => ({ body: { error_id: 'e' } }),
		},
		'run',
	);
	assert.deepEqual(sent[0].body, {
		execution_id: '12',
		workflow_id: 'w',
		workflow_name: 'Lead enrichment',
		node: 'Score',
		message: 'x'.repeat(499) + '\ufffd',
	});
	assert.deepEqual([sent[1].body.execution_id, sent[1].body.message], [null, 'no trigger']);
});

test('a sidecar that restarts is waited for', async () => {
	let times = 0;
	const { sent } = await step('apply', {
		items: batch('l1'),
		sidecar: () => (times++ === 0 ? { code: 'ECONNREFUSED' } : { body: { results: refs('l1') } }),
	});
	assert.equal(sent.length, 2);
});

test('one that was replaced is asked at its new address', async () => {
	for (const code of ['EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT']) {
		let times = 0;
		const { sent } = await step('apply', {
			items: batch('l1'),
			sidecar: () => (times++ === 0 ? { code } : { body: { results: refs('l1') } }),
		});
		assert.equal(sent.length, 2);
	}
});

test('a request that timed out is not repeated', async () => {
	await assert.rejects(
		step('apply', { items: batch('l1'), sidecar: () => ({ code: 'ECONNABORTED' }) }),
		/The sidecar does not answer at the base URL of the credential "Our sidecar": no answer in time\. Check that/,
	);
});

test('deliver: what is owed, once per run', async () => {
	const given = { items: [{}, {}], sidecar: () => ({ body: { sent: 2 } }) };
	const { outputs, sent } = await step('deliver', given, 'run');
	assert.deepEqual(json(outputs[0]), [{ sent: 2 }]);
	assert.deepEqual(
		sent.map(({ path, body }) => [path, body]),
		[['notifications/deliver', {}]],
	);
});

test('deliver: goes on while more is owed, but not beyond the next run', async () => {
	let left = 3;
	const some = () => ({ body: { sent: 100, waiting: 1, dead: 0, more: --left > 0 } });
	const { outputs, sent } = await step('deliver', { items: [{}], sidecar: some }, 'run');
	assert.deepEqual(json(outputs[0]), [{ sent: 300, waiting: 1, dead: 0, more: false }]);
	assert.equal(sent.length, 3);
	left = 1000;
	assert.equal((await step('deliver', { items: [{}], sidecar: some }, 'run')).sent.length, 10);
});
