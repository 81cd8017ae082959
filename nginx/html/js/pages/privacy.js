// What a person may ask of us: to be told what is known, to be forgotten, to be left in peace; who is to be told
// where their data came from, and who is kept no longer.
import { download } from '../api.js';
import { el } from '../dom.js';
import { ago, number } from '../format.js';
import { ask, confirm } from '../parts/dialog.js';
import { search } from '../parts/filters.js';
import { field, form, valuesOf } from '../parts/form.js';
import { heading, section, source, tabs } from '../parts/pieces.js';
import { empty, note } from '../parts/states.js';
import { pages, table } from '../parts/table.js';
import { word } from '../terms.js';
import { language, languages, t } from '../texts.js';

export const at = { path: 'privacy', scope: 'pii:read', menu: { group: 'people', order: 40, text: 'nav.privacy' } };

const nameOf = ({ fields }) => fields.full_name || fields.email || fields.phone || t('unknown');

const TABS = ['people', 'notices', 'retention', 'rules'];
const STATES = ['due', 'overdue', 'due_soon', 'sent'];
const among = (names, found) => (names.includes(found) ? found : names[0]);
const tabOf = ({ query }) => among(TABS, query.get('tab'));
const stateOf = ({ query }) => among(STATES, query.get('state'));
// A day of the calendar as the reader writes it.
const dayOf = (text) => (text ? new Date(`${text}T12:00:00`).toLocaleDateString(language(), { dateStyle: 'medium' }) : '–');
const person = (row) => el('span', { dir: 'auto' }, row.full_name || row.email || t('unknown'), row.email && row.full_name ? el('small', { class: 'quiet' }, ` ${row.email}`) : null);

export async function load(ctx) {
  const { call, query } = ctx;
  ctx.state.chosen ??= new Set();
  const cursor = query.get('cursor') ? `&cursor=${query.get('cursor')}` : '';
  const nothing = { data: [], next: null };
  if (tabOf(ctx) === 'people') return query.get('q') ? call('GET', `contacts?limit=25&q=${encodeURIComponent(query.get('q'))}${cursor}`) : nothing;
  const [settings, page] = await Promise.all([call('GET', 'privacy/settings'), {
    notices: () => call('GET', `privacy/notices?limit=50&state=${stateOf(ctx)}${cursor}`),
    retention: () => call('GET', `privacy/retention?limit=50&days=${Number(query.get('days')) || 0}${cursor}`),
    rules: () => call('GET', 'privacy/sources'),
  }[tabOf(ctx)]()]);
  return { ...nothing, ...page, settings };
}

const save = (ctx, contact) => ctx.act(() => download(`contacts/${contact.id}/export`, `person-${contact.id}.json`), { done: t('privacy.saved') });

const spoken = () => field(t('privacy.language'), { name: 'language', value: language(), choices: languages });

async function report(ctx, contact) {
  await ask({ title: t('privacy.report_title', { name: nameOf(contact) }), action: t('privacy.download'), value: valuesOf, content: [el('p', {}, t('privacy.report_about')), spoken()],
    act: (values) => download(`contacts/${contact.id}/report?language=${values.language}`, `report-${contact.id}.html`) });
}

async function notice(ctx, row) {
  const formats = ['html', 'text'].map((name) => ({ name, label: t(`privacy.format.${name}`) }));
  await ask({ title: t('privacy.notice_title', { name: row.full_name || row.email || t('unknown') }), action: t('privacy.download'), value: valuesOf,
    content: [el('p', {}, t('privacy.notice_about')), spoken(), field(t('privacy.format'), { name: 'format', choices: formats })],
    act: (values) => download(`contacts/${row.id}/notice?language=${values.language}&format=${values.format}`, `notice-${row.id}.${values.format === 'html' ? 'html' : 'txt'}`) });
}

