import { Problem } from '../api.js';
import { NOT_SCORED, ago, el, grade, nameOf, points, table, title, toast, when } from '../dom.js';
import { address } from './leads.js';

// The parts of a score, in the order in which people read them.
const ABOUT = {
  demographic: 'the person: role, seniority, place', firmographic: 'the company: size, industry',
  behavioral: 'what they looked at', engagement: 'what they asked for and answered', ml: 'bonus of a trained model',
};

// Keys are for matching, not for reading.
const KEYS = ['email_canonical', 'company_key'];

function said(field) {
  if (!field) return '';
  const source = field.locked ? 'edited by a person' : field.source.replaceAll('_', ' ');
  return el('span', { class: 'source', title: field.observed_at ? `observed ${when(field.observed_at)}` : null },
    source, field.sandbox ? ' (sandbox)' : '',
    field.confidence === null || field.confidence === undefined || field.locked ? '' : ` · ${Math.round(field.confidence * 100)} %`);
}

function known(heading, part, fields) {
  const shown = fields.filter(({ name }) => !KEYS.includes(name) && (part[name] ?? null) !== null && typeof part[name] !== 'object');
  return el('section', {}, el('h2', {}, heading), shown.length
    ? table(['Field', 'Value', 'Source'], shown.map(({ name, label }) => el('tr', {}, el('th', { scope: 'row' }, label),
      el('td', {}, link(name, String(part[name]))), el('td', {}, said(part.fields?.[name])))))
    : el('p', { class: 'quiet' }, 'Nothing is known.'));
}

function link(name, value) {
  if (name === 'email') return el('a', { href: `mailto:${value}` }, value);
  if (name === 'phone') return el('a', { href: `tel:${value}` }, value);
  if (name === 'linkedin_url' && value.startsWith('https://www.linkedin.com/')) {
    return el('a', { href: value, rel: 'noopener noreferrer', target: '_blank' }, value.replace('https://www.', ''));
  }
  return value;
}

function scoreCard(score) {
  const parts = Object.keys(ABOUT).filter((name) => name in score.components).map((name) => [name, score.components[name]]);
  return el('section', { class: 'score' }, el('h2', {}, 'Why this score'),
    parts.map(([name, share]) => {
      const reasons = score.reasons.filter((reason) => reason.component === name);
      return el('details', { open: reasons.length > 0 },
        el('summary', {},
          el('span', { class: 'part' }, el('b', {}, name === 'ml' ? 'ML' : title(name)), el('span', { class: 'quiet' }, ABOUT[name])),
          el('meter', { min: 0, max: 100, value: share, 'aria-label': `${title(name)}: ${share} of 100` }),
          el('span', { class: 'number' }, share.toFixed(0)),
          el('span', { class: 'quiet number' }, `× ${score.weights[name] ?? ''}`)),
        reasons.length
          ? el('ul', { class: 'reasons' }, reasons.map((reason) => el('li', {}, el('span', {}, reason.text),
            el('span', { class: `number ${reason.points < 0 ? 'bad' : 'good'}` }, `${reason.points > 0 ? '+' : ''}${reason.points.toFixed(2)}`))))
          : el('p', { class: 'quiet' }, 'Nothing counts here yet.'));
    }),
    (() => {
      const rest = score.reasons.filter((reason) => !(reason.component in score.components));
      return rest.length ? el('ul', { class: 'reasons' }, rest.map((reason) => el('li', {}, el('span', {}, reason.text),
        el('span', { class: 'number' }, reason.points.toFixed(2))))) : null;
    })(),
    el('p', { class: 'quiet' }, `Model ${score.model_version}, calculated `, ago(score.calculated_at)));
}

function gauge(score) {
  if (!score) return el('div', { class: 'gauge none', 'data-live': true }, el('b', {}, '–'), el('span', {}, NOT_SCORED));
  const box = el('div', { class: `gauge ${score.grade}`, role: 'img', 'aria-label': `Score ${points(score.total)} of 100, ${score.grade}` },
    el('b', {}, points(score.total)), el('span', {}, score.grade));
  box.style.setProperty('--share', `${score.total}%`);
  return box;
}

