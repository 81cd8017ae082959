// What did not go through: leads that were refused, that failed, that their flow left, and failed runs of n8n.
import { el } from '../dom.js';
import { ago, number, readable, title, when } from '../format.js';
import { ask, confirm } from '../parts/dialog.js';
import { filters } from '../parts/filters.js';
import { field, form, valuesOf } from '../parts/form.js';
import { heading, pairs, progress, source, tabs } from '../parts/pieces.js';
import { empty, note } from '../parts/states.js';
import { pages, table } from '../parts/table.js';
import { toast } from '../parts/toast.js';
import { t } from '../texts.js';

export const at = { path: 'rejects', scope: 'leads:read', menu: { group: 'data', order: 30, text: 'nav.rejects' } };
export const live = 30;

const TABS = ['refused', 'dead', 'let_go', 'runs'];
const KNOWN_BY = ['email', 'phone', 'linkedin_url']; // one of them a lead needs
const USUAL = [...KNOWN_BY, 'full_name', 'company_name'];
const TRAP = 'website_confirm'; // the field that people do not see in a form
const SUSPECTED = 'suspected_robot';

const tab = ({ query }) => (TABS.includes(query.get('tab')) ? query.get('tab') : TABS[0]);

// A day of the reader as the moments at which it begins and ends.
const moment = (day, more = 0) => { const at = new Date(`${day}T00:00`); at.setDate(at.getDate() + more); return Number.isNaN(+at) ? null : at.toISOString(); };

function asked(ctx) {
  const query = new URLSearchParams({ limit: 25 });
  const add = (name, value) => { if (value) query.set(name, value); };
  add('cursor', ctx.query.get('cursor'));
  if (tab(ctx) === 'refused') {
    for (const name of ['source', 'code', 'closed']) add(name, ctx.query.get(name));
    add('received_from', ctx.query.get('from') && moment(ctx.query.get('from')));
    add('received_to', ctx.query.get('to') && moment(ctx.query.get('to'), 1));
    return `rejects?${query}`;
  }
  if (tab(ctx) === 'runs') return `workflow-errors?${query}`;
  query.set('stage', tab(ctx));
  return `dead-letters?${query}`;
}

export async function load(ctx) {
  ctx.state.chosen ??= new Set();
  const [page, jobs] = await Promise.all([ctx.call('GET', asked(ctx)), ctx.may('leads') ? ctx.call('GET', 'jobs?kind=backfill&limit=1') : { data: [] }]);
  return { kind: tab(ctx), ...page, job: jobs.data[0] };
}

const clear = (ctx) => { ctx.state.chosen = new Set(); };
const closed = (ctx) => ctx.query.get('closed') === 'true';

// A choice of rows of a page, and what can be done to all that are chosen.
function chooser(ctx, ids) {
  return (id, on) => {
    for (const each of id === null ? ids : [id]) ctx.state.chosen[on ? 'add' : 'delete'](each);
    ctx.refresh();
  };
}

const bulk = (ctx, ids, ...buttons) => {
  const chosen = ids.filter((id) => ctx.state.chosen.has(id));
  return chosen.length ? el('div', { class: 'bulk', role: 'group', 'aria-label': t('rejects.bulk') }, el('span', { role: 'status' }, t('rejects.chosen', { n: chosen.length })),
    buttons.map(({ text, run, main }) => el('button', { key: text, class: main ? 'main' : null, onclick: () => run(chosen) }, text)),
    el('button', { class: 'link', onclick: () => { clear(ctx); ctx.refresh(); } }, t('rejects.none_chosen'))) : null;
};

// What a stall left: taken up again since a moment

async function backfill(ctx) {
  const since = await ask({ title: t('backfill.title'), action: t('backfill.look'), content: [el('p', {}, t('backfill.help')),
    field(t('backfill.since'), { name: 'since', type: 'datetime-local', required: true })],
  value: valuesOf, act: async (given) => {
    const at = new Date(given.since).toISOString();
    return { at, ...await ctx.call('GET', `jobs/backfills?since=${encodeURIComponent(at)}`) };
  } });
  if (!since) return;
  const pull = el('input', { type: 'checkbox', checked: true });
  const begun = await confirm(t('backfill.title'), [t('backfill.leads', { n: since.leads }), since.more ? t('backfill.more') : null, el('ul', {}, Object.entries(since.lacks).map(([name, n]) => el('li', {}, t(`backfill.lacks_${name}`, { n })))),
    el('label', { class: 'inline' }, pull, t('backfill.pull'))], t('backfill.begin'),
  { act: () => ctx.call('POST', 'jobs/backfills', { since: since.at, pull: pull.checked }) });
  if (begun) { await ctx.reload(); toast(t('backfill.begun')); }
}

