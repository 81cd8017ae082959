// One routing model: rules in their order as sentences, edited with help, tried out on the hot leads there were.
import { el } from '../dom.js';
import { number, title } from '../format.js';
import { chart, colour } from '../parts/chart.js';
import { chips, conditionText, numberInput, optionalCondition } from '../parts/conditions.js';
import { countries, country } from '../parts/countries.js';
import { section } from '../parts/pieces.js';
import { table } from '../parts/table.js';
import { beside, change, head, jsonView, labelled, movedLeads, notYet, problemsBelow, publish, saved, textInput, tryOut, work, wrong } from '../parts/versions.js';
import { t } from '../texts.js';

export const at = { path: 'routing/:id', scope: 'pii:read' };

const KIND = { name: 'routing', path: 'routing/models' };
const DAYS = [7, 30, 90];
const WEEK = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

export async function load(ctx) {
  const [row, published, teams, owners, users] = await Promise.all([ctx.call('GET', `${KIND.path}/${encodeURIComponent(ctx.params.id)}`), ctx.call('GET', `${KIND.path}?state=published&limit=1`),
    ctx.call('GET', 'teams'), ctx.call('GET', 'owners'), ctx.may('admin') ? ctx.call('GET', 'users?limit=200') : { data: [] }]);
  return { row, before: published.data[0] ?? null, teams: teams.data, owners: owners.data, users: users.data };
}

const ruleId = (place) => `rule-${place}`;
const ownerText = (data, email) => data.owners.find((owner) => owner.email === email)?.name ?? email;
const weighed = (name, weight) => (weight === undefined || weight === 1 ? name : t('routing.weighed', { name, weight: number(weight) }));

function poolText(data, pool) {
  if (pool?.everybody) return t('routing.everybody');
  if (pool?.team !== undefined) {
    const team = data.teams.find(({ name }) => name === pool.team);
    return team ? t('routing.team_of', { team: pool.team, members: team.members.filter(({ left, weight }) => !left && weight).map((one) => weighed(one.name ?? one.user, one.weight)).join(', ') }) : t('routing.team', { team: pool.team });
  }
  return (pool?.people ?? []).map(({ email, weight }) => weighed(ownerText(data, email), weight)).join(', ');
}

function ruleText(ctx, data, rule) {
  const parts = [rule.countries?.length ? t('routing.in', { places: rule.countries.map(country).join(', ') }) : null, rule.regions?.length ? t('routing.in', { places: rule.regions.join(', ') }) : null,
    rule.when ? t('routing.with', { what: conditionText(ctx, rule.when) }) : null].filter(Boolean);
  return t('routing.say', { which: parts.length ? parts.join(t('routing.and')) : t('routing.every'), whom: poolText(data, rule.to) });
}

