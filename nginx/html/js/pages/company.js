// One company: its people and leads, the hot ones first, and what is known of it, with whose word counts.
import { el } from '../dom.js';
import { ago, number, percent, readable } from '../format.js';
import { countries, country } from '../parts/countries.js';
import { field, form } from '../parts/form.js';
import { grade, heading, nameOf, pairs, section, source } from '../parts/pieces.js';
import { empty } from '../parts/states.js';
import { table } from '../parts/table.js';
import { t } from '../texts.js';

export const at = { path: 'companies/:id', scope: 'leads:read' };
export const live = 30;

const MOST = 100; // leads that are shown

export async function load({ call, params }) {
  const id = encodeURIComponent(params.id);
  const [company, leads] = await Promise.all([
    call('GET', `organizations/${id}`), call('GET', `leads?organization=${id}&sort=score&limit=${MOST}`)]);
  return { company, leads: leads.data, more: Boolean(leads.next) };
}

const shown = ({ name }, value) => (name === 'country' ? country(value) : name === 'founded_year' ? String(value) : readable(value));

function word(ctx, kind, stated) {
  return [el('span', {}, stated.sandbox ? `${source(stated.source)} (${t('sandbox')})` : source(stated.source)), ' · ', ago(stated.observed_at),
    stated.locked ? '' : [' · ', t('company.sure', { share: percent(stated.confidence) })]];
}

const others = (ctx, kind, stated) => (stated?.others.length ? el('details', { key: `others-${kind.name}` },
  el('summary', {}, t('company.others', { n: stated.others.length })),
  el('ul', { class: 'plain' }, stated.others.map((other, index) => el('li', { key: index }, el('b', { dir: 'auto' }, other.value === null ? t('company.nothing') : shown(kind, other.value)), ' ',
    el('small', { class: 'quiet' }, word(ctx, kind, other)), other.contradicts ? el('small', { class: 'caution' }, ` ⚠ ${t('company.contradicts')}`) : null)))) : null);

const save = (ctx, company, changes) => ctx.call('PATCH', `organizations/${company.id}`, changes, { 'If-Match': `"${company.version}"` });
const unlock = (ctx, company, name) => ctx.call('DELETE', `organizations/${company.id}/edits/${name}`);

function editor(ctx, company, kind) {
  const value = company.fields[kind.name];
  const leave = () => { ctx.state.editing = null; sessionStorage.removeItem(`draft:company-${company.id}-${kind.name}`); ctx.refresh(); };
  const was = company.sources[kind.name];
  return form({ draft: `company-${company.id}-${kind.name}`, class: 'form in-place', more: [el('button', { type: 'button', onclick: leave }, t('cancel'))],
    save: async (values) => {
      // A Problem stays in the form, beside the field.
      await save(ctx, company, { [kind.name]: values[kind.name] });
      leave();
      await ctx.act(async () => {}, { done: t('company.saved', { field: kind.label }), undo: () => (was?.locked
        ? ctx.call('PATCH', `organizations/${company.id}`, { [kind.name]: value ?? null }) : unlock(ctx, company, kind.name)) });
    } },
  field(kind.label, { name: kind.name, autofocus: true, value, maxlength: kind.longest,
    ...(kind.name === 'country' ? { choices: [{ name: '', label: '–' }, ...countries()] } : ['integer', 'number'].includes(kind.type) ? { type: 'number', min: 0, step: kind.type === 'integer' ? 1 : 'any' } : {}) },
  { help: t('company.locks') }));
}

