"""Claiming due leads, and taking back those whose lease has ended."""

from __future__ import annotations

from typing import Any

from sidecar.engine import Engine
from sidecar.ids import new_id
from sidecar.pipeline import waking
from sidecar.pipeline.batches import reference
from sidecar.pipeline.closing import ended, write
from sidecar.pipeline.scoring import score_leads
from sidecar.store import calls, work
from sidecar.store.database import Cursor
from sidecar.terms.states import LANES


def claim(
    engine: Engine, lane: str | None = None, limit: int | None = None,
    execution_id: str | None = None,
) -> dict[str, Any]:
    """Lease a batch: {batch_id, lane, lease_until, more, leads: [reference]}; people before imports.

    batch_id is null and leads is empty when nothing is due or enough runs are at work. While people wait,
    bulk batches are no larger than theirs and come one at a time. What a dead run left behind is taken
    back first.
    """
    lanes = (lane,) if lane else LANES
    waking.clear(engine, *lanes)
    settings = engine.settings
    sizes = {"interactive": settings.interactive_batch, "bulk": settings.bulk_batch}
    at_once = {"interactive": settings.interactive_batches, "bulk": settings.bulk_batches}
    with engine.database.write() as cursor:
        expire(engine, cursor)
        for candidate in lanes:
            if not work.more_due(cursor, candidate):
                continue  # its claims are not held up by what this one does in another lane
            size, most = sizes[candidate], at_once[candidate]
            if candidate == "bulk" and work.people_wait(cursor):
                size, most = min(size, settings.interactive_batch), 1
            batch_id = new_id()
            batch = work.claim(
                cursor, batch_id, candidate, min(limit or size, size), most, settings.lease_seconds,
                execution_id,
            )
            if batch:
                return {
                    "batch_id": batch_id,
                    "lane": candidate,
                    "lease_until": batch["lease_until"],
                    "more": work.more_due(cursor, candidate),
                    "leads": [reference(engine, batch_id, row)
                              for row in work.references(cursor, batch["lead_ids"])],
                }
    return {"batch_id": None, "lane": lane, "lease_until": None, "more": False, "leads": []}


def expire(engine: Engine, cursor: Cursor) -> None:
    """Take back every lead whose lease has ended; one that is let go is scored with what is known."""
    overdue = work.overdue(cursor)
    if not overdue:
        return
    work.lock_people(cursor, overdue)
    leads = {lead["lead_id"]: lead for lead in work.ended(cursor, overdue)}
    leaving = [ended(lead, engine.settings.max_attempts) for lead in leads.values()]
    calls.give_up(cursor, list(leads))
    for batch_id in sorted({lead["batch_id"] for lead in leads.values()}):
        unscored = [
            left["lead_id"] for left in leaving
            if left["stage"] == "let_go" and leads[left["lead_id"]]["batch_id"] == batch_id
            and leads[left["lead_id"]]["stage"] == "leased"]
        if unscored:
            score_leads(engine, cursor, unscored, batch_id)
    write(cursor, leaving)
