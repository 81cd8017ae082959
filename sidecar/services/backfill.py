"""After a stall: what came since then and lacks something is taken up again, as a job of many small steps.

One step is one transaction: some submissions' leads are looked at, those that lack something are queued,
messages that were given up are owed again, and the job moves on. So whatever was mended meanwhile, or by a
backfill before, is left alone. Leads go the way of all leads: what was answered and still counts is not paid
for again.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Iterator
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
from sidecar.store import intake
from sidecar.store import jobs as job_store
from sidecar.store.database import Cursor, Row

CHUNK_LEADS: Final = 500
_LOOKED_AT_ONCE: Final = 2000
show = rescoring.show


def preview(engine: Engine, since: datetime, seconds: float = math.inf) -> tuple[dict[str, int], bool]:
    """(how many leads a backfill would take up, by what they lack: `store.backfill.lacking`, or a message;
    whether it ended after so many seconds, before it had looked at all of them)."""
    end, lacks = time.monotonic() + seconds, dict[str, str]()
    for ids in _all_since(engine, since, engine.now()):
        if time.monotonic() >= end:
            return _counted(lacks), True
        with engine.database.read() as cursor:
            lacks |= {row["id"]: row["work"] or "message"
                      for row in store.lacking(cursor, ids, since, ERROR_TTL_SECONDS)
                      if row["work"] or row["untold"]}
    return _counted(lacks), False


def _counted(lacks: dict[str, str]) -> dict[str, int]:
    return dict(sorted(Counter(lacks.values()).items()))


def _all_since(engine: Engine, since: datetime, until: datetime) -> Iterator[list[str]]:
    """The leads that a backfill looks at, some at a time."""
    with engine.database.read() as cursor:
        after, _ = store.beginning(cursor, since, until)
    while True:
        with engine.database.read() as cursor:
            rows = store.came(cursor, after, since, until, _LOOKED_AT_ONCE)
        if not rows:
            break
        after = rows[-1]["id"]
        yield [row["lead_id"] for row in rows]
    last = None
    while True:
        with engine.database.read() as cursor:
            ids = store.untold(cursor, since, last, _LOOKED_AT_ONCE)
        if not ids:
            return
        last = ids[-1]
        yield ids


def begin(engine: Engine, since: datetime, *, pull: bool, by: Actor) -> Row:
    """A job that looks at what came since then and takes up what lacks something; with `pull` vendors are
    asked by the next pulls for what they have since then."""
    now = engine.now()
    with engine.database.write() as cursor:
        job_id = new_id()
        position, total = store.beginning(cursor, since, now)
        job_store.add(cursor, {
            "id": job_id, "kind": "backfill", "state": "queued", "created_by": by.name,
            "plan": engine.vault.seal({"since": since.isoformat(), "until": now.isoformat()}),
            "dry_run": False, "lane": "bulk", "chunk_rows": CHUNK_LEADS, "chunks": 0, "total": total,
            "position": position})
        pulled = store.pull_since(cursor, since) if pull else 0
        record(cursor, by, "job.created", "job", job_id, after={
            "kind": "backfill", "since": since.isoformat(), "submissions": total, "sources": pulled})
        waking.wake_after(engine, waking.IMPORTS)
        return show(engine, cursor, there(job_store.get(cursor, job_id)))


def work(engine: Engine, job_id: str, seconds: float) -> Counter[str]:
    """Look at leads for some seconds, a chunk at least: how many were taken up (updated), and how many lack
    nothing (skipped)."""
    return in_chunks(engine, job_id, time.monotonic() + seconds, _next)


def _next(engine: Engine, cursor: Cursor, job_id: str) -> Counter[str] | None:
    job = job_store.lock(cursor, job_id)
    if job is None or job["state"] not in ("queued", "running"):
        return None
    plan = engine.vault.open(job["plan"])
    since, until = datetime.fromisoformat(plan["since"]), datetime.fromisoformat(plan["until"])
    rows = store.came(cursor, job["position"], since, until, job["chunk_rows"])
    # Then those whose message was given up, and who came before: whose message is owed again is none of them.
    ids = [row["lead_id"] for row in rows] or store.untold(cursor, since, None, job["chunk_rows"])
    if not ids:
        job_store.set_total(cursor, job_id, job["updated"] + job["skipped"])
        job_store.end(cursor, job_id, "done")
        return None
    found = store.lacking(cursor, ids, since, ERROR_TTL_SECONDS, lock=True)
    queued = [row["id"] for row in found if row["work"]]
    intake.queue(cursor, queued, job["lane"], engine.settings.bulk_batch)
    store.tell_again(cursor, ids, since)
    if queued:
        waking.wake_after(engine, job["lane"])
    taken = sum(1 for row in found if row["work"] or row["untold"])
    counts = Counter(updated=taken, skipped=len(ids) - taken)
    job_store.move_on(cursor, job_id, counts, rows[-1]["id"] if rows else job["position"])
    return counts
