"""How much this month's scores, and what became of those before, differ from the months before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from sidecar.scoring.measures import calibration_error, stability

FEWEST: Final = 100  # leads, or outcomes, on either side; of fewer nothing is told
_BEFORE: Final = 3  # months that a month is compared with
_YEAR: Final = 12

Tenths = Sequence[Mapping[str, int]]


def drift(months: Mapping[date, Tenths], today: date) -> dict[str, Any]:
    """{stability: {month: index}} of this month and the last, each against the three before; {calibration:
    error} of the outcomes of the last three months against those of the year before. 0 where there is too
    little to compare. `months`: {leads, won, lost} of the tenths of the scale by the first day of a month."""
    this = today.replace(day=1)
    return {
        "stability": {month: _index(months, month) for month in (this, back(this, 1))},
        "calibration": _calibration(months, this),
    }


def back(month: date, count: int) -> date:
    """The first day of the month so many months before."""
    total = month.year * 12 + month.month - 1 - count
    return date(total // 12, total % 12 + 1, 1)


def _index(months: Mapping[date, Tenths], month: date) -> float:
    now = _sums(months, [month], "leads")
    before = _sums(months, [back(month, count) for count in range(1, _BEFORE + 1)], "leads")
    if min(sum(now), sum(before)) < FEWEST:
        return 0.0
    return stability(before, now) or 0.0


def _calibration(months: Mapping[date, Tenths], this: date) -> float:
    lately = [back(this, count) for count in range(_BEFORE)]
    before = [back(this, count) for count in range(_BEFORE, _BEFORE + _YEAR)]
    now, expected = (list(zip(_sums(months, which, "won"), _sums(months, which, "lost"), strict=True))
                     for which in (lately, before))
    if min(sum(map(sum, now)), sum(map(sum, expected))) < FEWEST:
        return 0.0
    return calibration_error(expected, now) or 0.0


def _sums(months: Mapping[date, Tenths], which: Sequence[date], name: str) -> list[int]:
    there = [months[month] for month in which if month in months]
    return [sum(tenths[place][name] for tenths in there) for place in range(10)]
