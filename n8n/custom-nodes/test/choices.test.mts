// What nodes write out, because they need it without asking the sidecar, is what its API takes.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { INodeProperties } from 'n8n-workflow';
import { letGo } from '../dist/nodes/EnrichmentBatch/actions/batch/letGo.js';
import { wake } from '../dist/nodes/EnrichmentBatch/actions/run/wake.js';
import { filters } from '../dist/nodes/EnrichmentEngine/filters.js';
import { LANES } from '../dist/shared/lanes.js';
import { parameter } from '../dist/shared/parameter.js';
import { context } from './context.mts';

const api = JSON.parse(
	readFileSync(new URL('../../../docs/openapi.json', import.meta.url), 'utf8'),
);
const choices = (schema: string, name: string): string[] =>
	api.components.schemas[schema].properties[name].enum.filter(Boolean);
const values = (options: INodeProperties['options'] = []) =>
	options.map((option) => ('value' in option ? option.value : option.name)).sort();

test('the filters of leads are those of the list of leads', () => {
	const asked = api.paths['/v1/leads'].get.parameters.map(({ name }: { name: string }) => name);
	const others = new Set(['limit', 'cursor', 'sort', 'fields']);
	assert.deepEqual(
		values(filters.options),
		asked.filter((name: string) => !others.has(name)).sort(),
	);
});

test('the lanes', () => {
	assert.deepEqual(values(LANES), choices('ClaimRequest', 'lane').sort());
	const told = wake.properties!.find(({ name }) => name === 'wakeLane')!.options;
	assert.deepEqual(
		values(told).filter((lane) => lane !== 'item'),
		choices('WakeRequest', 'lane').sort(),
	);
});

test('as what leads are let go', () => {
	const how = letGo.properties!.find(({ name }) => name === 'how')!.options;
	assert.deepEqual(values(how), choices('LetGoRequest', 'as').sort());
});

test('a parameter is read for each item where it is an expression, else once', () => {
	let read = 0;
	const given = context({ parameters: { said: (item: number) => item, fixed: 7 } });
	const { getNodeParameter } = given;
	given.getNodeParameter = ((...of: [string, number]) => {
		read++;
		return getNodeParameter(...of);
	}) as typeof getNodeParameter;
	assert.deepEqual([0, 1, 2].map(parameter(given, 'said')), [0, 1, 2]);
	assert.deepEqual([0, 1, 2].map(parameter(given, 'fixed')), [7, 7, 7]);
	assert.equal(read, 4);
});
