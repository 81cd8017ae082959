// One scoring model: read as sentences, edited with help, tried out on the leads there are, published, rolled back.
// A draft is saved as it is changed; what is wrong with it stands beside its rule.
import { el } from '../dom.js';
import { number, percent, title } from '../format.js';
import { chart, colour } from '../parts/chart.js';
import { chips, choicesOf, conditionEditor, conditionText, numberInput, optionalCondition, placeSelect, placeText, valueText } from '../parts/conditions.js';
import { section } from '../parts/pieces.js';
import { beside, change, head, jsonView, labelled, movedLeads, notYet, problemsBelow, publish, saved, textInput, tryOut, work, wrong } from '../parts/versions.js';
import { t } from '../texts.js';

export const at = { path: 'scoring/:id', scope: 'leads:read' };

const KIND = { name: 'scoring', path: 'scoring/models' };
const COMPONENTS = ['demographic', 'firmographic', 'behavioral', 'engagement', 'ml'];
const OF_FACTS = ['choice', 'keywords', 'range', 'age', 'known', 'condition'];
const KINDS = { demographic: OF_FACTS, firmographic: OF_FACTS, behavioral: ['event', 'count', 'recency', ...OF_FACTS], engagement: ['event', 'count', 'recency', ...OF_FACTS], ml: ['prediction', ...OF_FACTS] };
const HIDDEN = ['name', 'kind', 'group', 'when', 'step'];
const LEADS = 2000;

export async function load(ctx) {
  const [row, published, schema] = await Promise.all([ctx.call('GET', `${KIND.path}/${encodeURIComponent(ctx.params.id)}`), ctx.call('GET', `${KIND.path}?state=published&limit=50`), ctx.call('GET', 'scoring/schema')]);
  const before = published.data.find(({ key }) => key === row.key) ?? (await ctx.call('GET', `${KIND.path}?state=shipped&limit=1`)).data[0] ?? null;
  return { row, before, schema };
}

const ruleId = (component, place) => `rule-${component}-${place}`;
const pointTo = (component, place) => `/components/${component}/rules/${place}`;
const signed = (points) => number(points ?? 0, { signDisplay: 'exceptZero' });
const clone = (value) => JSON.parse(JSON.stringify(value));

// What a rule says, in a sentence.
function ruleText(ctx, rule) {
  const facts = (rule.facts ?? []).map((place) => placeText(ctx, place)).join(t('scoring.or'));
  const when = rule.when && rule.kind !== 'condition' ? t('scoring.if', { what: conditionText(ctx, rule.when) }) : '';
  const values = (one) => (one.values && !one.text.includes('{value}') ? [one.text] : one.values ? one.values.map((value) => valueText(ctx, rule.facts[0], value)) : one.words ?? [[one.from, one.to].filter((end) => end !== undefined).map((end) => number(end)).join(' – ')]);
  const some = (list) => (list.length > 4 ? t('scoring.and_more', { first: list.slice(0, 3).join(', '), n: list.length - 3 }) : list.join(', '));
  const cases = (rule.cases ?? []).map((one) => `${some(values(one))}: ${signed(one.points)}`).join('; ');
  const events = (rule.events ?? [rule.event]).filter(Boolean).map((event) => ctx.terms.label('events', event)).join(t('scoring.or'));
  const said = {
    known: () => t('scoring.say.known', { facts, points: signed(rule.points) }),
    condition: () => t('scoring.say.condition', { what: conditionText(ctx, rule.when), points: signed(rule.points) }),
    event: () => t('scoring.say.event', { events, points: signed(rule.points), limit: number(rule.limit), days: number(rule.half_life_days) }),
    count: () => t('scoring.say.count', { events, points: signed(rule.points), times: number(rule.times), days: number(rule.days) }),
    recency: () => t('scoring.say.recency', { events, points: signed(rule.points), days: number(rule.half_life_days) }),
    prediction: () => t('scoring.say.prediction'),
  }[rule.kind]?.() ?? t('scoring.say.cases', { facts, cases, otherwise: signed(rule.otherwise?.points) });
  return `${said}${when}${rule.daily ? t('scoring.say.daily', { n: rule.daily }) : ''}`;
}

