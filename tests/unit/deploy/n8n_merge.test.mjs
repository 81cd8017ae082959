import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { beside, decide, digest, mergeFields, workflowDigest } from '../../../deploy/n8n_merge.mjs';

const workflow = {
	id: 'leadForm00000001', name: 'Lead form', active: true, settings: { executionOrder: 'v1' },
	nodes: [
		{ id: '1', name: 'Form', type: 'form', typeVersion: 1, position: [0, 16], parameters: { a: 1, b: 2 } },
		{ id: '2', name: 'Save', type: 'save', typeVersion: 1, position: [240, 16], parameters: {},
			credentials: { api: { id: 'one', name: 'One' } } },
	],
	connections: { Form: { main: [[{ node: 'Save', type: 'main', index: 0 }]] } },
};
const edited = (change) => {
	const copy = structuredClone(workflow);
	change(copy);
	return workflowDigest(copy);
};

describe('what counts as an edit', () => {
	const edits = {
		'a name': (w) => { w.name = 'Our form'; },
		'a description': (w) => { w.description = 'Ours'; },
		'a setting': (w) => { w.settings.timezone = 'Europe/Berlin'; },
		'a position': (w) => { w.nodes[0].position = [0, 32]; },
		'a parameter': (w) => { w.nodes[0].parameters.a = 2; },
		'a step': (w) => { w.nodes.pop(); },
		'a step switched off': (w) => { w.nodes[1].disabled = true; },
		'another credential': (w) => { w.nodes[1].credentials.api.id = 'two'; },
		'a connection': (w) => { w.connections.Save = { main: [[], [{ node: 'Form', type: 'main', index: 0 }]] }; },
	};
	for (const [what, change] of Object.entries(edits)) {
		test(what, () => assert.notEqual(edited(change), workflowDigest(workflow)));
	}

	const noise = {
		'versions, times and owners': (w) => Object.assign(w, {
			versionId: 'x', versionCounter: 3, updatedAt: 'now', shared: [{}], active: false, meta: {},
			staticData: {}, tags: [{ id: '1', name: 'ours' }], description: '', nodeGroups: [],
		}),
		'the order of steps and keys': (w) => {
			w.nodes.reverse();
			w.nodes[1].parameters = { b: 2, a: 1 };
		},
		'ids of steps': (w) => Object.assign(w.nodes[0], { id: '9', webhookId: '9', disabled: false, notes: '' }),
		'steps that were pasted elsewhere': (w) => {
			for (const node of w.nodes) {
				node.id = `pasted ${node.id}`;
				node.position = [node.position[0] - 304, node.position[1] + 1_008];
			}
		},
		'the name of a credential': (w) => { w.nodes[1].credentials.api.name = 'Two'; },
		'outputs that lead nowhere': (w) => {
			w.connections.Form.main.push([], null);
			w.connections.Save = { main: [[]] };
		},
	};
	for (const [what, change] of Object.entries(noise)) {
		test(`not ${what}`, () => assert.equal(edited(change), workflowDigest(workflow)));
	}
});

describe('decide', () => {
	const cases = [
		['nobody changed', 'A', 'A', 'A', 'keep'],
		['only they changed', 'A', 'B', 'A', 'keep'],
		['only the release changed', 'A', 'A', 'C', 'take'],
		['both changed', 'A', 'B', 'C', 'beside'],
		['both changed alike', 'A', 'C', 'C', 'keep'],
		['never deployed', undefined, undefined, 'C', 'take'],
		['never deployed, but there', undefined, 'B', 'C', 'beside'],
		['they deleted it', 'A', undefined, 'C', 'gone'],
		['they deleted it, the release is the same', 'A', undefined, 'A', 'keep'],
	];
	for (const [what, deployed, live, shipped, expected] of cases) {
		test(what, () => assert.equal(
			decide(deployed, live && { digest: live, archived: false }, shipped), expected));
	}
	test('they archived it', () => {
		assert.equal(decide('A', { digest: 'A', archived: true }, 'C'), 'gone');
		assert.equal(decide(undefined, { digest: 'A', archived: true }, 'C'), 'gone');
	});
});

test('the one beside is unpublished, named with its version, and the same each time', () => {
	const copy = beside(workflow, '1.3');
	assert.deepEqual([copy.name, copy.active], ['Lead form (new in 1.3)', false]);
	assert.match(copy.id, /^[0-9a-f]{16}$/);
	assert.equal(copy.id, beside(workflow, '1.4').id);
	assert.notEqual(copy.id, beside({ ...workflow, settings: {} }, '1.3').id);
});

describe('fields of a credential', () => {
	const fields = (wrote, live, ours) => {
		const merged = mergeFields(
			Object.fromEntries(Object.entries(wrote).map(([field, value]) => [field, digest(value)])), live, ours);
		return { ...merged.data, kept: merged.kept, left: merged.left };
	};
	const none = { kept: [], left: [] };
	test('a new credential is written as it is', () => {
		assert.deepEqual(fields({}, undefined, { hunter: '', url: 'u' }), { hunter: '', url: 'u', ...none });
	});
	test('a deleted one whose secret changed comes back whole', () => {
		assert.deepEqual(fields({ a: '1', b: '2' }, undefined, { a: '1', b: '3' }), { a: '1', b: '3', ...none });
	});
	test('our change is taken where the old one was ours', () => {
		assert.deepEqual(fields({ a: '1', b: '' }, { a: '1', b: '' }, { a: '2', b: '3' }), { a: '2', b: '3', ...none });
	});
	test('a key of theirs is kept when another of ours changed', () => {
		assert.deepEqual(fields({ a: '', b: '' }, { a: 'theirs', b: '' }, { a: '', b: '3' }),
			{ a: 'theirs', b: '3', ...none });
	});
	test('a key of theirs is kept when ours changed too, and that is told', () => {
		assert.deepEqual(fields({ a: '1' }, { a: 'theirs', more: 'x' }, { a: '2' }),
			{ a: 'theirs', more: 'x', kept: ['a'], left: [] });
	});
	test('nothing is blanked: a key that is no longer set stays, and that is told', () => {
		assert.deepEqual(fields({ a: '1' }, { a: '1' }, { a: '' }), { a: '1', kept: [], left: ['a'] });
		assert.deepEqual(fields({ a: '1' }, { a: 'theirs' }, { a: '' }), { a: 'theirs', ...none });
	});
	test('a key that went away and came back is still ours', () => {
		const away = mergeFields({ a: digest('1') }, { a: '1' }, { a: '' });
		assert.equal(mergeFields(away.wrote, away.data, { a: '2' }).data.a, '2');
	});
});
