"""Scoring models: drafted, tried out, published, taken out of force, put in force again."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any

from sidecar.engine import Engine
from sidecar.errors import Conflict, Invalid, NotFound, PreconditionFailed
from sidecar.pipeline.scoring import models_in_force, scoring_facts
from sidecar.scoring import changes, check_model, compiled, default_model, model_schema, score
from sidecar.scoring.conditions import holds
from sidecar.scoring.measures import Outcome, auc, brier, lift_by_decile
from sidecar.scoring.seen import then_known
from sidecar.scoring.simulation import Simulation
from sidecar.services.audit import Actor, record
from sidecar.store import facts, scores
from sidecar.store import models as store
from sidecar.store.database import Cursor, Row
from sidecar.store.paging import paged
from sidecar.terms.states import GRADES

DEFAULT = "default"  # the key of the model for everybody
MOST_LEADS = 5000  # of a simulation in a request
SECONDS = 4.0  # that it may take
_CHUNK = 500
_NO_ID = 2**63
_ONE_DAY = timedelta(days=1)


def listed(
    engine: Engine, *, limit: int, after: int | None, key: str | None, state: str | None
) -> tuple[list[Row], list[Any] | None]:
    """(versions without what they say, where the next page begins or None), the newest first."""
    with engine.database.read() as cursor:
        rows, following = paged(store.page(cursor, limit + 1, after, key=key, state=state), limit)
    return [_brief(row) for row in rows], following


def read(engine: Engine, model_id: int) -> Row:
    """One version, whole. Raises NotFound."""
    with engine.database.read() as cursor:
        return _shown(_found(cursor, model_id))


def create(
    engine: Engine, *, key: str, definition: Mapping[str, Any] | None, based_on: int | None, by: Actor
) -> Row:
    """A draft: of `definition`, else as the version `based_on`, else as the version in force of its key, else
    as the model that is shipped. It may be wrong as yet. Raises NotFound for a version that is none."""
    with engine.database.write() as cursor:
        store.lock(cursor)
        origin = _found(cursor, based_on) if based_on is not None else None
        if origin is None and definition is None:
            origin = store.published(cursor, key)
        row = store.add(
            cursor, key, _first(definition, origin), by.name,
            based_on=origin["id"] if origin else None)
        record(cursor, by, "scoring_model.drafted", "scoring_model", str(row["id"]),
               after={"key": key, "model_version": row["version"]})
    return _shown(row)


def edit(
    engine: Engine, model_id: int, definition: Mapping[str, Any], *, by: Actor,
    versions: frozenset[str] | None,
) -> Row:
    """What a draft says. Raises NotFound, PreconditionFailed, Conflict for what is no draft."""
    with engine.database.write() as cursor:
        row = _found(cursor, model_id, lock=True, versions=versions)
        if row["state"] != "draft":
            raise Conflict("Only a draft can be changed; make a new one based on this version.")
        store.edit(cursor, model_id, {**definition, "version": row["version"]})
        record(cursor, by, "scoring_model.edited", "scoring_model", str(model_id),
               after={"key": row["key"], "model_version": row["version"]})
        return _shown(_found(cursor, model_id))


def delete(engine: Engine, model_id: int, *, by: Actor, versions: frozenset[str] | None) -> None:
    """Throw a draft away. Raises NotFound, PreconditionFailed, Conflict for what is no draft."""
    with engine.database.write() as cursor:
        row = _found(cursor, model_id, lock=True, versions=versions)
        if row["state"] != "draft":
            raise Conflict("Only a draft can be deleted: scores tell by which version they were made.")
        store.remove(cursor, model_id)
        record(cursor, by, "scoring_model.deleted", "scoring_model", str(model_id),
               before={"key": row["key"], "model_version": row["version"]})


def publish(
    engine: Engine, model_id: int, *, by: Actor, versions: frozenset[str] | None = None
) -> Row:
    """Put a version in force in place of the one of its key that is. A draft becomes that version itself; an
    old version comes into force as a new one that says the same. Raises NotFound, PreconditionFailed,
    Conflict when it is in force; Invalid, with a pointer to each place, for what is no model."""
    with engine.database.write() as cursor:
        store.lock(cursor)
        row = _found(cursor, model_id, lock=True, versions=versions)
        if row["state"] == "published":
            raise Conflict("This version is in force already.")
        check(row["definition"])
        if row["state"] != "draft":
            row = store.add(cursor, row["key"], row["definition"], by.name, based_on=row["id"])
        before = store.published(cursor, row["key"])
        store.retire(cursor, row["key"], by.name)
        _only_one_for_all(cursor, row)
        store.publish(cursor, row["id"], by.name)
        record(cursor, by, "scoring_model.published", "scoring_model", str(row["id"]),
               before=before and {"model_version": before["version"]},
               after={"key": row["key"], "model_version": row["version"]})
        return _shown(_found(cursor, row["id"]))


def retire(engine: Engine, model_id: int, *, by: Actor, versions: frozenset[str] | None) -> Row:
    """Take a model out of force: its leads are scored by the other models, else by the one that is shipped.
    Raises NotFound, PreconditionFailed, Conflict when it is not in force."""
    with engine.database.write() as cursor:
        store.lock(cursor)
        row = _found(cursor, model_id, lock=True, versions=versions)
        if row["state"] != "published":
            raise Conflict("This version is not in force.")
        store.retire(cursor, row["key"], by.name)
        record(cursor, by, "scoring_model.retired", "scoring_model", str(model_id),
               before={"key": row["key"], "model_version": row["version"]})
        return _shown(_found(cursor, model_id))


def check(definition: object) -> None:
    """Raises Invalid, with a pointer to each place, for what is no scoring model."""
    if errors := problems(definition):
        raise Invalid("This is no scoring model that can be used; see errors.", errors=[
            error | {"pointer": f"/definition{error['pointer']}"} for error in errors])


def problems(definition: object) -> list[dict[str, str]]:
    """What is wrong with a model: [{pointer into it, code, detail}]."""
    return [{"pointer": problem.pointer, "code": "invalid", "detail": problem.detail}
            for problem in check_model(definition)]


def _only_one_for_all(cursor: Cursor, row: Row) -> None:
    if "applies_to" in row["definition"]:
        return
    for other in store.in_force_whole(cursor):
        if "applies_to" not in other["definition"]:
            raise Invalid("Another model is for every lead; see errors.", errors=[{
                "pointer": "/definition/applies_to", "code": "required",
                "detail": f"{other['version']} is for every lead already: say for which leads this one is, or"
                          f" make it a version of {other['key']}."}])


def differences(engine: Engine, model_id: int, other_id: int) -> dict[str, Any]:
    """What a version says differently than another, in words: {from, to, changes}. Raises NotFound."""
    with engine.database.read() as cursor:
        one, other = _found(cursor, other_id), _found(cursor, model_id)
    check(one["definition"])
    check(other["definition"])
    return {"from": one["version"], "to": other["version"],
            "changes": changes(one["definition"], other["definition"])}


def schema() -> Mapping[str, Any]:
    """The JSON Schema of models."""
    return model_schema()


def simulate(
    engine: Engine, definition: Mapping[str, Any], key: str, *, most: int | None,
    progress: Callable[[int], Any] = lambda done: None,
) -> dict[str, Any]:
    """What would change if a model were in force under a key, over leads that are spread evenly over all, for
    some seconds; with most None over all leads, however long that takes. Raises Invalid for what is none."""
    check(definition)
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
            simulation.add(row["lead_id"], row["created_at"], before, after)
        last, done = lead_ids[-1], done + len(rows)
        progress(done)
    return simulation.result(total)


def simulate_stored(engine: Engine, model_id: int, *, leads: int) -> dict[str, Any]:
    """What would change if a version were in force. Raises NotFound, Invalid."""
    with engine.database.read() as cursor:
        row = _found(cursor, model_id)
    return {"model_version": row["version"]} | simulate(engine, row["definition"], row["key"], most=leads)


def backtest(engine: Engine, model_id: int, *, leads: int) -> dict[str, Any]:
    """How well a version would have told who was won: leads that were converted or lost, the latest first,
    scored as of the day before with what was stored by then. Raises NotFound, Invalid."""
    with engine.database.read(may_lag=True) as cursor:
        row = _found(cursor, model_id)
        check(row["definition"])
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
    """{leads, won, lost, auc, brier, lift_by_decile, grades: [{grade, leads, won, share_won}]}."""
    won = sum(is_won for _, is_won in outcomes)
    return {
        "leads": len(outcomes), "won": won, "lost": len(outcomes) - won,
        "auc": _rounded(auc(outcomes)), "brier": _rounded(brier(outcomes)),
        "lift_by_decile": lift_by_decile(outcomes),
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
        store.lock(cursor)
        if store.of_version(cursor, model["version"]) is None:
            store.keep_shipped(cursor, DEFAULT, model)


def _first(definition: Mapping[str, Any] | None, origin: Row | None) -> Mapping[str, Any]:
    if definition is not None:
        return definition
    return origin["definition"] if origin else default_model()


def _found(
    cursor: Cursor, model_id: int, *, lock: bool = False, versions: Iterable[str] | None = None
) -> Row:
    row = store.get(cursor, model_id, lock=lock) if model_id < _NO_ID else None
    if row is None:
        raise NotFound("There is no such scoring model.")
    if versions is not None and str(row["edits"]) not in versions:
        raise PreconditionFailed("Somebody else changed this model meanwhile; load it again.")
    return row


def _brief(row: Row) -> Row:
    told = {name: value for name, value in row.items() if name not in ("version", "edits", "definition")}
    return told | {"model_version": row["version"], "version": row["edits"]}


def _shown(row: Row) -> Row:
    return _brief(row) | {"definition": row["definition"], "problems": problems(row["definition"])}
