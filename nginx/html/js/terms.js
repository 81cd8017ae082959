// What the service says of its fields and states: names, labels, order and choices. Asked once, kept in memory.
import { title } from './format.js';
import { has, language, t } from './texts.js';

let asked = null;
let of = '';

const read = ({ fields, states }) => ({
  ...states,
  fieldsOf: (entity) => fields.filter((field) => field.entity === entity),
  label: (kind, name) => states[kind]?.find((state) => state.name === name)?.label ?? title(name ?? ''),
});

export function termsOf(call) {
  if (of !== language()) asked = null;
  of = language();
  return (asked ??= call('GET', `fields?language=${of}`).then(read)
    .catch((problem) => { asked = null; throw problem; }));
}

// A word of a vocabulary that has a text here, else the word itself made readable: word('role', 'admin').
export const word = (kind, name) => (has(`${kind}.${name}`) ? t(`${kind}.${name}`) : title(name));
