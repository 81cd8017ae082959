"""After a stall: what came since then and lacks something is taken up again, as a job of many small steps.

One step is one transaction: leads are queued, messages that were given up are owed again, and the job moves
on. What a lead lacks is looked at again in that transaction, so that whatever was mended meanwhile, or by a
backfill before, is left alone. Leads go the way of all leads: what was answered and still counts is not paid
for again.
"""

from __future__ import annotations

import time
from collections import Counter
from datetime import datetime
from typing import Final

from sidecar.engine import Engine
from sidecar.ids import new_id
from sidecar.pipeline import waking
from sidecar.pipeline.surveying import ERROR_TTL_SECONDS
from sidecar.services import rescoring
from sidecar.services.audit import Actor, record
from sidecar.services.imports import in_chunks, there
from sidecar.store import backfill as store
from sidecar.store import bulk, intake
from sidecar.store import jobs as job_store
from sidecar.store.database import Cursor, Row

CHUNK_LEADS: Final = 500
show = rescoring.show


def preview(engine: Engine, since: datetime) -> dict[str, int]:
    """How many leads a backfill would take up, by what they lack: `store.backfill.count`."""
    with engine.database.read() as cursor:
        return store.count(cursor, since, ERROR_TTL_SECONDS)


def begin(engine: Engine, since: datetime, *, pull: bool, by: Actor) -> Row:
    """A job that takes up what came since then and lacks something; with `pull` vendors are asked by the next
    pulls for what they have since then."""
    with engine.database.write() as cursor:
        job_id = new_id()
        job_store.add(cursor, {
            "id": job_id, "kind": "backfill", "state": "queued", "created_by": by.name,
            "plan": engine.vault.seal({"since": since.isoformat()}), "dry_run": False, "lane": "bulk",
            "chunk_rows": CHUNK_LEADS, "chunks": 0, "total": 0})
        total = store.choose(cursor, job_id, since, ERROR_TTL_SECONDS)
        job_store.set_total(cursor, job_id, total)
        pulled = store.pull_since(cursor, since) if pull else 0
        record(cursor, by, "job.created", "job", job_id, after={
            "kind": "backfill", "since": since.isoformat(), "leads": total, "sources": pulled})
        waking.wake_after(engine, waking.IMPORTS)
        return show(engine, cursor, there(job_store.get(cursor, job_id)))


def work(engine: Engine, job_id: str, seconds: float) -> Counter[str]:
    """Take leads up for some seconds, a chunk at least: how many were (updated), and how many lack nothing
    any more (skipped)."""
    return in_chunks(engine, job_id, time.monotonic() + seconds, _next)


def _next(engine: Engine, cursor: Cursor, job_id: str) -> Counter[str] | None:
    job = job_store.lock(cursor, job_id)
    if job is None or job["state"] not in ("queued", "running"):
        return None
    rows = bulk.following(cursor, job_id, None, job["chunk_rows"])
    if not rows:
        job_store.end(cursor, job_id, "done")
        return None
    since = datetime.fromisoformat(engine.vault.open(job["plan"])["since"])
    ids = [row["id"] for row in rows]
    found = store.lacking(cursor, ids, since, ERROR_TTL_SECONDS)
    queued = [row["id"] for row in found if row["work"]]
    intake.queue(cursor, queued, job["lane"], engine.settings.bulk_batch)
    store.tell_again(cursor, [row["id"] for row in found if row["untold"]], since)
    if queued:
        waking.wake_after(engine, job["lane"])
    taken = {row["id"] for row in found if row["work"] or row["untold"]}
    bulk.note(cursor, job_id, [
        {"id": lead_id, "outcome": "changed" if lead_id in taken else "same"} for lead_id in ids])
    counts = Counter(updated=len(taken), skipped=len(ids) - len(taken))
    job_store.move_on(cursor, job_id, counts, ids[-1])
    return counts
