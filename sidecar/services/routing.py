"""The routing model: the life of its versions, and how they are tried out."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from sidecar.engine import Engine
from sidecar.pipeline.routing import accounts_of, model_in_force, people_of, teams_of
from sidecar.pipeline.scoring import scoring_facts
from sidecar.routing.deciding import Routing
from sidecar.routing.model import changes, check_model, compiled, default_model, named_in
from sidecar.routing.simulation import Simulation
from sidecar.services.leads import called
from sidecar.services.versions import Versions
from sidecar.store import facts, versions
from sidecar.store import routing as store
from sidecar.store.database import Cursor, Row

MOST_LEADS: Final = 5000  # of a simulation in a request
SECONDS: Final = 4.0  # that it may take
_CHUNK: Final = 500
_ALL: Final = 2**63 - 1


def _nobody(cursor: Cursor, row: Row) -> list[dict[str, str]]:
    """Teams and people that a model names and that are not there."""
    known = store.names(cursor)
    return [{"pointer": pointer, "code": "unknown", "detail": (
        f"there is no team {name}" if kind == "team" else f"{name} is nobody who works on leads")}
        for pointer, kind, name in named_in(row["definition"])
        if (name.casefold() if kind == "email" else name) not in known[kind]]


ROUTING: Final = Versions(
    versions.ROUTING, "routing_model", "assignments", default_model, check_model, _nobody, changes)


def in_force(engine: Engine) -> Mapping[str, Any]:
    """What the version in force says, else the model that is shipped."""
    with engine.database.read() as cursor:
        row = versions.published(cursor, versions.ROUTING)
    return row["definition"] if row else default_model()


def simulate(
    engine: Engine, definition: Mapping[str, Any], *, days: int, most: int | None,
    progress: Callable[[int], Any] = lambda done: None,
) -> dict[str, Any]:
    """Who would get the leads that became hot in these days by a model and by the one in force, in their
    order, beginning anew, by what is known of leads and people now, as if nobody had too many but who takes
    none. For some seconds, the latest `most` leads; with None all of them, however long that takes. Raises
    Invalid."""
    ROUTING.check(definition)
    until, since = time.monotonic() + SECONDS, engine.now() - timedelta(days=days)
    simulation, done = Simulation(), 0
    with engine.database.read(may_lag=True) as cursor:
        total, leads = store.became_hot(cursor, since, most or _ALL)
        people = [replace(person, capacity=None if person.capacity else person.capacity)
                  for person in people_of(cursor, since, engine.settings.usual)]
        before, after = (Routing(model, people, teams_of(cursor), {})
                         for model in (model_in_force(cursor), compiled(definition)))
    while people and done < len(leads) and (most is None or time.monotonic() < until):
        part = {row["lead_id"]: row["at"] for row in leads[done:done + _CHUNK]}
        with engine.database.read(may_lag=True) as cursor:
            rows = facts.load(cursor, list(part))
            events = facts.load_events(cursor, {row["contact"]["id"] for row in rows})
            known = {row["lead_id"]: row for row in rows}
            told = {lead_id: scoring_facts(row, events) for lead_id, row in known.items()}
            accounts = accounts_of(cursor, told)
        for lead_id, found in told.items():
            decisions = [routing.decide(found, accounts.get(lead_id, ()), part[lead_id])
                         for routing in (before, after)]
            if decisions[0] and decisions[1]:
                simulation.add(lead_id, decisions[0], decisions[1], called(known[lead_id], True))
        done += len(part)
        progress(done)
    return {"days": days} | simulation.result(total, {person.id: person.email for person in people})


def simulate_stored(engine: Engine, model_id: int, *, days: int, leads: int) -> dict[str, Any]:
    """What would change if a version were in force. Raises NotFound, Invalid."""
    with engine.database.read() as cursor:
        row = ROUTING.found(cursor, model_id)
    return {"model_version": row["version"]} | simulate(engine, row["definition"], days=days, most=leads)
