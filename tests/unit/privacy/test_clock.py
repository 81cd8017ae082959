"""Months as Regulation 1182/71 counts them."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sidecar.privacy.clock import period_ends
from tests.cases import check_each

days = st.dates(date(1990, 1, 1), date(2090, 12, 31))
months = st.integers(1, 120)


def ends(year: int, month: int, day: int, count: int, expected: date) -> None:
    assert period_ends(date(year, month, day), count) == expected


def test_periods_end_as_the_regulation_says() -> None:
    check_each(ends, [
        (2026, 1, 15, 1, date(2026, 2, 15)), (2026, 1, 31, 1, date(2026, 2, 28)),
        (2028, 1, 31, 1, date(2028, 2, 29)), (2026, 3, 31, 1, date(2026, 4, 30)),
        (2026, 12, 31, 1, date(2027, 1, 31)), (2026, 2, 28, 1, date(2026, 3, 28)),
        (2024, 2, 29, 12, date(2025, 2, 28)), (2024, 2, 29, 48, date(2028, 2, 29)),
        (2026, 8, 31, 6, date(2027, 2, 28))])


@given(days, months)
def test_it_ends_in_the_right_month_on_the_same_day_or_the_last(day: date, count: int) -> None:
    end = period_ends(day, count)
    assert (end.year * 12 + end.month) - (day.year * 12 + day.month) == count
    assert end.day == day.day or (end.day < day.day and (end + timedelta(days=1)).month != end.month)


@given(days, days, months)
def test_what_came_earlier_never_ends_later(one: date, other: date, count: int) -> None:
    early, late = sorted((one, other))
    assert period_ends(early, count) <= period_ends(late, count)


@given(days, months)
def test_a_longer_period_ends_later(day: date, count: int) -> None:
    assert period_ends(day, count) < period_ends(day, count + 1)
