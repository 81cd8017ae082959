"""Points by how long ago a date was, in days; negative days lie ahead: the end of a contract, a founding.

The date stands in a fact as a day, as a time or as a year (its beginning); what is none of these falls under
`otherwise`. Nothing fades here: it is the calendar that moves a lead from one case to the next.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from math import inf
from typing import Any

from sidecar.scoring.conditions import in_order, when
from sidecar.scoring.shapes import FACTS, POINTS, TEXT, cases, obj
from sidecar.scoring.subject import Evaluator, Kind, Outcome, Subject, hundredths, quote, reader
from sidecar.scoring.validation import Problem

_DAYS = {"type": "integer", "minimum": -100_000, "maximum": 1_000_000,
         "description": "a whole number of days, negative for days ahead"}
_CASE = obj({"from": _DAYS, "to": _DAYS, "points": POINTS, "text": TEXT}, required=("points", "text"))


def _prepare(rule: Mapping[str, Any]) -> Evaluator:
    read, missing, otherwise = reader(rule["facts"]), Outcome(0, rule["missing"], False), rule["otherwise"]
    parts = [(one.get("from", -inf), one.get("to", inf), one) for one in rule["cases"]]

    def evaluate(subject: Subject) -> Outcome | None:
        value = read(subject.facts)
        if value is None:
            return missing
        at = when(value)
        if at is None:
            one = otherwise
        else:
            days = (subject.now - at) // timedelta(days=1)
            one = next((one for least, most, one in parts if least <= days <= most), otherwise)
        return Outcome(hundredths(one["points"]), quote(one["text"], value))

    return evaluate


def _check(rule: Mapping[str, Any]) -> list[Problem]:
    return [Problem(f"/cases/{place}", "must not end before it begins")
            for place, one in enumerate(rule["cases"]) if not in_order(one)]


# No examples: which value is worth what depends on the day.
KIND = Kind(
    "age",
    {"facts": FACTS, "cases": cases(_CASE), "otherwise": obj({"points": POINTS, "text": TEXT}),
     "missing": TEXT},
    _prepare, check=_check)
