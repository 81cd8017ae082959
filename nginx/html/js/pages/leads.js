// All leads: searched, filtered, in the order that is asked for, changed in the row or many at once. The list lives
// in the address; lists that people keep are tabs.
import { el, settle } from '../dom.js';
import { ago, date, money, number, readable } from '../format.js';
import { countries } from '../parts/countries.js';
import { ask, confirm } from '../parts/dialog.js';
import { filters, search } from '../parts/filters.js';
import { field } from '../parts/form.js';
import { grade, heading, nameOf, pairs, progress, source } from '../parts/pieces.js';
import { empty } from '../parts/states.js';
import { table } from '../parts/table.js';
import { toast } from '../parts/toast.js';
import { address } from '../router.js';
import { t } from '../texts.js';

export const at = { path: 'leads', scope: 'leads:read', menu: { group: 'work', order: 20, text: 'nav.leads' } };
export const live = 30;

const SIZES = [25, 50, 100, 200];
const RECEIVED = { today: [0, 1], yesterday: [-1, 0], week: [-7, 1], month: [-30, 1] }; // days from today: [from, until]
const DATES = ['created_from', 'created_to', 'updated_from', 'updated_to', 'scored_from', 'scored_to'];
const PERSONAL = ['tag', 'owner'];
const FILTERS = ['q', 'grade', 'status', 'stage', 'owner', 'source', 'tag', 'country', 'received', 'min_score', 'max_score', 'touched', 'organization', 'import_id', ...DATES];
const READY = [
  { id: 'all', text: 'leads.all', query: '' },
  { id: 'yesterday', text: 'leads.view.yesterday', query: 'grade=hot&touched=false&received=yesterday&sort=score' },
  { id: 'mine', text: 'leads.view.mine', query: 'owner=me', scope: 'pii:read' },
  { id: 'hot', text: 'leads.view.hot', query: 'grade=hot&status=new&sort=score' },
];
// What a head sorts by: [downwards, upwards].
const SORTS = { received: ['newest', 'oldest'], score: ['score', 'lowest'], changed: ['changed', 'unchanged'] };
const USUAL = ['score', 'company', 'job_title', 'source', 'status', 'owner', 'received'];
const USUAL_SIZE = 50;
const STEP_MS = 1000;

// Local midnight of a day, so many days from it.
const midnight = (from, days) => new Date(from.getFullYear(), from.getMonth(), from.getDate() + days).toISOString();

// The filters of the address as the API takes them: "me" and days are the reader's.
function asked(query, me) {
  const given = Object.fromEntries(FILTERS.map((name) => [name, query.get(name)]).filter(([, value]) => value));
  const { received, ...rest } = given;
  for (const name of DATES) {
    if (/^\d{4}-\d\d-\d\d$/.test(rest[name] ?? '')) rest[name] = midnight(new Date(`${rest[name]}T00:00`), name.endsWith('_to') ? 1 : 0);
  }
  if (rest.owner === 'me') rest.owner = me.email;
  if (RECEIVED[received]) [rest.created_from, rest.created_to] = RECEIVED[received].map((days) => midnight(new Date(), days));
  return rest;
}

// The pages that were gone through to the one that is shown, so that there is a way back; of this tab.
function trail(query) {
  const list = new URLSearchParams(query);
  list.delete('cursor');
  list.delete('view');
  const key = `leads.pages:${list}`;
  const cursor = query.get('cursor') ?? '';
  const all = JSON.parse(sessionStorage.getItem(key) ?? '[""]');
  if (!all.includes(cursor)) all.push(cursor);
  return { all, place: all.indexOf(cursor), keep: (next) => sessionStorage.setItem(key, JSON.stringify([...all.slice(0, all.indexOf(cursor) + 1), next].slice(-200))) };
}

