"""Imports: a table of leads as a job of many small steps.

One step is one transaction: the job's row is locked, the next chunk of rows taken in, the job moved
on. A kill anywhere leaves the chunk either whole or not begun, so nothing is lost or doubled. Rows come
from stored encrypted chunks (`create`, `step`) or from the caller, who has the file (`begin`, `feed`).
Every row of a file is counted as one of ROW_OUTCOMES.
"""

from __future__ import annotations

import io
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, BinaryIO, NamedTuple

from sidecar.engine import Engine
from sidecar.errors import Conflict, NotFound, Unavailable
from sidecar.ids import new_id
from sidecar.intake import Entry
from sidecar.pipeline import intake, waking, yielding
from sidecar.services import import_mappings, import_undo
from sidecar.services.audit import Actor, record
from sidecar.services.preview import preview
from sidecar.store import jobs as store
from sidecar.store import undo as undo_store
from sidecar.store.database import Cursor, Row
from sidecar.tables import (
    BOM,
    SKIPPED,
    Choices,
    Column,
    Layout,
    Table,
    identities_of,
    lead_of,
    line,
    open_table,
    plan_columns,
    row_problem,
    rows_below,
    unguard,
)
from sidecar.tables import Row as TableRow
from sidecar.terms.states import ROW_OUTCOMES, TAKEN_IN

CHUNK_ROWS = 500
CHUNK_CHARACTERS = 4_000_000
STEP_SECONDS = 5.0
MAX_ATTEMPTS = 5
SHOWN_PROBLEMS = 20
ENDED = ("done", "cancelled", "undoing", "undone")


class Outcome(NamedTuple):
    """What becomes of a row. errors: of a row that is refused or skipped; warnings: what of it was left
    out."""

    outcome: str
    errors: list[dict[str, Any]]
    warnings: Sequence[dict[str, Any]] = ()


@dataclass(frozen=True)
class Plan:
    """How a file is read: kept with its job, so that a resumed one is read in the same way. mapping_name:
    of the saved mapping that was used; refused: what everybody in it refuses."""

    layout: Layout
    columns: list[Column]
    source: str
    mapping_name: str | None = None
    refused: str | None = None

    @classmethod
    def restore(cls, value: dict[str, Any]) -> Plan:
        """The plan that `asdict` made a JSON value of; those of jobs before there were layouts too."""
        layout = value.get("layout") or {"encoding": value["encoding"], **value["shape"]}
        return cls(Layout(**layout), [Column(*column) for column in value["columns"]], value["source"],
                   value.get("mapping_name"), value.get("refused"))


@dataclass(frozen=True)
class Options:
    """The caller's choices for an import; what is None is found. save_mapping: a name, under which files with
    this header are read as this one is."""

    mapping: Mapping[str, str] = field(default_factory=dict)
    unknown_columns: str = "custom"
    source: str = "import"
    lane: str = "bulk"
    dry_run: bool = False
    encoding: str | None = None
    delimiter: str | None = None
    header_row: int | None = None
    sheet: str | None = None
    save_mapping: str | None = None
    refused: str | None = None


def understand(
    engine: Engine, cursor: Cursor, file: BinaryIO, options: Options
) -> tuple[Table, import_mappings.Mapped, str | None]:
    """The table in a file that is open at its start, where it is left; what is said of its columns; the name
    of the saved mapping that says some of it. Raises TableError."""
    table = open_table(file, Choices(
        encoding=options.encoding, delimiter=options.delimiter, header_row=options.header_row,
        sheet=options.sheet, columns=frozenset(options.mapping),
        known_header=import_mappings.known(engine, cursor),
        spreadsheet_mb=engine.settings.spreadsheet_mb))
    file.seek(0)
    told = import_mappings.Mapped(dict(options.mapping), options.unknown_columns, options.source)
    saved = import_mappings.of_header(engine, cursor, table.header)
    return (table, told.over(saved[1]), saved[0]) if saved else (table, told, None)


