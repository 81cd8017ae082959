// What can be done about a lead: whose it is, where it stands, asking again, merging, forgetting.
import { call, download } from '../api.js';
import { el, patch } from '../dom.js';
import { money, number, when } from '../format.js';
import { t } from '../texts.js';
import { ask, confirm } from './dialog.js';
import { field } from './form.js';
import { nameOf } from './pieces.js';
import { failed, note, sentence } from './states.js';
import { failure, toast } from './toast.js';
import { inWords, purposeOf, textOf } from './lead-words.js';

const SNOOZES = [60, 240, 1440, 10080];
const WAIT_MS = 250;

const patchLead = (ctx, lead, changes) => ctx.call('PATCH', `leads/${lead.id}`, changes, { 'If-Match': `"${lead.version}"` });

// Change something of a lead, with the way back, as long as nobody changed it since.
const change = (ctx, lead, name, value, done) => (value === (lead[name] ?? null) ? null : ctx.act(() => patchLead(ctx, lead, { [name]: value }), {
  done, undo: (now) => patchLead(ctx, now, { [name]: lead[name] ?? null }) }));

export const assign = (ctx, lead, owner) => change(ctx, lead, 'owner', owner, owner ? t('lead.assigned', { name: owner }) : t('lead.assigned_nobody'));
export const setStatus = (ctx, lead, status) => change(ctx, lead, 'status', status, t('lead.status_now', { status: ctx.terms.label('statuses', status) }));

// A button that opens a list of choices; one acts when it is pressed, not when a key passes over it.
export const menu = (name, text, entries) => el('details', { class: 'more-filters', key: name, 'data-menu': name,
  onkeydown: (event) => { if (event.key === 'Escape') { event.currentTarget.open = false; event.currentTarget.firstChild.focus(); } } },
el('summary', { class: 'button' }, text, el('span', { 'aria-hidden': 'true' }, ' ▾')),
el('div', { class: 'panel menu' }, entries.filter(Boolean).map(({ key, label, run, current, danger }) => el('button', { key: key ?? label, type: 'button', class: danger ? 'danger' : null, 'aria-current': current ? 'true' : null,
  onclick: (event) => { event.currentTarget.closest('details').open = false; run(); } }, label))));

export function openMenu(name) {
  const found = document.querySelector(`#view [data-menu=${name}]`);
  if (!found) return;
  found.open = true;
  (found.querySelector('[aria-current]') ?? found.querySelector('button'))?.focus();
}
addEventListener('click', ({ target }) => document.querySelectorAll('#view [data-menu][open]').forEach((each) => { if (!each.contains(target)) each.open = false; }));

export const statusMenu = (ctx, lead) => menu('status', `${t('lead.status')}: ${ctx.terms.label('statuses', lead.status)}`, ctx.terms.statuses.map(({ name, label }) => ({ key: name, label, current: name === lead.status, run: () => setStatus(ctx, lead, name) })));

export function ownerMenu(ctx, lead, owners) {
  const nameOfOwner = ({ email, name }) => name ?? email;
  const here = owners.find(({ email }) => email === lead.owner);
  return menu('owner', `${t('lead.owner')}: ${lead.owner ? (here ? nameOfOwner(here) : lead.owner) : t('nobody')}`, [
    ctx.me?.email && lead.owner !== ctx.me.email && owners.some(({ email }) => email === ctx.me.email) ? { key: 'me', label: t('lead.to_me'), run: () => assign(ctx, lead, ctx.me.email) } : null,
    ...owners.map((owner) => ({ key: owner.id, label: nameOfOwner(owner), current: owner.email === lead.owner, run: () => assign(ctx, lead, owner.email) })),
    { key: 'nobody', label: t('nobody'), current: !lead.owner, run: () => assign(ctx, lead, null) }]);
}

// A press as in the lead's messages; the service says what came of it.
async function handle(ctx, lead, kind, more = {}) {
  let answer;
  const went = await ctx.act(async () => { answer = await ctx.call('POST', `leads/${lead.id}/handlings`, { kind, ...more }); });
  if (went) toast(answer.said, answer.handling && answer.verdict === 'done' ? () => ctx.act(() => ctx.call('POST', `handlings/${answer.handling.id}/undo`, {}), { done: t('undone') }) : null);
}

