// Routes by the hash, so that links in messages and the browser's back button work.
import { call, may, Problem, signedIn, signIn, signOut } from './api.js';
import { el } from './dom.js';
import { leadPage } from './lead.js';
import { leadList } from './leads.js';
import { overviewPage } from './overview.js';

const view = document.getElementById('view');
const nav = document.getElementById('nav');
const POLL_MS = 15_000;
let list = '#/leads';
let shown = 0;

function signInForm() {
  const failed = el('p', { class: 'problem', role: 'alert', hidden: true });
  const email = el('input', { type: 'email', autocomplete: 'username', required: true, name: 'email' });
  const password = el('input', {
    type: 'password', autocomplete: 'current-password', required: true, name: 'password',
  });
  const button = el('button', { class: 'main' }, 'Sign in');
  return el('form', {
    class: 'sign-in',
    onsubmit: async (event) => {
      event.preventDefault();
      button.disabled = true;
      try {
        await signIn(email.value, password.value);
        await show();
      } catch (problem) {
        failed.textContent = problem.message;
        failed.hidden = false;
        button.disabled = false;
        password.select();
      }
    },
  }, el('h1', {}, 'Sign in'), el('label', {}, 'E-mail', email), el('label', {}, 'Password', password), failed, button);
}

function menu(room) {
  const entry = (href, text, name) => el('a', { href, 'aria-current': room === name ? 'page' : null }, text);
  const theme = el('button', { class: 'icon', title: 'Light or dark', 'aria-label': 'Switch between light and dark', onclick: () => window.switchTheme() }, '◐');
  nav.replaceChildren(...(signedIn() ? [
    entry('#/', 'Overview', ''), entry('#/leads', 'Leads', 'leads'), theme,
    el('button', { onclick: async () => { await signOut(); await show(); } }, 'Sign out'),
  ] : [theme]));
}

async function page(room, id, query) {
  if (room === 'leads' && id) return leadPage(call, id, { may, show, list });
  if (room === 'leads') {
    list = location.hash;
    return leadList(call, query, may);
  }
  if (!room) return overviewPage(call, query);
  return [el('p', { class: 'empty' }, 'There is no such page.'), el('p', {}, el('a', { href: '#/' }, 'To the overview'))];
}

// What was typed while a page loads must not be lost, nor the place of the cursor.
function replace(nodes) {
  const typed = document.activeElement?.name === 'q' ? document.activeElement : null;
  const at = typed?.selectionStart;
  const text = typed?.value;
  view.replaceChildren(...nodes.filter(Boolean));
  const search = typed && view.querySelector('[name=q]');
  if (search) {
    search.value = text;
    search.focus();
    search.setSelectionRange(at, at);
  }
}

async function show({ quiet = false } = {}) {
  const turn = ++shown;
  const [path, query] = location.hash.slice(2).split('?');
  const [room, id] = path.split('/');
  menu(room);
  if (!signedIn()) {
    view.replaceChildren(signInForm());
    view.querySelector('input').focus();
    return;
  }
  if (!quiet) view.setAttribute('aria-busy', 'true');
  try {
    const nodes = await page(room, id, new URLSearchParams(query));
    if (turn === shown) replace(nodes);
  } catch (problem) {
    if (turn !== shown) return;
    if (problem instanceof Problem && problem.status === 401) { await show(); return; }
    if (quiet) return;
    view.replaceChildren(el('p', { class: 'problem', role: 'alert' }, problem.message),
      el('button', { onclick: () => show() }, 'Try again'));
  } finally {
    if (turn === shown) view.removeAttribute('aria-busy');
  }
}

// The overview keeps itself up to date while somebody looks, and an open lead until it is scored.
setInterval(() => {
  const [room, id] = location.hash.slice(2).split('?')[0].split('/');
  const unscored = room === 'leads' && id && view.querySelector('.gauge.none');
  if (!document.hidden && signedIn() && (!room || unscored)) show({ quiet: true });
}, POLL_MS);
addEventListener('hashchange', () => show());
show();
