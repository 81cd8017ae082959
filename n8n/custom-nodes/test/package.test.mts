import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = new URL('..', import.meta.url);
const text = (path: string) => readFileSync(new URL(path, root), 'utf8');
const read = (path: string) => JSON.parse(text(path));
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
	assert.deepEqual(outputs('EnrichmentEngine', { resource: 'lead', operation: 'upsert' }), [
		'Saved',
		'Rejected',
	]);
	assert.deepEqual(outputs('EnrichmentEngine', { resource: 'lead', operation: 'get' }), [
		undefined,
	]);
	assert.deepEqual(outputs('EnrichmentBatch', { resource: 'batch', operation: 'plan' }), [
		'To Ask',
		'Settled',
	]);
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
			['enrichmentSourcesApi', { resource: ['run'], operation: ['pullLeads'] }],
		],
	);
});

test('the package is linted as strictly as n8n does, but for what README.md names', () => {
	const template = 'node_modules/@n8n/node-cli/dist/template/templates/shared/default/';
	assert.equal(text('eslint.config.mjs'), text(`${template}eslint.config.mjs`));
	const { n8n, scripts } = read('package.json');
	assert.equal(n8n.strict, true);
	assert.deepEqual(
		[...scripts.lint.matchAll(/--rule "(.*?): off"/g)].map(([, rule]) => rule),
		[
			'n8n-nodes-base/community-package-json-license-not-default',
			'n8n-nodes-base/cred-class-field-documentation-url-missing',
			'@n8n/community-nodes/require-homepage',
			'@n8n/community-nodes/valid-author',
		],
	);
});

test('the operations in README.md and the page of the nodes are those of the built nodes', async () => {
	const { PAGE, readme, page } = await import(new URL('document.mjs', root).href);
	const remedy = 'npm run document writes it';
	assert.equal(text('README.md'), readme(text('README.md')), remedy);
	assert.equal(readFileSync(PAGE, 'utf8'), page(), remedy);
});

test('every link to the documentation leads to a section of the page; without a page there is none', () => {
	const page = readFileSync(new URL('../../nginx/html/docs/nodes.html', root), 'utf8');
	const urls = (place: string) => {
		const env = { ...process.env, PLACE: place };
		const script = `
			const { n8n } = require('./package.json');
			require('./dist/shared/documentation.json').url = process.env.PLACE;
			const made = (path) => new (Object.values(require('./' + path))[0])();
			const urls = [...n8n.nodes.map((path) => made(path).description), ...n8n.credentials.map(made)];
			console.log(JSON.stringify(urls.map(({ documentationUrl }) => documentationUrl ?? null)));`;
		const told = execFileSync(process.execPath, ['-e', script], { cwd: fileURLToPath(root), env });
		return JSON.parse(told.toString()) as string[];
	};
	assert.ok(urls('').every((url) => url === null));
	for (const url of urls('https://product.test/docs/nodes.html')) {
		const [place, section] = url.split('#');
		assert.equal(place, 'https://product.test/docs/nodes.html');
		assert.ok(page.includes(`<section id="${section}">`), url);
	}
});

test('every link in README.md leads somewhere, and its example is of nodes that exist', () => {
	const readme = text('README.md');
	const headings = [...readme.matchAll(/^## (.*)$/gm)].map(([, title]) =>
		title.toLowerCase().replaceAll(' ', '-'),
	);
	const outside = /^https:\/\/(docs\.)?n8n\.io\//;
	for (const [, target] of readme.matchAll(/\]\((.*?)\)/g)) {
		const found = target.startsWith('#')
			? headings.includes(target.slice(1))
			: outside.test(target) || existsSync(new URL(target, root));
		assert.ok(found, target);
	}
	const example = JSON.parse(readme.match(/```json\n(.*?)```/s)![1]);
	const ours = nodes.map(({ description }: any) => `${name}.${description.name}`);
	for (const { type } of example.nodes) {
		assert.ok(type.startsWith('n8n-nodes-base.') || ours.includes(type), type);
	}
});

test('what npm packs installs into an empty folder, and all that it declares loads', (t) => {
	const npm = process.env.npm_execpath;
	assert.ok(npm, 'run by npm test');
	const folder = mkdtempSync(join(tmpdir(), 'packed-'));
	t.after(() => rmSync(folder, { recursive: true }));
	const run = (args: string[], cwd: string) =>
		execFileSync(process.execPath, args, {
			cwd,
			encoding: 'utf8',
			stdio: ['ignore', 'pipe', 'pipe'],
		});
	const packed = run([npm, 'pack', '--json', '--pack-destination', folder], fileURLToPath(root));
	const [{ filename, files }] = JSON.parse(packed);
	const paths = files.map(({ path }: any) => path);
	for (const needed of ['LICENSE', 'README.md', 'package.json', ...n8n.nodes, ...n8n.credentials]) {
		assert.ok(paths.includes(needed), needed);
	}
	assert.ok(
		paths.every((path: string) => /^(dist\/|LICENSE$|README\.md$|package\.json$)/.test(path)),
	);
	writeFileSync(join(folder, 'package.json'), '{}');
	// n8n brings n8n-workflow with it, the package's one peer.
	run(
		[npm, 'install', '--offline', '--legacy-peer-deps', '--no-audit', '--no-fund', filename],
		folder,
	);
	symlinkSync(
		fileURLToPath(new URL('node_modules/n8n-workflow', root)),
		join(folder, 'node_modules/n8n-workflow'),
	);
	const script = `
		const { n8n } = require('${name}/package.json');
		for (const path of [...n8n.nodes, ...n8n.credentials]) {
			const made = new (Object.values(require('${name}/' + path))[0])();
			console.log(made.description?.name ?? made.name);
		}`;
	const loaded = run(['-e', script], folder).trim().split('\n');
	assert.equal(loaded.length, n8n.nodes.length + n8n.credentials.length);
	assert.ok(loaded.includes('enrichmentBatch') && loaded.includes('enrichmentSidecarApi'));
});

test('the licence in the package is that of the project', () => {
	assert.equal(text('LICENSE'), text('../../LICENSE'));
});

test('the lock file names no registry', () => {
	assert.ok(!readFileSync(new URL('package-lock.json', root), 'utf8').includes('"resolved"'));
});
