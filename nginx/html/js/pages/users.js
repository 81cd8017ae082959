// People who sign in, and their teams: add one, change a role, let one go, give a team its members.
import { el } from '../dom.js';
import { ago, when } from '../format.js';
import { ask, confirm, show } from '../parts/dialog.js';
import { explain, field, valuesOf } from '../parts/form.js';
import { newPassword } from '../parts/person.js';
import { copied, heading, section } from '../parts/pieces.js';
import { empty } from '../parts/states.js';
import { pages, table } from '../parts/table.js';
import { word } from '../terms.js';
import { t } from '../texts.js';

export const at = { path: 'users', scope: 'admin', menu: { group: 'people', order: 10, text: 'nav.users' } };
const ROLES = ['viewer', 'operator', 'admin'];

export async function load({ call, query }) {
  const cursor = query.get('cursor') ? `&cursor=${encodeURIComponent(query.get('cursor'))}` : '';
  const [users, teams] = await Promise.all([call('GET', `users?limit=50${cursor}`), call('GET', 'teams')]);
  return { users: users.data, next: users.next, teams: teams.data };
}

const roles = () => ROLES.map((name) => ({ name, label: word('users.role', name) }));
const nameOf = (user) => user.name ?? user.email;

// A password that is told once; `give` stores it.
export function tellPassword(email, password) {
  show(t('users.password_title'), el('p', {}, t('users.password_once', { email })), copied(password), el('p', { class: 'quiet' }, t('users.password_then')));
}

const add = (ctx) => ask({
  title: t('users.add'), action: t('add'), value: (node) => node,
  content: [
    field(t('users.email'), { name: 'email', type: 'email', required: true, maxlength: 320, autocomplete: 'off' }),
    field(t('users.name'), { name: 'name', maxlength: 200, autocomplete: 'off' }),
    field(t('users.role'), { name: 'role', value: 'viewer', choices: roles() }, { help: t('users.role_help') }),
  ],
  act: async (node) => {
    const password = newPassword();
    let made;
    try {
      made = await ctx.call('POST', 'users', { ...valuesOf(node), password });
    } catch (problem) { throw new Error(explain(node, problem)); }
    await ctx.act(() => null, { done: t('users.added', { name: nameOf(made) }) });
    tellPassword(made.email, password);
  },
});

// What becomes of their leads: [how many are open, in a sentence]; null when the service does not say.
async function fateOf(ctx, user) {
  let told;
  if (!await ctx.act(async () => { told = await ctx.call('GET', `users/${user.id}/leaving`); }, { stay: true })) return null;
  const { open_leads: n, heirs } = told;
  return [n, !n ? t('users.no_leads') : heirs.length ? t('users.leads_go', { n, names: heirs.slice(0, 5).join(', ') }) : t('users.leads_nobody', { n })];
}

// It is said before they go.
export async function disable(ctx, user) {
  const fate = await fateOf(ctx, user);
  if (!fate || !await confirm(t('users.disable_title', { name: nameOf(user) }), [t('users.disable_what'), fate[1]], t('users.disable'), { danger: true })) return;
  await ctx.act(() => ctx.call('POST', `users/${user.id}/disable`, {}), {
    done: t('users.disabled', { name: nameOf(user) }), undo: () => ctx.call('POST', `users/${user.id}/enable`, {}) });
}

export const enable = (ctx, user) => ctx.act(() => ctx.call('POST', `users/${user.id}/enable`, {}), {
  done: t('users.enabled', { name: nameOf(user) }), undo: () => ctx.call('POST', `users/${user.id}/disable`, {}) });

// Who becomes a viewer gives the open leads away, as who goes does.
async function setRole(ctx, user, role) {
  const [n, fate] = role === 'viewer' ? await fateOf(ctx, user) ?? [] : [0];
  if (n === undefined || (n && !await confirm(t('users.viewer_title', { name: nameOf(user) }), [fate], t('users.viewer'), { danger: true }))) return false;
  return ctx.act(() => ctx.call('PATCH', `users/${user.id}`, { role }), {
    done: t('users.role_set', { name: nameOf(user), role: word('users.role', role) }), undo: () => ctx.call('PATCH', `users/${user.id}`, { role: user.role }) });
}

const state = (user) => [el('span', { class: user.state === 'left' ? 'quiet' : user.state === 'away' ? 'caution' : 'good' }, word('users.state', user.state)),
  user.away_until ? el('small', { class: 'quiet' }, ` ${t('users.until', { time: when(user.away_until) })}`) : null];

