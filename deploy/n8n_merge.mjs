// What a deployment may change in n8n, where people edit too. Pure: no file, no n8n.
import { createHash } from 'node:crypto';

/** A hash that is the same for the same JSON value, whatever the order of its keys. */
export function digest(value) {
	return createHash('sha256').update(JSON.stringify(value, sorted) ?? '').digest('hex');
}

/**
 * The digest of what people edit in a workflow. Left out is what n8n counts, stamps and gives anew when
 * steps are pasted (versions, times, owners, ids of steps, where the whole of them lies on the canvas), and
 * tags, which an import only adds.
 */
export function workflowDigest({ name, description, settings, nodes, connections, nodeGroups }) {
	const [left, top] = [0, 1].map((axis) => Math.min(...nodes.map(({ position }) => position[axis])));
	const steps = nodes.map(({ id, webhookId, credentials, position: [x, y], ...step }) => ({
		...Object.fromEntries(Object.entries(step).filter(([, value]) => value !== false && value !== '')),
		position: [x - left, y - top],
		credentials: Object.fromEntries(
			Object.entries(credentials ?? {}).map(([type, { id }]) => [type, id])),
	}));
	return digest({
		name, description: description || null, settings, nodeGroups: nodeGroups?.length ? nodeGroups : null,
		nodes: steps.sort((one, other) => (one.name < other.name ? -1 : 1)),
		connections: Object.entries(connections)
			.flatMap(([step, outputs]) => Object.entries(outputs).map(([type, ports]) => [step, type, used(ports)]))
			.filter(([, , ports]) => ports.length).sort(),
	});
}

/**
 * What becomes of a workflow, merged three ways: `deployed` is the digest of what the last deployment
 * brought (undefined: none), `live` is what n8n has now ({ digest, archived }, undefined: nothing),
 * `shipped` the digest of what this one brings.
 *   take      only the release changed: it is imported
 *   keep      only they changed, or nobody did: nothing is done
 *   beside    both changed: theirs is kept, the release's is imported beside it
 *   gone      they deleted or archived it: so it stays
 */
export function decide(deployed, live, shipped) {
	if (shipped === deployed || shipped === live?.digest) return 'keep';
	if (live === undefined && deployed === undefined) return 'take';
	if (live === undefined || live.archived) return 'gone';
	return live.digest === deployed ? 'take' : 'beside';
}

/** The workflow as it is imported beside one that was changed: another id, a name that says why. */
export function beside(workflow, version) {
	const id = digest([workflow.id, workflowDigest(workflow)]).slice(0, 16);
	return { ...workflow, id, name: `${workflow.name} (new in ${version})`, active: false };
}

/**
 * A credential's fields, merged three ways: `wrote` has the digests of what deployments wrote last, by
 * field; `live` what n8n has (undefined: no such credential), `ours` what this deployment would write.
 * Only a field that is empty or still as deployed is written, and never with nothing.
 * @returns {{ data, wrote, kept: string[], left: string[] }} `kept` are fields where both changed, `left`
 * those that we no longer set
 */
export function mergeFields(wrote = {}, live, ours) {
	const merged = { data: { ...ours, ...live }, wrote: { ...wrote }, kept: [], left: [] };
	for (const [field, value] of Object.entries(ours)) {
		const theirs = live?.[field] ?? '';
		const untouched = theirs === '' || theirs === value || digest(theirs) === wrote[field];
		if (digest(value) === wrote[field] && live) continue;
		if (value === '' && theirs !== '') {
			if (untouched) merged.left.push(field);
		} else if (untouched) {
			merged.data[field] = value;
			merged.wrote[field] = digest(value);
		} else {
			merged.kept.push(field);
		}
	}
	return merged;
}

/** Replacer of JSON.stringify: keys in order, what is empty left out. */
function sorted(key, value) {
	if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
	return Object.fromEntries(Object.entries(value)
		.filter(([, held]) => held !== null && !(typeof held === 'object' && !Object.keys(held).length))
		.sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** The outputs of a step up to the last that leads somewhere. */
function used(ports) {
	const last = ports.findLastIndex((targets) => targets?.length);
	return ports.slice(0, last + 1).map((targets) => targets ?? []);
}
