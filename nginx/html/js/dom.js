// Elements from text only: nothing that comes from outside is ever read as HTML. And `patch`, which turns what
// is shown into what is to be shown, node by node: what has the focus, what was typed, opened or scrolled stays.

const HANDLERS = Symbol('handlers');
const KEY = Symbol('key');
const EDITED = Symbol('edited');
const SVG = 'http://www.w3.org/2000/svg';

const dispatch = (event) => event.currentTarget[HANDLERS]?.[event.type]?.(event);

function make(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'key') node[KEY] = String(value);
    else if (name.startsWith('.')) node[name.slice(1)] = value;
    else if (name.startsWith('on')) {
      if (!value) continue;
      node[HANDLERS] = { ...node[HANDLERS], [name.slice(2)]: value };
      node.addEventListener(name.slice(2), dispatch);
    } else if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.flat(9).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

// An element. Attributes: `key` marks one of several alike across a patch, `onclick` and the like are handlers,
// `.name` sets a property of a custom element (which has `patched` to be told of a new one), false and null leave
// the attribute out. Children: nodes, texts, lists of these.
export const el = (name, attributes = {}, ...children) => make(document.createElement(name), attributes, children);
export const svg = (name, attributes = {}, ...children) => make(document.createElementNS(SVG, name), attributes, children);

const same = (old, next) => old.nodeType === next.nodeType && old.nodeName === next.nodeName && old[KEY] === next[KEY];

// What the reader opens and closes, and what a custom element draws in itself, is not the page's to change.
const OWN_STATE = { DETAILS: ['open'], DIALOG: ['open'] };

function patchAttributes(old, next) {
  const kept = OWN_STATE[old.nodeName] ?? [];
  for (const { name } of [...old.attributes]) {
    if (!next.hasAttribute(name) && !kept.includes(name)) old.removeAttribute(name);
  }
  for (const { name, value } of next.attributes) {
    if (old.getAttribute(name) === value || kept.includes(name)) continue;
    // The policy of the page refuses styles that are written as an attribute.
    if (name === 'style') old.style.cssText = value; else old.setAttribute(name, value);
  }
  for (const type of Object.keys(next[HANDLERS] ?? {})) {
    if (!old[HANDLERS]?.[type]) old.addEventListener(type, dispatch);
  }
  old[HANDLERS] = next[HANDLERS];
}

// A control that somebody has changed keeps what they typed, until it is saved or left (`settle`).
function patchControl(old, next) {
  if (!('value' in old) || old.nodeName === 'BUTTON' || old.nodeName === 'LI') return;
  if (old[EDITED] || old === document.activeElement) return;
  if ('checked' in old && old.checked !== next.checked) old.checked = next.checked;
  if (old.type !== 'file' && old.value !== next.value) old.value = next.value;
}

function patchChildren(parent, nodes) {
  const left = new Set(parent.childNodes);
  const byKey = new Map([...left].filter((node) => node[KEY] !== undefined).map((node) => [node[KEY], node]));
  let at = parent.firstChild;
  for (const next of nodes) {
    while (at && !left.has(at)) at = at.nextSibling;
    const keyed = next[KEY] === undefined ? null : byKey.get(next[KEY]);
    const found = next[KEY] === undefined
      ? at && same(at, next) ? at : [...left].find((node) => same(node, next) && node[KEY] === undefined && node.nodeType === 1)
      : keyed && left.has(keyed) && same(keyed, next) ? keyed : null;
    if (!found) { parent.insertBefore(next, at); continue; }
    left.delete(found);
    if (found === at) at = at.nextSibling; else parent.insertBefore(found, at);
    patchNode(found, next);
  }
  left.forEach((node) => node.remove());
}

function patchNode(old, next) {
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.data !== next.data) old.data = next.data;
    return;
  }
  patchAttributes(old, next);
  if (old.patched) { old.patched(next); return; }
  patchChildren(old, [...next.childNodes]);
  patchControl(old, next);
}

// Make these the children of `parent`.
export const patch = (parent, nodes) => patchChildren(parent, nodes.flat(9).filter(Boolean)
  .map((node) => (typeof node === 'string' ? document.createTextNode(node) : node)));

// Mark what people type, so that no patch takes it away.
export const watchTyping = (root) => root.addEventListener('input', ({ target }) => { target[EDITED] = true; }, true);

// What was typed below `node` is saved or given up: the next patch shows what is stored.
export const settle = (node) => [node, ...node.querySelectorAll('input, select, textarea')].forEach((each) => { delete each[EDITED]; });

// Whether something below `node` was typed and not saved.
export const edited = (node) => [...node.querySelectorAll('input, select, textarea')].some((each) => each[EDITED] && each.closest('form[data-draft]'));
