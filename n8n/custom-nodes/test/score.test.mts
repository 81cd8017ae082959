import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Score } from '../dist/nodes/Score/Score.node.js';
import { context, json, pairedWith } from './context.mts';

test('score: leads of items without storing, stored ones by ID', async () => {
	const results = [{ total: 1 }, { total: 2 }];
	const stateless = context({
		items: [{ body: [{ email: 'a@example.com' }, { email: 'b@example.com' }] }],
		parameters: { operation: 'leads', leadField: '' },
		sidecar: () => ({ body: { results } }),
	});
	const [items] = await new Score().execute.call(stateless);
	assert.deepEqual([json(items), pairedWith(items)], [results, [{ item: 0 }, { item: 0 }]]);
	const stored = context({
		items: [{}, {}],
		parameters: { operation: 'stored', leadId: 'l1' },
		sidecar: () => ({ body: { results } }),
	});
	await new Score().execute.call(stored);
	assert.deepEqual(
		[stored.sent.length, stored.sent[0].path, stored.sent[0].body],
		[1, 'score', { lead_ids: ['l1', 'l1'] }],
	);
});
