// What people were told about leads: by which channel, when, and what went wrong.
import { el } from '../dom.js';
import { ago, number } from '../format.js';
import { filters } from '../parts/filters.js';
import { heading } from '../parts/pieces.js';
import { empty } from '../parts/states.js';
import { pages, table } from '../parts/table.js';
import { t } from '../texts.js';

export const at = { path: 'messages', scope: 'leads:read', menu: { group: 'outside', order: 20, text: 'nav.messages' } };
export const live = 15;

export const load = ({ call, query }) => call('GET', `notifications?limit=50&${query}`);

const again = (row, ctx) => (row.replayable && ctx.may('leads') ? el('button', { class: 'small', onclick: () => ctx.act(() => ctx.call('POST', `notifications/${row.id}/replay`, {}), { done: t('messages.owed_again') }) }, t('messages.again')) : null);

export function render({ data, next }, ctx) {
  return { title: t('nav.messages'), nodes: [
    heading(t('nav.messages')),
    el('section', {},
      el('div', { class: 'tools' }, filters(ctx, [
        { name: 'state', label: t('messages.state'), choices: ctx.terms.message_states },
        { name: 'kind', label: t('messages.kind'), choices: ctx.terms.message_kinds },
        { name: 'channel', label: t('messages.channel'), choices: ctx.terms.channels }])),
      data.length ? table([
        { head: t('messages.kind'), main: true, cell: (row) => (row.lead_id ? el('a', { href: `#/leads/${row.lead_id}` }, ctx.terms.label('message_kinds', row.kind)) : ctx.terms.label('message_kinds', row.kind)) },
        { head: t('messages.channel'), cell: (row) => ctx.terms.label('channels', row.channel) },
        { head: t('messages.state'), cell: (row) => [el('span', { class: { sent: 'good', dead: 'bad' }[row.state] }, ctx.terms.label('message_states', row.state)), row.possible_duplicate ? el('small', { class: 'caution' }, ` ${t('messages.maybe_twice')}`) : null, row.last_error ? el('small', { class: 'quiet' }, el('br'), row.last_error) : null] },
        { head: t('messages.attempts'), number: true, hide: true, cell: (row) => number(row.attempts) },
        { head: t('messages.created'), cell: (row) => ago(row.created_at) },
        { head: t('messages.sent'), cell: (row) => (row.sent_at ? ago(row.sent_at) : row.state === 'owed' && row.due_at ? [t('messages.due'), ' ', ago(row.due_at)] : '–') },
        { head: t('messages.actions'), cell: (row) => again(row, ctx) },
      ], data, { href: (row) => (row.lead_id ? `#/leads/${row.lead_id}` : null), caption: t('nav.messages') }) : empty(t('messages.none')),
      pages(ctx, next, data.length)),
  ] };
}
