// Dialogs of the browser's own kind: focus stays inside, Escape closes, and it goes back to where it was.
import { el } from '../dom.js';
import { t } from '../texts.js';

// Ask in a dialog: `content` are nodes (a form's fields, say); answers what `value()` gives once the main button is
// pressed, null when it is closed. `danger` colours the button, `typed` is a word that must be typed first. When
// `act` is given, it is awaited before the dialog closes; a Problem that it raises stays in the dialog. A press beside
// it closes it, unless something was typed.
export function ask({ title, content = [], action, danger = false, typed = null, value = () => true, act = null, wide = false }) {
  return new Promise((answer) => {
    let [answered, entered] = [null, false];
    const wrong = el('p', { class: 'problem', role: 'alert', hidden: true });
    const main = el('button', { class: danger ? 'main danger' : 'main', disabled: Boolean(typed) }, action ?? t('ok'));
    const check = typed ? el('label', {}, t('type_to_confirm', { word: typed }), el('input', {
      autocomplete: 'off', spellcheck: 'false', oninput: ({ target }) => { main.disabled = target.value !== typed; } })) : null;
    const form = el('form', { method: 'dialog', oninput: () => { entered = true; }, onsubmit: async (event) => {
      event.preventDefault();
      wrong.hidden = true;
      main.disabled = true;
      try {
        const given = value(form);
        answered = act ? await act(given) ?? true : given;
        dialog.close();
      } catch (problem) {
        const { sentence } = await import('./states.js');
        wrong.textContent = problem.status === undefined ? problem.message : sentence(problem);
        wrong.hidden = false;
        main.disabled = false;
      }
    } }, el('h2', { id: 'dialog-title' }, title), content, check, wrong,
    el('p', { class: 'dialog-actions' }, el('button', { type: 'button', onclick: () => dialog.close() }, t('cancel')), main));
    const dialog = el('dialog', { 'aria-labelledby': 'dialog-title', class: wide ? 'wide' : null,
      onclose: () => { dialog.remove(); answer(answered); },
      onclick: (event) => { if (event.target === dialog && !entered) dialog.close(); } }, form);
    document.body.append(dialog);
    dialog.showModal();
  });
}

// A question with yes and no.
export const confirm = (title, text, action, more = {}) => ask({ title, content: [text].flat().map((part) => (typeof part === 'string' ? el('p', {}, part) : part)), action, ...more });

// A dialog that only shows something.
export function show(title, ...content) {
  const dialog = el('dialog', { class: 'wide', 'aria-labelledby': 'dialog-title', onclose: () => dialog.remove(),
    onclick: (event) => { if (event.target === dialog) dialog.close(); } },
  el('div', { class: 'dialog-body' }, el('h2', { id: 'dialog-title' }, title), content,
    el('p', { class: 'dialog-actions' }, el('button', { onclick: () => dialog.close() }, t('close')))));
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
