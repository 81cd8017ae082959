// Conditions on leads, as scoring and routing models say them: read as a sentence, and put together from selects.
import { el } from '../dom.js';
import { date, number, readable, title } from '../format.js';
import { t } from '../texts.js';
import { countries } from './countries.js';

const ENTITIES = ['contact', 'organization', 'lead'];
const OPERATORS = ['is', 'in', 'between', 'contains', 'begins', 'words', 'before', 'after', 'last_days', 'next_days', 'known'];
const LISTS = ['in', 'contains', 'begins', 'words'];
const FIRST = { is: '', in: [], between: { from: 0 }, contains: [], begins: [], words: [], last_days: 30, next_days: 30, known: true };
const GROUPS = ['all', 'any'];

const partsOf = (place) => { const [entity, ...rest] = place.split('.'); return [entity, rest.join('.')]; };
const fieldOf = (ctx, place) => ctx.terms.fieldsOf(partsOf(place)[0]).find(({ name }) => name === partsOf(place)[1]);
const isCountry = (place) => /\.(phone_)?country$/.test(place);

// "contact.country" -> "Person: country".
export function placeText(ctx, place) {
  const [entity, name] = partsOf(place);
  const label = fieldOf(ctx, place)?.label ?? title(name.replace('.', ': '));
  return `${t(`condition.${entity}`)}: ${label}`;
}

// The values there are of a place, [{name, label}]; null where it can be anything.
export function choicesOf(ctx, place) {
  if (isCountry(place)) return countries();
  return fieldOf(ctx, place)?.choices?.map((name) => ({ name, label: title(name) })) ?? null;
}

export const valueText = (ctx, place, value) => choicesOf(ctx, place)?.find(({ name }) => name === value)?.label ?? readable(value);

const rangeText = ({ from, to }) => (from === undefined ? t('condition.to', { to: number(to) }) : to === undefined ? t('condition.from', { from: number(from) }) : t('condition.from_to', { from: number(from), to: number(to) }));

function argumentText(ctx, place, name, argument) {
  if (name === 'between') return rangeText(argument);
  if (name === 'before' || name === 'after') return date(argument);
  if (name.endsWith('_days')) return t('condition.days', { n: argument });
  return [argument].flat().map((value) => valueText(ctx, place, value)).join(', ');
}

// A condition in words.
export function conditionText(ctx, condition) {
  if (!condition || typeof condition !== 'object') return '';
  for (const name of GROUPS) if (condition[name]) return condition[name].map((inner) => (GROUPS.some((one) => inner[one]) ? `(${conditionText(ctx, inner)})` : conditionText(ctx, inner))).join(` ${t(`condition.${name}.word`)} `);
  if (condition.not) return t('condition.not.said', { what: conditionText(ctx, condition.not) });
  if (condition.event) {
    return [ctx.terms.label('events', condition.event), condition.times ? t('condition.times', { range: rangeText(condition.times) }) : null,
      condition.days ? t('condition.within', { n: condition.days }) : null].filter(Boolean).join(', ');
  }
  const [name, argument] = Object.entries(condition).find(([key]) => key !== 'fact') ?? ['known', true];
  const place = condition.fact ?? '';
  if (name === 'known') return t(argument ? 'condition.known.said' : 'condition.unknown.said', { what: placeText(ctx, place) });
  return `${placeText(ctx, place)} ${t(`operator.${name}`)} ${argumentText(ctx, place, name, argument)}`;
}

