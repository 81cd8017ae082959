// Routes by the hash, so that links in messages and the browser's back button work.
import { call, Problem, signedIn, signIn, signOut } from './api.js';
import { el } from './dom.js';
import { leadPage } from './lead.js';
import { leadList } from './leads.js';

const view = document.getElementById('view');
const nav = document.getElementById('nav');

function signInForm() {
  const failed = el('p', { class: 'problem', role: 'alert', hidden: '' });
  const email = el('input', { type: 'email', autocomplete: 'username', required: '', name: 'email' });
  const password = el('input', {
    type: 'password', autocomplete: 'current-password', required: '', name: 'password',
  });
  return el('form', {
    class: 'sign-in',
    onsubmit: async (event) => {
      event.preventDefault();
      try {
        await signIn(email.value, password.value);
        await show();
      } catch (problem) {
        failed.textContent = problem.message;
        failed.hidden = false;
      }
    },
  }, el('h1', {}, 'Sign in'), el('label', {}, 'E-mail', email), el('label', {}, 'Password', password),
  failed, el('button', { class: 'main' }, 'Sign in'));
}

async function show() {
  if (!signedIn()) {
    nav.replaceChildren();
    view.replaceChildren(signInForm());
    return;
  }
  nav.replaceChildren(el('button', { onclick: async () => { await signOut(); await show(); } }, 'Sign out'));
  const [path, query] = location.hash.slice(2).split('?');
  const [room, id] = path.split('/');
  view.setAttribute('aria-busy', 'true');
  try {
    const page = room === 'leads' && id
      ? await leadPage(call, id) : await leadList(call, new URLSearchParams(query));
    view.replaceChildren(...page);
  } catch (problem) {
    if (problem instanceof Problem && problem.status === 401) return show();
    view.replaceChildren(el('p', { class: 'problem', role: 'alert' }, problem.message),
      el('button', { onclick: show }, 'Try again'));
  } finally {
    view.removeAttribute('aria-busy');
  }
}

addEventListener('hashchange', show);
show();