const GOING = ['queued', 'running'];
const backfilling = (job) => (job && GOING.includes(job.state)
  ? progress(job.counts.handled, job.counts.total, t('backfill.going', { done: number(job.counts.handled), n: job.counts.total ?? 0 })) : null);

// refused

const objectOf = ({ lead }) => (lead !== null && typeof lead === 'object' && !Array.isArray(lead) ? lead : {});
const whoIs = (reject) => {
  const lead = objectOf(reject);
  return [lead.full_name ?? [lead.first_name, lead.last_name].filter(Boolean).join(' '), lead.email, lead.phone, lead.company_name]
    .map((part) => (typeof part === 'string' ? part.trim() : '')).find(Boolean) ?? t('rejects.from', { source: source(reject.source) });
};
const nameOf = ({ pointer }) => pointer?.split('/')[1]?.replaceAll('~1', '/').replaceAll('~0', '~') ?? '';
const trapped = ({ errors }) => errors.some(({ code }) => code === SUSPECTED);

function labelOf(ctx, name) {
  const known = ['contact', 'organization', 'lead'].flatMap((entity) => ctx.terms.fieldsOf(entity));
  const found = known.find(({ lead }) => lead === name);
  return found ? (found.entity === 'organization' && found.name === 'name' ? t('rejects.company') : found.label) : title(name);
}

async function close(ctx, ids) {
  const done = await ctx.act(() => ctx.call('POST', 'rejects/close', { ids }), {
    done: t('rejects.closed_done', { n: ids.length }), undo: () => ctx.call('POST', 'rejects/reopen', { ids }) });
  if (done) { clear(ctx); ctx.refresh(); }
}

async function reopen(ctx, ids) {
  const done = await ctx.act(() => ctx.call('POST', 'rejects/reopen', { ids }), {
    done: t('rejects.reopened', { n: ids.length }), undo: () => ctx.call('POST', 'rejects/close', { ids }) });
  if (done) { clear(ctx); ctx.refresh(); }
}

function repair(ctx, reject) {
  const lead = objectOf(reject);
  const flat = Object.keys(lead).filter((name) => name !== TRAP && (lead[name] === null || typeof lead[name] !== 'object'));
  const wrong = reject.errors.map(nameOf).filter((name) => name && name !== TRAP && typeof lead[name] !== 'object');
  // What is wrong stands first, then what was sent, then what usually identifies a lead.
  const names = [...new Set([...wrong, ...flat, ...USUAL])];
  const rest = Object.entries(lead).filter(([name, value]) => name !== TRAP && value !== null && typeof value === 'object' && Object.keys(value).length);
  const said = (name) => reject.errors.filter((error) => nameOf(error) === name).map(({ detail }) => detail).join(' ');
  const leave = () => { ctx.state.open = null; sessionStorage.removeItem(`draft:reject-${reject.id}`); ctx.refresh(); };
  return form({ draft: `reject-${reject.id}`, action: t('rejects.send'), class: 'form repair', more: [el('button', { type: 'button', onclick: leave }, t('cancel'))],
    save: async (values) => {
      const changes = Object.fromEntries(names.filter((name) => String(lead[name] ?? '') !== String(values[name] ?? '')).map((name) => [name, values[name]]));
      if (trapped(reject)) changes[TRAP] = null;
      const { outcome } = await ctx.call('POST', `rejects/${reject.id}/repair`, { changes });
      leave();
      await ctx.reload();
      toast(t(outcome === 'suppressed' ? 'rejects.suppressed' : 'rejects.repaired', { name: whoIs({ ...reject, lead: { ...lead, ...changes } }) }));
    } },
  reject.lead === null ? note(t('rejects.hidden')) : null,
  trapped(reject) ? note(t('rejects.robot')) : null,
  typeof reject.lead === 'string' ? el('pre', { dir: 'auto' }, reject.lead) : null,
  el('div', { class: 'fields' }, names.map((name) => field(labelOf(ctx, name), { name, value: lead[name] ?? '', dir: 'auto', autocomplete: 'off', rows: /\n|.{80}/.test(lead[name] ?? '') ? 4 : null }, { error: said(name) }))),
  rest.length ? el('details', {}, el('summary', {}, t('rejects.also')), pairs(rest.map(([name, value]) => [labelOf(ctx, name), el('span', { dir: 'auto' }, readable(value))]))) : null);
}

