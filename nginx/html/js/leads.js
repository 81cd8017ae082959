import { el, grade, table, when } from './dom.js';

const SHOWN = { received: 'Received', scored: 'Scored', queued: 'In work', waiting: 'Waiting', dead: 'Failed', rejected: 'Refused' };

export async function leadList(call, query) {
  const [overview, page] = await Promise.all([
    call('GET', 'stats/overview'), call('GET', `leads?limit=25&${query}`),
  ]);
  const change = (name, value) => {
    const next = new URLSearchParams(query);
    next.delete('cursor');
    if (value) next.set(name, value); else next.delete(name);
    location.hash = `#/leads?${next}`;
  };
  const options = (name, all, values) => el('select', {
    'aria-label': all, onchange: (event) => change(name, event.target.value),
  }, el('option', { value: '' }, all), values.map((value) => el('option', {
    value, selected: query.get(name) === value ? '' : null,
  }, value)));
  const search = el('input', {
    type: 'search', placeholder: 'Search name, e-mail, company', 'aria-label': 'Search',
    value: query.get('q') ?? '', onchange: (event) => change('q', event.target.value.trim()),
  });
  const next = new URLSearchParams(query);
  if (page.next) next.set('cursor', page.next);
  return [
    el('div', { class: 'tiles' }, Object.entries(SHOWN).map(([key, title]) => el(
      'div', { class: 'tile' }, el('b', {}, String(overview.totals[key])), title))),
    el('section', {},
      el('div', { class: 'tools' }, search, options('grade', 'Every grade', ['hot', 'warm', 'cold']),
        options('sort', 'Newest first', ['score'])),
      page.data.length ? table(['Score', 'Name', 'Company', 'Title', 'Source', 'Received'],
        page.data.map((lead) => el('tr', {},
          el('td', {}, grade(lead.score)),
          el('td', {}, el('a', { href: `#/leads/${lead.id}` },
            lead.contact.full_name || lead.contact.email || lead.contact.phone || 'Unknown')),
          el('td', {}, lead.organization?.name || lead.organization?.domain || ''),
          el('td', {}, lead.contact.job_title || ''), el('td', {}, lead.source),
          el('td', { class: 'quiet' }, when(lead.created_at)))))
        : el('p', { class: 'quiet' }, 'No lead matches. Clear the search, or send a lead in.'),
      page.next ? el('p', {}, el('a', { href: `#/leads?${next}` }, 'Next page')) : null),
  ];
}
