// The frame: who is signed in, which page is shown, and how it stays up to date. A page is loaded, rendered to
// nodes and patched in; nothing that has the focus, was typed or opened is lost by it.
import { Problem, call } from './api.js';
import { edited, el, patch, settle, watchTyping } from './dom.js';
import { listen } from './parts/keys.js';
import { clearFailures, failure, toast } from './parts/toast.js';
import { failed, sentence, skeleton } from './parts/states.js';
import { frame, signInPage } from './parts/frame.js';
import { PAGES, address, load, pageAt } from './router.js';
import { ended, may, me, onOtherTab, resume } from './session.js';
import { termsOf } from './terms.js';
import { chosen, speak, t } from './texts.js';

const view = document.getElementById('view');
const SKELETON_MS = 200;
const NEWS_MS = 15_000;
const places = new Map(); // where each entry of the history was scrolled to

let open = null; // {module, ctx, data, key}: the page that is shown
let turn = 0;
let why = null; // the session ended
let moving = false; // the next page is not there yet: what scrolls then is nobody's place

const entry = () => (history.state?.entry ?? null);

function context(at) {
  const ctx = {
    call, may, me: me(), params: at.params, query: at.query, path: at.path, page: at.page, state: {},
    refresh: () => { if (open?.ctx === ctx) draw(); },
    reload: () => show({ quiet: true }),
    go: (to, { replace = false } = {}) => {
      if (replace) { history.replaceState(history.state, '', to); show({ same: true }); } else location.hash = to;
    },
    with: (changes) => {
      const query = new URLSearchParams(pageAt(location.hash).query);
      for (const [name, value] of Object.entries(changes)) {
        if (value === null || value === undefined || value === '') query.delete(name); else query.set(name, value);
      }
      return address(at.path, query);
    },
    isAt: (path) => pageAt(location.hash).path === path,
    async act(work, { done = null, undo = null, stay = false } = {}) {
      let answer;
      clearFailures();
      try {
        answer = await work();
      } catch (problem) {
        if (!(problem instanceof Problem)) throw problem;
        if (problem.status === 401) await signInAgain(problem); else failure(sentence(problem), problem.requestId);
        return false;
      }
      if (!stay) await ctx.reload();
      if (done) toast(done, undo && (() => ctx.act(() => undo(answer), { done: t('undone') })));
      return true;
    },
  };
  return ctx;
}

function draw() {
  const { title, nodes } = open.module.render(open.data, open.ctx);
  const before = document.activeElement;
  patch(view, nodes);
  document.title = `${title} · ${t('product')}`;
  // Whatever had the focus and is gone hands it to the page, not to nowhere.
  if (before && before !== document.body && !before.isConnected) (view.querySelector('h1') ?? view).focus({ preventScroll: true });
}

function arrive() {
  const at = places.get(entry());
  scrollTo(0, at ?? 0);
  const head = view.querySelector('h1');
  head?.setAttribute('tabindex', '-1');
  (view.querySelector('[autofocus]') ?? head ?? view).focus({ preventScroll: true });
}

function showProblem(problem, arriving) {
  patch(view, [el('h1', { tabindex: '-1', class: 'visually-hidden' }, t('problem.title')), failed(problem, () => show())]);
  document.title = `${t('problem.title')} · ${t('product')}`;
  if (arriving) arrive();
}

async function signInAgain({ reason }) {
  ended();
  why = reason;
  await show();
}

// quiet: news for what is shown; same: another filter of the same page, the place stays.
async function show({ quiet = false, same = false } = {}) {
  const mine = turn += 1;
  const at = pageAt(location.hash);
  if (!me()) { open = null; signInPage(view, start, why); why = null; return; }
  frame(at);
  const key = `${at.path}`;
  const staying = open?.key === key;
  if (!at.page || !may(at.page.scope)) {
    open = null;
    showProblem(new Problem(404, { detail: t(at.page ? 'problem.not_yours' : 'problem.no_page') }), true);
    return;
  }
  if (!staying && !quiet) view.setAttribute('aria-busy', 'true');
  const slow = staying || quiet ? 0 : setTimeout(() => { if (mine === turn) patch(view, [skeleton()]); }, SKELETON_MS);
  try {
    const [module, terms] = await Promise.all([load(at.page), termsOf(call)]);
    const ctx = staying ? Object.assign(open.ctx, { query: at.query, params: at.params, me: me() }) : context(at);
    ctx.terms = terms;
    const data = await module.load(ctx);
    if (mine !== turn) return;
    clearTimeout(slow);
    open = { module, ctx, data, key };
    draw();
    document.getElementById('offline').textContent = '';
    if (!staying) arrive();
    else if (!quiet && !same) scrollTo(0, places.get(entry()) ?? 0);
  } catch (problem) {
    clearTimeout(slow);
    if (mine !== turn) return;
    if (!(problem instanceof Problem)) { console.error(problem); showProblem(new Problem(-1, { detail: t('problem.page') }), !quiet); return; }
    if (problem.status === 401) { await signInAgain(problem); return; }
    // What is on the page stays there when news fails to come.
    if (staying) {
      if (quiet) document.getElementById('offline').textContent = problem.status === 0 ? t('problem.offline') : '';
      else failure(sentence(problem), problem.requestId);
      return;
    }
    showProblem(problem, true);
  } finally {
    if (mine === turn) {
      view.removeAttribute('aria-busy');
      moving = false;
    }
  }
}

// The place in the history: numbered, so that back and forward find where they were scrolled to.
let entries = 0;
function newPlace() {
  if (entry() === null) history.replaceState({ entry: `${Date.now()}-${entries += 1}` }, '');
}
addEventListener('scroll', () => { if (!moving) places.set(entry(), scrollY); }, { passive: true });
history.scrollRestoration = 'manual';

let leaving = null; // the address that somebody stayed at because something was typed there
addEventListener('hashchange', (event) => {
  if (location.hash === '#view') { history.back(); view.focus(); return; }
  if (leaving === event.newURL) { leaving = null; return; }
  if (edited(view) && !window.confirm(t('leave_typed'))) {
    leaving = event.oldURL;
    location.replace(event.oldURL);
    return;
  }
  settle(view);
  moving = true;
  newPlace();
  show();
});
addEventListener('beforeunload', (event) => { if (edited(view)) event.preventDefault(); });
document.getElementById('skip').addEventListener('click', (event) => { event.preventDefault(); view.focus(); view.scrollIntoView(); });

// What changes by itself is kept up to date while somebody looks.
let looked = Date.now();
setInterval(() => {
  const every = 1000 * (open?.module.live ?? 0);
  if (!every || document.hidden || Date.now() - looked < Math.min(every, NEWS_MS)) return;
  looked = Date.now();
  show({ quiet: true });
}, 1000);
addEventListener('online', () => show({ quiet: true }));

async function start() {
  await speak(chosen());
  document.getElementById('skip').textContent = t('skip');
  try {
    why = await resume() ?? why;
  } catch (problem) {
    showProblem(problem, true);
    view.querySelector('button')?.addEventListener('click', start);
    return;
  }
  newPlace();
  await show();
}

watchTyping(view);
listen({ page: () => open, pages: PAGES, show });
onOtherTab(start);
addEventListener('languagechange', () => { open = null; start(); });
start();