// A value of a fact that is to have points of its own: it leaves the case that it is in, and is the first.
function own(rule, value, points, said) {
  for (const one of rule.cases) one.values = one.values.filter((other) => other !== value);
  rule.cases = rule.cases.filter((one) => one.values.length);
  rule.cases.unshift({ values: [value], points, text: said });
}

function ownPoints(ctx, rule, edit, id) {
  const choices = choicesOf(ctx, rule.facts[0]);
  const said = t('scoring.own');
  const list = choices ?? [...new Set(rule.cases.flatMap(({ values }) => values))].map((name) => ({ name, label: title(name) }));
  return el('div', { class: 'row own', role: 'group', 'aria-label': said }, el('span', {}, said),
    el('select', { 'aria-label': t('scoring.own_value'), name: 'value' }, el('option', { value: '' }, ''), list.map(({ name, label: text }) => el('option', { value: name }, text))),
    el('input', { type: 'number', class: 'short', 'aria-label': t('scoring.points'), name: 'points', min: -100, max: 100, step: 0.01 }),
    el('button', { type: 'button', class: 'small', onclick: ({ currentTarget }) => {
      const [value, points] = ['[name=value]', '[name=points]'].map((one) => currentTarget.parentNode.querySelector(one));
      if (!value.value || points.value === '') { (value.value ? points : value).focus(); return; }
      const [name, worth] = [value.value, Number(points.value)];
      value.value = ''; points.value = '';
      edit((one) => own(one, name, worth, `${title(rule.name)}: ${list.find((each) => each.name === name).label}`));
      document.getElementById(id)?.querySelector('.own select')?.focus();
    } }, t('add')));
}

function casesEditor(ctx, at_, rule, pointer, edit) {
  const of = (one) => ['values', 'words'].find((name) => name in one);
  const put = (place, name, value) => edit((now) => { if (value === undefined) delete now.cases[place][name]; else now.cases[place][name] = value; });
  const fresh = () => ({ ...(rule.kind === 'choice' ? { values: [] } : rule.kind === 'keywords' ? { words: [] } : { from: 0 }), points: 0, text: '{value}' });
  return el('div', { class: 'cases' }, rule.cases.map((one, place) => el('div', { class: 'case', key: place, role: 'group', 'aria-label': t('scoring.case', { n: place + 1 }) },
    of(one) ? chips(t(`scoring.field.${of(one)}`), one[of(one)], of(one) === 'values' ? choicesOf(ctx, rule.facts[0]) : null, (list) => put(place, of(one), list))
      : el('span', { class: 'row' }, ['from', 'to'].map((end) => el('label', { class: 'inline' }, t(`condition.end.${end}`), numberInput(t(`condition.end.${end}`), one[end], (value) => put(place, end, value))))),
    el('span', { class: 'row' }, el('label', { class: 'inline' }, t('scoring.points'), numberInput(`${t('scoring.points')}: ${one.text}`, one.points, (value) => put(place, 'points', value ?? 0), { min: -100, max: 100 })),
      el('label', { class: 'inline grow' }, t('scoring.field.text'), textInput(`${t('scoring.field.text')} ${place + 1}`, one.text, (value) => put(place, 'text', value))),
      place ? el('button', { type: 'button', class: 'small', 'aria-label': t('scoring.case_up', { n: place + 1 }), onclick: () => edit((now) => now.cases.splice(place - 1, 0, ...now.cases.splice(place, 1))) }, '↑') : null,
      el('button', { type: 'button', class: 'small', 'aria-label': t('scoring.case_remove', { n: place + 1 }), onclick: () => edit((now) => now.cases.splice(place, 1)) }, t('remove'))),
    wrong(at_, `${pointer}/cases/${place}`, true))),
  el('p', {}, el('button', { type: 'button', class: 'small', onclick: () => edit((now) => now.cases.push(fresh())) }, t('scoring.case_add'))));
}