def plan(engine: Engine, cursor: Cursor, file: BinaryIO, options: Options, by: str) -> Plan:
    """Decide how to read a file that is open at its start, where it is left. Raises TableError."""
    table, told, name = understand(engine, cursor, file, options)
    columns = plan_columns(table.header, told.mapping, told.unknown_columns)
    if options.save_mapping:
        name = options.save_mapping
        import_mappings.save(engine, cursor, name, table.header, told, by)
    return Plan(table.layout, columns, told.source, name, options.refused)


def read(file: BinaryIO, how: Plan) -> Iterator[TableRow]:
    """The rows of a file that is open at its begin, without the header."""
    return rows_below(file, how.layout, [column.name for column in how.columns], identities_of(how.columns))


def create(engine: Engine, content: bytes, options: Options, *, by: Actor) -> Row:
    """Keep a file as a job. Raises TableError."""
    file = io.BytesIO(content)
    job_id = new_id()
    with engine.database.write() as cursor:
        how = plan(engine, cursor, file, options, by.name)
        store.add(cursor, _job(engine, job_id, how, options, by.name) | {
            "chunks": 0, "total": 0, "state": "queued"})
        total = 0
        for number, rows in enumerate(chunks_of(read(file, how), CHUNK_ROWS)):
            store.add_chunk(cursor, job_id, number, engine.vault.seal(rows), len(rows))
            total += len(rows)
        if not total:
            store.end(cursor, job_id, "done")
        record(cursor, by, "job.created", "job", job_id,
               after={"kind": "import", "rows": total, "dry_run": options.dry_run})
        waking.wake_after(engine, waking.IMPORTS)
        return show(engine, cursor, there(store.get(cursor, job_id)))


def chunks_of(rows: Iterable[TableRow], size: int) -> Iterator[list[TableRow]]:
    """Rows in lists of `size`, of fewer where they have more than CHUNK_CHARACTERS."""
    chunk: list[TableRow] = []
    characters = 0
    for row in rows:
        chunk.append(row)
        characters += sum(map(len, row.cells))
        if len(chunk) == size or characters > CHUNK_CHARACTERS:
            yield chunk
            chunk, characters = [], 0
    if chunk:
        yield chunk


def _job(engine: Engine, job_id: str, how: Plan, options: Options, client: str) -> Row:
    return {
        "id": job_id, "kind": "import", "created_by": client, "plan": engine.vault.seal(asdict(how)),
        "dry_run": options.dry_run, "lane": options.lane, "chunk_rows": CHUNK_ROWS,
    }


def begin(
    engine: Engine, key: str, file: BinaryIO, options: Options, *, client: str, again: bool = False,
) -> tuple[Row, Plan]:
    """The job of a file that stays with the caller: the one under this key that is not finished, the
    one that is done (unless `again` or a dry run), else a new one."""
    with engine.database.write() as cursor:
        job = store.latest(cursor, key)
        old = job and (job["state"] in ("cancelled", "undone") or (
            job["state"] == "done" and (again or job["dry_run"])))
        if not job or old:
            how = plan(engine, cursor, file, options, client)
            store.add(cursor, _job(engine, new_id(), how, options, client) | {"key": key, "state": "running"})
            job = there(store.latest(cursor, key))
        store.revive(cursor, job["id"])
        return job, Plan.restore(engine.vault.open(job["plan"]))


def feed(engine: Engine, job_id: str, number: int, rows: list[TableRow]) -> Row:
    """Take in the chunk of this number, unless that was done before. Raises Conflict."""
    def work(cursor: Cursor) -> Row:
        job = _mine(cursor, job_id)
        if job["next_chunk"] == number:
            _take(engine, cursor, job, rows)
        return there(store.get(cursor, job_id))

    job: Row = guarded(engine, job_id, work)
    return job


def finish(engine: Engine, job_id: str) -> Row:
    """Every chunk was fed. Answers the job as it is shown."""
    with engine.database.write() as cursor:
        if _mine(cursor, job_id)["state"] not in ENDED:
            store.end(cursor, job_id, "done")
        return show(engine, cursor, there(store.get(cursor, job_id)))


