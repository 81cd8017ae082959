// A lead's score as a picture: what each part gives of the total, why, what would make it hot, and how it was.
import { el, svg } from '../dom.js';
import { ago, number, points, when } from '../format.js';
import { t } from '../texts.js';
import { grade } from './pieces.js';
import { note } from './states.js';
import { ofKind } from './lead-words.js';

const SHOWN_STEPS = 5;
const ORDER = ['demographic', 'firmographic', 'behavioral', 'engagement', 'ml']; // as people read them
const signed = (value) => number(value, { signDisplay: 'exceptZero', maximumFractionDigits: 2 });
const exact = (value) => number(value, { maximumFractionDigits: 2 });
const label = (name) => ofKind('part', name);

// Each part with its points of the total; a score older than its weights has none.
function partsOf({ components, weights, reasons }) {
  const place = ([name]) => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);
  return Object.entries(components).sort((a, b) => place(a) - place(b)).map(([name, share], at) => {
    const weight = weights[name];
    return { name, place: at + 1, share, weight, worth: weight === undefined ? null : share * weight,
      reasons: reasons.filter((reason) => reason.component === name).map((reason) => ({ ...reason, worth: weight === undefined ? null : reason.points * weight })) };
  });
}

// One bar from 0 to 100, a colour for each part, a mark where the next grade begins.
function picture(score, parts, grades) {
  let from = 0;
  const bars = parts.filter(({ worth }) => worth > 0).map(({ name, place, worth }) => {
    const width = Math.min(worth, 100 - from);
    const bar = svg('rect', { key: name, class: `part part-${place}`, x: from, y: 0, width: Math.max(0, width - 0.3), height: 8 }, svg('title', {}, `${label(name)}: ${exact(worth)}`));
    from += width;
    return bar;
  });
  const next = score.next_grade && score.total + score.next_grade.missing;
  const said = t('lead.score.picture', { total: points(score.total), parts: parts.map(({ name, worth }) => `${label(name)} ${exact(worth)}`).join(', ') });
  return el('figure', { class: 'score-bar' }, svg('svg', { viewBox: '0 0 100 8', preserveAspectRatio: 'none', role: 'img', 'aria-label': said },
    svg('rect', { class: 'part rest', x: 0, y: 0, width: 100, height: 8 }), bars, next ? svg('line', { class: 'mark', x1: next, x2: next, y1: 0, y2: 8 }) : null),
  next ? el('figcaption', { class: 'quiet' }, t('lead.score.next', { grade: grades(score.next_grade.grade).toLowerCase(), from: exact(next), missing: exact(score.next_grade.missing) })) : null);
}

const reasonLine = ({ text, worth, points: own, rule }, index) => el('li', { key: `${rule}-${index}`, class: 'spread' }, el('span', { dir: 'auto' }, text),
  el('span', { class: `number ${own < 0 ? 'bad' : own > 0 ? 'good' : 'quiet'}` }, signed(worth ?? own)));

const part = (open) => ({ name, place, share, weight, worth, reasons }) => el('details', { key: name, class: 'score-part', open },
  el('summary', {}, el('i', { class: `swatch part-${place}`, 'aria-hidden': 'true' }), el('b', {}, label(name)), ' ',
    el('span', { class: 'number' }, worth === null ? exact(share) : t('lead.score.of', { points: exact(worth), most: exact(100 * weight) })),
    el('span', { class: 'quiet about' }, ofKind('about', name))),
  reasons.length ? el('ul', { class: 'plain' }, reasons.map(reasonLine)) : el('p', { class: 'quiet' }, t('lead.score.nothing')));

const asTable = (parts, total) => el('details', {}, el('summary', {}, t('chart.figures')), el('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': t('lead.score.why') }, el('table', {},
  el('thead', {}, el('tr', {}, ['part', 'reason', 'points'].map((head) => el('th', { scope: 'col', class: head === 'points' ? 'number' : null }, t(`lead.score.${head}`))))),
  el('tbody', {}, parts.map(({ name, reasons }) => reasons.map((reason) => el('tr', {}, el('th', { scope: 'row' }, label(name)), el('td', { dir: 'auto' }, reason.text), el('td', { class: 'number' }, exact(reason.worth ?? reason.points))))),
    el('tr', {}, el('th', { scope: 'row' }, t('lead.score.total')), el('td', {}), el('td', { class: 'number' }, exact(total)))))));

