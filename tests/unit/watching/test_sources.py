"""Sources that fall silent: told where chance does not explain it, silent where they sleep."""

from __future__ import annotations

import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.watching import Profile, Seen, silences
from tests.benchmarks.stalls import DAY, WEEK, Watch, Year, false_alarms, unnoticed

WEEKS = 8
MONDAY = 60 * WEEK  # a Monday after so many weeks


def office(count=4, *, until=MONDAY, days=5, weeks=WEEKS, last=None):
    """So many leads in each hour from 9 to 17 on working days, in the weeks before a Monday."""
    hours = {until - week * WEEK + day * DAY + hour: count
             for week in range(1, weeks + 1) for day in range(days) for hour in range(9, 17)}
    return Seen(hours, max(hours) + 0.999 if last is None else last)


def ratio(sources, now, name="office", free=()):
    return silences(sources, now, free).get(name)


def test_nights_and_weekends_are_no_silence():
    for hours in (1, 10, 24, 48, 64):  # Friday 17:00 to Monday 9:00
        assert ratio({"office": office()}, office().last + hours) == pytest.approx(0.0, abs=0.02)


def test_days_without_a_lead_are_one_though_each_may_be_a_holiday():
    seen = {"office": office()}
    told = [ratio(seen, MONDAY + day * DAY + 17) for day in range(7)]
    assert told == sorted(told) and told[0] < 1 < told[4]
    assert told[4] == pytest.approx(told[5], abs=0.01)  # Saturday


def test_a_day_on_which_others_work_is_no_holiday():
    others = {name: office(9, until=MONDAY + WEEK, weeks=WEEKS + 1, last=MONDAY + 16.9)
              for name in ("form", "shop", "fair")}
    alone, together = (ratio({"office": office()} | more, MONDAY + 17) for more in ({}, others))
    assert alone < 1 < together


def test_a_day_on_which_others_rest_is_one():
    """A form that brings on Sundays half of what it usually does brings half today."""
    hours = {hour: 20 if hour % WEEK < 5 * DAY else 10 for hour in range(MONDAY - WEEKS * WEEK, MONDAY)}
    rest = dict.fromkeys(range(MONDAY, MONDAY + DAY), 10)
    usual = dict.fromkeys(range(MONDAY, MONDAY + DAY), 20)
    told = [ratio({"office": office()} | {
        name: Seen(hours | today, MONDAY + 23.9) for name in ("a", "b", "c")}, MONDAY + 17)
        for today in (rest, usual)]
    assert told[0] < 0.1 and told[1] > 1


def test_a_holiday_of_the_calendar_is_none():
    today = MONDAY // DAY
    assert ratio({"office": office()}, MONDAY + 17, free={today}) == pytest.approx(0.0, abs=0.02)


def test_who_is_busy_is_told_within_minutes_and_who_is_rare_within_weeks():
    busy = dict.fromkeys(range(MONDAY - WEEKS * WEEK, MONDAY), 60)
    assert ratio({"busy": Seen(busy, MONDAY - 0.01)}, MONDAY + 0.5, "busy") > 1
    crowd = dict.fromkeys(busy, 10000)
    assert math.isfinite(ratio({"crowd": Seen(crowd, MONDAY - 0.01)}, MONDAY + 7 * WEEK, "crowd"))
    rare = {MONDAY - week * WEEK + 34: 2 for week in range(1, WEEKS + 1)}
    seen = {"rare": Seen(rare, max(rare) + 0.5)}
    assert ratio(seen, MONDAY + WEEK, "rare") < 0.5
    assert ratio(seen, MONDAY + 6 * WEEK, "rare") > 1


def test_what_came_once_or_in_bursts_is_no_habit():
    once = office(1, weeks=3).hours | {MONDAY - 3 * DAY + 11: 5000}
    assert ratio({"office": Seen(once, max(once) + 0.5)}, MONDAY + WEEK) < 1
    fair = {MONDAY - 5 * WEEK: 9000, MONDAY - WEEK: 1}
    assert ratio({"fair": Seen(fair, MONDAY - WEEK + 0.5)}, MONDAY + 4 * WEEK, "fair") < 1


def test_a_silence_as_long_as_one_before_is_not_told():
    hours = {hour: count for hour, count in office(6).hours.items()
             if not MONDAY - 4 * WEEK <= hour < MONDAY - 4 * WEEK + 5 * DAY}
    seen = {"office": Seen(hours, max(hours) + 0.9)}
    assert ratio(seen, MONDAY + 5 * DAY) < 1 < ratio({"office": office(6)}, MONDAY + 5 * DAY)


def test_of_new_sources_nothing_is_known_and_of_old_ones_nothing_is_expected():
    assert ratio({"office": office(weeks=1)}, MONDAY + WEEK) is None
    assert ratio({"office": office(weeks=3)}, MONDAY + 16) is not None
    assert ratio({"office": office()}, MONDAY + 9 * WEEK) is None
    assert silences({}, MONDAY) == {}


@st.composite
def profiles(draw):
    hours = draw(st.dictionaries(
        st.integers(MONDAY - WEEKS * WEEK, MONDAY - 1), st.integers(1, 50), min_size=2, max_size=200))
    hours[MONDAY - WEEKS * WEEK] = 1
    return Profile.of(Seen(hours, MONDAY - 0.5))


@given(profiles(), st.floats(0, 3 * WEEK), st.floats(0, 3 * WEEK), st.integers(1, 9))
def test_a_longer_silence_is_no_likelier_and_weeks_are_alike(profile, some, more, weeks):
    begin = MONDAY - 0.5
    short, long = (profile.unlikely(begin, begin + hours) for hours in (some, some + more))
    assert 0 <= short <= long + 1e-9 and math.isfinite(long)
    shift = weeks * WEEK
    assert profile.unlikely(begin + shift, begin + shift + some) == pytest.approx(short, rel=1e-6, abs=1e-6)
    assert profile.expected(begin, begin + WEEK) == pytest.approx(sum(profile.rates))
    assert profile.unlikely(begin, begin + some, dict.fromkeys(range(500), 1.0)) <= short + 1e-9
    assert profile.most >= profile.longest


@given(profiles(), st.integers(0, 5000), st.integers(0, 6), st.integers(0, DAY))
def test_no_source_decides_alone_what_a_day_is(profile, count, day, hour):
    start = MONDAY + day * DAY
    assert abs(profile.vote(count, start, start + hour)) <= 4
    assert profile.vote(0, start, start + hour) == 0


def test_a_spring_of_seasonal_sources_has_few_false_alarms_and_outages_are_told():
    """Easter, May and Whitsun, known to no calendar; `python -m tests.benchmarks stalls` takes years."""
    year = Year(5, days=70, first=date(2025, 4, 7))
    assert len(false_alarms(year)) <= 2  # one a month
    watch = Watch(year)
    begins = year.begins + 9 * WEEK + DAY + 10  # a Tuesday at ten
    hours, lost = unnoticed(year, "busy form", begins, watch=watch)
    assert hours < 4 and lost < 100
    assert unnoticed(year, "office form", begins, watch=watch)[0] < 3 * DAY
    everything = tuple(year.leads)
    assert unnoticed(year, "busy form", begins, everything, watch=watch)[0] < 3
