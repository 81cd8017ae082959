// One person, for admins: what they may, how they work, when they are away, where they are told of leads.
import { el } from '../dom.js';
import { ago } from '../format.js';
import { confirm } from '../parts/dialog.js';
import { absences, channels, newPassword, working } from '../parts/person.js';
import { heading, pairs, section } from '../parts/pieces.js';
import { word } from '../terms.js';
import { t } from '../texts.js';
import { disable, enable, tellPassword } from './users.js';

export const at = { path: 'users/:id', scope: 'admin' };

export async function load({ call, params: { id } }) {
  const [user, away, told, choices] = await Promise.all(
    ['', '/absences', '/channels'].map((part) => call('GET', `users/${id}${part}`)).concat(call('GET', 'channels')));
  return { user, away: away.data, told: told.data, choices };
}

async function givePassword(ctx, user) {
  if (!await confirm(t('user.password_title'), t('user.password_what'), t('user.password_give'))) return;
  const password = newPassword();
  if (await ctx.act(() => ctx.call('POST', `users/${user.id}/password`, { password }), { done: t('user.password_given') })) tellPassword(user.email, password);
}

export function render({ user, away, told, choices }, ctx) {
  const own = user.id === ctx.me.id;
  const base = `users/${user.id}`;
  return { title: user.name ?? user.email, nodes: [
    el('p', {}, el('a', { href: '#/users' }, `← ${t('nav.users')}`)),
    heading(el('span', { dir: 'auto' }, user.name ?? user.email), ...(own ? [el('a', { class: 'button', href: '#/account' }, t('account.open'))] : [
      el('button', { onclick: () => givePassword(ctx, user) }, t('user.password_new')),
      user.enabled ? el('button', { class: 'danger', onclick: () => disable(ctx, user) }, t('users.disable')) : el('button', { onclick: () => enable(ctx, user) }, t('users.enable')),
    ])),
    section(null, pairs([
      [t('users.email'), user.email], [t('users.role'), word('users.role', user.role)], [t('users.state'), word('users.state', user.state)],
      [t('user.signs_in'), user.has_password ? t('user.by_password') : t('user.by_provider')],
      [t('users.last'), user.last_sign_in_at ? ago(user.last_sign_in_at) : t('users.never')], [t('user.since'), ago(user.created_at)],
      [t('nav.audit'), el('span', { class: 'row' }, el('a', { href: `#/audit?actor=${encodeURIComponent(user.email)}` }, t('user.did')),
        el('a', { href: `#/audit?entity_kind=user&entity_id=${user.id}` }, t('user.changed')))],
    ])),
    el('div', { class: 'columns' }, working(ctx, base, user, { capacity: true }),
      el('div', {}, absences(ctx, base, user, away), channels(ctx, base, told, choices))),
  ] };
}
