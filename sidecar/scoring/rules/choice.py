"""Points by the value of a fact: seniority, company size, country."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sidecar.scoring.shapes import FACTS, POINTS, TEXT, case, cases, obj, texts
from sidecar.scoring.subject import UNNAMED, Evaluator, Kind, Outcome, Subject, hundredths, quote, reader


def _prepare(rule: Mapping[str, Any]) -> Evaluator:
    read, missing, otherwise = reader(rule["facts"]), (0, rule["missing"], False), rule["otherwise"]
    outcomes: dict[Any, Outcome] = {}
    for one in rule["cases"]:
        for value in one["values"]:
            outcomes.setdefault(value, (hundredths(one["points"]), quote(one["text"], value), True))

    def evaluate(subject: Subject) -> Outcome | None:
        value = read(subject.facts)
        if value is None:
            return missing
        found = outcomes.get(value) if isinstance(value, str) else None
        return found or (hundredths(otherwise["points"]), quote(otherwise["text"], value), True)

    return evaluate


def _examples(rule: Mapping[str, Any]) -> Mapping[str, tuple[Any, ...]]:
    values = (*(value for one in rule["cases"] for value in one["values"]), UNNAMED)
    return dict.fromkeys(rule["facts"], values)


KIND = Kind(
    "choice",
    {"facts": FACTS, "cases": cases(case(values=texts())), "otherwise": obj({"points": POINTS, "text": TEXT}),
     "missing": TEXT},
    _prepare, _examples)
