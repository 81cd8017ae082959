// The first page: what waits for a person, what came in lately and what became of it, and whether everything runs.
import { el } from '../dom.js';
import { ago, day, duration, money, number, percent } from '../format.js';
import { chart, colour } from '../parts/chart.js';
import { grade, heading, section, source, tile } from '../parts/pieces.js';
import { empty } from '../parts/states.js';
import { table } from '../parts/table.js';
import { t } from '../texts.js';

export const at = { path: '', scope: 'leads:read', menu: { group: 'work', order: 10, text: 'nav.overview' } };
export const live = 15;

const DAYS = [7, 30, 90];
// What waits for a person, and where it is done.
const TO_DO = { hot: '#/leads?grade=hot&status=new', duplicates: '#/duplicates', rejects: '#/rejects', messages: '#/messages?state=dead' };
// What the pipeline has, and the list of it.
const PIPELINE = { queued: '#/leads?stage=queued', waiting: '#/leads?stage=waiting', let_go: '#/rejects?tab=let_go', dead: '#/rejects?tab=dead' };

const period = ({ query }) => DAYS.find((days) => String(days) === query.get('days')) ?? 30;
const since = (days) => new Date(Date.now() - (days - 1) * 86_400_000).toISOString().slice(0, 10);

export const load = (ctx) => ctx.call('GET', `stats/overview?days=${period(ctx)}`);

const stalled = ({ stalled: stands, oldest_waiting_seconds: seconds, last_run_at: last }) => (stands
  ? el('p', { class: 'problem', role: 'alert' }, t('overview.stalled', { time: duration(seconds) }), ' ', last ? [t('overview.last_run'), ' ', ago(last)] : t('overview.no_run')) : null);

// A figure of the period, how it stands to the one before, and the list behind it.
function compared(name, { now, before }, href) {
  const change = before[name] ? (now[name] - before[name]) / before[name] : null;
  return tile(number(now[name]), t(`overview.${name}`), href, change === null ? t('overview.none_before')
    : t('overview.change', { sign: change > 0 ? '▲' : change < 0 ? '▼' : '', share: percent(Math.abs(change)), n: number(before[name]) }));
}

const byDay = (days, grades) => chart(t('overview.by_day'), () => ({
  type: 'bar',
  data: { labels: days.map((each) => day(each.day)), datasets: [
    ...grades.map(({ name, label }) => ({ label, data: days.map((each) => each[name]), backgroundColor: colour(name) })),
    { label: t('not_scored'), data: days.map((each) => grades.reduce((rest, { name }) => rest - each[name], each.received)), backgroundColor: colour('line') }] },
  options: { scales: { x: { stacked: true, grid: { display: false }, ticks: { maxRotation: 0, autoSkipPadding: 16 } }, y: { stacked: true, ticks: { precision: 0 } } } },
}), [t('overview.day'), t('overview.created'), ...grades.map(({ label }) => label)], days.map((each) => [day(each.day), number(each.received), ...grades.map(({ name }) => number(each[name]))]));

const tenth = (index) => (index === 9 ? '90–100' : `${10 * index}–${10 * index + 9}`);

const distribution = (scores, shades) => chart(t('overview.scores'), () => ({
  type: 'bar', data: { labels: scores.map((_, index) => tenth(index)), datasets: [{ label: t('overview.created'), data: scores, backgroundColor: shades() }] },
  options: { plugins: { legend: { display: false } }, scales: { x: { grid: { display: false } }, y: { ticks: { precision: 0 } } } },
}), [t('overview.score'), t('overview.created')], scores.map((n, index) => [tenth(index), number(n)]));

// From what was sent to what was won: each step with its share of the one before.
function funnel({ sent, created, hot, won }, grades) {
  const label = grades.find(({ name }) => name === 'hot')?.label ?? '';
  const steps = [[t('overview.sent'), sent], [t('overview.created'), created], [label, hot], [t('overview.won'), won]];
  return el('ol', { class: 'plain funnel' }, steps.map(([name, n], index) => {
    const fill = el('span', { class: 'fill' });
    fill.style.setProperty('--share', `${sent ? Math.max(1, (100 * n) / sent) : 1}%`);
    return el('li', { key: index }, el('span', {}, name), fill, el('b', { class: 'number' }, number(n)), el('small', { class: 'quiet number' }, index && steps[index - 1][1] ? percent(n / steps[index - 1][1], 1) : ''));
  }));
}

