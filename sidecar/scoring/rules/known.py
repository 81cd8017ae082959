"""Points for a fact being known, whatever it says: a phone number, a web site."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sidecar.scoring.shapes import FACTS, POINTS, TEXT
from sidecar.scoring.subject import UNNAMED, Evaluator, Kind, Outcome, Subject, hundredths, quote, reader


def _prepare(rule: Mapping[str, Any]) -> Evaluator:
    read, missing, text = reader(rule["facts"]), (0, rule["missing"], False), rule["text"]
    known = hundredths(rule["points"]), text, True
    quotes = "{value}" in text

    def evaluate(subject: Subject) -> Outcome | None:
        value = read(subject.facts)
        if value is None:
            return missing
        return (known[0], quote(text, value), True) if quotes else known

    return evaluate


def _examples(rule: Mapping[str, Any]) -> Mapping[str, tuple[Any, ...]]:
    return dict.fromkeys(rule["facts"], (UNNAMED,))


KIND = Kind("known", {"facts": FACTS, "points": POINTS, "text": TEXT, "missing": TEXT}, _prepare, _examples)
