// The API, signed in. The access token lives in memory, the refresh token in this tab only.
let access = null;
let refreshing = null;
const KEY = 'refresh-token';
const SCOPES = 'scopes';

export class Problem extends Error {
  constructor(status, body) {
    super(body?.detail ?? (status ? `The service answered ${status}.` : 'The service cannot be reached.'));
    this.status = status;
  }
}

export const signedIn = () => Boolean(access || sessionStorage.getItem(KEY));
// The scopes outlive a reload of the tab, so that the menu is whole before the first answer.
const scopes = () => (sessionStorage.getItem(SCOPES) ?? '').split(' ');
export const may = (scope) => scopes().some((name) => name === scope || name === 'admin');

async function send(method, path, body, more = {}) {
  const headers = access ? { Authorization: `Bearer ${access}`, ...more } : { ...more };
  if (body) headers['Content-Type'] = 'application/json';
  try {
    return await fetch(`/api/v1/${path}`, { method, headers, body: body && JSON.stringify(body) });
  } catch {
    throw new Problem(0, null);
  }
}

async function read(response) {
  const body = response.status === 204 ? null : await response.json().catch(() => null);
  if (!response.ok) throw new Problem(response.status, body);
  return body;
}

function keep(tokens) {
  access = tokens.access_token;
  sessionStorage.setItem(SCOPES, tokens.scope);
  sessionStorage.setItem(KEY, tokens.refresh_token);
}

async function refresh() {
  const token = sessionStorage.getItem(KEY);
  if (!token) throw new Problem(401, null);
  access = null;
  const response = await send('POST', 'auth/refresh', { refresh_token: token });
  if (response.status === 401) sessionStorage.removeItem(KEY);
  keep(await read(response));
}

// Several calls that find the token ended wait for one and the same refresh.
const refreshOnce = () => (refreshing ??= refresh().finally(() => { refreshing = null; }));

export async function call(method, path, body, headers) {
  if (!access) await refreshOnce();
  let response = await send(method, path, body, headers);
  if (response.status === 401) {
    await refreshOnce();
    response = await send(method, path, body, headers);
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
