"""Claiming batches of due leads, and giving them back."""

from __future__ import annotations

from typing import Any

from sidecar.engine import Engine
from sidecar.errors import NotFound
from sidecar.ids import new_id
from sidecar.pipeline import waking
from sidecar.pipeline.intake import lead_url
from sidecar.pipeline.retention import tidy_up
from sidecar.store import work
from sidecar.store.database import Cursor, Row


def claim(
    engine: Engine, lane: str | None = None, limit: int | None = None,
    execution_id: str | None = None,
) -> dict[str, Any]:
    """Lease a batch: {batch_id, lane, lease_until, more, leads: [reference]}; people before imports.

    batch_id is null and leads is empty when nothing is due or enough batches run. What a dead run
    left behind is taken back first.
    """
    lanes = (lane,) if lane else work.LANES
    waking.clear(engine, *lanes)
    tidy_up(engine)
    settings = engine.settings
    sizes = {"interactive": settings.interactive_batch, "bulk": settings.bulk_batch}
    open_batches = {"interactive": settings.interactive_batches, "bulk": settings.bulk_batches}
    with engine.database.write() as cursor:
        work.expire(cursor, settings.max_attempts)
        for candidate in lanes:
            batch_id = new_id()
            lead_ids = work.claim(
                cursor, batch_id, candidate, min(limit or sizes[candidate], sizes[candidate]),
                open_batches[candidate], settings.lease_seconds, execution_id,
            )
            if lead_ids:
                batch = work.renew(cursor, batch_id, settings.lease_seconds)
                return {
                    "batch_id": batch_id,
                    "lane": candidate,
                    "lease_until": batch["lease_until"],
                    "more": work.more_due(cursor, candidate),
                    "leads": references(engine, cursor, batch_id, lead_ids),
                }
    return {"batch_id": None, "lane": lane, "lease_until": None, "more": False, "leads": []}


def references(
    engine: Engine, cursor: Cursor, batch_id: str | None, lead_ids: list[str],
    outcomes: dict[str, tuple[str, str]] | None = None,
) -> list[dict[str, Any]]:
    """What n8n gets of each lead; outcomes: lead id -> (retry | dead, code), all others are ok."""
    outcomes = outcomes or {}
    found = []
    for row in work.references(cursor, lead_ids):
        outcome, code = outcomes.get(row["lead_id"], ("ok", None))
        found.append({
            "batch_id": batch_id, "lead_url": lead_url(engine, row["lead_id"]), **row,
            "outcome": outcome, "code": code,
        })
    return found


def fail(engine: Engine, batch_id: str, reason: str) -> Row:
    """Give a batch back with a reason: {requeued, dead}. Raises NotFound when it is not open."""
    with engine.database.write() as cursor:
        batch = work.close_failed(cursor, batch_id, reason)
        if batch is None:
            raise NotFound("There is no such open batch.")
        return work.give_back(
            cursor, batch, "batch_failed", reason, engine.settings.max_attempts
        )


def lead_failed(
    cursor: Cursor, engine: Engine, failures: dict[str, Exception], step: str
) -> dict[str, tuple[str, str]]:
    """Leads that fail by themselves leave their batch: retried in a minute, at last dead."""
    code = f"{step}_failed"
    attempts = {row["lead_id"]: row["attempts"] for row in work.attempts(cursor, list(failures))}
    outcomes = {
        lead_id: ("dead" if attempts.get(lead_id, 0) + 1 >= engine.settings.max_attempts
                  else "retry", code)
        for lead_id in failures
    }
    work.drop(
        cursor,
        [
            {"lead_id": lead_id, "stage": "dead" if outcomes[lead_id][0] == "dead" else "queued",
             "code": code, "due_in": 60,
             "reason": f"The {step} step failed on this lead: {type(error).__name__}."}
            for lead_id, error in failures.items()
        ],
    )
    return outcomes
