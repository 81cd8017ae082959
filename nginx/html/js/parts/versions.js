// The life of models in versions, as the pages of scoring and routing models show it alike: their list, a draft that
// is saved as it is changed, what is wrong with it, publishing, rolling back. `kind`: {name: 'scoring', path:
// 'scoring/models'}; its pages are #/scoring and #/scoring/7, its own words begin with its name.
import { Problem } from '../api.js';
import { el, settle } from '../dom.js';
import { ago } from '../format.js';
import { t } from '../texts.js';
import { ask } from './dialog.js';
import { heading } from './pieces.js';
import { note, sentence } from './states.js';
import { table } from './table.js';
import { toast } from './toast.js';

const view = document.getElementById('view');
const match = (row) => ({ 'If-Match': `"${row.version}"` });

export const state = (row) => el('span', { class: `tag state-${row.state}` }, t(`models.state.${row.state}`));

// When a version came to be what it is, and by whom.
export function since(row) {
  const [at, by] = row.state === 'published' ? [row.published_at, row.published_by] : row.state === 'retired' ? [row.retired_at, row.retired_by]
    : row.state === 'draft' ? [row.updated_at, row.created_by] : [row.created_at, null];
  return el('span', {}, ago(at), by ? ` ${t('models.by', { who: by })}` : null);
}

// Make a draft and open it.
export async function draft(ctx, kind, body) {
  let made = null;
  if (await ctx.act(async () => { made = await ctx.call('POST', kind.path, body); }, { stay: true })) ctx.go(`#/${kind.name}/${made.id}`);
}

// Put a version in force, after saying what that changes; `more` are nodes of the question, and `also(form)` is done
// when it went well.
export async function publish(ctx, kind, row, before, { more = [], also = null } = {}) {
  const told = await ctx.call('GET', `${kind.path}/${row.id}/diff?with=${before?.id ?? row.id}`).catch((problem) => ({ problem }));
  const said = told.problem ? el('p', { class: 'problem' }, sentence(told.problem))
    : !before ? el('p', {}, t('models.first'))
      : told.changes.length ? [el('p', {}, t('models.publish_changes', { n: told.changes.length, version: before.model_version })), changesList(told.changes)]
        : el('p', {}, t('models.no_changes', { version: before.model_version }));
  let answered = null;
  const done = await ask({ title: t('models.publish_title', { version: row.model_version }), wide: true, action: t('models.publish'),
    content: [said, more, el('p', { class: 'quiet' }, t(`${kind.name}.publish_after`))],
    value: (form) => { answered = form; },
    act: () => ctx.call('POST', `${kind.path}/${row.id}/publish`, {}, match(row)) });
  if (!done) return;
  if (also) await ctx.act(() => also(answered), { stay: true });
  await ctx.reload();
  toast(t('models.published', { version: done.model_version }), () => ctx.act(() => (before && before.state !== 'shipped'
    ? ctx.call('POST', `${kind.path}/${before.id}/publish`, {}) : ctx.call('POST', `${kind.path}/${done.id}/retire`, {})), { done: t('models.back') }));
}

export const retire = (ctx, kind, row) => ctx.act(() => ctx.call('POST', `${kind.path}/${row.id}/retire`, {}, match(row)), {
  done: t('models.retired', { version: row.model_version }), undo: () => ctx.call('POST', `${kind.path}/${row.id}/publish`, {}) });

export const discard = (ctx, kind, row) => ctx.act(async () => {
  const whole = await ctx.call('GET', `${kind.path}/${row.id}`);
  await ctx.call('DELETE', `${kind.path}/${row.id}`, undefined, match(row));
  return whole;
}, { done: t('models.discarded', { version: row.model_version }), undo: (whole) => ctx.call('POST', kind.path, { ...(whole.key ? { key: whole.key } : {}), definition: whole.definition }) });

// The versions: what each is, since when and by whom, and what can be done with it. `now(row)` is the one in force that
// stands where the row would, `asked()` what publishing asks besides.
export function versions(ctx, kind, rows, now, { more = [], asked = null, caption }) {
  const may = ctx.may('leads');
  const button = (text, row, run, main = false) => el('button', { class: main ? 'small main' : 'small', 'aria-label': `${text}: ${row.model_version}`, onclick: run }, text);
  const doings = (row) => (may ? el('span', { class: 'tools' },
    row.state === 'published' || row.state === 'shipped' ? button(t('models.change'), row, () => draft(ctx, kind, { ...(row.key ? { key: row.key } : {}), based_on: row.id }), true) : null,
    row.state === 'published' ? button(t('models.retire'), row, () => retire(ctx, kind, row)) : null,
    row.state === 'draft' ? [button(t('models.publish'), row, () => publish(ctx, kind, row, now(row), asked?.())), button(t('models.discard'), row, () => discard(ctx, kind, row))] : null,
    row.state === 'retired' ? button(t('models.roll_back'), row, () => publish(ctx, kind, row, now(row), asked?.())) : null) : null);
  return table([
    { head: t('models.version'), main: true, cell: (row) => el('a', { href: `#/${kind.name}/${row.id}` }, row.model_version) },
    ...more,
    { head: t('models.state'), cell: state },
    { head: t('models.since'), cell: since },
    { head: t('models.based_on'), hide: true, cell: (row) => rows.find(({ id }) => id === row.based_on)?.model_version },
    { head: t('models.doings'), cell: doings },
  ], rows, { href: (row) => `#/${kind.name}/${row.id}`, caption });
}

