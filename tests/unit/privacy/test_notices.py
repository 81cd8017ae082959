"""Until when people are to be told where their data came from."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from sidecar.privacy.clock import period_ends
from sidecar.privacy.grounds import sources_of
from sidecar.privacy.notices import duty
from tests.unit.privacy.knowing import NOW, arrival, known

BERLIN = ZoneInfo("Europe/Berlin")


def owed(person, zone=BERLIN):
    return duty(person, sources_of(person, {}), zone)


def sent(*sources, at=NOW):
    return {"kind": "notice", "ground": None, "sources": list(sources), "stated_at": at}


def test_the_month_runs_from_the_day_of_the_time_zone() -> None:
    late = datetime(2026, 1, 30, 23, 30, tzinfo=UTC)  # the 31st in Berlin
    assert owed(known(arrival(at=late))).due_on == date(2026, 2, 28)
    assert owed(known(arrival(at=late)), ZoneInfo("America/New_York")).due_on == date(2026, 2, 28)
    assert owed(known(arrival(at=late - timedelta(hours=2)))).due_on == date(2026, 2, 28)


def test_who_gave_it_themselves_is_owed_nothing() -> None:
    assert owed(known(arrival("web form"))) == (None, None, ())


def test_what_a_provider_added_is_owed_from_then() -> None:
    person = known(arrival("web form"), providers={"hunter": NOW + timedelta(days=3)})
    assert owed(person) == (date(2026, 4, 13), None, ("hunter",))


def test_the_first_communication_after_it_is_the_latest_day() -> None:
    mail = NOW + timedelta(days=5)
    assert owed(known(arrival(), written=[mail, mail + timedelta(days=1)])).due_on == date(2026, 3, 15)
    assert owed(known(arrival(), written=[NOW - timedelta(days=5)])).due_on == date(2026, 4, 10)


def test_a_notice_ends_the_clocks_of_the_sources_that_it_named() -> None:
    person = known(arrival("csv import"), arrival("fair list", NOW + timedelta(days=9)),
                   statements=[sent("csv import")])
    assert owed(person) == (date(2026, 4, 19), date(2026, 3, 10), ("csv import", "fair list"))
    assert owed(known(arrival(), statements=[sent("csv import")])).due_on is None


moments = st.integers(-500, 500).map(lambda day: NOW + timedelta(days=day))
lists = st.lists(st.builds(arrival, st.sampled_from(["csv import", "fair list", "crm"]), moments), min_size=1,
                 max_size=6)


@given(lists, lists, st.lists(moments, max_size=4))
def test_of_two_who_become_one_the_earlier_clock_holds(mine, theirs, written) -> None:
    one, other = owed(known(*mine, written=written)), owed(known(*theirs, written=written))
    both = owed(known(*mine, *theirs, written=written))
    assert both.due_on is not None and one.due_on is not None and other.due_on is not None
    assert both.due_on == min(one.due_on, other.due_on)
    assert set(both.sources) == {*one.sources, *other.sources}


@given(lists, st.lists(moments, max_size=4))
def test_it_is_never_due_later_than_a_month_after_the_first(arrivals, written) -> None:
    first = min(row["first_at"] for row in arrivals).astimezone(BERLIN).date()
    due_on = owed(known(*arrivals, written=written)).due_on
    assert due_on is not None and first <= due_on <= period_ends(first, 1)
