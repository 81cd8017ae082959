import { ago, el, grade, nameOf, table } from './dom.js';

const STATUSES = ['new', 'working', 'qualified', 'converted', 'lost', 'archived'];
const STAGES = { queued: 'queued', leased: 'in work', waiting: 'waiting', scored: 'scored', done: 'done', dead: 'failed' };

function row(lead) {
  return el('tr', {},
    el('td', {}, grade(lead.score)),
    el('td', {}, el('a', { href: `#/leads/${lead.id}` }, nameOf(lead)),
      el('div', { class: 'quiet' }, lead.contact.full_name ? lead.contact.email : '')),
    el('td', {}, lead.organization?.name || lead.organization?.domain || ''),
    el('td', {}, lead.contact.job_title || ''),
    el('td', {}, lead.source.replaceAll('_', ' ')),
    el('td', {}, lead.status, lead.stage === 'done' ? null : el('div', { class: 'quiet' }, STAGES[lead.stage])),
    el('td', { class: 'quiet' }, ago(lead.created_at)));
}

// The list lives in the address: a link shows the same list to somebody else, and back works.
export async function leadList(call, query, may) {
  const asked = new URLSearchParams(query);
  const page = await call('GET', `leads?limit=25&${asked}`);
  const go = (next) => { location.hash = `#/leads${String(next) && `?${next}`}`; };
  const change = (name, value) => {
    const next = new URLSearchParams(location.hash.split('?')[1]);
    next.delete('cursor');
    if (value) next.set(name, value); else next.delete(name);
    go(next);
  };
  const options = (name, all, values) => el('select', {
    'aria-label': all, onchange: (event) => change(name, event.target.value),
  }, el('option', { value: '' }, all), values.map(([value, text]) => el('option', {
    value, selected: query.get(name) === value,
  }, text)));
  let typing;
  const search = el('input', {
    type: 'search', name: 'q', placeholder: may('pii:read') ? 'Search name, e-mail or company' : 'Search company', 'aria-label': 'Search',
    value: query.get('q') ?? '', maxlength: 100,
    oninput: (event) => {
      clearTimeout(typing);
      typing = setTimeout(() => change('q', event.target.value.trim()), 300);
    },
  });
  const next = new URLSearchParams(query);
  if (page.next) next.set('cursor', page.next);
  const filtered = ['q', 'grade', 'status', 'stage', 'source'].some((name) => query.get(name));
  return [
    el('div', { class: 'heading' }, el('h1', {}, 'Leads')),
    el('section', {},
      el('div', { class: 'tools', role: 'search' }, search,
        options('grade', 'Every grade', ['hot', 'warm', 'cold'].map((name) => [name, name])),
        options('status', 'Every status', STATUSES.map((name) => [name, name])),
        options('stage', 'Every stage', Object.entries(STAGES)),
        options('sort', 'Newest first', [['score', 'Best first']]),
        filtered ? el('a', { class: 'button', href: '#/leads' }, 'Clear') : null),
      page.data.length
        ? table(['Score', 'Person', 'Company', 'Title', 'Source', 'Status', 'Received'], page.data.map(row))
        : el('p', { class: 'empty' }, filtered
          ? 'No lead matches. Try fewer letters, or clear the search.'
          : 'No lead has come in yet. Send one to the webhook or the API.'),
      query.get('cursor') || page.next ? el('p', { class: 'pages' },
        query.get('cursor') ? el('button', { onclick: () => history.back() }, '← Back') : null,
        page.next ? el('button', { onclick: () => go(next) }, 'Next →') : null) : null),
  ];
}
