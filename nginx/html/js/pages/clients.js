// Programs that call the API: what each may, its secret, and whether it gets tokens.
import { el } from '../dom.js';
import { date } from '../format.js';
import { ask, confirm, show } from '../parts/dialog.js';
import { explain, field, valuesOf } from '../parts/form.js';
import { copied, heading } from '../parts/pieces.js';
import { empty } from '../parts/states.js';
import { table } from '../parts/table.js';
import { t } from '../texts.js';

export const at = { path: 'clients', scope: 'admin', menu: { group: 'people', order: 20, text: 'nav.clients' } };
const SCOPES = ['leads:read', 'leads', 'pii:read', 'notify', 'pipeline', 'assistants', 'admin'];

export const load = ({ call }) => call('GET', 'clients');

const tellSecret = (client) => show(t('clients.secret_title', { name: client.id }), el('p', {}, t('clients.secret_once')), copied(client.client_secret), el('p', { class: 'quiet' }, t('clients.secret_how', { id: client.id })));

const scopes = (on) => el('fieldset', {}, el('legend', {}, t('clients.scopes')), SCOPES.map((name) => field(name, { type: 'checkbox', name, value: on.includes(name) }, { help: t(`clients.scope.${name}`) })));

const edit = (ctx, client) => ask({
  title: client ? t('clients.edit', { name: client.id }) : t('clients.add'), action: client ? t('save') : t('add'), value: (node) => node,
  content: [client ? null : field(t('clients.id'), { name: 'id', required: true, maxlength: 63, pattern: '[A-Za-z0-9][A-Za-z0-9._\\-]*', autocomplete: 'off' }, { help: t('clients.id_help') }), scopes(client?.scopes ?? ['leads:read'])],
  act: async (node) => {
    const { id, ...ticks } = valuesOf(node);
    const chosen = SCOPES.filter((name) => ticks[name]);
    if (!chosen.length) throw new Error(t('clients.one_scope'));
    let made;
    try {
      made = await (client ? ctx.call('PATCH', `clients/${client.id}`, { scopes: chosen }) : ctx.call('POST', 'clients', { id, scopes: chosen }));
    } catch (problem) { throw new Error(explain(node, problem)); }
    await ctx.act(() => null, client
      ? { done: t('clients.saved', { name: client.id }), undo: () => ctx.call('PATCH', `clients/${client.id}`, { scopes: client.scopes }) } : { done: t('clients.added', { name: made.id }) });
    if (!client) tellSecret(made);
  },
});

async function newSecret(ctx, client) {
  if (!await confirm(t('clients.secret_new_title', { name: client.id }), t('clients.secret_new_what'), t('clients.secret_new'), { danger: true })) return;
  let made;
  if (await ctx.act(async () => { made = await ctx.call('POST', `clients/${client.id}/secret`, {}); }, { done: t('clients.secret_made') })) tellSecret(made);
}

async function turn(ctx, client, on) {
  if (!on && !await confirm(t('clients.disable_title', { name: client.id }), t('clients.disable_what'), t('clients.disable'), { danger: true })) return;
  const set = (way) => ctx.call('POST', `clients/${client.id}/${way}`, {});
  await ctx.act(() => set(on ? 'enable' : 'disable'), { done: t(on ? 'clients.enabled' : 'clients.disabled', { name: client.id }), undo: () => set(on ? 'disable' : 'enable') });
}

export function render({ data }, ctx) {
  return { title: t('nav.clients'), nodes: [
    heading(t('nav.clients'), el('button', { class: 'main', onclick: () => edit(ctx, null) }, t('clients.add'))),
    el('section', {}, data.length ? table([
      { head: t('clients.id'), main: true, cell: (client) => el('code', {}, client.id) },
      { head: t('clients.scopes'), cell: (client) => client.scopes.map((name) => el('span', { class: 'tag', title: t(`clients.scope.${name}`) }, name)) },
      { head: t('clients.state'), cell: (client) => (client.enabled ? el('span', { class: 'good' }, t('clients.on')) : el('span', { class: 'quiet' }, t('clients.off'))) },
      { head: t('clients.since'), hide: true, cell: (client) => date(client.created_at) },
      { head: t('actions'), cell: (client) => el('span', { class: 'row' },
        el('button', { class: 'small', 'aria-label': t('clients.edit', { name: client.id }), onclick: () => edit(ctx, client) }, t('edit')),
        el('button', { class: 'small', 'aria-label': t('clients.secret_new_title', { name: client.id }), onclick: () => newSecret(ctx, client) }, t('clients.secret_new')),
        el('button', { class: 'small', 'aria-label': t(client.enabled ? 'clients.disable_title' : 'clients.enable_one', { name: client.id }), onclick: () => turn(ctx, client, !client.enabled) }, t(client.enabled ? 'clients.disable' : 'clients.enable')),
        el('a', { class: 'button small', href: `#/audit?actor=${encodeURIComponent(client.id)}` }, t('clients.did'))) },
    ], data, { caption: t('nav.clients') }) : empty(t('clients.none'))),
  ] };
}
