// A file of leads, from the drop to the undo: what it is, what its columns become, a dry run row by row, the run
// with its progress, what was refused to be repaired in place.
import { download } from '../api.js';
import { el } from '../dom.js';
import { ago, bytes, duration, number, percent, readable, title, when } from '../format.js';
import { confirm } from '../parts/dialog.js';
import { field, form } from '../parts/form.js';
import { heading, pairs, progress, section, tabs, tile } from '../parts/pieces.js';
import { places } from '../parts/places.js';
import { empty, note, sentence } from '../parts/states.js';
import { pages, table } from '../parts/table.js';
import { word } from '../terms.js';
import { t } from '../texts.js';

export const at = { path: 'import', scope: 'leads', menu: { group: 'data', order: 10, text: 'nav.import' } };
export let live = 15; // of a job that is under way every second

const MOST = 4 * 1024 * 1024 - 16 * 1024; // bytes; what the edge and the service take of a request
const PART = 200_000; // bytes of a text that tell what its columns are
const UNDER_WAY = ['queued', 'running', 'undoing'];
const OUTCOMES = ['created', 'updated', 'rejected', 'skipped', 'suppressed'];
const ENCODINGS = ['utf-8', 'cp1252', 'cp1250', 'cp1251', 'cp1253', 'cp1254', 'iso8859-15', 'utf-16', 'mac_roman', 'shift_jis', 'gb18030', 'big5', 'euc_kr'];
const DELIMITERS = [',', ';', '\t', '|'];

export async function load({ call, query }) {
  const id = query.get('job');
  const cursor = query.get('cursor') ? `&cursor=${encodeURIComponent(query.get('cursor'))}` : '';
  if (!id) {
    const [jobs, mappings] = await Promise.all([call('GET', `jobs?kind=import&limit=20${cursor}`), call('GET', 'import-mappings')]);
    return { jobs, mappings: mappings.data };
  }
  const { job } = await call('GET', `jobs/${encodeURIComponent(id)}`);
  if (UNDER_WAY.includes(job.state)) return { job };
  const outcome = job.dry_run ? query.get('outcome') : 'rejected';
  const rows = await call('GET', `jobs/${job.id}/rows?limit=25${outcome ? `&outcome=${outcome}` : ''}${cursor}`)
    .catch((problem) => { if (problem.status === 403) return null; throw problem; });
  return { job, rows };
}

export function render(data, ctx) {
  live = data.job && UNDER_WAY.includes(data.job.state) ? 1 : 15;
  return data.job ? jobPage(data, ctx) : { title: t('nav.import'), nodes: [
    heading(t('nav.import')), ctx.state.file ? filePart(ctx) : dropPart(ctx), earlier(data.jobs, ctx), saved(data.mappings, ctx)] };
}

// The file, before there is a job.

function sent(file, options, more = {}) {
  const body = new FormData();
  for (const [name, value] of Object.entries({ ...options, ...more })) {
    if (value !== null && value !== undefined && value !== '') body.set(name, name === 'mapping' ? JSON.stringify(value) : value);
  }
  body.set('file', file, file.name ?? 'part');
  return body;
}

async function look(ctx) {
  const { state } = ctx;
  state.busy = true;
  ctx.refresh();
  try {
    state.look = await ctx.call('POST', 'jobs/imports/preview', sent(state.file, state.options));
    state.problem = null;
  } catch (problem) {
    if (problem.status === undefined) throw problem;
    state.problem = problem.errors[0]?.detail ?? sentence(problem);
  }
  state.busy = false;
  ctx.refresh();
}

// The columns anew, for what was said of them: a part of a text is enough.
async function lookAtColumns(ctx) {
  const { file, look: told, options } = ctx.state;
  const part = told.format === 'text' ? file.slice(0, PART) : file;
  const how = { encoding: told.encoding, delimiter: told.delimiter, header_row: told.header_line, sheet: told.sheet };
  const { columns, problem } = await ctx.call('POST', 'jobs/imports/preview', sent(part, { ...options, ...how }));
  Object.assign(ctx.state.look, { problem, columns: columns.map((column, place) => ({ ...column, samples: told.columns[place]?.samples ?? [] })) });
}

