// What was done, said for a while at the foot of the page, with Undo where it can be undone; what failed stays
// until it is closed.
import { el } from '../dom.js';
import { t } from '../texts.js';

const MS = 9000;
const box = () => document.getElementById('toasts');

function put(node, stays) {
  const all = box();
  while (all.children.length > 2) all.firstChild.remove();
  all.append(node);
  if (stays) return;
  let timer;
  const wait = () => { timer = setTimeout(() => node.remove(), MS); };
  node.addEventListener('pointerenter', () => clearTimeout(timer));
  node.addEventListener('focusin', () => clearTimeout(timer));
  node.addEventListener('pointerleave', wait);
  node.addEventListener('focusout', wait);
  wait();
}

const close = (node) => el('button', { class: 'quiet-button', 'aria-label': t('close'), onclick: () => node().remove() }, '✕');

// undo: what takes it back, and shows the page again.
export function toast(text, undo = null) {
  const node = el('div', { class: 'toast', role: 'status' }, el('span', {}, text),
    undo ? el('button', { onclick: async () => { node.remove(); await undo(); } }, t('undo')) : null, close(() => node));
  put(node, false);
}

export function failure(text, requestId = null) {
  const node = el('div', { class: 'toast failure', role: 'alert' }, el('span', {}, text,
    requestId ? el('small', {}, t('problem.request', { id: requestId })) : null), close(() => node));
  put(node, true);
}

export const clearFailures = () => box().querySelectorAll('.failure').forEach((node) => node.remove());
