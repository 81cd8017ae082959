// The API, with the session's cookie: no token is ever in the page's hands. What was read before is asked for
// again by its ETag, so that an answer without news is 304 and a few bytes.
export class Problem extends Error {
  // status 0: the service cannot be reached. `errors` name the fields: [{pointer, code, detail}].
  constructor(status, body, offline = false) {
    super(body?.detail ?? (offline ? 'offline' : `${status}`));
    this.status = status;
    this.code = body?.code ?? (status ? 'unknown' : 'offline');
    this.errors = body?.errors ?? [];
    this.requestId = body?.request_id;
    this.reason = body?.reason;
    this.told = Boolean(body?.detail);
  }
}

const KEPT = 60;
const kept = new Map(); // path -> {etag, body}, the newest last

function remember(path, etag, body) {
  kept.delete(path);
  if (etag) kept.set(path, { etag, body });
  if (kept.size > KEPT) kept.delete(kept.keys().next().value);
}

export const forget = () => kept.clear();

async function send(method, path, { body, headers = {}, signal } = {}) {
  const form = body instanceof FormData || body instanceof Blob;
  try {
    return await fetch(`/api/v1/${path}`, {
      method, signal, credentials: 'same-origin',
      headers: { ...(body && !form ? { 'Content-Type': 'application/json' } : {}), ...headers },
      body: body && !form ? JSON.stringify(body) : body,
    });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Problem(0, null, true);
  }
}

async function read(response) {
  const text = response.status === 204 ? '' : await response.text();
  let body = null;
  try { body = text && JSON.parse(text); } catch { /* not JSON: a proxy's own page */ }
  if (!response.ok) throw new Problem(response.status, body);
  return body || null;
}

// Ask the API: call('GET', 'leads?limit=5'), call('PATCH', `leads/${id}`, {status: 'working'}). Raises Problem.
export async function call(method, path, body, headers = {}, signal = undefined) {
  const known = method === 'GET' ? kept.get(path) : null;
  const response = await send(method, path, {
    body, signal, headers: known ? { 'If-None-Match': known.etag, ...headers } : headers,
  });
  if (response.status === 304 && known) return known.body;
  const answer = await read(response);
  if (method === 'GET') remember(path, response.headers.get('ETag'), answer);
  return answer;
}

// A file that the API answers, saved under its name.
export async function download(path, name) {
  const response = await send('GET', path);
  if (!response.ok) await read(response);
  const address = URL.createObjectURL(await response.blob());
  const link = Object.assign(document.createElement('a'), { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