const reasons = (ctx, reject) => el('ul', { class: 'plain reasons' }, reject.errors.map((error, index) => el('li', { key: index },
  nameOf(error) && nameOf(error) !== TRAP ? el('b', {}, `${labelOf(ctx, nameOf(error))}: `) : '', error.detail)));

function refused(ctx, { data, next }) {
  const ids = data.map(({ id }) => id);
  const choose = chooser(ctx, ids);
  const may = ctx.may('leads');
  const seen = new Set([...data.flatMap(({ errors }) => errors.map(({ code }) => code)), ctx.query.get('code')].filter(Boolean));
  const toggle = (id) => { ctx.state.open = ctx.state.open === id ? null : id; ctx.refresh(); document.querySelector('.repair input')?.focus(); };
  return el('section', {},
    el('div', { class: 'tools' }, filters(ctx, [
      { name: 'closed', label: t('rejects.show'), choices: [{ name: 'true', label: t('rejects.closed') }] },
      { name: 'source', label: t('rejects.source') },
      { name: 'code', label: t('rejects.reason'), choices: [...seen].map((name) => ({ name, label: title(name) })) },
      { name: 'from', label: t('rejects.date_from'), type: 'date' },
      { name: 'to', label: t('rejects.date_to'), type: 'date' },
    ]), may && data.length ? el('label', { class: 'inline' }, el('input', { type: 'checkbox', checked: ids.every((id) => ctx.state.chosen.has(id)), onchange: ({ target }) => choose(null, target.checked) }), t('choose_all')) : null),
    closed(ctx) ? bulk(ctx, ids, { text: t('rejects.reopen'), run: (chosen) => reopen(ctx, chosen) }) : bulk(ctx, ids, { text: t('rejects.close'), run: (chosen) => close(ctx, chosen) }),
    data.length ? el('ul', { class: 'plain lines' }, data.map((reject) => el('li', { key: reject.id, 'data-href': '#', tabindex: '-1', class: 'reject',
      onkeydown: (event) => { if (event.key === 'Enter' && event.target === event.currentTarget && may) { event.preventDefault(); toggle(reject.id); } } },
    el('div', { class: 'spread' },
      el('div', { class: 'row' },
        may ? el('input', { type: 'checkbox', 'aria-label': t('choose_row', { name: whoIs(reject) }), checked: ctx.state.chosen.has(reject.id), onchange: ({ target }) => choose(reject.id, target.checked) }) : null,
        el('b', { dir: 'auto' }, whoIs(reject)), el('span', { class: 'quiet' }, `${source(reject.source)} · ${reject.client} · `, ago(reject.received_at))),
      may ? el('div', { class: 'row' },
        el('button', { class: 'small', 'aria-expanded': String(ctx.state.open === reject.id), onclick: () => toggle(reject.id) }, t('rejects.repair')),
        closed(ctx) ? el('button', { class: 'small', onclick: () => reopen(ctx, [reject.id]) }, t('rejects.reopen')) : el('button', { class: 'small', onclick: () => close(ctx, [reject.id]) }, t('rejects.close'))) : null),
    reasons(ctx, reject),
    reject.closed_at ? el('p', { class: 'quiet' }, t('rejects.closed_by', { name: reject.closed_by }), ' ', ago(reject.closed_at)) : null,
    ctx.state.open === reject.id && may ? repair(ctx, reject) : null)))
      : empty(t(closed(ctx) ? 'rejects.none_closed' : 'rejects.none')),
    pages(ctx, next, data.length));
}

