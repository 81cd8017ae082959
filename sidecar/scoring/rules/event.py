"""Points for what somebody did, fading with time.

Each event of the type is worth `points` on its day and half as much after every `half_life_days`; together
they are worth `limit` points at most (in either direction). Of one day (in UTC) at most `daily` events count.
Worked out to hundredths, so that a score falls in small steps, day by day.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from math import floor, fsum
from typing import Any, Final

from sidecar.scoring.shapes import DAILY, EVENT, HALF_LIFE, LIMIT, POINTS, TEXT
from sidecar.scoring.subject import Evaluator, Kind, Outcome, Subject

_REMEMBERED: Final = 1000  # days; what is left of older events is worked out each time


def _prepare(rule: Mapping[str, Any]) -> Evaluator:
    event, half_life, text, daily = rule["event"], rule["half_life_days"], rule["text"], rule.get("daily")
    most: float = rule["limit"]
    # Whole days since an event -> what of it is left.
    left = [2.0 ** (-age / half_life) for age in range(_REMEMBERED)]
    left_at = left.__getitem__
    each, limit, sign = abs(rule["points"]) * 100, rule["limit"] * 100, 1 if rule["points"] >= 0 else -1

    @lru_cache(4096)
    def said(latest: int, times: int, counted: int) -> str:
        found = f"{text} {ago(latest)}" if times == 1 else f"{text} {ago(latest)}, {times} times in all"
        return found if counted == times else f"{found}, {daily} a day count"

    full, at_most = sign * round(limit), f" ({most:g} points at most)"

    def outcome(worth: float, latest: int, times: int, counted: int) -> Outcome:
        points = each * worth
        if points > limit:
            return full, said(latest, times, counted) + at_most, True
        if whole := floor(points + 0.5):
            return sign * whole, said(latest, times, counted), True
        return 0, f"{said(latest, times, counted)} (faded)", False

    # Most leads did a thing once.
    once = lru_cache(1024)(lambda age: outcome(2.0 ** (-age / half_life), age, 1, 1))

    def evaluate(subject: Subject) -> Outcome | None:
        ages = subject.ages.get(event)
        if ages is None:
            return None
        times = len(ages)
        if times == 1:
            return once(ages[0])
        counted = ages if daily is None else subject.of_each_day(event, daily)
        # fsum: the same sum in whatever order the events come.
        try:
            worth = fsum(map(left_at, counted))
        except IndexError:
            worth = fsum(2.0 ** (-age / half_life) for age in counted)
        return outcome(worth, min(ages), times, len(counted))

    return evaluate


def ago(days: int) -> str:
    """How long ago, in words."""
    return "today" if days == 0 else "yesterday" if days == 1 else f"{days} days ago"


KIND = Kind(
    "event",
    {"event": EVENT, "points": POINTS, "limit": LIMIT, "half_life_days": HALF_LIFE, "daily": DAILY,
     "text": TEXT},
    _prepare, lambda rule: {}, optional=frozenset({"daily"}), of_events=True)
