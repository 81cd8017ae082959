"""Checks of the fields that rules are made of; each lists problems in words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeGuard

_NAME = re.compile(r"[a-z][a-z0-9_]{0,49}")
_FACT = re.compile(r"(contact|organization|lead)\.[a-z][a-z0-9_]{0,49}")


def is_number(value: object, low: float, high: float) -> TypeGuard[float]:
    """A JSON number between low and high; booleans and NaN are not numbers."""
    return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high


def is_name(value: object) -> bool:
    """A plain name: lower-case letters, digits, underscores, at most 50."""
    return isinstance(value, str) and _NAME.fullmatch(value) is not None


def check_name(rule: Mapping[str, Any], field: str) -> list[str]:
    """`field` is a plain name."""
    return [] if is_name(rule.get(field)) else [f"{field} must be a name in lower case"]


def check_number(rule: Mapping[str, Any], field: str, low: float, high: float) -> list[str]:
    """`field` is a number between low and high."""
    if is_number(rule.get(field), low, high):
        return []
    return [f"{field} must be a number from {low} to {high}"]


def check_points(rule: Mapping[str, Any]) -> list[str]:
    """`points` is -100 to 100, with at most two decimals."""
    points = rule.get("points")
    if is_number(points, -100, 100) and round(points, 2) == points:
        return []
    return ["points must be a number from -100 to 100 with at most two decimals"]


def check_text(rule: Mapping[str, Any], field: str = "text") -> list[str]:
    """`field` is a sentence for people."""
    text = rule.get(field)
    if isinstance(text, str) and text.strip() and len(text) <= 200:
        return []
    return [f"{field} must be a text of 1 to 200 characters"]


def check_facts(rule: Mapping[str, Any]) -> list[str]:
    """`facts` is a list of places such as "contact.seniority"; the first known one counts."""
    facts = rule.get("facts")
    if (
        isinstance(facts, list) and facts
        and all(isinstance(fact, str) and _FACT.fullmatch(fact) for fact in facts)
    ):
        return []
    return ['facts must be a list such as ["contact.seniority"]']


def check_case(case: object, where: str) -> list[str]:
    """{"points", "text"}."""
    if not isinstance(case, Mapping):
        return [f"{where} must be an object with points and text"]
    return [f"{where}: {problem}" for problem in (*check_points(case), *check_text(case))]


def check_cases(rule: Mapping[str, Any], field: str) -> list[str]:
    """`cases` is a list of {field: [texts], "points", "text"}; the first that fits counts."""
    cases = rule.get("cases")
    if not isinstance(cases, list) or not cases:
        return ["cases must be a list of at least one case"]
    problems: list[str] = []
    for place, case in enumerate(cases):
        problems += check_case(case, f"cases/{place}")
        values = case.get(field) if isinstance(case, Mapping) else None
        if not (
            isinstance(values, list) and values
            and all(isinstance(value, str) and value.strip() for value in values)
        ):
            problems.append(f"cases/{place}: {field} must be a list of texts")
    return problems
