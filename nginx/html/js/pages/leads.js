// All leads: searched, filtered, in the order that is asked for. The list lives in the address.
import { el } from '../dom.js';
import { ago } from '../format.js';
import { filters, search } from '../parts/filters.js';
import { grade, heading, nameOf, source } from '../parts/pieces.js';
import { empty } from '../parts/states.js';
import { pages, table } from '../parts/table.js';
import { t } from '../texts.js';

export const at = { path: 'leads', scope: 'leads:read', menu: { group: 'work', order: 20, text: 'nav.leads' } };
export const live = 30;

export const load = ({ call, query }) => call('GET', `leads?limit=25&${query}`);

export function render({ data, next }, ctx) {
  return { title: t('nav.leads'), nodes: [
    heading(t('nav.leads')),
    el('section', {},
      el('div', { class: 'tools', role: 'search' }, search(ctx, t('leads.search')), filters(ctx, [
        { name: 'grade', label: t('leads.grade'), choices: ctx.terms.grades },
        { name: 'status', label: t('leads.status'), choices: ctx.terms.statuses },
        { name: 'stage', label: t('leads.stage'), choices: ctx.terms.stages },
      ])),
      data.length ? table([
        { head: t('leads.name'), main: true, cell: (lead) => el('a', { href: `#/leads/${lead.id}`, dir: 'auto' }, nameOf(lead)) },
        { head: t('leads.score'), cell: (lead) => grade(lead.score) },
        { head: t('leads.company'), cell: (lead) => lead.organization?.name ?? lead.organization?.domain },
        { head: t('leads.source'), hide: true, cell: (lead) => source(lead.source) },
        { head: t('leads.status'), cell: (lead) => ctx.terms.label('statuses', lead.status) },
        { head: t('leads.received'), cell: (lead) => ago(lead.created_at) },
      ], data, { href: (lead) => `#/leads/${lead.id}`, caption: t('nav.leads') }) : empty(t('leads.none')),
      pages(ctx, next, data.length)),
  ] };
}