function take(ctx, file) {
  Object.assign(ctx.state, { file, look: null, problem: null, options: { mapping: {} } });
  if (file.size > MOST) {
    Object.assign(ctx.state, { file: null, problem: t('import.too_large', { size: bytes(file.size), most: bytes(MOST) }) });
    ctx.refresh();
    return;
  }
  look(ctx);
}

function dropPart(ctx) {
  const over = (on) => (event) => { event.preventDefault(); event.currentTarget.classList.toggle('over', on); };
  return section(t('import.choose_head'),
    ctx.state.problem ? el('p', { class: 'problem', role: 'alert' }, ctx.state.problem) : null,
    el('div', { class: 'drop', key: 'drop', ondragover: over(true), ondragleave: over(false), ondrop: (event) => {
      over(false)(event);
      if (event.dataTransfer.files[0]) take(ctx, event.dataTransfer.files[0]);
    } }, el('p', {}, t('import.drop')),
    el('label', { class: 'button main file' }, t('import.choose'), el('input', { type: 'file', class: 'visually-hidden',
      accept: '.csv,.tsv,.txt,.xlsx,.xls,.ods,.vcf,text/csv,text/plain', onchange: ({ target }) => { if (target.files[0]) take(ctx, target.files[0]); } })),
    el('p', { class: 'quiet' }, t('import.kinds', { most: bytes(MOST) }))),
    el('details', { key: 'paste' }, el('summary', {}, t('import.paste')), el('form', { class: 'stack', onsubmit: (event) => {
      event.preventDefault();
      const text = event.currentTarget.elements.table.value;
      if (text.trim()) take(ctx, new File([text], t('import.pasted'), { type: 'text/plain' }));
    } }, field(t('import.paste_label'), { name: 'table', rows: 6, required: true, spellcheck: 'false' }), el('p', { class: 'form-actions' }, el('button', {}, t('import.read'))))));
}

function filePart(ctx) {
  const { file, look: told, problem, busy, options } = ctx.state;
  const say = (name, value) => { options[name] = value; look(ctx); };
  const asked = (label, name, choices, value) => field(label, { name, choices, value, disabled: busy, onchange: ({ target }) => say(name, target.value) });
  const text = !told || told.format === 'text';
  const encoding = options.encoding ?? told?.encoding;
  return [
    section(t('import.what'),
      el('div', { class: 'spread' }, el('p', {}, el('b', { dir: 'auto' }, file.name), ` · ${bytes(Math.max(1024, file.size))}`, told ? ` · ${t('import.rows', { n: told.rows })} · ${t(`import.format.${told.format}`)}` : ''),
        el('button', { onclick: () => { ctx.state.file = null; ctx.refresh(); } }, t('import.another'))),
      busy && !told ? el('p', { role: 'status' }, t('import.looking')) : null,
      problem ? el('p', { class: 'problem', role: 'alert' }, problem) : null,
      told || problem ? el('div', { class: 'fields' },
        text ? asked(t('import.encoding'), 'encoding', [...(told || encoding ? [] : [{ name: '', label: t('import.find') }]),
          ...[...new Set([...(encoding ? [encoding] : []), ...ENCODINGS])].map((name) => ({ name, label: encodingLabel(name, told) }))], encoding) : null,
        text ? asked(t('import.delimiter'), 'delimiter', [...(told ? [] : [{ name: '', label: t('import.find') }]), ...DELIMITERS.map((name) => ({ name, label: t(`import.delimiter.${DELIMITERS.indexOf(name)}`) }))], options.delimiter ?? told?.delimiter) : null,
        told?.sheets.length > 1 ? asked(t('import.sheet'), 'sheet', told.sheets.map((name) => ({ name, label: name })), told.sheet) : null,
        told ? asked(t('import.refusing'), 'refused', [{ name: 'nothing', label: t('import.refuse_nothing') }, ...ctx.terms.purposes.map(({ name }) => ({ name, label: word('lead.purpose', name) }))], told.refused ?? 'nothing') : null,
        told && told.format !== 'vcard' ? asked(t('import.header_row'), 'header_row', told.lines.map(({ line, text: shown }) => ({ name: line, label: `${number(line)}: ${shown.slice(0, 70)}` })), told.header_line) : null) : null,
      told?.header_line > 1 ? el('p', { class: 'quiet' }, t('import.preamble', { n: told.header_line - 1 })) : null),
    told ? mappingPart(ctx) : null,
  ];
}

