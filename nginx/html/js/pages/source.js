// One source: its address and what to do at the vendor, what it delivered last, what is read as what.
import { el } from '../dom.js';
import { ago, duration, number, readable, title, when } from '../format.js';
import { ask, confirm, show } from '../parts/dialog.js';
import { field } from '../parts/form.js';
import { copied, heading, pairs, section, tile } from '../parts/pieces.js';
import { places } from '../parts/places.js';
import { empty, note } from '../parts/states.js';
import { table } from '../parts/table.js';
import { t } from '../texts.js';

export const at = { path: 'sources/:key', scope: 'admin' };
export const live = 5;

const path = ({ params }) => `sources/${encodeURIComponent(params.key)}`;

export const load = (ctx) => ctx.call('GET', path(ctx));

export function render(source, ctx) {
  const silent = source.last_delivery_at && duration((Date.now() - new Date(source.last_delivery_at)) / 1000);
  const reading = readingPart(source, ctx);
  return { title: source.name, nodes: [
    el('p', {}, el('a', { href: '#/sources' }, t('source.back'))),
    heading(el('span', { dir: 'auto' }, source.name), el('span', { class: 'tag' }, source.title),
      el('button', { onclick: () => test(ctx), disabled: Boolean(source.disabled_at) }, t('source.test')),
      el('button', { onclick: () => pause(source, ctx) }, t(source.disabled_at ? 'sources.resume' : 'sources.pause'))),
    source.disabled_at ? note(t('source.paused', { when: when(source.disabled_at) })) : null,
    el('div', { class: 'tiles' }, tile(number(source.leads_7_days), t('sources.week')), tile(number(source.leads), t('source.leads')), tile(number(source.refused), t('sources.refused')),
      tile(silent || '–', source.last_delivery_at ? t('source.silent') : t('sources.nothing_yet'))),
    ctx.state.test ? note(t('source.tested'), ' ', el('a', { href: `#/leads/${ctx.state.test}` }, t('import.open_lead'))) : null,
    el('div', { class: 'columns' },
      section(t('source.connect'), line(t('source.address'), source.url), proof(source, ctx),
        source.steps.length ? [el('h3', {}, t('source.steps')), el('ol', { lang: 'en' }, source.steps.map((step) => el('li', {}, step)))] : null,
        source.kind === 'generic' ? [el('h3', {}, t('source.try_it')), snippet(source, 'SECRET')] : null),
      section(t('source.last_deliveries'), source.last_deliveries.length ? table([
        { head: t('source.when'), main: true, cell: ({ received_at: received }) => ago(received) },
        { head: t('source.outcome'), cell: ({ outcome }) => el('span', { class: outcome === 'accepted' ? 'good' : 'bad' }, t(`source.outcome.${outcome}`)) },
        { head: t('source.what'), cell: whatOf },
        { head: t('source.reason'), cell: ({ reason }) => reason },
      ], source.last_deliveries, { key: (row) => row.received_at, caption: t('source.last_deliveries') }) : empty(t('source.no_delivery')))),
    source.kind === 'generic' ? section(t('source.reading'), reading) : section(null, el('details', { key: 'reading' }, el('summary', {}, t('source.reading')), reading)),
  ] };
}

const line = (label, text) => el('div', { class: 'field' }, el('span', { class: 'quiet' }, label), copied(text));

const whatOf = (row) => [
  row.leads ? t('source.n_leads', { n: row.leads }) : null, row.rejected ? t('source.n_rejected', { n: row.rejected }) : null, row.tests ? t('source.n_tests', { n: row.tests }) : null,
  row.events ? t('source.n_events', { n: row.events }) : null, row.announced ? t('source.n_announced', { n: row.announced }) : null, row.pulled ? t('source.pulled') : null].filter(Boolean).join(', ');

// The address, and the secret where one was made, which is never told again.
export function showSecret(made, head) {
  show(head, line(t('source.address'), made.url),
    made.secret ? [line(t('source.secret_once'), made.secret), el('p', { class: 'caution' }, t('source.once'))] : null,
    made.steps.length ? [el('h3', {}, t('source.steps')), el('ol', { lang: 'en' }, made.steps.map((step) => el('li', {}, step)))] : null,
    made.kind === 'generic' ? [el('h3', {}, t('source.try_it')), snippet(made, made.secret)] : null);
}

const snippet = ({ url }, secret) => copied(`curl -X POST '${url}' -H 'Content-Type: application/json' -H 'Authorization: Bearer ${secret}' -d '{"email": "jo.reed@example.com", "full_name": "Jo Reed"}'`);

function proof(source, ctx) {
  const former = source.former_until ? el('p', { class: 'notice' }, t('source.former', { when: when(source.former_until) })) : null;
  if (source.secret_kind === 'none') return el('p', { class: 'quiet' }, t('source.by_url'));
  if (source.secret_kind === 'made') return [el('p', { class: 'quiet' }, t('source.made_secret')), former, el('button', { class: 'small', onclick: () => renew(source, ctx) }, t('source.renew'))];
  return [el('p', { class: source.has_secret ? 'quiet' : 'caution' }, t(source.has_secret ? 'source.own_secret' : 'source.no_secret')),
    el('button', { class: 'small', onclick: () => ownSecret(ctx) }, t('source.enter_secret'))];
}

