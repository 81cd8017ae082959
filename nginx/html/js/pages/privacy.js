// What a person may ask of us: to be told what is known, to be forgotten, to be left in peace.
import { download } from '../api.js';
import { el } from '../dom.js';
import { ago } from '../format.js';
import { ask, confirm } from '../parts/dialog.js';
import { search } from '../parts/filters.js';
import { field, valuesOf } from '../parts/form.js';
import { heading, source } from '../parts/pieces.js';
import { empty, note } from '../parts/states.js';
import { pages, table } from '../parts/table.js';
import { word } from '../terms.js';
import { t } from '../texts.js';

export const at = { path: 'privacy', scope: 'pii:read', menu: { group: 'people', order: 40, text: 'nav.privacy' } };

const nameOf = ({ fields }) => fields.full_name || fields.email || fields.phone || t('unknown');

export const load = ({ call, query }) => (query.get('q') ? call('GET', `contacts?limit=25&${query}`) : { data: [], next: null });

const save = (ctx, contact) => ctx.act(() => download(`contacts/${contact.id}/export`, `person-${contact.id}.json`), { done: t('privacy.saved') });

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

export function render({ data, next }, ctx) {
  const asked = ctx.query.get('q');
  return { title: t('nav.privacy'), nodes: [
    heading(t('nav.privacy')),
    note(t('privacy.about')),
    el('section', {}, el('div', { class: 'tools', role: 'search' }, search(ctx, t('privacy.search'))),
      data.length ? table([
        { head: t('privacy.person'), main: true, cell: (contact) => el('span', { dir: 'auto' }, nameOf(contact), contact.fields.email && contact.fields.full_name ? el('small', { class: 'quiet' }, ` ${contact.fields.email}`) : null) },
        { head: t('privacy.refused'), cell: (contact) => holding(contact) || '–' },
        { head: t('privacy.since'), cell: (contact) => ago(contact.created_at) },
        { head: t('privacy.actions'), cell: (contact) => el('div', { class: 'row' },
          el('button', { class: 'small', onclick: () => save(ctx, contact) }, t('privacy.export')),
          ctx.may('leads') ? el('button', { class: 'small', onclick: () => refuse(ctx, contact) }, t('privacy.refuse')) : null,
          ctx.may('admin') ? el('button', { class: 'small danger', onclick: () => erase(ctx, contact) }, t('privacy.erase')) : null) },
      ], data, { caption: t('nav.privacy') }) : empty(asked ? t('privacy.none', { what: source(asked) }) : t('privacy.begin')),
      pages(ctx, next, asked ? data.length : undefined)),
    ctx.may('admin') ? el('p', {}, el('a', { href: '#/audit?action=contact.erased' }, t('privacy.erased')), ' · ', el('a', { href: '#/audit?action=contact.exported' }, t('privacy.exported'))) : null,
  ] };
}
