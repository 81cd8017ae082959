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
  const source = field.locked ? field.source : field.source.replaceAll('_', ' ');
  return el('span', { class: 'source', title: field.observed_at ? `observed ${when(field.observed_at)}` : null },
    source, field.sandbox ? ' (sandbox)' : '',
    field.confidence === null || field.confidence === undefined || field.locked ? '' : ` · ${Math.round(field.confidence * 100)} %`,
    field.others?.length ? others(field) : null);
}

// What else was said of a field, and lost.
const others = ({ others: told, contradicted }) => el('details', {},
  el('summary', {}, contradicted ? 'contradicted' : `${told.length} more`),
  el('ul', {}, told.map(({ source, value, contradicts, observed_at: at }) => el('li', {},
    contradicts ? el('b', {}, String(value)) : String(value ?? 'no value'), ` · ${source.replaceAll('_', ' ')} · `, ago(at)))));

// What is known, and what a person took away.
function known(heading, part, fields, may = {}, mail = []) {
  const shown = fields.filter(({ name, derived }) => !KEYS.includes(name) && ((part[name] ?? null) !== null
    ? typeof part[name] !== 'object' : !derived && part.fields?.[name]?.removed));
  return el('section', {}, el('h2', {}, heading), shown.length
    ? table(['Field', 'Value', 'Source'], shown.map(({ name, label }) => el('tr', {}, el('th', { scope: 'row' }, label),
      el('td', {}, part[name] === undefined ? el('span', { class: 'quiet' }, '–') : link(name, String(part[name]), may),
        name === 'email_status' ? measured(mail, part[name]) : null),
      el('td', {}, said(part.fields?.[name])))))
    : el('p', { class: 'quiet' }, 'Nothing is known.'));
}

// How many addresses of a class bounced so far.
function measured(mail, status) {
  const told = mail.find(({ email_status: of }) => of === status);
  return told ? el('span', { class: 'quiet' },
    ` · ${(100 * told.bounce_rate).toFixed(1)} % of ${told.addresses.toLocaleString()} bounced`) : null;
}

function link(name, value, may) {
  if (name === 'email' && may.mail) return el('a', { href: `mailto:${value}` }, value);
  if (name === 'phone' && may.call) return el('a', { href: `tel:${value}` }, value);
  if (name === 'linkedin_url' && value.startsWith('https://www.linkedin.com/')) {
    return el('a', { href: value, rel: 'noopener noreferrer', target: '_blank' }, value.replace('https://www.', ''));
  }
  return value;
}

// What somebody refuses or agrees to, by purpose.
const PURPOSES = {
  marketing_email: 'marketing mail', phone: 'calls', any_contact: 'any contact', enrichment: 'enrichment', any: 'everything',
};

const purpose = (name) => PURPOSES[name] ?? title(name).toLowerCase();

const inForce = ({ refused, holds }) => refused && holds;

const statement = ({ refused, holds, ...said }) => el('li', {},
  el('b', {}, `${refused ? 'Refused' : 'Agreed to'}: ${purpose(said.purpose)}`), holds ? '' : ' (holds no more)',
  el('span', { class: 'quiet' }, ` · ${said.source.replaceAll('_', ' ')} · `, ago(said.stated_at)),
  said.reason ? el('span', { class: 'quiet' }, ` · ${said.reason}`) : null);

function refusals(lead) {
  const held = (lead.refusals ?? []).filter(inForce);
  return held.length ? el('ul', { class: 'refusals', 'aria-label': 'Refusals' }, held.map(statement)) : null;
}

// What was done about a lead since it became hot.
const TOUCHED = {
  claim: 'claimed', status: 'given a status', button: 'handled', reply: 'answered by them', call: 'called', mail: 'written to',
};

const followed = (change) => (change ? el('p', { class: 'quiet' }, 'Became hot ', ago(change.at),
  ...(change.touched_at ? [`, ${TOUCHED[change.touched_how]} `, ago(change.touched_at)] : [', touched by nobody yet'])) : null);

// Who has a lead, and why they.
const owned = (lead, last) => el('p', { class: 'quiet' }, lead.owner ? `With ${lead.owner}` : 'With nobody',
  last && last.owner_id === lead.owner_id ? [' ', ago(last.at), `: ${last.reason}`] : null);

// A button, or why there is none.
function contactButton(allowed, refused, attributes, text) {
  return allowed ? el('a', attributes, text) : el('span', { class: 'refused' }, refused);
}

// Any value of a lead as people read it.
function readable(value) {
  if (value === true) return 'yes';
  if (value === false) return 'no';
  if (Array.isArray(value)) return value.map(readable).join(', ');
  if (value !== null && typeof value === 'object') return Object.entries(value).map(([name, part]) => `${title(name)}: ${readable(part)}`).join('; ');
  return String(value ?? '');
}

