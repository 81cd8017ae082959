"""Erasing those whose time is over, as a job of many small steps.

One step is one transaction of some people. Each is looked at once more in it: who is not due any more,
because they wrote, bought or somebody set another ground, stays. Switched off, the job ends.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from datetime import timedelta

from sidecar.engine import Engine
from sidecar.errors import Conflict, Unavailable
from sidecar.pipeline.privacy import work_out, zone_of
from sidecar.privacy.notices import day
from sidecar.privacy.settings import whole
from sidecar.services.audit import Actor
from sidecar.services.customers import erase_all
from sidecar.services.imports import in_chunks
from sidecar.store import customers, intake, jobs
from sidecar.store import privacy as store
from sidecar.store.database import Cursor

log = logging.getLogger(__name__)
RETENTION = Actor("retention")


def work(engine: Engine, job_id: str, seconds: float) -> Counter[str]:
    """Erase for some seconds, a chunk of people at least: how many were erased (updated), stay (skipped) and
    could not be erased (rejected)."""
    return in_chunks(engine, job_id, time.monotonic() + seconds, _next)


def _next(engine: Engine, cursor: Cursor, job_id: str) -> Counter[str] | None:
    job = jobs.lock(cursor, job_id)
    if job is None or job["state"] not in ("queued", "running"):
        return None
    settings = whole(store.settings(cursor)["definition"])
    if not settings["erase"]:
        jobs.end(cursor, job_id, "cancelled")
        return None
    chosen = store.cooled(cursor, engine.now() - timedelta(days=settings["cooling_days"]), job["position"],
                          job["chunk_rows"])
    if not chosen:
        jobs.end(cursor, job_id, "done")
        return None
    # In the order in which `erase_all` locks, before it is looked who is due: who writes meanwhile waits.
    intake.lock(cursor, customers.identities(cursor, chosen))
    customers.lock_leads(cursor, chosen)
    today = day(engine.now(), zone_of(engine))
    due = [contact_id for contact_id, found in work_out(engine, cursor, chosen).items()
           if found.kept.due_on and found.kept.due_on < today]
    erased = erase_each(engine, due, by=RETENTION, suppressed=False) if due else []
    counts = Counter(updated=len(erased), rejected=len(due) - len(erased), skipped=len(chosen) - len(due))
    jobs.move_on(cursor, job_id, counts, chosen[-1])
    return counts


def erase_each(engine: Engine, contact_ids: list[str], *, by: Actor, suppressed: bool) -> list[str]:
    """Erase these people, as `erase_all` does; one who cannot be erased is passed by, and the others go."""
    try:
        with engine.database.write() as cursor:
            return erase_all(engine, cursor, contact_ids, by=by, suppressed=suppressed)
    except (Unavailable, Conflict):
        raise
    except Exception as error:
        if engine.database.is_away(error):
            raise
        if len(contact_ids) == 1:
            log.error("contact %s could not be erased: %s", contact_ids[0], type(error).__name__)
            return []
    return [erased for contact_id in contact_ids
            for erased in erase_each(engine, [contact_id], by=by, suppressed=suppressed)]
