// Brings credentials and workflows into n8n and publishes them. What operations people changed in the
// editor is never overwritten: n8n_merge.mjs decides, from what was deployed last, what n8n has now and
// what this release ships. What was deployed last stands in n8n's database, so that one that is new, or
// comes from a backup, tells of itself. Where none of ours changed since, n8n is not even asked.
//   node n8n.mjs --n8n PROGRAM --pg FOLDER --workflows FOLDER --secrets FOLDER --sidecar URL
//     --version VERSION [--restore]
// PROGRAM is n8n's command, which may be a script; FOLDER of --pg is n8n's own driver of Postgres.
// The folder of secrets holds client_n8n_secret, provider_keys.json (provider name to key), sandbox_url,
// webhook_token and wake_token; n8n's database is told by n8n's own settings. With --restore, workflows
// that were deleted in n8n come back. Each line of the output is a sentence for people.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';
import { beside, decide, digest, mergeFields, workflowDigest } from './n8n_merge.mjs';

process.umask(0o077); // n8n writes decrypted credentials below
const text = { type: 'string' };
const { values: given } = parseArgs({
	options: {
		n8n: text, pg: text, workflows: text, secrets: text, sidecar: text, version: text,
		restore: { type: 'boolean' },
	},
});

const secret = (name) => readFileSync(`${given.secrets}/${name}`, 'utf8').trim();
const header = (id, name, header, value) => ({
	id, name, type: 'httpHeaderAuth', data: { name: header, value },
});
const credentials = [
	{
		id: 'sidecarCred00001', name: 'Sidecar', type: 'enrichmentSidecarApi',
		data: {
			baseUrl: given.sidecar, clientId: 'n8n', clientSecret: secret('client_n8n_secret'),
		},
	},
	{
		id: 'providersCred0001', name: 'Enrichment providers', type: 'enrichmentProvidersApi',
		data: { ...JSON.parse(secret('provider_keys.json')), sandboxUrl: secret('sandbox_url') },
	},
	{ id: 'sourcesCred00001', name: 'Lead sources', type: 'enrichmentSourcesApi', data: {} },
	{
		id: 'intakePassword01', name: 'Lead intake password', type: 'httpBasicAuth',
		data: { user: 'intake', password: secret('webhook_token') },
	},
	header('intakeHeader0001', 'Lead intake header', 'X-Intake-Token', secret('webhook_token')),
	header('wakeHeader000001', 'Wake header', 'X-Wake-Token', secret('wake_token')),
];
const workflows = readdirSync(given.workflows).filter((name) => name.endsWith('.json')).sort()
	.map((name) => JSON.parse(readFileSync(`${given.workflows}/${name}`, 'utf8')));

const database = await connected();
const stamps = await readStamps();
const changed = {
	credentials: credentials.filter(({ id, data }) => stamps.get(id)?.ours !== digest(data)),
	workflows: workflows.filter((workflow) => stamps.get(workflow.id) !== workflowDigest(workflow)),
};
if (given.restore) changed.workflows = workflows;
if (!changed.credentials.length && !changed.workflows.length) {
	console.log('The workflows are already deployed.');
} else {
	const folder = mkdtempSync(`${tmpdir()}/n8n-`);
	try {
		if (changed.credentials.length) deployCredentials(folder);
		if (changed.workflows.length) deployWorkflows(folder);
	} finally {
		rmSync(folder, { recursive: true });
	}
	await writeStamps();
}
await database.end();

/** n8n's database, reached by n8n's own driver. */
async function connected() {
	const { Client } = createRequire(import.meta.url)(given.pg);
	const setting = (name, file = process.env[`${name}_FILE`]) =>
		(file ? readFileSync(file, 'utf8').trim() : process.env[name]);
	const client = new Client({
		host: setting('DB_POSTGRESDB_HOST'),
		port: Number(setting('DB_POSTGRESDB_PORT') ?? 5432),
		database: setting('DB_POSTGRESDB_DATABASE'),
		user: setting('DB_POSTGRESDB_USER'),
		password: setting('DB_POSTGRESDB_PASSWORD'),
		ssl: setting('DB_POSTGRESDB_SSL_ENABLED') === 'true' && { ca: setting('DB_POSTGRESDB_SSL_CA') },
	});
	await client.connect();
	return client;
}

/** What was deployed last, by id: a workflow's digest, a credential's { ours, wrote: {field: digest} }. */
async function readStamps() {
	await database.query('CREATE SCHEMA IF NOT EXISTS deployment');
	await database.query(
		'CREATE TABLE IF NOT EXISTS deployment.stamps (id text PRIMARY KEY, stamp jsonb NOT NULL)');
	const { rows } = await database.query('SELECT id, stamp FROM deployment.stamps');
	return new Map(rows.map(({ id, stamp }) => [id, stamp]));
}

