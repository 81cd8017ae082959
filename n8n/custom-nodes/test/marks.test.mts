import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IDataObject } from 'n8n-workflow';
import { EnrichmentBatch } from '../dist/nodes/EnrichmentBatch/EnrichmentBatch.node.js';
import { context } from './context.mts';

const WEBHOOK = 'n8n-nodes-base.webhook';
const SOURCE = 'n8n-nodes-enrichment-engine.enrichmentSourceTrigger';
const ID = '5f0c1d2e3b4a59685f0c1d2e3b4a5968';
const TRACE = `00-${ID}-00f067aa0ba902b7-01`;

/** The headers of what a step sends in a run that began like this. */
async function marks(begun?: Record<string, IDataObject | undefined>) {
	const ctx = context({
		begun,
		parameters: { resource: 'batch', operation: 'claim', lane: '', largest: 0 },
		sidecar: () => ({ body: { leads: [] } }),
	});
	await new EnrichmentBatch().execute.call(ctx);
	const { 'X-Request-Id': id, traceparent } = ctx.sent[0].headers;
	return { id, traceparent };
}

test('what a request began goes by its id and belongs to its trace', async () => {
	const headers = { 'x-request-id': ID, traceparent: TRACE };
	for (const door of [WEBHOOK, SOURCE]) {
		assert.deepEqual(await marks({ [door]: { headers } }), { id: ID, traceparent: TRACE });
	}
	assert.equal((await marks({ [SOURCE]: undefined, [WEBHOOK]: { headers } })).id, ID);
});

test('a run that no request named goes by its own id', async () => {
	const own = { id: 'n8n-execution-4711', traceparent: undefined };
	assert.deepEqual(await marks(), own);
	assert.deepEqual(await marks({ 'n8n-nodes-base.scheduleTrigger': {} }), own);
	assert.deepEqual(await marks({ [WEBHOOK]: undefined }), own);
	assert.deepEqual(await marks({ [WEBHOOK]: {} }), own);
});

test('the run that the sidecar woke goes by its own id and belongs to the trace', async () => {
	const woken = { headers: { traceparent: TRACE }, body: { lane: 'bulk', request_id: ID } };
	assert.deepEqual(await marks({ [WEBHOOK]: woken }), {
		id: 'n8n-execution-4711',
		traceparent: TRACE,
	});
});

test('what is no id and no trace is not handed on', async () => {
	for (const wrong of [
		'short',
		'x'.repeat(65),
		'a b c d e f',
		`${ID}\r\nX-Evil: 1`,
		['a', 'b'],
		7,
	]) {
		const headers = { 'x-request-id': wrong, traceparent: wrong } as IDataObject;
		assert.deepEqual(await marks({ [WEBHOOK]: { headers } }), {
			id: 'n8n-execution-4711',
			traceparent: undefined,
		});
	}
});
