// What a request caused, found by its id: from what it brought to the messages, the earliest first.
import { el } from '../dom.js';
import { money, number, points, title, when } from '../format.js';
import { ofKind, sourceOf } from '../parts/lead-words.js';
import { copied, heading } from '../parts/pieces.js';
import { empty, note } from '../parts/states.js';
import { pages } from '../parts/table.js';
import { word } from '../terms.js';
import { t } from '../texts.js';

export const at = { path: 'requests/:id', scope: 'leads' };

export const load = ({ call, params, query }) => call('GET', `requests/${encodeURIComponent(params.id)}?${query}`);

const quiet = (...text) => el('span', { class: 'quiet' }, ...text);
const states = { sent: 'good', delivered: 'good', dead: 'bad', failed: 'bad' };
const state = (name, text) => el('span', { class: states[name] }, text);

// Kind -> what stands on its line, and below it.
const LINES = {
  job: ({ kind, state: how, by }) => [[el('b', {}, t('request.job', { kind: title(kind) })), `: ${title(how)}`, quiet(` · ${by}`)]],
  received: ({ outcome, source, client, errors }) => [[el('b', {}, t(`lead.received.${outcome}`)), quiet(` · ${sourceOf(source)} · ${client}`)], errors.length ? errors.map(title).join(', ') : null],
  batch: ({ execution, leads }) => [[el('b', {}, execution ? t('request.run', { id: execution }) : t('request.batch')), ' ', t('request.took', { n: leads })]],
  call: ({ provider, operation, outcome, state: how, price, sandbox, elapsed_ms: ms }) => [
    [el('b', {}, title(provider)), ` ${title(operation)}: ${title(outcome ?? how)}`, quiet(` · ${money(price)}${sandbox ? ` ${t('lead.play_money')}` : ''}`, ms === null ? '' : ` · ${number(ms, { style: 'unit', unit: 'millisecond' })}`)]],
  score: ({ total, grade, model_version: model }, ctx) => [[el('b', {}, t('lead.line.score')), ` ${points(total)} ${ctx.terms.label('grades', grade).toLowerCase()}`, quiet(` · ${model}`)]],
  message: ({ kind, channel, state: how, to, attempts, error, possible_duplicate: twice }) => [
    [el('b', {}, ofKind('message', kind)), ' ', t('lead.message.by', { channel: title(channel) }), to ? ` ${t('lead.message.to', { name: to })}` : '', ': ', state(how, ofKind('message_state', how)), attempts > 1 ? ` ${t('lead.message.attempts', { n: attempts })}` : ''],
    error || twice ? [error ? el('span', { class: 'bad' }, error) : null, twice ? quiet(` ${t('lead.message.twice')}`) : null] : null],
  delivery: ({ event, subscription, state: how, status }) => [[el('b', {}, event), ' ', el('a', { href: `#/subscriptions/${subscription}` }, t('request.subscriber')), ': ', state(how, title(how)), status ? quiet(` · ${status}`) : null]],
  failure: ({ execution, workflow, node }) => [[el('b', { class: 'bad' }, t('request.failed', { id: execution ?? '?' })), ` ${workflow ?? ''}`, node ? quiet(` · ${node}`) : null]],
  audit: ({ action, by }) => [[el('b', {}, word('audit.did', action)), quiet(` · ${by}`)]],
};

const since = (first, moment) => t('request.after', { time: number((new Date(moment) - new Date(first)) / 1000, { style: 'unit', unit: 'second', maximumFractionDigits: 2 }) });

function line(row, first, ctx) {
  const [said, below] = LINES[row.kind](row.details, ctx);
  return el('li', { key: row.key }, el('div', { class: 'spread' },
    el('span', { class: 'what', dir: 'auto' }, said, row.lead_id ? [' ', el('a', { href: `#/leads/${row.lead_id}` }, t('request.lead'))] : null),
    el('time', { datetime: row.at, title: when(row.at), class: 'quiet' }, row === first ? when(row.at) : since(first.at, row.at))), below ? el('div', { class: 'below', dir: 'auto' }, below) : null);
}

export function render({ leads, more_leads: more, data, next }, ctx) {
  return { title: t('request.title'), nodes: [
    heading(t('request.title')),
    el('section', {}, copied(ctx.params.id), note(t('request.where')),
      more ? note(t('request.more_leads', { n: leads.length })) : null,
      data.length ? el('ol', { class: 'plain timeline' }, data.map((row) => line(row, data[0], ctx))) : empty(t('request.none')),
      pages(ctx, next, data.length)),
  ] };
}