const columnsOf = (ctx) => {
  const answer = (entity, name, more = {}) => ({ name, of: `${entity}.${name}`, head: ctx.terms.fieldsOf(entity).find((each) => each.name === name)?.label ?? name,
    hide: true, cell: (lead) => el('span', { dir: 'auto' }, readable(lead[entity]?.[name])), ...more });
  return [
    { name: 'score', head: t('leads.score'), sort: 'score', cell: (lead) => grade(lead.score, (name) => ctx.terms.label('grades', name)) },
    { name: 'company', of: 'organization.name,organization.domain', head: t('leads.company'), cell: (lead) => el('span', { dir: 'auto' }, lead.organization?.name ?? lead.organization?.domain) },
    answer('contact', 'job_title'), answer('contact', 'seniority'), answer('contact', 'email'), answer('contact', 'phone'), answer('contact', 'city'), answer('contact', 'country'),
    { ...answer('organization', 'industry') }, { ...answer('organization', 'employee_count'), number: true },
    { name: 'source', of: 'source', head: t('leads.source'), hide: true, cell: (lead) => source(lead.source) },
    { name: 'tags', of: 'tags', head: t('leads.tags'), hide: true, cell: (lead) => lead.tags.map((tag) => el('a', { class: 'tag', dir: 'auto', href: ctx.with({ tag, cursor: null }) }, tag)) },
    { name: 'status', of: 'status', head: t('leads.status'), cell: (lead) => statusOf(lead, ctx) },
    { name: 'stage', of: 'stage', head: t('leads.stage'), hide: true, cell: (lead) => ctx.terms.label('stages', lead.stage) },
    { name: 'owner', of: 'owner', head: t('leads.owner'), cell: (lead) => ownerOf(lead, ctx) },
    { name: 'received', of: 'created_at', head: t('leads.received'), sort: 'received', cell: (lead) => ago(lead.created_at) },
    { name: 'changed', of: 'updated_at', head: t('leads.changed'), sort: 'changed', cell: (lead) => ago(lead.updated_at) },
  ];
};

const viewOf = (views, query) => [...READY, ...views.data].find(({ id }) => id === query.get('view'));
const shownColumns = (views, query) => [viewOf(views, query)?.columns, views.usual.columns, USUAL].find((names) => names?.length);

export async function load(ctx) {
  const { call, query, may, me, terms } = ctx;
  const views = await call('GET', 'views');
  const wanted = asked(query, me);
  const names = shownColumns(views, query);
  const fields = ['id', 'version', 'score.total', 'score.grade', 'contact.full_name', 'contact.email', 'contact.phone', 'status', 'owner', 'tags', 'created_at', ...(wanted.organization ? ['organization.name'] : []),
    ...columnsOf({ terms }).filter(({ name, of }) => of && names.includes(name)).map(({ of }) => of)];
  const page = new URLSearchParams({ ...wanted, limit: views.usual.limit ?? USUAL_SIZE, sort: query.get('sort') ?? 'newest', fields: [...new Set(fields.join(',').split(','))].join(',') });
  if (query.get('cursor')) page.set('cursor', query.get('cursor'));
  const [list, count, owners] = await Promise.all([call('GET', `leads?${page}`), call('GET', `leads/count?${new URLSearchParams(wanted)}`), may('pii:read') ? call('GET', 'owners') : { data: [] }]);
  if (list.next) trail(query).keep(list.next);
  // What a lead's page goes back to, and on to its neighbours by.
  sessionStorage.setItem('leads.list', JSON.stringify({ address: address('leads', query), ids: list.data.map(({ id }) => id), query: String(new URLSearchParams({ ...wanted, sort: page.get('sort') })) }));
  return { list, count, views, names, owners: owners.data };
}

// One change of one lead, in its row.
async function change(ctx, lead, control, body, back, done) {
  const put = (values, version) => ctx.call('PATCH', `leads/${lead.id}`, values, { 'If-Match': `"${version}"` });
  await ctx.act(() => put(body, lead.version), { done, undo: (now) => put(back, now.version) });
  if (control) settle(control);
  ctx.refresh();
}

function statusOf(lead, ctx) {
  const name = ctx.terms.label('statuses', lead.status);
  if (!ctx.may('leads')) return name;
  return el('select', { 'aria-label': t('leads.status_of', { name: nameOf(lead) }), onchange: ({ target }) => change(ctx, lead, target, { status: target.value }, { status: lead.status },
    t('leads.status_set', { name: nameOf(lead), status: ctx.terms.label('statuses', target.value) })) },
  ctx.terms.statuses.map((status) => el('option', { value: status.name, selected: status.name === lead.status }, status.label)));
}

const ownerChoices = (owners, me, more = []) => [
  ...owners.filter(({ id }) => id === me.id).map(({ email, name }) => ({ name: email, label: t('leads.me', { name: name ?? email }) })),
  ...[...owners.filter(({ id }) => id !== me.id), ...more].map(({ email, name }) => ({ name: email, label: name ?? email }))];