// failed, and left by the flow

async function replay(ctx, leadIds) {
  const done = await ctx.act(() => ctx.call('POST', 'dead-letters/replay', { lead_ids: leadIds }), { done: t('rejects.replayed', { n: leadIds.length }) });
  if (done) { clear(ctx); ctx.refresh(); }
}

async function letGo(ctx, leadIds) {
  const done = await ctx.act(() => ctx.call('POST', 'dead-letters/close', { lead_ids: leadIds }), {
    done: t('rejects.let_gone', { n: leadIds.length }), undo: () => ctx.call('POST', 'dead-letters/reopen', { lead_ids: leadIds }) });
  if (done) { clear(ctx); ctx.refresh(); }
}

function dead(ctx, { kind, data, next }) {
  const ids = data.map((row) => row.lead_id);
  const may = ctx.may('leads');
  const again = t(kind === 'dead' ? 'rejects.replay' : 'rejects.take_up');
  const acts = [{ text: again, run: (chosen) => replay(ctx, chosen), main: true }, ...(kind === 'dead' ? [{ text: t('rejects.let_go'), run: (chosen) => letGo(ctx, chosen) }] : [])];
  return el('section', {}, el('p', { class: 'quiet' }, t(`rejects.what_${kind}`)), may ? bulk(ctx, ids, ...acts) : null,
    data.length ? table([
      { head: t('rejects.lead'), main: true, cell: (row) => el('a', { href: `#/leads/${row.lead_id}`, dir: 'auto' }, row.full_name ?? row.email ?? t('rejects.from', { source: source(row.source) })) },
      { head: t('rejects.reason'), cell: (row) => row.reason ?? title(row.code ?? '') },
      { head: t('rejects.step'), cell: (row) => (row.step ? title(row.step) : '') },
      { head: t('rejects.attempts'), number: true, cell: (row) => number(row.attempts) },
      { head: t('rejects.replays'), number: true, hide: true, cell: (row) => number(row.replays) },
      { head: t('rejects.when'), cell: (row) => ago(row.updated_at) },
      ...(may ? [{ head: t('rejects.acts'), cell: (row) => el('div', { class: 'row' }, acts.map(({ text, run }) => el('button', { key: text, class: 'small', onclick: () => run([row.lead_id]) }, text))) }] : []),
    ], data, { key: (row) => row.lead_id, href: (row) => `#/leads/${row.lead_id}`, caption: t(`rejects.tab_${kind}`),
      chosen: may ? ctx.state.chosen : null, onchoose: chooser(ctx, ids) }) : empty(t(`rejects.none_${kind}`)),
    pages(ctx, next, data.length));
}

// failed runs of n8n

const runs = (ctx, { data, next }) => el('section', {}, el('p', { class: 'quiet' }, t('rejects.what_runs')),
  data.length ? table([
    { head: t('rejects.workflow'), main: true, cell: (row) => row.workflow_name ?? t('unknown') },
    { head: t('rejects.node'), cell: (row) => row.node },
    { head: t('rejects.message'), cell: (row) => el('span', { dir: 'auto' }, row.message ?? '') },
    { head: t('rejects.when'), cell: (row) => el('time', { datetime: row.occurred_at }, when(row.occurred_at)) },
    { head: t('rejects.run'), cell: (row) => (row.url ? el('a', { href: row.url, target: '_blank', rel: 'noopener' }, t('rejects.open_run', { id: row.execution_id })) : row.execution_id) },
  ], data, { caption: t('rejects.tab_runs') }) : empty(t('rejects.none_runs')),
  pages(ctx, next, data.length));

export function render(data, ctx) {
  const shown = { refused, dead, let_go: dead, runs }[data.kind];
  return { title: t('nav.rejects'), nodes: [
    heading(t('nav.rejects'), ctx.may('leads') ? el('button', { disabled: GOING.includes(data.job?.state), onclick: () => backfill(ctx) }, t('backfill.title')) : null),
    el('div', { key: 'backfill' }, backfilling(data.job)),
    tabs(ctx, TABS.map((name) => ({ name, label: t(`rejects.tab_${name}`) })), data.kind),
    el('div', { key: data.kind }, shown(ctx, data)),
  ] };
}
