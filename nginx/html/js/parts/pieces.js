// Small pieces that several pages show alike.
import { el } from '../dom.js';
import { points, title } from '../format.js';
import { t } from '../texts.js';

export const heading = (text, ...tools) => el('div', { class: 'heading' }, el('h1', { tabindex: '-1' }, text), tools.length ? el('div', { class: 'tools' }, tools) : null);

export const section = (head, ...content) => el('section', {}, head ? el('h2', {}, head) : null, content);

export const grade = (score, label = (name) => title(name)) => (score
  ? el('span', { class: `grade ${score.grade}` }, el('b', {}, points(score.total)), ` ${label(score.grade).toLowerCase()}`)
  : el('span', { class: 'grade none' }, t('not_scored')));

export const nameOf = (lead) => lead.contact.full_name || lead.contact.email || lead.contact.phone || t('unknown');

export const source = (name) => String(name ?? '').replaceAll('_', ' ');

// Pairs of a name and a value, as a definition list.
export const pairs = (entries) => el('dl', {}, entries.filter(([, value]) => value !== null && value !== undefined && value !== '')
  .map(([name, value]) => [el('dt', {}, name), el('dd', {}, value)]));

// A figure with its name; with an address it leads to the list behind it.
export const tile = (value, name, href = null, more = null) => el(href ? 'a' : 'div', { class: 'tile', href, key: name },
  el('b', {}, value), el('span', {}, name), more ? el('small', { class: 'quiet' }, more) : null);

// Tabs that live in the address: [{name, label}] and the one that is open.
export const tabs = (ctx, kinds, open, name = 'tab', label = t('tabs')) => el('nav', { class: 'tabs', 'aria-label': label }, kinds.map((kind, at) => el('a', {
  href: ctx.with({ [name]: at ? kind.name : null, cursor: null }), 'aria-current': kind.name === open ? 'page' : null }, kind.label)));

// A text that is copied when the button is pressed.
export const copied = (text) => el('span', { class: 'copied' }, el('code', {}, text), el('button', { class: 'small', onclick: async ({ currentTarget }) => {
  await navigator.clipboard.writeText(text);
  currentTarget.textContent = t('copied');
} }, t('copy')));

// A bar of a share from 0 to 1.
export const bar = (share, said) => el('meter', { min: 0, max: 1, value: Math.max(0, Math.min(1, share)), 'aria-label': said }, said);

// How far a long work is: done of total, or going on.
export const progress = (done, total, said) => el('div', { class: 'progress' }, el('progress', { max: total || null, value: total ? done : null, 'aria-label': said }), el('span', { role: 'status' }, said));