export const takeButton = (ctx, lead) => (lead.hot_changes.length && !lead.hot_changes[0].touched_at && lead.status === 'new'
  ? el('button', { class: 'main', key: 'take', onclick: () => handle(ctx, lead, 'claim') }, t('lead.take')) : null);

const snoozeLabel = (minutes) => t('lead.snooze', { time: number(minutes / (minutes < 1440 ? 60 : 1440), { style: 'unit', unit: minutes < 1440 ? 'hour' : 'day', unitDisplay: 'long' }) });

async function enrich(ctx, lead) {
  const went = await ctx.act(async () => { ctx.state.estimate = await ctx.call('POST', 'leads/estimate', { lead_ids: [lead.id] }); }, { stay: true });
  if (!went) return;
  const { cost, sandbox_cost: play, operations, refused } = ctx.state.estimate;
  const wanted = await ask({ title: t('lead.enrich'), action: t('lead.enrich.action'), value: ({ elements }) => ({ goal: elements.goal.value || null, again: elements.again.checked }), content: [
    refused ? note(t('lead.enrich.refused')) : el('p', {}, t('lead.enrich.cost', { expected: money(cost.expected), high: money(cost.high) }), play.high ? ` ${t('lead.enrich.play', { expected: money(play.expected) })}` : ''),
    operations.length ? el('ul', {}, operations.map(({ provider, operation, calls }) => el('li', {}, `${inWords(provider)}: ${inWords(operation).toLowerCase()}`, calls < 1 ? el('span', { class: 'quiet' }, ` ${t('lead.enrich.perhaps')}`) : null))) : el('p', { class: 'quiet' }, t('lead.enrich.nothing')),
    field(t('lead.enrich.goal'), { name: 'goal', value: lead.goal, choices: [{ name: '', label: t('lead.goal.usual') }, ...ctx.terms.goals.map(({ name }) => ({ name, label: t(`lead.goal.${name}`) }))] }),
    field(t('lead.enrich.again'), { name: 'again', type: 'checkbox' }, { help: t('lead.enrich.again_help') })] });
  if (!wanted) return;
  await ctx.act(async () => {
    if (wanted.goal !== lead.goal) await patchLead(ctx, lead, { goal: wanted.goal });
    await ctx.call('POST', 'leads/enrich', { lead_ids: [lead.id], ask_again: wanted.again });
  }, { done: t('lead.enrich.done') });
}

const rescore = (ctx, lead) => ctx.act(() => ctx.call('POST', 'leads/rescore', { lead_ids: [lead.id] }), { done: t('lead.rescore.done') });

async function editTags(ctx, lead) {
  const tags = await ask({ title: t('lead.tags'), action: t('save'), value: ({ elements }) => elements.tags.value.split(',').map((tag) => tag.trim()).filter(Boolean),
    content: field(t('lead.tags'), { name: 'tags', rows: 3, value: lead.tags.join(', ') }, { help: t('lead.tags.help') }) });
  if (tags) await ctx.act(() => patchLead(ctx, lead, { tags }), { done: t('lead.tags.done'), undo: (now) => patchLead(ctx, now, { tags: lead.tags }) });
}

async function refusal(ctx, lead) {
  await ask({ title: t('lead.refusal'), action: t('save'), value: ({ elements }) => ({ purpose: elements.purpose.value, refused: elements.refused.value === 'true', reason: elements.reason.value }), content: [
    field(t('lead.refusal.what'), { name: 'refused', choices: [{ name: 'true', label: t('lead.refusal.refuses') }, { name: 'false', label: t('lead.refusal.agrees') }] }),
    field(t('lead.refusal.purpose'), { name: 'purpose', choices: ctx.terms.purposes.map(({ name }) => ({ name, label: purposeOf(name) })) }),
    field(t('lead.refusal.reason'), { name: 'reason', required: true, maxlength: 500 }, { help: t('lead.refusal.help') })],
  act: async (said) => { await ctx.call('POST', `contacts/${lead.contact.id}/refusals`, said); await ctx.act(async () => null, { done: t('lead.refusal.done') }); } });
}