const hotNow = (leads, all, { label }) => [leads.length ? el('ul', { class: 'plain lines' }, leads.map((lead) => el('li', { key: lead.id, 'data-href': `#/leads/${lead.id}`, class: 'hot-line' },
  grade({ total: lead.score, grade: lead.grade }, (name) => label('grades', name)),
  el('span', { class: 'who' }, el('a', { href: `#/leads/${lead.id}`, dir: 'auto' }, lead.name ?? t('unknown')), el('small', { class: 'quiet', dir: 'auto' }, [lead.job_title, lead.company].filter(Boolean).join(', '))),
  el('small', { class: 'quiet' }, ago(lead.created_at))))) : empty(t('overview.no_hot')),
all > leads.length ? el('p', {}, el('a', { href: `${TO_DO.hot}&sort=score` }, t('overview.all_hot', { n: all }))) : null];

const sources = (rows, days) => (rows.length ? table([
  { head: t('overview.source'), main: true, cell: (row) => el('a', { href: `#/leads?source=${encodeURIComponent(row.source)}&created_from=${since(days)}`, dir: 'auto' }, source(row.source)) },
  { head: t('overview.created'), number: true, cell: (row) => number(row.leads) },
  { head: t('overview.hot'), number: true, cell: (row) => `${number(row.hot)} · ${percent(row.hot / row.leads)}` },
  { head: t('overview.won'), number: true, cell: (row) => `${number(row.won)} · ${percent(row.won / row.leads)}` },
], rows, { key: (row) => row.source, caption: t('overview.sources') }) : empty(t('overview.no_leads')));

const providers = (list) => table([
  { head: t('overview.provider'), main: true, cell: (row) => [el('span', {}, row.title), row.sandbox ? [' ', el('span', { class: 'tag' }, t('sandbox'))] : null] },
  { head: t('overview.state'), cell: (row) => (row.health === 'ok' ? el('span', { class: 'good' }, t('overview.ok')) : el('span', { class: 'bad' }, t('overview.paused'), row.last_error ? el('small', {}, ` ${row.last_error}`) : null)) },
  { head: t('overview.found'), number: true, cell: (row) => (row.calls ? percent(row.found / row.calls) : '–') },
  { head: t('overview.spent'), number: true, cell: (row) => money(row.cost) },
  { head: t('overview.runway'), number: true, cell: (row) => (row.runway_days === null ? '–' : t('overview.days', { n: Math.floor(row.runway_days) })) },
], list.filter((row) => row.calls || row.health !== 'ok'), { key: (row) => row.name, caption: t('overview.providers') });

export function render(data, ctx) {
  const days = period(ctx);
  const { now } = data.period;
  const quiet = data.totals.received === 0;
  const of = { created: `#/leads?created_from=${since(days)}`, hot: `#/leads?grade=hot&created_from=${since(days)}`, won: `#/leads?status=converted&created_from=${since(days)}` };
  return { title: t('nav.overview'), nodes: [
    heading(t('nav.overview'), el('div', { class: 'row', role: 'group', 'aria-label': t('overview.period') }, DAYS.map((count) => el('a', { key: count, class: 'button small', href: ctx.with({ days: count }), 'aria-current': count === days ? 'true' : null }, t('overview.days', { n: count }))))),
    quiet ? el('p', { class: 'notice' }, t('overview.nothing_yet')) : null,
    stalled(data.pace),
    el('div', { class: 'tiles' }, Object.entries(TO_DO).map(([name, href]) => el('a', { key: name, class: `tile${data.to_do[name] ? ' waits' : ''}`, href }, el('b', {}, number(data.to_do[name])), el('span', {}, t(`overview.to_do.${name}`))))),
    el('div', { class: 'columns wide-left' },
      section(t('overview.last_days', { n: days }),
        el('div', { class: 'tiles' }, ['created', 'repeated', 'rejected', 'hot', 'won'].map((name) => compared(name, data.period, of[name])),
          tile(now.minutes === null ? '–' : duration(60 * now.minutes), t('overview.minutes'), null, t('overview.touched', { n: now.touched, all: number(now.became_hot) }))),
        byDay(data.by_day, ctx.terms.grades), el('p', { class: 'quiet' }, el('small', {}, t('overview.utc')))),
      section(t('overview.hot_now'), hotNow(data.hot, data.to_do.hot, ctx.terms))),
    el('div', { class: 'columns' },
      section(t('overview.funnel'), funnel(now, ctx.terms.grades)),
      section(t('overview.scores'), distribution(data.period.scores, () => Array.from({ length: 10 }, () => colour('chart-1'))))),
    el('div', { class: 'columns' },
      section(t('overview.sources'), sources(data.period.sources, days)),
      section(t('overview.providers'), providers(data.providers))),
    section(t('overview.pipeline'), el('div', { class: 'tiles' }, Object.entries(PIPELINE).map(([name, href]) => el('a', { key: name, class: `tile${name === 'dead' && data.totals.dead ? ' alarm' : ''}`, href }, el('b', {}, number(data.totals[name])), el('span', {}, t(`overview.${name}`)))))),
  ] };
}