async function ground(ctx, contact) {
  const found = await ctx.call('GET', `contacts/${contact.id}/privacy`);
  const choices = [{ name: '', label: t('privacy.by_rule') }, ...ctx.terms.grounds.map(({ name, label, article }) => ({ name, label: `${label} (${article})` }))];
  const set = await ask({ title: t('privacy.ground_title', { name: nameOf(contact) }), action: t('save'), value: valuesOf, wide: true,
    content: [el('p', {}, t('privacy.ground_now', { ground: ctx.terms.label('grounds', found.ground), by: t(`privacy.by.${found.ground_by}`) })),
      el('ul', {}, found.sources.map((one) => el('li', { dir: 'auto' }, `${source(one.name)}: ${ctx.terms.label('origins', one.origin)}, ${dayOf(one.first_at.slice(0, 10))}`))),
      el('p', {}, found.retention.due_on ? t('privacy.kept_until', { day: dayOf(found.retention.due_on) }) : t('privacy.kept_always')),
      field(t('privacy.ground'), { name: 'ground', value: found.ground_by === 'person' ? found.ground : '', choices }),
      field(t('privacy.why'), { name: 'reason', required: true, maxlength: 500 })],
    act: (values) => ctx.call('PUT', `contacts/${contact.id}/ground`, values) });
  if (set) await ctx.act(async () => {}, { done: t('privacy.ground_set') });
}

async function refuse(ctx, contact) {
  const said = await ask({ title: t('privacy.refuse_title', { name: nameOf(contact) }), action: t('save'), value: valuesOf,
    content: [field(t('privacy.purpose'), { name: 'purpose', choices: ctx.terms.purposes.map(({ name }) => ({ name, label: word('lead.purpose', name) })) }),
      field(t('privacy.said'), { name: 'refused', choices: [{ name: 'true', label: t('privacy.refuses') }, { name: 'false', label: t('privacy.agrees') }] }),
      field(t('privacy.how'), { name: 'reason', required: true, maxlength: 500 }, { help: t('privacy.how_help') })],
    act: (values) => ctx.call('POST', `contacts/${contact.id}/refusals`, { ...values, refused: values.refused === 'true' }) });
  if (said) await ctx.act(async () => {}, { done: t('privacy.noted') });
}

async function erase(ctx, contact) {
  const name = nameOf(contact);
  if (await confirm(t('lead.erase.title', { name }), t('lead.erase.text'), t('lead.erase.action'), { danger: true, typed: name })) {
    await ctx.act(() => ctx.call('DELETE', `contacts/${contact.id}`), { done: t('lead.erase.done') });
  }
}

const holding = (contact) => Object.keys(contact.refused ?? {}).map((name) => word('lead.purpose', name)).join(', ');

function people({ data, next }, ctx) {
  const asked = ctx.query.get('q');
  return [
    note(t('privacy.about')),
    el('section', {}, el('div', { class: 'tools', role: 'search' }, search(ctx, t('privacy.search'))),
      data.length ? table([
        { head: t('privacy.person'), main: true, cell: (contact) => person({ ...contact.fields, full_name: nameOf(contact) === contact.fields.email ? null : nameOf(contact) }) },
        { head: t('privacy.refused'), cell: (contact) => holding(contact) || '–' },
        { head: t('privacy.since'), cell: (contact) => ago(contact.created_at) },
        { head: t('privacy.actions'), cell: (contact) => el('div', { class: 'row' },
          el('button', { class: 'small', onclick: () => report(ctx, contact) }, t('privacy.report')),
          el('button', { class: 'small', onclick: () => save(ctx, contact) }, t('privacy.export')),
          ctx.may('leads') ? el('button', { class: 'small', onclick: () => ground(ctx, contact) }, t('privacy.ground_of')) : null,
          ctx.may('leads') ? el('button', { class: 'small', onclick: () => refuse(ctx, contact) }, t('privacy.refuse')) : null,
          ctx.may('admin') ? el('button', { class: 'small danger', onclick: () => erase(ctx, contact) }, t('privacy.erase')) : null) },
      ], data, { caption: t('nav.privacy') }) : empty(asked ? t('privacy.none', { what: source(asked) }) : t('privacy.begin')),
      pages(ctx, next, asked ? data.length : undefined)),
    ctx.may('admin') ? el('p', {}, el('a', { href: '#/audit?action=contact.erased' }, t('privacy.erased')), ' · ', el('a', { href: '#/audit?action=contact.exported' }, t('privacy.exported'))) : null,
  ];
}

async function mark(ctx, body, n) {
  const done = await ctx.act(() => ctx.call('POST', 'privacy/notices/sent', body), {
    done: t('privacy.marked', { n }), undo: ({ batch_id: batch }) => ctx.call('POST', `privacy/notices/sent/${batch}/undo`) });
  if (done) { ctx.state.chosen = new Set(); ctx.refresh(); }
}

