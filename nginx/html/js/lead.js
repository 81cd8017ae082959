import { el, grade, table, when } from './dom.js';

const title = (name) => name.replaceAll('_', ' ').replace(/^./, (first) => first.toUpperCase());

function known(heading, part) {
  const { id, fields = {}, consent, ...values } = part;
  const rows = Object.entries(values).filter(([, value]) => value !== null && typeof value !== 'object');
  return el('section', {}, el('h2', {}, heading), table(['', 'Value', 'Says'], rows.map(([name, value]) => {
    const said = fields[name];
    const source = said && (said.locked ? 'edited by a person' : said.source + (said.sandbox ? ' (sandbox)' : ''));
    return el('tr', {}, el('th', {}, title(name)), el('td', {}, String(value)),
      el('td', {}, source ? el('span', { class: 'source' }, source) : ''));
  })));
}

export async function leadPage(call, id) {
  const lead = await call('GET', `leads/${encodeURIComponent(id)}`);
  const { contact, organization, score } = lead;
  const sandbox = [contact, organization].some((part) => Object.values(part?.fields ?? {})
    .some((said) => said.sandbox));
  return [
    el('p', {}, el('a', { href: '#/leads' }, '← All leads')),
    sandbox ? el('p', { class: 'notice' }, 'Sandbox data: values marked “sandbox” are invented.') : null,
    el('section', {},
      el('h1', {}, contact.full_name || contact.email || 'Unknown'),
      el('p', { class: 'quiet' }, [contact.job_title, organization?.name].filter(Boolean).join(', ')),
      el('p', {}, grade(score), ` · ${lead.source} · ${lead.status} · ${lead.stage}`),
      lead.message ? el('blockquote', {}, lead.message) : null),
    score ? el('section', {}, el('h2', {}, 'Score'),
      table(['Component', '', 'Points'], Object.entries(score.components).map(([name, points]) => el(
        'tr', {}, el('th', {}, title(name)),
        el('td', {}, el('meter', { min: 0, max: 100, value: points }, String(points))),
        el('td', { class: 'number' }, points.toFixed(2))))),
      el('h2', {}, 'Reasons'),
      table(['Component', 'Reason', 'Points'], score.reasons.map((reason) => el('tr', {},
        el('td', { class: 'quiet' }, title(reason.component)), el('td', {}, reason.text),
        el('td', { class: 'number' }, reason.points.toFixed(2)))))) : null,
    known('Contact', contact),
    organization ? known('Organization', organization) : null,
    el('section', {}, el('h2', {}, 'What happened'), table(['When', 'What', 'From'], lead.events.map(
      (event) => el('tr', {}, el('td', {}, when(event.occurred_at)), el('td', {}, title(event.type)),
        el('td', { class: 'quiet' }, event.source))))),
  ].filter(Boolean);
}