// The control of one field of a rule, by what its schema says.
function fieldEditor(ctx, at_, rule, name, schema, pointer, edit, optional) {
  const said = t(`scoring.field.${name}`);
  const set = (value) => edit((now) => { if (value === undefined || (optional && value === '')) delete now[name]; else now[name] = value; });
  const problem = wrong(at_, `${pointer}/${name}`, name !== 'cases');
  if (name === 'facts') {
    return labelled(said, el('div', {}, rule.facts.map((place, index) => el('p', { class: 'row', key: index }, placeSelect(ctx, `${said} ${index + 1}`, place, (value) => edit((now) => { now.facts[index] = value; })),
      rule.facts.length > 1 ? el('button', { type: 'button', class: 'small', 'aria-label': t('condition.remove', { what: placeText(ctx, place) }), onclick: () => edit((now) => now.facts.splice(index, 1)) }, t('remove')) : null)),
    el('button', { type: 'button', class: 'small', onclick: () => edit((now) => now.facts.push('contact.country')) }, t('scoring.fact_add'))), problem, t('scoring.help.facts'));
  }
  if (name === 'cases') return el('div', { class: 'field', key: name }, el('span', { class: 'label' }, said), rule.kind === 'choice' ? ownPoints(ctx, rule, edit, `rule-${pointer.split('/')[2]}-${pointer.split('/')[4]}`) : null, casesEditor(ctx, at_, rule, pointer, edit), wrong(at_, `${pointer}/cases`));
  if (name === 'otherwise' && schema.type === 'object') {
    return labelled(said, el('span', { class: 'row' }, el('label', { class: 'inline' }, t('scoring.points'), numberInput(`${said}: ${t('scoring.points')}`, rule.otherwise?.points, (value) => edit((now) => { now.otherwise.points = value ?? 0; }), { min: -100, max: 100 })),
      el('label', { class: 'inline grow' }, t('scoring.field.text'), textInput(`${said}: ${t('scoring.field.text')}`, rule.otherwise?.text, (value) => edit((now) => { now.otherwise.text = value; })))), problem);
  }
  if (schema.enum) return labelled(said, el('select', { 'aria-label': said, onchange: ({ target }) => set(target.value) }, schema.enum.map((value) => el('option', { value, selected: value === rule[name] }, ctx.terms.label('events', value)))), problem);
  if (schema.type === 'array') return labelled(said, chips(said, rule[name] ?? [], ctx.terms.events, set), problem);
  if (schema.type === 'number' || schema.type === 'integer') return labelled(said, numberInput(said, rule[name], set, { min: schema.minimum, max: schema.maximum }), problem, t(`scoring.help.${name}`));
  return labelled(said, textInput(said, rule[name], set), problem);
}

function ruleEditor(ctx, at_, schema, component, rule, place) {
  const pointer = pointTo(component, place);
  const edit = (alter) => change(ctx, KIND, (definition) => alter(definition.components[component].rules[place]));
  const set = (name, value) => edit((now) => { if (value) now[name] = value; else delete now[name]; });
  const of = schema.$defs[`rule_${rule.kind}`];
  const groups = Object.keys(at_.definition.components[component].groups ?? {});
  return el('div', { class: 'rule-body' },
    rule.kind === 'condition' ? labelled(t('scoring.field.when'), conditionEditor(ctx, rule.when, (when) => when && set('when', when)), wrong(at_, `${pointer}/when`, true)) : null,
    Object.entries(of.properties).filter(([name]) => !HIDDEN.includes(name)).map(([name, one]) => fieldEditor(ctx, at_, rule, name, one, pointer, edit, !of.required.includes(name))),
    el('details', {}, el('summary', {}, t('scoring.more')),
      labelled(t('scoring.field.name'), textInput(t('scoring.field.name'), rule.name, (value) => set('name', value), { pattern: '[a-z][a-z0-9_]*' }), wrong(at_, `${pointer}/name`), t('scoring.help.name')),
      rule.kind === 'condition' ? null : labelled(t('scoring.field.when'), optionalCondition(ctx, rule.when, (when) => set('when', when)), wrong(at_, `${pointer}/when`, true), t('scoring.help.when')),
      groups.length ? labelled(t('scoring.field.group'), el('select', { 'aria-label': t('scoring.field.group'), onchange: ({ target }) => set('group', target.value) }, ['', ...groups].map((name) => el('option', { value: name, selected: name === (rule.group ?? '') }, name))), wrong(at_, `${pointer}/group`)) : null,
      labelled(t('scoring.field.step'), textInput(t('scoring.field.step'), rule.step, (value) => set('step', value)), wrong(at_, `${pointer}/step`), t('scoring.help.step'))),
    el('p', { class: 'tools' }, el('button', { type: 'button', class: 'small danger', onclick: () => change(ctx, KIND, (definition) => definition.components[component].rules.splice(place, 1)) }, t('scoring.rule_remove'))));
}

