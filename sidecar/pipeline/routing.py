"""Hot leads find their owner, by the routing model in force."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sidecar.engine import Engine
from sidecar.pipeline import assigning
from sidecar.pipeline.assigning import Assignment
from sidecar.routing.deciding import Account, Person, Routing, Team, keys_of_account
from sidecar.routing.hours import Usual, calendar_of
from sidecar.routing.model import Model, check_model, compiled, default_model
from sidecar.store import routing as store
from sidecar.store import versions
from sidecar.store.database import Cursor, Row
from sidecar.terms.states import AssignmentKind

log = logging.getLogger(__name__)

_ACTOR: Final = "routing"


def route_hot(engine: Engine, cursor: Cursor, found: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Give leads that became hot to owners: lead id -> user id, of those that nobody has who is still here.
    `found`: by lead its facts, as scoring has them; the leads are locked.

    Whoever has a lead keeps it. Batches decide one after the other, so that shares, capacities and accounts
    are right whatever runs beside; what they wait for lies between here and the end of a transaction."""
    owned = store.owned(cursor, found) if found else set()
    return _route(engine, cursor, {
        lead_id: facts for lead_id, facts in found.items() if lead_id not in owned}, "routing")


def hand_on(
    engine: Engine, cursor: Cursor, found: Mapping[str, Mapping[str, Any]], why: Mapping[str, str]
) -> dict[str, str]:
    """Give leads (`found`, as of `route_hot`) to others as their owners are away, for a reason each: lead id
    -> user id. Where everybody is away they may stay with who has them."""
    return _route(engine, cursor, found, "escalation", why)


def give_back(
    engine: Engine, cursor: Cursor, found: Mapping[str, Mapping[str, Any]], why: Mapping[str, str], who: str
) -> dict[str, str]:
    """Give leads (`found`, as of `route_hot`) that a user gave back to others, for a reason each: lead id ->
    user id, of those for whom there is somebody else."""
    return _route(engine, cursor, found, "routing", why, without=who)


def _route(
    engine: Engine, cursor: Cursor, found: Mapping[str, Mapping[str, Any]], kind: AssignmentKind,
    why: Mapping[str, str] | None = None, without: str | None = None,
) -> dict[str, str]:
    if not found:
        return {}
    store.lock(cursor)
    now = engine.now()
    model, before = model_in_force(cursor), store.dealt(cursor)
    people = [one for one in people_of(cursor, now, engine.settings.usual) if one.id != without]
    routing = Routing(model, people, teams_of(cursor), before)
    accounts = accounts_of(cursor, found)
    decisions = {lead_id: decision for lead_id in sorted(found) if (
        decision := routing.decide(found[lead_id], accounts.get(lead_id, ()), now))}
    store.save_dealt(cursor, before, routing.dealt)
    assigning.assign(engine, cursor, [
        Assignment(lead_id, decision.user_id, kind, f"{why[lead_id]} {decision.reason}" if why
                   else decision.reason, decision.rule, model.version)
        for lead_id, decision in decisions.items()], _ACTOR)
    return {lead_id: decision.user_id for lead_id, decision in decisions.items()}


def people_of(cursor: Cursor, since: datetime, usual: Usual) -> list[Person]:
    """Who works on leads, with their absences from a moment on."""
    return [
        Person(row["id"], row["email"],
               calendar_of(row, usual, list(zip(row["starts"], row["ends"], strict=True))),
               row["capacity"], row["open_hot"] or 0)
        for row in store.people(cursor, since)]


def teams_of(cursor: Cursor) -> list[Team]:
    """All teams."""
    return [Team(row["id"], row["name"], row["lead_id"], row["weights"]) for row in store.teams(cursor)]


def accounts_of(cursor: Cursor, found: Mapping[str, Mapping[str, Any]]) -> dict[str, list[Account]]:
    """By lead who has leads of its company, or of one that may be it. `found`: facts by lead."""
    wanted = [{"lead_id": lead_id, "organization_id": organization["id"],
               "keys": sorted(keys_of_account(organization, spelt=True) - {organization["id"]})}
              for lead_id, facts in found.items() if (organization := facts["organization"]).get("id")]
    accounts: dict[str, list[Account]] = {}
    for row in store.accounts(cursor, wanted) if wanted else ():
        accounts.setdefault(row.pop("lead_id"), []).append(Account(**row))
    return accounts


# The version that this process used last: (id, edits, made ready). A version is never changed.
_ready: tuple[int, int, Model] | None = None


def model_in_force(cursor: Cursor) -> Model:
    """The published routing model, else the one that is shipped. One that cannot be used, which publishing
    would have refused, is logged and passed over: leads find an owner all the same."""
    global _ready
    row = versions.published(cursor, versions.ROUTING)
    if row is None:
        return compiled(default_model())
    if _ready is None or _ready[:2] != (row["id"], row["edits"]):
        _ready = row["id"], row["edits"], _usable(row)
    return _ready[2]


def _usable(row: Row) -> Model:
    if problems := check_model(row["definition"]):
        log.error("the published routing model cannot be used",
                  extra={"problems": [str(problem) for problem in problems[:10]]})
        return compiled(default_model())
    return compiled(row["definition"])
