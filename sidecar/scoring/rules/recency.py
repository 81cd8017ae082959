"""Points for how lately somebody did one of several things: in full on the day of the latest, half as much
after every `half_life_days`, however often it was done."""

from __future__ import annotations

from collections.abc import Mapping
from math import floor
from typing import Any

from sidecar.scoring.rules.event import ago
from sidecar.scoring.shapes import EVENT_LIST, HALF_LIFE, POINTS, TEXT
from sidecar.scoring.subject import Evaluator, Kind, Outcome, Subject


def _prepare(rule: Mapping[str, Any]) -> Evaluator:
    events, half_life, text = rule["events"], rule["half_life_days"], rule["text"]
    points, sign = abs(rule["points"]) * 100, 1 if rule["points"] >= 0 else -1

    def evaluate(subject: Subject) -> Outcome | None:
        latest = min((min(subject.ages[event]) for event in events if event in subject.ages), default=None)
        if latest is None:
            return None
        return sign * floor(points * 2.0 ** (-latest / half_life) + 0.5), f"{text} {ago(latest)}", True

    return evaluate


KIND = Kind(
    "recency", {"events": EVENT_LIST, "points": POINTS, "half_life_days": HALF_LIFE, "text": TEXT},
    _prepare, lambda rule: {}, of_events=True)
