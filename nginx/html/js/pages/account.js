// Oneself: name and working time, password, channels, absences, and the browsers that are signed in.
import { el } from '../dom.js';
import { ago } from '../format.js';
import { field, form } from '../parts/form.js';
import { absences, channels, working } from '../parts/person.js';
import { heading, pairs, section } from '../parts/pieces.js';
import { table } from '../parts/table.js';
import { toast } from '../parts/toast.js';
import { word } from '../terms.js';
import { t } from '../texts.js';

export const at = { path: 'account', scope: 'leads:read' };

export async function load({ call, may }) {
  const told = may('pii:read');
  const [user, away, sessions, mine, choices] = await Promise.all([
    call('GET', 'users/me'), call('GET', 'users/me/absences'), call('GET', 'auth/sessions'),
    told ? call('GET', 'users/me/channels') : null, told ? call('GET', 'channels') : null]);
  return { user, away: away.data, sessions: sessions.data, told: mine?.data, choices };
}

// "Firefox, Windows" of what a browser says of itself.
export function browserOf(agent) {
  const found = (names) => names.find(([pattern]) => pattern.test(agent))?.[1];
  const name = found([[/Edg\//, 'Edge'], [/OPR\//, 'Opera'], [/Firefox\//, 'Firefox'], [/Chrom(e|ium)\//, 'Chrome'], [/Safari\//, 'Safari']]);
  const system = found([[/Android/, 'Android'], [/iPhone|iPad/, 'iOS'], [/Windows/, 'Windows'], [/Mac OS/, 'macOS'], [/Linux|X11/, 'Linux']]);
  return [name, system].filter(Boolean).join(', ') || agent || t('unknown');
}

const password = (ctx) => section(t('account.password'), form({ action: t('account.password_change'), save: async (values, node) => {
  await ctx.call('PUT', 'auth/session/password', values);
  node.reset();
  await ctx.act(() => null, { done: t('account.password_changed') });
} },
field(t('account.password_now'), { name: 'current_password', type: 'password', required: true, autocomplete: 'current-password' }),
field(t('account.password_new'), { name: 'new_password', type: 'password', required: true, minlength: 12, autocomplete: 'new-password' }, { help: t('account.password_help') })));

const signedIn = (ctx, sessions) => section(t('account.sessions'),
  table([
    { head: t('account.browser'), main: true, cell: (row) => el('span', { title: row.user_agent }, browserOf(row.user_agent)) },
    { head: t('account.seen'), cell: (row) => (row.current ? el('span', { class: 'good' }, t('account.this_one')) : ago(row.seen_at)) },
    { head: t('account.since'), cell: (row) => ago(row.created_at) },
    { head: t('account.way'), cell: (row) => t(row.way === 'oidc' ? 'user.by_provider' : 'user.by_password') },
    { head: t('actions'), cell: (row) => (row.current ? '' : el('button', { class: 'small', onclick: () => ctx.act(() => ctx.call('DELETE', `auth/sessions/${row.id}`), { done: t('account.ended', { n: 1 }) }) }, t('sign_out'))) },
  ], sessions, { caption: t('account.sessions') }),
  sessions.length > 1 ? el('p', {}, el('button', { onclick: async () => {
    let ended = 0;
    if (await ctx.act(async () => { ({ ended } = await ctx.call('POST', 'auth/sessions/end-others', {})); })) toast(t('account.ended', { n: ended }));
  } }, t('account.end_others'))) : null);

export function render({ user, away, sessions, told, choices }, ctx) {
  return { title: t('account.open'), nodes: [
    heading(t('account.open')),
    section(null, pairs([[t('users.email'), user.email], [t('users.role'), word('users.role', user.role)]])),
    el('div', { class: 'columns' },
      el('div', {}, working(ctx, 'users/me', user), user.has_password ? password(ctx) : section(t('account.password'), el('p', {}, t('account.no_password')))),
      el('div', {}, signedIn(ctx, sessions), told ? channels(ctx, 'users/me', told, choices) : null, absences(ctx, 'users/me', user, away))),
  ] };
}
