// Routes by the hash, so that links in messages and the browser's back button work.
import { call, may, Problem, signedIn, signIn, signOut } from './api.js';
import { el } from './dom.js';
import { load, pageAt, PAGES, room } from './pages.js';
import { termsOf } from './terms.js';

const view = document.getElementById('view');
const nav = document.getElementById('nav');
const POLL_MS = 15_000;
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

function menu(shown) {
  const entries = PAGES.filter((page) => page.menu && may(page.scope)).map((page) => el('a', {
    href: `#/${page.path}`, 'aria-current': shown && room(shown) === room(page) ? 'page' : null,
  }, page.menu));
  const theme = el('button', { class: 'icon', title: 'Light or dark', 'aria-label': 'Switch between light and dark', onclick: () => window.switchTheme() }, '◐');
  nav.replaceChildren(...(signedIn() ? [
    ...entries, theme, el('button', { onclick: async () => { await signOut(); await show(); } }, 'Sign out'),
  ] : [theme]));
}

const missing = () => [
  el('p', { class: 'empty' }, 'There is no such page.'), el('p', {}, el('a', { href: '#/' }, 'To the overview')),
];

async function nodesOf({ page, params, query }) {
  if (!page) return missing();
  const [module, terms] = await Promise.all([load(page), termsOf(call)]);
  return module.page({ call, params, query, may, terms, reload: show });
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
  const asked = pageAt(location.hash);
  menu(asked.page);
  if (!signedIn()) {
    view.replaceChildren(signInForm());
    view.querySelector('input').focus();
    return;
  }
  if (!quiet) view.setAttribute('aria-busy', 'true');
  try {
    const nodes = await nodesOf(asked);
    if (turn === shown) replace(nodes);
  } catch (problem) {
    if (turn !== shown) return;
    if (problem instanceof Problem && problem.status === 401) { await show(); return; }
    if (quiet) return;
    const away = problem instanceof Problem && (problem.status === 0 || problem.status >= 500);
    view.replaceChildren(el('p', { class: 'problem', role: 'alert', 'data-live': away }, problem.message),
      el('button', { onclick: () => show() }, 'Try again'));
  } finally {
    if (turn === shown) view.removeAttribute('aria-busy');
  }
}

// What changes by itself is kept up to date while somebody looks.
setInterval(() => {
  if (!document.hidden && signedIn() && view.querySelector('[data-live]')) show({ quiet: true });
}, POLL_MS);
addEventListener('hashchange', () => show());
show();
