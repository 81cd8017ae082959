// One lead: who it is and what they refuse, its score with reasons, all that happened, and what can be done about it.
import { el } from '../dom.js';
import { ago, money, readable, title } from '../format.js';
import { assign, moreMenu, openMenu, originsSection, ownerMenu, statusMenu, takeButton } from '../parts/lead-actions.js';
import { beginEdit, heldSection, profileSection } from '../parts/lead-profile.js';
import { scoreSection } from '../parts/lead-score.js';
import { timelineSection } from '../parts/lead-timeline.js';
import { mailTo, ofKind, purposeOf, sourceOf } from '../parts/lead-words.js';
import { grade, nameOf, pairs, source } from '../parts/pieces.js';
import { note } from '../parts/states.js';
import { PAGES } from '../router.js';
import { t } from '../texts.js';

export const at = { path: 'leads/:id', scope: 'leads:read' };
export const live = 15;

const LONG = 400; // letters of a message that are shown at once
const MANY = 12; // tags
const LIST = 'leads.list'; // the list that one came from: {address, ids, query?}

function listFrom() {
  try { return JSON.parse(sessionStorage.getItem(LIST)) ?? {}; } catch { return {}; }
}

// The leads before and after in that list: of its page, else as the service finds them.
async function neighbours({ call, params: { id } }) {
  const { ids = [], query = null } = listFrom();
  const place = ids.indexOf(id);
  const [previous, next] = place < 0 ? [null, null] : [ids[place - 1] ?? null, ids[place + 1] ?? null];
  if (query === null || (previous && next)) return { previous, next };
  const found = await call('GET', `leads/${id}/neighbours?${query}`).catch(() => ({ previous: null, next: null }));
  return { previous: previous ?? found.previous, next: next ?? found.next };
}

// What stands around the lead; what hangs on its person is asked once that is known.
async function around(ctx, path, lead) {
  const { call } = ctx;
  const staff = ctx.may('pii:read');
  const of = ({ contact, organization }) => Promise.all([call('GET', `contacts/${contact.id}/origins`),
    ...[['contact', contact], ['organization', organization]].filter(([, part]) => part).map(([kind, part]) => call('GET', `held-answers?${kind}_id=${part.id}`))]);
  const [receipt, mail, steps, near, owners, assignments, [origins, ...held]] = await Promise.all([call('GET', `${path}/receipt`), call('GET', 'stats/mail'), call('GET', `${path}/steps`), neighbours(ctx),
    staff ? call('GET', 'owners') : { data: [] }, staff ? call('GET', `${path}/assignments`) : { data: [] }, lead.then(of)]);
  return { receipt, mail: mail.data, steps: steps.data, origins, near, owners: owners.data, assignment: assignments.data[0] ?? null, held: held.flatMap(({ data }) => data) };
}

export async function load(ctx) {
  const { call, state } = ctx;
  const path = `leads/${encodeURIComponent(ctx.params.id)}`;
  const kind = ctx.query.get('kind');
  const asked = call('GET', path);
  const first = state.around ? null : around(ctx, path, asked);
  first?.catch(() => {}); // the lead's own problem is the one to tell
  const [lead, timeline] = await Promise.all([asked, call('GET', `${path}/timeline?limit=30${kind ? `&kind=${encodeURIComponent(kind)}` : ''}`)]);
  const key = JSON.stringify([lead.version, lead.updated_at, kind, timeline.data[0]]);
  // It is asked for again when something happened to the lead.
  if (state.key !== key) Object.assign(state, { around: await (first ?? around(ctx, path, asked)), key });
  return { lead, timeline, ...state.around };
}

const inForce = ({ refused, holds }) => refused && holds;

const statement = ({ purpose, refused, holds, source: from, stated_at: said, reason }) => el('li', {},
  el('b', {}, t(refused ? 'lead.refused' : 'lead.agreed', { purpose: purposeOf(purpose) })), holds ? '' : ` ${t('lead.holds_no_more')}`,
  el('span', { class: 'quiet' }, ` · ${sourceOf(from)} · `, ago(said), reason ? ` · ${reason}` : ''));

// A button, or why there is none.
const contact = (allowed, refused, attributes, text) => (allowed ? el('a', attributes, text) : el('span', { class: 'refused' }, refused));

function message(text) {
  if (!text) return null;
  const quote = (words, name) => el('blockquote', { key: name, dir: 'auto' }, words);
  return text.length <= LONG ? quote(text, 'message') : [quote(`${text.slice(0, LONG)}…`, 'begin'), el('details', { key: 'rest' }, el('summary', {}, t('lead.whole_message')), el('div', { class: 'whole', tabindex: '0', role: 'region', 'aria-label': t('lead.message') }, quote(text, 'message')))];
}

