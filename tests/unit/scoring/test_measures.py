"""Measures of scores beside outcomes, on tables that can be worked out by hand, and against scikit-learn's
definitions written out."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.scoring.measures import (
    auc,
    brier,
    calibration_error,
    lift_by_decile,
    stability,
    won_by_tenth,
)

OUTCOMES = st.lists(st.tuples(st.integers(0, 100).map(float), st.booleans()), max_size=60)


@given(OUTCOMES)
def test_auc_is_the_share_of_pairs_in_the_right_order(outcomes):
    won = [score for score, is_won in outcomes if is_won]
    lost = [score for score, is_won in outcomes if not is_won]
    if not won or not lost:
        assert auc(outcomes) is None
        return
    pairs = [1.0 if one > other else 0.5 if one == other else 0.0 for one, other in product(won, lost)]
    assert auc(outcomes) == pytest.approx(sum(pairs) / len(pairs))


@pytest.mark.parametrize(("outcomes", "expected"), [
    ([], None), ([(100.0, True)], 0.0), ([(0.0, True)], 1.0), ([(50.0, True), (50.0, False)], 0.25)])
def test_brier(outcomes, expected):
    assert brier(outcomes) == expected


@given(OUTCOMES)
def test_tenths_of_the_scale_hold_all(outcomes):
    told = won_by_tenth(outcomes)
    assert sum(row["leads"] for row in told) == len(outcomes)
    assert sum(row["won"] for row in told) == sum(is_won for _, is_won in outcomes)
    assert [row["score"] for row in told] == sorted(row["score"] for row in told)
    assert all(0 <= row["share_won"] <= 1 for row in told)


@given(OUTCOMES)
def test_deciles_hold_all_and_ties_tell_nothing(outcomes):
    told = lift_by_decile(outcomes)
    won = sum(is_won for _, is_won in outcomes)
    assert bool(told) is bool(won)
    if told:
        assert sum(row["leads"] for row in told) == len(outcomes)
        assert sum(row["won"] for row in told) == pytest.approx(won, abs=0.06)
        assert lift_by_decile(outcomes[::-1]) == told


def test_a_perfect_order_has_its_lift_first():
    told = lift_by_decile([(float(n), n >= 90) for n in range(100)])
    assert (told[0]["lift"], told[0]["won"], told[1]["lift"]) == (10.0, 10, 0.0)


def test_the_stability_index():
    assert stability([10, 10], [10, 10]) == 0
    assert stability([1, 1], [50, 50]) == pytest.approx(0)
    assert stability([50, 50], [90, 10]) == pytest.approx(0.4 * 0.5877867 + 0.4 * 1.6094379)
    assert stability([], []) is None and stability([0, 0], [1, 2]) is None
    assert stability([0, 100], [100, 0]) < 20  # finite where a bucket is empty


def test_the_calibration_error():
    assert calibration_error([(10, 90), (50, 50)], [(1, 9), (5, 5)]) == pytest.approx(0)
    assert calibration_error([(10, 90), (50, 50)], [(3, 7), (0, 0)]) == pytest.approx(0.2)
    assert calibration_error([(0, 0)], [(1, 1)]) is None
