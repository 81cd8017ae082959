// Sources of leads, and web forms: what each brought, since when it is silent; one more in under a minute.
import { el } from '../dom.js';
import { ago, duration, number } from '../format.js';
import { ask, confirm } from '../parts/dialog.js';
import { field, valuesOf } from '../parts/form.js';
import { heading, section, tabs } from '../parts/pieces.js';
import { empty } from '../parts/states.js';
import { table } from '../parts/table.js';
import { t } from '../texts.js';
import { showSecret } from './source.js';

export const at = { path: 'sources', scope: 'admin', menu: { group: 'data', order: 20, text: 'nav.sources' } };
export const live = 15;

const TABS = ['sources', 'forms'];
const tabOf = ({ query }) => TABS.find((name) => name === query.get('tab')) ?? TABS[0];

export const load = (ctx) => ctx.call('GET', tabOf(ctx));

export function render(data, ctx) {
  const tab = tabOf(ctx);
  return { title: t('nav.sources'), nodes: [
    heading(t('nav.sources'), tab === 'forms' ? el('button', { class: 'main', onclick: () => saveForm(ctx) }, t('sources.add_form'))
      : el('button', { class: 'main', onclick: () => add(data.kinds, ctx) }, t('sources.add'))),
    tabs(ctx, TABS.map((name) => ({ name, label: t(`sources.tab.${name}`) })), tab),
    tab === 'forms' ? forms(data, ctx) : sources(data),
  ] };
}

const silent = (row) => (row.last_delivery_at ? t('sources.silent', { time: duration((Date.now() - new Date(row.last_delivery_at)) / 1000) }) : t('sources.nothing_yet'));

const stateOf = (row) => el('span', { class: 'tag' }, row.disabled_at ? t('sources.paused') : row.has_secret ? t('sources.checked') : t('sources.by_url'));

const sources = ({ data }) => section(null, data.length ? table([
  { head: t('sources.name'), main: true, cell: (row) => el('a', { href: `#/sources/${row.key}`, dir: 'auto' }, row.name) },
  { head: t('sources.kind'), cell: (row) => row.title },
  { head: t('sources.state'), cell: stateOf },
  { head: t('sources.week'), number: true, cell: (row) => number(row.leads_7_days) },
  { head: t('sources.refused'), number: true, hide: true, cell: (row) => number(row.refused) },
  { head: t('sources.last'), cell: (row) => (row.last_delivery_at ? ago(row.last_delivery_at) : '–') },
  { head: t('sources.since'), cell: (row) => el('span', { class: row.last_delivery_at ? '' : 'caution' }, silent(row)) },
], data, { key: (row) => row.key, href: (row) => `#/sources/${row.key}`, caption: t('nav.sources') }) : empty(t('sources.none')));

async function add(kinds, ctx) {
  const sorted = [...kinds].sort((a, b) => a.title.localeCompare(b.title));
  const secret = field(t('sources.secret'), { name: 'secret', type: 'password', autocomplete: 'off', maxlength: 500 }, { help: t('sources.secret_help') });
  const pull = field(t('sources.pull_of'), { name: 'pull_of', maxlength: 100 }, { help: t('sources.pull_help') });
  const fit = (name) => {
    const kind = kinds.find((each) => each.kind === name);
    secret.hidden = !['given', 'optional'].includes(kind.secret);
    secret.querySelector('input').required = kind.secret === 'given';
    pull.hidden = !kind.pull_of;
  };
  fit(sorted[0].kind);
  const made = await ask({ title: t('sources.add'), action: t('sources.make'), content: [
    field(t('sources.kind'), { name: 'kind', choices: sorted.map((kind) => ({ name: kind.kind, label: kind.title })), onchange: ({ target }) => fit(target.value) }),
    field(t('sources.name'), { name: 'name', required: true, maxlength: 60, autocomplete: 'off' }, { help: t('sources.name_help') }), secret, pull,
  ], value: valuesOf, act: ({ kind, name, secret: own, pull_of }) => ctx.call('POST', 'sources', { kind, name, secret: own, pull_of }) });
  if (!made) return;
  ctx.go(`#/sources/${made.key}`);
  showSecret(made, t('sources.made', { name: made.name }));
}

const forms = ({ data }, ctx) => section(null, el('p', { class: 'quiet' }, t('sources.forms_help')), data.length ? data.map((form) => el('div', { class: 'card', key: form.name },
  el('div', { class: 'spread' }, el('h2', { dir: 'auto' }, form.name), el('span', { class: 'tag' }, form.disabled_at ? t('sources.paused') : t('sources.on'))),
  el('p', {}, `${t('sources.origins')}: `, form.origins.map((origin, place) => [place ? ', ' : '', el('code', {}, origin)]), ` · ${t('sources.form_source')}: `, el('span', { dir: 'auto' }, form.source)),
  el('details', {}, el('summary', {}, t('sources.snippet')), el('pre', { tabindex: '0' }, form.snippet), el('button', { class: 'small', onclick: async ({ currentTarget }) => {
    await navigator.clipboard.writeText(form.snippet);
    currentTarget.textContent = t('copied');
  } }, t('copy'))),
  el('p', { class: 'form-actions' }, el('button', { class: 'small', onclick: () => saveForm(ctx, form) }, t('edit')),
    form.disabled_at ? el('button', { class: 'small', onclick: () => ctx.act(() => ctx.call('POST', 'forms', { name: form.name, origins: form.origins, source: form.source }), { done: t('sources.form_on', { name: form.name }) }) }, t('sources.resume'))
      : el('button', { class: 'small', onclick: () => pauseForm(ctx, form) }, t('sources.pause'))))) : empty(t('sources.no_forms')));

async function pauseForm(ctx, { name, origins, source }) {
  if (await confirm(t('sources.pause_form', { name }), t('sources.pause_form_what'), t('sources.pause'))) {
    ctx.act(() => ctx.call('POST', 'forms/disable', { name }), { done: t('sources.form_off', { name }), undo: () => ctx.call('POST', 'forms', { name, origins, source }) });
  }
}

async function saveForm(ctx, form = { name: '', origins: [], source: 'web_form' }) {
  const saved = await ask({ title: form.name || t('sources.add_form'), action: t('save'), content: [
    field(t('sources.name'), { name: 'name', value: form.name, required: true, maxlength: 100, readonly: Boolean(form.name) }),
    field(t('sources.origins'), { name: 'origins', rows: 3, value: form.origins.join('\n'), required: true, spellcheck: 'false', placeholder: 'https://www.example.com' }, { help: t('sources.origins_help') }),
    field(t('sources.form_source'), { name: 'source', value: form.source, required: true, maxlength: 100 }),
  ], value: valuesOf, act: ({ name, origins, source }) => ctx.call('POST', 'forms', { name, source, origins: origins.split(/\s+/).filter(Boolean) }) });
  if (saved) await ctx.reload();
}
