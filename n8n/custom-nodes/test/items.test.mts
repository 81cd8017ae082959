import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { IDataObject } from 'n8n-workflow';
import { EnrichmentBatch } from '../dist/nodes/EnrichmentBatch/EnrichmentBatch.node.js';
import { EnrichmentEngine } from '../dist/nodes/EnrichmentEngine/EnrichmentEngine.node.js';
import { type Context, type Given, type Sent, context, problem, refs } from './context.mts';

const A = '0199b7c2-0000-7000-8000-00000000000a';
const B = '0199b7c2-0000-7000-8000-00000000000b';

/** What all operations ask for. */
const parameters = {
	...{ leadId: A, contactId: A, organizationId: A, duplicateId: A, keep: B, rejectId: A, jobId: A },
	...{ status: 'won', owner: 'a@b.example', type: 'bounce', body: '{}', simplify: true },
	...{
		reason: 'x',
		mergedId: B,
		minutes: 5,
		how: 'later',
		why: 'x',
		later: 5,
		lane: '',
		largest: 0,
	},
	...{ concurrency: 20, seconds: 1, longest: 1, wakeLane: 'item', email: 'a@b.example' },
	...{ modelId: 7, modelKey: 'emea' },
	fields: { mappingMode: 'defineBelow', value: { job_title: 'CTO' } },
};
/** Ways of saying what an operation works on. */
const VARIANTS = [
	{},
	{ which: 'filter' },
	{ leadsFrom: 'fields' },
	{ output: 'answer' },
	{ of: 'contact' },
	{ of: 'email' },
];

/** A sidecar that answers everything well. */
function sidecar({ body, path }: Sent) {
	const ids = body?.lead_ids ?? [];
	const sent = body?.leads ?? body?.events ?? (path === 'leads' ? [body] : []);
	const many = Array.isArray(sent) ? sent : [];
	return {
		body: {
			results: [
				...refs(...ids),
				...many.map((_: unknown, index: number) => ({ index, outcome: 'created', score: {} })),
			],
			...{ queued: ids.length > 0 ? ids : [A], next: null, asking: ids, round: 1, more: false },
			...{ leads: refs('l1'), requests: [], contact: { id: B }, woken: true, sent: 1 },
			...{ data: [{ id: A, lead_id: A, name: 'x', fields: {} }], job: { id: A, state: 'done' } },
			...{ training: true, conversions: 60, needed: 50 },
			...(path === 'scoring/predictions' && {
				data: [{ model_version: 'prediction@1', state: 'draft', report: { conversions: 60 } }],
			}),
			...{ lead_id: A, id: A, stage: 'queued', state: 'open', lane: 'bulk' },
			...{ kept_id: A, contact_id: B },
			...(path.startsWith('scoring/models') && {
				...{ id: 7, key: 'emea', model_version: 'emea@2', state: 'draft', definition: {} },
				...{ data: [{ id: 7, key: 'emea', model_version: 'emea@2', state: 'draft' }] },
				...{ leads: 2, of: 2, changed: 1, mean_change: 0.5, grades: [], rules: [] },
			}),
			...(path === 'leads/estimate' && {
				...{ leads: 2, asked: 1, settled: 1, refused: 0, ceiling: 0 },
				cost: { expected: 0.1, low: 0.05, high: 0.2 },
				sandbox_cost: { expected: 0, low: 0, high: 0 },
			}),
		} as IDataObject,
	};
}

interface Run {
	name: string;
	resource: string;
	operation: string;
	/** Whether one item can be wrong: the operation has parameters, or works on the leads of its items. */
	reads: boolean;
	run: (given?: Given, change?: (ctx: Context) => void) => Promise<any[][]>;
}

const everyOperation: Run[] = [new EnrichmentEngine(), new EnrichmentBatch()].flatMap((node) => {
	const { properties, name } = node.description;
	const shows = (show: any, resource: string, operation: string) =>
		show.resource[0] === resource && show.operation?.includes(operation);
	return properties
		.filter((menu) => menu.name === 'operation')
		.flatMap(({ options, displayOptions }) => {
			const resource = String(displayOptions!.show!.resource![0]);
			return (options as Array<{ value: string }>).map(
				({ value: operation }): Run => ({
					name: `${name} ${resource} ${operation}`,
					resource,
					operation,
					reads: properties.some(({ displayOptions }) =>
						shows(displayOptions?.show ?? { resource: [] }, resource, operation),
					),
					run: async (given = {}, change = () => {}) => {
						const ctx = context({
							items: ['l1', 'l2', 'l3'].map((lead_id) => ({
								...{ batch_id: 'b1', lead_id, lane: 'bulk', email: `${lead_id}@b.example` },
							})),
							file: 'Mail\n',
							continueOnFail: true,
							sidecar,
							...given,
							parameters: { ...parameters, ...given.parameters, resource, operation },
							credentials: {
								enrichmentSidecarApi: { baseUrl: 'http://sidecar.test' },
								enrichmentProvidersApi: {},
								enrichmentSourcesApi: { typeform: 'k' },
							},
						});
						change(ctx);
						return await node.execute.call(ctx);
					},
				}),
			);
		});
});

