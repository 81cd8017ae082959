"""Imports: a table of leads as a job of many small steps.

One step is one transaction: the job's row is locked, the next chunk of rows taken in, the job moved
on. A kill anywhere leaves the chunk either whole or not begun, so nothing is lost or doubled. Rows come
from stored encrypted chunks (`create`, `step`) or from the caller, who has the file (`begin`, `feed`).
"""

from __future__ import annotations

import io
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import Any, BinaryIO

from sidecar.engine import Engine
from sidecar.errors import Conflict, NotFound, Unavailable
from sidecar.ids import new_id
from sidecar.intake import Entry
from sidecar.pipeline import intake, waking
from sidecar.services.audit import Actor, record
from sidecar.services.preview import preview
from sidecar.store import jobs as store
from sidecar.store.database import Cursor, Row
from sidecar.store.paging import paged
from sidecar.tables import (
    BOM,
    Column,
    Shape,
    detect_encoding,
    detect_shape,
    lead_of,
    line,
    plan_columns,
    read_table,
    row_problem,
    text_of,
)
from sidecar.tables.reading import SAMPLE

CHUNK_ROWS = 500
STEP_SECONDS = 5.0
MAX_ATTEMPTS = 5
SHOWN_PROBLEMS = 20
ENDED = ("done", "cancelled")

Numbered = tuple[int, list[str]]


@dataclass(frozen=True)
class Plan:
    """How a file is read: kept with its job, so that a resumed one is read in the same way."""

    encoding: str
    shape: Shape
    columns: list[Column]
    source: str

    @classmethod
    def restore(cls, value: dict[str, Any]) -> Plan:
        """The plan that `asdict` made a JSON value of."""
        return cls(value["encoding"], Shape(**value["shape"]),
                   [Column(*column) for column in value["columns"]], value["source"])


@dataclass(frozen=True)
class Options:
    """The caller's choices for an import."""

    mapping: Mapping[str, str] = field(default_factory=dict)
    unknown_columns: str = "custom"
    source: str = "import"
    lane: str = "bulk"
    dry_run: bool = False


def plan(file: BinaryIO, encoding: str, options: Options) -> Plan:
    """Decide how to read a file that is open at its start, where it is left. Raises TableError."""
    with text_of(file, encoding) as text:
        shape = detect_shape(text.read(SAMPLE))
    file.seek(0)
    with text_of(file, encoding) as text:
        header, _ = read_table(text, shape)
    file.seek(0)
    columns = plan_columns(header, options.mapping, options.unknown_columns)
    return Plan(encoding, shape, columns, options.source)


def read(file: BinaryIO, how: Plan) -> Iterator[Numbered]:
    """The rows of a file that is open at its begin, without the header."""
    with text_of(file, how.encoding) as text:
        for line, cells in read_table(text, how.shape)[1]:
            if any(cells):
                yield line, cells


def create(engine: Engine, content: bytes, options: Options, *, by: Actor) -> Row:
    """Keep a file as a job. Raises TableError."""
    file = io.BytesIO(content)
    how = plan(file, detect_encoding([content]), options)
    rows = read(file, how)
    chunks = list(chunks_of(rows, CHUNK_ROWS))
    total = sum(map(len, chunks))
    job_id = new_id()
    with engine.database.write() as cursor:
        store.add(cursor, _job(engine, job_id, how, options, by.name) | {
            "chunks": len(chunks), "total": total, "state": "queued" if chunks else "done"})
        store.add_chunks(
            cursor, job_id,
            ((number, engine.vault.seal(rows)) for number, rows in enumerate(chunks)))
        record(cursor, by, "job.created", "job", job_id,
               after={"kind": "import", "rows": total, "dry_run": options.dry_run})
        waking.wake_after(engine, waking.IMPORTS)
        return show(engine, cursor, _found(store.get(cursor, job_id)))


def chunks_of(rows: Iterator[Numbered], size: int) -> Iterator[list[Numbered]]:
    """Rows in lists of `size`."""
    while chunk := list(islice(rows, size)):
        yield chunk


def _job(engine: Engine, job_id: str, how: Plan, options: Options, client: str) -> Row:
    return {
        "id": job_id, "kind": "import", "created_by": client, "plan": engine.vault.seal(asdict(how)),
        "dry_run": options.dry_run, "lane": options.lane, "chunk_rows": CHUNK_ROWS,
    }


