// Predictive models, learnt from the outcomes of leads: how good each is, what it learnt from, which is in force.
import { el } from '../dom.js';
import { ago, date, number, percent, title } from '../format.js';
import { chart, colour } from '../parts/chart.js';
import { confirm } from '../parts/dialog.js';
import { heading, pairs, progress, section } from '../parts/pieces.js';
import { empty, note } from '../parts/states.js';
import { pages, table } from '../parts/table.js';
import { t } from '../texts.js';

export const at = { path: 'predictions', scope: 'leads:read', menu: { group: 'rules', order: 20, text: 'nav.predictions' } };
export const live = 15;

export const load = ({ call, query }) => call('GET', `scoring/predictions?limit=25${query.get('cursor') ? `&cursor=${encodeURIComponent(query.get('cursor'))}` : ''}`);

const digits = (value, most = 3) => (value === undefined || value === null ? '–' : number(value, { maximumFractionDigits: most }));
const post = (ctx, path) => ctx.call('POST', `scoring/predictions/${path}`, {});
const publish = (ctx, row) => ctx.act(() => post(ctx, `${row.id}/publish`), { done: t('models.published', { version: row.model_version }), undo: () => post(ctx, `${row.id}/withdraw`) });
const withdraw = (ctx, row) => ctx.act(() => post(ctx, `${row.id}/withdraw`), { done: t('predictions.withdrawn', { version: row.model_version }), undo: () => post(ctx, `${row.id}/publish`) });

async function train(ctx) {
  if (await confirm(t('predictions.train'), t('predictions.train_help'), t('predictions.train'))) ctx.act(() => post(ctx, 'train'), { done: t('predictions.training') });
}

function calibration(report) {
  const bins = report.reliability;
  return chart(t('predictions.calibration'), () => ({ type: 'line', data: { labels: bins.map(({ predicted }) => percent(predicted)), datasets: [
    { label: t('predictions.observed'), data: bins.map(({ observed }) => observed * 100), borderColor: colour('chart-1'), backgroundColor: colour('chart-1') },
    { label: t('predictions.perfect'), data: bins.map(({ predicted }) => predicted * 100), borderColor: colour('chart-6'), borderDash: [5, 5], pointRadius: 0 }] },
    options: { scales: { y: { min: 0, max: 100, title: { display: true, text: t('predictions.observed_axis') } }, x: { title: { display: true, text: t('predictions.predicted') } } } } }),
  [t('predictions.predicted'), t('nav.leads'), t('predictions.observed')], bins.map((row) => [percent(row.predicted, 1), number(row.rows), percent(row.observed, 1)]));
}

function whole(row) {
  const { report } = row;
  if (report.auc === undefined) {
    return section(row.model_version, el('p', {}, row.reason), report.needed ? progress(report.conversions, report.needed, t('predictions.conversions', { n: report.conversions, needed: number(report.needed) })) : null);
  }
  const refused = report.refused ?? (report.refused_columns ?? []).map((column) => ({ column, reason: '' }));
  const effects = Object.entries(report.effects ?? {}).filter(([, lost]) => lost > 0).sort(([, one], [, other]) => other - one).slice(0, 10);
  return el('section', { key: row.id }, el('h2', {}, t('predictions.of', { version: row.model_version })), el('p', {}, row.reason),
    el('div', { class: 'columns' },
      el('div', {}, pairs([
        [t('predictions.auc'), t('predictions.auc_said', { auc: digits(report.auc), share: percent(report.auc) })],
        [t('predictions.brier'), digits(report.brier, 4)], [t('predictions.calibration_error'), percent(report.calibration_error, 1)],
        [t('predictions.data'), t('predictions.data_said', { n: report.learnt_from.leads, conversions: number(report.learnt_from.conversions), day: date(report.learnt_to) })],
        [t('predictions.measured'), t('predictions.measured_said', { n: report.rows, conversions: number(report.conversions), day: date(report.measured_to) })],
        [t('predictions.weight'), percent(report.learnt_from.weight)]]),
      el('h3', {}, t('predictions.compared')), table([
        { head: t('predictions.what'), main: true, cell: ([name]) => t(`predictions.what.${name}`) },
        { head: t('predictions.auc'), number: true, cell: ([, figures]) => digits(figures.auc) },
        { head: t('predictions.log_loss'), number: true, cell: ([, figures]) => digits(figures.log_loss, 4) }], ['learnt', 'in_force', 'rules'].filter((name) => report.compared[name]).map((name) => [name, report.compared[name]]), { key: ([name]) => name, caption: t('predictions.compared') }),
      el('h3', {}, t('predictions.refused')), refused.length ? el('ul', { class: 'plain lines' }, refused.map(({ column, reason }) => el('li', { key: column }, el('b', {}, title(column)), reason ? `: ${reason}` : ''))) : el('p', { class: 'quiet' }, t('predictions.none_refused')),
      effects.length ? [el('h3', {}, t('predictions.effects')), el('ul', { class: 'plain lines' }, effects.map(([name, lost]) => el('li', { key: name, class: 'spread' }, title(name), el('span', { class: 'number' }, digits(lost)))))] : null),
      calibration(report)));
}

export function render({ data, next }, ctx) {
  const may = ctx.may('leads');
  const chosen = data.find(({ id }) => String(id) === ctx.query.get('model')) ?? data.find(({ state }) => state === 'published') ?? data[0];
  const inForce = data.find(({ state }) => state === 'published');
  const button = (text, row, run) => el('button', { class: 'small', 'aria-label': `${text}: ${row.model_version}`, onclick: () => run(ctx, row) }, text);
  return { title: t('nav.predictions'), nodes: [
    heading(t('nav.predictions'), may ? el('button', { class: 'main', onclick: () => train(ctx) }, t('predictions.train')) : null),
    note(inForce ? t('predictions.in_force', { version: inForce.model_version }) : t('predictions.none_in_force')),
    chosen ? whole(chosen) : null,
    section(t('predictions.models'), data.length ? table([
      { head: t('models.version'), main: true, cell: (row) => el('a', { href: ctx.with({ model: row.id }), 'aria-current': row === chosen ? 'true' : null }, row.model_version) },
      { head: t('models.state'), cell: (row) => el('span', { class: `tag state-${row.state}` }, t(`models.state.${row.state}`)) },
      { head: t('predictions.trained'), cell: (row) => [ago(row.trained_at), ` ${t('models.by', { who: row.created_by })}`] },
      { head: t('predictions.auc'), number: true, cell: (row) => digits(row.report.auc) },
      { head: t('predictions.brier'), number: true, cell: (row) => digits(row.report.brier, 4) },
      { head: t('models.doings'), cell: (row) => (!may || row.state === 'waiting' ? null : row.state === 'published' ? button(t('predictions.withdraw'), row, withdraw) : button(t('models.publish'), row, publish)) },
    ], data, { caption: t('predictions.models') }) : empty(t('predictions.none')), pages(ctx, next, data.length)),
  ] };
}
