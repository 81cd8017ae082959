// All companies: searched and filtered. The list lives in the address.
import { el } from '../dom.js';
import { ago, number } from '../format.js';
import { countries, country } from '../parts/countries.js';
import { filters, search } from '../parts/filters.js';
import { grade, heading } from '../parts/pieces.js';
import { empty } from '../parts/states.js';
import { pages, table } from '../parts/table.js';
import { t } from '../texts.js';

export const at = { path: 'companies', scope: 'leads:read', menu: { group: 'work', order: 30, text: 'nav.companies' } };

export const load = ({ call, query }) => call('GET', `organizations?limit=25&${query}`);

export function render({ data, next }, ctx) {
  const label = (name) => ctx.terms.fieldsOf('organization').find((field) => field.name === name).label;
  const sizes = ctx.terms.fieldsOf('organization').find(({ name }) => name === 'company_size').choices;
  return { title: t('nav.companies'), nodes: [
    heading(t('nav.companies')),
    el('section', {},
      el('div', { class: 'tools', role: 'search' }, search(ctx, t('companies.search')), filters(ctx, [
        { name: 'country', label: label('country'), choices: countries() },
        { name: 'industry', label: label('industry') },
        { name: 'company_size', label: label('company_size'), choices: sizes.map((name) => ({ name, label: name })) },
      ])),
      data.length ? table([
        { head: t('companies.name'), main: true, cell: ({ id, fields }) => el('a', { href: `#/companies/${id}`, dir: 'auto' }, fields.name ?? fields.domain ?? t('unknown')) },
        { head: t('companies.score'), cell: ({ score }) => grade(score, (name) => ctx.terms.label('grades', name)) },
        { head: label('industry'), cell: ({ fields }) => fields.industry },
        { head: label('country'), cell: ({ fields }) => country(fields.country) },
        { head: label('company_size'), cell: ({ fields }) => fields.company_size },
        { head: t('companies.people'), number: true, cell: ({ people }) => number(people) },
        { head: t('companies.open_leads'), number: true, cell: (row) => number(row.open_leads) },
        { head: t('companies.since'), hide: true, cell: (row) => ago(row.created_at) },
      ], data, { href: ({ id }) => `#/companies/${id}`, caption: t('nav.companies') }) : empty(t('companies.none')),
      pages(ctx, next, data.length)),
  ] };
}