const encodingLabel = (name, told) => (told && name === told.encoding && told.encoding_certainty !== null && told.encoding_certainty < 1
  ? t('import.certainty', { name, share: percent(told.encoding_certainty) }) : name);

function mappingPart(ctx) {
  const { look: told, options, busy } = ctx.state;
  const say = (column, value) => ctx.act(async () => {
    options.mapping[column.column] = value;
    await lookAtColumns(ctx);
  }, { stay: true }).then(() => ctx.refresh());
  return section(t('import.mapping'),
    told.mapping_name ? note(t('import.by_mapping', { name: told.mapping_name })) : null,
    table([
      { head: t('import.column'), main: true, cell: ({ column }) => el('b', { dir: 'auto' }, column) },
      { head: t('import.samples'), cell: ({ samples }) => el('ul', { class: 'plain samples', dir: 'auto' }, samples.map((text) => el('li', {}, text))) },
      { head: t('import.becomes'), cell: (column) => el('select', { 'aria-label': t('import.becomes_of', { name: column.column }), disabled: busy, onchange: ({ target }) => say(column, target.value) }, places(ctx, column.field, column.column)) },
      { head: t('import.how'), hide: true, cell: ({ how }) => el('span', { class: 'quiet' }, t(`import.how.${how}`)) },
    ], told.columns, { key: (column) => `${told.columns.indexOf(column)} ${column.column}`, caption: t('import.mapping') }),
    el('form', { class: 'stack', key: 'go', onsubmit: (event) => { event.preventDefault(); start(ctx, event.submitter.value === 'dry', event.currentTarget); } },
      el('div', { class: 'fields' },
        field(t('import.source'), { name: 'source', value: options.source ?? told.source, maxlength: 100, required: true }, { help: t('import.source_help') }),
        field(t('import.save_mapping'), { name: 'save_mapping', value: options.save_mapping ?? told.mapping_name, maxlength: 100 }, { help: t('import.save_mapping_help') })),
      told.problem ? el('p', { class: 'problem', role: 'alert' }, told.problem) : null,
      el('p', { class: 'form-actions' },
        el('button', { class: 'main', value: 'dry', disabled: busy || Boolean(told.problem) }, t('import.try')),
        el('button', { value: 'run', disabled: busy || Boolean(told.problem) }, t('import.run')),
        el('span', { class: 'quiet' }, t('import.try_help')))));
}

async function start(ctx, dry, node) {
  const { state } = ctx;
  if (node) Object.assign(state.options, { source: node.elements.source.value, save_mapping: node.elements.save_mapping.value });
  let job = null;
  state.busy = true;
  ctx.refresh();
  // What was found is said, so that the run reads the file as it was shown.
  const { look: told, options, file } = state;
  const how = { encoding: told.encoding, delimiter: told.delimiter, header_row: told.format === 'vcard' ? null : told.header_line, sheet: told.sheet, refused: told.refused ?? 'nothing' };
  await ctx.act(async () => { ({ job } = await ctx.call('POST', 'jobs/imports', sent(file, { ...options, ...how }, { dry_run: dry }))); }, { stay: true });
  state.busy = false;
  if (job) ctx.go(ctx.with({ job: job.id, cursor: null, outcome: null }));
  else ctx.refresh();
}

