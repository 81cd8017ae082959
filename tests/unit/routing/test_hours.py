from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from sidecar.routing.hours import LOOKED_AHEAD, Calendar, holidays_of
from sidecar.terms.states import DAYS
from tests.cases import check_each

NINE_TO_FIVE = {day: [["09:00", "12:00"], ["13:00", "17:00"]] for day in DAYS[:5]}
# Clocks change at 2 or 3 at night, at midnight (both ways), by half an hour, or never.
ZONES = ("Europe/Berlin", "America/New_York", "America/Santiago", "America/Havana", "Australia/Lord_Howe",
         "Asia/Kolkata", "Pacific/Apia", "UTC")
START = datetime(2026, 1, 1, tzinfo=UTC)

moments = st.integers(0, 500 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes))
clocks = st.integers(0, 24 * 4)


def clock(quarters):
    return f"{quarters // 4:02}:{quarters % 4 * 15:02}"


spans_of_a_day = st.lists(st.tuples(clocks, clocks).filter(lambda pair: pair[0] < pair[1]), max_size=3).map(
    lambda pairs: [[clock(begin), clock(until)] for begin, until in pairs])
absences = st.lists(st.tuples(moments, st.integers(1, 40 * 24 * 60)).map(
    lambda pair: (pair[0], pair[0] + timedelta(minutes=pair[1]))), max_size=4)
calendars = st.builds(
    Calendar, st.sampled_from(ZONES), st.dictionaries(st.sampled_from(DAYS), spans_of_a_day),
    st.frozensets(st.dates(date(2026, 1, 1), date(2027, 6, 1)), max_size=20) | st.just(holidays_of("DE-BY")),
    absences)


def berlin(day, at, **more):
    return datetime.combine(day, time.fromisoformat(at), ZoneInfo("Europe/Berlin")).replace(**more)


@given(calendars, st.tuples(moments, moments, moments).map(sorted))
def test_minutes_of_two_spans_are_those_of_both_together(calendar, three):
    first, second, third = three
    assert calendar.working_minutes(first, second) + calendar.working_minutes(second, third) == (
        calendar.working_minutes(first, third))
    assert calendar.working_minutes(second, first) == 0
    assert calendar.working_minutes(first, third) <= (third - first) / timedelta(minutes=1)


@given(calendars, moments, st.integers(0, 5000))
def test_after_minutes_is_the_first_moment_by_which_they_were_worked(calendar, moment, minutes):
    by = calendar.after_working_minutes(moment, minutes)
    if by is None:
        assert calendar.working_minutes(moment, moment + LOOKED_AHEAD) < minutes
    else:
        assert calendar.working_minutes(moment, by) == minutes
        if minutes:
            assert calendar.working_minutes(moment, by - timedelta(minutes=1)) < minutes


@given(calendars, moments)
def test_nobody_works_in_holidays_absences_or_off_hours(calendar, moment):
    at = calendar.next_working(moment)
    if at is None:
        assert calendar.working_minutes(moment, moment + LOOKED_AHEAD) == 0
        return
    local = at.astimezone(ZoneInfo(calendar.time_zone))
    assert moment <= at and calendar.working_at(at)
    assert calendar.working_minutes(moment, at) == 0
    assert calendar.working_minutes(at, at + timedelta(minutes=1)) > 0
    assert local.date() not in calendar.holidays and calendar.hours[DAYS[local.weekday()]]
    assert not any(start <= at < end for start, end in calendar.absences)
    assert calendar.working_at(moment) == (at == moment)


@given(calendars, moments, moments)
def test_working_at_and_minutes_tell_the_same(calendar, start, end):
    end = min(end, start + timedelta(hours=6))
    minutes = int((end - start) / timedelta(minutes=1))
    assert calendar.working_minutes(start, end) == sum(
        calendar.working_at(start + timedelta(minutes=minute)) for minute in range(max(minutes, 0)))


def test_a_week_with_its_breaks_and_holidays():
    calendar = Calendar("Europe/Berlin", NINE_TO_FIVE, holidays_of("DE-BY"))

    def check(start, end, minutes):
        assert calendar.working_minutes(start, end) == minutes

    check_each(check, [
        (berlin(date(2026, 11, 23), "00:00"), berlin(date(2026, 11, 30), "00:00"), 5 * 7 * 60),
        (berlin(date(2026, 11, 23), "11:30"), berlin(date(2026, 11, 23), "13:15"), 45),
        # All Saints' Day 2027 is a Monday, in Bavaria free.
        (berlin(date(2027, 10, 29), "16:00"), berlin(date(2027, 11, 2), "10:00"), 2 * 60),
    ])


def test_days_on_which_clocks_change():
    """2026: forward on 29 March at 02:00, back on 25 October at 03:00."""
    def check(hours, day, minutes):
        calendar = Calendar("Europe/Berlin", {"sun": [hours]})
        start = berlin(day, "00:00")
        assert calendar.working_minutes(start, start + timedelta(days=2)) == minutes

    spring, autumn = date(2026, 3, 29), date(2026, 10, 25)
    check_each(check, [
        (["01:00", "04:00"], spring, 120), (["01:00", "04:00"], autumn, 240),
        (["00:00", "24:00"], spring, 23 * 60), (["00:00", "24:00"], autumn, 25 * 60),
        (["02:15", "02:45"], spring, 30), (["02:15", "03:00"], autumn, 105),
    ])


def test_who_never_works_is_not_waited_for():
    monday = berlin(date(2026, 11, 23), "10:00")
    for calendar in (Calendar("UTC", {}), Calendar("UTC", NINE_TO_FIVE, absences=[
            (monday, monday + 2 * LOOKED_AHEAD)])):
        assert calendar.next_working(monday) is None
        assert calendar.after_working_minutes(monday, 1) is None
        assert calendar.after_working_minutes(monday, 0) == monday


def test_places_of_holidays():
    assert date(2026, 1, 6) in holidays_of("DE-BY")
    assert date(2026, 1, 6) not in holidays_of("DE")
    assert date(2026, 1, 1) in holidays_of("AT") and date(2026, 1, 1) not in holidays_of("")
