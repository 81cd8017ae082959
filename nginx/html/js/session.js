// Who is signed in: asked of the service, whose cookie all tabs share.
import { call, forget } from './api.js';

let known = null; // {user: {id, name, email, role, language}, scopes}
const tabs = new BroadcastChannel('session');

export const me = () => known?.user ?? null;
export const may = (scope) => !scope || Boolean(known?.scopes.some((name) => name === scope || name === 'admin'));

// Answers why a session that there was has ended, if it has.
export async function resume() {
  const answer = await call('GET', 'auth/session');
  known = answer.user ? answer : null;
  return answer.ended;
}

export async function signIn(email, password) {
  known = await call('POST', 'auth/session', { email, password });
  tabs.postMessage('in');
}

export function ended() {
  known = null;
  forget();
}

export async function signOut() {
  await call('DELETE', 'auth/session');
  ended();
  sessionStorage.clear(); // drafts and searches are theirs who go
  tabs.postMessage('out');
}

// When another tab signs in or out.
export const onOtherTab = (then) => { tabs.onmessage = () => then(); };
