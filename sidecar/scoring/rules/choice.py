"""Points by the value of a fact: seniority, company size, country."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sidecar.scoring.fields import check_case, check_cases, check_facts, check_text
from sidecar.scoring.subject import UNNAMED, Kind, Outcome, Subject, hundredths, quote


def _evaluate(rule: Mapping[str, Any], subject: Subject) -> Outcome | None:
    value = subject.fact(rule["facts"])
    if value is None:
        return Outcome(0, rule["missing"])
    case = next((case for case in rule["cases"] if value in case["values"]), rule["otherwise"])
    return Outcome(hundredths(case["points"]), quote(case["text"], value))


def _check(rule: Mapping[str, Any]) -> list[str]:
    return [
        *check_facts(rule), *check_cases(rule, "values"),
        *check_case(rule.get("otherwise"), "otherwise"), *check_text(rule, "missing"),
    ]


def _examples(rule: Mapping[str, Any]) -> tuple[Any, ...]:
    return (*(value for case in rule["cases"] for value in case["values"]), UNNAMED)


KIND = Kind("choice", frozenset({"facts", "cases", "otherwise", "missing"}), _evaluate, _check, _examples)