function profile(ctx, company) {
  const known = ctx.terms.fieldsOf('organization').filter((kind) => kind.name !== 'company_key' && (kind.editable || (company.fields[kind.name] ?? null) !== null));
  const edits = ctx.may('leads');
  return el('ul', { class: 'plain lines facts' }, known.map((kind) => {
    const [value, stated] = [company.fields[kind.name], company.sources[kind.name]];
    if (ctx.state.editing === kind.name) return el('li', { key: kind.name }, editor(ctx, company, kind));
    return el('li', { key: kind.name, class: 'fact' },
      el('span', { class: 'quiet' }, kind.label),
      el('div', {}, el('div', { dir: 'auto' }, value === undefined || value === null ? el('span', { class: 'quiet' }, '–') : shown(kind, value)),
        stated ? el('small', { class: 'quiet' }, stated.locked ? `🔒 ${t(stated.removed ? 'company.removed' : 'company.locked')} · ` : '', word(ctx, kind, stated)) : null,
        others(ctx, kind, stated)),
      edits && kind.editable ? el('div', { class: 'row' },
        el('button', { class: 'small', 'aria-label': t('company.edit', { field: kind.label }), onclick: () => { ctx.state.editing = kind.name; ctx.refresh(); document.querySelector('.in-place [name]')?.focus(); } }, t('edit')),
        stated?.locked ? el('button', { class: 'small', 'aria-label': t('company.unlock_field', { field: kind.label }), onclick: () => ctx.act(() => unlock(ctx, company, kind.name), {
          done: t('company.unlocked', { field: kind.label }), undo: () => ctx.call('PATCH', `organizations/${company.id}`, { [kind.name]: value ?? null }) }) }, t('company.unlock')) : null) : null);
  }));
}

export function render({ company, leads, more }, ctx) {
  const { fields, score } = company;
  const name = fields.name ?? fields.domain ?? t('unknown');
  const open = leads.filter(({ status }) => ctx.terms.statuses.find((each) => each.name === status)?.open);
  const owners = [...new Set(open.map(({ owner }) => owner).filter(Boolean))];
  const people = Object.fromEntries(leads.map((lead) => [lead.contact.id, nameOf(lead)]));
  const label = (kind) => (value) => ctx.terms.label(kind, value);
  return { title: name, nodes: [
    heading(el('span', { dir: 'auto' }, name), grade(score, label('grades'))),
    section(t('company.people', { n: company.people }), leads.length ? table([
      { head: t('company.person'), main: true, cell: (lead) => el('a', { href: `#/leads/${lead.id}`, dir: 'auto' }, nameOf(lead)) },
      { head: t('companies.score'), cell: (lead) => grade(lead.score, label('grades')) },
      { head: t('company.title'), cell: (lead) => lead.contact.job_title },
      { head: t('company.status'), cell: (lead) => ctx.terms.label('statuses', lead.status) },
      ...(ctx.may('pii:read') ? [{ head: t('company.owner'), cell: (lead) => lead.owner ?? t('nobody') }] : []),
      { head: t('company.received'), hide: true, cell: (lead) => ago(lead.created_at) },
    ], leads, { href: (lead) => `#/leads/${lead.id}`, caption: t('company.people', { n: company.people }) }) : empty(t('company.no_leads')),
    more ? el('p', { class: 'quiet' }, t('company.first', { n: MOST })) : null),
    el('div', { class: 'columns wide-left' },
      section(t('company.known'), profile(ctx, company)),
      el('div', {},
        section(t('company.account'), pairs([
          [t('company.owner'), ctx.may('pii:read') ? owners.join(', ') || t('nobody') : null],
          [t('companies.people'), number(company.people)], [t('companies.open_leads'), number(company.open_leads)],
          [t('companies.since'), ago(company.created_at)]])),
        score ? section(t('company.why'), el('ul', { class: 'plain lines' }, score.reasons.map((reason, index) => el('li', { key: index, class: 'spread' },
          el('span', {}, reason.text, people[reason.contact_id] ? el('small', { class: 'quiet', dir: 'auto' }, ` ${people[reason.contact_id]}`) : null), el('span', { class: 'number' }, number(reason.points, { signDisplay: 'exceptZero', maximumFractionDigits: 1 })))))) : null,
        section(t('company.events'), company.events.length ? el('ul', { class: 'plain lines' }, company.events.map((event, index) => el('li', { key: index },
          ctx.terms.label('events', event.type), people[event.contact_id] ? el('span', { dir: 'auto' }, ` · ${people[event.contact_id]}`) : null, ' · ', el('span', { class: 'quiet' }, ago(event.occurred_at)),
          event.machine ? el('small', { class: 'quiet' }, ` · ${ctx.terms.label('machines', event.machine)}`) : null))) : empty(t('company.no_events'))))),
  ] };
}