def _mine(cursor: Cursor, job_id: str) -> Row:
    job = store.lock(cursor, job_id)
    if job is None:
        raise Conflict("Another process is importing this file at the moment.")
    if job["state"] == "cancelled":
        raise Conflict("This import was cancelled.")
    return job


def work(engine: Engine, job_id: str, seconds: float) -> Counter[str]:
    """Take rows in, or undo, for some seconds, a chunk at least: what became of the rows."""
    until = time.monotonic() + seconds
    import_undo.work(engine, job_id, until)
    return in_chunks(engine, job_id, until, _next)


def in_chunks(
    engine: Engine, job_id: str, until: float, part: Callable[[Engine, Cursor, str], Counter[str] | None],
) -> Counter[str]:
    """A job's next chunks until a moment of the monotonic clock, one at least: what became of what is in
    them. `part` does one; None: there is none left."""
    outcomes: Counter[str] = Counter()
    while (counts := guarded(engine, job_id, lambda cursor: part(engine, cursor, job_id))) is not None:
        outcomes += counts
        if time.monotonic() >= until:
            break
    return outcomes


def _next(engine: Engine, cursor: Cursor, job_id: str) -> Counter[str] | None:
    job = store.lock(cursor, job_id)
    if job is None or job["chunks"] is None or job["state"] not in ("queued", "running"):
        return None
    rows = [TableRow(*row) for row in engine.vault.open(store.chunk(cursor, job_id, job["next_chunk"]))]
    counts = _take(engine, cursor, job, rows)
    if job["next_chunk"] + 1 >= job["chunks"]:
        store.end(cursor, job_id, "done")
    return counts


def guarded(engine: Engine, job_id: str, work: Any) -> Any:
    """Run one step's transaction, then give way to people; a failure is noted in a transaction of its own."""
    begun = time.monotonic()
    try:
        with engine.database.write() as cursor:
            done = work(cursor)
    except (Unavailable, Conflict):
        raise
    except Exception as error:
        with engine.database.write() as cursor:
            store.note_failure(cursor, job_id, type(error).__name__, MAX_ATTEMPTS)
        raise
    yielding.pause_job(engine, job_id, time.monotonic() - begun)
    return done


def _take(engine: Engine, cursor: Cursor, job: Row, rows: list[TableRow]) -> Counter[str]:
    how = Plan.restore(engine.vault.open(job["plan"]))
    outcomes = _outcomes(engine, cursor, job, how, rows)
    counts = Counter(outcome for outcome, *_ in outcomes)
    warnings: dict[str, Counter[str]] = {place: Counter(codes) for place, codes in job["warnings"].items()}
    kept: dict[str, list[Any]] = {store.REJECTS: [], store.REMARKS: []}
    for row, (outcome, errors, warned) in zip(rows, outcomes, strict=True):
        if outcome == "rejected":
            kept[store.REJECTS].append((row.line, row.cells, errors))
        elif errors or warned or (job["dry_run"] and not job["next_chunk"]):
            kept[store.REMARKS].append((row.line, row.cells, outcome, [*errors, *warned]))
        for place, code in {(_place(warning, row.cells, how.columns), warning["code"]) for warning in warned}:
            warnings.setdefault(place, Counter())[code] += 1
    for table, found in kept.items():
        if found:
            store.add_rows(cursor, table, job["id"], job["next_chunk"], engine.vault.seal(found))
    store.advance(cursor, job["id"], counts, "running", warnings)
    if not job["dry_run"] and counts["created"] + counts["updated"]:
        waking.wake_after(engine, job["lane"])
    return counts


def account_of(how: Plan) -> str:
    """Who vouches for the ids of other systems in a file's rows."""
    return f"import:{how.source}"


def _place(warning: Mapping[str, Any], cells: Sequence[str], columns: Sequence[Column]) -> str:
    """Which column, counted from 0, a warning is about: of those of its field the one with its value; else
    ""."""
    field = warning["pointer"].strip("/").replace("/", ".")
    value = str(warning.get("value", "")).strip()
    places = [i for i, column in enumerate(columns[:len(cells)]) if column.field and (
        column.field == field or field.startswith(f"{column.field}."))]
    places = ([i for i in places if value and value in unguard(cells[i])]
              or [i for i in places if cells[i]] or places)
    return str(places[0]) if places else ""


