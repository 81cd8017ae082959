// The keyboard: the palette, help, search, lists and pages. None acts while somebody types.
import { el } from '../dom.js';
import { may } from '../session.js';
import { t } from '../texts.js';
import { address } from '../router.js';
import { show } from './dialog.js';

const typing = ({ target }) => target.closest?.('input, textarea, select, [contenteditable], dialog');
const rows = () => [...document.querySelectorAll('#view tr[data-href], #view li[data-href]')];

function walk(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.findIndex((row) => row.classList.contains('at') || row.contains(document.activeElement));
  const next = all[Math.max(0, Math.min(all.length - 1, at + step))];
  all.forEach((row) => row.classList.toggle('at', row === next));
  (next.querySelector('a') ?? next).focus();
  next.scrollIntoView({ block: 'nearest' });
}

// The letter that follows g: each page of the menu has the first free one of its file's name.
export function letters(pages) {
  const taken = {};
  for (const page of pages.filter((each) => each.menu)) {
    const letter = [...page.file].find((each) => /[a-z]/.test(each) && !taken[each]);
    if (letter) taken[letter] = page;
  }
  return taken;
}

function help(pages, own) {
  const line = (keys, text) => [el('dt', {}, keys.split(' ').map((key) => el('kbd', {}, key))), el('dd', {}, text)];
  show(t('keys.title'), el('dl', { class: 'keys' },
    line('Ctrl K', t('keys.palette')), line('/', t('keys.search')), line('j k', t('keys.walk')), line('Enter', t('keys.open')), line('?', t('keys.help')),
    Object.entries(own).map(([key, { text }]) => line(key, t(text))),
    Object.entries(letters(pages)).filter(([, page]) => may(page.scope)).map(([key, page]) => line(`g ${key}`, t(page.menu.text)))));
}

// page(): what is shown, {module, ctx, data}.
export function listen({ page, pages }) {
  let going = 0;
  addEventListener('keydown', async (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
      event.preventDefault();
      const { palette } = await import('./palette.js');
      palette(pages, page());
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event)) return;
    const own = page()?.module.keys ?? {};
    const to = Date.now() - going < 1500 && letters(pages)[event.key];
    going = 0;
    if (to) { event.preventDefault(); location.hash = address(to.path); return; }
    if (event.key === 'g') { going = Date.now(); return; }
    if (event.key === '/') {
      const box = document.querySelector('#view input[type=search]');
      if (box) { event.preventDefault(); box.focus(); box.select(); }
    } else if (event.key === 'j' || event.key === 'k') walk(event.key === 'j' ? 1 : -1);
    else if (event.key === '?') help(pages, own);
    else if (event.key in own) { event.preventDefault(); own[event.key].run(page().ctx, page().data); }
  });
}