function ownerOf(lead, ctx) {
  const known = ctx.state.owners ?? [];
  if (!ctx.may('leads') || !ctx.may('pii:read')) return lead.owner ?? '';
  const gone = lead.owner && !known.some(({ email }) => email === lead.owner) ? [{ email: lead.owner }] : [];
  return el('select', { 'aria-label': t('leads.owner_of', { name: nameOf(lead) }), onchange: ({ target }) => change(ctx, lead, target, { owner: target.value || null }, { owner: lead.owner },
    t('leads.owner_set', { name: nameOf(lead), owner: target.selectedOptions[0].textContent })) },
  el('option', { value: '' }, t('nobody')), ownerChoices(known, ctx.me, gone).map((owner) => el('option', { value: owner.name, selected: owner.name === lead.owner }, owner.label)));
}

// Which leads an act is about: those that are chosen, or all of the list.
const target = (ctx) => (ctx.state.all ? asked(ctx.query, ctx.me) : { lead_ids: [...ctx.state.chosen] });

function choose(ctx, work) {
  document.querySelectorAll('#view .choose input').forEach(settle);
  work();
  ctx.refresh();
}
const chooseNone = (ctx) => choose(ctx, () => { ctx.state.chosen.clear(); ctx.state.all = false; });

// A job that goes on until it ends, its progress on the page.
async function followed(ctx, begun) {
  let { job } = begun;
  while (['queued', 'running', 'undoing'].includes(job.state)) {
    ctx.state.job = job;
    ctx.refresh();
    const before = job.progress;
    ({ job } = await ctx.call('POST', `jobs/${job.id}/step`, {}));
    if (job.progress === before) await new Promise((wake) => { setTimeout(wake, STEP_MS); }); // another step is under way
  }
  return job;
}

async function long(ctx, work) {
  let done = null;
  const well = await ctx.act(async () => {
    try { done = await work(); } finally { ctx.state.job = null; }
  });
  return well ? done : null;
}

async function changeMany(ctx, what) {
  const job = await long(ctx, async () => followed(ctx, await ctx.call('POST', 'leads/bulk', { ...target(ctx), change: what })));
  if (!job) return;
  chooseNone(ctx);
  const { updated, skipped, rejected } = job.counts;
  toast([t('leads.bulk.done', { n: updated }), skipped ? t('leads.bulk.same', { n: skipped }) : '', rejected ? t('leads.bulk.refused', { n: rejected }) : '',
    job.state === 'failed' ? t('leads.bulk.failed') : ''].filter(Boolean).join(' '), updated ? () => takeBack(ctx, job) : null);
}

async function takeBack(ctx, { id }) {
  const job = await long(ctx, async () => followed(ctx, await ctx.call('POST', `leads/bulk/${id}/undo`, {})));
  if (job) toast(job.kept_count ? t('leads.bulk.kept', { n: job.kept_count }) : t('undone'));
}

// Orders that are given for a thousand leads at a time, until all were queued.
async function queued(ctx, path, more = {}) {
  const n = await long(ctx, async () => {
    let [count, after] = [0, undefined];
    do {
      const answer = await ctx.call('POST', path, { ...target(ctx), ...more, ...(after ? { after } : {}) });
      count += answer.queued.length;
      after = answer.next;
    } while (after);
    return { count };
  });
  if (!n) return;
  chooseNone(ctx);
  toast(t('leads.bulk.queued', { n: n.count }));
}

async function enrich(ctx) {
  const told = await long(ctx, () => ctx.call('POST', 'leads/estimate', target(ctx)));
  if (!told) return;
  const cost = ({ expected, low, high }) => (high ? t('leads.enrich.cost', { expected: money(expected), low: money(low), high: money(high) }) : null);
  const sure = await confirm(t('leads.enrich.title', { n: told.leads }), [pairs([
    [t('leads.enrich.asked'), number(told.asked)], [t('leads.enrich.settled'), number(told.settled)], [t('leads.enrich.refused'), number(told.refused) || null],
    [t('leads.enrich.price'), cost(told.cost) ?? money(0)], [t('sandbox'), cost(told.sandbox_cost)]])], t('leads.enrich'));
  if (sure) await queued(ctx, 'leads/enrich');
}

async function tags(ctx, what) {
  const words = (form) => form.elements.tags.value.split(',').map((tag) => tag.trim()).filter(Boolean);
  const given = await ask({ title: t(`leads.${what}`), content: [field(t('leads.tags'), { name: 'tags', required: true, autofocus: true, maxlength: 400 }, { help: t('leads.tags.help') })],
    action: t(what === 'add_tags' ? 'add' : 'remove'), value: words });
  if (given?.length) await changeMany(ctx, { [what]: given });
}

