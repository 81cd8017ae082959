// All that happened to a lead, the newest first: each kind in a sentence.
import { el } from '../dom.js';
import { ago, money, points, readable, title, when } from '../format.js';
import { t } from '../texts.js';
import { copied } from './pieces.js';
import { empty } from './states.js';
import { ofKind, purposeOf, sourceOf, textOf } from './lead-words.js';

const KINDS = ['event', 'received', 'message', 'edit', 'status', 'assignment', 'handling', 'call', 'score', 'refusal', 'merge'];
const OF_STAFF = ['assignment', 'handling'];
const quiet = (...text) => el('span', { class: 'quiet' }, ...text);

const labelOf = (ctx, entity, name) => ctx.terms.fieldsOf(entity).find((each) => each.name === name)?.label ?? title(name);

const changed = (ctx, about) => ({ field: name, ...told }) => {
  const field = ctx.terms.fieldsOf(about).find((each) => each.name === name) ?? { name, label: title(name) };
  const shown = (value) => (name === 'status' ? ctx.terms.label('statuses', value) : textOf(field, value));
  return el('li', { key: name, dir: 'auto' }, el('b', {}, field.label), 'to' in told ? ['from' in told ? `: ${shown(told.from)} → ` : ': ', told.to === null ? t('lead.removed') : shown(told.to)] : '');
};

// Kind -> what stands on its line, and below it.
const LINES = {
  event: ({ type, source, machine, properties }, ctx) => [
    [el('b', {}, ctx.terms.label('events', type)), quiet(` · ${sourceOf(source)}`), machine ? quiet(` · ${t('lead.machine', { why: ctx.terms.label('machines', machine) })}`) : null],
    Object.keys(properties ?? {}).length ? quiet(readable(properties)) : null],
  received: ({ client, source, outcome, request_id: id }, ctx) => [[el('b', {}, t(`lead.received.${outcome}`)), quiet(` · ${sourceOf(source)} · ${client}`)],
    id ? [ctx.may('leads') ? el('a', { href: `#/requests/${encodeURIComponent(id)}` }, t('request.title')) : null, copied(id)] : null],
  message: ({ message, channel, state, to, sent_at: sent, attempts, error, possible_duplicate: twice }) => [
    [el('b', {}, ofKind('message', message)), ' ', t('lead.message.by', { channel: title(channel) }), to ? ` ${t('lead.message.to', { name: to })}` : '',
      ': ', el('span', { class: state === 'dead' ? 'bad' : state === 'sent' ? 'good' : null }, ofKind('message_state', state)), sent ? ` ${when(sent)}` : '', attempts > 1 ? ` ${t('lead.message.attempts', { n: attempts })}` : ''],
    [error ? el('span', { class: 'bad' }, error) : null, twice ? quiet(` ${t('lead.message.twice')}`) : null]],
  status: ({ from, to, by }, ctx) => [[el('b', {}, t('lead.line.status')), ` ${from ? `${ctx.terms.label('statuses', from)} → ` : ''}${ctx.terms.label('statuses', to)}`, quiet(` · ${by}`)]],
  assignment: ({ owner, previous_owner: before, reason, by, undone_at: undone }) => [
    [el('b', {}, t('lead.line.owner')), ` ${before ? `${before} → ` : ''}${owner ?? t('nobody')}`, undone ? quiet(` ${t('lead.line.undone')}`) : null, quiet(` · ${by}`)], quiet(reason)],
  handling: ({ handling, by, channel, until, undone_at: undone, undone_by: who }) => [
    [el('b', {}, ofKind('handling', handling)), quiet(` · ${by} · ${title(channel)}`), until ? ` ${t('lead.line.until', { when: when(until) })}` : '', undone ? quiet(` ${t('lead.line.undone_by', { name: who ?? '' })}`) : null]],
  call: ({ call_id: id, provider, operation, price, sandbox, outcome, state }, ctx, receipt) => {
    const known = receipt.get(id);
    return known ? [known.text, known.changed.length ? quiet(t('lead.line.gave', { fields: known.changed.map((place) => labelOf(ctx, ...place.split('.'))).join(', ') })) : null]
      : [[el('b', {}, title(provider)), ` ${title(operation)}: ${title(outcome ?? state)}`, quiet(` · ${money(price)}${sandbox ? ` ${t('lead.play_money')}` : ''}`)]];
  },
  score: ({ total, grade, before, model_version: model }, ctx) => [[el('b', {}, t('lead.line.score')), ` ${before === null ? '' : `${points(before)} → `}${points(total)} ${ctx.terms.label('grades', grade).toLowerCase()}`, quiet(` · ${model}`)]],
  refusal: ({ purpose, refused, source, own, reason }) => [
    [el('b', {}, t(refused ? 'lead.refused' : 'lead.agreed', { purpose: purposeOf(purpose) })), quiet(` · ${sourceOf(source)}${own ? '' : ` · ${t('lead.line.by_list')}`}`)], reason ? quiet(reason) : null],
  merge: ({ action, by }) => [[el('b', {}, ofKind('action', action)), quiet(` · ${by}`)]],
  edit: ({ action, by, about, changes, more }, ctx) => [
    [el('b', {}, ofKind('action', action)), quiet(` · ${by}`), Object.keys(more ?? {}).length ? quiet(` · ${readable(more)}`) : null],
    changes.length ? el('ul', { class: 'changes' }, changes.map(changed(ctx, about))) : null],
};

function line(row, ctx, receipt) {
  const [first, below] = LINES[row.kind](row.details, ctx, receipt);
  return el('li', { key: row.key, class: `kind-${row.kind}` }, el('div', { class: 'spread' }, el('span', { class: 'what', dir: 'auto' }, first), ago(row.at)), below ? el('div', { class: 'below', dir: 'auto' }, below) : null);
}

// data: the newest page {data, next}; what was asked for beyond stands in ctx.state.
export function timelineSection(data, receipt, ctx) {
  const kind = ctx.query.get('kind') ?? '';
  const older = ctx.state.older?.kind === kind ? ctx.state.older : { kind, data: [], next: data.next };
  const keys = new Set(data.data.map(({ key }) => key));
  const rows = [...data.data, ...older.data.filter(({ key }) => !keys.has(key))];
  const calls = new Map(receipt.calls.map((call) => [call.call_id, call]));
  const choose = el('span', { class: 'row' }, el('label', { for: 'timeline-kind' }, t('lead.timeline.kind')), el('select', { id: 'timeline-kind', onchange: ({ target }) => ctx.go(ctx.with({ kind: target.value || null }), { replace: true }) },
    el('option', { value: '' }, t('lead.timeline.all')), KINDS.filter((each) => ctx.may('pii:read') || !OF_STAFF.includes(each)).map((each) => el('option', { value: each, selected: each === kind }, t(`lead.kind.${each}`)))));
  const more = async () => ctx.act(async () => {
    const page = await ctx.call('GET', `leads/${ctx.params.id}/timeline?limit=30${kind && `&kind=${kind}`}&cursor=${encodeURIComponent(older.next)}`);
    ctx.state.older = { kind, data: [...older.data, ...page.data], next: page.next };
    ctx.refresh();
  }, { stay: true });
  return el('section', { id: 'timeline', key: 'timeline' }, el('div', { class: 'spread' }, el('h2', {}, t('lead.timeline')), choose),
    rows.length ? el('ol', { class: 'plain timeline' }, rows.map((row) => line(row, ctx, calls))) : empty(t('lead.timeline.none')),
    older.next ? el('button', { onclick: more }, t('lead.timeline.earlier')) : null);
}
