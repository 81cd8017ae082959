// What the service says of its fields and states: names, labels, order and choices. Asked once, kept in memory.
import { title } from './dom.js';

let asked = null;

const read = ({ fields, states }) => ({
  ...states,
  fieldsOf: (entity) => fields.filter((field) => field.entity === entity),
  label: (kind, name) => states[kind].find((state) => state.name === name)?.label ?? title(name ?? ''),
});

export const termsOf = (call) => (asked ??= call('GET', 'fields').then(read)
  .catch((problem) => { asked = null; throw problem; }));