// Earlier imports, and mappings that are kept.

const stateOf = (job) => el('span', { class: `tag ${job.state}` }, t(`import.state.${job.state}`));

const earlier = ({ data, next }, ctx) => section(t('import.earlier'), data.length ? table([
  { head: t('import.when'), main: true, cell: (job) => [el('a', { href: ctx.with({ job: job.id, cursor: null }) }, when(job.created_at)), ' ', job.dry_run ? el('span', { class: 'tag' }, t('import.dry')) : null] },
  { head: t('import.state'), cell: stateOf },
  { head: t('import.by'), hide: true, cell: (job) => el('span', { dir: 'auto' }, job.created_by) },
  ...['total', 'created', 'updated', 'rejected'].map((name) => ({ head: t(`import.outcome.${name}`), number: true, cell: (job) => number(job.counts[name] ?? job.counts.handled) })),
], data, { caption: t('import.earlier'), href: (job) => ctx.with({ job: job.id, cursor: null }) }) : empty(t('import.none')), pages(ctx, next, data.length));

const saved = (mappings, ctx) => (mappings.length ? section(t('import.saved'), el('ul', { class: 'plain lines' }, mappings.map((mapping) => el('li', { key: mapping.name, class: 'spread' },
  el('span', {}, el('b', { dir: 'auto' }, mapping.name), el('small', { class: 'quiet' }, ` ${t('import.saved_by', { name: mapping.created_by })} · `, ago(mapping.updated_at))),
  el('button', { class: 'small', onclick: async () => {
    if (await confirm(t('import.forget', { name: mapping.name }), t('import.forget_what'), t('remove'))) ctx.act(() => ctx.call('DELETE', `import-mappings/${encodeURIComponent(mapping.name)}`), { done: t('import.forgotten') });
  } }, t('remove')))))) : null);

// A job.

function jobPage({ job, rows }, ctx) {
  const name = t(job.dry_run ? 'import.dry_of' : 'import.of', { when: when(job.created_at) });
  return { title: name, nodes: [
    el('p', {}, el('a', { href: ctx.with({ job: null, cursor: null, outcome: null }) }, t('import.back'))),
    heading(name, stateOf(job)),
    UNDER_WAY.includes(job.state) ? underWay(job, ctx) : null,
    job.refused ? note(t('import.all_refuse', { what: word('lead.purpose', job.refused) })) : null,
    job.error ? el('p', { class: 'problem' }, t('import.broke', { error: job.error })) : null,
    el('div', { class: 'tiles' }, OUTCOMES.filter((each) => each !== 'suppressed' || job.counts.suppressed).map((each) => tile(number(job.counts[each]), t(`import.${job.dry_run ? 'would' : 'outcome'}.${each}`)))),
    UNDER_WAY.includes(job.state) ? null : afterwards(job, ctx),
    job.state === 'undone' && job.kept_count ? section(t('import.kept'), kept(job)) : null,
    job.warnings.length ? section(t('import.warnings'), el('p', { class: 'quiet' }, t('import.warnings_help')), table([
      { head: t('import.column'), main: true, cell: ({ column }) => el('span', { dir: 'auto' }, column ?? t('import.no_column')) },
      { head: t('import.reason'), cell: ({ code }) => title(code) },
      { head: t('import.row_count'), number: true, cell: (warning) => number(warning.rows) },
    ], job.warnings, { key: ({ column, code }) => `${column} ${code}`, caption: t('import.warnings') })) : null,
    rows === null ? note(t('import.foreign')) : rows ? rowsPart(job, rows, ctx) : null,
    section(null, el('details', {}, el('summary', {}, t('import.how_read')), pairs([
      [t('import.source'), job.source], [t('import.encoding'), job.encoding], [t('import.sheet'), job.sheet], [t('import.by'), job.created_by],
      ...job.columns.map(({ column, field: to }) => [column, to ?? t('places.nothing')])]))),
  ] };
}