// Whom leads go to: a team, people with their shares, or everybody.
function poolEditor(ctx, data, at_, pool, pointer, edit) {
  const kind = pool?.everybody ? 'everybody' : pool?.people ? 'people' : 'team';
  const fresh = { everybody: () => ({ everybody: true }), team: () => ({ team: data.teams[0]?.name ?? '' }), people: () => ({ people: [{ email: data.owners[0]?.email ?? '' }] }) };
  const people = pool?.people ?? [];
  return labelled(t('routing.to'), el('div', { class: 'stack' },
    el('select', { 'aria-label': t('routing.to'), onchange: ({ target }) => edit(fresh[target.value]()) }, ['team', 'people', 'everybody'].map((name) => el('option', { value: name, selected: name === kind }, t(`routing.kind.${name}`)))),
    kind === 'team' ? el('select', { 'aria-label': t('routing.kind.team'), onchange: ({ target }) => edit({ team: target.value }) },
      [...new Set([...data.teams.map(({ name }) => name), pool?.team].filter(Boolean))].map((name) => el('option', { value: name, selected: name === pool.team }, name))) : null,
    kind === 'people' ? [people.map((one, place) => el('p', { class: 'row', key: place }, el('select', { 'aria-label': t('routing.person', { n: place + 1 }), onchange: ({ target }) => edit({ people: people.map((other, at__) => (at__ === place ? { ...other, email: target.value } : other)) }) },
      [...new Set([...data.owners.map(({ email }) => email), one.email])].map((email) => el('option', { value: email, selected: email === one.email }, ownerText(data, email)))),
    el('label', { class: 'inline' }, t('routing.weight'), numberInput(t('routing.weight_of', { name: ownerText(data, one.email) }), one.weight ?? 1, (weight) => edit({ people: people.map((other, at__) => (at__ === place ? { ...other, weight: weight ?? 1 } : other)) }), { min: 1, max: 100, step: 1 })),
    people.length > 1 ? el('button', { type: 'button', class: 'small', 'aria-label': t('condition.remove', { what: ownerText(data, one.email) }), onclick: () => edit({ people: people.filter((_, at__) => at__ !== place) }) }, t('remove')) : null)),
    el('p', {}, el('button', { type: 'button', class: 'small', onclick: () => edit({ people: [...people, { email: data.owners.find(({ email }) => !people.some((one) => one.email === email))?.email ?? '' }] }) }, t('routing.person_add')))] : null),
  wrong(at_, pointer, true), kind === 'everybody' ? t('routing.help.everybody') : t('routing.help.turns'));
}

function ruleEditor(ctx, data, at_, rule, place) {
  const pointer = `/rules/${place}`;
  const edit = (alter) => change(ctx, KIND, (definition) => alter(definition.rules[place]));
  const set = (name, value) => edit((now) => { if (value === undefined || value === '' || value.length === 0) delete now[name]; else now[name] = value; });
  const move = (step) => change(ctx, KIND, (definition) => definition.rules.splice(place + step, 0, ...definition.rules.splice(place, 1)));
  return el('div', { class: 'rule-body' },
    labelled(t('routing.text'), textInput(t('routing.text'), rule.text, (value) => set('text', value)), wrong(at_, `${pointer}/text`), t('routing.help.text')),
    labelled(t('routing.countries'), chips(t('routing.countries'), rule.countries ?? [], countries(), (list) => set('countries', list)), wrong(at_, `${pointer}/countries`, true), t('routing.help.countries')),
    labelled(t('routing.regions'), chips(t('routing.regions'), rule.regions ?? [], null, (list) => set('regions', list)), wrong(at_, `${pointer}/regions`, true), t('routing.help.regions')),
    labelled(t('routing.when'), optionalCondition(ctx, rule.when, (when) => set('when', when)), wrong(at_, `${pointer}/when`, true), t('routing.help.when')),
    poolEditor(ctx, data, at_, rule.to, `${pointer}/to`, (to) => edit((now) => { now.to = to; })),
    el('details', {}, el('summary', {}, t('scoring.more')), labelled(t('scoring.field.name'), textInput(t('scoring.field.name'), rule.name, (value) => set('name', value), { maxlength: 50 }), wrong(at_, `${pointer}/name`), t('scoring.help.name'))),
    el('p', { class: 'tools' }, place ? el('button', { type: 'button', class: 'small', onclick: () => move(-1) }, t('routing.earlier')) : null,
      place < at_.definition.rules.length - 1 ? el('button', { type: 'button', class: 'small', onclick: () => move(1) }, t('routing.later')) : null,
      el('button', { type: 'button', class: 'small danger', onclick: () => change(ctx, KIND, (definition) => definition.rules.splice(place, 1)) }, t('scoring.rule_remove'))));
}

