// Writes what is made from the built nodes: the operations in README.md and the page that the edge serves.
//   node document.mjs          (npm run document)
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const built = ({ nodes, credentials }) =>
	[nodes, credentials].map((paths) =>
		paths.map((path) => new (Object.values(require(`./${path}`))[0])()),
	);
const [nodes, credentials] = built(require('./package.json').n8n);

export const README = new URL('README.md', import.meta.url);
export const PAGE = new URL('../../nginx/html/docs/nodes.html', import.meta.url);
const [BEGIN, END] = ['<!-- operations -->\n', '<!-- /operations -->'];

/** [{resource, name, description, parameters}] of a node, in the order of its menus. */
function operationsOf({ description: { properties } }) {
	const resources = properties.find(({ name }) => name === 'resource')?.options ?? [{}];
	return resources.flatMap(({ name: resource, value }) => {
		const shown = ({ displayOptions: { show } = {} }, operation) =>
			(value === undefined || (show?.resource ?? [value]).includes(value)) &&
			(operation === undefined || show?.operation?.includes(operation));
		const menu = properties.find((one) => one.name === 'operation' && shown(one));
		return (menu?.options ?? []).map((operation) => ({
			resource,
			...operation,
			parameters: properties.filter(
				(one) => one.type !== 'notice' && one.name !== 'operation' && shown(one, operation.value),
			),
		}));
	});
}

/** The README with the operations as they are. */
export function readme(text) {
	const tables = nodes.map((node) => {
		const rows = operationsOf(node).map(
			({ resource, name, description }) =>
				`| ${[resource, name].filter(Boolean).join(': ')} | ${description} |`,
		);
		const { displayName, description } = node.description;
		return [
			`### ${displayName}`,
			'',
			`${description}.`,
			'',
			...(rows.length ? ['| operation | does |', '| --- | --- |', ...rows, ''] : []),
		].join('\n');
	});
	const [before, rest] = text.split(BEGIN);
	return `${before}${BEGIN}\n${tables.join('\n')}\n${END}${rest.split(END)[1]}`;
}

const escape = (text = '') => String(text).replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
const parameters = (fields) =>
	fields.length === 0
		? ''
		: `
<table><tr><th>Parameter</th><th></th></tr>${fields
				.map(
					({ displayName, description }) => `
<tr><td>${escape(displayName)}</td><td>${escape(description)}</td></tr>`,
				)
				.join('')}</table>`;

/** The page about all nodes and credentials; a section's id is the name of its node or credential. */
export function page() {
	const section = (id, title, about, body) =>
		`<section id="${id}"><h2>${escape(title)}</h2>\n<p>${escape(about)}</p>${body}\n</section>`;
	const sections = [
		...nodes.map((node) => {
			const { name, displayName, description, properties } = node.description;
			const operations = operationsOf(node);
			return section(
				name,
				displayName,
				`${description}.`,
				operations.length === 0
					? parameters(properties.filter(({ type }) => type !== 'notice'))
					: operations
							.map(
								(operation) => `
<details><summary>${escape([operation.resource, operation.name].filter(Boolean).join(': '))}
<span>${escape(operation.description)}</span></summary>${parameters(operation.parameters)}</details>`,
							)
							.join(''),
			);
		}),
		...credentials.map(({ name, displayName, properties }) =>
			section(
				name,
				displayName,
				'A credential.',
				parameters(properties.filter(({ type }) => type !== 'hidden')),
			),
		),
	];
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>n8n nodes · Customer Data Enrichment Engine</title>
<link rel="icon" href="/icon.svg">
<link rel="stylesheet" href="/api/docs.css">
</head>
<body>
<header><h1>Customer Data Enrichment Engine: n8n nodes</h1>
<p>What each step does, and what it asks for. The API that they call is described <a href="/api/docs">here</a>.</p></header>
<main>
${sections.join('\n')}
</main>
</body>
</html>
`;
}

if (import.meta.main) {
	writeFileSync(README, readme(readFileSync(README, 'utf8')));
	writeFileSync(PAGE, page());
}
