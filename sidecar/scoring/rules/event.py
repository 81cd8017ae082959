"""Points for what somebody did, fading with time.

Each event of the type is worth `points` on its day and half as much after every
`half_life_days`; together they are worth `limit` points at most (in either direction). The sum is
rounded to whole points, so that people can follow it.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import floor, fsum
from typing import Any

from sidecar.scoring.fields import check_name, check_number, check_points, check_text
from sidecar.scoring.subject import Kind, Outcome, Subject


def _evaluate(rule: Mapping[str, Any], subject: Subject) -> Outcome | None:
    ages = subject.ages(rule["event"])
    if not ages:
        return None
    # fsum: the same sum in whatever order the events come.
    worth = fsum(2.0 ** (-age / rule["half_life_days"]) for age in ages)
    points = min(abs(rule["points"]) * worth, rule["limit"])
    whole = floor(points + 0.5)
    text = f"{rule['text']} {_when(min(ages))}"
    if len(ages) > 1:
        text = f"{text}, {len(ages)} times in all"
    if whole == 0:
        text = f"{text} (faded)"
    return Outcome(100 * (whole if rule["points"] > 0 else -whole), text)


def _when(days: int) -> str:
    return "today" if days == 0 else "yesterday" if days == 1 else f"{days} days ago"


def _check(rule: Mapping[str, Any]) -> list[str]:
    return [
        *check_name(rule, "event"), *check_points(rule),
        *check_number(rule, "limit", 0, 100), *check_number(rule, "half_life_days", 1, 3650),
        *check_text(rule),
    ]


def _examples(rule: Mapping[str, Any]) -> tuple[Any, ...]:
    return ()  # no answer of a provider is an event


KIND = Kind(
    "event", frozenset({"event", "points", "limit", "half_life_days", "text"}), _evaluate, _check, _examples
)
