"""Points by where a number lies: employees, revenue, an answer of a form."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import Any

from sidecar.scoring.conditions import in_order, numbers_around
from sidecar.scoring.shapes import FACTS, NUMBER, POINTS, TEXT, cases, obj
from sidecar.scoring.subject import Evaluator, Kind, Outcome, Subject, hundredths, number, quote, reader
from sidecar.scoring.validation import Problem

_CASE = obj({"from": NUMBER, "to": NUMBER, "points": POINTS, "text": TEXT}, required=("points", "text"))


def _prepare(rule: Mapping[str, Any]) -> Evaluator:
    read, missing, otherwise = reader(rule["facts"]), Outcome(0, rule["missing"], False), rule["otherwise"]
    parts = [(one.get("from", -inf), one.get("to", inf), one) for one in rule["cases"]]

    def evaluate(subject: Subject) -> Outcome | None:
        value = read(subject.facts)
        if value is None:
            return missing
        found = number(value)
        one = otherwise if found is None else next(
            (one for least, most, one in parts if least <= found <= most), otherwise)
        return Outcome(hundredths(one["points"]), quote(one["text"], value))

    return evaluate


def _check(rule: Mapping[str, Any]) -> list[Problem]:
    return [Problem(f"/cases/{place}", "must not end before it begins")
            for place, one in enumerate(rule["cases"]) if not in_order(one)]


def _examples(rule: Mapping[str, Any]) -> Mapping[str, tuple[Any, ...]]:
    ends = [{end: one[end] for end in ("from", "to") if end in one} for one in rule["cases"]]
    return dict.fromkeys(rule["facts"], numbers_around(ends))


KIND = Kind(
    "range",
    {"facts": FACTS, "cases": cases(_CASE), "otherwise": obj({"points": POINTS, "text": TEXT}),
     "missing": TEXT},
    _prepare, _examples, _check)
