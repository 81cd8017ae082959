import { Problem } from './api.js';
import { ago, el, grade, nameOf, points, table, title, toast, when } from './dom.js';

const STATUSES = ['new', 'working', 'qualified', 'converted', 'lost', 'archived'];
const WEIGHTS = { demographic: 0.25, firmographic: 0.25, behavioral: 0.15, engagement: 0.35, ml: 0.1 };
const ABOUT = {
  demographic: 'the person: role, seniority, place', firmographic: 'the company: size, industry',
  behavioral: 'what they looked at', engagement: 'what they asked for and answered', ml: 'bonus of a trained model',
};

// Keys are for matching, not for reading.
const HIDDEN = new Set(['id', 'email_canonical', 'company_key']);
const ORDER = ['full_name', 'name', 'first_name', 'last_name', 'job_title', 'seniority', 'department', 'email', 'email_type',
  'phone', 'phone_type', 'phone_country', 'linkedin_url', 'domain', 'legal_form', 'industry', 'employee_count', 'company_size',
  'annual_revenue', 'revenue_range', 'founded_year', 'city', 'region', 'country', 'description'];
const place = (name) => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);

function said(field) {
  if (!field) return '';
  const source = field.locked ? 'edited by a person' : field.source.replaceAll('_', ' ');
  return el('span', { class: 'source', title: field.observed_at ? `observed ${when(field.observed_at)}` : null },
    source, field.sandbox ? ' (sandbox)' : '',
    field.confidence === null || field.confidence === undefined || field.locked ? '' : ` · ${Math.round(field.confidence * 100)} %`);
}

function known(heading, part) {
  const { fields = {} } = part;
  const rows = Object.entries(part).filter(([name, value]) => !HIDDEN.has(name) && value !== null && typeof value !== 'object')
    .sort(([one], [other]) => place(one) - place(other));
  return el('section', {}, el('h2', {}, heading), rows.length
    ? table(['Field', 'Value', 'Source'], rows.map(([name, value]) => el('tr', {}, el('th', { scope: 'row' }, title(name)),
      el('td', {}, link(name, String(value))), el('td', {}, said(fields[name])))))
    : el('p', { class: 'quiet' }, 'Nothing is known.'));
}

function link(name, value) {
  if (name === 'email' || name === 'email_canonical') return el('a', { href: `mailto:${value}` }, value);
  if (name === 'phone') return el('a', { href: `tel:${value}` }, value);
  if (name === 'linkedin_url' && value.startsWith('https://www.linkedin.com/')) {
    return el('a', { href: value, rel: 'noopener noreferrer', target: '_blank' }, value.replace('https://www.', ''));
  }
  return value;
}

function scoreCard(score) {
  const parts = Object.keys(WEIGHTS).filter((name) => name in score.components).map((name) => [name, score.components[name]]);
  return el('section', { class: 'score' }, el('h2', {}, 'Why this score'),
    parts.map(([name, share]) => {
      const reasons = score.reasons.filter((reason) => reason.component === name);
      return el('details', { open: reasons.length > 0 },
        el('summary', {},
          el('span', { class: 'part' }, el('b', {}, name === 'ml' ? 'ML' : title(name)), el('span', { class: 'quiet' }, ABOUT[name] ?? '')),
          el('meter', { min: 0, max: 100, value: share, 'aria-label': `${title(name)}: ${share} of 100` }),
          el('span', { class: 'number' }, share.toFixed(0)),
          el('span', { class: 'quiet number' }, `× ${WEIGHTS[name] ?? ''}`)),
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
  if (!score) return el('div', { class: 'gauge none' }, el('b', {}, '–'), el('span', {}, 'not scored'));
  const box = el('div', { class: `gauge ${score.grade}`, role: 'img', 'aria-label': `Score ${points(score.total)} of 100, ${score.grade}` },
    el('b', {}, points(score.total)), el('span', {}, score.grade));
  box.style.setProperty('--share', `${score.total}%`);
  return box;
}

function statusChoice(call, lead, show) {
  const choice = el('select', {
    'aria-label': 'Status', onchange: async () => {
      try {
        await call('PATCH', `leads/${lead.id}`, { status: choice.value }, { 'If-Match': `"${lead.version}"` });
        toast(`Status is now “${choice.value}”.`);
      } catch (problem) {
        toast(problem instanceof Problem ? problem.message : 'The status could not be saved.');
      }
      await show();
    },
  }, STATUSES.map((name) => el('option', { value: name, selected: name === lead.status }, name)));
  return el('label', { class: 'inline' }, 'Status ', choice);
}

export async function leadPage(call, id, { may, show, list }) {
  const lead = await call('GET', `leads/${encodeURIComponent(id)}`);
  const { contact, organization, score } = lead;
  const sandbox = [contact, organization].some((part) => Object.values(part?.fields ?? {})
    .some((field) => field.sandbox));
  return [
    el('p', {}, el('a', { href: list }, '← All leads')),
    sandbox ? el('p', { class: 'notice' }, 'Sandbox data: values marked “sandbox” are invented.') : null,
    lead.stage === 'dead' ? el('p', { class: 'problem', role: 'alert' }, `This lead could not be processed: ${lead.stage_reason ?? lead.stage_code}`) : null,
    el('section', { class: 'person' }, gauge(score),
      el('div', {}, el('h1', {}, nameOf(lead)),
        el('p', {}, [contact.job_title, organization?.name].filter(Boolean).join(' · ')),
        el('p', { class: 'quiet' }, `from ${lead.source.replaceAll('_', ' ')}, `, ago(lead.created_at),
          lead.stage === 'done' ? '' : `, ${lead.stage}`),
        lead.message ? el('blockquote', {}, lead.message) : null,
        lead.tags.length ? el('p', {}, lead.tags.map((tag) => el('span', { class: 'source' }, tag))) : null),
      el('div', { class: 'actions' },
        contact.email && may('pii:read') ? el('a', { class: 'button main', href: `mailto:${contact.email}` }, 'Write a mail') : null,
        contact.phone && may('pii:read') ? el('a', { class: 'button', href: `tel:${contact.phone}` }, 'Call') : null,
        may('leads') ? statusChoice(call, lead, show) : el('p', {}, grade(score), ` ${lead.status}`))),
    el('div', { class: 'columns' },
      el('div', {}, score ? scoreCard(score) : el('section', {}, el('h2', {}, 'Why this score'),
        el('p', { class: 'quiet' }, 'The score is calculated within seconds; this page shows it then.')),
      el('section', {}, el('h2', {}, 'What happened'), lead.events.length
        ? el('ol', { class: 'events' }, lead.events.map((event) => el('li', {}, el('b', {}, title(event.type)),
          el('span', { class: 'quiet' }, ` ${event.source} · `, ago(event.occurred_at)))))
        : el('p', { class: 'quiet' }, 'No event yet.')),
      lead.history.length > 1 ? el('section', {}, el('h2', {}, 'Earlier scores'), table(['Score', 'Model', 'When'],
        lead.history.map((past) => el('tr', {}, el('td', {}, grade(past)), el('td', { class: 'quiet' }, past.model_version),
          el('td', { class: 'quiet' }, ago(past.calculated_at)))))) : null),
      el('div', {}, known('Person', contact), organization ? known('Company', organization) : null)),
  ];
}
