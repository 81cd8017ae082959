"""Users as owners of leads: who owns what and why; working time, absences, calendars, teams."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from sidecar.api import schemas
from sidecar.api.endpoint import actor, endpoint
from sidecar.api.paging import page, word_after
from sidecar.engine import Engine
from sidecar.pipeline import assigning
from sidecar.services import administration, owners
from sidecar.services.access import Caller

bp = Blueprint("owners", __name__)
_USER, _TEAM = "/v1/users/<uuid:user_id>", "/v1/teams/<uuid:team_id>"


@endpoint(bp, "GET", "/v1/owners", scope="pii:read", answer=schemas.OwnerList())
def assignable(engine: Engine, caller: Caller) -> Any:
    """Whom leads can be assigned to: users who did not leave and may see people."""
    return {"data": owners.assignable(engine)}


@endpoint(bp, "GET", "/v1/leads/<uuid:lead_id>/assignments", scope="pii:read",
          answer=schemas.AssignmentList())
def lead_assignments(engine: Engine, caller: Caller, lead_id: Any) -> Any:
    """To whom a lead went, when, by whom and why, the latest first; the last 200."""
    return {"data": assigning.history(engine, str(lead_id))}


@endpoint(bp, "POST", "/v1/assignments/<uuid:assignment_id>/undo", scope="leads", body=schemas.Empty(),
          answer=schemas.AssignmentUndone())
def undo_assignment(engine: Engine, caller: Caller, assignment_id: Any, body: dict[str, Any]) -> Any:
    """Take an assignment back: the lead is again whose it was.

    409: it was assigned again since, or who had it before has left.
    """
    by = actor(caller)
    return assigning.undo(engine, str(assignment_id), by.name, request_id=by.request_id)


@endpoint(bp, "GET", "/v1/owner-names", scope="pii:read", query=schemas.OwnerNameQuery(),
          answer=schemas.OwnerNamePage())
def owner_names(engine: Engine, caller: Caller, query: dict[str, Any]) -> Any:
    """Owners as files and other systems call them: who each is, and how many open leads that nobody owns here
    have them. A name that is a user's address, or the whole name of one alone, is known by itself."""
    return page(*owners.names(
        engine, limit=query["limit"], after=word_after(query.get("cursor"))))


@endpoint(bp, "PUT", "/v1/owner-names/<path:name>", scope="admin", body=schemas.OwnerNameMap(),
          answer=schemas.OwnerNameMapped())
def map_owner_name(engine: Engine, caller: Caller, name: str, body: dict[str, Any]) -> Any:
    """Say who an owner elsewhere is, by e-mail address or id; `null` takes that back. The open leads of that
    name that nobody owns go to them, and so do those that come."""
    return owners.map_name(engine, name, body["owner"], by=actor(caller))