function underWay(job, ctx) {
  const { total, handled } = job.counts;
  const seen = ctx.state.seen?.id === job.id ? ctx.state.seen : (ctx.state.seen = { id: job.id, at: Date.now(), handled });
  const speed = (handled - seen.handled) / ((Date.now() - seen.at) / 1000 || 1);
  const said = job.state === 'undoing' ? t('import.undoing') : job.state === 'queued' && !handled ? t('import.waits', { n: total ?? 0 })
    : [t('import.progress', { done: handled, total: total ?? handled }), speed > 0 ? t('import.speed', { n: Math.round(speed) }) : '',
      speed > 0 && total ? t('import.left', { time: duration((total - handled) / speed) }) : ''].filter(Boolean).join(' · ');
  return section(null, progress(job.state === 'undoing' ? null : handled, job.state === 'undoing' ? null : total, said),
    job.state === 'undoing' ? null : el('p', { class: 'form-actions' }, el('button', { onclick: async () => {
      if (await confirm(t('import.cancel'), t(job.dry_run ? 'import.cancel_dry' : 'import.cancel_what'), t('import.cancel'))) ctx.act(() => ctx.call('POST', `jobs/${job.id}/cancel`, {}), { done: t('import.cancelled') });
    } }, t('import.cancel'))));
}

function afterwards(job, ctx) {
  const { state } = ctx;
  const save = (what) => ctx.act(() => download(`jobs/${job.id}/${what}.csv`, `${what}.csv`), { stay: true });
  const skipped = job.counts.skipped || job.warnings.length;
  return el('p', { class: 'row after', key: 'after' },
    job.dry_run && state.file ? [el('button', { class: 'main', disabled: state.busy, onclick: () => start(ctx, false, null) }, t('import.run_now')),
      el('a', { class: 'button', href: ctx.with({ job: null, cursor: null, outcome: null }) }, t('import.change'))] : null,
    job.dry_run && !state.file ? el('span', { class: 'quiet' }, t('import.choose_again')) : null,
    job.counts.rejected ? el('button', { onclick: () => save('rejects') }, t('import.rejects_file')) : null,
    skipped ? el('button', { onclick: () => save('warnings') }, t('import.warnings_file')) : null,
    !job.dry_run && ['done', 'cancelled'].includes(job.state) && job.counts.created + job.counts.updated ? el('button', { class: 'danger', onclick: () => undo(job, ctx) }, t('import.undo')) : null,
    job.state === 'failed' ? el('button', { onclick: () => ctx.act(() => ctx.call('POST', `jobs/${job.id}/step`, {})) }, t('again')) : null);
}

const kept = ({ kept: some, kept_count: count }) => [
  el('p', {}, t('import.kept_what', { n: count })),
  el('ul', { class: 'plain' }, some.map(({ kind, id, fields }) => el('li', { key: id }, `${t(`import.kind.${kind}`)}: ${fields.includes('*') ? t('import.whole') : fields.map(title).join(', ')} `,
    kind === 'lead' ? el('a', { href: `#/leads/${id}` }, t('import.open_lead')) : null)))];

async function undo(job, ctx) {
  let told = null;
  await ctx.act(async () => { told = await ctx.call('POST', `jobs/${job.id}/undo/preview`, {}); }, { stay: true });
  if (!told) return;
  const sure = await confirm(t('import.undo'), [t('import.undo_what', { created: job.counts.created, updated: job.counts.updated }),
    told.kept_count ? kept(told) : t(told.complete ? 'import.undo_all' : 'import.undo_some')].flat(), t('import.undo'), { danger: true });
  if (sure) ctx.act(() => ctx.call('POST', `jobs/${job.id}/undo`, {}), { done: t('import.undo_done') });
}

// Rows: of a dry run what would become of them, of a run the refused ones, each a form.