const pairs = (heading, values, name = title) => (Object.keys(values ?? {}).length ? [
  el('h3', {}, heading),
  el('dl', {}, Object.entries(values).map(([key, value]) => [el('dt', {}, name(key)), el('dd', {}, readable(value))]).flat()),
] : []);

// What came with the lead beside what is known of the person: in its own words.
function sent(lead, terms) {
  const labels = Object.fromEntries(['lead', 'organization', 'contact'].flatMap((entity) => terms.fieldsOf(entity))
    .filter(({ lead: name }) => name).map((field) => [field.lead, field.label]));
  const unused = (lead.warnings ?? []).filter(({ value }) => (value ?? '') !== '');
  const before = (lead.refusals ?? []).filter((said) => !inForce(said));
  const parts = [
    ...(unused.length ? [el('h3', {}, 'Could not be used'), el('ul', { class: 'unused' }, unused.map(({ pointer, detail, value }) => el('li', {},
      `${labels[pointer.split('/')[1]] ?? title(pointer.slice(1))}: `, el('b', {}, `“${readable(value)}”`), el('span', { class: 'quiet' }, ` ${detail}`))))] : []),
    ...pairs('Answers', lead.custom),
    ...pairs(Object.keys(lead.first_utm ?? {}).length ? 'Campaign that led here last' : 'Campaign', lead.utm),
    ...pairs('Campaign that led here first', lead.first_utm),
    ...pairs('Consent', lead.contact.consent, (name) => title(purpose(name))),
    ...(before.length ? [el('h3', {}, 'What they said about being contacted'), el('ul', { class: 'unused' }, before.map(statement))] : []),
  ];
  return parts.length ? el('section', { class: 'sent' }, el('h2', {}, 'What they sent'), parts) : null;
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

// What providers were asked, why, what it cost and changed.
const spent = (receipt) => el('section', { class: 'receipt' }, el('h2', {}, 'What it cost'),
  el('p', {}, `${receipt.cost.toLocaleString()} USD`,
    receipt.sandbox_cost ? ` (and ${receipt.sandbox_cost.toLocaleString()} USD of play money in the sandbox)` : '',
    receipt.stopped_text ? `. ${receipt.stopped_text}` : ''),
  receipt.calls.length
    ? el('details', {}, el('summary', {}, `${receipt.calls.length} questions to providers`),
      el('ul', { class: 'unused' }, receipt.calls.map((call) => el('li', {}, call.text, el('span', { class: 'quiet' }, ' ', ago(call.asked_at))))))
    : el('p', { class: 'quiet' }, 'No provider was asked.'));

function gauge(score) {
  if (!score) return el('div', { class: 'gauge none', 'data-live': true }, el('b', {}, '–'), el('span', {}, NOT_SCORED));
  const box = el('div', { class: `gauge ${score.grade}`, role: 'img', 'aria-label': `Score ${points(score.total)} of 100, ${score.grade}` },
    el('b', {}, points(score.total)), el('span', {}, score.grade));
  box.style.setProperty('--share', `${score.total}%`);
  return box;
}

// Does something about the lead, says what came of it and shows the lead anew.
async function act(reload, work) {
  try {
    toast(await work());
  } catch (problem) {
    toast(problem instanceof Problem ? problem.message : 'That could not be saved.');
  }
  await reload();
}

// A field of the lead that is chosen: of [value, label] the one that it has.
function choice(lead, { call, reload }, name, options, chosen) {
  const box = el('select', {
    onchange: () => act(reload, async () => {
      await call('PATCH', `leads/${lead.id}`, { [name]: box.value || null }, { 'If-Match': `"${lead.version}"` });
      return `${title(name)} is now “${box.selectedOptions[0].textContent}”.`;
    }),
  }, options.map(([value, label]) => el('option', { value, selected: value === chosen }, label)));
  return el('label', { class: 'inline' }, `${title(name)} `, box);
}

const statusChoice = (lead, { terms, ...does }) => choice(lead, does, 'status', terms.statuses.map(({ name, label }) => [name, label]), lead.status);

// Whose it can be; whose it is stays in the list when they left.
function ownerChoice(lead, does, owners) {
  const listed = owners.map(({ email, name }) => [email, name ?? email]);
  const left = lead.owner && !owners.some(({ email }) => email === lead.owner) ? [[lead.owner, lead.owner]] : [];
  return choice(lead, does, 'owner', [['', 'nobody'], ...left, ...listed], lead.owner ?? '');
}

// A hot lead that nobody touched can be taken here, as in its messages.
const takeButton = (lead, { call, reload }) => (lead.hot_changes.length && !lead.hot_changes[0].touched_at && lead.status === 'new'
  ? el('button', { onclick: () => act(reload, async () => (await call('POST', `leads/${lead.id}/handlings`, { kind: 'claim' })).said) }, 'Take it') : null);

export async function page({ call, params, may, terms, reload }) {
  const path = `leads/${encodeURIComponent(params.id)}`;
  const seen = may('pii:read');
  const [lead, receipt, mail, assignments, owners] = await Promise.all(
    [call('GET', path), call('GET', `${path}/receipt`), call('GET', 'stats/mail'),
      ...(seen ? [call('GET', `${path}/assignments`), call('GET', 'owners')] : [])]);
  const { contact, organization, score } = lead;
  // Who writes or calls is reminded of the lead no more; that is noted beside it, and never in the way of it.
  const touch = (how) => () => { if (may('leads')) call('POST', `${path}/touches`, { how }).catch(() => {}); };
  const reach = { mail: lead.may_email !== false, call: lead.may_call !== false };
  const sandbox = [contact, organization].some((part) => Object.values(part?.fields ?? {})
    .some((field) => field.sandbox));
  return [
    el('p', {}, el('a', { href: address }, '← All leads')),
    sandbox ? el('p', { class: 'notice' }, 'Sandbox data: values marked “sandbox” are invented.') : null,
    lead.stage === 'waiting' && lead.stage_reason ? el('p', { class: 'notice' }, lead.stage_reason) : null,
    ['dead', 'let_go'].includes(lead.stage) ? el('p', { class: 'problem', role: 'alert' }, `${lead.stage === 'dead' ? 'This lead could not be processed' : 'The workflow let this lead go'}: ${lead.stage_reason ?? lead.stage_code}`) : null,
    el('section', { class: 'person' }, gauge(score),
      el('div', {}, el('h1', {}, nameOf(lead)),
        refusals(lead),
        el('p', {}, [contact.job_title, organization?.name].filter(Boolean).join(' · ')),
        el('p', { class: 'quiet' }, `from ${lead.source.replaceAll('_', ' ')}, `, ago(lead.created_at),
          !lead.stage || lead.stage === 'done' ? '' : `, ${terms.label('stages', lead.stage).toLowerCase()}`),
        followed(lead.hot_changes[0]),
        seen ? owned(lead, assignments.data[0]) : null,
        lead.message ? el('blockquote', {}, lead.message) : null,
        lead.tags.length ? el('p', {}, lead.tags.map((tag) => el('span', { class: 'source' }, tag))) : null),
      el('div', { class: 'actions' },
        contact.email && seen ? contactButton(reach.mail, 'No mail: they refused it',
          { class: 'button main', href: `mailto:${contact.email}`, onclick: touch('mail') }, 'Write a mail') : null,
        contact.phone && seen ? contactButton(reach.call, 'No call: they refused it',
          { class: 'button', href: `tel:${contact.phone}`, onclick: touch('call') }, 'Call') : null,
        may('leads') ? [takeButton(lead, { call, reload }), statusChoice(lead, { call, terms, reload }),
          seen ? ownerChoice(lead, { call, reload }, owners.data) : null]
          : el('p', {}, grade(score), ` ${terms.label('statuses', lead.status)}`))),
    el('div', { class: 'columns' },
      el('div', {}, score ? scoreCard(score) : el('section', {}, el('h2', {}, 'Why this score'),
        el('p', { class: 'quiet' }, 'The score is calculated within seconds; this page shows it then.')),
      el('section', {}, el('h2', {}, 'What happened'), lead.events.length
        ? el('ol', { class: 'events' }, lead.events.map((event) => el('li', {}, el('b', {}, terms.label('events', event.type)),
          el('span', { class: 'quiet' }, ` ${event.source} · `, ago(event.occurred_at)),
          event.machine ? el('span', { class: 'quiet' }, ` · a machine: ${terms.label('machines', event.machine)}`) : null)))
        : el('p', { class: 'quiet' }, 'No event yet.')),
      lead.history.length > 1 ? el('section', {}, el('h2', {}, 'Earlier scores'), table(['Score', 'Model', 'When'],
        lead.history.map((past) => el('tr', {}, el('td', {}, grade(past)), el('td', { class: 'quiet' }, past.model_version),
          el('td', { class: 'quiet' }, ago(past.calculated_at)))))) : null),
      el('div', {}, sent(lead, terms), known('Person', contact, terms.fieldsOf('contact'), reach, mail.data),
        organization ? known('Company', organization, terms.fieldsOf('organization')) : null,
        spent(receipt))),
  ];
}
