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

_REMEMBERED: Final = 2000  # days


def _prepare(rule: Mapping[str, Any]) -> Evaluator:
    event, half_life, text, daily = rule["event"], rule["half_life_days"], rule["text"], rule.get("daily")
    most, worth_at = rule["limit"], _Fade(half_life).__getitem__
    each, limit, sign = abs(rule["points"]) * 100, rule["limit"] * 100, 1 if rule["points"] >= 0 else -1

    @lru_cache(4096)
    def said(latest: int, times: int, counted: int) -> str:
        found = f"{text} {ago(latest)}" if times == 1 else f"{text} {ago(latest)}, {times} times in all"
        return found if counted == times else f"{found}, {daily} a day count"

    def outcome(worth: float, latest: int, times: int, counted: int) -> Outcome:
        points = each * worth
        if points > limit:
            return Outcome(sign * round(limit), f"{said(latest, times, counted)} ({most:g} points at most)")
        whole = floor(points + 0.5)
        if whole:
            return Outcome(sign * whole, said(latest, times, counted))
        return Outcome(0, f"{said(latest, times, counted)} (faded)", False)

    # Most leads did a thing once.
    once = lru_cache(1024)(lambda age: outcome(worth_at(age), age, 1, 1))

    def evaluate(subject: Subject) -> Outcome | None:
        ages = subject.ages.get(event)
        if ages is None:
            return None
        times = len(ages)
        if times == 1:
            return once(ages[0])
        counted = ages if daily is None else subject.of_each_day(event, daily)
        # fsum: the same sum in whatever order the events come.
        return outcome(fsum(map(worth_at, counted)), min(ages), times, len(counted))

    return evaluate


class _Fade(dict[int, float]):
    """Whole days since an event -> what of it is left, from 1 down."""

    def __init__(self, half_life: float) -> None:
        super().__init__()
        self._half_life = half_life

    def __missing__(self, age: int) -> float:
        left: float = 2.0 ** (-age / self._half_life)
        if age < _REMEMBERED:
            self[age] = left
        return left


def ago(days: int) -> str:
    """How long ago, in words."""
    return "today" if days == 0 else "yesterday" if days == 1 else f"{days} days ago"


KIND = Kind(
    "event",
    {"event": EVENT, "points": POINTS, "limit": LIMIT, "half_life_days": HALF_LIFE, "daily": DAILY,
     "text": TEXT},
    _prepare, lambda rule: {}, optional=frozenset({"daily"}), of_events=True)
