"""Scoring leads, and owing the messages that a change into hot causes."""

from __future__ import annotations

import logging
from typing import Any

from sidecar.engine import Engine
from sidecar.ids import new_id
from sidecar.metrics import MODELS_REFUSED
from sidecar.pipeline.batches import step
from sidecar.pipeline.closing import leads_failed
from sidecar.pipeline.messages import owe_hot
from sidecar.scoring import BREAKDOWN, check_model, default_model
from sidecar.scoring import score as score_facts
from sidecar.store import facts, notifications, scores, subscriptions
from sidecar.store.database import Cursor, Row
from sidecar.webhooks import of_score

log = logging.getLogger(__name__)


def score(engine: Engine, batch_id: str, lead_ids: list[str]) -> dict[str, Any]:
    """Score leads with what is known: {results}.

    A lead that cannot be scored leaves its run alone, with the reason.
    """
    with step(engine, "score", batch_id, lead_ids, changes_people=True) as at_work:
        failures = score_leads(engine, at_work.cursor, at_work.lead_ids, batch_id)
        return {"results": at_work.results(
            leads_failed(at_work, failures, "score") if failures else None)}


def score_leads(
    engine: Engine, cursor: Cursor, lead_ids: list[str], batch_id: str | None
) -> dict[str, Exception]:
    """Score stored leads whose rows are locked: failures by id. Subscribers are told once of what a claim
    found."""
    now = engine.now()
    model = model_in_force(cursor)
    known = facts.load(cursor, lead_ids)
    events = facts.load_events(cursor, {row["contact"]["id"] for row in known})
    rows, latest, hot, still_hot, events_of, failures = [], [], [], [], {}, {}
    for row in known:
        try:
            result = score_facts(scoring_facts(row, events), model, now, row["grade"])
        except Exception as error:  # one poisonous lead is not its batch's failure
            failures[row["lead_id"]] = error
            continue
        total = round(result["total"] * 100)
        became_hot = result["grade"] == "hot" and row["grade"] != "hot" and not row["is_test"]
        rows.append({
            "id": new_id(), "lead_id": row["lead_id"], "total_score": total,
            "grade": result["grade"],
            "breakdown": {name: result[name] for name in BREAKDOWN},
            "model_version": result["model_version"], "batch_id": batch_id, "calculated_at": now,
        })
        latest.append({
            "id": row["lead_id"], "total": total, "grade": result["grade"], "hot": int(became_hot)})
        if became_hot:
            hot.append((row, row["hot_changes"] + 1))
        elif result["grade"] == "hot" and not row["is_test"]:
            still_hot.append(row["lead_id"])
        events_of[row["lead_id"]] = of_score(
            row["lead_id"], row["grade"], result["grade"], result["total"], is_test=row["is_test"])
    changed = scores.add(cursor, rows)
    scores.set_latest(cursor, latest)
    owe_hot(engine, cursor, hot)
    notifications.owe_again(cursor, still_hot)
    subscriptions.tell(cursor, [
        event for lead_id, told in events_of.items() if lead_id in changed for event in told])
    return failures


def model_in_force(cursor: Cursor) -> dict[str, Any]:
    """The published scoring model; the default one when there is none, or when the published one cannot be
    used, which is logged and counted: leads are scored all the same."""
    definition = scores.published_model(cursor)
    if definition is None:
        return default_model()
    problems = check_model(definition)
    if not problems:
        return definition
    MODELS_REFUSED.labels("invalid").inc()
    log.error("the published scoring model cannot be used; the default one is",
              extra={"problems": [str(problem) for problem in problems[:10]]})
    return default_model()


def scoring_facts(row: Row, events: dict[str, list[Row]]) -> dict[str, Any]:
    """The facts of a lead in the shape that scoring reads."""
    return {
        "contact": row["contact"], "organization": row["organization"], "lead": row["lead"],
        "events": events.get(row["contact"]["id"], []),
    }
