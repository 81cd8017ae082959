"""Jobs of every kind: their steps, their progress, their end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Final

from sidecar.engine import Engine
from sidecar.errors import Conflict
from sidecar.pipeline import waking
from sidecar.services import backfill, bulk, erasures, imports, rescoring
from sidecar.services.audit import Actor, record
from sidecar.services.imports import ENDED, STEP_SECONDS, summary, there
from sidecar.store import jobs as store
from sidecar.store.database import Cursor, Row
from sidecar.store.paging import paged

# By kind: what does its work for some seconds, and how it is told whole.
_WORK: Final[Mapping[str, Callable[[Engine, str, float], Counter[str]]]] = {
    "import": imports.work, "rescore": rescoring.work, "bulk": bulk.work,
    "erasure": erasures.work, "backfill": backfill.work}
_SHOW: Final[Mapping[str, Callable[[Engine, Cursor, Row], Row]]] = {
    "import": imports.show, "rescore": rescoring.show, "bulk": bulk.show,
    "erasure": rescoring.show, "backfill": backfill.show}

KINDS: Final = tuple(_WORK)


def step(engine: Engine, job_id: str, seconds: float = STEP_SECONDS) -> tuple[Row, Counter[str]]:
    """Work on a job for at most some seconds and one chunk; (the job, outcomes of this step).

    While another step is under way this only tells. A failed job goes on. Raises NotFound.
    """
    with engine.database.write() as cursor:
        kind = there(store.get(cursor, job_id))["kind"]
        store.revive(cursor, job_id)
    outcomes = _WORK[kind](engine, job_id, seconds)
    return get(engine, job_id), outcomes


def step_due(engine: Engine) -> Row | None:
    """A step of the oldest job that waits for one; None when none does."""
    waking.clear(engine, waking.IMPORTS)
    job_id = _due(engine)
    return step(engine, job_id)[0] if job_id else None


def more(engine: Engine) -> bool:
    """Whether a job waits for a step and has none under way."""
    return _due(engine) is not None


def _due(engine: Engine) -> str | None:
    with engine.database.write() as cursor:  # it locks the job, to pass over those under way
        return store.due(cursor)


def get(engine: Engine, job_id: str) -> Row:
    """A job whole; of an import its columns and first problems. Raises NotFound."""
    with engine.database.read() as cursor:
        row = there(store.get(cursor, job_id))
        return _SHOW[row["kind"]](engine, cursor, row)


def listed(
    engine: Engine, *, limit: int, after: list[Any] | None, state: str | None,
    kind: str | None = None,
) -> tuple[list[Row], list[Any] | None]:
    """Jobs, newest first, without what `get` tells beside; where the next page begins."""
    with engine.database.read(may_lag=True) as cursor:
        rows, following = paged(
            store.page(cursor, limit + 1, after[0] if after else None, state, kind), limit)
    return [summary(row) for row in rows], following


def cancel(engine: Engine, job_id: str, *, by: Actor) -> Row:
    """Stop a job after the chunk that is under way. Raises NotFound, Conflict when it has ended."""
    with engine.database.write() as cursor:
        job = there(store.lock_patiently(cursor, job_id))
        if job["state"] in ENDED:
            raise Conflict(f"This job is {job['state']} already.")
        store.end(cursor, job_id, "cancelled")
        record(cursor, by, "job.cancelled", "job", job_id, before={"state": job["state"]},
               after={"state": "cancelled"})
        return _SHOW[job["kind"]](engine, cursor, there(store.get(cursor, job_id)))
