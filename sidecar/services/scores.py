"""The scores of one lead: now, at any past moment, and their history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sidecar.engine import Engine
from sidecar.errors import Invalid, NotFound
from sidecar.pipeline.scoring import model_of_version, models_in_force, scoring_facts
from sidecar.scoring import score
from sidecar.scoring.seen import marks, then_known
from sidecar.store import facts, leads, scores
from sidecar.store.database import Cursor, Row
from sidecar.store.paging import paged


def of_lead(engine: Engine, lead_id: str) -> Row:
    """A lead's score as it was last worked out. Raises NotFound, also where it has none yet."""
    with engine.database.read() as cursor:
        row = scores.latest(cursor, lead_id)
    if row is None:
        raise NotFound("There is no such lead.")
    if row["id"] is None:
        raise NotFound("This lead is not scored yet.")
    return _shown(row)


def at(engine: Engine, lead_id: str, moment: datetime) -> Row:
    """The score that a lead had at a moment, worked out anew from what was stored by then: by the model of
    its last score before, with the facts then, the events that were known then, as old as they were then.

    `recomputed` is false, and the score the one that was kept, for scores older than what is needed for it,
    and where something of it was taken back since (an import that was undone). Raises NotFound, Invalid.
    """
    if moment > engine.now():
        raise Invalid("The request is not valid; see errors.", errors=[
            {"pointer": "/at", "code": "invalid", "detail": "This moment is yet to come."}])
    with engine.database.read() as cursor:
        row = scores.at(cursor, lead_id, moment)
        if row is None:
            raise NotFound("There is no such lead.")
        if row["id"] is None:
            raise NotFound("This lead had no score at that moment.")
        found = recomputed(cursor, row, moment)
    return _shown(row) | {"recomputed": False} if found is None else (
        {"lead_id": lead_id, "recomputed": True} | found)


def recomputed(cursor: Cursor, row: Row, moment: datetime) -> dict[str, Any] | None:
    """The score of a row of `scores.at` at a moment, or None where what it was made of is not there."""
    if row["facts"] is None or row["events"] is None:
        return None
    model = model_of_version(cursor, row["model_version"])
    events = facts.events_at(cursor, row["lead_id"], row["events"], row["calculated_at"], moment)
    if model is None or sum(event["seen"] for event in events) < len(row["events"]):
        return None
    # Of what a score counted, what was known of machines then; of what came since, what is known now.
    then = marks(row["machine"])
    counted = [event | {"machine": then.get(place)} if event.pop("seen") else event
               for place, event in enumerate(events)]
    is_it = moment == row["calculated_at"]
    return score(then_known(row["facts"], row["prediction"], counted), model, moment,
                 row["previous_grade"] if is_it else row["grade"])


def history(
    engine: Engine, lead_id: str, *, limit: int, after: list[Any] | None
) -> tuple[list[Row], list[Any] | None]:
    """(scores with their reasons, where the next page begins or None), the newest first. Raises NotFound."""
    with engine.database.read() as cursor:
        if leads.brief(cursor, lead_id) is None:
            raise NotFound("There is no such lead.")
        rows, following = paged(scores.page(cursor, lead_id, limit + 1, after[0] if after else None), limit)
    return [_shown(row) | {"id": row["id"], "previous_grade": row["previous_grade"]}
            for row in rows], following


def steps(engine: Engine, lead_id: str) -> list[Row]:
    """What each thing that did not happen or is not known yet would add to a lead's score alone, the most
    first, by the model in force. Raises NotFound."""
    with engine.database.read() as cursor:
        known = facts.load(cursor, [lead_id])
        if not known:
            raise NotFound("There is no such lead.")
        [row] = known
        told = scoring_facts(row, facts.load_events(cursor, {row["contact"]["id"]}))
        return models_in_force(cursor).steps(told, engine.now(), row["grade"])


def _shown(row: Mapping[str, Any]) -> Row:
    return {"lead_id": row["lead_id"], "total": row["total_score"] / 100, "grade": row["grade"],
            **row["breakdown"], "model_version": row["model_version"],
            "calculated_at": row["calculated_at"]}
