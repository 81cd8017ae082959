"""Follow-ups of hot leads that nobody touched: each after its working time, once, to who is there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.routing.following import HotChange, Step, due_step, whom
from sidecar.routing.hours import Calendar
from sidecar.terms.states import FOLLOW_UPS

AFTER = (15, 60, 240)
OFFICE = Calendar("Europe/Berlin", {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")})
MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)  # nine in Berlin
REMINDER, ESCALATION, LAST = (Step(number, kind) for number, kind in enumerate(FOLLOW_UPS, 1))


def at(minutes: float) -> datetime:
    return MONDAY + timedelta(minutes=minutes)


@pytest.mark.parametrize("minutes, step, due", [
    (14, 0, None), (15, 0, REMINDER), (59, 1, None), (60, 1, ESCALATION), (239, 2, None), (240, 2, LAST),
    (10_000, 3, None), (480, 0, REMINDER),
])
def test_steps_come_one_after_the_other(minutes, step, due):
    assert due_step(HotChange(MONDAY, step=step), OFFICE, at(minutes), AFTER) == due


@pytest.mark.parametrize("change", [
    HotChange(MONDAY, owned_at=at(100)), HotChange(MONDAY, snoozed_until=at(100)),
    HotChange(at(100), owned_at=at(-100), snoozed_until=at(50)),
])
def test_it_waits_since_what_was_last(change):
    """Whoever gets it later has the same time, and a snooze is waited for."""
    assert due_step(change, OFFICE, at(114), AFTER) is None
    assert due_step(change, OFFICE, at(115), AFTER) == REMINDER


def test_nobody_is_reminded_at_night():
    friday_evening = datetime(2026, 3, 6, 15, 50, tzinfo=UTC)  # ten minutes before five
    change = HotChange(friday_evening)
    assert due_step(change, OFFICE, datetime(2026, 3, 9, 8, 4, tzinfo=UTC), AFTER) is None
    assert due_step(change, OFFICE, datetime(2026, 3, 9, 8, 5, tzinfo=UTC), AFTER) == REMINDER


def test_who_is_away_is_not_reminded_and_their_lead_goes_on():
    away = HotChange(MONDAY, owner_away=True)
    assert due_step(away, OFFICE, at(30), AFTER) is None
    assert due_step(away, OFFICE, at(60), AFTER) == Step(2, "escalation", hand_on=True)
    assert due_step(HotChange(MONDAY, step=2, owner_away=True), OFFICE, at(240), AFTER) == LAST


moments = st.integers(0, 20_000).map(at)
absences = st.lists(st.tuples(moments, st.integers(1, 3000)).map(
    lambda span: (span[0], span[0] + timedelta(minutes=span[1]))), max_size=2)


@given(moments, st.none() | moments, st.none() | moments, absences,
       st.lists(st.integers(0, 3000), max_size=60), st.sets(st.integers(0, 59)))
def test_each_step_is_given_once_and_never_before_its_working_minutes(
    hot, owned, snoozed, absent, pauses, away,
):
    """However often somebody looks, and whoever is away when."""
    calendar = Calendar(OFFICE.time_zone, OFFICE.hours, absences=absent)
    now, step, given_steps = hot, 0, []
    for number, pause in enumerate(pauses):
        now += timedelta(minutes=pause)
        change = HotChange(hot, step, owned, snoozed, owner_away=number in away)
        if due := due_step(change, calendar, now, AFTER):
            given_steps.append(due.number)
            assert calendar.working_minutes(change.since, now) >= AFTER[due.number - 1]
            assert due.kind == FOLLOW_UPS[due.number - 1]
            assert due.kind == "escalation" or number not in away
            step = due.number
    assert given_steps == sorted(set(given_steps))


def person(user_id: str, owner_id: str | None = None, *, leads: bool = False) -> dict[str, object]:
    return {"owner_id": owner_id, "user_id": user_id, "leads": leads}


AROUND = [
    person("ann", "vera"), person("lea", "vera", leads=True), person("lea", "vera"), person("otto", "max"),
    person("root"), person("vera"), person("admin")]


@pytest.mark.parametrize("step, owner, around, told", [
    (REMINDER, "vera", AROUND, ["vera"]), (REMINDER, None, AROUND, []),
    (ESCALATION, "vera", AROUND, ["lea"]), (ESCALATION, "max", AROUND, ["root"]),
    (ESCALATION, None, AROUND, ["root"]), (ESCALATION, "root", AROUND, ["vera"]),
    (ESCALATION, "vera", [person("vera")], []),
    (LAST, "vera", AROUND, ["ann", "lea"]), (LAST, "nina", AROUND, ["root", "vera", "admin"]),
    (LAST, None, AROUND, ["root", "vera", "admin"]),
])
def test_who_is_told(step, owner, around, told):
    assert whom(step, owner, around) == told
