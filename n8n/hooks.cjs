// External hooks of n8n's servers (https://docs.n8n.io/embed/configuration/#external-hooks).
//
// Whoever sends a lead gets every error as problem details (RFC 9457). n8n tells its own, a body that is no
// JSON or a path that is not published, as {code, message, hint?}; what a workflow answers is left alone.
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
	],
};
