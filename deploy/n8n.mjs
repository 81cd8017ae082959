// Brings credentials and workflows into n8n and publishes them, unless exactly these already are: what
// operations people changed in the editor is kept until a new release brings other workflows.
// n8n's import exits with 0 even when it imported nothing, so the list is checked afterwards.
//   node n8n.mjs --n8n COMMAND --workflows FOLDER --secrets FOLDER --sidecar URL --stamp FILE
// The folder of secrets holds client_n8n_secret, provider_keys.json (provider name to key), sandbox_url,
// webhook_token and wake_token.
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';

const text = { type: 'string' };
const { values: given } = parseArgs({
	options: { n8n: text, workflows: text, secrets: text, sidecar: text, stamp: text },
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
	header('intakeHeader0001', 'Lead intake header', 'X-Intake-Token', secret('webhook_token')),
	header('wakeHeader000001', 'Wake header', 'X-Wake-Token', secret('wake_token')),
];

const files = readdirSync(given.workflows).filter((name) => name.endsWith('.json')).sort();
const workflows = files.map((name) => readFileSync(`${given.workflows}/${name}`, 'utf8'));
const digest = createHash('sha256').update(JSON.stringify(credentials) + workflows.join()).digest('hex');
let stamp = '';
try { stamp = readFileSync(given.stamp, 'utf8'); } catch { /* the first deployment */ }
if (stamp === digest) {
	console.log('The workflows are already deployed.');
	process.exit(0);
}

const folder = mkdtempSync(`${tmpdir()}/credentials-`);
try {
	for (const credential of credentials) {
		writeFileSync(`${folder}/${credential.id}.json`, JSON.stringify(credential), { mode: 0o600 });
	}
	n8n('import:credentials', '--separate', `--input=${folder}`);
} finally {
	rmSync(folder, { recursive: true });
}
n8n('import:workflow', '--separate', `--input=${given.workflows}`, '--activeState=fromJson');
const published = n8n('list:workflow', '--active=true', '--onlyId').split(/\s+/);
const missing = workflows.map((text) => JSON.parse(text))
	.filter(({ active, id }) => active && !published.includes(id)).map(({ name }) => name);
if (missing.length) throw new Error(`n8n did not publish ${missing.join(', ')}.`);
writeFileSync(given.stamp, digest);
console.log(`Deployed ${files.length} workflows.`);

/** One command of n8n's command line; its output, which is a log of level info. */
function n8n(...args) {
	const done = spawnSync(given.n8n, args, {
		encoding: 'utf8', env: { ...process.env, N8N_LOG_LEVEL: 'info' }, timeout: 300_000,
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	if (done.status !== 0) throw new Error(`n8n ${args[0]} failed: ${done.error ?? done.stdout}`);
	return done.stdout;
}
