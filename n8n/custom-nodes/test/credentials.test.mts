import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EnrichmentProvidersApi } from '../dist/credentials/EnrichmentProvidersApi.credentials.js';
import { EnrichmentSidecarApi } from '../dist/credentials/EnrichmentSidecarApi.credentials.js';
import { EnrichmentBatch } from '../dist/nodes/EnrichmentBatch/EnrichmentBatch.node.js';
import { catalogue } from '../dist/shared/catalogue.js';
import { type Reply, context, problem } from './context.mts';

const data = { baseUrl: 'http://sidecar.test/', clientId: 'n8n', clientSecret: 's' };
const tests = new EnrichmentBatch().methods.credentialTest;

test('the providers credential has one hidden field per provider of the catalogue, a choice where none is needed', () => {
	const fields = new EnrichmentProvidersApi().properties;
	for (const { name, auth } of catalogue) {
		const field = fields.find((field) => field.name === name);
		if (auth) assert.equal(field?.typeOptions?.password, true);
		else assert.equal(field?.type, 'options');
	}
	assert.equal(fields.at(-1)?.name, 'sandboxUrl');
});

test('the test of the providers credential says who is asked, and how', async () => {
	const check = async (data: object) => {
		const { status, message } = await tests.checkProviders.call({} as any, { data } as any);
		return [status, message];
	};
	const url = { sandboxUrl: 'http://sandbox.test' };
	const [, played] = await check({ hunter: 'k', home_page: 'on', ...url });
	assert.match(
		played!,
		/^Asked with a key: Hunter\. Asked without one: Home page\. Played by the /,
	);
	assert.match(played!, /sandbox: .*Mail of the domain.*, People Data Labs.*\.$/);
	const [, real] = await check({ hunter: 'k', peopledatalabs: 'k', mail_domain: 'off' });
	assert.match(
		real!,
		/^Asked with a key: Hunter, People Data Labs\. Asked without one: Home page\. /,
	);
	assert.match(real!, /Not asked \(no key, no sandbox URL\): .*Mail of the domain/);
	assert.equal((await check({ hunter: 'k\n k' }))[0], 'Error');
	assert.equal((await check({ home_page: 'yes' }))[0], 'Error');
});

test('the sidecar credential fetches a token as its client', async () => {
	const asked: any[] = [];
	const token = (answer: unknown) =>
		new EnrichmentSidecarApi().preAuthentication.call(
			{ helpers: { httpRequest: async (options: any) => (asked.push(options), answer) } } as any,
			data,
		);
	assert.deepEqual(await token({ access_token: 't' }), { accessToken: 't' });
	assert.equal(asked[0].url, 'http://sidecar.test/v1/auth/token');
	assert.deepEqual(asked[0].body, {
		grant_type: 'client_credentials',
		client_id: 'n8n',
		client_secret: 's',
	});
	for (const page of ['<!doctype html>', undefined, {}]) {
		await assert.rejects(token(page), { code: 'NOT_THE_SIDECAR' });
	}
});

/** What the test of the sidecar credential says, when sign-in and whoami are answered like this. */
async function checked(token: object | Error, client: object = {}) {
	const answers = [token, { statusCode: 200, body: client }];
	const request = async () => {
		const answer = answers.shift();
		if (answer instanceof Error) throw answer;
		return answer;
	};
	const helpers = { request };
	const { status, message } = await tests.checkSidecar.call(
		{ helpers } as any,
		{
			name: 'Our sidecar',
			data,
		} as any,
	);
	return [status, message];
}

const NOT_THERE = 'What answers at the base URL of the credential "Our sidecar" is not the sidecar';
const WITHOUT_V1 =
	'Enter the address of the sidecar without /v1 at its end, e.g. http://sidecar:8000.';

test('the test of the sidecar credential tells the scopes', async () => {
	const token = { statusCode: 200, body: { access_token: 't' } };
	assert.deepEqual(await checked(token, { name: 'n8n', scopes: ['leads', 'notify', 'pipeline'] }), [
		'OK',
		'Signed in as "n8n" with the scopes leads, notify, pipeline.',
	]);
	for (const scopes of [['leads:read', 'pii:read'], ['leads'], ['pipeline'], ['admin']]) {
		assert.deepEqual(await checked(token, { name: 'crm', scopes }), [
			'OK',
			`Signed in as "crm" with the scopes ${scopes.join(', ')}.`,
		]);
	}
	const [status, message] = await checked(token, { name: 'crm', scopes: [] });
	assert.equal(status, 'Error');
	assert.match(
		message!,
		/scopes \(none\)\. Every node refuses it: .*leads:read \(to read leads\), /,
	);
});

test('the test of the sidecar credential tells cause and remedy', async () => {
	const refused = { statusCode: 401, body: { code: 'unauthorized' } };
	assert.match(
		(await checked(refused))[1]!,
		/refuses the client of the credential "Our sidecar"\. Enter/,
	);
	const elsewhere = { statusCode: 404, body: 'Not Found' };
	assert.deepEqual(await checked(elsewhere), ['Error', `${NOT_THERE} (HTTP 404). ${WITHOUT_V1}`]);
	const closed = Object.assign(new Error('x'), { code: 'ECONNREFUSED' });
	assert.match(
		(await checked(closed))[1]!,
		/does not answer at the base URL of the credential "Our sidecar": connection refused/,
	);
});

test('a node says the same of its credential', async () => {
	const said = async (reply: Reply, baseUrl = 'http://sidecar.test') => {
		const ctx = context({
			parameters: { resource: 'job', operation: 'step' },
			credentials: { enrichmentSidecarApi: { baseUrl } },
			sidecar: () => reply,
		});
		const error = await new EnrichmentBatch().execute.call(ctx).catch((error) => error);
		return error.message.replace(/^Step a job: | \[.*\]$/g, '');
	};
	assert.equal(
		await said({ status: 200, body: '<html>' as any }),
		`${NOT_THERE} (HTTP 200). ${WITHOUT_V1}`,
	);
	assert.equal(
		await said({ status: 404, body: 'no' as any }),
		`${NOT_THERE} (HTTP 404). ${WITHOUT_V1}`,
	);
	assert.equal(await said({ code: '404' }), `${NOT_THERE} (HTTP 404). ${WITHOUT_V1}`);
	assert.equal(await said({ code: 'NOT_THE_SIDECAR' }), `${NOT_THERE}. ${WITHOUT_V1}`);
	assert.equal(await said({}, 'http://sidecar.test/v1/'), `${NOT_THERE}. ${WITHOUT_V1}`);
	assert.match(
		await said({ code: '401' }),
		/^The sidecar refuses the client of the credential "Our sidecar"\./,
	);
	assert.equal(
		await said(problem(403, 'forbidden')),
		'It is forbidden. Give it to the client of the credential "Our sidecar", or choose another credential.',
	);
});
