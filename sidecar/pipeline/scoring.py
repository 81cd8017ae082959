"""Scoring leads by the models in force, and owing the messages that a change into hot causes."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from sidecar.channels.timing import armed
from sidecar.engine import Engine
from sidecar.ids import new_id
from sidecar.metrics import MODELS_REFUSED, SCORED_SECONDS
from sidecar.pipeline.batches import step
from sidecar.pipeline.closing import leads_failed
from sidecar.pipeline.messages import owe_hot
from sidecar.pipeline.predicting import Foretell, prophet_in_force
from sidecar.pipeline.routing import route_hot
from sidecar.scoring import BREAKDOWN, check_model, compiled, default_model, steps_of
from sidecar.scoring import score as score_facts
from sidecar.scoring.choosing import ranked
from sidecar.scoring.compiling import Model
from sidecar.scoring.conditions import holds
from sidecar.scoring.seen import digest, machines, seen
from sidecar.store import facts, following, models, notifications, scores, subscriptions
from sidecar.store.database import Cursor, Gathered, Row
from sidecar.webhooks import of_score

log = logging.getLogger(__name__)


def score(engine: Engine, batch_id: str, lead_ids: list[str]) -> dict[str, Any]:
    """Score leads with what is known: {results}.

    A lead that cannot be scored leaves its run alone, with the reason.
    """
    with step(engine, "score", batch_id, lead_ids, changes_people=True) as at_work:
        done = score_leads(engine, at_work.cursor, at_work.lead_ids, batch_id)
        engine.database.after_commit(lambda: _measure(at_work.lane or "", done.first))
        return {"results": at_work.results(
            leads_failed(at_work, done.failures, "score") if done.failures else None)}


@dataclass(slots=True)
class Scored:
    """What came of scoring some leads: who could not be scored, by id, and the ids of those whose score or
    its reasons are others now, and of those that became hot; of those that had no score, for how long."""

    failures: dict[str, Exception] = field(default_factory=dict)
    other: list[str] = field(default_factory=list)
    hot: list[str] = field(default_factory=list)
    first: list[timedelta] = field(default_factory=list)


def _measure(lane: str, first: list[timedelta]) -> None:
    for waited in first:
        SCORED_SECONDS.labels(lane).observe(waited.total_seconds())


def score_leads(
    engine: Engine, cursor: Cursor, lead_ids: list[str], batch_id: str | None, *, keep_same: bool = True
) -> Scored:
    """Score stored leads whose rows are locked. Subscribers are told once of what a claim found.

    With each score is kept what it was made of, so that it can be made again: the facts where they are others
    than before, the events by their ids. Without `keep_same` a score that is the same to the word, made of
    the same, is not written again.
    """
    now = engine.now()
    in_force = models_in_force(cursor)
    known = facts.load(cursor, lead_ids)
    events = facts.load_events(cursor, {row["contact"]["id"] for row in known})
    before = scores.digests(cursor, lead_ids)
    done, rearm = Scored(), timedelta(hours=engine.settings.rearm_hours)
    rows, latest, hot, still_hot, events_of, looked_at, to_route = [], [], [], [], {}, [], {}
    for row in known:
        lead_id = row["lead_id"]
        told = scoring_facts(row, events)
        try:
            result = in_force.score(told, now, row["grade"])
        except Exception as error:  # one poisonous lead is not its batch's failure
            done.failures[lead_id] = error
            continue
        facts_before, score_before = before[lead_id]
        facts_now = digest(kept := seen(told))
        if facts_now != facts_before:
            looked_at.append({"lead_id": lead_id, "since": now, "digest": facts_now, "facts": kept})
        breakdown = {name: result[name] for name in BREAKDOWN}
        made_of = {"events": [event["id"] for event in told["events"]], "machine": machines(told["events"]),
                   "prediction": told.get("prediction")}
        score_now = digest((result["total"], result["grade"], result["model_version"], breakdown, made_of))
        if score_now == score_before and facts_now == facts_before and not keep_same:
            continue
        done.other.append(lead_id)
        if row["grade"] is None:
            done.first.append(now - row["created_at"])
        total = round(result["total"] * 100)
        is_news = result["grade"] == "hot" and not row["is_test"] and row["status"] != "archived"
        became_hot = is_news and row["grade"] != "hot" and armed(row["cooled_at"], now, rearm)
        rows.append({
            "id": new_id(), "lead_id": lead_id, "total_score": total, "grade": result["grade"],
            "breakdown": breakdown, "model_version": result["model_version"], "batch_id": batch_id,
            "calculated_at": now, "previous_grade": row["grade"], "digest": score_now, **made_of,
        })
        latest.append({"id": lead_id, "total": total, "grade": result["grade"], "hot": int(became_hot)})
        if became_hot:
            hot.append((row, row["hot_changes"] + 1))
            to_route[lead_id] = told
        elif is_news:
            still_hot.append(lead_id)
        events_of[lead_id] = of_score(
            lead_id, row["grade"], result["grade"], result["total"], is_test=row["is_test"])
    changed = scores.add(cursor, rows)
    written = Gathered(cursor)
    scores.add_facts(written, looked_at)
    scores.set_latest(written, latest)
    written.send()
    route_hot(engine, cursor, to_route)
    following.add(cursor, ((row["lead_id"], number) for row, number in hot), now)
    owe_hot(engine, cursor, hot)
    notifications.owe_again(cursor, still_hot)
    subscriptions.tell(cursor, [
        event for lead_id, told in events_of.items() if lead_id in changed for event in told])
    done.hot = [row["lead_id"] for row, _ in hot]
    return done


class Ready(NamedTuple):
    """A model as it stands in the store, and made ready to score."""

    definition: Mapping[str, Any]
    model: Model

    @classmethod
    def of(cls, definition: Mapping[str, Any]) -> Ready:
        return cls(definition, compiled(definition))


class InForce:
    """The models in force by their keys, in the order in which they are asked (`sidecar.scoring.choosing`);
    where none is for a lead, the one that is shipped is. `foretell`: what the predictive model says."""

    def __init__(self, models: Mapping[str, Ready], foretell: Foretell) -> None:
        self._models, self._foretell = models, foretell
        by_version = {ready.definition["version"]: ready for ready in models.values()}
        self._ranked = [by_version[definition["version"]]
                        for definition in ranked(ready.definition for ready in models.values())]

    def of(self, told: Mapping[str, Any], now: datetime) -> Model:
        """The model for a lead with these facts."""
        return next((model for definition, model in self._ranked if "applies_to" not in definition
                     or holds(definition["applies_to"], told, now)), _shipped().model)

    def score(self, told: dict[str, Any], now: datetime, previous_grade: str | None = None) -> dict[str, Any]:
        """The score of a lead with these facts, to which the prediction is added."""
        return score_facts(told, self._with_prediction(told, now), now, previous_grade)

    def steps(self, told: dict[str, Any], now: datetime, previous_grade: str | None = None
              ) -> list[dict[str, Any]]:
        """What each thing that is not known yet, or did not happen, would add to the score."""
        return steps_of(told, self._with_prediction(told, now), now, previous_grade)

    def _with_prediction(self, told: dict[str, Any], now: datetime) -> Model:
        model = self.of(told, now)
        told["prediction"] = self._foretell(told, model, now)
        return model

    @property
    def for_all(self) -> Ready:
        """The model for leads that no other is for."""
        return next((ready for ready in self._ranked if "applies_to" not in ready.definition), _shipped())

    def with_model(self, key: str, definition: Mapping[str, Any]) -> InForce:
        """These, if another one were in force under a key."""
        return InForce({**self._models, key: Ready.of(definition)}, self._foretell)


@cache
def _shipped() -> Ready:
    return Ready.of(default_model())


# Versions that this process has checked: None where one cannot be used. A version is never changed.
_ready: dict[tuple[int, int], Ready | None] = {}


def models_in_force(cursor: Cursor) -> InForce:
    """The published scoring models. One that cannot be used, which publishing would have refused, is logged,
    counted and passed over: leads are scored all the same."""
    versions = {(row["id"], row["edits"]): row["key"] for row in models.in_force(cursor)}
    if new := versions.keys() - _ready.keys():
        found = models.definitions(cursor, [model_id for model_id, _ in new])
        for gone in _ready.keys() - versions.keys():
            del _ready[gone]
        _ready.update((version, _usable(found.get(version[0]))) for version in new)
    if refused := sum(_ready[version] is None for version in versions):
        MODELS_REFUSED.labels("invalid").inc(refused)
    return InForce({
        key: ready for version, key in versions.items() if (ready := _ready[version]) is not None},
        prophet_in_force(cursor))


def _usable(definition: Any) -> Ready | None:
    problems = check_model(definition)
    if not problems:
        return Ready.of(definition)
    log.error("a published scoring model cannot be used",
              extra={"problems": [str(problem) for problem in problems[:10]]})
    return None


def model_in_force(cursor: Cursor) -> Mapping[str, Any]:
    """The model for leads that no other is for."""
    return models_in_force(cursor).for_all.definition


def model_of_version(cursor: Cursor, version: str) -> Model | None:
    """The model that made a score; None where its version is not kept, or cannot be read any more."""
    if version == _shipped().model.version:
        return _shipped().model
    definition = models.of_version(cursor, version)
    return None if definition is None or check_model(definition) else compiled(definition)


def scoring_facts(row: Row, events: dict[str, list[Row]]) -> dict[str, Any]:
    """The facts of a lead in the shape that scoring reads."""
    return {
        "contact": row["contact"], "organization": row["organization"], "lead": row["lead"],
        "events": events.get(row["contact"]["id"], []),
    }
