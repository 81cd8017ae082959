import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';

const root = new URL('..', import.meta.url);
const read = (path: string) => JSON.parse(readFileSync(new URL(path, root), 'utf8'));
const { n8n, name } = read('package.json');
const load = createRequire(import.meta.url);
const nodes = n8n.nodes.map((path: string) => {
	const type = path.match(/(\w+)\.node\.js$/)![1];
	return { path, type, description: new (load(`../${path}`)[type])().description };
});

test('every node has help on every parameter, icons and a codex entry of its own name', () => {
	for (const { path, description } of nodes) {
		for (const icon of Object.values(description.icon) as string[]) {
			assert.ok(existsSync(new URL(icon.slice('file:'.length), new URL(path, root))), icon);
		}
		assert.equal(read(path.replace('.js', '.json')).node, `${name}.${description.name}`);
		for (const { name, type, description: help, options } of description.properties) {
			if (type === 'notice' || name === 'resource' || name === 'operation') continue;
			assert.ok(help, `${description.name}.${name} has no help`);
			assert.ok(options === undefined || options.length > 0);
		}
	}
});

test('outputs are expressions that name the ends of each operation', () => {
	const outputs = (type: string, parameters: object) => {
		const { outputs } = nodes.find((node: any) => node.type === type).description;
		const source = outputs.replace(/^=\{\{/, '').replace(/\}\}$/, '');
		return new Function('$parameter', `return ${source}`)(parameters).map(
			(o: any) => o.displayName,
		);
	};
	assert.deepEqual(outputs('Lead', { operation: 'save' }), ['Saved', 'Rejected']);
	assert.deepEqual(outputs('Lead', { operation: 'get' }), [undefined]);
	assert.deepEqual(outputs('EnrichmentBatch', { resource: 'batch', operation: 'plan' }), ['To Ask', 'Settled']);
	for (const [resource, operation] of [
		['batch', 'complete'],
		['job', 'step'],
		['duplicate', 'find'],
	]) {
		assert.deepEqual(outputs('EnrichmentBatch', { resource, operation }), ['More', 'Done']);
	}
	assert.deepEqual(outputs('EnrichmentBatch', { resource: 'run', operation: 'wake' }), [undefined]);
});

test('the steps of a run are no tools of language models; only asking needs the keys', () => {
	const { usableAsTool, credentials } = nodes.find(
		({ type }: any) => type === 'EnrichmentBatch',
	).description;
	assert.equal(usableAsTool, undefined);
	assert.deepEqual(
		credentials.map(({ name, displayOptions }: any) => [name, displayOptions?.show]),
		[
			['enrichmentSidecarApi', undefined],
			['enrichmentProvidersApi', { resource: ['batch'], operation: ['ask'] }],
		],
	);
});

test('the lock file names no registry', () => {
	assert.ok(!readFileSync(new URL('package-lock.json', root), 'utf8').includes('"resolved"'));
});
