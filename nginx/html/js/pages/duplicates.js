// Pairs of contacts that may be one person, side by side with what merging them would make.
import { el } from '../dom.js';
import { ago, number, percent, readable, title, when } from '../format.js';
import { Problem } from '../api.js';
import { country } from '../parts/countries.js';
import { bar, heading, section, tabs } from '../parts/pieces.js';
import { empty, note, sentence } from '../parts/states.js';
import { pages, table } from '../parts/table.js';
import { t } from '../texts.js';

export const at = { path: 'duplicates', scope: 'leads:read', menu: { group: 'work', order: 40, text: 'nav.duplicates' } };

const PER_PAGE = 10;
const SIDES = ['left', 'right'];
const MOST = 10_000; // pairs that are counted

const name = (side) => side.full_name || side.email || side.phone || t('unknown');
const size = (side) => Object.values(side).filter((value) => value !== null && value !== '').length;
const chosen = ({ state, query }, data) => data.find(({ id }) => id === (state.pair ?? query.get('pair'))) ?? data[0];
// Whom to keep: who was chosen, else of whom more is known, else the older one.
const keptSide = ({ state }, pair) => state.keep[pair.id] ?? (size(pair.right) > size(pair.left) ? 'right' : 'left');
const seen = ({ state }, pair) => state.previews.get(`${pair.id} ${keptSide({ state }, pair)}`);

// What the merge of the chosen pair would make, asked once.
async function preview(ctx, pair) {
  if (!pair || pair.state !== 'open' || seen(ctx, pair)) return;
  const side = keptSide(ctx, pair);
  try {
    ctx.state.previews.set(`${pair.id} ${side}`, await ctx.call('GET', `duplicates/${pair.id}/preview?keep=${pair[side].id}`));
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    ctx.state.previews.set(`${pair.id} ${side}`, { problem });
  }
}

export async function load(ctx) {
  Object.assign(ctx.state, { keep: ctx.state.keep ?? {}, previews: new Map() });
  const wanted = new URLSearchParams([...ctx.query].filter(([given]) => given !== 'pair'));
  const answer = await ctx.call('GET', `duplicates?limit=${PER_PAGE}&${wanted}`);
  await preview(ctx, chosen(ctx, answer.data));
  return answer;
}

async function look(ctx, pair, side = null) {
  if (side) ctx.state.keep[pair.id] = side;
  ctx.state.pair = pair.id;
  ctx.refresh();
  await preview(ctx, pair);
  ctx.refresh();
}

// The pair after this one is next when this one is decided.
function goOn(ctx, data, pair) {
  const place = data.indexOf(pair);
  ctx.state.pair = (data[place + 1] ?? data[place - 1])?.id;
}

const reopen = (ctx, pair) => ctx.call('POST', `duplicates/${pair.id}/reopen`, {});

function merge(ctx, { data }) {
  const pair = chosen(ctx, data);
  if (!pair || pair.state !== 'open' || !ctx.may('leads')) return;
  const keep = pair[keptSide(ctx, pair)];
  goOn(ctx, data, pair);
  ctx.act(() => ctx.call('POST', `duplicates/${pair.id}/merge`, { keep: keep.id }), {
    done: t('duplicates.merged', { name: name(keep) }),
    undo: async (merged) => {
      await ctx.call('POST', `contacts/${merged.kept_id}/unmerge`, { contact_id: merged.lost_id });
      await reopen(ctx, pair);
      ctx.state.pair = pair.id;
    } });
}

function dismiss(ctx, { data }) {
  const pair = chosen(ctx, data);
  if (!pair || pair.state !== 'open' || !ctx.may('leads')) return;
  goOn(ctx, data, pair);
  ctx.act(() => ctx.call('POST', `duplicates/${pair.id}/dismiss`, {}), {
    done: t('duplicates.dismissed'), undo: async () => { await reopen(ctx, pair); ctx.state.pair = pair.id; } });
}

export const keys = {
  m: { text: 'duplicates.merge', run: merge },
  d: { text: 'duplicates.dismiss', run: dismiss },
  o: { text: 'duplicates.other', run: (ctx, { data }) => {
    const pair = chosen(ctx, data);
    if (pair) look(ctx, pair, keptSide(ctx, pair) === 'left' ? 'right' : 'left');
  } },
};

const shown = (kind, value) => (value === null || value === undefined || value === '' ? '' : kind.name.endsWith('country') ? country(value) : kind.choices ? title(value) : readable(value));
const sure = ({ score }) => percent(Math.floor(score * 100) / 100); // never rounded up to certainty

function lines(ctx, pair) {
  const after = seen(ctx, pair);
  const made = after?.contact?.fields ?? {};
  const of = (key, label, read) => ({ key, label, left: read(pair.left), right: read(pair.right) });
  const fields = ctx.terms.fieldsOf('contact').filter(({ type, name: field }) => type !== 'object' && field !== 'email_canonical')
    .map((kind) => ({ ...of(kind.name, kind.label, (side) => shown(kind, side[kind.name])), after: shown(kind, made[kind.name]) }))
    .filter(({ left, right, after: both }) => left || right || both);
  return [...fields,
    { ...of('organization', t('duplicates.company'), ({ organization }) => organization?.name ?? organization?.domain ?? ''), after: after?.lead?.organization?.name ?? '' },
    { ...of('leads', t('duplicates.leads'), ({ leads }) => number(leads)), after: after?.contact ? number(after.contact.leads.length) : '' },
    { ...of('created_at', t('duplicates.since'), ({ created_at: moment }) => when(moment)), after: when(after?.contact?.created_at) }];
}

