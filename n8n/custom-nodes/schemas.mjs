// Writes what items of each operation hold to where n8n looks for it:
// dist/nodes/<Node>/__schema__/v1.0.0/<resource>/<operation>.json, from the `answer` of the operation.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const load = createRequire(import.meta.url);

for (const node of readdirSync('dist/nodes')) {
	const actions = `dist/nodes/${node}/actions`;
	const resources = existsSync(actions) ? readdirSync(actions, { withFileTypes: true }) : [];
	for (const { name } of resources.filter((entry) => entry.isDirectory())) {
		const folder = `dist/nodes/${node}/__schema__/v1.0.0/${name}`;
		for (const [operation, { answer }] of Object.entries(load(`./${actions}/${name}/index.js`))) {
			if (!answer) continue;
			const properties = Object.fromEntries(
				Object.entries(answer).map(([field, type]) => [field, { type }]),
			);
			mkdirSync(folder, { recursive: true });
			const schema = { type: 'object', properties, version: 1 };
			writeFileSync(`${folder}/${operation}.json`, JSON.stringify(schema, null, 2));
		}
	}
}
