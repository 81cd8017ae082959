"""The points of the prediction that is trained on outcomes, 0 to 100, with its own text; `missing` says why
there are none. What is learnt of a lead may move it; `bounds` takes it as it stands, but while a condition
decides whether it counts: then it may be anything."""

from __future__ import annotations

from collections.abc import Mapping
from math import floor
from typing import Any

from sidecar.scoring.shapes import TEXT
from sidecar.scoring.subject import Evaluator, Kind, Outcome, Subject, as_text, number

_LONGEST = 500


def _prepare(rule: Mapping[str, Any]) -> Evaluator:
    missing = (0, rule["missing"], False)

    def evaluate(subject: Subject) -> Outcome | None:
        told = subject.facts.get("prediction")
        if not isinstance(told, Mapping) or (points := number(told.get("points"))) is None:
            return missing
        text = as_text(told.get("text") or "").strip()[:_LONGEST] or "Predicted from outcomes so far"
        return floor(min(max(points, 0), 100) * 100 + 0.5), text, True

    return evaluate


KIND = Kind("prediction", {"missing": TEXT}, _prepare, lambda rule: {})
