"""Users as owners of leads: their working time, absences and calendars, their teams, and what they are called
elsewhere. Every change is audited in its own transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sidecar.calendars.working import problem_of_holidays, problem_of_hours, problem_of_zone
from sidecar.engine import Engine
from sidecar.errors import Conflict, Forbidden, Invalid, NotFound
from sidecar.ids import new_id
from sidecar.pipeline import assigning, calendars
from sidecar.services.access import Caller
from sidecar.services.audit import Actor, record
from sidecar.store import administration, leads
from sidecar.store import owners as store
from sidecar.store.database import Cursor, Row
from sidecar.store.paging import paged

_MOST_ABSENCES: Final = 500
_AT_ONCE: Final = 1000  # leads of a transaction


def assignable(engine: Engine) -> list[Row]:
    """Who leads can be assigned to."""
    with engine.database.read(may_lag=True) as cursor:
        return leads.owners(cursor)


def own_id(caller: Caller) -> str:
    """The id of the user who calls. Raises Forbidden for a program."""
    if caller.kind != "user":
        raise Forbidden("Programs are no users.")
    return caller.id


def set_working(engine: Engine, user_id: str, changes: Mapping[str, Any], *, by: Actor) -> Row:
    """Say how a user works: the user. Raises NotFound, Invalid that names the field."""
    _check(changes)
    with engine.database.write() as cursor:
        _user(cursor, user_id)
        if changes:
            store.set_working(cursor, user_id, dict(changes))
            record(cursor, by, "user.working_set", "user", user_id, after={"fields": sorted(changes)})
        return _user(cursor, user_id)


def _check(changes: Mapping[str, Any]) -> None:
    problem = None
    if zone := changes.get("time_zone"):
        problem = ("/time_zone", problem_of_zone(zone))
    if (region := changes.get("holidays")) and (wrong := problem_of_holidays(region)):
        problem = ("/holidays", wrong)
    if (hours := changes.get("working_hours")) is not None and (found := problem_of_hours(hours)):
        problem = (f"/working_hours{found[0]}", found[1])
    if problem and problem[1]:
        raise _invalid(problem[0], problem[1])


def absences(engine: Engine, user_id: str) -> list[Row]:
    """When a user is away from now on: [{id, starts_at, ends_at, source}]. Raises NotFound."""
    with engine.database.read() as cursor:
        _user(cursor, user_id, lock=False)
        return store.absences(cursor, user_id)


def add_absence(
    engine: Engine, user_id: str, starts_at: datetime, ends_at: datetime, *, by: Actor
) -> Row:
    """Say when a user is away: the absence. Raises NotFound, Invalid, Conflict when there are too many."""
    if not starts_at < ends_at:
        raise _invalid("/ends_at", "This must be after starts_at.")
    with engine.database.write() as cursor:
        _user(cursor, user_id)
        if len(store.absences(cursor, user_id)) >= _MOST_ABSENCES:
            raise Conflict(f"There are {_MOST_ABSENCES} absences already.")
        made = store.add_absence(cursor, user_id, starts_at, ends_at)
        record(cursor, by, "user.absence_added", "user", user_id, after={"absence_id": made["id"]})
        return made


def remove_absence(engine: Engine, user_id: str, absence_id: str, *, by: Actor) -> None:
    """The user is there then. Raises NotFound; Conflict for one that their calendar says."""
    with engine.database.write() as cursor:
        found = store.absence(cursor, user_id, absence_id)
        if found is None:
            raise NotFound("There is no such absence.")
        if found["source"] == "calendar":
            raise Conflict("Their calendar says so; change it there.")
        store.remove_absence(cursor, absence_id)
        record(cursor, by, "user.absence_removed", "user", user_id, before={"absence_id": absence_id})


def set_calendar(engine: Engine, user_id: str, url: str | None, *, by: Actor) -> Row:
    """Read when a user is away of this feed, from the next minute on, or (None) of none: the user. Raises
    NotFound, Invalid for an address that may not be asked."""
    if url is not None:
        try:
            calendars.target(engine, url)
        except ValueError as error:
            raise _invalid("/url", str(error)) from None
    with engine.database.write() as cursor:
        _user(cursor, user_id)
        store.set_calendar(cursor, user_id, engine.vault.seal(url) if url else None)
        record(cursor, by, "user.calendar_set" if url else "user.calendar_removed", "user", user_id)
        return _user(cursor, user_id)


def teams(engine: Engine) -> list[Row]:
    """All teams with their members."""
    with engine.database.read() as cursor:
        return store.teams(cursor)


def team_id(engine: Engine, name: str) -> str:
    """The id of the team with this name. Raises NotFound."""
    with engine.database.read() as cursor:
        found = store.team_id(cursor, name)
    if found is None:
        raise NotFound(f"There is no team {name}.")
    return found


def add_team(engine: Engine, body: Mapping[str, Any], *, by: Actor) -> Row:
    """Make a team {name, lead?, members?: [{user, weight}]}; users by address or id. Raises Invalid, Conflict
    for a name that is taken."""
    return _save_team(engine, None, body, by)


def edit_team(engine: Engine, team_id: str, body: Mapping[str, Any], *, by: Actor) -> Row:
    """Change a team; members are all that it has then. Raises NotFound, Invalid, Conflict."""
    return _save_team(engine, team_id, body, by)


def delete_team(engine: Engine, team_id: str, *, by: Actor) -> None:
    """The team is none any more; its members stay. Raises NotFound."""
    with engine.database.write() as cursor:
        if not store.delete_team(cursor, team_id):
            raise NotFound("There is no such team.")
        record(cursor, by, "team.deleted", "team", team_id)


def _save_team(engine: Engine, team_id: str | None, body: Mapping[str, Any], by: Actor) -> Row:
    with engine.database.write() as cursor:
        before = store.team(cursor, team_id) if team_id else {}
        if before is None:
            raise NotFound("There is no such team.")
        changes = {"name": body.get("name", before.get("name")), "lead_id": before.get("lead_id")}
        if "lead" in body:
            changes["lead_id"] = body["lead"] and found_user(cursor, body["lead"], "/lead")
        saved = team_id or new_id()
        store.save_team(cursor, saved, changes, _members(cursor, body.get("members")))
        record(cursor, by, "team.edited" if team_id else "team.added", "team", saved,
               after={"fields": sorted(body)})
        return store.team(cursor, saved) or {}


def _members(cursor: Cursor, given: Sequence[Mapping[str, Any]] | None) -> list[Row] | None:
    if given is None:
        return None
    members = {found_user(cursor, row["user"], f"/members/{place}/user"): row.get("weight", 1)
               for place, row in enumerate(given)}
    return [{"user_id": user_id, "weight": weight} for user_id, weight in members.items()]


def names(
    engine: Engine, *, limit: int, after: list[Any] | None
) -> tuple[list[Row], list[Any] | None]:
    """(owners elsewhere, who each is and how many open leads without an owner here have them; where the next
    page begins or None), by name."""
    with engine.database.read(may_lag=True) as cursor:
        return paged(store.names(cursor, limit + 1, after[0] if after else None), limit,
                     lambda row: [row["name"]])


def map_name(engine: Engine, name: str, owner: str | None, *, by: Actor) -> dict[str, Any]:
    """Say who an owner elsewhere is, by address or id (None: take that back): {name, owner_id, assigned}. The
    open leads of that name that nobody owns go to them, a thousand in a transaction. Raises Invalid."""
    with engine.database.write() as cursor:
        user_id = found_owner(cursor, owner) if owner is not None else None
        before = store.map_name(cursor, name, user_id, by.name, engine.now())
        record(cursor, by, "owner_name.mapped", "owner_name", name.lower(),
               before={"owner_id": before}, after={"owner_id": user_id})
    assigned = 0
    while user_id is not None:
        with engine.database.write() as cursor:
            done = assigning.by_names(
                engine, cursor, store.leads_of_name(cursor, name, _AT_ONCE), by.name,
                request_id=by.request_id)
        assigned += done
        if done < _AT_ONCE:
            break
    return {"name": name.lower(), "owner_id": user_id, "assigned": assigned}


def found_user(cursor: Cursor, named: str, pointer: str) -> str:
    """The id of a user named by address or id, who does not leave before the transaction ends. Raises Invalid
    for who is none, or has left."""
    return str(_found(cursor, named, pointer)["id"])


def found_owner(cursor: Cursor, named: str) -> str:
    """As `found_user`, of a body's owner. Raises Invalid also for who may not see people."""
    user = _found(cursor, named, "/owner")
    if not user["may_see"]:
        raise _invalid("/owner", f"{user['email']} may not see people; choose somebody who works on leads.")
    return str(user["id"])


def _found(cursor: Cursor, named: str, pointer: str) -> Row:
    user = store.find(cursor, named)
    if user is None:
        raise _invalid(pointer, "There is no user with this address or id.")
    if user["left"]:
        raise _invalid(pointer, f"{user['email']} has left; choose somebody who works here.")
    return user


def _user(cursor: Cursor, user_id: str, *, lock: bool = True) -> Row:
    row = administration.user(cursor, user_id, lock=lock)
    if row is None:
        raise NotFound("There is no such user.")
    return row


def _invalid(pointer: str, detail: str) -> Invalid:
    return Invalid("The request is not valid; see errors.", errors=[
        {"pointer": pointer, "code": "invalid", "detail": detail}])
