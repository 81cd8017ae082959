"""Completing leads."""

from __future__ import annotations

from typing import Any

from sidecar.engine import Engine
from sidecar.pipeline.backoff import backoff
from sidecar.pipeline.batches import step
from sidecar.pipeline.closing import finished, write
from sidecar.pipeline.planning import waiting
from sidecar.store import calls, facts, work

# A lead waits for slow providers at most this often, and for those that were not asked yet, as they are down
# or slow, for about ten days; then it is done with what is known.
MAX_WAITS, MAX_WAITS_UNASKED = 5, 20
_LONGEST_WAIT = 86_400


def complete(engine: Engine, batch_id: str, lead_ids: list[str]) -> dict[str, Any]:
    """Close these leads: {results, more, lane}; those that were planned and that a provider still owes an
    answer wait. `more`: others of their lane wait."""
    with step(engine, "complete", batch_id, lead_ids, leaving=True) as at_work:
        cursor = at_work.cursor
        calls.give_up(cursor, at_work.lead_ids)
        planned = [lead["lead_id"] for lead in at_work.held if lead["rounds"]]
        owed, stops = waiting(
            engine, cursor, facts.load(cursor, planned), at_work.lane) if planned else ({}, {})

        def decide(lead: work.Held) -> work.Leaving:
            first = owed.get(lead["lead_id"])
            stopped = "skipped" if lead["rounds"] is None else stops.get(lead["lead_id"])
            if first is None or lead["waits"] >= (MAX_WAITS_UNASKED if first.awaits else MAX_WAITS):
                return finished(lead, None, engine.settings.bulk_batch, stopped=stopped)
            return finished(
                lead, backoff(lead["waits"], first=first.seconds, most=_LONGEST_WAIT),
                engine.settings.bulk_batch, stopped=stopped, awaits=first.awaits, down=first.down)

        write(cursor, [decide(lead) for lead in at_work.held])
        results, lane = at_work.results(), at_work.lane
    # Only now: who brings leads meanwhile sees either that this run is at work or that it is not.
    with engine.database.read() as cursor:
        return {"results": results, "more": lane is not None and work.more_due(cursor, lane), "lane": lane}
