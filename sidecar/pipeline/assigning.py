"""Who owns a lead: the one place where that is written, with its reason, and taken back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, NamedTuple

from sidecar.engine import Engine
from sidecar.errors import Conflict, NotFound
from sidecar.ids import new_id
from sidecar.store import assignments as store
from sidecar.store import owners
from sidecar.store.administration import lock_admins
from sidecar.store.database import Cursor, Row
from sidecar.terms.states import AssignmentKind

_HISTORY: Final = 200


class Assignment(NamedTuple):
    """A lead goes to a user, or (None) to nobody: by which kind of decision, and why, in words for people.
    rule, model_version: of the routing model that decided."""

    lead_id: str
    user_id: str | None
    kind: AssignmentKind
    reason: str
    rule: str | None = None
    model_version: str | None = None


def assign(
    engine: Engine, cursor: Cursor, assignments: Iterable[Assignment], by: str, *,
    request_id: str | None = None,
) -> dict[str, str]:
    """Give leads to users: lead id -> the id of its assignment, of those that changed hands.

    Leads are locked in the order of their ids, users after them. A lead that is theirs already, or gone, is
    passed over; of two assignments of one lead the last counts. Nobody who left is given a lead: their
    successor is.
    """
    wanted = {each.lead_id: each for each in assignments}
    if not wanted:
        return {}
    before = store.lock(cursor, wanted)
    while True:
        changes = [each for lead_id, each in wanted.items()
                   if lead_id in before and before[lead_id]["owner_id"] != each.user_id]
        users = {each.user_id for each in changes if each.user_id}
        if gone := store.who_left(cursor, users):
            for user_id in gone:
                theirs = [each.lead_id for each in changes if each.user_id == user_id]
                wanted |= {each.lead_id: each for each in successors(engine, cursor, user_id, theirs)}
            continue
        with suppress(_Left), engine.database.write():  # then the users are let go again
            if store.who_left(cursor, users, hold=True):
                raise _Left
            return _write(engine, cursor, changes, before, by, request_id)


class _Left(Exception):
    """Somebody left between the look and the lock."""


def _write(
    engine: Engine, cursor: Cursor, changes: list[Assignment], before: Mapping[str, Row], by: str,
    request_id: str | None,
) -> dict[str, str]:
    now = engine.now()
    rows = [{
        "id": new_id(), "lead_id": each.lead_id, "user_id": each.user_id,
        "previous_id": before[each.lead_id]["owner_id"], "kind": each.kind, "reason": each.reason,
        "rule": each.rule, "model_version": each.model_version, "actor": by, "at": now} for each in changes]
    if rows:
        store.write(cursor, rows, by=by, request_id=request_id)
    return {str(row["lead_id"]): str(row["id"]) for row in rows}


def undo(engine: Engine, assignment_id: str, by: str, *, request_id: str | None = None) -> Row:
    """Take an assignment back: the lead is again whose it was. {lead_id, assignment_id (which did so)}

    Raises NotFound; Conflict when it was undone before, when somebody assigned the lead since, or when who
    had it before has left.
    """
    with engine.database.write() as cursor:
        found = store.of_id(cursor, assignment_id)
        lead = found and store.lock(cursor, [found["lead_id"]]).get(found["lead_id"])
        if found is None or lead is None:
            raise NotFound("There is no such assignment.")
        if store.latest(cursor, found["lead_id"]) != assignment_id or lead["owner_id"] != found["owner_id"]:
            raise Conflict("This lead was assigned again since; undo what came later first.")
        previous = found["previous_owner_id"]
        if previous and store.who_left(cursor, [previous], hold=True):
            raise Conflict(f"{found['previous_owner']}, who had this lead before, has left;"
                           " assign it to somebody else.")
        made = assign(engine, cursor, [Assignment(
            found["lead_id"], previous, "undo", f"Taken back: {found['reason']}")], by, request_id=request_id)
        store.undone(cursor, [assignment_id], engine.now())
        return {"lead_id": found["lead_id"], "assignment_id": made[found["lead_id"]]}


def history(engine: Engine, lead_id: str) -> list[Row]:
    """How a lead came to whom, the latest first."""
    with engine.database.read() as cursor:
        return store.history(cursor, lead_id, _HISTORY)


def successors(engine: Engine, cursor: Cursor, user_id: str, lead_ids: Sequence[str]) -> list[Assignment]:
    """To whom the leads of somebody who leaves go. Raises Conflict when there is nobody."""
    [heirs, how] = _heirs(store.colleagues(cursor, user_id, engine.now()))
    if not heirs:
        raise Conflict("Nobody else could take their open leads; add another operator or admin first.")
    return [
        Assignment(lead_id, heirs[place % len(heirs)]["id"], "left",
                   f"Its owner works on leads no more; {how}.")
        for place, lead_id in enumerate(sorted(lead_ids))]


def leaving(engine: Engine, cursor: Cursor, user_id: str) -> dict[str, Any]:
    """What `leave` would do: {open_leads, heirs: their names or addresses, in turn; why they}."""
    heirs, why = _heirs(store.colleagues(cursor, user_id, engine.now()))
    return {"open_leads": len(store.open_leads(cursor, user_id)),
            "heirs": [row["name"] for row in heirs], "why": why}


def _heirs(colleagues: Sequence[Row]) -> tuple[list[Row], str]:
    """(who takes over, in turn, why they): who leads a team of theirs, else its members, else anybody; who
    is away only if all are."""
    for rows in ([row for row in colleagues if not row["away"]], colleagues):
        for found, how in (
                ([row for row in rows if row["leads"]][:1], "the lead of their team takes it over"),
                ([row for row in rows if row["weight"]], "their team takes it over in turn"),
                (rows, "nobody of their team is there, so that all who work on leads take it over in turn")):
            if found:
                return list(found), how
    return [], ""


def by_names(
    engine: Engine, cursor: Cursor, lead_ids: Collection[str], by: str, *, request_id: str | None = None
) -> int:
    """Leads that nobody owns here, but somebody elsewhere who is a user, go to them: how many do."""
    return len(assign(engine, cursor, [
        Assignment(row["lead_id"], row["user_id"], "owner_name",
                   f"{row['owner_name']}, its owner elsewhere, is {row['email']}.")
        for row in owners.of_names(cursor, lead_ids)], by, request_id=request_id))


def hold_to_leave(engine: Engine, cursor: Cursor, user_id: str) -> set[str]:
    """Lock the open leads of somebody who is about to leave, and then all users: the ids of the enabled
    admins. Where they got a lead in between, all is let go and locked again: leads come before users."""
    while True:
        with suppress(_GotMore), engine.database.write():
            held = store.open_leads(cursor, user_id, hold=True)
            admins = lock_admins(cursor)
            if not {*held}.issuperset(store.open_leads(cursor, user_id)):
                raise _GotMore
            return admins


class _GotMore(Exception):
    """Somebody who is about to leave got a lead between two locks."""


def leave(
    engine: Engine, cursor: Cursor, user_id: str, by: str, *, request_id: str | None = None
) -> int:
    """The open leads of a user, held by `hold_to_leave`, go to successors: how many. Raises Conflict when
    there is nobody."""
    lead_ids = store.open_leads(cursor, user_id)
    if lead_ids:
        assign(engine, cursor, successors(engine, cursor, user_id, lead_ids), by, request_id=request_id)
    return len(lead_ids)


def hand_on(
    engine: Engine, cursor: Cursor, lead_ids: Iterable[str], by: str, *, request_id: str | None = None
) -> None:
    """Those of the leads, which are locked, whose owner left go to successors: before they are open again."""
    found = store.of_who_left(cursor, lead_ids)
    assign(engine, cursor, [
        each for user_id, theirs in found.items() for each in successors(engine, cursor, user_id, theirs)],
        by, request_id=request_id)