// Choose another lead by a search: answers its lead.
async function another(lead) {
  let chosen = null;
  let typing;
  const list = el('ul', { class: 'plain lines choices' });
  const look = async (words) => {
    chosen = null;
    if (words.length < 2) { patch(list, []); return; }
    try {
      const { data } = await call('GET', `leads?limit=8&q=${encodeURIComponent(words)}`);
      const found = data.filter(({ id, contact }) => id !== lead.id && contact.id !== lead.contact.id);
      patch(list, found.length ? found.map((each) => el('li', { key: each.id }, el('label', { class: 'inline' }, el('input', { type: 'radio', name: 'other', value: each.id, onchange: () => { chosen = each; } }),
        el('span', { dir: 'auto' }, nameOf(each), el('span', { class: 'quiet' }, ` ${[each.contact.email, each.organization?.name].filter(Boolean).join(' · ')}`))))) : [el('li', { class: 'quiet' }, t('lead.merge.none'))]);
    } catch (problem) { patch(list, [el('li', {}, failed(problem, () => look(words)))]); }
  };
  return ask({ title: t('lead.merge.who'), action: t('lead.merge.compare'), act: async () => { if (!chosen) throw new Error(t('lead.merge.choose')); return chosen; }, content: [
    el('label', {}, t('lead.merge.search'), el('input', { type: 'search', autocomplete: 'off', oninput: ({ target }) => { clearTimeout(typing); typing = setTimeout(() => look(target.value.trim()), WAIT_MS); } })), list] });
}

async function merge(ctx, lead) {
  const other = await another(lead);
  if (!other) return;
  const sides = [lead, other];
  const fields = ctx.terms.fieldsOf('contact').filter(({ name, type, derived }) => type !== 'object' && !derived && sides.some(({ contact }) => (contact[name] ?? null) !== null));
  const facts = [...fields.map((each) => [each.label, ...sides.map(({ contact }) => textOf(each, contact[each.name]))]),
    [t('lead.company'), ...sides.map(({ organization }) => organization?.name ?? organization?.domain ?? '–')],
    [t('lead.owner'), ...sides.map(({ owner }) => owner ?? t('nobody'))], [t('lead.received_at'), ...sides.map(({ created_at: at }) => when(at))]];
  const keep = (side, at) => el('th', { scope: 'col' }, el('label', { class: 'inline' }, el('input', { type: 'radio', name: 'keep', value: side.contact.id, checked: at === 0 }), el('span', { dir: 'auto' }, t('lead.merge.keep', { name: nameOf(side) }))));
  let answer = null;
  await ask({ title: t('lead.merge'), action: t('lead.merge.action'), wide: true, value: ({ elements }) => elements.keep.value, content: [el('p', {}, t('lead.merge.text')),
    el('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': t('lead.merge') }, el('table', {}, el('thead', {}, el('tr', {}, el('td', {}), sides.map(keep))),
      el('tbody', {}, facts.map(([head, ...values]) => el('tr', { class: values[0] === values[1] ? null : 'differs' }, el('th', { scope: 'row' }, head), values.map((value) => el('td', { dir: 'auto' }, value)))))))],
  act: async (kept) => { answer = await call('POST', `contacts/${kept}/merge`, { contact_id: sides.find(({ contact }) => contact.id !== kept).contact.id }); } });
  if (!answer) return;
  if (answer.lead_id && answer.lead_id !== lead.id) ctx.go(`#/leads/${answer.lead_id}`); else await ctx.reload();
  toast(t('lead.merge.done'), async () => {
    try {
      await call('POST', `contacts/${answer.kept_id}/unmerge`, { contact_id: answer.lost_id });
      toast(t('lead.unmerge.done'));
      if (ctx.isAt(`leads/${lead.id}`)) await ctx.reload(); else ctx.go(`#/leads/${lead.id}`);
    } catch (problem) { failure(sentence(problem), problem.requestId); }
  });
}