export const changesList = (changes) => el('ul', { class: 'differences' }, changes.map((change) => el('li', { key: change, dir: 'auto' }, change)));

// The version as it is worked at, in ctx.state: {id, version, definition, problems, undo, failed, saving}.
export function work(ctx, row) {
  const at = ctx.state.work;
  if (at?.id === row.id && (at.saving || at.failed || at.version >= row.version)) return at;
  return (ctx.state.work = { id: row.id, version: row.version, definition: structuredClone(row.definition), problems: row.problems, undo: at?.id === row.id ? at.undo : [], changes: null });
}

async function save(ctx, kind, at) {
  do {
    at.again = false;
    try {
      const row = await ctx.call('PUT', `${kind.path}/${at.id}`, { definition: at.definition }, match(at));
      Object.assign(at, { version: row.version, problems: row.problems, failed: null });
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      at.failed = problem;
      break;
    }
  } while (at.again);
  at.saving = null;
  settle(view);
  ctx.refresh();
}

function store(ctx, kind, at) {
  at.tried = null;
  if (at.saving) at.again = true; else at.saving = save(ctx, kind, at);
  ctx.refresh();
  return at.saving;
}

// Change the draft: `alter(definition)` changes it in place; it is saved at once, and can be undone.
export function change(ctx, kind, alter) {
  const at = ctx.state.work;
  const before = structuredClone(at.definition);
  alter(at.definition);
  if (JSON.stringify(before) === JSON.stringify(at.definition)) { settle(view); ctx.refresh(); return; }
  at.undo.push(before);
  store(ctx, kind, at);
}

export function undoChange(ctx, kind) {
  const at = ctx.state.work;
  if (!at.undo.length) return;
  at.definition = at.undo.pop();
  settle(view);
  store(ctx, kind, at);
}

// Whether all is saved, once what is being saved is.
export async function saved(ctx) {
  await ctx.state.work?.saving;
  return !ctx.state.work?.failed;
}

// What became of the last change.
export const saving = (ctx, kind, at) => el('span', { class: at.failed ? 'bad' : 'quiet', role: 'status' },
  at.failed ? [sentence(at.failed), ' ', at.failed.status === 412
    ? el('button', { class: 'small', onclick: () => { ctx.state.work = null; settle(view); ctx.reload(); } }, t('models.load_again'))
    : el('button', { class: 'small', onclick: () => store(ctx, kind, at) }, t('again'))]
    : at.saving ? t('models.saving') : at.undo.length ? t('models.saved') : '');

// The problems of a place of the model: beside its control, or of all below it.
export const problemsOf = (at, pointer) => at.problems.filter((problem) => problem.pointer === pointer);
export const problemsBelow = (at, pointer) => at.problems.filter((problem) => problem.pointer === pointer || problem.pointer.startsWith(`${pointer}/`));
export const wrong = (at, pointer, below = false) => (below ? problemsBelow : problemsOf)(at, pointer).map((problem) => el('p', { class: 'error', key: `${problem.pointer} ${problem.detail}` }, problem.detail));

// All problems, each a link to its rule: `place(pointer)` is {text, id} of what is to be opened.
export const problemList = (at, place) => (at.problems.length ? el('ul', { class: 'plain lines' }, at.problems.map((problem) => {
  const { text, id } = place(problem.pointer);
  return el('li', { key: problem.pointer + problem.detail }, el('button', { class: 'link', onclick: () => {
    const target = document.getElementById(id);
    for (let node = target; node; node = node.parentElement) if (node.nodeName === 'DETAILS') node.open = true;
    target?.scrollIntoView({ block: 'center' });
    (target?.querySelector('summary') ?? target)?.focus();
  } }, text), ` ${problem.detail}`);
})) : el('p', { class: 'good' }, t('models.no_problems')));

