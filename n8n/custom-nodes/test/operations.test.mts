import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
	appendFileSync,
	cpSync,
	mkdtempSync,
	readdirSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { context, json } from './context.mts';

const root = fileURLToPath(new URL('..', import.meta.url));
const load = createRequire(import.meta.url);

const FORGET = `import type { Operation } from '../../../../shared/operations';

export const forget: Operation = {
	name: 'Forget',
	action: 'Forget a run',
	description: 'Added by a test',
	properties: [
		{ displayName: 'Run', name: 'runId', type: 'string', default: '', description: 'Which run' },
	],
	outputs: ['Forgotten', 'Unknown'],

	async execute(context) {
		return [[{ json: { forgotten: context.getNodeParameter('runId', 0) as string } }], []];
	},
};
`;

test('an operation is one file and its line in the index of its folder', async (t) => {
	const copy = mkdtempSync(join(tmpdir(), 'nodes-'));
	t.after(() => rmSync(copy, { recursive: true }));
	for (const part of ['credentials', 'nodes', 'shared', 'package.json', 'tsconfig.json']) {
		cpSync(join(root, part), join(copy, part), { recursive: true });
	}
	symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
	const folder = join(copy, 'nodes/EnrichmentBatch/actions/run');
	writeFileSync(join(folder, 'forget.ts'), FORGET);
	appendFileSync(join(folder, 'index.ts'), "export { forget } from './forget';\n");
	const tsc = join(root, 'node_modules/typescript/bin/tsc');
	execFileSync(process.execPath, [tsc, '--noCheck'], { cwd: copy });

	const { EnrichmentBatch } = load(
		join(copy, 'dist/nodes/EnrichmentBatch/EnrichmentBatch.node.js'),
	);
	const node = new EnrichmentBatch();
	const { properties, outputs } = node.description;
	const of = (name: string) =>
		properties.find((p: any) => p.name === name && p.displayOptions?.show.resource[0] === 'run');
	assert.deepEqual(
		of('operation').options.map(({ value }: any) => value),
		['deliver', 'forget', 'pullLeads', 'recordError', 'wake'],
	);
	assert.deepEqual(of('runId').displayOptions.show, { resource: ['run'], operation: ['forget'] });
	assert.match(outputs, /"run:forget":\[.*"Forgotten".*"Unknown"/);
	const parameters = { resource: 'run', operation: 'forget', runId: '7' };
	const [items] = await node.execute.call(context({ parameters }));
	assert.deepEqual(json(items), [{ forgotten: '7' }]);
});

test('no file of operations is missing in the index beside it, and each has its own name', () => {
	const files = readdirSync(join(root, 'nodes'), { recursive: true, encoding: 'utf8' });
	const operations = files.filter((file) => /actions\/.*\.ts$/.test(file));
	assert.ok(operations.length > 20);
	for (const folder of new Set(operations.map(dirname))) {
		const names = readdirSync(join(root, 'nodes', folder), { withFileTypes: true })
			.filter((entry) => entry.isFile() && entry.name !== 'index.ts')
			.map(({ name }) => basename(name, '.ts'));
		const built = load(join(root, 'dist/nodes', folder, 'index.js'));
		assert.deepEqual(Object.keys(built).sort(), names.sort(), folder);
	}
});