def _outcomes(
    engine: Engine, cursor: Cursor, job: Row, how: Plan, rows: list[TableRow],
) -> list[Outcome]:
    """What becomes of each row."""
    bad = {i: problem for i, row in enumerate(rows) if (
        problem := row.problem or row_problem(row.cells, how.columns))}
    account = account_of(how)
    entries = intake.read(engine, (
        lead_of(row.cells, how.columns, how.source, how.refused)
        for i, row in enumerate(rows) if i not in bad), account=account)

    def take(number: int, rows_of_chunk: list[Entry]) -> list[dict[str, Any]]:
        # The chunk that is under way may have broken before; those before it did not.
        return _receive(engine, job | {"next_chunk": number} | (
            {} if number == job["next_chunk"] else {"attempts": 0}), rows_of_chunk)

    told = preview(engine, cursor, job, entries, account, take) if job["dry_run"] else take(
        job["next_chunk"], entries)
    results = (Outcome(result["outcome"], result["errors"],
                       entry.warnings if result["outcome"] in TAKEN_IN else ())
               for entry, result in zip(entries, told, strict=True))
    return [
        Outcome("skipped" if bad[i][0] in SKIPPED else "rejected",
                [{"pointer": "", "code": bad[i][0], "detail": bad[i][1]}])
        if i in bad else next(results) for i in range(len(rows))
    ]


def _receive(engine: Engine, job: Row, entries: list[Entry]) -> list[dict[str, Any]]:
    if not entries:
        return []
    if not job["attempts"]:
        return _intake(engine, job, entries)
    # The chunk broke before: each row alone, so that one that breaks is refused and the rest comes in.
    results = []
    for entry in entries:
        try:
            with engine.database.write():
                results += _intake(engine, job, [entry])
        except Exception as error:
            if engine.database.is_away(error):
                raise
            results.append({"outcome": "rejected", "errors": [{
                "pointer": "", "code": "internal_error",
                "detail": f"This row could not be stored ({type(error).__name__})."}]})
    return results


def _intake(engine: Engine, job: Row, entries: list[Entry]) -> list[dict[str, Any]]:
    return intake.take_in(
        engine, entries, client=job["created_by"], lane=job["lane"], request_id=f"job:{job['id']}",
        listed=True, import_chunk=(job["id"], job["next_chunk"]))


def get(engine: Engine, job_id: str) -> Row:
    """An import with its columns, progress and first problems. Raises NotFound."""
    with engine.database.read() as cursor:
        return show(engine, cursor, there(store.get(cursor, job_id)))


def _kept(engine: Engine, table: str, job_id: str) -> Iterator[tuple[Any, ...]]:
    """Rows of a job that were kept there, a chunk at a time."""
    number = -1
    while True:
        with engine.database.read() as cursor:
            found = store.rows_after(cursor, table, job_id, number)
        if found is None:
            return
        number = found["number"]
        yield from engine.vault.open(found["rows"])


def undo(engine: Engine, job_id: str, *, by: Actor, seconds: float = STEP_SECONDS) -> Row:
    """Take an import back for at most some seconds; steps, or another call, go on while its state is
    `undoing`. Raises NotFound, Conflict."""
    until = time.monotonic() + seconds
    with engine.database.write() as cursor:
        import_undo.begin(engine, cursor, there(store.lock_patiently(cursor, job_id)), by=by)
        waking.wake_after(engine, waking.IMPORTS)
    import_undo.work(engine, job_id, until)
    return get(engine, job_id)


def preview_undo(engine: Engine, job_id: str, *, by: Actor) -> Row:
    """What an undo would leave (`import_undo.preview`). Raises NotFound, Conflict."""
    return import_undo.preview(engine, job_id, by=by, seconds=STEP_SECONDS, limit=SHOWN_PROBLEMS)


