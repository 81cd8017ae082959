// The first page: what came in, what is hot now, and whether everything runs.
import { el } from '../dom.js';
import { ago, day, number } from '../format.js';
import { chart, colour } from '../parts/chart.js';
import { grade, heading, section, tile } from '../parts/pieces.js';
import { empty } from '../parts/states.js';
import { t } from '../texts.js';

export const at = { path: '', scope: 'leads:read', menu: { group: 'work', order: 10, text: 'nav.overview' } };
export const live = 15;

const DAYS = [7, 30, 90];
const TILES = { received: '#/leads', scored: '#/leads?sort=score', queued: '#/leads?stage=queued', waiting: '#/leads?stage=waiting', let_go: '#/leads?stage=let_go', dead: '#/leads?stage=dead', rejected: null };

const period = ({ query }) => DAYS.find((days) => String(days) === query.get('days')) ?? 30;

export const load = (ctx) => ctx.call('GET', `stats/overview?days=${period(ctx)}`);

const byDay = (days, grades) => chart(t('overview.by_day'), () => ({
  type: 'bar', data: { labels: days.map((each) => day(each.day)), datasets: grades.map(({ name, label }) => ({ label, data: days.map((each) => each[name]), backgroundColor: colour(name) })) },
  options: { scales: { x: { stacked: true }, y: { stacked: true, ticks: { precision: 0 } } } },
}), [t('overview.day'), ...grades.map(({ label }) => label)], days.map((each) => [day(each.day), ...grades.map(({ name }) => number(each[name]))]));

export function render(data, ctx) {
  return { title: t('nav.overview'), nodes: [
    heading(t('nav.overview'), DAYS.map((days) => el('a', { class: 'button small', href: ctx.with({ days }), 'aria-current': days === period(ctx) ? 'true' : null }, t('overview.days', { n: days })))),
    el('div', { class: 'tiles' }, Object.entries(TILES).map(([name, href]) => tile(number(data.totals[name]), t(`overview.${name}`), href))),
    el('div', { class: 'columns wide-left' },
      section(t('overview.by_day'), byDay(data.by_day, ctx.terms.grades)),
      section(t('overview.hot'), data.hot.length ? el('ul', { class: 'plain lines' }, data.hot.map((lead) => el('li', { key: lead.id }, el('div', { class: 'spread' },
        el('a', { href: `#/leads/${lead.id}`, dir: 'auto' }, lead.name ?? t('unknown')), grade({ total: lead.score, grade: lead.grade }), ago(lead.created_at))))) : empty(t('overview.no_hot')))),
  ] };
}
