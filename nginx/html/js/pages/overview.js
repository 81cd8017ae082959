import { forget, gradeShares, leadsByDay, sourceBars } from '../charts.js';
import { ago, el, grade, table } from '../dom.js';

const TILES = [
  ['received', 'Received', '#/leads'], ['scored', 'Scored', '#/leads?sort=score'],
  ['queued', 'In work', '#/leads?stage=queued'], ['waiting', 'Waiting for data', '#/leads?stage=waiting'],
  ['let_go', 'Left by the flow', '#/leads?stage=let_go'], ['dead', 'Failed', '#/leads?stage=dead'], ['rejected', 'Refused', null],
];
const DAYS = [7, 30, 90];

const card = (heading, ...content) => el('section', {}, el('h2', {}, heading), ...content);

function stall({ stalled, oldest_waiting_seconds: seconds, last_run_at: last }) {
  return stalled ? el('p', { class: 'problem' },
    `Leads have been waiting for ${Math.round(seconds / 60).toLocaleString()} minutes and nobody works on them: the last run began `,
    last ? ago(last) : 'never', '. Is the workflow Lead enrichment published in n8n, and does a worker run?') : null;
}

function tiles(totals) {
  return el('div', { class: 'tiles' }, TILES.map(([key, text, href]) => el(
    href ? 'a' : 'div', { class: `tile${key === 'dead' && totals.dead ? ' alarm' : ''}`, href },
    el('b', {}, totals[key].toLocaleString()), text)));
}

function hotNow(leads) {
  if (!leads.length) return el('p', { class: 'quiet' }, 'No new hot lead. The next one appears here by itself.');
  return el('ul', { class: 'hot-list' }, leads.map((lead) => el('li', {}, el('a', { href: `#/leads/${lead.id}` },
    grade({ total: lead.score, grade: lead.grade }),
    el('span', { class: 'who' }, el('b', {}, lead.name ?? 'Unknown'),
      el('span', { class: 'quiet' }, [lead.job_title, lead.company].filter(Boolean).join(', '))),
    el('span', { class: 'quiet' }, ago(lead.created_at))))));
}

function providers(list) {
  return table(['Provider', 'State', 'Calls', 'Found', 'Credits'], list.map((provider) => el('tr', {},
    el('td', {}, provider.title, ' ', provider.sandbox ? el('span', { class: 'source' }, 'sandbox') : null),
    el('td', {}, el('span', { class: provider.health === 'ok' ? 'good' : 'bad', title: provider.last_error },
      provider.health === 'ok' ? 'ready' : 'paused after errors')),
    el('td', { class: 'number' }, provider.calls.toLocaleString()),
    el('td', { class: 'number' }, provider.calls ? `${Math.round(100 * provider.found / provider.calls)} %` : '–'),
    el('td', { class: 'number' }, Number(provider.credits).toLocaleString()))));
}

export async function page({ call, query, terms }) {
  const days = DAYS.includes(Number(query.get('days'))) ? Number(query.get('days')) : 30;
  const overview = await call('GET', `stats/overview?days=${days}`);
  forget();
  const none = overview.totals.received === 0;
  return [
    el('div', { class: 'heading', 'data-live': true }, el('h1', {}, 'Overview'),
      el('div', { class: 'choice', role: 'group', 'aria-label': 'Period' }, DAYS.map((count) => el('a', {
        href: `#/?days=${count}`, 'aria-current': count === days ? 'true' : null,
      }, `${count} days`)))),
    none ? el('p', { class: 'notice' }, 'No lead has come in yet. Send one to the webhook or the API; it appears here within seconds.') : null,
    stall(overview.pace),
    tiles(overview.totals),
    el('div', { class: 'columns wide-left' },
      card(`Leads of the last ${days} days`, leadsByDay(overview.by_day, terms.grades)),
      card('Hot now', hotNow(overview.hot))),
    el('div', { class: 'columns three' },
      card('Grades', gradeShares(overview.grades, terms.grades)),
      card('Sources', sourceBars(overview.sources)),
      card('Providers, 30 days', providers(overview.providers))),
  ];
}
