"""Points for how often something happened within a window of days.

`points` are given in full for `times` events of today, in proportion for fewer. An event counts less by the
day, evenly, and for nothing once it is `days` old, so that nothing drops out of the window at once. Of one
day (in UTC) at most `daily` events of each type count.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import floor
from typing import Any

from sidecar.scoring.shapes import DAILY, DAYS, EVENT_LIST, POINTS, TEXT
from sidecar.scoring.subject import Evaluator, Kind, Outcome, Subject, hundredths


def _prepare(rule: Mapping[str, Any]) -> Evaluator:
    events, days, daily, text = rule["events"], rule["days"], rule.get("daily"), rule["text"]
    full, sign = rule["times"] * days, 1 if rule["points"] >= 0 else -1
    points = abs(hundredths(rule["points"]))

    def evaluate(subject: Subject) -> Outcome | None:
        left = [days - age for event in events if event in subject.ages
                for age in (subject.ages[event] if daily is None else subject.of_each_day(event, daily))
                if age < days]
        if not left:
            return None
        share = min(1.0, sum(left) / full)
        said = f"{text}: {len(left)} in {days} {'day' if days == 1 else 'days'}"
        return sign * floor(points * share + 0.5), said, True

    return evaluate


KIND = Kind(
    "count",
    {"events": EVENT_LIST, "days": DAYS, "times": {**DAILY, "description": "a whole number from 1 to 1000"},
     "daily": DAILY, "points": POINTS, "text": TEXT},
    _prepare, lambda rule: {}, optional=frozenset({"daily"}), of_events=True)
