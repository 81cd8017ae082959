// Who is told of events by signed webhooks: state, deliveries, a test, a new one.
import { el } from '../dom.js';
import { ago, number } from '../format.js';
import { ask, show } from '../parts/dialog.js';
import { field, valuesOf } from '../parts/form.js';
import { copied, heading } from '../parts/pieces.js';
import { empty } from '../parts/states.js';
import { pages, table } from '../parts/table.js';
import { t } from '../texts.js';

export const at = { path: 'subscriptions', scope: 'leads:read', menu: { group: 'outside', order: 30, text: 'nav.subscriptions' } };
export const live = 30;

export const load = ({ call, query }) => call('GET', `subscriptions?limit=50&${query}`);

export const state = (row) => [row.state === 'active' ? el('span', { class: 'good' }, t('subscriptions.active')) : el('span', { class: 'bad' }, t('subscriptions.paused')),
  row.failures ? el('small', { class: 'caution' }, ` ${t('subscriptions.failures', { n: row.failures })}`) : null, row.reason ? el('small', { class: 'quiet' }, el('br'), row.reason) : null];

// The events of leads as ticks, and where they are sent.
export const fields = (ctx, { url = '', events = [], include_person: person = false } = {}) => [
  field(t('subscriptions.url'), { name: 'url', type: 'url', required: true, value: url, placeholder: 'https://' }),
  el('fieldset', {}, el('legend', {}, t('subscriptions.events')), ctx.terms.lead_events.map(({ name, label }) => field(label, { type: 'checkbox', name: `event:${name}`, value: events.includes(name) }))),
  ctx.may('pii:read') ? field(t('subscriptions.person'), { type: 'checkbox', name: 'include_person', value: person }, { help: t('subscriptions.person_help') }) : null,
];

export function valuesIn(form) {
  const values = valuesOf(form);
  const events = Object.keys(values).filter((name) => name.startsWith('event:') && values[name]).map((name) => name.slice(6));
  if (!events.length) throw new Error(t('subscriptions.choose_event'));
  return { url: values.url, events, ...('include_person' in values ? { include_person: values.include_person } : {}) };
}

async function add(ctx) {
  const made = await ask({ title: t('subscriptions.add'), content: fields(ctx), action: t('add'), value: valuesIn, act: (values) => ctx.call('POST', 'subscriptions', values) });
  if (!made) return;
  await ctx.reload();
  show(t('subscriptions.made'), el('p', {}, t('subscriptions.secret')), copied(made.secret));
}

export function render({ data, next }, ctx) {
  return { title: t('nav.subscriptions'), nodes: [
    heading(t('nav.subscriptions'), ctx.may('leads') ? el('button', { class: 'main', onclick: () => add(ctx) }, t('subscriptions.add')) : null),
    el('section', {}, data.length ? table([
      { head: t('subscriptions.url'), main: true, cell: (row) => el('a', { href: `#/subscriptions/${row.id}`, dir: 'auto' }, row.url) },
      { head: t('subscriptions.state'), cell: state },
      { head: t('subscriptions.events'), cell: (row) => (row.events.length > 3 ? t('subscriptions.kinds', { n: row.events.length }) : row.events.map((name) => ctx.terms.label('lead_events', name)).join(', ')) },
      { head: t('subscriptions.person'), cell: (row) => t(row.include_person ? 'yes' : 'no') },
      { head: t('subscriptions.by'), hide: true, cell: (row) => row.authorized_by },
      { head: t('subscriptions.created'), hide: true, cell: (row) => ago(row.created_at) },
    ], data, { href: (row) => `#/subscriptions/${row.id}`, caption: t('nav.subscriptions') }) : empty(t('subscriptions.none')), pages(ctx, next, number(data.length) && data.length)),
  ] };
}
