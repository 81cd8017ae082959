// What is known of a lead's person and company: each value with whose word it is, what else was said, and its edit in
// place.
import { Problem } from '../api.js';
import { el } from '../dom.js';
import { ago, percent, when } from '../format.js';
import { t } from '../texts.js';
import { ask, confirm } from './dialog.js';
import { field as control, form } from './form.js';
import { section } from './pieces.js';
import { sourceOf, textOf, valueOf } from './lead-words.js';

// Keys are for matching, not for reading.
const KEYS = ['email_canonical', 'company_key'];

// The address of a contact or organization in the API.
const pathOf = (kind, id) => `${kind}s/${id}`;

// Where a value is from, in a line for everybody, not only for who points at it.
function said(stated) {
  if (!stated) return null;
  return el('span', { class: 'said' }, stated.locked ? [el('span', { class: 'lock' }, t('lead.locked')), ' '] : null,
    sourceOf(stated.source), stated.sandbox ? ` (${t('sandbox')})` : '', ' · ', ago(stated.observed_at),
    stated.locked ? '' : ` · ${t('lead.confidence', { share: percent(stated.confidence) })}`);
}

// What else was said of a field, and lost.
const others = (field, { others: told, contradicted }) => (told.length ? el('details', { class: 'others' },
  el('summary', {}, contradicted ? el('b', { class: 'caution' }, t('lead.contradicted')) : t('lead.others', { n: told.length })),
  el('ul', { class: 'plain' }, told.map((other, at) => el('li', { key: at }, el('span', { class: other.contradicts ? 'caution' : null, dir: 'auto' }, textOf(field, other.value)), ' ', said(other),
    el('small', { class: 'quiet' }, ` ${when(other.observed_at)}`))))) : null);

// How many addresses of a class bounced so far.
function measured(mail, status) {
  const told = mail.find(({ email_status: of }) => of === status);
  return told ? el('span', { class: 'quiet' }, ` · ${t('lead.bounced', { share: percent(told.bounce_rate, 1), n: told.addresses })}`) : null;
}

// Begin an edit: the value and the version as they are at this moment.
export async function beginEdit(ctx, kind, id, name) {
  await ctx.act(async () => {
    const now = await ctx.call('GET', pathOf(kind, id));
    ctx.state.editing = { kind, id, name, version: now.version, value: now.fields[name] ?? null, locked: now.sources[name]?.locked ?? false };
    ctx.refresh();
    document.querySelector('#view [data-draft] input, #view [data-draft] textarea, #view [data-draft] select')?.focus();
  }, { stay: true });
}

const close = (ctx) => { sessionStorage.removeItem(`draft:${draftOf(ctx.state.editing)}`); ctx.state.editing = null; ctx.refresh(); };
const draftOf = ({ id, name }) => `lead-${id}-${name}`;

// Write a value of a field; when somebody else changed the record meanwhile, both values are shown and one chosen.
async function write(ctx, edit, field, value) {
  const path = pathOf(edit.kind, edit.id);
  const send = (version) => ctx.call('PATCH', path, { [edit.name]: value }, { 'If-Match': `"${version}"` });
  try {
    await send(edit.version);
  } catch (problem) {
    if (!(problem instanceof Problem) || problem.status !== 412) throw problem;
    const now = await ctx.call('GET', path);
    const theirs = now.fields[edit.name] ?? null;
    const mine = await confirm(t('lead.conflict.title'), [t('lead.conflict.text'), el('dl', {},
      el('dt', {}, t('lead.conflict.theirs', { by: sourceOf(now.sources[edit.name]?.source ?? 'lead') })), el('dd', { dir: 'auto' }, textOf(field, theirs)),
      el('dt', {}, t('lead.conflict.mine')), el('dd', { dir: 'auto' }, textOf(field, value)))], t('lead.conflict.keep_mine'));
    if (!mine) return false;
    await send(now.version);
  }
  return true;
}

