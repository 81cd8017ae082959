// What is shown of a person to themselves and to admins alike: how they work, when they are away, where they are
// told of leads. `base` is their address of the API: 'users/me' or `users/${id}`.
import { el } from '../dom.js';
import { ago, when } from '../format.js';
import { language, languages, t } from '../texts.js';
import { word } from '../terms.js';
import { ask } from './dialog.js';
import { explain, field, form, valuesOf } from './form.js';
import { section } from './pieces.js';
import { empty } from './states.js';
import { table } from './table.js';

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
// 1 January 2024 was a Monday.
const dayName = (name) => new Date(Date.UTC(2024, 0, 1 + DAYS.indexOf(name))).toLocaleDateString(language(), { weekday: 'long', timeZone: 'UTC' });
const zones = () => Intl.supportedValuesOf('timeZone');

const spans = (hours) => (hours ?? []).map((span) => span.join('–')).join(', ');
const spansOf = (text) => [...(text ?? '').matchAll(/(\d{1,2}:\d\d)\s*[-–]\s*(\d{1,2}:\d\d)/g)].map(([, from, until]) => [from, until].map((clock) => clock.padStart(5, '0')));

function hoursOf(values) {
  const days = DAYS.map((name) => [name, spansOf(values[name])]).filter(([, found]) => found.length);
  return days.length ? Object.fromEntries(days) : null;
}

// Name, language and how they work; `more` are fields of one's own that are saved with them.
export function working(ctx, base, user, { more = [], capacity = false } = {}) {
  return section(t('person.working'), form({ draft: `person-${user.id}`, save: async (values) => {
    const body = { name: values.name, language: values.language, time_zone: values.time_zone, holidays: values.holidays?.toUpperCase() ?? null, working_hours: hoursOf(values) };
    if (capacity) body.capacity = values.capacity;
    for (const name of more.map(({ dataset }) => dataset.name)) body[name] = values[name];
    await ctx.call('PATCH', base, body);
    await ctx.act(() => null, { done: t('person.saved') });
  } },
  field(t('person.name'), { name: 'name', value: user.name ?? '', maxlength: 200, autocomplete: 'off' }),
  more,
  field(t('person.language'), { name: 'language', value: user.language, choices: languages }),
  field(t('person.zone'), { name: 'time_zone', value: user.time_zone ?? '', list: 'zones', autocomplete: 'off' }, { help: t('person.zone_help') }),
  el('datalist', { id: 'zones' }, zones().map((name) => el('option', { value: name }))),
  el('details', { key: 'hours', class: 'field' }, el('summary', {}, t('person.hours')), el('p', { class: 'help' }, t('person.hours_help')),
    DAYS.map((name) => field(dayName(name), { name, value: spans(user.working_hours?.[name]), placeholder: '09:00–12:00, 13:00–17:00', autocomplete: 'off' }))),
  field(t('person.holidays'), { name: 'holidays', value: user.holidays ?? '', maxlength: 10, autocomplete: 'off' }, { help: t('person.holidays_help') }),
  capacity ? field(t('person.capacity'), { name: 'capacity', type: 'number', min: 0, value: user.capacity ?? '' }, { help: t('person.capacity_help') }) : null));
}

const moment = (text) => (text ? new Date(text).toISOString() : null);

export function absences(ctx, base, user, rows) {
  const add = () => ask({
    title: t('person.away_add'), action: t('add'), value: valuesOf,
    content: [field(t('person.from'), { name: 'starts_at', type: 'datetime-local', required: true }), field(t('person.until'), { name: 'ends_at', type: 'datetime-local', required: true })],
    act: async ({ starts_at: from, ends_at: until }) => {
      const made = await ctx.call('POST', `${base}/absences`, { starts_at: moment(from), ends_at: moment(until) });
      await ctx.act(() => made, { done: t('person.away_added'), undo: () => ctx.call('DELETE', `${base}/absences/${made.id}`) });
    },
  });
  const remove = (row) => ctx.act(() => ctx.call('DELETE', `${base}/absences/${row.id}`), {
    done: t('person.away_removed'), undo: () => ctx.call('POST', `${base}/absences`, { starts_at: row.starts_at, ends_at: row.ends_at }) });
  const set = () => ask({
    title: t('person.calendar_set'), content: [el('p', {}, t('person.calendar_why')), field(t('person.calendar_url'), { name: 'url', type: 'url', required: true, autocomplete: 'off' })],
    action: t('save'), value: valuesOf,
    act: async (values) => { await ctx.call('PUT', `${base}/calendar`, values); await ctx.act(() => null, { done: t('person.calendar_read') }); },
  });
  return section(t('person.away'),
    rows.length ? table([
      { head: t('person.from'), main: true, cell: (row) => when(row.starts_at) },
      { head: t('person.until'), cell: (row) => when(row.ends_at) },
      { head: t('person.says'), cell: (row) => t(`person.source.${row.source}`) },
      { head: t('actions'), cell: (row) => (row.source === 'person' ? el('button', { class: 'small', onclick: () => remove(row) }, t('remove')) : '') },
    ], rows, { caption: t('person.away') }) : empty(t('person.never_away')),
    el('p', { class: 'row' }, el('button', { onclick: add }, t('person.away_add')),
      el('button', { onclick: set }, user.calendar ? t('person.calendar_other') : t('person.calendar_set')),
      user.calendar ? el('button', { onclick: () => ctx.act(() => ctx.call('DELETE', `${base}/calendar`), { done: t('person.calendar_removed') }) }, t('person.calendar_remove')) : null),
    user.calendar ? el('p', { class: user.calendar.error ? 'problem' : 'quiet' }, user.calendar.error ?? (user.calendar.read_at ? [t('person.calendar_last'), ' ', ago(user.calendar.read_at)] : t('person.calendar_soon'))) : null);
}