function rulePart(ctx, data, at_, rule, place, may) {
  const problems = problemsBelow(at_, `/rules/${place}`).length;
  const summary = [el('b', { dir: 'auto' }, `${number(place + 1)}. ${rule.text || title(rule.name)}`), problems ? el('span', { class: 'bad' }, ` ${t('models.problems', { n: problems })}`) : null, ' ', el('span', { class: 'quiet', dir: 'auto' }, ruleText(ctx, data, rule))];
  return el('li', { key: rule.name }, may ? el('details', { id: ruleId(place), class: 'rule' }, el('summary', {}, summary), ruleEditor(ctx, data, at_, rule, place)) : el('div', { class: 'rule', id: ruleId(place) }, summary),
    wrong(at_, `/rules/${place}`));
}

function addRule(ctx, data) {
  change(ctx, KIND, (definition) => {
    let name = 'territory';
    for (let count = 2; definition.rules.some((rule) => rule.name === name); count += 1) name = `territory_${count}`;
    definition.rules.push({ name, countries: ['DE'], to: data.teams.length ? { team: data.teams[0].name } : { everybody: true } });
  });
  const added = document.getElementById(ruleId(ctx.state.work.definition.rules.length - 1));
  if (added) { added.open = true; added.querySelector('summary').focus(); }
}

function simulated(data, told) {
  const names = told.people.map(({ owner }) => ownerText(data, owner));
  return [
    el('p', { class: 'verdict', role: 'status' }, told.leads ? t('routing.changed', { n: told.changed, of: number(told.leads) }) : t('routing.no_leads', { n: told.days })),
    told.leads < told.of ? el('p', { class: 'quiet' }, t('routing.sample', { of: number(told.of) })) : null,
    told.people.length ? chart(t('routing.per_person'), () => ({ type: 'bar', data: { labels: names, datasets: ['before', 'after'].map((when, which) => ({ label: t(`scoring.${when}`), data: told.people.map((row) => row[when]), backgroundColor: colour(which ? 'chart-1' : 'chart-6') })) },
      options: { indexAxis: 'y', scales: { x: { ticks: { precision: 0 } } } } }), [t('routing.owner'), t('scoring.before'), t('scoring.after')], told.people.map((row, place) => [names[place], number(row.before), number(row.after)])) : null,
    told.rules.length ? [el('h3', {}, t('routing.by_rule')), table([
      { head: t('routing.rule'), main: true, cell: ({ rule }) => (rule === 'account' || rule === 'otherwise' ? t(`routing.rule.${rule}`) : title(rule)) },
      { head: t('scoring.before'), number: true, cell: ({ before }) => number(before) }, { head: t('scoring.after'), number: true, cell: ({ after }) => number(after) }], told.rules, { key: ({ rule }) => rule, caption: t('routing.by_rule') })] : null,
    told.leads_changed.length ? [el('h3', {}, t('routing.who')), movedLeads(t('routing.who'), told.leads_changed, (row) => [
      t('scoring.from_to', { from: ownerText(data, row.from.owner), to: ownerText(data, row.to.owner) }), ` · ${row.to.reason}`])] : null,
  ];
}

// Who takes leads, when and how many; for whoever may see users.
function peoplePart(data) {
  const working = (user) => (user.working_hours ? WEEK.filter((day) => user.working_hours[day]?.length).map((day) => `${t(`routing.day.${day}`)} ${user.working_hours[day].map((span) => span.join('–')).join(', ')}`).join('; ') : t('routing.usual_hours'));
  const users = data.users.filter(({ enabled, role }) => enabled && role !== 'viewer');
  return users.length ? section(t('routing.people'), table([
    { head: t('routing.owner'), main: true, cell: (user) => el('span', { dir: 'auto' }, user.name ?? user.email) },
    { head: t('routing.hours'), cell: working }, { head: t('routing.zone'), hide: true, cell: (user) => user.time_zone ?? t('routing.usual') },
    { head: t('routing.capacity'), number: true, cell: (user) => (user.capacity === null ? t('routing.any_number') : number(user.capacity)) },
  ], users, { caption: t('routing.people') })) : null;
}

