// One subscription: where it sends, what, and what became of each event.
import { el } from '../dom.js';
import { ago, number, when } from '../format.js';
import { ask, confirm, show } from '../parts/dialog.js';
import { filters } from '../parts/filters.js';
import { heading, pairs, section } from '../parts/pieces.js';
import { empty } from '../parts/states.js';
import { pages, table } from '../parts/table.js';
import { t } from '../texts.js';
import { fields, state, valuesIn } from './subscriptions.js';

export const at = { path: 'subscriptions/:id', scope: 'leads:read' };
export const live = 15;

const path = ({ params }) => `subscriptions/${encodeURIComponent(params.id)}`;

export async function load(ctx) {
  const [subscription, deliveries] = await Promise.all([ctx.call('GET', path(ctx)), ctx.call('GET', `${path(ctx)}/deliveries?limit=50&${ctx.query}`)]);
  return { subscription, deliveries };
}

const replay = (ctx, body) => ctx.act(() => ctx.call('POST', `${path(ctx)}/replay`, body), { done: t('subscriptions.owed_again') });

async function test(ctx) {
  await ctx.act(async () => {
    const told = await ctx.call('POST', `${path(ctx)}/test`, {});
    show(t('subscriptions.test'), el('pre', { tabindex: '0' }, JSON.stringify(told, null, 2)));
  }, { stay: true });
}

async function edit(ctx, subscription) {
  const saved = await ask({ title: t('edit'), content: fields(ctx, subscription), action: t('save'), value: valuesIn, act: (values) => ctx.call('PATCH', path(ctx), values) });
  if (saved) await ctx.reload();
}

async function remove(ctx, { url }) {
  if (await confirm(t('subscriptions.remove'), t('subscriptions.remove_note', { url }), t('remove'), { danger: true })
    && await ctx.act(() => ctx.call('DELETE', path(ctx)), { stay: true, done: t('subscriptions.removed') })) ctx.go('#/subscriptions');
}

export function render({ subscription, deliveries: { data, next } }, ctx) {
  const may = ctx.may('leads');
  return { title: subscription.url, nodes: [
    el('p', {}, el('a', { href: '#/subscriptions' }, `← ${t('nav.subscriptions')}`)),
    heading(el('span', { dir: 'auto' }, subscription.url), may ? [
      el('button', { onclick: () => test(ctx) }, t('subscriptions.test')),
      subscription.state === 'paused' ? el('button', { class: 'main', onclick: () => ctx.act(() => ctx.call('POST', `${path(ctx)}/resume`, {}), { done: t('subscriptions.resumed') }) }, t('subscriptions.resume')) : null,
      el('button', { onclick: () => edit(ctx, subscription) }, t('edit')), el('button', { class: 'danger', onclick: () => remove(ctx, subscription) }, t('remove'))] : null),
    section(null, pairs([[t('subscriptions.state'), el('span', {}, state(subscription))],
      [t('subscriptions.events'), subscription.events.map((name) => ctx.terms.label('lead_events', name)).join(', ')],
      [t('subscriptions.person'), t(subscription.include_person ? 'yes' : 'no')], [t('subscriptions.by'), subscription.authorized_by], [t('subscriptions.created'), when(subscription.created_at)]])),
    section(t('subscriptions.deliveries'),
      el('div', { class: 'tools' }, filters(ctx, [{ name: 'state', label: t('subscriptions.state'), choices: ctx.terms.delivery_states }]),
        may && data.some((row) => row.state === 'failed') ? el('button', { class: 'small', onclick: () => replay(ctx, { failed_since: data.filter((row) => row.state === 'failed').at(-1).created_at }) }, t('subscriptions.replay_failed')) : null),
      data.length ? table([
        { head: t('subscriptions.event'), main: true, cell: (row) => (row.lead_id ? el('a', { href: `#/leads/${row.lead_id}` }, ctx.terms.label('lead_events', row.type)) : ctx.terms.label('lead_events', row.type)) },
        { head: t('subscriptions.state'), cell: (row) => [el('span', { class: { delivered: 'good', failed: 'bad' }[row.state] }, ctx.terms.label('delivery_states', row.state)), row.last_error ? el('small', { class: 'quiet' }, el('br'), row.last_error) : null] },
        { head: t('subscriptions.answer'), number: true, cell: (row) => row.last_status ?? '–' },
        { head: t('subscriptions.attempts'), number: true, hide: true, cell: (row) => number(row.attempts) },
        { head: t('subscriptions.created'), cell: (row) => ago(row.created_at) },
        { head: t('messages.actions'), cell: (row) => (may && row.state !== 'owed' ? el('button', { class: 'small', onclick: () => replay(ctx, { event_id: row.id }) }, t('messages.again')) : null) },
      ], data, { caption: t('subscriptions.deliveries') }) : empty(t('subscriptions.no_deliveries')),
      pages(ctx, next, data.length)),
  ] };
}