function tags(all, ctx) {
  const one = (tag) => (ctx.may('pii:read') ? el('a', { key: tag, class: 'tag', dir: 'auto', href: `#/leads?tag=${encodeURIComponent(tag)}` }, tag) : el('span', { key: tag, class: 'tag', dir: 'auto' }, tag));
  return all.length ? el('div', { key: 'tags' }, all.slice(0, MANY).map(one), all.length > MANY ? el('details', {}, el('summary', {}, t('lead.more_tags', { n: all.length - MANY })), all.slice(MANY).map(one)) : null) : null;
}

// What came with the lead beside what is known of the person, in its own words.
function sent(lead, ctx) {
  const labels = Object.fromEntries(['lead', 'organization', 'contact'].flatMap((entity) => ctx.terms.fieldsOf(entity)).filter(({ lead: name }) => name).map((field) => [field.lead, field.label]));
  const unused = (lead.warnings ?? []).filter(({ value }) => (value ?? '') !== '');
  const before = lead.refusals.filter((said) => !inForce(said));
  const other = Object.keys(lead.first_utm ?? {}).length > 0 && readable(lead.first_utm) !== readable(lead.utm ?? {}); // than the last one
  const block = (head, values, name = title) => (Object.keys(values ?? {}).length ? [el('h3', {}, head), pairs(Object.entries(values).map(([key, value]) => [name(key), el('span', { dir: 'auto' }, readable(value))]))] : []);
  const parts = [
    ...(unused.length ? [el('h3', {}, t('lead.unused')), el('ul', { class: 'plain' }, unused.map(({ pointer, detail, value }, index) => el('li', { key: index },
      `${labels[pointer.split('/')[1]] ?? title(pointer.slice(1))}: `, el('b', { dir: 'auto' }, `“${readable(value)}”`), el('span', { class: 'quiet' }, ` ${detail ?? ''}`))))] : []),
    ...block(t('lead.answers'), lead.custom), ...block(t(other ? 'lead.campaign_last' : 'lead.campaign'), lead.utm), ...block(t('lead.campaign_first'), other ? lead.first_utm : {}),
    ...block(t('lead.consent'), lead.contact.consent, purposeOf), ...block(t('lead.elsewhere'), { ...lead.external_ids, ...(lead.owner_name ? { owner: lead.owner_name } : {}), ...(lead.outcome ? { outcome: lead.outcome } : {}) }),
    ...(before.length ? [el('h3', {}, t('lead.said_before')), el('ul', { class: 'plain' }, before.map(statement))] : []),
  ];
  return parts.length ? el('section', { key: 'sent', class: 'sent' }, el('h2', {}, t('lead.sent')), parts) : null;
}

// What providers were asked, why, what it cost and changed.
const spent = (receipt) => el('section', { key: 'receipt' }, el('h2', {}, t('lead.cost')),
  el('p', {}, money(receipt.cost), receipt.sandbox_cost ? ` ${t('lead.cost.play', { cost: money(receipt.sandbox_cost) })}` : '', receipt.stopped_text ? ` · ${receipt.stopped_text}` : ''),
  receipt.calls.length ? el('details', {}, el('summary', {}, t('lead.questions', { n: receipt.calls.length })), el('ul', { class: 'plain lines' }, receipt.calls.map((each) => el('li', { key: each.call_id }, each.text, el('span', { class: 'quiet' }, ' ', ago(each.asked_at))))))
    : el('p', { class: 'quiet' }, t('lead.no_questions')));

function followed(change) {
  if (!change) return null;
  return el('p', { class: 'quiet' }, t('lead.became_hot'), ' ', ago(change.at), ', ', change.touched_at ? [ofKind('touched', change.touched_how), ' ', ago(change.touched_at)] : t('lead.untouched'));
}

