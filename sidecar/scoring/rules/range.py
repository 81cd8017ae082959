"""Points by where a number lies: employees, revenue, an answer of a form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sidecar.scoring import spans
from sidecar.scoring.conditions import numbers_around
from sidecar.scoring.shapes import NUMBER
from sidecar.scoring.subject import Evaluator, Kind, number


def _prepare(rule: Mapping[str, Any]) -> Evaluator:
    return spans.prepare(rule, lambda value, subject: number(value))


def _examples(rule: Mapping[str, Any]) -> Mapping[str, tuple[Any, ...]]:
    ends = [{end: one[end] for end in ("from", "to") if end in one} for one in rule["cases"]]
    return dict.fromkeys(rule["facts"], numbers_around(ends))


KIND = Kind("range", spans.fields(NUMBER), _prepare, _examples, spans.check)