async function renew(source, ctx) {
  const made = await ask({ title: t('source.renew'), action: t('source.renew'), content: [el('p', {}, t('source.renew_what')),
    field(t('source.former_hours'), { name: 'hours', choices: [0, 1, 24, 168].map((hours) => ({ name: hours, label: t(`source.hours.${hours}`) })), value: 24 })],
  value: (form) => Number(form.elements.hours.value), act: (hours) => ctx.call('POST', `${path(ctx)}/secret`, { former_hours: hours }) });
  if (!made) return;
  await ctx.reload();
  showSecret(made, t('source.renewed'));
}

async function ownSecret(ctx) {
  const saved = await ask({ title: t('source.enter_secret'), action: t('save'), content: [field(t('sources.secret'), { name: 'secret', type: 'password', autocomplete: 'off', required: true, maxlength: 500 })],
    value: (form) => form.elements.secret.value, act: (secret) => ctx.call('PATCH', path(ctx), { secret }) });
  if (saved) await ctx.reload();
}

async function pause(source, ctx) {
  const put = (disabled) => ctx.call('PATCH', path(ctx), { disabled });
  if (source.disabled_at) ctx.act(() => put(false), { done: t('source.on') });
  else if (await confirm(t('source.pause_head'), t('source.pause_what'), t('sources.pause'))) ctx.act(() => put(true), { done: t('source.off'), undo: () => put(false) });
}

const test = (ctx) => ctx.act(async () => { ctx.state.test = (await ctx.call('POST', `${path(ctx)}/test`, {})).lead_id; }, { done: t('source.tested') });

// What is read as what: from a body that is pasted, by JSON pointer.

const valueAt = (body, pointer) => pointer.split('/').slice(1).reduce((value, token) => value?.[token.replaceAll('~1', '/').replaceAll('~0', '~')], body);

function readingPart(source, ctx) {
  const { state } = ctx;
  const { read } = state;
  return [
    el('p', { class: 'quiet' }, t(source.mapping ? 'source.mapped' : source.kind === 'generic' ? 'source.guessed' : 'source.own_reading')),
    el('form', { class: 'stack', key: 'sample', onsubmit: (event) => { event.preventDefault(); readSample(source, ctx, event.currentTarget.elements.sample.value); } },
      field(t('source.sample'), { name: 'sample', rows: 6, required: true, spellcheck: 'false', placeholder: '{"contact": {"mail": "jo.reed@example.com"}}' }, { error: state.wrong }),
      el('p', { class: 'form-actions' }, el('button', {}, t('source.read')),
        source.mapping ? el('button', { type: 'button', onclick: () => ctx.act(() => ctx.call('PATCH', path(ctx), { mapping: null }), { done: t('source.forgotten'), undo: () => ctx.call('PATCH', path(ctx), { mapping: source.mapping }) }) }, t('source.forget')) : null)),
    read ? mappingPart(ctx) : null,
  ];
}

async function readSample(source, ctx, text) {
  const { state } = ctx;
  let body;
  try { body = JSON.parse(text); } catch { state.wrong = t('source.no_json'); ctx.refresh(); return; }
  state.wrong = null;
  await ctx.act(async () => {
    const { mapping, guessed, leads } = await ctx.call('POST', `${path(ctx)}/sample`, { body });
    state.read = { body, mapping: mapping ?? guessed, leads, pointers: [...new Set([...Object.keys(guessed.fields), ...Object.keys((mapping ?? guessed).fields)])] };
  }, { stay: true });
  ctx.refresh();
}

function mappingPart(ctx) {
  const { read } = ctx.state;
  const list = valueAt(read.body, read.mapping.each ?? '');
  const lead = Array.isArray(list) ? list[0] : list;
  const say = (pointer, place) => ctx.act(async () => {
    const fields = Object.fromEntries(Object.entries({ ...read.mapping.fields, [pointer]: place }).filter(([, to]) => to));
    const mapping = { ...read.mapping, fields };
    const { leads } = await ctx.call('POST', `${path(ctx)}/sample`, { body: read.body, mapping });
    Object.assign(read, { mapping, leads });
  }, { stay: true }).then(() => ctx.refresh());
  return [
    table([
      { head: t('source.place'), main: true, cell: (pointer) => el('code', {}, pointer) },
      { head: t('source.value'), cell: (pointer) => el('span', { dir: 'auto' }, readable(valueAt(lead, pointer)).slice(0, 120)) },
      { head: t('source.becomes'), cell: (pointer) => el('select', { 'aria-label': t('source.becomes_of', { name: pointer }), onchange: ({ target }) => say(pointer, target.value) },
        places(ctx, read.mapping.fields[pointer] ?? '', pointer.split('/').slice(1).join('.'))) },
    ], read.pointers, { key: (pointer) => pointer, caption: t('source.reading') }),
    el('h3', {}, t('source.read_as', { n: read.leads.length })),
    read.leads.slice(0, 3).map((one, place) => el('div', { class: 'card', key: place }, pairs(Object.entries(one.lead).map(([name, value]) => [title(name), el('span', { dir: 'auto' }, readable(value))])))),
    el('p', { class: 'form-actions' }, el('button', { class: 'main', onclick: () => ctx.act(async () => {
      await ctx.call('PATCH', path(ctx), { mapping: read.mapping });
      ctx.state.read = null;
    }, { done: t('source.saved') }) }, t('source.save'))),
  ];
}
