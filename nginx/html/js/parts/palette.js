// Ctrl-K: go to a page, find a lead, do what the open page can do.
import { call } from '../api.js';
import { el, patch } from '../dom.js';
import { may } from '../session.js';
import { address } from '../router.js';
import { t } from '../texts.js';
import { nameOf } from './pieces.js';

const WAIT_MS = 200;
// What a log, a problem or the lead's page calls a request, a run of n8n, an import or a command.
const REQUEST = /^(?:[\da-f]{32}|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|(?:n8n-execution-|job:|command:)[\w-]+)$/;

export function palette(pages, open) {
  if (document.querySelector('dialog.palette')) return;
  let found = [];
  let at = 0;
  let asking;
  const go = (entry) => { dialog.close(); entry.run(); };
  const fixed = [
    ...Object.entries(open?.module.keys ?? {}).map(([key, { text, run }]) => ({ text: t(text), more: key, run: () => run(open.ctx, open.data) })),
    ...pages.filter((page) => page.menu && may(page.scope)).map((page) => ({ text: t(page.menu.text), more: t('palette.page'), run: () => { location.hash = address(page.path); } })),
  ];
  const list = el('ul', { id: 'palette-list', role: 'listbox', 'aria-label': t('palette.found') });
  const draw = () => {
    at = Math.max(0, Math.min(at, found.length - 1));
    patch(list, found.map((entry, index) => el('li', { id: `palette-${index}`, role: 'option', 'aria-selected': String(index === at), onclick: () => go(entry) },
      el('span', { dir: 'auto' }, entry.text), el('small', {}, entry.more))));
    input.setAttribute('aria-activedescendant', found.length ? `palette-${at}` : '');
    list.children[at]?.scrollIntoView({ block: 'nearest' });
  };
  const look = () => {
    const words = input.value.trim().toLowerCase();
    found = fixed.filter(({ text }) => text.toLowerCase().includes(words));
    if (REQUEST.test(words) && may('leads')) found.unshift({ text: t('problem.request', { id: words }), more: t('request.title'), run: () => { location.hash = address(`requests/${words}`); } });
    at = 0;
    draw();
    clearTimeout(asking);
    if (words.length > 1 && may('leads:read')) asking = setTimeout(async () => {
      const { data } = await call('GET', `leads?limit=8&q=${encodeURIComponent(words)}`).catch(() => ({ data: [] }));
      if (input.value.trim().toLowerCase() !== words) return;
      found = [...found, ...data.map((lead) => ({ text: nameOf(lead), more: lead.organization?.name ?? t('palette.lead'), run: () => { location.hash = address(`leads/${lead.id}`); } }))];
      draw();
    }, WAIT_MS);
  };
  const input = el('input', { type: 'text', role: 'combobox', 'aria-expanded': 'true', 'aria-controls': 'palette-list', 'aria-label': t('palette.title'), placeholder: t('palette.title'), autocomplete: 'off', oninput: look,
    onkeydown: (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) { event.preventDefault(); at = (at + step + found.length) % (found.length || 1); draw(); }
      if (event.key === 'Enter') { event.preventDefault(); if (found[at]) go(found[at]); }
    } });
  const dialog = el('dialog', { class: 'palette', 'aria-label': t('palette.title'), onclose: () => dialog.remove(), onclick: (event) => { if (event.target === dialog) dialog.close(); } }, input, list);
  document.body.append(dialog);
  dialog.showModal();
  look();
}
