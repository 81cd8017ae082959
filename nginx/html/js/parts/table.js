// Tables that are cards on a phone; a list whose rows can be chosen, sorted by its heads and walked with j and k.
import { el } from '../dom.js';
import { t } from '../texts.js';

// columns: [{head, cell: row => node or text, number?, sort?: name, hide?: on narrow screens, main?: the row's name}].
// rows: the data. Options: `key: row => id`, `href: row => address` (Enter after j/k), `chosen: Set of keys` with
// `onchoose: (key or null for all, on) => …`, `sort: name of the order in force` with `onsort`, `caption`.
export function table(columns, rows, { key = (row) => row.id, href = null, chosen = null, onchoose = null, sort = null, onsort = null, caption, class: kind = '' } = {}) {
  const head = (column) => el('th', { scope: 'col', class: column.number ? 'number' : null,
    'aria-sort': column.sort && column.sort === sort?.replace(/^-/, '') ? (sort.startsWith('-') ? 'descending' : 'ascending') : null },
  column.sort && onsort ? el('button', { class: 'sort', onclick: () => onsort(column.sort) }, column.head,
    el('span', { 'aria-hidden': 'true' }, column.sort === sort?.replace(/^-/, '') ? (sort.startsWith('-') ? ' ↓' : ' ↑') : '')) : column.head);
  const box = (id, name) => el('td', { class: 'choose' }, el('input', { type: 'checkbox', 'aria-label': name,
    checked: chosen.has(id), onchange: ({ target }) => onchoose(id, target.checked) }));
  const nameOf = (row) => { const main = columns.find((column) => column.main); return main ? el('span', {}, main.cell(row)).textContent : ''; };
  return el('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption ?? t('table') }, el('table', { class: `cards ${kind}` },
    caption ? el('caption', { class: 'visually-hidden' }, caption) : null,
    el('thead', {}, el('tr', {}, chosen ? el('th', { class: 'choose' }, el('input', { type: 'checkbox', 'aria-label': t('choose_all'),
      checked: rows.length > 0 && rows.every((row) => chosen.has(key(row))), onchange: ({ target }) => onchoose(null, target.checked) })) : null, columns.map(head))),
    el('tbody', {}, rows.map((row) => el('tr', { key: key(row), 'data-href': href?.(row), class: chosen?.has(key(row)) ? 'chosen' : null },
      chosen ? box(key(row), t('choose_row', { name: nameOf(row) })) : null,
      columns.map((column) => el(column.main ? 'th' : 'td', { scope: column.main ? 'row' : null, 'data-head': column.head,
        class: [column.number && 'number', column.hide && 'hide-narrow', column.main && 'row-head'].filter(Boolean).join(' ') || null }, column.cell(row) ?? '')))))));
}

// Next and previous of keyset pages: `next` is the cursor that the service gave.
export const pages = (ctx, next, shown) => el('nav', { class: 'pages', 'aria-label': t('pages') },
  shown === undefined ? null : el('span', { class: 'quiet', role: 'status' }, t('rows_shown', { n: shown })),
  ctx.query.get('cursor') ? el('a', { class: 'button', href: ctx.with({ cursor: null }) }, t('first_page')) : null,
  next ? el('a', { class: 'button', href: ctx.with({ cursor: next }), rel: 'next' }, t('next_page')) : null);