// Where somebody is told of what: each channel once.
export function channels(ctx, base, rows, choices) {
  const save = (data, done) => ctx.act(() => ctx.call('PUT', `${base}/channels`, { data }), {
    done, undo: () => ctx.call('PUT', `${base}/channels`, { data: rows }) });
  const edit = (row) => {
    const free = choices.channels.filter((name) => name === row?.channel || !rows.some(({ channel }) => channel === name));
    return ask({
      title: row ? t('person.channel_edit') : t('person.channel_add'), action: t('save'), value: (node) => node,
      content: [
        field(t('person.channel'), { name: 'channel', value: row?.channel, choices: free.map((name) => ({ name, label: word('person.by', name) })) }),
        field(t('person.address'), { name: 'address', value: row?.address ?? '', required: true, maxlength: 320, autocomplete: 'off' }, { help: t('person.address_help') }),
        el('fieldset', {}, el('legend', {}, t('person.kinds')), choices.kinds.map((name) => field(t(`person.kind.${name}`), { type: 'checkbox', name, value: row ? row.kinds.includes(name) : true }))),
        field(t('person.quiet_from'), { name: 'quiet_from', type: 'time', value: row?.quiet_from ?? '' }),
        field(t('person.quiet_until'), { name: 'quiet_until', type: 'time', value: row?.quiet_until ?? '' }, { help: t('person.quiet_help') }),
        field(t('person.always_hot'), { name: 'always_hot', type: 'checkbox', value: row?.always_hot ?? false }),
      ],
      act: async (node) => {
        const { channel, address, quiet_from: from, quiet_until: until, always_hot: always, ...ticks } = valuesOf(node);
        const made = { channel, address, quiet_from: from, quiet_until: until, always_hot: always, kinds: choices.kinds.filter((name) => ticks[name]) };
        const data = [...rows.filter((other) => other !== row), made];
        try {
          await ctx.call('PUT', `${base}/channels`, { data });
        } catch (problem) { throw new Error(explain(node, problem)); }
        await ctx.act(() => null, { done: t('person.channels_saved'), undo: () => ctx.call('PUT', `${base}/channels`, { data: rows }) });
      },
    });
  };
  return section(t('person.channels'),
    rows.length ? table([
      { head: t('person.channel'), main: true, cell: (row) => word('person.by', row.channel) },
      { head: t('person.address'), cell: (row) => el('span', { dir: 'auto' }, row.address) },
      { head: t('person.kinds'), cell: (row) => row.kinds.map((name) => t(`person.kind.${name}`)).join(', ') },
      { head: t('person.quiet'), cell: (row) => (row.quiet_from ? `${row.quiet_from}–${row.quiet_until}${row.always_hot ? ` (${t('person.but_hot')})` : ''}` : t('person.none_quiet')) },
      { head: t('actions'), cell: (row) => el('span', { class: 'row' }, el('button', { class: 'small', onclick: () => edit(row) }, t('edit')),
        el('button', { class: 'small', onclick: () => save(rows.filter((other) => other !== row), t('person.channel_removed')) }, t('remove'))) },
    ], rows, { key: (row) => row.channel, caption: t('person.channels') }) : empty(t('person.told_nowhere')),
    choices.channels.length > rows.length ? el('p', {}, el('button', { onclick: () => edit(null) }, t('person.channel_add'))) : null);
}

// Twenty characters of an alphabet without look-alikes: 100 bits.
export const newPassword = () => [...crypto.getRandomValues(new Uint8Array(20))].map((byte) => 'abcdefghjkmnpqrstuvwxyz23456789A'[byte % 32]).join('').replace(/(.{5})(?=.)/g, '$1-');