// What takes an edit back: what people said before, else nothing that people said.
const undoOf = (ctx, edit) => () => (edit.locked ? ctx.call('PATCH', pathOf(edit.kind, edit.id), { [edit.name]: edit.value }) : ctx.call('DELETE', `${pathOf(edit.kind, edit.id)}/edits/${edit.name}`));

async function saved(ctx, edit, text) {
  ctx.state.editing = null;
  await ctx.act(async () => null, { done: text, undo: undoOf(ctx, edit) });
}

function editForm(ctx, field) {
  const edit = ctx.state.editing;
  const type = { integer: 'number', number: 'number' }[field.type] ?? { email: 'email', phone: 'tel', linkedin_url: 'url' }[field.name] ?? 'text';
  const save = async (value) => {
    if (value === edit.value) close(ctx);
    else if (await write(ctx, edit, field, value)) await saved(ctx, edit, value === null ? t('lead.value_removed', { field: field.label }) : t('lead.value_saved', { field: field.label }));
    else { close(ctx); await ctx.reload(); }
  };
  return form({ draft: draftOf(edit), class: 'form inline-edit', save: ({ [field.name]: value }) => save(value), more: [
    el('button', { type: 'button', onclick: () => close(ctx) }, t('cancel')),
    edit.value === null ? null : el('button', { type: 'button', class: 'link', onclick: () => ctx.act(() => save(null), { stay: true }) }, t('lead.there_is_none'))] },
  control(field.label, { name: field.name, value: edit.value, type: field.choices ? undefined : type, maxlength: field.longest, step: field.type === 'number' ? 'any' : null, autocomplete: 'off', spellcheck: 'false',
    choices: field.choices && [{ name: '', label: '–' }, ...field.choices.map((name) => ({ name, label: textOf(field, name) }))] }, { help: t('lead.edit.help') }));
}

const unlock = (ctx, kind, part, field) => ctx.act(() => ctx.call('DELETE', `${pathOf(kind, part.id)}/edits/${field.name}`), {
  done: t('lead.unlocked', { field: field.label }), undo: () => ctx.call('PATCH', pathOf(kind, part.id), { [field.name]: part[field.name] ?? null }) });

function row(ctx, kind, part, field, { reach, mail }) {
  const stated = part.fields?.[field.name];
  const editing = ctx.state.editing?.id === part.id && ctx.state.editing.name === field.name;
  const mayEdit = ctx.may('leads') && ctx.may('pii:read') && field.editable;
  return el('tr', { key: field.name, class: editing ? 'editing' : null }, el('th', { scope: 'row' }, field.label),
    editing ? el('td', {}, editForm(ctx, field)) : el('td', {}, el('div', { class: 'value' }, el('span', {}, (part[field.name] ?? null) === null ? el('span', { class: 'quiet' }, stated?.removed ? t('lead.removed') : '–') : valueOf(field, part[field.name], reach),
      field.name === 'email_status' ? measured(mail, part[field.name]) : null),
    mayEdit ? el('span', { class: 'edits' }, stated?.locked ? el('button', { class: 'small', 'aria-label': t('lead.unlock.of', { field: field.label }), onclick: () => unlock(ctx, kind, part, field) }, t('lead.unlock')) : null,
      el('button', { class: 'small quiet-button', title: t('edit'), 'aria-label': t('lead.edit.of', { field: field.label }), onclick: () => beginEdit(ctx, kind, part.id, field.name) }, '✎')) : null),
    el('div', { class: 'from' }, said(stated), stated ? others(field, stated) : null)));
}