function statusChoice(lead, { call, terms, reload }) {
  const choice = el('select', {
    'aria-label': 'Status', onchange: async () => {
      try {
        await call('PATCH', `leads/${lead.id}`, { status: choice.value }, { 'If-Match': `"${lead.version}"` });
        toast(`Status is now “${terms.label('statuses', choice.value)}”.`);
      } catch (problem) {
        toast(problem instanceof Problem ? problem.message : 'The status could not be saved.');
      }
      await reload();
    },
  }, terms.statuses.map(({ name, label }) => el('option', { value: name, selected: name === lead.status }, label)));
  return el('label', { class: 'inline' }, 'Status ', choice);
}

export async function page({ call, params, may, terms, reload }) {
  const lead = await call('GET', `leads/${encodeURIComponent(params.id)}`);
  const { contact, organization, score } = lead;
  const sandbox = [contact, organization].some((part) => Object.values(part?.fields ?? {})
    .some((field) => field.sandbox));
  return [
    el('p', {}, el('a', { href: address }, '← All leads')),
    sandbox ? el('p', { class: 'notice' }, 'Sandbox data: values marked “sandbox” are invented.') : null,
    ['dead', 'let_go'].includes(lead.stage) ? el('p', { class: 'problem', role: 'alert' }, `${lead.stage === 'dead' ? 'This lead could not be processed' : 'The workflow let this lead go'}: ${lead.stage_reason ?? lead.stage_code}`) : null,
    el('section', { class: 'person' }, gauge(score),
      el('div', {}, el('h1', {}, nameOf(lead)),
        el('p', {}, [contact.job_title, organization?.name].filter(Boolean).join(' · ')),
        el('p', { class: 'quiet' }, `from ${lead.source.replaceAll('_', ' ')}, `, ago(lead.created_at),
          !lead.stage || lead.stage === 'done' ? '' : `, ${terms.label('stages', lead.stage).toLowerCase()}`),
        lead.message ? el('blockquote', {}, lead.message) : null,
        lead.tags.length ? el('p', {}, lead.tags.map((tag) => el('span', { class: 'source' }, tag))) : null),
      el('div', { class: 'actions' },
        contact.email && may('pii:read') ? el('a', { class: 'button main', href: `mailto:${contact.email}` }, 'Write a mail') : null,
        contact.phone && may('pii:read') ? el('a', { class: 'button', href: `tel:${contact.phone}` }, 'Call') : null,
        may('leads') ? statusChoice(lead, { call, terms, reload }) : el('p', {}, grade(score), ` ${terms.label('statuses', lead.status)}`))),
    el('div', { class: 'columns' },
      el('div', {}, score ? scoreCard(score) : el('section', {}, el('h2', {}, 'Why this score'),
        el('p', { class: 'quiet' }, 'The score is calculated within seconds; this page shows it then.')),
      el('section', {}, el('h2', {}, 'What happened'), lead.events.length
        ? el('ol', { class: 'events' }, lead.events.map((event) => el('li', {}, el('b', {}, terms.label('events', event.type)),
          el('span', { class: 'quiet' }, ` ${event.source} · `, ago(event.occurred_at)))))
        : el('p', { class: 'quiet' }, 'No event yet.')),
      lead.history.length > 1 ? el('section', {}, el('h2', {}, 'Earlier scores'), table(['Score', 'Model', 'When'],
        lead.history.map((past) => el('tr', {}, el('td', {}, grade(past)), el('td', { class: 'quiet' }, past.model_version),
          el('td', { class: 'quiet' }, ago(past.calculated_at)))))) : null),
      el('div', {}, known('Person', contact, terms.fieldsOf('contact')),
        organization ? known('Company', organization, terms.fieldsOf('organization')) : null)),
  ];
}