def begin(
    engine: Engine, key: str, file: BinaryIO, encoding: str, options: Options, *,
    client: str, again: bool = False,
) -> tuple[Row, Plan]:
    """The job of a file that stays with the caller: the one under this key that is not finished, the
    one that is done (unless `again` or a dry run), else a new one."""
    with engine.database.write() as cursor:
        job = store.latest(cursor, key)
        old = job and (job["state"] == "cancelled" or (job["state"] == "done" and (again or job["dry_run"])))
        if not job or old:
            how = plan(file, encoding, options)
            store.add(cursor, _job(engine, new_id(), how, options, client) | {"key": key, "state": "running"})
            job = _found(store.latest(cursor, key))
        store.revive(cursor, job["id"])
        return job, Plan.restore(engine.vault.open(job["plan"]))


def feed(engine: Engine, job_id: str, number: int, rows: list[Numbered]) -> Row:
    """Take in the chunk of this number, unless that was done before. Raises Conflict."""
    def work(cursor: Cursor) -> Row:
        job = _mine(cursor, job_id)
        if job["next_chunk"] == number:
            _take(engine, cursor, job, rows)
        return _found(store.get(cursor, job_id))

    job: Row = _guarded(engine, job_id, work)
    return job


def finish(engine: Engine, job_id: str) -> Row:
    """Every chunk was fed. Answers the job as it is shown."""
    with engine.database.write() as cursor:
        if _mine(cursor, job_id)["state"] not in ENDED:
            store.end(cursor, job_id, "done")
        return show(engine, cursor, _found(store.get(cursor, job_id)))


def _mine(cursor: Cursor, job_id: str) -> Row:
    job = store.lock(cursor, job_id)
    if job is None:
        raise Conflict("Another process is importing this file at the moment.")
    if job["state"] == "cancelled":
        raise Conflict("This import was cancelled.")
    return job


def step(engine: Engine, job_id: str, seconds: float = STEP_SECONDS) -> tuple[Row, Counter[str]]:
    """Work on a job for at most some seconds and one chunk; (the job, outcomes of this step).

    While another step is under way this only tells. A failed job goes on. Raises NotFound.
    """
    until = time.monotonic() + seconds
    with engine.database.write() as cursor:
        store.revive(cursor, job_id)
    outcomes: Counter[str] = Counter()
    while True:
        counts = _guarded(engine, job_id, lambda cursor: _next(engine, cursor, job_id))
        if counts is None:
            break
        outcomes += counts
        if time.monotonic() >= until:
            break
    return get(engine, job_id), outcomes


def step_due(engine: Engine) -> tuple[Row | None, Counter[str]]:
    """A step of the oldest job that waits for one; (None, nothing) when none does."""
    waking.clear(engine, waking.IMPORTS)
    job_id = _due(engine)
    return step(engine, job_id) if job_id else (None, Counter())


def more(engine: Engine) -> bool:
    """Whether a job waits for a step and has none under way."""
    return _due(engine) is not None


def _due(engine: Engine) -> str | None:
    with engine.database.write() as cursor:  # it locks the job, to pass over those under way
        return store.due(cursor)


def _next(engine: Engine, cursor: Cursor, job_id: str) -> Counter[str] | None:
    job = store.lock(cursor, job_id)
    if job is None or job["chunks"] is None or job["state"] not in ("queued", "running"):
        return None
    rows = engine.vault.open(store.chunk(cursor, job_id, job["next_chunk"]))
    counts = _take(engine, cursor, job, rows)
    if job["next_chunk"] + 1 >= job["chunks"]:
        store.end(cursor, job_id, "done")
    return counts


def _guarded(engine: Engine, job_id: str, work: Any) -> Any:
    """Run one step's transaction; a failure is noted in one of its own."""
    try:
        with engine.database.write() as cursor:
            return work(cursor)
    except (Unavailable, Conflict):
        raise
    except Exception as error:
        with engine.database.write() as cursor:
            store.note_failure(cursor, job_id, type(error).__name__, MAX_ATTEMPTS)
        raise


def _take(engine: Engine, cursor: Cursor, job: Row, rows: list[Numbered]) -> Counter[str]:
    how = Plan.restore(engine.vault.open(job["plan"]))
    outcomes = _outcomes(engine, cursor, job, how, rows)
    counts = Counter(outcome for outcome, _ in outcomes)
    rejected = [
        (number, cells, errors)
        for (number, cells), (outcome, errors) in zip(rows, outcomes, strict=True)
        if outcome == "rejected"
    ]
    if rejected:
        store.add_rejects(cursor, job["id"], job["next_chunk"], engine.vault.seal(rejected))
    store.advance(cursor, job["id"], counts, "running")
    if not job["dry_run"] and counts["created"] + counts["updated"]:
        waking.wake_after(engine, job["lane"])
    return counts