function notices({ data, next, settings }, ctx) {
  const state = stateOf(ctx);
  const may = ctx.may('leads') && state !== 'sent';
  const chosen = data.filter(({ id }) => ctx.state.chosen.has(id)).map(({ id }) => id);
  const choose = (id, on) => {
    for (const each of id === null ? data.map((row) => row.id) : [id]) ctx.state.chosen[on ? 'add' : 'delete'](each);
    ctx.refresh();
  };
  const all = async () => {
    if (await confirm(t('privacy.mark_all'), t('privacy.mark_all_text', { n: settings.counts[state] }), t('privacy.mark'))) await mark(ctx, { state }, settings.counts[state]);
  };
  return [
    note(t('privacy.notices_about')),
    settings.controller && settings.contact ? null : note(el('strong', {}, t('privacy.who_missing'))),
    tabs(ctx, STATES.map((name) => ({ name, label: name === 'sent' ? t('privacy.state.sent') : `${t(`privacy.state.${name}`)} (${number(settings.counts[name])})` })), state, 'state', t('privacy.which')),
    section(null, el('div', { class: 'tools' },
      el('button', { onclick: () => ctx.act(() => download(`privacy/notices.csv?state=${state}`, 'notices.csv'), { done: t('privacy.saved'), stay: true }) }, t('privacy.csv')),
      may && data.length ? el('button', { onclick: all }, t('privacy.mark_all')) : null),
    chosen.length ? el('div', { class: 'bulk', role: 'group', 'aria-label': t('privacy.bulk') }, el('span', { role: 'status' }, t('privacy.chosen', { n: chosen.length })),
      el('button', { class: 'main', onclick: () => mark(ctx, { contact_ids: chosen }, chosen.length) }, t('privacy.mark'))) : null,
    data.length ? table([
      { head: t('privacy.person'), main: true, cell: person },
      { head: state === 'sent' ? t('privacy.sent_on') : t('privacy.due_on'), cell: (row) => (state === 'sent' ? dayOf(row.notice_sent_on) : el('span', { class: row.overdue ? 'caution' : '' }, dayOf(row.notice_due_on), row.overdue ? ` ${t('privacy.is_overdue')}` : '')) },
      { head: t('privacy.sources'), cell: (row) => el('span', { dir: 'auto' }, row.sources.map(source).join(', ') || '–') },
      { head: t('privacy.ground'), cell: (row) => ctx.terms.label('grounds', row.ground) },
      { head: t('privacy.actions'), cell: (row) => el('button', { class: 'small', onclick: () => notice(ctx, row) }, t('privacy.notice')) },
    ], data, { caption: t('privacy.tab.notices'), ...(may ? { chosen: ctx.state.chosen, onchoose: choose } : {}) }) : empty(t('privacy.no_notices')),
    pages(ctx, next, data.length)),
  ];
}

function retention({ data, next, settings }, ctx) {
  return [
    note(settings.erase ? t('privacy.erase_on', { n: settings.cooling_days }) : t('privacy.erase_off')),
    tabs(ctx, ['0', '30', '365'].map((name) => ({ name, label: t(`privacy.within.${name}`) })), among(['0', '30', '365'], ctx.query.get('days')), 'days', t('privacy.which')),
    section(null, data.length ? table([
      { head: t('privacy.person'), main: true, cell: person },
      { head: t('privacy.ground'), cell: (row) => ctx.terms.label('grounds', row.ground) },
      { head: t('privacy.standing'), cell: (row) => ctx.terms.label('standings', row.standing) },
      { head: t('privacy.last'), cell: (row) => dayOf(row.retention_from) },
      { head: t('privacy.kept'), cell: (row) => dayOf(row.retention_due_on) },
      { head: t('privacy.erased_from'), cell: (row) => (row.erased_from ? ago(row.erased_from) : '–') },
    ], data, { caption: t('privacy.tab.retention') }) : empty(t('privacy.nobody_due')), pages(ctx, next, data.length)),
  ];
}

const named = (ctx, kind, name) => (name === 'any' ? t('privacy.any') : ctx.terms.label(kind, name));

