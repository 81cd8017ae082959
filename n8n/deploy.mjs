// Imports credentials and workflows and publishes them, unless exactly these already are: what
// operations people changed in the editor is kept until a new release brings other workflows.
// n8n's import exits with 0 even when it imported nothing, so the list is checked afterwards.
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

const WORKFLOWS = '/opt/enrichment/workflows';
const STAMP = '/deployed/stamp';

const secret = (name) => readFileSync(`/run/secrets/${name}`, 'utf8').trim();
const header = (id, name, header, value) => ({
	id, name, type: 'httpHeaderAuth', data: { name: header, value },
});
const credentials = [
	{
		id: 'sidecarCred00001', name: 'Sidecar', type: 'enrichmentSidecarApi',
		data: {
			baseUrl: 'http://sidecar:8000', clientId: 'n8n', clientSecret: secret('client_n8n_secret'),
		},
	},
	{
		id: 'providersCred0001', name: 'Enrichment providers', type: 'enrichmentProvidersApi',
		data: {
			hunter: secret('hunter_api_key'), peopledatalabs: secret('peopledatalabs_api_key'),
			sandboxUrl: secret('sandbox_url'),
		},
	},
	header('intakeHeader0001', 'Lead intake header', 'X-Intake-Token', secret('webhook_token')),
	header('wakeHeader000001', 'Wake header', 'X-Wake-Token', secret('wake_token')),
];

const files = readdirSync(WORKFLOWS).filter((name) => name.endsWith('.json')).sort();
const workflows = files.map((name) => readFileSync(`${WORKFLOWS}/${name}`, 'utf8'));
const digest = createHash('sha256').update(JSON.stringify(credentials) + workflows.join()).digest('hex');
let stamp = '';
try { stamp = readFileSync(STAMP, 'utf8'); } catch { /* the first deployment */ }
if (stamp === digest) {
	console.log('The workflows are already deployed.');
	process.exit(0);
}

const n8n = (...args) => execFileSync('n8n', args, {
	encoding: 'utf8', env: { ...process.env, N8N_LOG_LEVEL: 'info' }, stdio: ['ignore', 'pipe', 'inherit'],
});
const folder = mkdtempSync('/tmp/credentials-');
try {
	for (const credential of credentials) {
		writeFileSync(`${folder}/${credential.id}.json`, JSON.stringify(credential), { mode: 0o600 });
	}
	n8n('import:credentials', '--separate', `--input=${folder}`);
} finally {
	rmSync(folder, { recursive: true });
}
n8n('import:workflow', '--separate', `--input=${WORKFLOWS}`, '--activeState=fromJson');
const published = n8n('list:workflow', '--active=true', '--onlyId').split(/\s+/);
const missing = workflows.map((text) => JSON.parse(text))
	.filter(({ active, id }) => active && !published.includes(id)).map(({ name }) => name);
if (missing.length) {
	console.error(`n8n did not publish ${missing.join(', ')}.`);
	process.exit(1);
}
writeFileSync(STAMP, digest);
console.log(`Deployed ${files.length} workflows.`);
