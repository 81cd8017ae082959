"""From facts to a score: exact sums in integer hundredths of a point."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from math import gcd
from typing import Any

from sidecar.scoring.rules import KINDS
from sidecar.scoring.subject import Subject, hundredths

_FULL = 100_00


def score(facts: Mapping[str, Any], model: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Score a lead by a model that `check_model` finds no problem with.

    `facts`: {"contact": {…}, "organization": {…}, "lead": {…}, "events": [{"type",
    "occurred_at", …}]}, canonical fields, absent means unknown. `now` has a time zone.

    Returns {"total", "grade": "hot"|"warm"|"cold", "components": {name: points}, "weights": {name: 0 to 1},
    "reasons": [{"component", "rule", "points", "text"}], "model_version", "calculated_at" (ISO 8601)}.
    Points are 0 to 100 with at most two decimals. The reasons of a component add up to it exactly; the
    components times their weights and the reasons of "total" add up to the total exactly.
    """
    subject = Subject(facts, now)
    reasons: list[dict[str, Any]] = []
    components: dict[str, float] = {}
    total = 0
    for name, component in model["components"].items():
        percent = round(component["weight"] * 100)
        points = _component(name, component, percent, subject, reasons)
        components[name] = points / 100
        total += points * percent // 100
    if total > _FULL:
        reasons.append(_reason("total", "cap", _FULL - total, "A score ends at 100"))
        total = _FULL
    thresholds = model["thresholds"]
    return {
        "total": total / 100,
        "grade": (
            "hot" if total >= hundredths(thresholds["hot"])
            else "warm" if total >= hundredths(thresholds["warm"]) else "cold"
        ),
        "components": components,
        "weights": {name: component["weight"] for name, component in model["components"].items()},
        "reasons": reasons,
        "model_version": model["version"],
        "calculated_at": now.isoformat(),
    }


def _component(
    name: str, component: Mapping[str, Any], percent: int, subject: Subject,
    reasons: list[dict[str, Any]],
) -> int:
    """Hundredths of one component; its reasons are added to `reasons`."""
    points = 0
    silent = True
    for rule in component["rules"]:
        outcome = KINDS[rule["kind"]].evaluate(rule, subject)
        if outcome is not None:
            silent = False
            points += outcome.hundredths
            reasons.append(_reason(name, rule["name"], outcome.hundredths, outcome.text))
    if silent:
        reasons.append(_reason(name, "empty", 0, component["empty"]))
    if points < 0:
        reasons.append(_reason(name, "floor", -points, "A component never goes below 0"))
        points = 0
    if points > _FULL:
        reasons.append(_reason(name, "cap", _FULL - points, "A component ends at 100"))
        points = _FULL
    # Only multiples of this weigh whole hundredths of the total; whole points always do.
    step = 100 // gcd(percent, 100)
    if points % step:
        reasons.append(
            _reason(name, "rounding", -(points % step), "Rounded down to weigh whole hundredths")
        )
        points -= points % step
    return points


def _reason(component: str, rule: str, points: int, text: str) -> dict[str, Any]:
    return {"component": component, "rule": rule, "points": points / 100, "text": text}
