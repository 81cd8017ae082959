// Who is asked for data: their state, what they find, what they cost, and how long the money lasts.
import { el } from '../dom.js';
import { day, money, number, percent } from '../format.js';
import { chart, colour } from '../parts/chart.js';
import { bar, heading, section, source } from '../parts/pieces.js';
import { empty } from '../parts/states.js';
import { table } from '../parts/table.js';
import { t } from '../texts.js';

export const at = { path: 'providers', scope: 'leads:read', menu: { group: 'outside', order: 10, text: 'nav.providers' } };
export const live = 30;

const DAYS = [7, 30, 90, 365];
const SHADES = ['chart-1', 'chart-2', 'chart-3', 'chart-4', 'chart-5', 'chart-6'];
const period = ({ query }) => DAYS.find((days) => String(days) === query.get('days')) ?? 30;

export async function load(ctx) {
  const days = period(ctx);
  const [{ data }, spend, mail] = await Promise.all([ctx.call('GET', `providers?days=${days}`), ctx.call('GET', `stats/spend?days=${days}`), ctx.call('GET', 'stats/mail')]);
  return { providers: data, spend, mail: mail.data };
}

// Real money alone is added up; the sandbox's is shown apart, as it is none.
const byKind = (rows, sandbox) => rows.filter((row) => row.sandbox === sandbox);
const sum = (rows) => rows.reduce((total, { usd }) => total + usd, 0);

function byDay(rows, titles, said) {
  const dates = [...new Set(rows.map((row) => row.day))].sort();
  const names = [...new Set(rows.map((row) => row.provider))];
  const usd = (date, name) => rows.find((row) => row.day === date && row.provider === name)?.usd ?? 0;
  return rows.length ? chart(said, () => ({
    type: 'bar',
    data: { labels: dates.map(day), datasets: names.map((name, index) => ({ label: titles[name] ?? name, data: dates.map((date) => usd(date, name)), backgroundColor: colour(SHADES[index % SHADES.length]) })) },
    options: { scales: { x: { stacked: true, grid: { display: false } }, y: { stacked: true } } },
  }), [t('providers.day'), ...names.map((name) => titles[name] ?? name)], dates.map((date) => [day(date), ...names.map((name) => money(usd(date, name)))])) : empty(t('providers.nothing_spent'));
}

const state = (row) => [row.health === 'ok' ? el('span', { class: 'good' }, t('providers.ok')) : el('span', { class: 'bad' }, t('providers.paused')),
  row.sandbox ? [' ', el('span', { class: 'tag' }, t('sandbox'))] : null, row.last_error ? el('small', { class: 'quiet' }, el('br'), row.last_error) : null];

const ceiling = (row) => (row.month_ceiling === null ? t('providers.no_ceiling')
  : [bar(row.month_cost / row.month_ceiling, t('providers.of_ceiling', { used: money(row.month_cost), all: money(row.month_ceiling) })), el('small', {}, t('providers.of_ceiling', { used: money(row.month_cost), all: money(row.month_ceiling) }))]);

export function render({ providers, spend, mail }, ctx) {
  const days = period(ctx);
  const titles = Object.fromEntries(providers.map(({ name, title }) => [name, title]));
  const real = byKind(spend.days, false);
  const play = byKind(spend.days, true);
  const shown = real.length || !play.length ? real : play;
  return { title: t('nav.providers'), nodes: [
    heading(t('nav.providers'), el('div', { class: 'row', role: 'group', 'aria-label': t('providers.period') }, DAYS.map((count) => el('a', { key: count, class: 'button small', href: ctx.with({ days: count }), 'aria-current': count === days ? 'true' : null }, t('providers.days', { n: count }))))),
    el('div', { class: 'tiles' }, el('div', { class: 'tile' }, el('b', {}, money(sum(real))), el('span', {}, t('providers.spent', { n: days }))),
      play.length ? el('div', { class: 'tile' }, el('b', {}, money(sum(play))), el('span', {}, t('providers.play_money'))) : null,
      el('div', { class: 'tile' }, el('b', {}, number(providers.reduce((total, row) => total + row.calls, 0))), el('span', {}, t('providers.calls_all')))),
    section(null, table([
      { head: t('providers.name'), main: true, cell: (row) => row.title },
      { head: t('providers.state'), cell: state },
      { head: t('providers.calls'), number: true, cell: (row) => number(row.calls) },
      { head: t('providers.found'), number: true, cell: (row) => (row.calls ? percent(row.found / row.calls) : '–') },
      { head: t('providers.in_doubt'), number: true, hide: true, cell: (row) => number(row.in_doubt) },
      { head: t('providers.cost'), number: true, cell: (row) => money(row.cost) },
      { head: t('providers.month'), cell: ceiling },
      { head: t('providers.runway'), number: true, cell: (row) => (row.runway_days === null ? '–' : t('providers.days', { n: Math.floor(row.runway_days) })) },
    ], providers, { key: (row) => row.name, caption: t('nav.providers') }), el('p', { class: 'quiet' }, el('small', {}, t('providers.keys')))),
    el('div', { class: 'columns' },
      section(shown === play && play.length ? t('providers.by_day_play') : t('providers.by_day'), byDay(shown, titles, t('providers.by_day'))),
      section(t('providers.by_source'), spend.sources.length ? table([
        { head: t('providers.source'), main: true, cell: (row) => [row.source ? source(row.source) : t('providers.gone'), row.sandbox ? [' ', el('span', { class: 'tag' }, t('sandbox'))] : null] },
        { head: t('providers.leads'), number: true, cell: (row) => number(row.leads) },
        { head: t('providers.cost'), number: true, cell: (row) => money(row.usd) },
        { head: t('providers.per_lead'), number: true, cell: (row) => (row.leads ? money(row.usd / row.leads) : '–') },
      ], spend.sources, { key: (row) => `${row.source} ${row.sandbox}`, caption: t('providers.by_source') }) : empty(t('providers.nothing_spent')))),
    mail.length ? section(t('providers.mail'), table([
      { head: t('providers.class'), main: true, cell: (row) => row.email_status.replaceAll('_', ' ') },
      { head: t('providers.addresses'), number: true, cell: (row) => number(row.addresses) },
      { head: t('providers.bounced'), number: true, cell: (row) => `${number(row.bounced)} · ${percent(row.bounce_rate, 1)}` },
    ], mail, { key: (row) => row.email_status, caption: t('providers.mail') })) : null,
  ] };
}