function headOf({ lead, near, owners, assignment }, ctx) {
  const { contact: person, organization: company, score } = lead;
  const [seen, edits] = [ctx.may('pii:read'), ctx.may('leads')];
  const grades = (name) => ctx.terms.label('grades', name);
  const held = lead.refusals.filter(inForce);
  const { address } = listFrom();
  // Who writes or calls is reminded of the lead no more; that is noted beside it, and never in the way of it.
  const touch = (how) => () => { if (edits) ctx.call('POST', `leads/${lead.id}/touches`, { how }).catch(() => {}); };
  const beside = (id, text, key) => (id ? el('a', { class: 'button small', key, href: `#/leads/${id}`, rel: key, title: text }, key === 'next' ? `${t('lead.next')} ›` : `‹ ${t('lead.previous')}`) : null);
  return [
    el('nav', { class: 'spread lead-nav', 'aria-label': t('lead.place') }, el('a', { href: address ?? '#/leads' }, `← ${t(address?.includes('?') ? 'lead.to_list' : 'lead.to_all')}`), el('span', { class: 'row' }, beside(near.previous, t('lead.previous'), 'prev'), beside(near.next, t('lead.next'), 'next'))),
    el('section', { class: 'person', key: 'head' },
      el('div', { class: 'heading' }, el('h1', { tabindex: '-1', dir: 'auto' }, nameOf(lead)), el('div', { class: 'row' }, el('span', { class: 'big' }, grade(score, grades)), el('span', { class: 'tag' }, ctx.terms.label('statuses', lead.status)),
        lead.stage && lead.stage !== 'done' ? el('span', { class: 'tag' }, ctx.terms.label('stages', lead.stage)) : null, lead.is_test ? el('span', { class: 'tag' }, t('lead.test')) : null)),
      held.length ? el('ul', { class: 'refusals', 'aria-label': t('lead.refusals') }, held.map(statement)) : null,
      el('p', {}, el('bdi', {}, person.job_title ?? ''), person.job_title && (company?.name ?? company?.domain) ? ' · ' : '', el('bdi', {}, company?.name ?? company?.domain ?? '')),
      el('div', { class: 'row actions' },
        person.email && seen ? contact(lead.may_email !== false, t('lead.no_mail'), { class: 'button main', href: mailTo(person.email), onclick: touch('mail') }, t('lead.mail')) : null,
        person.phone && seen ? contact(lead.may_call !== false, t('lead.no_call'), { class: 'button', href: `tel:${person.phone}`, onclick: touch('call') }, t('lead.call')) : null,
        edits ? [takeButton(ctx, lead), statusMenu(ctx, lead), seen ? [ownerMenu(ctx, lead, owners),
          ctx.me?.email && lead.owner !== ctx.me.email && owners.some(({ email }) => email === ctx.me.email) ? el('button', { key: 'mine', onclick: () => assign(ctx, lead, ctx.me.email) }, t('lead.to_me')) : null] : null] : null,
        moreMenu(ctx, lead)),
      el('p', { class: 'quiet' }, t('lead.from', { source: source(lead.source) }), ' ', ago(lead.created_at), seen ? [' · ', lead.owner ? t('lead.with', { name: lead.owner }) : t('lead.with_nobody'),
        assignment && assignment.owner_id === lead.owner_id ? [' ', ago(assignment.at), `: ${assignment.reason}`] : ''] : ''),
      followed(lead.hot_changes[0]), message(lead.message), tags(lead.tags, ctx))];
}

function notices(lead) {
  const invented = [lead.contact, lead.organization].some((part) => Object.values(part?.fields ?? {}).some(({ sandbox }) => sandbox));
  return [
    lead.masked ? note(t('lead.masked')) : null,
    lead.stage === 'waiting' && lead.stage_reason ? note(lead.stage_reason) : null,
    ['dead', 'let_go'].includes(lead.stage) ? el('p', { class: 'problem', role: 'alert' }, `${t(`lead.${lead.stage}`)} ${lead.stage_reason ?? lead.stage_code ?? ''}`) : null,
    invented ? note(t('lead.invented')) : null];
}

// A link to the reasons opens them: once, when the page is there.
function showPart(ctx) {
  const wanted = ctx.query.get('show');
  if (!wanted || ctx.state.shown === wanted) return;
  ctx.state.shown = wanted;
  setTimeout(() => document.getElementById(wanted)?.querySelector('h2')?.scrollIntoView(), 0);
}

export function render(data, ctx) {
  const { lead, receipt, mail, steps, origins, timeline, held } = data;
  const reach = { mail: lead.may_email !== false && ctx.may('pii:read'), call: lead.may_call !== false && ctx.may('pii:read') };
  const asked = [...new Set(receipt.calls.map(({ provider }) => provider))];
  const more = { ctx, reach, mail, asked };
  const companies = PAGES.some(({ path }) => path === 'companies/:id');
  showPart(ctx);
  return { title: nameOf(lead), nodes: [
    ...headOf(data, ctx), ...notices(lead),
    el('div', { class: 'columns' },
      el('div', {}, scoreSection(lead, steps, ctx, ctx.query.get('show') === 'score'), timelineSection(timeline, receipt, ctx)),
      el('div', {}, heldSection(held, ctx), sent(lead, ctx), profileSection('contact', lead.contact, ctx.terms.fieldsOf('contact'), more),
        lead.organization ? profileSection('organization', lead.organization, ctx.terms.fieldsOf('organization'), { ...more, reach: {}, href: companies ? `#/companies/${lead.organization.id}` : null }) : null,
        originsSection(origins, lead, ctx), spent(receipt))),
  ] };
}

const beside = (side) => (ctx, { near }) => { if (near[side]) ctx.go(`#/leads/${near[side]}`); };

export const keys = {
  n: { text: 'lead.key.next', run: beside('next') },
  p: { text: 'lead.key.previous', run: beside('previous') },
  a: { text: 'lead.key.assign', run: (ctx, { lead, owners }) => { if (ctx.may('leads') && owners.some(({ email }) => email === ctx.me?.email)) assign(ctx, lead, ctx.me.email); } },
  e: { text: 'lead.key.edit', run: (ctx, { lead }) => { if (ctx.may('leads') && ctx.may('pii:read')) beginEdit(ctx, 'contact', lead.contact.id, 'job_title'); } },
  s: { text: 'lead.key.status', run: () => openMenu('status') },
};