function freshRule(schema, kind, names) {
  let name = kind;
  for (let count = 2; names.includes(name); count += 1) name = `${kind}_${count}`;
  const first = { facts: ['contact.country'], cases: [{ ...(kind === 'keywords' ? { words: [] } : kind === 'choice' ? { values: [] } : { from: 0 }), points: 10, text: '{value}' }], otherwise: { points: 0, text: '{value}' },
    missing: t('scoring.fresh_missing'), points: 10, limit: 30, half_life_days: 30, days: 30, times: 3, event: 'page_view', events: ['page_view'], text: t('scoring.fresh_text'), when: { fact: 'contact.country', in: [] } };
  const { required } = schema.$defs[`rule_${kind}`];
  return Object.fromEntries(required.map((field) => [field, field === 'name' ? name : field === 'kind' ? kind : clone(first[field])]));
}

function rulePart(ctx, at_, schema, component, rule, place, may) {
  const problems = problemsBelow(at_, pointTo(component, place)).length;
  const weight = at_.definition.components[component].weight;
  const most = Math.max(0, rule.points > 0 ? rule.limit ?? rule.points : 0, ...(rule.cases ?? []).map(({ points }) => points));
  const summary = [el('b', {}, title(rule.name)), problems ? el('span', { class: 'bad' }, ` ${t('models.problems', { n: problems })}`) : null, ' ', el('span', { class: 'quiet rule-text', dir: 'auto' }, ruleText(ctx, rule)),
    most ? el('small', { class: 'quiet' }, ` ${t('scoring.most', { points: number(Math.round(most * weight * 100) / 100) })}`) : null];
  return el('li', { key: place }, may ? el('details', { id: ruleId(component, place), class: 'rule' }, el('summary', {}, summary), ruleEditor(ctx, at_, schema, component, rule, place)) : el('div', { class: 'rule', id: ruleId(component, place) }, summary));
}

function groupsPart(ctx, at_, component, may) {
  const groups = Object.entries(at_.definition.components[component].groups ?? {});
  const edit = (alter) => change(ctx, KIND, (definition) => alter(definition.components[component].groups ??= {}));
  if (!may && !groups.length) return null;
  return el('details', { class: 'groups' }, el('summary', {}, t('scoring.groups', { n: groups.length })), el('p', { class: 'help' }, t('scoring.help.groups')),
    groups.map(([name, group]) => el('p', { class: 'row', key: name }, el('b', {}, name), may ? [
      el('label', { class: 'inline' }, t('scoring.field.limit'), numberInput(`${name}: ${t('scoring.field.limit')}`, group.limit, (value) => edit((now) => { now[name].limit = value ?? 0; }), { min: 0, max: 100 })),
      textInput(`${name}: ${t('scoring.field.text')}`, group.text, (value) => edit((now) => { now[name].text = value; })),
      el('button', { type: 'button', class: 'small', 'aria-label': t('condition.remove', { what: name }), onclick: () => edit((now) => { delete now[name]; }) }, t('remove'))] : `${number(group.limit)}: ${group.text}`)),
    wrong(at_, `/components/${component}/groups`, true),
    may ? el('button', { type: 'button', class: 'small', onclick: () => edit((now) => { const name = `group_${Object.keys(now).length + 1}`; now[name] = { limit: 50, text: t('scoring.fresh_group') }; }) }, t('scoring.group_add')) : null);
}