function bulkBar(ctx, { count, list, owners }) {
  const { chosen, all, job } = ctx.state;
  if (job) return el('div', { class: 'bulk', key: 'bulk' }, progress(Math.round(100 * job.progress), 100, t('leads.bulk.progress', { share: number(job.progress, { style: 'percent' }) })));
  if (!chosen.size) return null;
  const n = all ? count.count : chosen.size;
  const pick = (label, choices, then) => el('select', { 'aria-label': label, key: label, onchange: ({ target: control }) => {
    const { value } = control;
    settle(control);
    control.value = '';
    if (value) then(value);
  } }, el('option', { value: '' }, label), choices.map(({ name, label: text }) => el('option', { value: name }, text)));
  const wholePage = list.data.length > 0 && list.data.every(({ id }) => chosen.has(id));
  return el('div', { class: 'bulk', key: 'bulk', role: 'group', 'aria-label': t('leads.bulk') },
    el('strong', { role: 'status' }, t('leads.chosen', { n })),
    wholePage && !all && count.count > list.data.length ? count.more ? el('span', { class: 'quiet' }, t('leads.too_many'))
      : el('button', { class: 'link', onclick: () => choose(ctx, () => { ctx.state.all = true; }) }, t('leads.choose_all', { n: count.count })) : null,
    ctx.may('pii:read') ? [el('button', { class: 'small', key: 'me', onclick: () => changeMany(ctx, { owner: ctx.me.email }) }, t('leads.assign_me')),
      pick(t('leads.assign'), [{ name: '-', label: t('nobody') }, ...ownerChoices(owners, ctx.me)], (email) => changeMany(ctx, { owner: email === '-' ? null : email }))] : null,
    pick(t('leads.set_status'), ctx.terms.statuses, (status) => changeMany(ctx, { status })),
    el('button', { class: 'small', key: 'add', onclick: () => tags(ctx, 'add_tags') }, t('leads.add_tags')),
    el('button', { class: 'small', key: 'remove', onclick: () => tags(ctx, 'remove_tags') }, t('leads.remove_tags')),
    el('button', { class: 'small', key: 'rescore', onclick: () => queued(ctx, 'leads/rescore') }, t('leads.rescore')),
    el('button', { class: 'small', key: 'enrich', onclick: () => enrich(ctx) }, t('leads.enrich')),
    el('button', { class: 'small', key: 'archive', onclick: () => changeMany(ctx, { status: 'archived' }) }, t('leads.archive')),
    el('button', { class: 'small link', key: 'none', onclick: () => chooseNone(ctx) }, t('leads.choose_none')));
}

const kindsOf = (ctx, { owners, list }) => [
  { name: 'grade', label: t('leads.grade'), choices: ctx.terms.grades },
  { name: 'status', label: t('leads.status'), choices: ctx.terms.statuses },
  { name: 'owner', label: t('leads.owner'), choices: [{ name: 'me', label: t('leads.owner.me') }, { name: 'none', label: t('nobody') }, ...ownerChoices(owners, ctx.me)] },
  { name: 'received', label: t('leads.received'), choices: Object.keys(RECEIVED).map((name) => ({ name, label: t(`leads.received.${name}`) })) },
  { name: 'touched', label: t('leads.touched'), choices: ['false', 'true'].map((name) => ({ name, label: t(`leads.touched.${name}`) })) },
  { name: 'source', label: t('leads.source'), show: source },
  { name: 'tag', label: t('leads.tag') },
  { name: 'country', label: t('leads.country'), choices: countries() },
  { name: 'min_score', label: t('leads.min_score'), type: 'number' },
  { name: 'max_score', label: t('leads.max_score'), type: 'number' },
  { name: 'stage', label: t('leads.stage'), choices: ctx.terms.stages },
  ...DATES.map((name) => ({ name, label: t(`leads.${name}`), type: 'date', show: (value) => date(value.includes('T') ? value : `${value}T00:00`) })),
  { name: 'organization', label: t('leads.company'), hidden: true, show: (value) => list.data[0]?.organization?.name ?? value },
  { name: 'import_id', label: t('leads.import'), hidden: true },
].filter(({ name }) => ctx.may('pii:read') || !PERSONAL.includes(name));