// Texts as chips that are taken away and added one by one; `choices` makes a select of it.
export function chips(label, values, choices, set) {
  const say = (value) => choices?.find(({ name }) => name === value)?.label ?? String(value);
  const add = (value) => { if (value && !values.includes(value)) set([...values, value]); };
  const left = choices?.filter(({ name }) => !values.includes(name));
  return el('div', { class: 'chips', role: 'group', 'aria-label': label },
    values.map((value) => el('span', { class: 'chip', key: value, dir: 'auto' }, say(value),
      el('button', { type: 'button', 'aria-label': t('condition.remove', { what: say(value) }), onclick: () => set(values.filter((other) => other !== value)) }, '✕'))),
    choices ? el('select', { 'aria-label': t('condition.add_to', { what: label }), onchange: ({ target }) => { const { value } = target; target.value = ''; add(value); } },
      el('option', { value: '' }, t('condition.add_value')), left.map(({ name, label: said }) => el('option', { value: name }, said)))
      : el('input', { 'aria-label': t('condition.add_to', { what: label }), placeholder: t('condition.add_text'), maxlength: 200,
        onchange: ({ target }) => { const { value } = target; target.value = ''; add(value.trim()); } }));
}

// A select of the facts that there are; what is a member of an object (custom answers) is named beside it.
export function placeSelect(ctx, label, place, set) {
  const open = (fieldOf(ctx, place)?.type ?? 'text') === 'object' || !fieldOf(ctx, place);
  const [entity, name] = partsOf(place);
  const [object, ...member] = name.split('.');
  return [el('select', { 'aria-label': label, onchange: ({ target }) => set(fieldOf(ctx, target.value)?.type === 'object' ? `${target.value}.name` : target.value) },
    ENTITIES.map((one) => el('optgroup', { label: t(`condition.${one}`) }, ctx.terms.fieldsOf(one).filter(({ scored }) => scored).map((field) => el('option', {
      value: `${one}.${field.name}`, selected: `${one}.${field.name}` === (open ? `${entity}.${object}` : place) }, field.label))))),
  open ? el('input', { 'aria-label': t('condition.member'), value: member.join('.'), maxlength: 150, onchange: ({ target }) => set(`${entity}.${object}.${target.value.trim()}`) }) : null];
}

export const numberInput = (label, value, set, more = {}) => el('input', { type: 'number', step: 'any', 'aria-label': label, value: value ?? null, class: 'short', ...more,
  onchange: ({ target }) => set(target.value === '' ? undefined : Number(target.value)) });

const limits = (label, range, set, more) => ['from', 'to'].map((end) => el('label', { class: 'inline' }, t(`condition.end.${end}`), numberInput(`${label}, ${t(`condition.end.${end}`)}`, range?.[end], (value) => {
  const next = { ...range };
  if (value === undefined) delete next[end]; else next[end] = value;
  set(Object.keys(next).length ? next : undefined);
}, more)));

function argumentEditor(ctx, place, name, argument, set) {
  const label = t('condition.value');
  const choices = choicesOf(ctx, place);
  if (LISTS.includes(name)) return chips(label, [argument].flat(), name === 'in' ? choices : null, set);
  if (name === 'between') return limits(label, argument, (range) => set(range ?? { from: 0 }));
  if (name.endsWith('_days')) return numberInput(label, argument, (value) => set(value ?? 1), { min: 1, max: 3650, step: 1 });
  if (name === 'before' || name === 'after') return el('input', { type: 'date', 'aria-label': label, value: String(argument).slice(0, 10), onchange: ({ target }) => set(target.value) });
  if (name === 'known') return el('select', { 'aria-label': label, onchange: ({ target }) => set(target.value === 'true') }, [true, false].map((value) => el('option', { value: String(value), selected: argument === value }, readable(value))));
  if (choices) return el('select', { 'aria-label': label, onchange: ({ target }) => set(target.value) }, el('option', { value: '' }, ''), choices.map((choice) => el('option', { value: choice.name, selected: choice.name === argument }, choice.label)));
  return el('input', { 'aria-label': label, value: argument, maxlength: 200, onchange: ({ target }) => set(target.value) });
}

const today = () => new Date().toISOString().slice(0, 10);
const first = (name) => structuredClone(FIRST[name] ?? today());
const emptyFact = () => ({ fact: 'contact.country', in: [] });

