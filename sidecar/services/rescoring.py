"""Scoring all leads again, as a job of many small steps.

One step is one transaction: the next leads are scored and the job moved on, so that a kill anywhere leaves
them either scored or not. No provider is asked. Who becomes hot by it goes through the flow of n8n to be told
of, as any other lead.
"""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

from sidecar.engine import Engine
from sidecar.ids import new_id
from sidecar.pipeline import waking
from sidecar.pipeline.scoring import score_leads
from sidecar.services.audit import Actor, record
from sidecar.services.imports import in_chunks, summary, there
from sidecar.store import intake, scores
from sidecar.store import jobs as store
from sidecar.store import work as work_items
from sidecar.store.database import Cursor, Row

CHUNK_LEADS = 500
_KEY = "rescore"  # one at a time: a second order is the first one, begun anew


def begin(engine: Engine, *, by: Actor) -> Row:
    """A job that scores all leads that have a score again by the models now in force. The one that is under
    way, if any, is cancelled: leads that it did already may have been scored by models before."""
    with engine.database.write() as cursor:
        before = store.latest(cursor, _KEY)
        if before and store.lock_patiently(cursor, before["id"]) and before["state"] in (
                "queued", "running", "failed"):
            store.end(cursor, before["id"], "cancelled")
        job_id, total = new_id(), scores.count(cursor)
        store.add(cursor, {
            "id": job_id, "kind": "rescore", "state": "queued", "created_by": by.name, "key": _KEY,
            "plan": engine.vault.seal({}), "dry_run": False, "lane": "bulk", "chunk_rows": CHUNK_LEADS,
            "chunks": 0, "total": total})
        record(cursor, by, "job.created", "job", job_id, after={"kind": "rescore", "leads": total})
        waking.wake_after(engine, waking.IMPORTS)
        return show(engine, cursor, there(store.get(cursor, job_id)))


def work(engine: Engine, job_id: str, seconds: float) -> Counter[str]:
    """Score for some seconds, a chunk of leads at least: how many have another score (updated), the same
    (skipped), or could not be scored (rejected)."""
    return in_chunks(engine, job_id, time.monotonic() + seconds, _next)


def _next(engine: Engine, cursor: Cursor, job_id: str) -> Counter[str] | None:
    job = store.lock(cursor, job_id)
    if job is None or job["state"] not in ("queued", "running"):
        return None
    lead_ids = scores.after(cursor, job["position"], job["chunk_rows"])
    if not lead_ids:
        store.end(cursor, job_id, "done")
        return None
    work_items.lock_people(cursor, lead_ids)
    done = score_leads(engine, cursor, lead_ids, None, keep_same=False)
    if done.hot:
        intake.queue(cursor, sorted(done.hot), job["lane"], engine.settings.bulk_batch, score_only=True)
        waking.wake_after(engine, job["lane"])
    failed, other = len(done.failures), len(done.other)
    counts = Counter(updated=other, rejected=failed, skipped=len(lead_ids) - other - failed)
    store.move_on(cursor, job_id, counts, lead_ids[-1])
    return counts


def show(engine: Engine, cursor: Cursor, row: Row) -> dict[str, Any]:
    """A job as the API tells it, whole; what only an import has is empty."""
    nothing = ("source", "format", "encoding", "encoding_certainty", "delimiter", "sheet", "header_line",
               "mapping_name", "refused")
    return summary(row) | dict.fromkeys(nothing) | {
        "kept": [], "kept_count": 0, "columns": [], "problems": [], "warnings": []}
