"""Points by how long ago a date was, in days; negative days lie ahead: the end of a contract, a founding.

The date stands in a fact as a day, as a time or as a year (its beginning); what is none of these falls under
`otherwise`. Nothing fades here: it is the calendar that moves a lead from one case to the next.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sidecar.scoring import spans
from sidecar.scoring.conditions import when
from sidecar.scoring.subject import Evaluator, Kind, Subject

_DAYS = {"type": "integer", "minimum": -100_000, "maximum": 1_000_000,
         "description": "a whole number of days, negative for days ahead"}


def _days(value: Any, subject: Subject) -> float | None:
    at = when(value)
    return None if at is None else (subject.now - at) // timedelta(days=1)


def _prepare(rule: Mapping[str, Any]) -> Evaluator:
    return spans.prepare(rule, _days)


# No examples: which value is worth what depends on the day.
KIND = Kind("age", spans.fields(_DAYS), _prepare, check=spans.check)
