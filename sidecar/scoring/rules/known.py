"""Points for a fact being known, whatever it says: a phone number, a web site."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sidecar.scoring.fields import check_facts, check_points, check_text
from sidecar.scoring.subject import UNNAMED, Kind, Outcome, Subject, hundredths, quote


def _evaluate(rule: Mapping[str, Any], subject: Subject) -> Outcome | None:
    value = subject.fact(rule["facts"])
    if value is None:
        return Outcome(0, rule["missing"])
    return Outcome(hundredths(rule["points"]), quote(rule["text"], value))


def _check(rule: Mapping[str, Any]) -> list[str]:
    return [
        *check_facts(rule), *check_points(rule), *check_text(rule), *check_text(rule, "missing"),
    ]


def _examples(rule: Mapping[str, Any]) -> tuple[Any, ...]:
    return (UNNAMED,)


KIND = Kind("known", frozenset({"facts", "points", "text", "missing"}), _evaluate, _check, _examples)
