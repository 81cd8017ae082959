"""Cases by where a number lies, from and to, both included: what the rules `range` and `age` share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import inf
from typing import Any

from sidecar.scoring.conditions import in_order
from sidecar.scoring.shapes import FACTS, POINTS, TEXT, Schema, cases, obj
from sidecar.scoring.subject import Evaluator, Outcome, Subject, hundredths, quote, reader
from sidecar.scoring.validation import Problem


def fields(number: Schema) -> dict[str, Schema]:
    """The fields of such a rule whose numbers are of this kind."""
    case = obj({"from": number, "to": number, "points": POINTS, "text": TEXT}, required=("points", "text"))
    return {"facts": FACTS, "cases": cases(case), "otherwise": obj({"points": POINTS, "text": TEXT}),
            "missing": TEXT}


def prepare(rule: Mapping[str, Any], measure: Callable[[Any, Subject], float | None]) -> Evaluator:
    """The first case in which the fact lies, as `measure` has it in numbers; None of it is `otherwise`."""
    read, missing, otherwise = reader(rule["facts"]), (0, rule["missing"], False), rule["otherwise"]
    parts = [(one.get("from", -inf), one.get("to", inf), one) for one in rule["cases"]]

    def evaluate(subject: Subject) -> Outcome | None:
        value = read(subject.facts)
        if value is None:
            return missing
        found = measure(value, subject)
        one = otherwise if found is None else next(
            (one for least, most, one in parts if least <= found <= most), otherwise)
        return hundredths(one["points"]), quote(one["text"], value), True

    return evaluate


def check(rule: Mapping[str, Any]) -> list[Problem]:
    """Cases that end before they begin."""
    return [Problem(f"/cases/{place}", "must not end before it begins")
            for place, one in enumerate(rule["cases"]) if not in_order(one)]
