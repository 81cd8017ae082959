// External hooks of n8n's servers (https://docs.n8n.io/embed/configuration/#external-hooks).
//
// Whoever sends a lead gets every error as problem details (RFC 9457). n8n tells its own, a body that is no
// JSON or a path that is not published, as {code, message, hint?}; what a workflow answers is left alone.
//
// A form takes what it asks for. n8n leaves undeclared answers out without a word, and keeps every file, before
// there is a run and whatever the form asks for: here both are refused.
'use strict';

const CODES = {
	400: 'bad_request',
	404: 'not_found',
	405: 'method_not_allowed',
	413: 'too_large',
	422: 'invalid',
	500: 'internal_error',
	503: 'unavailable',
};
const OWN = ['code', 'message', 'hint', 'meta', 'stacktrace'];

function isOwnError(status, body) {
	return (
		status >= 400 &&
		typeof body?.code === 'number' &&
		typeof body.message === 'string' &&
		Object.keys(body).every((name) => OWN.includes(name))
	);
}

/**
 * The names in a multipart body that a form does not ask for. As n8n's page sends them, its fields are field-0,
 * field-1, …, and a box to be checked has none.
 *
 * @param {Array<{fieldType?: string}>} fields
 * @param {{data?: object, files?: object}} body
 */
function undeclared(fields, { data = {}, files = {} }) {
	const names = fields.map((field, index) => `field-${index}`);
	return [
		...Object.keys(data).filter((name) => name !== '' && !names.includes(name)),
		...Object.keys(files).filter((name) => fields[names.indexOf(name)]?.fieldType !== 'file'),
	];
}

/** n8n's class that runs the webhook of a node refuses what its form does not declare, before the node has it. */
function refuseUndeclared({ prototype }) {
	const { runWebhook } = prototype;
	prototype.runWebhook = async function run(workflow, webhook, node, additional, ...rest) {
		const { httpRequest: request, httpResponse: response } = additional;
		const fields = node.parameters.formFields?.values;
		// Fields that an expression makes are not known here.
		if (Array.isArray(fields) && request.contentType === 'multipart/form-data') {
			const names = undeclared(fields, request.body);
			if (names.length) {
				const instance = request.originalUrl.split('?')[0];
				const message = `This form does not ask for ${names.join(', ')}.`;
				const errors = names.map((name) => (
					{ pointer: `/${name}`, code: 'undeclared', detail: 'This form does not ask for it.' }));
				response.status(422).type('application/problem+json');
				response.json({ ...problem(422, { message }, instance), errors });
				return { noWebhookResponse: true };
			}
		}
		return await runWebhook.call(this, workflow, webhook, node, additional, ...rest);
	};
}

function problem(status, { message }, instance) {
	const code = CODES[status] ?? 'http_error';
	return {
		type: `/docs#problem-${code}`,
		title: 'Not accepted',
		status,
		detail: message,
		instance,
		code,
	};
}

exports.problem = problem;
exports.isOwnError = isOwnError;
exports.undeclared = undeclared;
exports.refuseUndeclared = refuseUndeclared;
exports.n8n = {
	ready: [
		async ({ app }) => {
			const { json } = app.response;
			app.response.json = function answer(body) {
				const path = this.req.originalUrl.split('?')[0];
				if (!path.startsWith('/webhook/') || !isOwnError(this.statusCode, body))
					return json.call(this, body);
				this.type('application/problem+json');
				return json.call(this, problem(this.statusCode, body, path));
			};
		},
		async () => refuseUndeclared(require.main.require('../dist/webhooks/webhook.service').WebhookService),
	],
};
