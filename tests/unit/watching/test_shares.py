"""Shares that are other than before: a binomial bound on the bad days of the last weeks."""

from __future__ import annotations

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sidecar.watching.shares import at_most, exceeds, falls_short

DAYS = [(60, 100)] * 9 + [(55, 100)] * 5 + [(40, 100)] * 2  # a usual day tells 60 %, a bad one 40 %


@given(st.integers(1, 120), st.data(), st.floats(0.01, 0.99))
@example(120, None, 0.99)
def test_the_chance_is_that_of_the_binomial_distribution(of, data, share):
    had = data.draw(st.integers(0, of)) if data else 100
    exact = math.fsum(math.comb(of, k) * share**k * (1 - share)**(of - k) for k in range(had + 1))
    expected = 1.0 if had >= of * share else exact
    assert at_most(had, of, share) == pytest.approx(expected, rel=1e-6, abs=1e-300)


def test_the_chance_of_a_sure_thing():
    assert at_most(3, 3, 1.0) == 1.0 and at_most(2, 3, 1.0) == 0.0


def test_a_field_that_is_told_no_more_falls_short_and_a_bad_day_does_not():
    gone = falls_short(DAYS, [(0, 60), (36, 60)])
    assert (gone.now, gone.usual) == (0.0, 0.6) and gone.chance < 1e-6
    for hours in ([(24, 60)] * 20, [(1, 6)], [(0, 8), (30, 50)]):
        assert falls_short(DAYS, hours).chance > 1e-6, hours


def test_a_fall_of_hours_ago_is_seen_through_the_hours_since_that_bring_little():
    assert falls_short(DAYS, [(1, 1), (0, 1), *[(2, 60)] * 3, *[(36, 60)] * 5]).chance < 1e-6


def test_what_is_usual_is_not_known_of_few_days_or_few_answers():
    for days in ([], DAYS[:4], [(6, 10)] * 28):
        assert falls_short(days, [(0, 1000)]) is None and exceeds(days, [(900, 1000)]) is None


def test_what_nobody_was_asked_is_usual():
    assert falls_short(DAYS, []) == (0.6, 0.6, 1.0)
    assert falls_short(DAYS, [(0, 0)]) == (0.6, 0.6, 1.0)


def test_refusals_that_grow_exceed_and_a_bad_day_or_a_rare_one_does_not():
    days = [(2, 100)] * 25 + [(6, 100)] * 4
    assert exceeds(days, [(40, 80)]).chance < 1e-6
    for hours in ([(7, 100)], [(1, 1)], [(2, 3)]):
        assert exceeds(days, hours).chance > 1e-6, hours
    never = [(0, 200)] * 28  # a code that never was
    assert exceeds(never, [(3, 200)]).chance > 1e-6 and exceeds(never, [(80, 200)]).chance < 1e-6
    always = [(100, 100)] * 28
    assert exceeds(always, [(100, 100)]).chance == 1.0


@given(st.lists(st.integers(0, 50).map(lambda had: (had, 50)), min_size=5, max_size=28),
       st.lists(st.tuples(st.integers(0, 20), st.just(20)), max_size=24))
def test_a_share_is_a_chance_and_no_worse_hour_makes_it_likelier(days, hours):
    share = falls_short(days, hours)
    assert 0 <= share.chance <= 1 and 0 <= share.now <= 1
    if hours:
        worse = [(max(0, hours[0][0] - 5), 20), *hours[1:]]
        assert falls_short(days, worse).chance <= share.chance * (1 + 1e-9)