function componentPart(ctx, at_, schema, name, may) {
  const component = at_.definition.components?.[name];
  if (!component || !Array.isArray(component.rules)) return null;
  const words = t(`scoring.component.${name}`);
  const edit = (alter) => change(ctx, KIND, (definition) => alter(definition.components[name]));
  return el('section', { key: name }, el('div', { class: 'spread' }, el('h2', {}, words), may
    ? el('label', { class: 'inline' }, t('scoring.weight'), numberInput(`${words}: ${t('scoring.weight')}`, Math.round(component.weight * 100), (value) => edit((now) => { now.weight = Math.round(value ?? 0) / 100; }), { min: 0, max: 100, step: 1 }), '%')
    : el('span', {}, `${t('scoring.weight')} ${percent(component.weight)}`)),
  el('p', { class: 'quiet' }, t(`scoring.about.${name}`)), wrong(at_, `/components/${name}/weight`),
  el('ul', { class: 'plain lines rules' }, component.rules.map((rule, place) => rulePart(ctx, at_, schema, name, rule, place, may))),
  may ? el('p', { class: 'tools' }, el('select', { 'aria-label': t('scoring.rule_add_to', { component: words }), onchange: ({ target }) => {
    const { value } = target; target.value = '';
    if (!value) return;
    edit((now) => now.rules.push(freshRule(schema, value, now.rules.map((rule) => rule.name))));
    const added = document.getElementById(ruleId(name, ctx.state.work.definition.components[name].rules.length - 1));
    if (added) { added.open = true; added.querySelector('summary').focus(); }
  } }, el('option', { value: '' }, t('scoring.rule_add')), KINDS[name].map((kind) => el('option', { value: kind }, t(`scoring.kind.${kind}`))))) : null,
  groupsPart(ctx, at_, name, may));
}

function basics(ctx, at_, may) {
  const { definition } = at_;
  const threshold = (name, usual) => (may ? el('label', { class: 'inline' }, t(`scoring.${name}`), numberInput(t(`scoring.${name}`), definition.thresholds?.[name] ?? usual, (value) => change(ctx, KIND, (now) => { if (value === undefined && name === 'margin') delete now.thresholds.margin; else now.thresholds[name] = value ?? 0; }), { min: 0, max: 100 }))
    : el('span', {}, `${t(`scoring.${name}`)}: ${number(definition.thresholds?.[name] ?? usual)}`));
  const sum = COMPONENTS.reduce((total, name) => total + (definition.components?.[name]?.weight ?? 0), 0);
  const set = (name, value) => change(ctx, KIND, (now) => { if (value === undefined || value === '') delete now[name]; else now[name] = value; });
  return section(t('scoring.grades'), el('div', { class: 'row' }, threshold('hot'), threshold('warm'), threshold('margin', 2)), wrong(at_, '/thresholds', true),
    el('p', { class: 'help' }, t('scoring.help.thresholds')), el('p', { class: 'help' }, t('scoring.help.weights', { sum: percent(sum) })),
    el('details', {}, el('summary', {}, definition.applies_to ? t('scoring.applies', { what: conditionText(ctx, definition.applies_to) }) : t('scoring.applies_all')),
      may ? [optionalCondition(ctx, definition.applies_to, (condition) => set('applies_to', condition)),
        el('label', { class: 'inline' }, t('scoring.priority'), numberInput(t('scoring.priority'), definition.priority ?? 0, (value) => set('priority', value || undefined), { step: 1 })),
        labelled(t('scoring.title'), textInput(t('scoring.title'), definition.title, (value) => set('title', value)), wrong(at_, '/title'))] : null, wrong(at_, '/applies_to', true)));
}

