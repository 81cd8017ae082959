"""Drift: months beside those before, and nothing where there is too little."""

from __future__ import annotations

from datetime import date

import pytest

from sidecar.scoring.drift import back, drift

TODAY = date(2026, 3, 17)


def month(leads=(0,) * 10, won=(0,) * 10, lost=(0,) * 10):
    return [{"leads": n, "won": w, "lost": x} for n, w, x in zip(leads, won, lost, strict=True)]


@pytest.mark.parametrize(("count", "expected"), [
    (0, date(2026, 3, 1)), (1, date(2026, 2, 1)), (3, date(2025, 12, 1)), (14, date(2025, 1, 1))])
def test_months_before(count, expected):
    assert back(date(2026, 3, 1), count) == expected


def test_a_month_like_those_before_is_stable_and_another_is_not():
    even, odd = month([20] * 10), month([0] * 9 + [200])
    known = {back(date(2026, 3, 1), n): even for n in range(1, 5)}
    told = drift(known | {date(2026, 3, 1): even}, TODAY)["stability"]
    assert told == {date(2026, 3, 1): pytest.approx(0), date(2026, 2, 1): pytest.approx(0)}
    assert drift(known | {date(2026, 3, 1): odd}, TODAY)["stability"][date(2026, 3, 1)] > 0.25


def test_calibration_is_off_when_the_same_scores_are_won_more_often():
    before = {back(date(2026, 3, 1), n): month(won=[2] * 10, lost=[18] * 10) for n in range(3, 15)}
    same = before | {date(2026, 2, 1): month(won=[2] * 10, lost=[18] * 10)}
    other = before | {date(2026, 2, 1): month(won=[10] * 10, lost=[10] * 10)}
    assert drift(same, TODAY)["calibration"] == pytest.approx(0)
    assert drift(other, TODAY)["calibration"] == pytest.approx(0.4)


def test_of_too_little_nothing_is_told():
    few = {date(2026, 3, 1): month([1] * 10), date(2026, 2, 1): month([9] * 10, won=[1] * 10)}
    told = drift(few, TODAY)
    assert set(told["stability"].values()) == {0.0} and told["calibration"] == 0.0
    assert drift({}, TODAY)["calibration"] == 0.0