// The whole model as JSON, for experts.
export function jsonView(ctx, kind, at, may) {
  const text = JSON.stringify(at.definition, null, 2);
  if (!may) return el('pre', { class: 'json', tabindex: '0' }, text);
  const area = el('textarea', { rows: 24, class: 'json', spellcheck: 'false', 'aria-label': t('models.json'), key: 'json' }, text);
  return el('div', {}, area, el('p', { class: 'problem', role: 'alert', hidden: !ctx.state.notJson }, ctx.state.notJson ?? ''), el('p', { class: 'form-actions' }, el('button', { onclick: () => {
    const typed = view.querySelector('textarea.json');
    try {
      const read = JSON.parse(typed.value);
      ctx.state.notJson = null;
      settle(view);
      change(ctx, kind, (definition) => { Object.keys(definition).forEach((name) => delete definition[name]); Object.assign(definition, read); });
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      ctx.state.notJson = t('models.not_json', { why: error.message });
      ctx.refresh();
    }
  } }, t('save'))));
}

// Ask the service something that takes a while, and keep the answer in ctx.state[name].
export async function tryOut(ctx, name, path, body = {}) {
  ctx.state[name] = { busy: true };
  ctx.refresh();
  if (!(await saved(ctx))) { ctx.state[name] = null; ctx.refresh(); return; }
  try {
    ctx.state[name] = await ctx.call('POST', path, body);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    ctx.state[name] = { problem };
  }
  ctx.refresh();
}

// What stands until `tryOut` has an answer; null once it has.
export const notYet = (answer, text) => (!answer ? el('p', { class: 'quiet' }, text)
  : answer.busy ? el('p', { role: 'status' }, t('models.working')) : answer.problem ? el('p', { class: 'problem', role: 'alert' }, sentence(answer.problem)) : null);

// What is different from the version in force, asked of the service once all is saved.
export function differences(ctx, kind, at, before) {
  if (at.problems.length) return el('p', { class: 'quiet' }, t('models.first_mend'));
  const mark = `${at.version} ${before.id}`;
  if (at.compared !== mark && !at.saving) {
    at.compared = mark;
    ctx.call('GET', `${kind.path}/${at.id}/diff?with=${before.id}`).then((told) => { at.changes = told.changes; ctx.refresh(); }, () => { at.compared = null; });
  }
  return at.changes === null ? el('p', { class: 'quiet' }, t('models.working')) : at.changes.length ? changesList(at.changes) : el('p', { class: 'quiet' }, t('models.same', { version: before.model_version }));
}

// A control of the editor with its name, what is wrong with it, and help.
export const labelled = (text, control, problem = null, help = null) => el('div', { class: 'field', key: text }, el('span', { class: 'label' }, text), control, help ? el('p', { class: 'help' }, help) : null, problem);

export const textInput = (said, value, set, more = {}) => el('input', { 'aria-label': said, value: value ?? '', maxlength: 200, onchange: ({ target }) => set(target.value), ...more });

// The head of the page of one version: what it is, what was saved, and what can be done; `tries` are more buttons.
export function head(ctx, kind, row, at, { tries, onpublish }) {
  const may = ctx.may('leads');
  const bad = at.problems.length > 0;
  const copy = (text, main) => el('button', { class: main ? 'main' : null, onclick: () => draft(ctx, kind, { ...(row.key ? { key: row.key } : {}), based_on: row.id }) }, text);
  return [
    heading([el('a', { href: `#/${kind.name}`, class: 'quiet' }, t(`nav.${kind.name}`)), ' / ', row.model_version, ' '], state(row), saving(ctx, kind, at)),
    el('div', { class: 'spread doings' }, el('p', { class: 'quiet' }, at.definition.title ? el('b', { dir: 'auto' }, `${at.definition.title} · `) : null, since(row)),
      el('div', { class: 'tools' }, may && row.state === 'draft' ? el('button', { disabled: !at.undo.length, onclick: () => undoChange(ctx, kind) }, t('models.undo_change')) : null, tries(bad),
        !may ? null : row.state === 'draft' ? el('button', { class: 'main', disabled: bad, onclick: onpublish }, t('models.publish'))
          : row.state === 'retired' ? [copy(t('models.copy'), false), el('button', { class: 'main', onclick: onpublish }, t('models.roll_back'))] : copy(t('models.change'), true))),
    row.state === 'draft' ? null : note(t(`models.read_only.${row.state}`)),
  ];
}

// What stands beside the editor of every model: its check, and what it says differently than the one in force.
export const beside = (ctx, kind, row, at, before, place) => [
  el('section', { key: 'problems' }, el('h2', {}, t('models.check')), problemList(at, place)),
  before && before.id !== row.id ? el('section', { key: 'differences' }, el('h2', {}, t('models.differences', { version: before.model_version })), differences(ctx, kind, at, before)) : null,
];

// Leads that a version moves, each with a link and how.
export const movedLeads = (caption, leads, how) => el('ul', { class: 'plain lines', 'aria-label': caption }, leads.map((row) => el('li', { key: row.lead_id },
  el('a', { href: `#/leads/${row.lead_id}`, dir: 'auto' }, row.name ?? t('unknown')), row.company ? el('small', { class: 'quiet', dir: 'auto' }, ` ${row.company}`) : null, el('div', { dir: 'auto' }, how(row)))));
