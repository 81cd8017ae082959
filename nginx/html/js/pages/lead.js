// One lead: who it is, its score with reasons, and what can be done about it.
import { el } from '../dom.js';
import { ago, number, readable, when } from '../format.js';
import { grade, heading, nameOf, pairs, section, source } from '../parts/pieces.js';
import { t } from '../texts.js';

export const at = { path: 'leads/:id', scope: 'leads:read' };
export const live = 15;

export const load = ({ call, params }) => call('GET', `leads/${encodeURIComponent(params.id)}`);

const known = (record, fields) => pairs(fields.filter(({ name }) => typeof (record[name] ?? null) !== 'object').map(({ name, label }) => [label, el('span', { dir: 'auto' }, readable(record[name]))]));

export function render(lead, ctx) {
  const { contact, organization, score } = lead;
  return { title: nameOf(lead), nodes: [
    heading(el('span', { dir: 'auto' }, nameOf(lead)), grade(score), el('span', {}, ctx.terms.label('statuses', lead.status))),
    el('p', { class: 'quiet' }, `${source(lead.source)} · `, ago(lead.created_at)),
    el('div', { class: 'columns' },
      score ? section(t('lead.why'), el('ul', { class: 'plain lines' }, score.reasons.map((reason, index) => el('li', { key: index, class: 'spread' }, reason.text, el('span', { class: 'number' }, number(reason.points))))), el('p', { class: 'quiet' }, when(score.calculated_at))) : null,
      el('div', {}, section(t('lead.person'), known(contact, ctx.terms.fieldsOf('contact'))), organization ? section(t('lead.company'), known(organization, ctx.terms.fieldsOf('organization'))) : null)),
  ] };
}
