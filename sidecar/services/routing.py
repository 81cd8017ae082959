"""The routing model: drafted, tried out, published, taken out of force, put in force again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from sidecar.engine import Engine
from sidecar.errors import Conflict, Invalid, NotFound, PreconditionFailed
from sidecar.pipeline.routing import accounts_of, model_in_force, people_of, teams_of
from sidecar.pipeline.scoring import scoring_facts
from sidecar.routing.deciding import Routing
from sidecar.routing.model import (
    changes,
    check_model,
    compiled,
    default_model,
    model_schema,
    named_in,
)
from sidecar.routing.simulation import Simulation
from sidecar.services.audit import Actor, record
from sidecar.store import facts
from sidecar.store import routing as store
from sidecar.store.database import Cursor, Row
from sidecar.store.paging import paged

MOST_LEADS: Final = 5000  # of a simulation in a request
SECONDS: Final = 4.0  # that it may take
_CHUNK: Final = 500
_NO_ID: Final = 2**63


def listed(
    engine: Engine, *, limit: int, after: int | None, state: str | None
) -> tuple[list[Row], list[Any] | None]:
    """(versions without what they say, where the next page begins or None), the newest first."""
    with engine.database.read() as cursor:
        rows, following = paged(store.page(cursor, limit + 1, after, state), limit)
    return [_brief(row) for row in rows], following


def read(engine: Engine, model_id: int) -> Row:
    """One version, whole. Raises NotFound."""
    with engine.database.read() as cursor:
        return _shown(cursor, _found(cursor, model_id))


def in_force(engine: Engine) -> Mapping[str, Any]:
    """What the version in force says, else the model that is shipped."""
    with engine.database.read() as cursor:
        row = store.published(cursor)
    return row["definition"] if row else default_model()


def create(
    engine: Engine, *, definition: Mapping[str, Any] | None, based_on: int | None, by: Actor
) -> Row:
    """A draft: of `definition`, else as the version `based_on`, else as the one in force, else as the model
    that is shipped. It may be wrong as yet. Raises NotFound for a version that is none."""
    with engine.database.write() as cursor:
        store.lock_models(cursor)
        origin = _found(cursor, based_on) if based_on is not None else None
        if origin is None and definition is None:
            origin = store.published(cursor)
        if definition is None:
            definition = origin["definition"] if origin else default_model()
        row = store.add(cursor, definition, by.name, based_on=origin["id"] if origin else None)
        _record(cursor, by, "drafted", row)
        return _shown(cursor, row)


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
        _record(cursor, by, "edited", row)
        return _shown(cursor, _found(cursor, model_id))


def delete(engine: Engine, model_id: int, *, by: Actor, versions: frozenset[str] | None) -> None:
    """Throw a draft away. Raises NotFound, PreconditionFailed, Conflict for what is no draft."""
    with engine.database.write() as cursor:
        row = _found(cursor, model_id, lock=True, versions=versions)
        if row["state"] != "draft":
            raise Conflict("Only a draft can be deleted: assignments tell by which version they were made.")
        store.remove(cursor, model_id)
        _record(cursor, by, "deleted", row)


def publish(
    engine: Engine, model_id: int, *, by: Actor, versions: frozenset[str] | None = None
) -> Row:
    """Put a version in force in place of the one that is. A draft becomes that version itself; an old version
    comes into force as a new one that says the same. Raises NotFound, PreconditionFailed, Conflict when it is
    in force; Invalid, with a pointer to each place, for what is no model or names a team or a person that is
    not there."""
    with engine.database.write() as cursor:
        store.lock_models(cursor)
        row = _found(cursor, model_id, lock=True, versions=versions)
        if row["state"] == "published":
            raise Conflict("This version is in force already.")
        _refuse(_problems(cursor, row["definition"]))
        if row["state"] != "draft":
            row = store.add(cursor, row["definition"], by.name, based_on=row["id"])
        store.retire(cursor, by.name)
        store.publish(cursor, row["id"], by.name)
        _record(cursor, by, "published", row)
        return _shown(cursor, _found(cursor, row["id"]))


def retire(engine: Engine, model_id: int, *, by: Actor, versions: frozenset[str] | None) -> Row:
    """Take the model out of force: the one that is shipped decides. Raises NotFound, PreconditionFailed,
    Conflict when it is not in force."""
    with engine.database.write() as cursor:
        store.lock_models(cursor)
        row = _found(cursor, model_id, lock=True, versions=versions)
        if row["state"] != "published":
            raise Conflict("This version is not in force.")
        store.retire(cursor, by.name)
        _record(cursor, by, "retired", row)
        return _shown(cursor, _found(cursor, model_id))


def check(definition: object) -> None:
    """Raises Invalid, with a pointer to each place, for what is no routing model."""
    _refuse(_wrong(definition))


def differences(engine: Engine, model_id: int, other_id: int) -> dict[str, Any]:
    """What a version says differently than another, in words: {from, to, changes}. Raises NotFound, Invalid.
    """
    with engine.database.read() as cursor:
        one, other = _found(cursor, other_id), _found(cursor, model_id)
    check(one["definition"])
    check(other["definition"])
    return {"from": one["version"], "to": other["version"],
            "changes": changes(one["definition"], other["definition"])}


def schema() -> Mapping[str, Any]:
    """The JSON Schema of routing models."""
    return model_schema()


def simulate(
    engine: Engine, definition: Mapping[str, Any], *, days: int, most: int | None,
    progress: Callable[[int], Any] = lambda done: None,
) -> dict[str, Any]:
    """Who would get the leads that became hot in these days by a model and by the one in force, in their
    order, beginning anew, by what is known of leads and people now, as if nobody had too many but who takes
    none. For some seconds, the latest `most` leads; with None all of them, however long that takes. Raises
    Invalid."""
    check(definition)
    until, since = time.monotonic() + SECONDS, engine.now() - timedelta(days=days)
    simulation, done = Simulation(), 0
    with engine.database.read(may_lag=True) as cursor:
        total, leads = store.became_hot(cursor, since, most or _NO_ID - 1)
        people = [replace(person, capacity=None if person.capacity else person.capacity)
                  for person in people_of(cursor, since, engine.settings.usual)]
        before, after = (Routing(model, people, teams_of(cursor), {})
                         for model in (model_in_force(cursor), compiled(definition)))
    while people and done < len(leads) and (most is None or time.monotonic() < until):
        part = {row["lead_id"]: row["at"] for row in leads[done:done + _CHUNK]}
        with engine.database.read(may_lag=True) as cursor:
            rows = facts.load(cursor, list(part))
            events = facts.load_events(cursor, {row["contact"]["id"] for row in rows})
            told = {row["lead_id"]: scoring_facts(row, events) for row in rows}
            accounts = accounts_of(cursor, told)
        for lead_id, found in told.items():
            decisions = [routing.decide(found, accounts.get(lead_id, ()), part[lead_id])
                         for routing in (before, after)]
            if decisions[0] and decisions[1]:
                simulation.add(lead_id, decisions[0], decisions[1])
        done += len(part)
        progress(done)
    return {"days": days} | simulation.result(total, {person.id: person.email for person in people})


def simulate_stored(engine: Engine, model_id: int, *, days: int, leads: int) -> dict[str, Any]:
    """What would change if a version were in force. Raises NotFound, Invalid."""
    with engine.database.read() as cursor:
        row = _found(cursor, model_id)
    return {"model_version": row["version"]} | simulate(engine, row["definition"], days=days, most=leads)


def _wrong(definition: object) -> list[dict[str, str]]:
    """What is wrong with a model in itself: [{pointer into it, code, detail}]."""
    return [{"pointer": problem.pointer, "code": "invalid", "detail": problem.detail}
            for problem in check_model(definition)]


def _problems(cursor: Cursor, definition: Any) -> list[dict[str, str]]:
    """What keeps a model from being published: also teams and people that are not there."""
    if wrong := _wrong(definition):
        return wrong
    known = store.names(cursor)
    return [{"pointer": pointer, "code": "unknown", "detail": (
        f"there is no team {name}" if kind == "team" else f"{name} is nobody who works on leads")}
        for pointer, kind, name in named_in(definition)
        if (name.casefold() if kind == "email" else name) not in known[kind]]


def _refuse(wrong: list[dict[str, str]]) -> None:
    if wrong:
        raise Invalid("This is no routing model that can be used; see errors.", errors=[
            error | {"pointer": f"/definition{error['pointer']}"} for error in wrong])


def _record(cursor: Cursor, by: Actor, deed: str, row: Row) -> None:
    record(cursor, by, f"routing_model.{deed}", "routing_model", str(row["id"]),
           after={"model_version": row["version"]})


def _found(
    cursor: Cursor, model_id: int, *, lock: bool = False, versions: Iterable[str] | None = None
) -> Row:
    row = store.get(cursor, model_id, lock=lock) if model_id < _NO_ID else None
    if row is None:
        raise NotFound("There is no such routing model.")
    if versions is not None and str(row["edits"]) not in versions:
        raise PreconditionFailed("Somebody else changed this model meanwhile; load it again.")
    return row


def _brief(row: Row) -> Row:
    told = {name: value for name, value in row.items() if name not in ("version", "edits", "definition")}
    return told | {"model_version": row["version"], "version": row["edits"]}


def _shown(cursor: Cursor, row: Row) -> Row:
    definition = row["definition"]
    return _brief(row) | {"definition": definition, "problems": _problems(cursor, definition)}