def _outcomes(
    engine: Engine, cursor: Cursor, job: Row, how: Plan, rows: list[Numbered],
) -> list[tuple[str, list[dict[str, str]]]]:
    """(outcome, errors) of each row."""
    bad = {i: problem for i, (_, cells) in enumerate(rows) if (problem := row_problem(cells, how.columns))}
    entries = intake.read(engine, (
        lead_of(cells, how.columns, how.source) for i, (_, cells) in enumerate(rows) if i not in bad))
    if job["dry_run"]:
        results = iter(preview(engine, cursor, job["id"], entries))
    else:
        results = ((r["outcome"], r["errors"]) for r in _receive(engine, job, entries))
    return [
        ("rejected", [{"pointer": "", "code": "bad_row", "detail": bad[i]}]) if i in bad
        else next(results) for i in range(len(rows))
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
        listed=True)


def get(engine: Engine, job_id: str) -> Row:
    """A job with its columns, progress and first problems. Raises NotFound."""
    with engine.database.read() as cursor:
        return show(engine, cursor, _found(store.get(cursor, job_id)))


def listed(
    engine: Engine, *, limit: int, after: list[Any] | None, state: str | None
) -> tuple[list[Row], list[Any] | None]:
    """Jobs, newest first, without columns and problems; where the next page begins."""
    with engine.database.read(may_lag=True) as cursor:
        rows, following = paged(
            store.page(cursor, limit + 1, after[0] if after else None, state), limit)
    return [_summary(row) for row in rows], following


def cancel(engine: Engine, job_id: str, *, by: Actor) -> Row:
    """Stop a job after the chunk that is under way. Raises NotFound, Conflict when it has ended."""
    with engine.database.write() as cursor:
        job = _found(store.lock_patiently(cursor, job_id))
        if job["state"] in ENDED:
            raise Conflict(f"This job is {job['state']} already.")
        store.end(cursor, job_id, "cancelled")
        record(cursor, by, "job.cancelled", "job", job_id, before={"state": job["state"]},
               after={"state": "cancelled"})
        return show(engine, cursor, _found(store.get(cursor, job_id)))


def rejects(engine: Engine, job_id: str) -> Iterator[tuple[int, list[str], list[dict[str, str]]]]:
    """Refused rows with their errors, a chunk at a time: (line, cells, errors)."""
    number = -1
    while True:
        with engine.database.read() as cursor:
            found = store.rejects_after(cursor, job_id, number)
        if found is None:
            return
        number = found["number"]
        yield from engine.vault.open(found["rows"])


def rejects_file(engine: Engine, job: Row) -> Iterator[str]:
    """The refused rows as a file to correct and send again: the same columns and what was wrong."""
    names = [column["column"] for column in job["columns"]]
    yield BOM + line([*names, "rejected_line", "rejected_because"])
    for number, cells, errors in rejects(engine, job["id"]):
        padded = [*cells, *[""] * (len(names) - len(cells))]
        yield line([*padded[:len(names)], number, "; ".join(map(_sentence, errors))])


def _sentence(error: dict[str, str]) -> str:
    name = error["pointer"].strip("/")
    return f"{name}: {error['detail']}" if name else error["detail"]


def show(engine: Engine, cursor: Cursor, row: Row) -> Row:
    """A job as the API tells it, whole."""
    how = Plan.restore(engine.vault.open(row["plan"]))
    first = store.rejects_after(cursor, row["id"], -1)
    problems: list[Row] = []
    while first and len(problems) < SHOWN_PROBLEMS:
        problems += [{"line": number, "errors": errors}
                     for number, _, errors in engine.vault.open(first["rows"])]
        first = store.rejects_after(cursor, row["id"], first["number"])
    return _summary(row) | {
        "source": how.source, "encoding": how.encoding, "delimiter": how.shape.delimiter,
        "columns": [{"column": c.name, "field": c.field, "how": c.how} for c in how.columns],
        "problems": problems[:SHOWN_PROBLEMS],
    }


def _summary(row: Row) -> Row:
    counts = {name: row[name] for name in ("created", "updated", "rejected", "suppressed")}
    handled, total = sum(counts.values()), row["total"]
    return {
        **{name: row[name] for name in ("id", "kind", "state", "dry_run", "lane", "created_by")},
        "driver": "command line" if row["chunks"] is None else "steps",
        "counts": {"total": total, "handled": handled} | counts,
        "progress": 1.0 if row["state"] == "done" else round(handled / total, 4) if total else 0.0,
        "error": row["error"], "created_at": row["created_at"], "updated_at": row["updated_at"],
    }


def _found(row: Row | None) -> Row:
    if row is None:
        raise NotFound("There is no such job.")
    return row
