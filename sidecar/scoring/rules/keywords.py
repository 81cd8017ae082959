"""Points by the words of a free text: industries come in every provider's own vocabulary.

A word or phrase counts where it begins at the beginning of a word, in any case and whatever the
punctuation: "software" is in "Computer Software" and in "Software-Entwicklung".
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sidecar.scoring.conditions import words_of
from sidecar.scoring.shapes import FACTS, POINTS, TEXT, case, cases, obj, texts
from sidecar.scoring.subject import (
    UNNAMED,
    Evaluator,
    Kind,
    Outcome,
    Subject,
    as_text,
    hundredths,
    quote,
    reader,
)


def _prepare(rule: Mapping[str, Any]) -> Evaluator:
    read, missing, otherwise = reader(rule["facts"]), (0, rule["missing"], False), rule["otherwise"]
    parts = [([words_of(word) for word in one["words"]], one) for one in rule["cases"]]

    @lru_cache(1024)
    def outcome(value: str) -> Outcome:
        text = words_of(value)
        one = next((one for words, one in parts if any(word in text for word in words)), otherwise)
        return hundredths(one["points"]), quote(one["text"], value), True

    def evaluate(subject: Subject) -> Outcome | None:
        value = read(subject.facts)
        return missing if value is None else outcome(as_text(value))

    return evaluate


def _examples(rule: Mapping[str, Any]) -> Mapping[str, tuple[Any, ...]]:
    words = (*(word for one in rule["cases"] for word in one["words"]), UNNAMED)
    return dict.fromkeys(rule["facts"], words)


KIND = Kind(
    "keywords",
    {"facts": FACTS, "cases": cases(case(words=texts())), "otherwise": obj({"points": POINTS, "text": TEXT}),
     "missing": TEXT},
    _prepare, _examples)
