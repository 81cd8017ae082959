// Scoring models: their versions, the one in force, drafts; and all leads scored again by what is in force.
import { el } from '../dom.js';
import { ago, number, percent } from '../format.js';
import { ask, confirm } from '../parts/dialog.js';
import { field, valuesOf } from '../parts/form.js';
import { heading, progress, section } from '../parts/pieces.js';
import { empty, note } from '../parts/states.js';
import { pages } from '../parts/table.js';
import { draft, versions } from '../parts/versions.js';
import { t } from '../texts.js';

export const at = { path: 'scoring', scope: 'leads:read', menu: { group: 'rules', order: 10, text: 'nav.scoring' } };
export const live = 5;

const KIND = { name: 'scoring', path: 'scoring/models' };
const GOING = ['queued', 'running'];

export async function load(ctx) {
  const of = (state) => ctx.call('GET', `${KIND.path}?state=${state}&limit=50`);
  const [models, published, shipped, jobs] = await Promise.all([ctx.call('GET', `${KIND.path}?limit=50&${ctx.query}`), of('published'), of('shipped'),
    ctx.may('leads') ? ctx.call('GET', 'jobs?limit=20') : { data: [] }]);
  return { ...models, inForce: published.data, shipped: shipped.data[0] ?? null, job: jobs.data.find(({ kind }) => kind === 'rescore') };
}

const rescore = (ctx) => ctx.call('POST', 'scoring/rescore', {});

// What publishing asks besides: whether all leads are scored again at once.
const asked = (ctx) => () => ({ more: el('label', { class: 'inline' }, el('input', { type: 'checkbox', name: 'rescore', checked: true }), t('scoring.rescore_too')),
  also: async (form) => (form.elements.rescore.checked ? rescore(ctx) : null) });

async function begin(ctx) {
  const { data: templates } = await ctx.call('GET', 'scoring/templates');
  const made = await ask({ title: t('scoring.new'), action: t('scoring.new_draft'), content: [
    field(t('scoring.key'), { name: 'key', required: true, pattern: '[a-z][a-z0-9_\\-]{0,49}', value: 'default', autocomplete: 'off' }, { help: t('scoring.key_help') }),
    field(t('scoring.from'), { name: 'template', choices: [{ name: '', label: t('scoring.from_in_force') }, ...templates.map(({ name, title }) => ({ name, label: title }))] }, { help: t('scoring.from_help') }),
  ], value: valuesOf, act: ({ key, template }) => {
    const definition = templates.find(({ name }) => name === template)?.definition;
    return ctx.call('POST', KIND.path, definition ? { key, definition } : { key });
  } });
  if (made) ctx.go(`#/scoring/${made.id}`);
}

const again = async (ctx) => {
  if (await confirm(t('scoring.rescore'), t('scoring.rescore_help'), t('scoring.rescore'))) ctx.act(() => rescore(ctx), { done: t('scoring.rescore_begun') });
};

const jobPart = (job) => (GOING.includes(job.state)
  ? progress(job.counts.handled, job.counts.total, t('scoring.job_going', { done: number(job.counts.handled), n: job.counts.total ?? 0, share: percent(job.progress) }))
  : el('p', {}, t(`scoring.job_${job.state === 'done' ? 'done' : 'ended'}`, { n: job.counts.updated, same: number(job.counts.skipped), state: job.state }), ' ', ago(job.updated_at)));

export function render({ data, next, inForce, shipped, job }, ctx) {
  const now = (row) => inForce.find(({ key }) => key === row.key) ?? (row.key === 'default' ? shipped : null);
  const may = ctx.may('leads');
  const counting = inForce.length ? inForce : shipped ? [shipped] : [];
  return { title: t('nav.scoring'), nodes: [
    heading(t('nav.scoring'), may ? [el('button', { onclick: () => begin(ctx) }, t('scoring.new')),
      counting.length === 1 ? el('button', { class: 'main', onclick: () => draft(ctx, KIND, { key: counting[0].key, based_on: counting[0].id }) }, t('scoring.change', { version: counting[0].model_version })) : null] : null),
    note(inForce.length ? t('scoring.in_force', { n: inForce.length, versions: inForce.map((row) => row.model_version).join(', ') }) : t('scoring.in_force_shipped')),
    may ? el('section', { key: 'again' }, el('div', { class: 'spread' }, el('h2', {}, t('scoring.rescore')), el('button', { disabled: GOING.includes(job?.state), onclick: () => again(ctx) }, t('scoring.rescore'))),
      job ? jobPart(job) : el('p', { class: 'quiet' }, t('scoring.rescore_help'))) : null,
    section(t('models.versions'), data.length ? versions(ctx, KIND, data, now, { asked: asked(ctx), caption: t('models.versions') }) : empty(t('models.none')), pages(ctx, next, data.length)),
  ] };
}
