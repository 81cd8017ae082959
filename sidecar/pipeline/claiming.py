"""Claiming due leads, and taking back those whose lease has ended."""

from __future__ import annotations

from typing import Any

from sidecar.engine import Engine
from sidecar.ids import new_id
from sidecar.pipeline import waking, yielding
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

    batch_id is null and leads is empty when nothing is due or enough runs are at work. While people come,
    bulk batches are a fifth as large, one at a time and with pauses. What a dead run left behind is taken
    back first.
    """
    lanes = (lane,) if lane else LANES
    waking.clear(engine, *lanes)
    for candidate in lanes:
        if candidate == "bulk" and not yielding.let_claim(engine):
            continue
        found = _claim(engine, candidate, limit, execution_id)
        if found:
            return found
    return {"batch_id": None, "lane": lane, "lease_until": None, "more": False, "leads": []}


def _claim(
    engine: Engine, lane: str, limit: int | None, execution_id: str | None
) -> dict[str, Any] | None:
    with engine.database.write() as cursor:
        expire(engine, cursor)
        if not work.more_due(cursor, lane):
            return None  # claims of this lane at the same time are not waited for
        size, most = yielding.room(engine, cursor, lane)
        batch_id = new_id()
        batch = work.claim(
            cursor, batch_id, lane, min(limit or size, size), most, engine.settings.lease_seconds,
            execution_id)
        if not batch:
            return None
        return {
            "batch_id": batch_id,
            "lane": lane,
            "lease_until": batch["lease_until"],
            "more": work.more_due(cursor, lane),
            "leads": [reference(engine, batch_id, row)
                      for row in work.references(cursor, batch["lead_ids"])],
        }


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
