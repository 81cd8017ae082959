"""What people do about hot leads by a button or a link: once, whoever presses how often."""

from __future__ import annotations

import threading
from datetime import datetime
from typing import Any, Final, NamedTuple

from sidecar import logs
from sidecar.channels.handling import Decision, decide
from sidecar.channels.timing import snoozed_until
from sidecar.engine import Engine
from sidecar.errors import Conflict, NotFound
from sidecar.pipeline import assigning, messages
from sidecar.pipeline.following import statuses_changed, touched
from sidecar.pipeline.routing import give_back, people_of
from sidecar.pipeline.scoring import scoring_facts
from sidecar.store import access, facts, leads, notifications, subscriptions
from sidecar.store import handlings as store
from sidecar.store.database import Cursor, Row
from sidecar.store.following import untouch
from sidecar.terms.states import Handling
from sidecar.webhooks import of_edit

NOT_A_FIT: Final = "not a fit"  # the outcome of a lead that somebody says so of


class NobodyElse(Exception):
    """Nobody but who gives it back could have the lead."""


class Handled(NamedTuple):
    """What came of a press; `id`: of what was done by it, else of nothing."""

    decision: Decision
    id: str | None = None


def handle(
    engine: Engine, cursor: Cursor, lead_id: str, hot_change: int, kind: Handling, user: Row, channel: str, *,
    press: str | None = None, minutes: int | None = None, request_id: str | None = None,
) -> Handled:
    """Do what a user ({id, email, name}) presses in a message of a change into hot, if nobody was quicker.

    claim: the lead is theirs, and worked on. snooze: it is told again after so many minutes, or as the
    settings say, and nobody is reminded before. not_a_fit: it is lost. wrong_person: they are the wrong one
    for it, somebody else gets it. Of a lead that was merged the one that stays open is meant. The messages
    that are out change; a `press` that is delivered again does nothing.
    """
    row, hot_change = _locked(cursor, lead_id, hot_change)
    if row is None:
        return Handled(Decision("gone"))
    lead, changes = store.leads(cursor, [row["id"]])[row["id"]]
    now, by = engine.now(), user["name"] or user["email"]
    stood = changes.get(hot_change, [])
    decision = decide(kind, user["id"], hot_change, lead, stood, now)
    if press and (known := store.of_press(cursor, press)):
        return Handled(Decision("same", known["by"], known["at"], known["kind"], known["until"]))
    if decision.verdict != "done":
        return Handled(decision)
    before = {"status": row["status"], "owner_id": row["owner"], "outcome": row["outcome"]}
    until = _until(engine, cursor, user["id"], minutes) if kind == "snooze" else None
    try:
        after = before | _DONE[kind](engine, cursor, row, user, by)
    except NobodyElse:
        return Handled(Decision("nobody"))
    _set(cursor, row, after, user["email"])
    handling_id = store.add(cursor, {
        "lead_id": row["id"], "hot_change": hot_change, "kind": kind, "user_id": user["id"], "by": by,
        "channel": channel, "press": press, "until": until, "before": before, "after": after, "at": now})
    access.audit(cursor, user["email"], "lead.handled", "lead", row["id"], before=before,
                 after=after | {"kind": kind, "channel": channel}, request_id=request_id)
    if kind in _TOUCHING:
        touched(cursor, [(row["id"], _TOUCHING[kind], user["id"], now)])
    if after["status"] != before["status"] and kind != "wrong_person":
        statuses_changed(cursor, {row["id"]: after["status"]}, user["id"], now)
    if kind == "wrong_person":
        untouch(cursor, {row["id"]: hot_change}, user["id"])
    if kind in ("snooze", "wrong_person"):
        messages.owe(engine, cursor, [messages.Due(
            "hot_lead", row["id"], hot_change, after["owner_id"], f"again-{handling_id}",
            {"handling": handling_id}, until or now)])
    _tell(engine, cursor, row["id"])
    return Handled(Decision("done", by, now, kind, until), handling_id)


def would(
    engine: Engine, cursor: Cursor, lead_id: str, hot_change: int, kind: Handling, user_id: str
) -> Decision:
    """What would come of a press now."""
    meant = store.meant(cursor, lead_id)
    lead, changes = store.leads(cursor, [meant]).get(meant, (None, {}))
    if lead is None:
        return Decision("gone")
    if meant != lead_id:
        hot_change = lead.hot_changes
    return decide(kind, user_id, hot_change, lead, changes.get(hot_change, []), engine.now())


