"""Scoring models: the life of their versions, and how they are tried out."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from sidecar.engine import Engine
from sidecar.pipeline.scoring import models_in_force, scoring_facts
from sidecar.scoring import changes, check_model, compiled, default_model, score
from sidecar.scoring.conditions import holds
from sidecar.scoring.measures import Outcome, auc, brier, lift_by_decile, won_by_tenth
from sidecar.scoring.seen import then_known
from sidecar.scoring.simulation import Simulation
from sidecar.services.leads import called
from sidecar.services.versions import Versions
from sidecar.store import facts, scores, versions
from sidecar.store import models as store
from sidecar.store.database import Cursor, Row
from sidecar.terms.states import GRADES

DEFAULT = "default"  # the key of the model for everybody
MOST_LEADS = 5000  # of a simulation in a request
SECONDS = 4.0  # that it may take
_CHUNK = 500
_ONE_DAY = timedelta(days=1)


def _another_for_all(cursor: Cursor, row: Row) -> list[dict[str, str]]:
    """One model alone may be for every lead."""
    if "applies_to" in row["definition"]:
        return []
    return [{
        "pointer": "/applies_to", "code": "required",
        "detail": f"{other['version']} is for every lead already: say for which leads this one is, or make it"
                  f" a version of {other['key']}."}
        for other in versions.in_force(cursor, versions.SCORING)
        if other["key"] != row["key"] and "applies_to" not in other["definition"]]


SCORING: Final = Versions(
    versions.SCORING, "scoring_model", "scores", default_model, check_model, _another_for_all, changes)


def simulate(
    engine: Engine, definition: Mapping[str, Any], key: str, *, most: int | None, reveal: bool,
    progress: Callable[[int], Any] = lambda done: None,
) -> dict[str, Any]:
    """What would change if a model were in force under a key, over leads that are spread evenly over all, for
    some seconds; with most None over all leads, however long that takes. Who changes grade is masked unless
    it may be revealed. Raises Invalid for what is none."""
    SCORING.check(definition)
    now, until = engine.now(), time.monotonic() + SECONDS
    simulation = Simulation(now)
    with engine.database.read(may_lag=True) as cursor:
        total = scores.count(cursor)
        one_of = 1 if most is None else max(1, -(-total // most))
        in_force = models_in_force(cursor)
        then = in_force.with_model(key, definition)
    last, done = None, 0
    while done < (most or total) and (most is None or time.monotonic() < until):
        with engine.database.read(may_lag=True) as cursor:
            lead_ids = scores.after(cursor, last, min(_CHUNK, (most or total) - done), one_of)
            if not lead_ids:
                break
            rows = facts.load(cursor, lead_ids)
            events = facts.load_events(cursor, {row["contact"]["id"] for row in rows})
        for row in rows:
            told = scoring_facts(row, events)
            before, after = (models.score(told, now, row["grade"]) for models in (in_force, then))
            simulation.add(row["lead_id"], row["created_at"], before, after, called(row, reveal))
        last, done = lead_ids[-1], done + len(rows)
        progress(done)
    return simulation.result(total)


def simulate_stored(engine: Engine, model_id: int, *, leads: int, reveal: bool) -> dict[str, Any]:
    """What would change if a version were in force. Raises NotFound, Invalid."""
    with engine.database.read() as cursor:
        row = SCORING.found(cursor, model_id)
    return {"model_version": row["version"]} | simulate(
        engine, row["definition"], row["key"], most=leads, reveal=reveal)


def backtest(engine: Engine, model_id: int, *, leads: int) -> dict[str, Any]:
    """How well a version would have told who was won: leads that were converted or lost, the latest first,
    scored as of the day before with what was stored by then. Raises NotFound, Invalid."""
    with engine.database.read(may_lag=True) as cursor:
        row = SCORING.found(cursor, model_id)
        SCORING.check(row["definition"])
        ended = scores.ended(cursor, leads)
    model, until = compiled(row["definition"]), time.monotonic() + SECONDS
    condition = row["definition"].get("applies_to")
    outcomes: list[Outcome] = []
    grades: dict[str, Counter[str]] = {grade: Counter() for grade in GRADES}
    without, others, gone_through = 0, 0, 0
    for start in range(0, len(ended), _CHUNK):
        if time.monotonic() > until:
            break
        part = [lead | {"at": lead["ended_at"] - _ONE_DAY} for lead in ended[start:start + _CHUNK]]
        with engine.database.read(may_lag=True) as cursor:
            known = scores.facts_at(cursor, part)
        gone_through += len(part)
        for lead in part:
            then = known[lead["lead_id"]]
            if then["facts"] is None:
                without += 1
                continue
            told = then_known(then["facts"], then["prediction"], then["events"])
            if condition and not holds(condition, told, lead["at"]):
                others += 1
                continue
            result = score(told, model, lead["at"])
            outcomes.append((result["total"], lead["won"]))
            grades[result["grade"]]["won" if lead["won"] else "lost"] += 1
    return {"model_version": row["version"], "of": len(ended), "gone_through": gone_through,
            "without_history": without, "not_for_this_model": others} | measured(outcomes, grades)


def measured(outcomes: list[Outcome], grades: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
    """{leads, won, lost, auc, brier, lift_by_decile, by_score: [{score, leads, won, share_won}],
    grades: [{grade, leads, won, share_won}]}."""
    won = sum(is_won for _, is_won in outcomes)
    return {
        "leads": len(outcomes), "won": won, "lost": len(outcomes) - won,
        "auc": _rounded(auc(outcomes)), "brier": _rounded(brier(outcomes)),
        "lift_by_decile": lift_by_decile(outcomes), "by_score": won_by_tenth(outcomes),
        "grades": [{
            "grade": grade, "leads": (leads := grades[grade]["won"] + grades[grade]["lost"]),
            "won": grades[grade]["won"],
            "share_won": _rounded(grades[grade]["won"] / leads) if leads else None} for grade in GRADES]}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def keep_shipped(engine: Engine) -> None:
    """Keep the model that is shipped beside the others, so that what it scored can be worked out again after
    it was replaced by that of another release."""
    model = default_model()
    with engine.database.write() as cursor:
        versions.lock(cursor, versions.SCORING)
        if store.of_version(cursor, model["version"]) is None:
            store.keep_shipped(cursor, DEFAULT, model)