async function erase(ctx, lead) {
  const name = nameOf(lead);
  const gone = await ask({ title: t('lead.erase.title', { name }), action: t('lead.erase.action'), danger: true, typed: name, content: el('p', {}, t('lead.erase.text')),
    act: async () => { await ctx.call('DELETE', `contacts/${lead.contact.id}`); return true; } });
  if (gone) { ctx.go('#/leads'); toast(t('lead.erase.done')); }
}

const exportPerson = (ctx, lead) => ctx.act(() => download(`contacts/${lead.contact.id}/export`, `${lead.contact.id}.json`), { stay: true, done: t('lead.export.done') });

export async function copyLink(lead) {
  await navigator.clipboard.writeText(`${location.href.split('#')[0]}#/leads/${lead.id}?show=score`);
  toast(t('lead.link.done'));
}

export const moreMenu = (ctx, lead) => {
  const edits = ctx.may('leads');
  const seen = edits && ctx.may('pii:read');
  const open = ctx.terms.statuses.find(({ name }) => name === lead.status)?.open;
  return menu('more', t('lead.more'), [
    { label: t('lead.link'), run: () => copyLink(lead) },
    edits && { label: t('lead.enrich'), run: () => enrich(ctx, lead) },
    edits && { label: t('lead.rescore'), run: () => rescore(ctx, lead) },
    seen && { label: t('lead.tags.edit'), run: () => editTags(ctx, lead) },
    ...(edits && open && lead.hot_changes.length ? [...SNOOZES.map((minutes) => ({ label: snoozeLabel(minutes), run: () => handle(ctx, lead, 'snooze', { minutes }) })),
      { label: t('lead.not_a_fit'), run: () => handle(ctx, lead, 'not_a_fit') }, { label: t('lead.wrong_person'), run: () => handle(ctx, lead, 'wrong_person') }] : []),
    edits && { label: t('lead.refusal'), run: () => refusal(ctx, lead) },
    seen && { label: t('lead.merge'), run: () => merge(ctx, lead) },
    ctx.may('pii:read') && { label: t('lead.export'), run: () => exportPerson(ctx, lead) },
    ctx.may('admin') && { label: t('lead.erase'), danger: true, run: () => erase(ctx, lead) }]);
};

// Who was merged into the person, and what came in: to make two people again.
export function originsSection(origins, lead, ctx) {
  const { merged, submissions } = origins;
  if (!ctx.may('leads') || (!merged.length && submissions.length < 2)) return null;
  const unmerge = async (body, done, text) => { if (await confirm(t('lead.unmerge'), text, t('lead.unmerge.action'))) await ctx.act(() => ctx.call('POST', `contacts/${lead.contact.id}/unmerge`, body), { done }); };
  const split = (event) => {
    event.preventDefault();
    const ids = new FormData(event.currentTarget).getAll('submission');
    if (ids.length) unmerge({ submission_ids: ids }, t('lead.unmerge.done'), t('lead.split.sure', { n: ids.length }));
  };
  return el('section', { key: 'origins' }, el('h2', {}, t('lead.origins')),
    merged.length ? el('ul', { class: 'plain lines' }, merged.map(({ contact_id: id, merged_at: at, merged_by: by }) => el('li', { key: id, class: 'spread' }, t('lead.merged_by', { name: by, when: when(at) }),
      el('button', { class: 'small', onclick: () => unmerge({ contact_id: id }, t('lead.unmerge.done'), t('lead.unmerge.sure')) }, t('lead.unmerge'))))) : null,
    submissions.length > 1 ? el('details', { key: 'split' }, el('summary', {}, t('lead.submissions', { n: submissions.length })), el('form', { onsubmit: split }, el('p', { class: 'quiet' }, t('lead.split.text')),
      el('ul', { class: 'plain lines' }, submissions.map(({ id, received_at: at, source, full_name: name, email }) => el('li', { key: id }, el('label', { class: 'inline' }, el('input', { type: 'checkbox', name: 'submission', value: id }),
        el('span', { dir: 'auto' }, [name, email, source.replaceAll('_', ' '), when(at)].filter(Boolean).join(' · ')))))), el('button', { class: 'small' }, t('lead.split')))) : null);
}