// The editor of a condition: `set(condition)` is called with the new one, `set(undefined)` takes it away.
export function conditionEditor(ctx, condition, set) {
  const tools = (more = []) => el('span', { class: 'tools' }, more,
    el('button', { type: 'button', class: 'small', onclick: () => set(condition.not ? condition.not : { not: condition }) }, t(condition.not ? 'condition.as_it_is' : 'condition.turn')),
    el('button', { type: 'button', class: 'small', 'aria-label': t('condition.remove', { what: conditionText(ctx, condition) }), onclick: () => set(undefined) }, t('remove')));
  const grown = (one) => set({ all: [condition, one] });
  const name = GROUPS.find((group) => condition[group]);
  if (name) {
    const inner = condition[name];
    const put = (at, next) => { const list = next === undefined ? inner.filter((_, place) => place !== at) : inner.map((one, place) => (place === at ? next : one)); set(list.length > 1 ? { [name]: list } : list[0]); };
    return el('fieldset', { class: 'condition' }, el('legend', {}, el('select', { 'aria-label': t('condition.how'), onchange: ({ target }) => set({ [target.value]: inner }) },
      GROUPS.map((group) => el('option', { value: group, selected: group === name }, t(`condition.${group}`))))),
    inner.map((one, at) => el('div', { key: at }, conditionEditor(ctx, one, (next) => put(at, next)))),
    el('p', { class: 'tools' }, el('button', { type: 'button', class: 'small', onclick: () => set({ [name]: [...inner, emptyFact()] }) }, t('condition.more_fact')),
      el('button', { type: 'button', class: 'small', onclick: () => set({ [name]: [...inner, { event: 'page_view' }] }) }, t('condition.more_event'))));
  }
  if (condition.not) return el('fieldset', { class: 'condition' }, el('legend', {}, t('condition.not')), conditionEditor(ctx, condition.not, (next) => set(next && { not: next })), tools());
  const more = [el('button', { type: 'button', class: 'small', onclick: () => grown(emptyFact()) }, t('condition.and'))];
  if (condition.event !== undefined) {
    return el('div', { class: 'row condition' }, el('select', { 'aria-label': t('condition.event'), onchange: ({ target }) => set({ ...condition, event: target.value }) },
      ctx.terms.events.map((event) => el('option', { value: event.name, selected: event.name === condition.event }, event.label))),
    limits(t('condition.often'), condition.times, (times) => { const { times: _, ...rest } = condition; set(times ? { ...rest, times } : rest); }, { min: 0, step: 1 }),
    el('label', { class: 'inline' }, t('condition.of_days'), numberInput(t('condition.of_days'), condition.days, (days) => { const { days: _, ...rest } = condition; set(days ? { ...rest, days } : rest); }, { min: 1, step: 1 })),
    tools(more));
  }
  const [operator, argument] = Object.entries(condition).find(([key]) => key !== 'fact') ?? ['known', true];
  return el('div', { class: 'row condition' }, placeSelect(ctx, t('condition.fact'), condition.fact, (fact) => set({ ...condition, fact })),
    el('select', { 'aria-label': t('condition.operator'), onchange: ({ target }) => set({ fact: condition.fact, [target.value]: LISTS.includes(operator) && LISTS.includes(target.value) ? argument : first(target.value) }) },
      OPERATORS.map((one) => el('option', { value: one, selected: one === operator }, t(`operator.${one}`)))),
    argumentEditor(ctx, condition.fact, operator, argument, (next) => set({ fact: condition.fact, [operator]: next })), tools(more));
}

// Where there is no condition yet: what begins one; else its sentence and its editor.
export const optionalCondition = (ctx, condition, set) => (condition
  ? el('div', {}, conditionEditor(ctx, condition, set))
  : el('p', { class: 'tools' }, el('button', { type: 'button', class: 'small', onclick: () => set(emptyFact()) }, t('condition.begin_fact')),
    el('button', { type: 'button', class: 'small', onclick: () => set({ event: 'page_view' }) }, t('condition.begin_event'))));