// What a view keeps of the address.
function kept(query) {
  const own = new URLSearchParams(query);
  own.delete('cursor');
  own.delete('view');
  return String(own);
}

async function keep(ctx, names, query) {
  const made = await ask({ title: t('leads.view.save'), action: t('save'),
    content: [field(t('leads.view.name'), { name: 'name', required: true, maxlength: 80, autofocus: true }), field(t('leads.view.shared'), { name: 'shared', type: 'checkbox' }, { help: t('leads.view.shared.help') })],
    value: (form) => ({ name: form.elements.name.value.trim(), shared: form.elements.shared.checked, query, columns: names }),
    act: (given) => ctx.call('POST', 'views', given) });
  if (made) ctx.go(address('leads', new URLSearchParams(`${query}&view=${made.id}`)));
}

function tabs(ctx, { views, names }) {
  const open = viewOf(views, ctx.query) ?? (kept(ctx.query) ? null : READY[0]);
  const entry = ({ id, text, name, query, mine, shared, kept_by: by }) => el('a', { key: id, href: address('leads', new URLSearchParams(id === 'all' ? '' : `${query}&view=${id}`)),
    'aria-current': id === open?.id ? 'page' : null, dir: 'auto', title: shared && !mine && by ? t('leads.view.by', { name: by }) : null }, text ? t(text) : name);
  const query = kept(ctx.query);
  const differs = open?.mine && (query !== kept(new URLSearchParams(open.query)) || String(names) !== String(open.columns.length ? open.columns : names));
  const again = { name: open?.name, query: open?.query, columns: open?.columns, shared: open?.shared };
  return el('div', { class: 'view-tabs' }, el('nav', { class: 'tabs', 'aria-label': t('leads.views') }, [...READY.filter(({ scope }) => ctx.may(scope)), ...views.data].map(entry)),
    el('span', { class: 'row' },
      differs ? el('button', { class: 'small', key: 'change', onclick: () => ctx.act(() => ctx.call('PATCH', `views/${open.id}`, { query, columns: names }), { done: t('leads.view.saved'), undo: () => ctx.call('PATCH', `views/${open.id}`, again) }) }, t('leads.view.change')) : null,
      open?.mine ? el('button', { class: 'small', key: 'delete', onclick: async () => {
        if (await ctx.act(() => ctx.call('DELETE', `views/${open.id}`), { done: t('leads.view.deleted', { name: open.name }), undo: () => ctx.call('POST', 'views', again) })) ctx.go(ctx.with({ view: null }), { replace: true });
      } }, t('leads.view.delete')) : null,
      query ? el('button', { class: 'small', key: 'save', onclick: () => keep(ctx, names, query) }, t('leads.view.save')) : null));
}

const panel = (key, text, ...content) => el('details', { class: 'more-filters to-right', key }, el('summary', { class: 'button' }, text), el('div', { class: 'panel' }, content));

function columnChoice(ctx, { names, views }) {
  const open = viewOf(views, ctx.query);
  const limit = views.usual.limit ?? USUAL_SIZE;
  // Who looks at a view of their own changes that; any other list is shown as they usually look at leads.
  const save = (columns, size) => ctx.act(() => (open?.mine && size === limit
    ? ctx.call('PATCH', `views/${open.id}`, { columns }) : ctx.call('PUT', 'views/usual', { columns: open?.columns?.length ? views.usual.columns : columns, limit: size })));
  return panel('columns', t('leads.columns'), el('fieldset', {}, el('legend', {}, t('leads.columns.shown')), columnsOf(ctx).map(({ name, head }) => el('label', { class: 'inline', key: name }, el('input', {
    type: 'checkbox', checked: names.includes(name), onchange: ({ target: box }) => save(columnsOf(ctx).map((each) => each.name).filter((each) => (each === name ? box.checked : names.includes(each))), limit) }), head))),
  el('label', {}, t('leads.size'), el('select', { onchange: ({ target: control }) => save(names, Number(control.value)) }, SIZES.map((size) => el('option', { value: size, selected: size === limit }, number(size))))));
}

