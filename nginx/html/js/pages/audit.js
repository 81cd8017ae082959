// Who did what when: every change that a person or a program made, with what it changed.
import { el } from '../dom.js';
import { date, readable, title, when } from '../format.js';
import { filters } from '../parts/filters.js';
import { heading } from '../parts/pieces.js';
import { empty, note } from '../parts/states.js';
import { pages, table } from '../parts/table.js';
import { word } from '../terms.js';
import { t } from '../texts.js';

export const at = { path: 'audit', scope: 'admin', menu: { group: 'people', order: 30, text: 'nav.audit' } };
const KINDS = ['lead', 'contact', 'organization', 'user', 'team', 'client', 'job', 'reject', 'duplicate', 'scoring_model', 'routing_model', 'source', 'form', 'subscription', 'tool'];
const PAGES = { lead: 'leads', user: 'users' }; // kinds whose things have a page of their own

// The days of the filters as moments, in the reader's time zone; the last day counts.
function asked(query) {
  const given = new URLSearchParams(query);
  const midnight = (name, more) => {
    if (!given.get(name)) return;
    const moment = new Date(`${given.get(name)}T00:00`);
    moment.setDate(moment.getDate() + more);
    given.set(name, moment.toISOString());
  };
  midnight('at_from', 0);
  midnight('at_to', 1);
  return given;
}

export async function load({ call, query }) {
  const [entries, users] = await Promise.all([call('GET', `audit?limit=50&${asked(query)}`), call('GET', 'users?limit=200')]);
  return { ...entries, names: new Map(users.data.map((user) => [user.id, user.name ?? user.email])), emails: new Map(users.data.map((user) => [user.email, user.name])) };
}

function changes({ before, after }) {
  const { fields, ...set } = after ?? {};
  const lines = Object.keys({ ...before, ...set }).filter((name) => !name.endsWith('_id') && JSON.stringify(before?.[name]) !== JSON.stringify(set[name])).map((name) => [title(name), before && name in before ? `${readable(before[name])} → ${readable(set[name])}` : readable(set[name])]);
  return [lines.map(([name, text]) => el('div', {}, `${name}: `, el('span', { dir: 'auto' }, text))),
    fields?.length ? el('span', {}, t('audit.fields', { names: fields.map(title).join(', ') })) : null];
}

function thing(ctx, { names }, { entity_kind: kind, entity_id: id }) {
  const name = kind === 'user' ? names.get(id) : ['client', 'tool', 'owner_name'].includes(kind) ? id : null;
  const said = [word('audit.kind', kind), name].filter(Boolean).join(' ');
  return el('span', { class: 'row' }, PAGES[kind] ? el('a', { href: `#/${PAGES[kind]}/${id}`, dir: 'auto' }, said) : el('span', { dir: 'auto' }, said),
    ctx.query.get('entity_id') === id ? null : el('a', { class: 'quiet', href: `#/audit?entity_kind=${kind}&entity_id=${encodeURIComponent(id)}`, 'aria-label': `${t('audit.history')}: ${t('audit.all_of', { name: said })}` }, t('audit.history')));
}

export function render(data, ctx) {
  return { title: t('nav.audit'), nodes: [
    heading(t('nav.audit')),
    el('section', {},
      note(t('audit.what')),
      filters(ctx, [
        { name: 'actor', label: t('audit.actor') },
        { name: 'entity_kind', label: t('audit.of'), choices: KINDS.map((name) => ({ name, label: word('audit.kind', name) })) },
        { name: 'entity_id', label: t('audit.id'), show: (id) => data.names.get(id) ?? id },
        { name: 'action', label: t('audit.action'), show: (name) => word('audit.did', name) },
        { name: 'at_from', label: t('audit.from'), type: 'date', show: (day) => date(`${day}T12:00`) },
        { name: 'at_to', label: t('audit.until'), type: 'date', show: (day) => date(`${day}T12:00`) },
      ]),
      data.data.length ? table([
        { head: t('audit.at'), cell: (row) => el('time', { datetime: row.at }, when(row.at)) },
        { head: t('audit.actor'), cell: (row) => el('a', { href: ctx.with({ actor: row.actor, cursor: null }), title: row.actor, dir: 'auto' }, data.emails.get(row.actor) ?? row.actor) },
        { head: t('audit.action'), main: true, cell: (row) => el('a', { href: ctx.with({ action: row.action, cursor: null }) }, word('audit.did', row.action)) },
        { head: t('audit.of'), cell: (row) => thing(ctx, data, row) },
        { head: t('audit.changes'), cell: changes },
      ], data.data, { caption: t('nav.audit') }) : empty(t('audit.none')),
      pages(ctx, data.next, data.data.length)),
  ] };
}