def undo(engine: Engine, handling_id: str, *, by: str, request_id: str | None = None) -> Row:
    """Take back what somebody did: status, owner and outcome are as before, unless they changed since; the
    messages act again, and where nobody did more the lead is followed again. Raises NotFound; Conflict when
    it was taken back already, or more was done since."""
    with engine.database.write() as cursor:
        found = store.get(cursor, handling_id)
        row = found and leads.lock(cursor, found["lead_id"])
        found = row and store.get(cursor, handling_id)
        if not row or not found:
            raise NotFound("There is no such handling.")
        if found["undone_at"]:
            raise Conflict(f"{found['undone_by']} took it back already.")
        if store.later(cursor, found):
            raise Conflict("More was done about this lead since; take that back first.")
        now, before, after = engine.now(), found["before"], found["after"]
        current = {"status": row["status"], "owner_id": row["owner"], "outcome": row["outcome"]}
        back = {name: before[name] for name in current
                if current[name] == after[name] != before[name]}
        if "owner_id" in back:
            assigning.assign(engine, cursor, [assigning.Assignment(
                row["id"], back["owner_id"], "undo", f"Taken back: what {found['by']} did.")], by,
                request_id=request_id)
        elif "status" in back:
            assigning.hand_on(engine, cursor, [row["id"]], by, request_id=request_id)
        _set(cursor, row, current | back, by)
        if "status" in back:
            statuses_changed(cursor, {row["id"]: back["status"]}, None, now)
        if found["kind"] in _TOUCHING and current["status"] == after["status"]:
            untouch(cursor, {row["id"]: found["hot_change"]}, found["user_id"])
        store.undo(cursor, handling_id, by, now)
        notifications.withdraw_again(cursor, row["id"], handling_id)
        access.audit(cursor, by, "lead.handling_undone", "lead", row["id"], request_id=request_id,
                     before={"kind": found["kind"]} | current, after=current | back)
        _tell(engine, cursor, row["id"])
        return store.get(cursor, handling_id) or {}


def _locked(cursor: Cursor, lead_id: str, hot_change: int) -> tuple[Row | None, int]:
    row = leads.lock(cursor, lead_id)
    if row and row["status"] == "archived" and (stays := leads.open_lead(cursor, row["contact_id"])):
        row = leads.lock(cursor, stays)
        hot_change = row["hot_changes"] if row else hot_change
    return row, hot_change


def _until(engine: Engine, cursor: Cursor, user_id: str, minutes: int | None) -> datetime:
    now, usual = engine.now(), engine.settings.usual
    calendars = {one.id: one.calendar for one in people_of(cursor, now, usual)}
    calendar = calendars.get(user_id, usual.calendar)
    return snoozed_until(now, engine.settings.snooze_minutes if minutes is None else minutes, calendar)


def _claim(engine: Engine, cursor: Cursor, row: Row, user: Row, by: str) -> Row:
    assigning.assign(engine, cursor, [
        assigning.Assignment(row["id"], user["id"], "claim", f"{by} took it.")], user["email"])
    return {"owner_id": user["id"]} | ({"status": "working"} if row["status"] == "new" else {})


def _snooze(engine: Engine, cursor: Cursor, row: Row, user: Row, by: str) -> Row:
    return {}


def _not_a_fit(engine: Engine, cursor: Cursor, row: Row, user: Row, by: str) -> Row:
    return {"status": "lost", "outcome": row["outcome"] or NOT_A_FIT}


def _wrong_person(engine: Engine, cursor: Cursor, row: Row, user: Row, by: str) -> Row:
    """Whoever had it, somebody else than who says so gets it, by the routing model."""
    [known] = facts.load(cursor, [row["id"]])
    told = scoring_facts(known, facts.load_events(cursor, [known["contact"]["id"]]))
    given = give_back(engine, cursor, {row["id"]: told}, {
        row["id"]: f"{by} is the wrong person for it."}, user["id"])
    if not given:
        raise NobodyElse
    return {"owner_id": given[row["id"]]} | ({"status": "new"} if row["status"] == "working" else {})


_DONE: Final = {"claim": _claim, "snooze": _snooze, "not_a_fit": _not_a_fit, "wrong_person": _wrong_person}
_TOUCHING: Final = {"claim": "claim", "not_a_fit": "button"}


def _set(cursor: Cursor, row: Row, after: Row, by: str) -> None:
    """Give a lead this status and outcome, where they are others."""
    if after["outcome"] != row["outcome"]:
        store.set_outcome(cursor, row["id"], after["outcome"])
    if after["status"] != row["status"]:
        leads.edit(cursor, row["id"], {"status": after["status"]})
        leads.add_status(cursor, row["id"], row["status"], after["status"], by)
        subscriptions.tell(cursor, of_edit(row["id"], row, {"status": after["status"]}))


def _tell(engine: Engine, cursor: Cursor, lead_id: str) -> None:
    """The messages that are out change, soon after the commit; the sweep does it where this process dies."""
    messages.owe_changes(engine, cursor, lead_id)
    engine.database.after_commit(lambda: threading.Thread(
        target=logs.carried(_change_messages, engine, lead_id), name=f"messages of {lead_id}",
        daemon=True).start())


def _change_messages(engine: Engine, lead_id: str) -> Any:
    messages.deliver(engine, [lead_id])
