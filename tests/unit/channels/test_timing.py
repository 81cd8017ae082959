"""When messages are owed and due."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.channels.timing import armed, digest_day, quiet_until, snoozed_until
from sidecar.routing.hours import Calendar

DAY = timedelta(hours=24)
NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)  # a Thursday


@pytest.mark.parametrize(("cooled_at", "expected"), [
    (None, True), (NOON, False), (NOON - DAY + timedelta(seconds=1), False), (NOON - DAY, True),
])
def test_a_lead_is_news_that_was_less_than_hot_for_so_long(cooled_at, expected) -> None:
    assert armed(cooled_at, NOON, DAY) is expected


@pytest.mark.parametrize(("local", "begins", "ends", "expected"), [
    ("2026-11-26T21:30", "20:00", "08:00", "2026-11-27T08:00"),
    ("2026-11-27T07:59", "20:00", "08:00", "2026-11-27T08:00"),
    ("2026-11-27T08:00", "20:00", "08:00", None),
    ("2026-11-26T19:59", "20:00", "08:00", None),
    ("2026-11-26T13:00", "12:00", "14:00", "2026-11-26T14:00"),
    ("2026-11-26T14:00", "12:00", "14:00", None),
    # Clocks go forward over the end, which is then when it would have been.
    ("2026-03-29T01:30", "22:00", "02:30", "2026-03-29T03:30"),
])
def test_quiet_hours(local: str, begins: str, ends: str, expected: str | None) -> None:
    zone = ZoneInfo("Europe/Berlin")
    now = datetime.fromisoformat(local).replace(tzinfo=zone).astimezone(UTC)
    found = quiet_until(now, "Europe/Berlin", time.fromisoformat(begins), time.fromisoformat(ends))
    assert (found and found.astimezone(zone).strftime("%Y-%m-%dT%H:%M")) == expected


def test_without_quiet_hours_it_is_never_quiet() -> None:
    assert quiet_until(NOON, "UTC", None, None) is None


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),
       st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]),
       st.times(), st.times())
def test_quiet_hours_end_later_and_within_a_day(now, zone, begins, ends):
    if begins == ends:
        return
    until = quiet_until(now, zone, begins, ends)
    if until:
        assert now < until <= now + timedelta(hours=26)


@pytest.mark.parametrize(("zone", "hour", "expected"), [
    ("UTC", 12, date(2026, 11, 26)), ("UTC", 13, None), ("Europe/Berlin", 13, date(2026, 11, 26)),
    ("Asia/Kolkata", 17, date(2026, 11, 26)), ("Asia/Kolkata", 18, None),
    ("Pacific/Auckland", 1, date(2026, 11, 27)), ("Pacific/Auckland", 2, None),
    ("America/New_York", 8, None), ("America/New_York", 0, date(2026, 11, 26)),
])
def test_a_digest_is_of_the_day_there_once_its_hour_has_come(zone, hour, expected) -> None:
    assert digest_day(NOON, zone, hour) == expected


WEEK = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


@pytest.mark.parametrize(("now", "minutes", "expected"), [
    ("2026-11-26T12:00:00+00:00", 60, "2026-11-26T13:00:00+00:00"),
    ("2026-11-26T12:00:00+00:00", 0, "2026-11-27T08:00:00+00:00"),
    ("2026-11-26T03:00:00+00:00", 0, "2026-11-27T08:00:00+00:00"),  # this morning is no later day
    ("2026-11-27T12:00:00+00:00", 0, "2026-11-30T08:00:00+00:00"),
])
def test_until_when_a_lead_is_put_off(now: str, minutes: int, expected: str) -> None:
    calendar = Calendar("Europe/Berlin", WEEK)
    assert snoozed_until(datetime.fromisoformat(now), minutes, calendar) == datetime.fromisoformat(expected)


def test_who_never_works_is_told_again_in_a_day() -> None:
    assert snoozed_until(NOON, 0, Calendar("UTC", {})) == NOON + DAY
