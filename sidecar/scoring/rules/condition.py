"""Points while a condition (`when`) holds; with `otherwise`, 0 points and that text while it does not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sidecar.scoring.conditions import compiled, examples
from sidecar.scoring.shapes import CONDITION, POINTS, TEXT
from sidecar.scoring.subject import Evaluator, Kind, Outcome, Subject, hundredths


def _prepare(rule: Mapping[str, Any]) -> Evaluator:
    holds, yes = compiled(rule["when"]), (hundredths(rule["points"]), rule["text"], True)
    no = (0, rule["otherwise"], False) if "otherwise" in rule else None

    def evaluate(subject: Subject) -> Outcome | None:
        return yes if holds(subject) else no

    return evaluate


KIND = Kind(
    "condition", {"when": CONDITION, "points": POINTS, "text": TEXT, "otherwise": TEXT}, _prepare,
    lambda rule: examples(rule["when"]), optional=frozenset({"otherwise"}))
