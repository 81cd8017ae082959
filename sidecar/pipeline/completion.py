"""Closing a batch."""

from __future__ import annotations

from typing import Any

from sidecar.engine import Engine
from sidecar.pipeline import providers
from sidecar.pipeline.batches import references
from sidecar.store import calls, facts, work

# A lead waits for slow providers at most this often; then it is done with what is known.
MAX_WAITS = 5


def complete(engine: Engine, batch_id: str) -> dict[str, Any]:
    """Close the batch: {results, more, lane}; leads that a provider still owes an answer wait."""
    settings = engine.settings
    with engine.database.write() as cursor:
        batch = work.renew(cursor, batch_id, settings.lease_seconds)
        lead_ids = work.members(cursor, batch_id)
        calls.drop_planned(cursor, batch_id)
        calls.doubt_started(cursor, batch_id)
        waiting = providers.waiting(engine, cursor, facts.load(cursor, lead_ids))
        waited = work.waits(cursor, list(waiting))
        waiting = {
            lead_id: seconds * 2 ** waited[lead_id] for lead_id, seconds in waiting.items()
            if waited[lead_id] < MAX_WAITS
        }
        work.finish(cursor, batch_id, waiting, settings.bulk_batch)
        return {
            "results": references(engine, cursor, batch_id, lead_ids),
            "more": work.more_due(cursor, batch["lane"]),
            "lane": batch["lane"],
        }