async function writeStamps() {
	await database.query(
		`INSERT INTO deployment.stamps SELECT id, stamp FROM jsonb_each($1) AS given(id, stamp)
			ON CONFLICT (id) DO UPDATE SET stamp = excluded.stamp`,
		[JSON.stringify(Object.fromEntries(stamps))]);
}

function deployCredentials(folder) {
	const live = exported(folder, 'credentials', '--decrypted');
	const imports = [];
	for (const credential of changed.credentials) {
		const { id, data: ours } = credential;
		const { name, data } = live.get(id) ?? { name: credential.name };
		const merged = mergeFields(stamps.get(id)?.wrote, data, ours);
		if (digest(merged.data) !== digest(data)) imports.push({ ...credential, name, data: merged.data });
		stamps.set(id, { ours: digest(ours), wrote: merged.wrote });
		for (const field of merged.kept) {
			console.log(`"${field}" of the credential "${name}" was changed in n8n and here: n8n's was kept.`);
		}
		for (const field of merged.left) {
			console.log(`"${field}" of the credential "${name}" is no longer set here and stays in n8n;`
				+ ' empty it there to take it away.');
		}
	}
	if (imports.length) n8n('import:credentials', written(folder, 'credentials', imports));
}

function deployWorkflows(folder) {
	const live = exported(folder, 'workflow');
	const imports = [];
	const say = [];
	for (const workflow of changed.workflows) {
		const theirs = live.get(workflow.id);
		const shipped = workflowDigest(workflow);
		const now = theirs && { digest: workflowDigest(theirs), archived: theirs.isArchived };
		const deployed = given.restore && !theirs ? undefined : stamps.get(workflow.id);
		const decision = decide(deployed, now, shipped);
		stamps.set(workflow.id, shipped);
		if (decision === 'take') {
			const active = theirs ? theirs.active : workflow.active;
			imports.push({ ...workflow, active });
			if (theirs && !active) say.push(`"${workflow.name}" was updated and stays unpublished.`);
		} else if (decision === 'beside') {
			const copy = beside(workflow, given.version);
			if (!live.has(copy.id)) imports.push(copy);
			say.push(`"${theirs.name}" was changed in n8n and in this release: yours was kept, the new one is`
				+ ` beside it, unpublished, as "${copy.name}".`);
		} else if (decision === 'gone') {
			say.push(`"${workflow.name}" was deleted or archived in n8n: this release leaves it so.`);
		}
	}
	if (imports.length) {
		n8n('import:workflow', written(folder, 'workflows', imports), '--activeState=fromJson');
		checkPublished(imports);
	}
	console.log([`Deployed ${imports.length} workflow${imports.length === 1 ? '' : 's'}.`, ...say].join('\n'));
}

/** n8n's import exits with 0 even when it imported or published nothing. */
function checkPublished(imports) {
	const published = n8n('list:workflow', '--active=true', '--onlyId').split(/\s+/);
	const missing = imports.filter(({ active, id }) => active && !published.includes(id));
	if (missing.length) throw new Error(`n8n did not publish ${missing.map(({ name }) => name).join(', ')}.`);
}

/** What n8n has, by id. An export of nothing fails, and only its message tells that from other failures. */
function exported(folder, what, ...options) {
	const file = `${folder}/${what}-live.json`;
	const done = run('debug', `export:${what}`, '--all', `--output=${file}`, ...options);
	if (/No (workflows|credentials) found with specified filters/.test(done.stdout + done.stderr)) {
		return new Map();
	}
	if (done.status !== 0) throw new Error(`n8n export:${what} failed: ${done.error ?? done.stderr}`);
	return new Map(JSON.parse(readFileSync(file, 'utf8')).map((one) => [one.id, one]));
}

/** The option that imports these objects. */
function written(folder, what, objects) {
	writeFileSync(`${folder}/${what}.json`, JSON.stringify(objects));
	return `--input=${folder}/${what}.json`;
}

/** One command of n8n's command line; its output, which is a log of level info. */
function n8n(...args) {
	const done = run('info', ...args);
	if (done.status !== 0) {
		throw new Error(`n8n ${args[0]} failed: ${done.error ?? done.stdout + done.stderr}`);
	}
	return done.stdout;
}

function run(level, ...args) {
	const once = () => spawnSync(given.n8n, args, {
		encoding: 'utf8', env: { ...process.env, N8N_LOG_LEVEL: level }, timeout: 300_000,
		stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 2 ** 26,
	});
	const done = once();
	// n8n's native parts crash now and then while a process ends whose work is done. What we run may be run again.
	return done.signal && !done.error ? once() : done;
}