test('there are operations to test', () => {
	assert.ok(everyOperation.length > 50);
	assert.deepEqual(
		everyOperation
			.filter(({ reads }) => !reads)
			.map(({ name }) => name.split(' ').slice(1).join(' ')),
		[
			'lead followUp',
			'prediction getMany',
			'prediction train',
			'provider getMany',
			'scoringModel rescore',
			'job step',
			'run deliver',
			'run pullLeads',
			'run recordError',
		],
	);
});

const failures = (outputs: any[][]) => outputs.flat().filter(({ json }) => json.error);
const indices = (items: any[]) =>
	[...new Set(items.flatMap(({ pairedItem }) => pairedItem).map(({ item }: any) => item))].sort();

/** An expression that fails for the second item, which also lost the reference of its lead. */
function spoil(ctx: Context): void {
	const read = ctx.getNodeParameter.bind(ctx) as any;
	ctx.getNodeParameter = ((name: string, item: number, ...more: unknown[]) => {
		if (item === 1 && !['resource', 'operation'].includes(name)) throw new Error('No such field');
		return read(name, item, ...more);
	}) as any;
	const { batch_id, lead_id, ...rest } = ctx.getInputData()[1].json;
	ctx.getInputData()[1].json = rest;
}

for (const { name, resource, operation, reads, run } of everyOperation) {
	if (reads) {
		test(`${name}: one bad item fails by itself and leaves the others`, async () => {
			for (const variant of VARIANTS) {
				const outputs = await run({ parameters: variant }, spoil);
				const [failed, ...more] = failures(outputs);
				assert.deepEqual([failed.pairedItem, more], [{ item: 1 }, []]);
				assert.deepEqual(Object.keys(failed.json), ['error', 'details']);
				const good = outputs.flat().filter((item) => item !== failed);
				assert.ok(good.length > 0 && !indices(good).includes(1));
			}
			await assert.rejects(run({ continueOnFail: false }, spoil), { name: 'NodeOperationError' });
		});
	}

	test(`${name}: what fails is never handed on as if all had gone well`, async () => {
		const gone = (ctx: Context) => {
			ctx.getCredentials = async () => {
				throw new Error('The credential is gone');
			};
		};
		for (const outputs of [
			await run({ sidecar: () => problem(500, 'engine_error') }),
			await run({}, gone),
		]) {
			assert.deepEqual(indices(failures(outputs)), [0, 1, 2]);
			assert.equal(failures(outputs).length, outputs.flat().length);
		}
		await run({ sidecar: () => ({ body: {} }) }); // an answer that nobody expects
	});

	test(`${name}: every parameter that is an expression is read for every item`, async () => {
		for (const variant of VARIANTS) {
			const read = new Map<string, Set<number>>();
			await run({ parameters: variant }, (ctx) => {
				const parameters = new Proxy({}, { get: () => '={{ $json.it }}' });
				const node = { ...ctx.getNode(), parameters };
				ctx.getNode = () => node;
				const get = ctx.getNodeParameter.bind(ctx) as any;
				ctx.getNodeParameter = ((name: string, item: number, ...more: unknown[]) => {
					read.set(name, (read.get(name) ?? new Set()).add(item));
					return get(name, item, ...more);
				}) as any;
			});
			read.delete('resource');
			read.delete('operation');
			for (const [parameter, items] of read) assert.equal(items.size, 3, parameter);
		}
	});

	if (!name.startsWith('enrichmentEngine ')) continue; // a batch step answers the items that came in
	test(`${name}: what it answers is what its schema says`, async () => {
		const path = `../dist/nodes/EnrichmentEngine/__schema__/v1.0.0/${resource}/${operation}.json`;
		const { properties } = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
		const variants = VARIANTS.filter((variant) => !('output' in variant)); // answers as the API does
		for (const variant of variants) {
			for (const { json } of (await run({ parameters: variant })).flat()) {
				const known = Object.entries(json).filter(([field]) => field in properties);
				assert.ok(known.length > 0);
				for (const [field, value] of known) {
					if (value === null || value === undefined) continue;
					const type = Array.isArray(value) ? 'array' : typeof value;
					assert.equal(type, properties[field].type, field);
				}
			}
		}
	});
}

test('every parameter can be an expression, so that items or a model may fill it in', () => {
	for (const node of [new EnrichmentEngine(), new EnrichmentBatch()]) {
		const closed = node.description.properties.filter(
			({ name, noDataExpression }) =>
				noDataExpression && !['resource', 'operation', 'fields'].includes(name),
		);
		assert.deepEqual(closed, []);
	}
});
