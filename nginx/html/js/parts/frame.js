// What stands around every page: the menu, who is signed in, theme and language; and the sign-in.
import { call } from '../api.js';
import { el, patch } from '../dom.js';
import { PAGES, address } from '../router.js';
import { may, me, signIn, signOut } from '../session.js';
import { choose, has, language, languages, t } from '../texts.js';
import { sentence } from './states.js';

const GROUPS = ['work', 'data', 'rules', 'outside', 'people'];
const header = document.getElementById('header');
const nav = document.getElementById('nav');
const room = (path) => path.split('/')[0];
const closeMenus = () => { document.body.classList.remove('menu-open'); header.querySelector('.who-menu')?.removeAttribute('open'); };

function looks() {
  const theme = el('select', { id: 'theme', onchange: ({ target }) => window.theme.set(target.value) },
    ['system', 'light', 'dark'].map((name) => el('option', { value: name, selected: window.theme.get() === name }, t(`theme.${name}`))));
  const speech = el('select', { id: 'language', onchange: async ({ target }) => { await choose(target.value); dispatchEvent(new Event('languagechange')); } },
    languages.map(({ name, label }) => el('option', { value: name, lang: name, selected: name === language() }, label)));
  return [el('label', {}, t('theme'), theme), el('label', {}, t('language'), speech)];
}

const menu = (at) => GROUPS.map((group) => {
  const entries = PAGES.filter((page) => page.menu?.group === group && may(page.scope)).sort((a, b) => a.menu.order - b.menu.order);
  return entries.length ? el('div', { key: group }, el('h2', { id: `menu-${group}` }, t(`menu.${group}`)), el('ul', { 'aria-labelledby': `menu-${group}` }, entries.map((page) => el('li', { key: page.path },
    el('a', { href: address(page.path), 'aria-current': at.page && room(at.page.path) === room(page.path) ? 'page' : null, onclick: closeMenus }, t(page.menu.text)))))) : null;
});

export function frame(at) {
  document.body.classList.remove('signed-out');
  nav.setAttribute('aria-label', t('menu'));
  patch(header, [
    el('button', { class: 'burger', 'aria-label': t('menu'), 'aria-controls': 'nav', onclick: () => document.body.classList.toggle('menu-open') }, '☰'),
    el('a', { class: 'brand', href: '#/' }, el('img', { src: new URL('../../icon.svg', import.meta.url).href, alt: '', width: '26', height: '26' }), t('product')),
    el('button', { class: 'find', onclick: async () => (await import('./palette.js')).palette(PAGES, null) }, el('span', {}, t('palette.open')), el('kbd', {}, 'Ctrl K')),
    el('details', { class: 'who-menu' }, el('summary', { 'aria-label': t('account.menu', { name: me().name ?? me().email }) }, el('span', { class: 'avatar', 'aria-hidden': 'true' }, (me().name ?? me().email).slice(0, 1).toUpperCase())),
      el('div', { class: 'panel' }, el('p', {}, el('b', { dir: 'auto' }, me().name ?? me().email), el('small', {}, me().email)), looks(),
        PAGES.some(({ path }) => path === 'account') ? el('a', { href: address('account'), onclick: closeMenus }, t('account.open')) : null,
        el('a', { href: '/api/docs' }, t('api_docs')),
        el('button', { onclick: async () => {
          closeMenus();
          const { failure } = await import('./toast.js');
          try { await signOut(); location.hash = '#/'; dispatchEvent(new Event('languagechange')); } catch (problem) { failure(sentence(problem)); }
        } }, t('sign_out')))),
  ]);
  patch(nav, menu(at));
}

addEventListener('keydown', ({ key }) => { if (key === 'Escape') closeMenus(); });
addEventListener('click', ({ target }) => { if (!target.closest('.who-menu')) header.querySelector('.who-menu')?.removeAttribute('open'); });

// The sign-in, in place of the page that was asked for; `then` shows that one.
export async function signInPage(view, then, ended) {
  document.body.classList.add('signed-out');
  document.title = `${t('sign_in')} · ${t('product')}`;
  patch(header, [el('a', { class: 'brand', href: '#/' }, el('img', { src: new URL('../../icon.svg', import.meta.url).href, alt: '', width: '26', height: '26' }), t('product'))]);
  patch(nav, []);
  view.removeAttribute('aria-busy');
  const ways = await call('GET', 'auth/ways').catch(() => ({ password: true, oidc: [] }));
  // A name of ours, so that a link shows nobody's words as ours.
  const refused = /^[a-z_]{1,20}$/.exec(new URLSearchParams(location.search).get('refused') ?? '')?.[0];
  if (location.search) history.replaceState(history.state, '', `${location.pathname}${location.hash}`);
  const failedSentence = el('p', { class: 'problem', role: 'alert', hidden: true });
  const email = el('input', { type: 'email', autocomplete: 'username', required: true, name: 'email', autofocus: true });
  const password = el('input', { type: 'password', autocomplete: 'current-password', required: true, name: 'password' });
  const button = el('button', { class: 'main' }, t('sign_in'));
  view.replaceChildren(el('form', { class: 'sign-in', onsubmit: async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      await signIn(email.value, password.value);
      view.replaceChildren();
      await then();
    } catch (problem) {
      failedSentence.textContent = problem.status === 401 ? t('sign_in.wrong') : sentence(problem);
      failedSentence.hidden = false;
      button.disabled = false;
      password.select();
    }
  } }, el('h1', {}, t('sign_in')), ended ? el('p', { class: 'notice' }, t(`sign_in.ended.${ended}`)) : location.hash.length > 2 ? el('p', { class: 'quiet' }, t('sign_in.why')) : null,
  refused ? el('p', { class: 'problem', role: 'alert' }, has(`sign_in.refused.${refused}`) ? t(`sign_in.refused.${refused}`) : t('sign_in.refused', { reason: refused })) : null,
  el('label', {}, t('email'), email), el('label', {}, t('password'), password), failedSentence, button,
  ways.oidc.map(({ label, url }) => el('a', { class: 'button', href: `${url}?to=${encodeURIComponent(location.hash)}` }, t('sign_in.with', { name: label }))),
  el('div', { class: 'looks' }, looks())));
  email.focus();
}