function exportOf(ctx) {
  const link = () => `/api/v1/leads.csv?${new URLSearchParams({ ...asked(ctx.query, ctx.me), ...(ctx.state.custom ? { custom: true } : {}), ...(ctx.state.reasons ? { reasons: true } : {}) })}`;
  const box = (name) => el('label', { class: 'inline', key: name }, el('input', { type: 'checkbox', checked: Boolean(ctx.state[name]), onchange: ({ target: control }) => { ctx.state[name] = control.checked; ctx.refresh(); } }), t(`leads.export.${name}`));
  return panel('export', t('leads.export'), el('p', { class: 'quiet' }, t('leads.export.what')), box('custom'), box('reasons'), el('a', { class: 'button main', href: link(), download: 'leads.csv' }, t('leads.export.load')));
}

function pager(ctx, next) {
  const { all, place } = trail(ctx.query);
  return el('nav', { class: 'pages', 'aria-label': t('pages') },
    place > 1 ? el('a', { class: 'button', key: 'first', href: ctx.with({ cursor: null }) }, t('first_page')) : null,
    ctx.query.get('cursor') ? el('a', { class: 'button', key: 'before', rel: 'prev', href: ctx.with({ cursor: all[place - 1] || null }) }, t('leads.before')) : null,
    next ? el('a', { class: 'button', key: 'next', rel: 'next', href: ctx.with({ cursor: next }) }, t('next_page')) : null);
}

const rowAt = (ctx, { list }) => list.data.find(({ id }) => document.querySelector('#view tr.at, #view tr:focus-within')?.dataset.href === `#/leads/${id}`);
export const keys = {
  a: { text: 'leads.key.mine', run: (ctx, data) => { const lead = rowAt(ctx, data); if (lead && ctx.may('leads')) change(ctx, lead, null, { owner: ctx.me.email }, { owner: lead.owner }, t('leads.yours', { name: nameOf(lead) })); } },
  x: { text: 'leads.key.choose', run: (ctx, data) => { const lead = rowAt(ctx, data); if (lead && ctx.may('leads')) toggle(ctx, data, lead.id, !ctx.state.chosen.has(lead.id)); } },
};

const toggle = (ctx, { list }, id, on) => choose(ctx, () => {
  ctx.state.all = false;
  for (const each of id ? [id] : list.data.map((lead) => lead.id)) if (on) ctx.state.chosen.add(each); else ctx.state.chosen.delete(each);
});

export function render(data, ctx) {
  const { list, count, names, owners } = data;
  Object.assign(ctx.state, { owners, chosen: ctx.state.chosen ?? new Set() });
  // Other leads are another choice.
  const of = kept(ctx.query);
  if (ctx.state.of !== of) { ctx.state.chosen.clear(); ctx.state.all = false; ctx.state.of = of; }
  const sort = ctx.query.get('sort') ?? 'newest';
  const [by, directions] = Object.entries(SORTS).find(([, each]) => each.includes(sort));
  const shown = columnsOf(ctx).filter(({ name }) => names.includes(name));
  const kinds = kindsOf(ctx, data);
  const open = viewOf(data.views, ctx.query);
  const found = count.more ? t('leads.more_than', { n: count.count }) : t('leads.found', { n: count.count });
  const title = open && open.id !== 'all' ? open.text ? t(open.text) : open.name : t('nav.leads');
  return { title, nodes: [
    heading(el('span', { dir: 'auto' }, title), el('span', { class: 'quiet', role: 'status' }, found)),
    tabs(ctx, data),
    el('section', { class: 'leads-list' },
      el('div', { class: 'tools', role: 'search' }, search(ctx, t(ctx.may('pii:read') ? 'leads.search' : 'leads.search.masked')), filters(ctx, kinds),
        el('span', { class: 'row at-end' }, columnChoice(ctx, data), ctx.may('pii:read') ? exportOf(ctx) : null)),
      bulkBar(ctx, data),
      list.data.length ? table([
        { head: t('leads.name'), main: true, cell: (lead) => el('a', { href: `#/leads/${lead.id}`, dir: 'auto' }, nameOf(lead)) }, ...shown,
      ], list.data, { href: (lead) => `#/leads/${lead.id}`, caption: title, class: 'dense', sort: `${sort === directions[0] ? '-' : ''}${by}`,
        onsort: (name) => ctx.go(ctx.with({ cursor: null, sort: SORTS[name][SORTS[name][0] === sort ? 1 : 0] })),
        chosen: ctx.may('leads') ? ctx.state.chosen : null, onchoose: (id, on) => toggle(ctx, data, id, on) })
        : of ? empty(t('leads.none'), el('a', { class: 'button', href: address('leads') }, t('filter.clear'))) : empty(t('leads.none_yet')),
      pager(ctx, list.next)),
  ] };
}