function rowsPart(job, { data, next }, ctx) {
  if (!job.dry_run) {
    if (!data.length && !ctx.query.get('cursor')) return null;
    return section(t('import.refused', { n: job.counts.rejected }), el('p', { class: 'quiet' }, t('import.refused_help')),
      data.map((row) => repairForm(job, row, ctx)), pages(ctx, next, data.length));
  }
  const open = ctx.query.get('outcome') ?? '';
  const shown = job.columns.map((column, place) => ({ ...column, place })).filter(({ field: to }) => to).slice(0, 4);
  return section(t('import.row_by_row'),
    tabs(ctx, ['', ...OUTCOMES].filter((each) => !each || job.counts[each]).map((name) => ({ name, label: name ? `${t(`import.would.${name}`)} (${number(job.counts[name])})` : t('import.all_rows') })), open, 'outcome'),
    data.length ? table([
      { head: t('import.line'), main: true, cell: ({ line }) => number(line) },
      { head: t('import.becomes'), cell: ({ outcome }) => el('span', { class: outcome === 'rejected' ? 'bad' : '' }, t(`import.would.${outcome}`)) },
      ...shown.map(({ column, place }) => ({ head: column, cell: ({ cells }) => el('span', { dir: 'auto' }, cells[place]) })),
      { head: t('import.said'), cell: ({ errors }) => el('ul', { class: 'plain' }, errors.map((error) => el('li', {}, saidOf(error)))) },
    ], data, { key: ({ chunk, line }) => `${chunk} ${line}`, caption: t('import.row_by_row') }) : empty(t('import.no_rows')),
    job.counts.total > 500 ? el('p', { class: 'quiet' }, t('import.first_rows')) : null,
    pages(ctx, next, data.length));
}

const nameOf = (pointer) => pointer.replace(/^\//, '').replaceAll('/', ' ');
const saidOf = ({ pointer, detail, code, value }) => [pointer ? `${title(nameOf(pointer))}: ` : '', detail ?? title(code), value === undefined ? '' : el('span', { dir: 'auto', class: 'quiet' }, ` (${readable(value)})`)];
// The place of the column that an error is about, -1: none.
const placeOf = (job, { pointer }) => job.columns.findIndex(({ field: to }) => to && `/${to.replaceAll('.', '/')}` === pointer);

function repairForm(job, row, ctx) {
  const shown = job.columns.map((column, place) => ({ ...column, place })).filter(({ field: to }) => to);
  const own = row.errors.filter((error) => placeOf(job, error) < 0);
  const wrong = (place) => row.errors.filter((error) => placeOf(job, error) === place).map(({ detail }) => detail).join(' ') || null;
  const save = async (values) => {
    const cells = job.columns.map((_, place) => values[`c${place}`] ?? (shown.some((each) => each.place === place) ? '' : row.cells[place] ?? ''));
    try {
      await ctx.call('POST', `jobs/${job.id}/rows/${row.line}/repair`, { chunk: row.chunk, cells });
    } catch (problem) {
      problem.errors?.forEach((error) => { const place = placeOf(job, error); if (place >= 0) error.pointer = `/c${place}`; });
      throw problem;
    }
    const { toast } = await import('../parts/toast.js');
    toast(t('import.repaired', { line: row.line }));
    await ctx.reload();
  };
  return el('details', { class: 'card', key: `${row.chunk} ${row.line}` },
    el('summary', {}, t('import.line_n', { line: row.line }), ': ', el('span', { dir: 'auto' }, row.cells.filter(Boolean).slice(0, 3).join(' · ')), ' ', el('span', { class: 'bad' }, row.errors.map(({ detail }) => detail).join(' '))),
    form({ draft: `import-${job.id}-${row.line}`, save, action: t('import.send_again') },
      own.map(({ detail }) => el('p', { class: 'problem' }, detail)),
      el('div', { class: 'fields' }, shown.map(({ column, place }) => field(column, { name: `c${place}`, value: row.cells[place] ?? '', dir: 'auto' }, { error: wrong(place) })))));
}
