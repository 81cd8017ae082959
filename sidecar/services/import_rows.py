"""Rows of an import one by one: what became of them, and refused ones repaired."""

from __future__ import annotations

from typing import Any

from sidecar.engine import Engine
from sidecar.errors import Conflict, Invalid, NotFound
from sidecar.pipeline import intake, waking
from sidecar.services import imports
from sidecar.services.audit import Actor, record
from sidecar.store import jobs as store
from sidecar.store import leads
from sidecar.store.database import Cursor, Row
from sidecar.store.paging import paged
from sidecar.tables import lead_of, row_problem


def listed(
    engine: Engine, job_id: str, *, outcome: str | None, limit: int, after: list[Any] | None
) -> tuple[list[Row], list[Any] | None]:
    """Rows that are kept, in the order of the file, [{chunk, line, outcome, cells, errors}]: refused and
    skipped ones, those of which something was left out, and of a dry run the first ones whatever became of
    them. after: [chunk, line]."""
    chunk, line = after or (0, 0)
    found: list[Row] = []
    while len(found) <= limit:
        with engine.database.read() as cursor:
            number = store.next_chunk_with_rows(cursor, job_id, chunk)
            if number is None:
                break
            rows = _rows(engine, cursor, job_id, number)
        found += [row for row in rows if outcome in (None, row["outcome"])
                  and (row["chunk"], row["line"]) > (chunk, line)]
        chunk, line = number + 1, 0
    return paged(found[:limit + 1], limit, lambda row: [row["chunk"], row["line"]])


def _rows(engine: Engine, cursor: Cursor, job_id: str, number: int) -> list[Row]:
    refused = _kept(engine, cursor, store.REJECTS, job_id, number)
    others = _kept(engine, cursor, store.REMARKS, job_id, number)
    rows = [*((line, cells, "rejected", errors) for line, cells, errors in refused), *others]
    return [{"chunk": number, "line": line, "outcome": outcome, "cells": [*cells], "errors": errors}
            for line, cells, outcome, errors in sorted(rows, key=lambda row: row[0])]


def _kept(engine: Engine, cursor: Cursor, table: str, job_id: str, number: int) -> list[Any]:
    sealed = store.rows_of(cursor, table, job_id, number)
    return list(engine.vault.open(sealed)) if sealed else []


def repair(engine: Engine, job_id: str, chunk: int, line: int, cells: list[str], *, by: Actor) -> Row:
    """Take a refused row in as these cells tell it: its result, as `intake.receive` answers it. It is one of
    the import's rows from then on, and undone with it. Raises NotFound, Conflict, Invalid that names each
    field."""
    with engine.database.write() as cursor:
        job = imports.there(store.lock_patiently(cursor, job_id))
        if job["dry_run"] or job["state"] not in ("done", "cancelled"):
            raise Conflict("Rows are repaired when an import has ended, and not of a dry run.")
        refused = _kept(engine, cursor, store.REJECTS, job_id, chunk)
        old = next((row for row in refused if row[0] == line), None)
        if old is None:
            raise NotFound("There is no such refused row.")
        how = imports.Plan.restore(engine.vault.open(job["plan"]))
        if problem := row_problem(cells, how.columns):
            raise Invalid("The row is still not valid; see errors.", errors=[
                {"pointer": "/cells", "code": problem[0], "detail": problem[1]}])
        [entry] = intake.read(
            engine, [lead_of(cells, how.columns, how.source, how.refused)],
            account=imports.account_of(how))
        if entry.errors:
            raise Invalid("The row is still not valid; see errors.", errors=entry.errors)
        # A number of its own: what the file's chunks wrote is undone by theirs.
        [result] = intake.take_in(
            engine, [entry], client=job["created_by"], lane=job["lane"], request_id=f"job:{job_id}",
            listed=True, import_chunk=(job_id, job["next_chunk"]))
        left = [row for row in refused if row[0] != line]
        store.put_rows(
            cursor, store.REJECTS, job_id, chunk, engine.vault.seal(left) if left else None)
        store.advance(cursor, job_id, {"rejected": -1, result["outcome"]: 1}, job["state"], job["warnings"])
        _resolve(engine, cursor, job_id, lead_of(old[1], how.columns, how.source, how.refused))
        record(cursor, by, "job.row_repaired", "job", job_id, after={"line": line})
        waking.wake_after(engine, job["lane"])
    return dict(result)


def _resolve(engine: Engine, cursor: Cursor, job_id: str, lead: dict[str, Any]) -> None:
    """What was refused of the row is no reject any more."""
    for row in leads.rejects_of_job(cursor, job_id):
        if engine.vault.open(row["payload"]) == lead:
            leads.resolve(cursor, row["id"])
            return
