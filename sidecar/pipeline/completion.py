"""Completing a batch."""

from __future__ import annotations

from typing import Any

from sidecar.engine import Engine
from sidecar.pipeline import providers
from sidecar.pipeline.backoff import backoff
from sidecar.pipeline.batches import leased
from sidecar.pipeline.closing import finished, let_go
from sidecar.store import calls, facts, work

# A lead waits for slow providers at most this often; then it is done with what is known.
MAX_WAITS = 5


def complete(engine: Engine, batch_id: str) -> dict[str, Any]:
    """Close the batch: {results, more, lane}; leads that a provider still owes an answer wait."""
    with leased(engine, batch_id) as batch:
        cursor = batch.cursor
        calls.give_up(cursor, batch_id)
        owed = providers.waiting(engine, cursor, facts.load(cursor, batch.lead_ids))

        def decide(lead: work.Held) -> work.Leaving:
            first = owed.get(lead["lead_id"])
            wait = None if first is None or lead["waits"] >= MAX_WAITS else backoff(
                lead["waits"], first=first)
            return finished(lead, wait, engine.settings.bulk_batch)

        let_go(cursor, batch_id, decide)
        return {
            "results": batch.results(),
            "more": work.more_due(cursor, batch.lane),
            "lane": batch.lane,
        }