// Providers whose answer about somebody is another one's: they count no more, and never come back.
function wrongAnswers(ctx, kind, part, asked) {
  const told = new Set(Object.values(part.fields ?? {}).flatMap(({ source, others: more }) => [source, ...more.map((other) => other.source)]));
  const providers = asked.filter((name) => told.has(name));
  if (!ctx.may('leads') || !providers.length) return null;
  const wrong = async (provider) => {
    if (await confirm(t(`lead.wrong.${kind}.title`, { name: sourceOf(provider) }), t('lead.wrong.text'), t('lead.wrong.action'), { danger: true })) {
      await ctx.act(() => ctx.call('POST', `${pathOf(kind, part.id)}/wrong-answers`, { provider }), { done: t('lead.wrong.done', { name: sourceOf(provider) }) });
    }
  };
  return el('details', { key: 'wrong', class: 'others' }, el('summary', {}, t(`lead.wrong.${kind}`)), el('p', { class: 'row' }, providers.map((name) => el('button', { key: name, class: 'small', onclick: () => wrong(name) }, sourceOf(name)))));
}

// A section of the person or the company. `unknown` fields that can be edited are shown when asked for.
export function profileSection(kind, part, fields, more) {
  const { ctx } = more;
  const shown = fields.filter(({ name, type }) => !KEYS.includes(name) && type !== 'object');
  const known = shown.filter(({ name, derived }) => (part[name] ?? null) !== null || (!derived && part.fields?.[name]?.removed) || ctx.state.editing?.id === part.id && ctx.state.editing.name === name);
  const missing = shown.filter((field) => field.editable && !known.includes(field));
  const add = async () => {
    const found = await ask({ title: t('lead.add.title'), action: t('edit'), value: (node) => node.elements.name.value,
      content: control(t('lead.add.which'), { name: 'name', choices: missing }) });
    if (found) await beginEdit(ctx, kind, part.id, found);
  };
  return el('section', { key: kind, class: 'profile' }, el('div', { class: 'spread' }, el('h2', {}, t(`lead.${kind}`), more.href ? [' ', el('a', { class: 'small', href: more.href }, t('lead.open_company'))] : null),
    missing.length && ctx.may('leads') && ctx.may('pii:read') ? el('button', { class: 'small', onclick: add }, t('lead.add')) : null),
  known.length ? el('table', { class: 'lead-fields' }, el('colgroup', {}, el('col', { class: 'names' }), el('col')), el('thead', { class: 'visually-hidden' }, el('tr', {}, ['field', 'value'].map((head) => el('th', { scope: 'col' }, t(`lead.head.${head}`))))),
    el('tbody', {}, known.map((field) => row(ctx, kind, part, field, more)))) : el('p', { class: 'quiet' }, t('lead.nothing_known')),
  wrongAnswers(ctx, kind, part, more.asked));
}

// Answers that seem to be about somebody else, for a decision.
export function heldSection(answers, ctx) {
  if (!answers.length) return null;
  const decide = (answer, verb) => ctx.act(() => ctx.call('POST', `held-answers/${answer.id}/${verb}`, {}), { done: t(`lead.held.${verb}ed`) });
  return section(t('lead.held'), el('p', { class: 'quiet' }, t('lead.held.text')), el('ul', { class: 'plain lines' }, answers.map((answer) => el('li', { key: answer.id },
    el('p', {}, el('b', {}, sourceOf(answer.provider)), ` · ${answer.reason} · `, ago(answer.fetched_at)),
    answer.known || answer.answered ? el('p', { dir: 'auto' }, t('lead.held.ours'), ' ', el('b', {}, answer.known ?? '–'), ' · ', t('lead.held.theirs'), ' ', el('b', {}, answer.answered ?? '–')) : null,
    el('dl', {}, Object.entries(answer.statements).map(([name, value]) => {
      const field = ctx.terms.fieldsOf(answer.contact_id ? 'contact' : 'organization').find((each) => each.name === name) ?? { name, label: name };
      return [el('dt', {}, field.label), el('dd', { dir: 'auto' }, textOf(field, value))];
    })),
    ctx.may('leads') ? el('p', { class: 'row' }, el('button', { onclick: () => decide(answer, 'accept') }, t('lead.held.accept')), el('button', { onclick: () => decide(answer, 'reject') }, t('lead.held.reject'))) : null))));
}
