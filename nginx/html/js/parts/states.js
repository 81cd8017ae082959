// What stands where there is nothing to show: nothing yet, loading, or a problem.
import { el } from '../dom.js';
import { t } from '../texts.js';

// A sentence for a problem, from what the service said or what is known of its kind.
export function sentence(problem) {
  if (problem.status === 0) return t('problem.offline');
  if (problem.told) return [problem.message, ...problem.errors.map(({ pointer, detail }) => `${pointer ?? ''} ${detail}`.trim())].join(' ');
  if (problem.status >= 500) return t('problem.service', { status: problem.status });
  return problem.status ? t('problem.status', { status: problem.status }) : t('problem.page');
}

export const empty = (text, ...more) => el('div', { class: 'empty' }, el('p', {}, text), more);

export const skeleton = (rows = 6) => el('div', { class: 'skeleton', 'aria-hidden': 'true' },
  el('div', { class: 'bone heading-bone' }), Array.from({ length: rows }, () => el('div', { class: 'bone' })));

export const failed = (problem, again) => el('div', { class: 'problem', role: 'alert' }, el('p', {}, sentence(problem)),
  problem.requestId ? el('p', { class: 'quiet' }, t('problem.request', { id: problem.requestId })) : null,
  problem.status === 404 ? el('a', { class: 'button', href: '#/' }, t('to_overview')) : el('button', { onclick: again }, t('again')));

export const note = (...text) => el('p', { class: 'notice' }, text);
