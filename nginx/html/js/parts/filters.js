// Filters as chips that live in the address: what is on is seen, each can be changed or taken away, all at once
// too; and a search that waits until the fingers rest.
import { el } from '../dom.js';
import { t } from '../texts.js';

// What opens below a button closes when somebody goes on beside it.
const leave = ({ target, key }) => document.querySelectorAll('.more-filters[open]').forEach((each) => { if (key === 'Escape' || (!key && !each.contains(target))) each.removeAttribute('open'); });
addEventListener('click', leave);
addEventListener('keydown', leave);

// kinds: [{name, label, choices?: [{name, label}], type?: 'text' | 'date' | 'number', show?: value => text, hidden?: it
// is a chip alone}].
export function filters(ctx, kinds) {
  const on = kinds.filter(({ name }) => ctx.query.get(name));
  const go = (changes) => ctx.go(ctx.with({ cursor: null, ...changes }));
  const shown = (kind) => { const value = ctx.query.get(kind.name); return kind.choices?.find(({ name }) => name === value)?.label ?? kind.show?.(value) ?? value; };
  const control = (kind) => (kind.choices
    ? el('select', { 'aria-label': kind.label, onchange: ({ target }) => go({ [kind.name]: target.value }) },
      el('option', { value: '' }, t('filter.any')), kind.choices.map(({ name, label }) => el('option', { value: name, selected: ctx.query.get(kind.name) === name }, label)))
    : el('input', { type: kind.type ?? 'text', 'aria-label': kind.label, value: ctx.query.get(kind.name) ?? '', onchange: ({ target }) => go({ [kind.name]: target.value }) }));
  const more = el('details', { class: 'more-filters', key: 'more' }, el('summary', { class: 'button' }, t('filter.add')),
    el('div', { class: 'panel' }, kinds.filter(({ hidden }) => !hidden).map((kind) => el('label', { key: kind.name }, kind.label, control(kind)))));
  return el('div', { class: 'filters', role: 'group', 'aria-label': t('filter.all') }, more,
    on.map((kind) => el('span', { class: 'chip', key: kind.name }, `${kind.label}: ${shown(kind)}`,
      el('button', { 'aria-label': t('filter.remove', { name: kind.label }), onclick: () => go({ [kind.name]: null }) }, '✕'))),
    on.length ? el('button', { class: 'link', onclick: () => go(Object.fromEntries(kinds.map(({ name }) => [name, null]))) }, t('filter.clear')) : null);
}

let typing;

export const search = (ctx, label, name = 'q') => el('input', {
  type: 'search', name, key: `search-${name}`, class: 'search', placeholder: label, 'aria-label': label, maxlength: 100, value: ctx.query.get(name) ?? '',
  oninput: ({ target }) => {
    clearTimeout(typing);
    const here = ctx.path;
    // Typing is one place in the history, and who has gone on meanwhile stays there.
    typing = setTimeout(() => { if (ctx.isAt(here)) ctx.go(ctx.with({ cursor: null, [name]: target.value.trim() || null }), { replace: true }); }, 300);
  },
});