const MARKS = { same: '=', differs: '≠', alone: '+' };

function marked({ left, right }) {
  const kind = left === right ? 'same' : left && right ? 'differs' : 'alone';
  return el('span', { class: `mark ${kind}` }, el('span', { 'aria-hidden': 'true' }, `${MARKS[kind]} `), t(`duplicates.${kind}`));
}

function review(ctx, data) {
  const pair = chosen(ctx, data);
  const keep = keptSide(ctx, pair);
  const after = seen(ctx, pair);
  const open = pair.state === 'open';
  const acts = open && ctx.may('leads');
  const value = (text, side) => el('span', { dir: 'auto', class: side === keep ? 'kept' : null }, text);
  const columns = [
    { head: t('duplicates.field'), main: true, cell: ({ label }) => label },
    ...SIDES.map((side) => ({ head: t(side === keep && open ? 'duplicates.kept' : 'duplicates.one', { name: name(pair[side]) }), cell: (row) => value(row[side], open ? side : null) })),
    { head: t('duplicates.compared'), cell: marked },
    ...(open ? [{ head: t('duplicates.after'), cell: (row) => el('b', { dir: 'auto' }, row.after) }] : []),
  ];
  return section(null, el('div', { class: 'spread' },
    el('h2', { dir: 'auto' }, t('duplicates.pair', { left: name(pair.left), right: name(pair.right) })), el('span', { class: 'quiet' }, ago(pair.created_at))),
  el('div', { class: 'evidence' }, el('p', {}, t('duplicates.sure', { share: sure(pair) })), bar(pair.score, t('duplicates.sure', { share: sure(pair) })),
    el('ul', { lang: 'en' }, pair.reasons.map((reason) => el('li', { key: reason }, reason)))),
  open ? el('div', { class: 'row', role: 'group', 'aria-label': t('duplicates.which') }, el('span', {}, t('duplicates.which')), SIDES.map((side) => el('button', {
    key: side, class: 'small', 'aria-pressed': String(side === keep), onclick: () => look(ctx, pair, side) }, side === keep ? '✓ ' : '', el('span', { dir: 'auto' }, name(pair[side])), ` · ${t('duplicates.of_leads', { n: pair[side].leads })}`))) : null,
  after?.problem ? el('p', { class: 'problem' }, sentence(after.problem)) : null,
  table(columns, lines(ctx, pair), { key: ({ key }) => key, caption: t('duplicates.caption'), class: 'compare' }),
  after?.lead && ctx.may('pii:read') ? el('p', {}, t(after.archived_lead_id ? 'duplicates.lead_of_two' : 'duplicates.lead_stays', {
    status: ctx.terms.label('statuses', after.lead.status), owner: after.lead.owner ?? t('nobody') })) : null,
  el('p', { class: 'form-actions decide' },
    acts ? [
      el('button', { class: 'main', onclick: () => merge(ctx, { data }) }, t('duplicates.merge'), ' ', el('kbd', { 'aria-hidden': 'true' }, 'm')),
      el('button', { onclick: () => dismiss(ctx, { data }) }, t('duplicates.dismiss'), ' ', el('kbd', { 'aria-hidden': 'true' }, 'd'))] : null,
    !open && ctx.may('leads') ? el('button', { onclick: () => { goOn(ctx, data, pair); ctx.act(() => reopen(ctx, pair), { done: t('duplicates.reopened'), undo: () => ctx.call('POST', `duplicates/${pair.id}/dismiss`, {}) }); } }, t('duplicates.reopen')) : null,
    open ? null : el('span', { class: 'quiet' }, t('duplicates.by', { name: pair.decided_by ?? t('unknown') }), ' ', ago(pair.decided_at))));
}

export function render({ data, next, total }, ctx) {
  const state = ctx.query.get('state') ?? 'open';
  const list = () => el('ul', { class: 'plain lines pair-list' }, data.map((pair) => el('li', {
    key: pair.id, 'data-href': ctx.with({ pair: pair.id }), class: pair === chosen(ctx, data) ? 'chosen' : null },
  el('a', { href: ctx.with({ pair: pair.id }), 'aria-current': pair === chosen(ctx, data) ? 'true' : null, onclick: (event) => { event.preventDefault(); look(ctx, pair); }, onfocus: () => { if (pair !== chosen(ctx, data)) look(ctx, pair); } },
    el('span', { dir: 'auto' }, t('duplicates.pair', { left: name(pair.left), right: name(pair.right) }))),
  el('small', { class: 'quiet' }, `${pair.left.organization?.name ?? pair.right.organization?.name ?? ''} `, sure(pair)))));
  return { title: t('nav.duplicates'), nodes: [
    heading(t('nav.duplicates'), el('span', { class: 'quiet', role: 'status' }, total < MOST ? t('duplicates.count', { n: total }) : t('duplicates.many', { n: total }))),
    tabs(ctx, ['open', 'dismissed'].map((kind) => ({ name: kind, label: t(`duplicates.state_${kind}`) })), state, 'state'),
    data.some(({ masked }) => masked) ? note(t('duplicates.masked')) : null,
    data.length ? el('div', { class: 'columns review' },
      section(t('duplicates.pairs'), list(), pages(ctx, next, data.length)), review(ctx, data))
      : el('section', {}, empty(t(state === 'open' ? 'duplicates.none' : 'duplicates.none_dismissed')), pages(ctx, next, 0)),
  ] };
}
