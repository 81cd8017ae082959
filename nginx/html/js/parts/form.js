// Forms: fields with help and errors where they belong, and drafts that survive a reload.
import { el, settle } from '../dom.js';
import { t } from '../texts.js';
import { sentence } from './states.js';

let last = 0;

// A labelled control: field('Name', {name: 'name', required: true}, {help: 'As in the mails'}); `choices` makes a
// select, `rows` a text area; `error` stands below.
export function field(label, { choices, rows, value, ...attributes } = {}, { help, error } = {}) {
  const id = `f-${attributes.name ?? 'x'}-${last += 1}`;
  const about = [help && `${id}-help`, `${id}-error`].filter(Boolean).join(' ');
  const common = { id, 'aria-describedby': about, 'aria-invalid': error ? 'true' : null, ...attributes };
  const control = choices
    ? el('select', common, choices.map((choice) => el('option', { value: choice.name, selected: String(choice.name) === String(value ?? '') }, choice.label)))
    : rows ? el('textarea', { ...common, rows }, value ?? '')
      : attributes.type === 'checkbox' ? el('input', { ...common, checked: Boolean(value) })
        : el('input', { ...common, value: value ?? null });
  return el('div', { class: attributes.type === 'checkbox' ? 'field check' : 'field', key: attributes.name }, el('label', { for: id }, label), control,
    help ? el('p', { class: 'help', id: `${id}-help` }, help) : null, el('p', { class: 'error', id: `${id}-error`, 'data-for': attributes.name }, error ?? ''));
}

// What a form holds, by name: numbers and ticks as such; an empty text is null.
export function valuesOf(form) {
  return Object.fromEntries([...form.elements].filter(({ name }) => name).map((control) => [control.name,
    control.type === 'checkbox' ? control.checked : control.value === '' ? null : control.type === 'number' ? Number(control.value) : control.value]));
}

// The service's errors beside their fields; answers the sentence for what has none.
export function explain(form, problem) {
  form.querySelectorAll('.error').forEach((node) => { node.textContent = ''; });
  const rest = problem.errors.filter(({ pointer, detail }) => {
    const name = pointer?.split('/').pop();
    const place = [...form.querySelectorAll('.error')].find((node) => node.dataset.for === name);
    if (!place) return true;
    place.textContent = detail;
    form.elements[name]?.setAttribute('aria-invalid', 'true');
    return false;
  });
  form.querySelector('[aria-invalid=true]')?.focus();
  return sentence(Object.assign(Object.create(problem), { errors: rest, message: problem.message }));
}

// A form that saves: `save(values)` is awaited, its problems stand in the form, and what was typed is kept as a draft
// under `draft` until it is saved.
export function form({ draft, save, action = t('save'), more = [], class: kind = 'form' }, ...fields) {
  const wrong = el('p', { class: 'problem', role: 'alert', hidden: true });
  const button = el('button', { class: 'main' }, action);
  const node = el('form', { class: kind, key: draft, 'data-draft': draft,
    oninput: () => { if (draft) sessionStorage.setItem(`draft:${draft}`, JSON.stringify(valuesOf(node))); },
    onsubmit: async (event) => {
      event.preventDefault();
      const mine = event.currentTarget;
      const [said, pressed] = [mine.querySelector(':scope > .problem'), mine.querySelector('button.main')];
      said.hidden = true;
      pressed.disabled = true;
      try {
        await save(valuesOf(mine), mine);
        if (draft) sessionStorage.removeItem(`draft:${draft}`);
        settle(mine);
      } catch (problem) {
        if (problem.status === undefined) throw problem;
        said.textContent = explain(mine, problem);
        said.hidden = false;
      } finally { pressed.disabled = false; }
    } }, fields, wrong, el('p', { class: 'form-actions' }, button, more));
  const typed = draft && JSON.parse(sessionStorage.getItem(`draft:${draft}`) ?? 'null');
  for (const [name, value] of Object.entries(typed ?? {})) {
    const control = node.elements[name];
    if (!control || control.type === 'password' || control.type === 'file') continue;
    if (control.type === 'checkbox') control.checked = value; else control.value = value ?? '';
    control.dispatchEvent(new Event('input', { bubbles: true }));
  }
  return node;
}