const stepLine = (step) => el('li', { key: `${step.rule}-${step.text}`, class: 'spread' }, el('span', { dir: 'auto' }, step.text, step.sure === false ? el('span', { class: 'quiet' }, ` ${t('lead.steps.at_best')}`) : null),
  el('span', { class: 'number' }, step.total === undefined ? signed(step.points) : t('lead.steps.to', { points: signed(step.points), total: exact(step.total) })));

// The events and facts that alone would make it hot, the best first; else what adds most, and what does together.
function wanted(score, steps, grades) {
  if (score.grade === 'hot') return null;
  const enough = steps.filter(({ grade: name }) => name === 'hot');
  const shown = (enough.length ? enough : steps).slice(0, SHOWN_STEPS);
  const together = score.next_grade?.steps ?? [];
  return el('div', { key: 'steps' }, el('h3', {}, t('lead.steps.title')),
    shown.length ? [el('p', { class: 'quiet' }, t(enough.length ? 'lead.steps.alone' : 'lead.steps.most')), el('ul', { class: 'plain lines steps' }, shown.map(stepLine))] : el('p', { class: 'quiet' }, t('lead.steps.none')),
    !enough.length && together.length > 0 ? [el('p', { class: 'quiet' }, t('lead.steps.together', { grade: grades(score.next_grade.grade).toLowerCase() })), el('ul', { class: 'plain lines' }, together.map(stepLine))] : null);
}

// The scores that it had, the newest first: a small line, and the figures.
function history(past, grades) {
  if (past.length < 2) return null;
  const old = [...past].reverse();
  const [first, last] = [old[0], old.at(-1)].map(({ calculated_at: at }) => Date.parse(at));
  const x = ({ calculated_at: at }) => 2 + 96 * ((Date.parse(at) - first) / Math.max(1, last - first));
  const y = ({ total }) => 28 - total * 0.26;
  return el('div', { key: 'history' }, el('h3', {}, t('lead.history')),
    old.every(({ total }) => total === old[0].total) ? null : el('figure', { class: 'spark' }, svg('svg', { viewBox: '0 0 100 30', preserveAspectRatio: 'none', role: 'img', 'aria-label': t('lead.history.said', { n: past.length, first: points(old[0].total), last: points(past[0].total) }) },
      svg('polyline', { points: old.map((each) => `${x(each)},${y(each)}`).join(' ') }))),
    el('details', {}, el('summary', {}, t('lead.history.earlier', { n: past.length - 1 })), el('ul', { class: 'plain lines' }, past.slice(1).map((each) => el('li', { key: each.calculated_at, class: 'spread' },
      grade(each, grades), el('span', { class: 'quiet' }, each.model_version), ago(each.calculated_at))))));
}

// The section; `open`: a link led to the reasons.
export function scoreSection({ score, history: past }, steps, ctx, open) {
  if (!score) return el('section', { id: 'score', key: 'score' }, el('h2', {}, t('lead.score.why')), el('p', { class: 'quiet' }, t('lead.score.soon')));
  const grades = (name) => ctx.terms.label('grades', name);
  const parts = partsOf(score);
  const rest = score.reasons.filter(({ component }) => !(component in score.components));
  const weighed = parts.every(({ worth }) => worth !== null);
  return el('section', { id: 'score', key: 'score' }, el('h2', { tabindex: '-1' }, t('lead.score.why')),
    weighed ? picture(score, parts, grades) : note(t('lead.score.old')),
    el('p', { class: 'quiet' }, t('lead.score.points_of')),
    parts.map(part(open || null)),
    rest.length ? el('ul', { class: 'plain' }, rest.map(reasonLine)) : null,
    weighed ? asTable(parts, score.total) : null,
    el('p', { class: 'quiet' }, t('lead.score.model', { version: score.model_version }), ' ', el('time', { datetime: score.calculated_at }, when(score.calculated_at)), score.rating ? ` · ${t('lead.score.rating', { rating: score.rating })}` : ''),
    wanted(score, steps, grades), history(past, grades));
}
