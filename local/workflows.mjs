// Workflows as n8n's editor saves them: parameters that equal the default, or that are not shown, are left
// out, and a step that can be called from outside has a webhookId. Reads and writes a JSON list.
//   NODE_PATH=TREE/node_modules node workflows.mjs TREE BUILT
// TREE is an installed n8n, BUILT the built package of our nodes.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const [tree, built] = process.argv.slice(2);
const require = createRequire(`${tree}/package.json`);
const { NodeHelpers } = require('n8n-workflow');

const ours = require(`${built}/package.json`);
const descriptions = [
	...require('n8n-nodes-base/dist/types/nodes.json').map((one) => [`n8n-nodes-base.${one.name}`, one]),
	...ours.n8n.nodes.flatMap((path) => Object.values(require(`${built}/${path}`)))
		.map((Node) => new Node().description).map((one) => [`${ours.name}.${one.name}`, one]),
];

const workflows = JSON.parse(readFileSync(0, 'utf8'));
for (const node of workflows.flatMap(({ nodes }) => nodes)) {
	const [, description] = descriptions.find(
		([type, { version }]) => type === node.type && [version].flat().includes(node.typeVersion)) ?? [];
	if (!description) continue;
	node.parameters = NodeHelpers.getNodeParameters(
		description.properties, node.parameters, false, false, node, description) ?? {};
	if (description.webhooks?.length) node.webhookId ??= uuid(node.id);
}
process.stdout.write(JSON.stringify(workflows));

/** A UUID that is always the same for this text. */
function uuid(text) {
	const hex = createHash('sha256').update(text).digest('hex');
	return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*/, '$1-$2-4$3-8$4-$5');
}