const ruleName = ({ component, rule }) => (component === 'total' ? t('scoring.by_bands') : `${t(`scoring.component.${component}`)}: ${title(rule)}`);

function simulated(ctx, told) {
  const bands = told.distribution.before.map((_, tenth) => `${number(tenth * 10)}–${number(tenth === 9 ? 100 : tenth * 10 + 9)}`);
  const { alerts_a_week: alerts } = told;
  const label_ = (name) => ctx.terms.label('grades', name).toLowerCase();
  return [
    el('p', { class: 'verdict', role: 'status' }, t('scoring.changed', { n: told.changed, of: number(told.leads) })),
    told.leads < told.of ? el('p', { class: 'quiet' }, t('scoring.sample', { of: number(told.of) })) : null,
    el('ul', { class: 'plain' }, told.grades.filter((row) => row.from !== row.to && row.leads).map((row) => el('li', { key: row.from + row.to }, t('scoring.moved', { n: row.leads, from: label_(row.from), to: label_(row.to) }))),
      el('li', {}, t('scoring.alerts', { before: number(alerts.before), after: number(alerts.after), more: number(alerts.more, { signDisplay: 'exceptZero' }) })),
      el('li', {}, t('scoring.mean', { points: number(told.mean_change, { signDisplay: 'exceptZero' }) }))),
    chart(t('scoring.distribution'), () => ({ type: 'bar', data: { labels: bands, datasets: ['before', 'after'].map((when, at_) => ({ label: t(`scoring.${when}`), data: told.distribution[when], backgroundColor: colour(at_ ? 'chart-1' : 'chart-6') })) },
      options: { scales: { y: { ticks: { precision: 0 }, title: { display: true, text: t('nav.leads') } }, x: { title: { display: true, text: t('scoring.score') } } } } }),
    [t('scoring.score'), t('scoring.before'), t('scoring.after')], bands.map((band, tenth) => [band, number(told.distribution.before[tenth]), number(told.distribution.after[tenth])])),
    told.rules.length ? [el('h3', {}, t('scoring.which_rule')), el('ul', { class: 'plain' }, told.rules.slice(0, 10).map((row) => el('li', { key: row.component + row.rule }, t('scoring.rule_moved', { rule: ruleName(row), up: number(row.up), down: number(row.down) }))))] : null,
    told.leads_changed.length ? [el('h3', {}, t('scoring.who')), movedLeads(t('scoring.who'), told.leads_changed, (row) => [
      t('scoring.from_to', { from: `${label_(row.from)} ${number(row.before)}`, to: `${label_(row.to)} ${number(row.after)}` }),
      ` · ${ruleName(row.because)}${row.because.points ? ` (${signed(row.because.points)})` : ''}`])] : null,
  ];
}

function backtested(told) {
  const { by_score: bins } = told;
  return [
    el('p', { class: 'verdict', role: 'status' }, told.auc === null ? t('scoring.no_auc') : t('scoring.auc', { auc: number(told.auc, { maximumFractionDigits: 2 }), chance: percent(told.auc) })),
    el('p', {}, t('scoring.outcomes', { won: number(told.won), lost: number(told.lost), brier: told.brier === null ? '–' : number(told.brier, { maximumFractionDigits: 3 }) })),
    told.without_history || told.not_for_this_model ? el('p', { class: 'quiet' }, t('scoring.left_out', { without: number(told.without_history), others: number(told.not_for_this_model) })) : null,
    bins.length ? chart(t('scoring.calibration'), () => ({ type: 'line', data: { labels: bins.map(({ score }) => number(score, { maximumFractionDigits: 0 })), datasets: [
      { label: t('scoring.share_won'), data: bins.map(({ share_won: share }) => share * 100), borderColor: colour('chart-1'), backgroundColor: colour('chart-1') },
      { label: t('scoring.if_probability'), data: bins.map(({ score }) => score), borderColor: colour('chart-6'), borderDash: [5, 5], pointRadius: 0 }] },
      options: { scales: { y: { min: 0, max: 100, title: { display: true, text: t('scoring.percent_won') } }, x: { title: { display: true, text: t('scoring.score') } } } } }),
    [t('scoring.score'), t('nav.leads'), t('scoring.won'), t('scoring.share_won')], bins.map((row) => [number(row.score), number(row.leads), number(row.won), percent(row.share_won)])) : null,
    told.leads ? el('ul', { class: 'plain' }, told.grades.filter(({ leads }) => leads).map((row) => el('li', { key: row.grade }, t('scoring.grade_won', { grade: t(`scoring.of.${row.grade}`), share: percent(row.share_won), n: row.leads })))) : null,
  ];
}