const place = (pointer) => {
  const found = /^\/rules\/(\d+)/.exec(pointer);
  return found ? { text: t('routing.rule_n', { n: Number(found[1]) + 1 }), id: ruleId(found[1]) } : { text: pointer.startsWith('/otherwise') ? t('routing.rule.otherwise') : pointer || t('nav.routing'), id: 'otherwise' };
};

async function publishDraft(ctx, row, before) {
  if (!(await saved(ctx))) return;
  const { simulation, work: at_ } = ctx.state;
  const fits = simulation?.people && simulation.of_version === at_.version;
  await publish(ctx, KIND, { ...row, version: at_.version }, before, { more: [fits ? el('p', {}, t('routing.changed', { n: simulation.changed, of: number(simulation.leads) })) : el('p', { class: 'notice' }, t('scoring.not_simulated'))] });
}

export function render(data, ctx) {
  const { row, before } = data;
  const at_ = work(ctx, row);
  const may = row.state === 'draft' && ctx.may('leads');
  const { definition } = at_;
  const { simulation } = ctx.state;
  const days = DAYS.find((one) => String(one) === ctx.query.get('days')) ?? 30;
  const simulate = async () => {
    await tryOut(ctx, 'simulation', `${KIND.path}/${row.id}/simulate`, { days });
    if (ctx.state.simulation?.people) ctx.state.simulation.of_version = at_.version;
  };
  const first = definition.account_owner_first ?? true;
  return { title: row.model_version, nodes: [
    head(ctx, KIND, row, at_, { onpublish: () => publishDraft(ctx, row, before), tries: (bad) => [
      el('select', { 'aria-label': t('routing.period'), onchange: ({ target }) => ctx.go(ctx.with({ days: target.value }), { replace: true }) }, DAYS.map((one) => el('option', { value: one, selected: one === days }, t('routing.last_days', { n: one })))),
      el('button', { onclick: simulate, disabled: simulation?.busy || bad }, t('models.simulate'))] }),
    el('div', { class: 'columns wide-left model' },
      el('div', { key: 'edit' },
        section(t('routing.rules'), el('p', { class: 'help' }, t('routing.help.rules')),
          may ? el('label', { class: 'inline' }, el('input', { type: 'checkbox', checked: first, onchange: ({ target }) => change(ctx, KIND, (now) => { now.account_owner_first = target.checked; }) }), t('routing.account_first')) : el('p', {}, t(first ? 'routing.account_first' : 'routing.account_not_first')),
          el('ol', { class: 'plain lines rules' }, (Array.isArray(definition.rules) ? definition.rules : []).map((rule, index) => rulePart(ctx, data, at_, rule, index, may))),
          may ? el('p', {}, el('button', { type: 'button', onclick: () => addRule(ctx, data) }, t('routing.rule_add'))) : null,
          el('div', { id: 'otherwise', class: 'rule', tabindex: '-1' }, el('b', {}, t('routing.rule.otherwise')), ' ', el('span', { class: 'quiet' }, t('routing.say', { which: t('routing.every_other'), whom: poolText(data, definition.otherwise) })),
            may ? poolEditor(ctx, data, at_, definition.otherwise, '/otherwise', (to) => change(ctx, KIND, (now) => { now.otherwise = to; })) : null)),
        peoplePart(data),
        el('section', { key: 'json' }, el('details', {}, el('summary', {}, t('models.json')), jsonView(ctx, KIND, at_, may)))),
      el('div', { key: 'try', class: 'beside', role: 'region', tabindex: '0', 'aria-label': t('models.beside') },
        beside(ctx, KIND, row, at_, before, place),
        el('section', { key: 'simulation' }, el('h2', {}, t('routing.simulation')), simulation?.of_version && simulation.of_version !== at_.version ? el('p', { class: 'notice' }, t('models.older')) : null,
          notYet(simulation, t('routing.simulate_help')) ?? simulated(data, simulation)))),
  ] };
}