function ruleForm(ctx, settings) {
  const texts = ['controller', 'contact', 'authority', 'recipients', 'transfers'];
  return form({ draft: 'privacy-rules', save: async (values) => {
    const rules = settings.rules.map((rule, at) => ({ ...rule, months: values[`months_${at}`] }));
    const body = { ...Object.fromEntries(texts.map((name) => [name, values[name] ?? ''])), cooling_days: values.cooling_days, rules, erase: values.erase };
    if (body.erase && !settings.erase && !await confirm(t('privacy.switch_on'), t('privacy.switch_on_text', { n: settings.counts.retention_due, days: values.cooling_days }), t('privacy.switch_on'), { danger: true })) return;
    await ctx.call('PATCH', 'privacy/settings', body);
    await ctx.act(async () => {}, { done: t('privacy.rules_saved') });
  } },
  texts.map((name) => field(t(`privacy.set.${name}`), { name, value: settings[name], rows: name === 'controller' || name === 'recipients' || name === 'transfers' ? 2 : null, maxlength: ['recipients', 'transfers'].includes(name) ? 2000 : 500 })),
  el('fieldset', {}, el('legend', {}, t('privacy.months')), settings.rules.map((rule, at) => field(
    `${named(ctx, 'grounds', rule.ground)}, ${named(ctx, 'standings', rule.standing)}`, { name: `months_${at}`, type: 'number', min: 1, max: 600, value: rule.months ?? '' })),
  el('p', { class: 'help' }, t('privacy.months_help'))),
  field(t('privacy.cooling'), { name: 'cooling_days', type: 'number', min: 1, max: 365, required: true, value: settings.cooling_days }, { help: t('privacy.cooling_help') }),
  field(t('privacy.set.erase'), { name: 'erase', type: 'checkbox', value: settings.erase }));
}

async function setSource(ctx) {
  const none = { name: '', label: t('privacy.by_rule') };
  const choices = (kind) => [none, ...ctx.terms[kind].map(({ name, label }) => ({ name, label }))];
  const set = await ask({ title: t('privacy.source_set'), action: t('save'), value: valuesOf, content: [
    field(t('privacy.source'), { name: 'source', required: true, maxlength: 100, autocomplete: 'off' }, { help: t('privacy.source_help') }),
    field(t('privacy.ground'), { name: 'ground', choices: choices('grounds') }),
    field(t('privacy.origin'), { name: 'origin', choices: choices('origins') })],
  act: (values) => ctx.call('PUT', 'privacy/sources', values) });
  if (set) await ctx.act(async () => {}, { done: t('privacy.rules_saved') });
}

function rules({ data, settings }, ctx) {
  return [
    section(t('privacy.rules'), ctx.may('admin') ? ruleForm(ctx, settings) : table([
      { head: t('privacy.ground'), main: true, cell: (rule) => named(ctx, 'grounds', rule.ground) },
      { head: t('privacy.standing'), cell: (rule) => named(ctx, 'standings', rule.standing) },
      { head: t('privacy.months'), number: true, cell: (rule) => (rule.months ? number(rule.months) : '–') },
    ], settings.rules, { key: (rule) => `${rule.ground}-${rule.standing}`, caption: t('privacy.rules') })),
    section(t('privacy.source_rules'), data.length ? table([
      { head: t('privacy.source'), main: true, cell: (row) => el('span', { dir: 'auto' }, row.source) },
      { head: t('privacy.ground'), cell: (row) => (row.ground ? ctx.terms.label('grounds', row.ground) : t('privacy.by_rule')) },
      { head: t('privacy.origin'), cell: (row) => (row.origin ? ctx.terms.label('origins', row.origin) : t('privacy.by_rule')) },
      { head: t('privacy.set_by'), cell: (row) => row.set_by },
    ], data, { key: (row) => row.source, caption: t('privacy.source_rules') }) : empty(t('privacy.no_source_rules')),
    ctx.may('admin') ? el('p', {}, el('button', { onclick: () => setSource(ctx) }, t('privacy.source_set'))) : null),
  ];
}

const SHOWN = { people, notices, retention, rules };

export function render(data, ctx) {
  const tab = tabOf(ctx);
  return { title: t('nav.privacy'), nodes: [
    heading(t('nav.privacy')), tabs(ctx, TABS.map((name) => ({ name, label: t(`privacy.tab.${name}`) })), tab), ...SHOWN[tab](data, ctx)] };
}
