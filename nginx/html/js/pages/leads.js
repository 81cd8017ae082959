import { ago, el, grade, nameOf, table } from '../dom.js';

// Where the list was last, for the way back to it.
const addressOf = (query) => `#/leads${String(query) && `?${query}`}`;
export let address = addressOf('');

function row(lead, terms) {
  return el('tr', {},
    el('td', {}, grade(lead.score)),
    el('td', {}, el('a', { href: `#/leads/${lead.id}` }, nameOf(lead)),
      el('div', { class: 'quiet' }, lead.contact.full_name ? lead.contact.email : '')),
    el('td', {}, lead.organization?.name || lead.organization?.domain || ''),
    el('td', {}, lead.contact.job_title || ''),
    el('td', {}, lead.source.replaceAll('_', ' ')),
    el('td', {}, terms.label('statuses', lead.status),
      lead.owner ? el('div', { class: 'quiet' }, lead.owner) : null,
      lead.stage === 'done' ? null : el('div', { class: 'quiet' }, terms.label('stages', lead.stage))),
    el('td', { class: 'quiet' }, ago(lead.created_at)));
}

// The list lives in the address: a link shows the same list to somebody else, and back works.
export async function page({ call, query, may, terms }) {
  address = addressOf(query);
  const [{ data, next: cursor }, owners] = await Promise.all(
    [call('GET', `leads?limit=25&${query}`), ...(may('pii:read') ? [call('GET', 'owners')] : [])]);
  const go = (next) => { location.hash = addressOf(next); };
  const change = (name, value) => {
    const next = new URLSearchParams(location.hash.split('?')[1]);
    next.delete('cursor');
    if (value) next.set(name, value); else next.delete(name);
    go(next);
  };
  const options = (name, all, choices) => el('select', {
    'aria-label': all, onchange: (event) => change(name, event.target.value),
  }, el('option', { value: '' }, all), choices.map((choice) => el('option', {
    value: choice.name, selected: query.get(name) === choice.name,
  }, choice.label)));
  let typing;
  const search = el('input', {
    type: 'search', name: 'q', placeholder: may('pii:read') ? 'Search name, e-mail or company' : 'Search company', 'aria-label': 'Search',
    value: query.get('q') ?? '', maxlength: 100,
    oninput: (event) => {
      clearTimeout(typing);
      const here = location.hash;
      // Who has gone on to a lead meanwhile stays there.
      typing = setTimeout(() => { if (location.hash === here) change('q', event.target.value.trim()); }, 300);
    },
  });
  const next = new URLSearchParams(query);
  if (cursor) next.set('cursor', cursor);
  const filtered = ['q', 'grade', 'status', 'owner', 'stage', 'source'].some((name) => query.get(name));
  return [
    el('div', { class: 'heading' }, el('h1', {}, 'Leads')),
    el('section', {},
      el('div', { class: 'tools', role: 'search' }, search,
        options('grade', 'Every grade', terms.grades),
        options('status', 'Every status', terms.statuses),
        owners ? options('owner', 'Every owner', [{ name: 'none', label: 'Nobody' },
          ...owners.data.map(({ email, name }) => ({ name: email, label: name ?? email }))]) : null,
        options('stage', 'Every stage', terms.stages),
        options('sort', 'Newest first', [{ name: 'score', label: 'Best first' }]),
        filtered ? el('a', { class: 'button', href: '#/leads' }, 'Clear') : null),
      data.length
        ? table(['Score', 'Person', 'Company', 'Title', 'Source', 'Status', 'Received'], data.map((lead) => row(lead, terms)))
        : el('p', { class: 'empty' }, filtered
          ? 'No lead matches. Try fewer letters, or clear the search.'
          : 'No lead has come in yet. Send one to the webhook or the API.'),
      query.get('cursor') || cursor ? el('p', { class: 'pages' },
        query.get('cursor') ? el('button', { onclick: () => history.back() }, '← Back') : null,
        cursor ? el('button', { onclick: () => go(next) }, 'Next →') : null) : null),
  ];
}
