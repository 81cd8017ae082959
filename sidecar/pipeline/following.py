"""What follows when a lead became hot: who touches it first, and who is told when nobody does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sidecar.engine import Engine
from sidecar.metrics import FIRST_TOUCH
from sidecar.pipeline.messages import FollowUpDue, owe_follow_ups
from sidecar.pipeline.routing import hand_on, people_of
from sidecar.pipeline.scoring import scoring_facts
from sidecar.routing.following import HotChange, Step, due_step, whom
from sidecar.routing.hours import Calendar
from sidecar.store import facts, subscriptions
from sidecar.store import following as store
from sidecar.store.database import Cursor, Row
from sidecar.webhooks import of_touches

# A change that is older is followed no more.
FOLLOWED: Final = timedelta(days=60)
_MEASURED: Final = 1000  # touches at once
_MINUTE: Final = timedelta(minutes=1)


class Touch(NamedTuple):
    """Somebody did something about a lead: one of TOUCHES; user_id None: no user of ours, as of a reply."""

    lead_id: str
    how: str
    user_id: str | None
    at: datetime


def touched(cursor: Cursor, touches: Iterable[tuple[str, str, str | None, datetime]]) -> set[str]:
    """Note touches (`Touch`) with the latest change into hot of each lead, where there is one and they came
    after it; the first of each kind counts. Who listens is told, and what is owed to remind of these leads
    is not sent. The leads that nobody had touched before."""
    rows = [Touch(*touch)._asdict() for touch in touches]
    new = store.touch(cursor, rows) if rows else []
    subscriptions.tell(cursor, of_touches(new))
    first = [row for row in new if row["touched"]]
    store.withdraw(cursor, [row["lead_id"] for row in first])
    for row in first:
        FIRST_TOUCH.labels(row["how"]).observe((row["touched"] - row["at"]) / _MINUTE)
    return {row["lead_id"] for row in first}


def statuses_changed(
    cursor: Cursor, statuses: Mapping[str, str], user_id: str | None, at: datetime
) -> set[str]:
    """Leads have another status: that is a touch if a user gave it. Converted they are won, until they are no
    more. The leads that nobody had touched before."""
    first = touched(cursor, [
        Touch(lead_id, "status", user_id, at) for lead_id in statuses]) if user_id else set()
    won = {lead_id for lead_id, status in statuses.items() if status == "converted"}
    store.set_won(cursor, won, at)
    store.set_won(cursor, statuses.keys() - won, None)
    return first


def follow_up(engine: Engine, *, limit: int, after: str | None) -> dict[str, Any]:
    """Remind of the next hot leads that nobody touched, or tell others: {looked, reminded, escalated,
    handed_on, next}, `next`: after which lead the rest follows, None at the end.

    Each step of a change is given once, however many look at the same time.
    """
    now, minutes = engine.now(), engine.settings.follow_up_after
    with engine.database.write() as cursor:
        _measure(engine, cursor, now)
        rows = store.waiting(cursor, now - minutes[0] * _MINUTE, now - FOLLOWED, limit, after)
        owners = _Owners(engine, cursor, rows, now)
        due = {row["lead_id"]: (row, step) for row in rows
               if (step := due_step(owners.change(row), owners.calendar(row["owner_id"]), now, minutes))}
        around = store.around(cursor, {row["owner_id"] for row, _ in due.values()}, now) if due else []
        told = {lead_id: whom(step, row["owner_id"], around) for lead_id, (row, step) in due.items()}
        given = store.give(cursor, [
            {"lead_id": lead_id, "number": row["number"], "step": step.number, "at": now,
             "told_id": told[lead_id][0] if len(told[lead_id]) == 1 else None}
            for lead_id, (row, step) in due.items()])
        mine = [due[lead_id] for lead_id in sorted(given)]
        heirs = _hand_on(engine, cursor, mine, owners) if engine.settings.hand_on_when_away else {}
        told |= {lead_id: [*dict.fromkeys([heir, *told[lead_id]])] for lead_id, heir in heirs.items()}
        owe_follow_ups(engine, cursor, [message for row, step in mine for message in _messages(
            row, step, told[row["lead_id"]], owners, now)])
    return {
        "looked": len(rows), "reminded": sum(step.kind == "reminder" for _, step in mine),
        "escalated": sum(step.kind == "escalation" for _, step in mine), "handed_on": len(heirs),
        "next": rows[-1]["lead_id"] if len(rows) == limit else None}


class _Owners:
    """Whose leads these are, and when they work; of nobody's leads the usual hours count."""

    def __init__(self, engine: Engine, cursor: Cursor, rows: list[Row], now: datetime) -> None:
        usual = engine.settings.usual
        since = min((row["at"] for row in rows), default=now)
        self._people = {
            person.id: person for person in people_of(cursor, since, usual)} if rows else {}
        self._away = {user_id for user_id, person in self._people.items()
                      if any(start <= now < end for start, end in person.calendar.absences)}
        self._usual = usual.calendar

    def change(self, row: Row) -> HotChange:
        """A row of `store.waiting` as it is decided about."""
        return HotChange(row["at"], row["step"], row["owned_at"], row["snoozed_until"],
                         row["owner_id"] in self._away)

    def calendar(self, user_id: str | None) -> Calendar:
        """When somebody works; of who is away now as if they were not."""
        person = self._people.get(user_id or "")
        if person is None:
            return self._usual
        return replace(person.calendar, absences=()) if person.id in self._away else person.calendar

    def email(self, user_id: str) -> str:
        """What people call somebody."""
        return self._people[user_id].email


def _hand_on(
    engine: Engine, cursor: Cursor, given: Iterable[tuple[Row, Step]], owners: _Owners
) -> dict[str, str]:
    """Give the leads of owners who are away to somebody else: lead id -> who has it now."""
    rows = {row["lead_id"]: row for row, step in given if step.hand_on}
    if not rows:
        return {}
    known = facts.load(cursor, sorted(rows))
    events = facts.load_events(cursor, {row["contact"]["id"] for row in known})
    heirs = hand_on(engine, cursor, {row["lead_id"]: scoring_facts(row, events) for row in known}, {
        lead_id: f"{owners.email(row['owner_id'])}, who had it, is away and nobody touched it."
        for lead_id, row in rows.items()})
    return {lead_id: heir for lead_id, heir in heirs.items() if heir != rows[lead_id]["owner_id"]}


def _messages(row: Row, step: Step, told: list[str], owners: _Owners, now: datetime) -> Iterator[FollowUpDue]:
    """The messages of a step: to each who is told, where there is nobody to all who are told of leads."""
    minutes = owners.calendar(row["owner_id"]).working_minutes(row["at"], now)
    for user_id in told or (None,):
        yield FollowUpDue(
            step.kind, row["lead_id"], row["number"], step.number, user_id, round(minutes, 1), row["at"])


def _measure(engine: Engine, cursor: Cursor, now: datetime) -> None:
    """Note of what was touched meanwhile how long it took in working time."""
    rows = store.unmeasured(cursor, _MEASURED)
    owners = _Owners(engine, cursor, rows, now)
    store.measure(cursor, [
        {"lead_id": row["lead_id"], "number": row["number"],
         "working_minutes": owners.calendar(row["owner_id"]).working_minutes(row["at"], row["touched_at"])}
        for row in rows])
