// Elements from text only: nothing that comes from outside is ever read as HTML.
export function el(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(key, value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

export const table = (heads, rows) => el('table', {},
  el('thead', {}, el('tr', {}, heads.map((head) => el('th', {}, head)))),
  el('tbody', {}, rows));

export const when = (iso) => (iso ? new Date(iso).toLocaleString() : '');

export const grade = (score) => (score
  ? el('span', { class: `grade ${score.grade}` }, `${score.total.toFixed(0)} ${score.grade}`)
  : el('span', { class: 'quiet' }, 'not scored yet'));
