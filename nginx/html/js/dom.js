// Elements from text only: nothing that comes from outside is ever read as HTML.
export function el(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(key, value === true ? '' : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export const table = (heads, rows, attributes = {}) => el('div', { class: 'scroll' }, el('table', attributes,
  el('thead', {}, el('tr', {}, heads.map((head) => el('th', { scope: 'col' }, head)))),
  el('tbody', {}, rows)));

export const title = (name) => name.replaceAll('_', ' ').replace(/^./, (first) => first.toUpperCase());

export const when = (iso) => (iso ? new Date(iso).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' }) : '');

const STEPS = [[60, 'second'], [60, 'minute'], [24, 'hour'], [7, 'day'], [4.35, 'week'], [12, 'month'], [1e9, 'year']];
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });

// “3 minutes ago”, with the exact time when pointed at.
export function ago(iso) {
  if (!iso) return '';
  let amount = (new Date(iso) - Date.now()) / 1000;
  for (const [size, unit] of STEPS) {
    if (Math.abs(amount) < size) return el('time', { datetime: iso, title: when(iso) }, relative.format(Math.round(amount), unit));
    amount /= size;
  }
  return when(iso);
}

// Never rounded up: 79.9 is not yet the 80 that makes a lead hot.
export const points = (total) => Math.floor(total).toString();

export const NOT_SCORED = 'not scored';

export const grade = (score) => (score
  ? el('span', { class: `grade ${score.grade}` }, `${points(score.total)} ${score.grade}`)
  : el('span', { class: 'grade none' }, NOT_SCORED));

export const nameOf = (lead) => lead.contact.full_name || lead.contact.email || lead.contact.phone || 'Unknown';

let hiding;
export function toast(text) {
  const node = document.getElementById('toast');
  node.textContent = text;
  node.classList.add('shown');
  clearTimeout(hiding);
  hiding = setTimeout(() => node.classList.remove('shown'), 4000);
}
