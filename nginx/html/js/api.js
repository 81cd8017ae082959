// The API, signed in. The access token lives in memory, the refresh token in this tab only.
let access = null;
let refreshing = null;
const KEY = 'refresh-token';

export class Problem extends Error {
  constructor(status, body) {
    super(body?.detail ?? `The service answered ${status}.`);
    this.status = status;
  }
}

export const signedIn = () => Boolean(access || sessionStorage.getItem(KEY));

async function send(method, path, body) {
  const headers = access ? { Authorization: `Bearer ${access}` } : {};
  if (body) headers['Content-Type'] = 'application/json';
  return fetch(`/api/v1/${path}`, { method, headers, body: body && JSON.stringify(body) });
}

async function read(response) {
  const body = response.status === 204 ? null : await response.json().catch(() => null);
  if (!response.ok) throw new Problem(response.status, body);
  return body;
}

function keep(tokens) {
  access = tokens.access_token;
  sessionStorage.setItem(KEY, tokens.refresh_token);
}

async function refresh() {
  const token = sessionStorage.getItem(KEY);
  if (!token) throw new Problem(401, null);
  access = null;
  const response = await send('POST', 'auth/refresh', { refresh_token: token });
  if (!response.ok) sessionStorage.removeItem(KEY);
  keep(await read(response));
}

export async function call(method, path, body) {
  if (!access) await (refreshing ??= refresh().finally(() => { refreshing = null; }));
  let response = await send(method, path, body);
  if (response.status === 401) {
    await (refreshing ??= refresh().finally(() => { refreshing = null; }));
    response = await send(method, path, body);
  }
  return read(response);
}

export async function signIn(username, password) {
  access = null;
  keep(await read(await send('POST', 'auth/token', { grant_type: 'password', username, password })));
}

export async function signOut() {
  const token = sessionStorage.getItem(KEY);
  sessionStorage.removeItem(KEY);
  access = null;
  if (token) await send('POST', 'auth/logout', { refresh_token: token });
}