const place = (pointer) => {
  const found = /^\/components\/(\w+)(?:\/rules\/(\d+))?/.exec(pointer);
  if (!found) return { text: pointer || t('nav.scoring'), id: 'view' };
  return { text: `${t(`scoring.component.${found[1]}`)}${found[2] ? ` ${Number(found[2]) + 1}` : ''}`, id: found[2] ? ruleId(found[1], found[2]) : 'view' };
};

async function publishDraft(ctx, row, before) {
  if (!(await saved(ctx))) return;
  const { simulation, work: at_ } = ctx.state;
  const fits = simulation?.distribution && simulation.of_version === at_.version;
  await publish(ctx, KIND, { ...row, version: at_.version }, before, {
    more: [fits ? el('p', {}, t('scoring.changed', { n: simulation.changed, of: number(simulation.leads) }), ' ', t('scoring.alerts', { before: number(simulation.alerts_a_week.before), after: number(simulation.alerts_a_week.after), more: number(simulation.alerts_a_week.more, { signDisplay: 'exceptZero' }) }))
      : el('p', { class: 'notice' }, t('scoring.not_simulated')),
    el('label', { class: 'inline' }, el('input', { type: 'checkbox', name: 'rescore', checked: true }), t('scoring.rescore_too'))],
    also: (form) => (form.elements.rescore.checked ? ctx.call('POST', 'scoring/rescore', {}) : null) });
}

export function render({ row, before, schema }, ctx) {
  const at_ = work(ctx, row);
  const may = row.state === 'draft' && ctx.may('leads');
  const { simulation, backtest } = ctx.state;
  const simulate = async () => {
    await tryOut(ctx, 'simulation', `${KIND.path}/${row.id}/simulate`, { leads: LEADS });
    if (ctx.state.simulation?.distribution) ctx.state.simulation.of_version = at_.version;
  };
  return { title: row.model_version, nodes: [
    head(ctx, KIND, row, at_, { onpublish: () => publishDraft(ctx, row, before), tries: (bad) => [
      el('button', { onclick: simulate, disabled: simulation?.busy || bad }, t('models.simulate')),
      el('button', { onclick: () => tryOut(ctx, 'backtest', `${KIND.path}/${row.id}/backtest`), disabled: backtest?.busy || bad }, t('scoring.backtest'))] }),
    el('div', { class: 'columns wide-left model' },
      el('div', { key: 'edit' }, basics(ctx, at_, may), COMPONENTS.map((name) => componentPart(ctx, at_, schema, name, may)),
        el('section', { key: 'json' }, el('details', {}, el('summary', {}, t('models.json')), jsonView(ctx, KIND, at_, may)))),
      el('div', { key: 'try', class: 'beside', role: 'region', tabindex: '0', 'aria-label': t('models.beside') },
        beside(ctx, KIND, row, at_, before, place),
        el('section', { key: 'simulation' }, el('h2', {}, t('scoring.simulation')), simulation?.of_version && simulation.of_version !== at_.version ? el('p', { class: 'notice' }, t('models.older')) : null,
          notYet(simulation, t('scoring.simulate_help')) ?? simulated(ctx, simulation)),
        el('section', { key: 'backtest' }, el('h2', {}, t('scoring.backtest')), notYet(backtest, t('scoring.backtest_help')) ?? backtested(backtest)))),
  ] };
}