@endpoint(bp, "PATCH", "/v1/users/me", scope="leads:read", body=schemas.OwnEdit(), answer=schemas.User())
def set_own_working(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """Say your name, language and when you work: your time zone, hours and public holidays."""
    return administration.edit_user(engine, owners.own_id(caller), body, by=actor(caller))


@endpoint(bp, "GET", "/v1/users/me", scope="leads:read", answer=schemas.User())
def get_own(engine: Engine, caller: Caller) -> Any:
    """Yourself as a user."""
    return administration.read_user(engine, owners.own_id(caller))


@endpoint(bp, "GET", "/v1/users/me/absences", scope="leads:read", answer=schemas.AbsenceList())
def own_absences(engine: Engine, caller: Caller) -> Any:
    """When you are away, from now on."""
    return {"data": owners.absences(engine, owners.own_id(caller))}


@endpoint(bp, "POST", "/v1/users/me/absences", scope="leads:read", body=schemas.AbsenceAdd(),
          answer=schemas.Absence(), status=201)
def add_own_absence(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """Say when you are away."""
    return owners.add_absence(engine, owners.own_id(caller), **body, by=actor(caller))


@endpoint(bp, "DELETE", "/v1/users/me/absences/<uuid:absence_id>", scope="leads:read", status=204)
def remove_own_absence(engine: Engine, caller: Caller, absence_id: Any) -> Any:
    """You are there then. 409: your calendar says so."""
    return owners.remove_absence(engine, owners.own_id(caller), str(absence_id), by=actor(caller))


@endpoint(bp, "PUT", "/v1/users/me/calendar", scope="leads:read", body=schemas.CalendarFeed(),
          answer=schemas.User())
def set_own_calendar(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """Read when you are away from your calendar (an iCalendar feed), every hour."""
    return owners.set_calendar(engine, owners.own_id(caller), body["url"], by=actor(caller))


@endpoint(bp, "DELETE", "/v1/users/me/calendar", scope="leads:read", answer=schemas.User())
def remove_own_calendar(engine: Engine, caller: Caller) -> Any:
    """Read your calendar no more; what came of it goes."""
    return owners.set_calendar(engine, owners.own_id(caller), None, by=actor(caller))


@endpoint(bp, "GET", f"{_USER}/absences", scope="admin", answer=schemas.AbsenceList())
def absences(engine: Engine, caller: Caller, user_id: Any) -> Any:
    """When a user is away, from now on."""
    return {"data": owners.absences(engine, str(user_id))}


@endpoint(bp, "POST", f"{_USER}/absences", scope="admin", body=schemas.AbsenceAdd(),
          answer=schemas.Absence(), status=201)
def add_absence(engine: Engine, caller: Caller, user_id: Any, body: dict[str, Any]) -> Any:
    """Say when a user is away."""
    return owners.add_absence(engine, str(user_id), **body, by=actor(caller))


@endpoint(bp, "DELETE", f"{_USER}/absences/<uuid:absence_id>", scope="admin", status=204)
def remove_absence(engine: Engine, caller: Caller, user_id: Any, absence_id: Any) -> Any:
    """A user is there then. 409: their calendar says so."""
    return owners.remove_absence(engine, str(user_id), str(absence_id), by=actor(caller))


@endpoint(bp, "PUT", f"{_USER}/calendar", scope="admin", body=schemas.CalendarFeed(), answer=schemas.User())
def set_calendar(engine: Engine, caller: Caller, user_id: Any, body: dict[str, Any]) -> Any:
    """Read when a user is away from their calendar (an iCalendar feed), every hour. Of it are kept the times
    at which they are out of office, or blocked for whole days, and nothing else."""
    return owners.set_calendar(engine, str(user_id), body["url"], by=actor(caller))


@endpoint(bp, "DELETE", f"{_USER}/calendar", scope="admin", answer=schemas.User())
def remove_calendar(engine: Engine, caller: Caller, user_id: Any) -> Any:
    """Read a user's calendar no more; what came of it goes."""
    return owners.set_calendar(engine, str(user_id), None, by=actor(caller))


@endpoint(bp, "GET", "/v1/teams", scope="pii:read", answer=schemas.TeamList())
def teams(engine: Engine, caller: Caller) -> Any:
    """All teams with their members, by name."""
    return {"data": owners.teams(engine)}


@endpoint(bp, "POST", "/v1/teams", scope="admin", body=schemas.TeamAdd(), answer=schemas.Team(), status=201)
def add_team(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """Make a team. Users are named by e-mail address or id; a member's weight is their share of what the team
    is dealt."""
    return owners.add_team(engine, body, by=actor(caller))


@endpoint(bp, "PATCH", _TEAM, scope="admin", body=schemas.TeamEdit(), answer=schemas.Team())
def edit_team(engine: Engine, caller: Caller, team_id: Any, body: dict[str, Any]) -> Any:
    """Change a team; `members` are all that it has then."""
    return owners.edit_team(engine, str(team_id), body, by=actor(caller))


@endpoint(bp, "DELETE", _TEAM, scope="admin", status=204)
def delete_team(engine: Engine, caller: Caller, team_id: Any) -> Any:
    """Take a team away; its members stay users."""
    return owners.delete_team(engine, str(team_id), by=actor(caller))