def rejects_file(engine: Engine, job: Row) -> Iterator[str]:
    """The refused rows as a file to correct and send again: what everybody in the file refuses (first, as the
    first of columns that mean the same counts), the same columns and what was wrong."""
    refused = {f"refused.{job['refused']}": "yes"} if job["refused"] else {}
    yield from _file(
        job, refused, ("rejected_line", "rejected_because"), _kept(engine, store.REJECTS, job["id"]))


def warnings_file(engine: Engine, job: Row) -> Iterator[str]:
    """The rows of which something was left out, and those that were skipped: the same columns and why."""
    yield from _file(job, {}, ("warning_line", "warnings"), (
        (number, cells, said) for number, cells, _, said in _kept(engine, store.REMARKS, job["id"]) if said))


def _file(
    job: Row, all_have: Mapping[str, str], more: tuple[str, str], rows: Iterator[tuple[Any, ...]]
) -> Iterator[str]:
    names = [column["column"] for column in job["columns"]]
    yield BOM + line([*all_have, *names, *more])
    for number, cells, said in rows:
        padded = [*cells, *[""] * (len(names) - len(cells))]
        yield line([*all_have.values(), *padded[:len(names)], number, "; ".join(map(_sentence, said))])


def _sentence(error: dict[str, str]) -> str:
    name = error["pointer"].strip("/")
    return f"{name}: {error['detail']}" if name else error["detail"]


def show(engine: Engine, cursor: Cursor, row: Row) -> Row:
    """A job as the API tells it, whole."""
    how = Plan.restore(engine.vault.open(row["plan"]))
    problems = [
        *({"line": number, "outcome": "rejected", "errors": errors}
          for number, _, errors in _first(engine, cursor, store.REJECTS, row["id"])),
        *({"line": number, "outcome": outcome, "errors": said}
          for number, _, outcome, said in _first(engine, cursor, store.REMARKS, row["id"])
          if outcome == "skipped")]
    kept, count = undo_store.kept(cursor, row["id"], SHOWN_PROBLEMS)
    is_text = how.layout.format == "text"
    return summary(row) | {
        "source": how.source, "format": how.layout.format, "encoding": how.layout.encoding,
        "encoding_certainty": how.layout.certainty, "delimiter": how.layout.delimiter if is_text else None,
        "sheet": how.layout.sheet or None, "header_line": how.layout.header_line,
        "mapping_name": how.mapping_name, "refused": how.refused, "kept": kept, "kept_count": count,
        "columns": [{"column": c.name, "field": c.field, "how": c.how} for c in how.columns],
        "problems": sorted(problems, key=lambda problem: problem["line"])[:SHOWN_PROBLEMS],
        "warnings": [
            {"column": how.columns[int(place)].name if place else None, "code": code, "rows": count}
            for place, codes in sorted(row["warnings"].items(), key=lambda item: int(item[0] or -1))
            for code, count in sorted(codes.items())],
    }


def _first(engine: Engine, cursor: Cursor, table: str, job_id: str) -> list[tuple[Any, ...]]:
    """The first rows that were kept there."""
    rows: list[tuple[Any, ...]] = []
    found = store.rows_after(cursor, table, job_id, -1)
    while found and len(rows) < SHOWN_PROBLEMS:
        rows += engine.vault.open(found["rows"])
        found = store.rows_after(cursor, table, job_id, found["number"])
    return rows


def summary(row: Row) -> Row:
    """A job of any kind as lists tell it."""
    counts = {name: row[name] for name in ROW_OUTCOMES}
    handled, total = sum(counts.values()), row["total"]
    return {
        **{name: row[name] for name in ("id", "kind", "state", "dry_run", "lane", "created_by")},
        "driver": "command line" if row["chunks"] is None else "steps",
        "counts": {"total": total, "handled": handled} | counts,
        "progress": 1.0 if row["state"] == "done" else round(handled / total, 4) if total else 0.0,
        "error": row["error"], "created_at": row["created_at"], "updated_at": row["updated_at"],
    }


def there(row: Row | None) -> Row:
    """A job that is there. Raises NotFound."""
    if row is None:
        raise NotFound("There is no such job.")
    return row