const people = (ctx, users) => table([
  { head: t('users.name'), main: true, cell: (user) => el('span', { class: 'who' }, el('a', { href: `#/users/${user.id}`, dir: 'auto' }, nameOf(user)), user.name ? el('small', { class: 'quiet' }, user.email) : null) },
  { head: t('users.role'), cell: (user) => (user.id === ctx.me.id || !user.enabled ? word('users.role', user.role) : el('select', {
    'aria-label': t('users.role_of', { name: nameOf(user) }), onchange: async ({ target }) => { if (!await setRole(ctx, user, target.value)) target.value = user.role; } },
  roles().map(({ name, label }) => el('option', { value: name, selected: name === user.role }, label)))) },
  { head: t('users.state'), cell: state },
  { head: t('users.last'), cell: (user) => (user.last_sign_in_at ? ago(user.last_sign_in_at) : el('span', { class: 'quiet' }, t('users.never'))) },
  { head: t('actions'), cell: (user) => (user.id === ctx.me.id ? el('span', { class: 'quiet' }, t('users.you')) : user.enabled
    ? el('button', { class: 'small', 'aria-label': t('users.disable_one', { name: nameOf(user) }), onclick: () => disable(ctx, user) }, t('users.disable'))
    : el('button', { class: 'small', 'aria-label': t('users.enable_one', { name: nameOf(user) }), onclick: () => enable(ctx, user) }, t('users.enable'))) },
], users, { href: (user) => `#/users/${user.id}`, caption: t('nav.users') });

const given = ({ name, lead, members }) => ({ name, lead, members: members.map(({ user_id: user, weight }) => ({ user, weight })) });

function editTeam(ctx, team, users) {
  const may = users.filter((user) => user.enabled && user.role !== 'viewer');
  const weightOf = (user) => team?.members.find(({ user_id: id }) => id === user.id)?.weight ?? '';
  return ask({
    title: team ? t('users.team_edit', { name: team.name }) : t('users.team_add'), action: t('save'), value: (node) => node,
    content: [
      field(t('users.team_name'), { name: 'name', value: team?.name ?? '', required: true, maxlength: 100, autocomplete: 'off' }),
      field(t('users.team_lead'), { name: 'lead', value: team?.lead_id ?? '', choices: [{ name: '', label: t('nobody') }, ...may.map((user) => ({ name: user.id, label: nameOf(user) }))] }, { help: t('users.team_lead_help') }),
      el('fieldset', {}, el('legend', {}, t('users.members')), el('p', { class: 'help' }, t('users.weight_help')),
        may.map((user) => field(nameOf(user), { name: `weight-${user.id}`, type: 'number', min: 0, max: 100, value: weightOf(user) }))),
    ],
    act: async (node) => {
      const values = valuesOf(node);
      const listed = may.filter((user) => values[`weight-${user.id}`] !== null).map((user) => ({ user: user.id, weight: values[`weight-${user.id}`] }));
      // Who is on another page of the list stays a member.
      const others = (team?.members ?? []).filter(({ user_id: id }) => !may.some((user) => user.id === id)).map(({ user_id: user, weight }) => ({ user, weight }));
      try {
        await ctx.call(team ? 'PATCH' : 'POST', team ? `teams/${team.id}` : 'teams', { name: values.name, lead: values.lead, members: [...listed, ...others] });
      } catch (problem) { throw new Error(explain(node, problem)); }
      await ctx.act(() => null, { done: t('users.team_saved'), undo: team && (() => ctx.call('PATCH', `teams/${team.id}`, given({ ...team, lead: team.lead_id }))) });
    },
  });
}

const removeTeam = (ctx, team) => ctx.act(() => ctx.call('DELETE', `teams/${team.id}`), {
  done: t('users.team_removed', { name: team.name }), undo: () => ctx.call('POST', 'teams', given({ ...team, lead: team.lead_id })) });

const teamsOf = (ctx, { teams, users }) => section(t('users.teams'),
  teams.length ? table([
    { head: t('users.team_name'), main: true, cell: (team) => el('span', { dir: 'auto' }, team.name) },
    { head: t('users.team_lead'), cell: (team) => team.lead ?? t('nobody') },
    { head: t('users.members'), cell: (team) => team.members.map((member) => `${member.name ?? member.user} (${member.weight})`).join(', ') || t('nobody') },
    { head: t('actions'), cell: (team) => el('span', { class: 'row' },
      el('button', { class: 'small', 'aria-label': t('users.team_edit', { name: team.name }), onclick: () => editTeam(ctx, team, users) }, t('edit')),
      el('button', { class: 'small', 'aria-label': t('users.team_remove', { name: team.name }), onclick: () => removeTeam(ctx, team) }, t('remove'))) },
  ], teams, { caption: t('users.teams') }) : empty(t('users.no_teams')),
  el('p', {}, el('button', { onclick: () => editTeam(ctx, null, users) }, t('users.team_add'))));

export function render(data, ctx) {
  return { title: t('nav.users'), nodes: [
    heading(t('nav.users'), el('button', { class: 'main', onclick: () => add(ctx) }, t('users.add'))),
    el('section', {}, people(ctx, data.users), pages(ctx, data.next, data.users.length)),
    teamsOf(ctx, data),
  ] };
}
