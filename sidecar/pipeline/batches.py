"""Claiming batches of due leads, and the steps that work on them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sidecar.engine import Engine
from sidecar.ids import new_id
from sidecar.pipeline import waking
from sidecar.pipeline.closing import expire
from sidecar.pipeline.intake import lead_url
from sidecar.store import work
from sidecar.store.database import Cursor
from sidecar.terms.states import LANES


def claim(
    engine: Engine, lane: str | None = None, limit: int | None = None,
    execution_id: str | None = None,
) -> dict[str, Any]:
    """Lease a batch: {batch_id, lane, lease_until, more, leads: [reference]}; people before imports.

    batch_id is null and leads is empty when nothing is due or enough batches run. What a dead run
    left behind is taken back first.
    """
    lanes = (lane,) if lane else LANES
    waking.clear(engine, *lanes)
    settings = engine.settings
    sizes = {"interactive": settings.interactive_batch, "bulk": settings.bulk_batch}
    open_batches = {"interactive": settings.interactive_batches, "bulk": settings.bulk_batches}
    with engine.database.write() as cursor:
        expire(cursor, settings.max_attempts)
        for candidate in lanes:
            batch_id = new_id()
            batch = work.claim(
                cursor, batch_id, candidate, min(limit or sizes[candidate], sizes[candidate]),
                open_batches[candidate], settings.lease_seconds, execution_id,
            )
            if batch:
                return {
                    "batch_id": batch_id,
                    "lane": candidate,
                    "lease_until": batch["lease_until"],
                    "more": work.more_due(cursor, candidate),
                    "leads": references(engine, cursor, batch_id, batch["lead_ids"]),
                }
    return {"batch_id": None, "lane": lane, "lease_until": None, "more": False, "leads": []}


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch during one step: the step's transaction, and the leads that the batch still holds."""

    engine: Engine
    cursor: Cursor
    id: str
    lane: str
    round: int
    lead_ids: list[str]

    def results(self, outcomes: Mapping[str, tuple[str, str]] | None = None) -> list[dict[str, Any]]:
        """The references of its leads; see `references`."""
        return references(self.engine, self.cursor, self.id, self.lead_ids, outcomes)


@contextmanager
def leased(engine: Engine, batch_id: str) -> Iterator[Batch]:
    """A step of a batch: one transaction, in which its lease is renewed and no other step has it.

    Raises LeaseLost when the batch is closed, expired or unknown.
    """
    with engine.database.write() as cursor:
        batch = work.renew(cursor, batch_id, engine.settings.lease_seconds)
        yield Batch(
            engine, cursor, batch_id, batch["lane"], batch["round"], work.members(cursor, batch_id))


def references(
    engine: Engine, cursor: Cursor, batch_id: str | None, lead_ids: list[str],
    outcomes: Mapping[str, tuple[str, str]] | None = None,
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
