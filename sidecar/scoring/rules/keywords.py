"""Points by the words of a free text: industries come in every provider's own vocabulary.

A word or phrase counts where it begins at the beginning of a word, in any case and whatever the
punctuation: "software" is in "Computer Software" and in "Software-Entwicklung".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sidecar.scoring.fields import check_case, check_cases, check_facts, check_text
from sidecar.scoring.subject import UNNAMED, Kind, Outcome, Subject, hundredths, quote


@lru_cache(maxsize=4096)
def _words(text: str) -> str:
    return " " + " ".join(re.findall(r"[^\W_]+", text.casefold()))


def _evaluate(rule: Mapping[str, Any], subject: Subject) -> Outcome | None:
    value = subject.fact(rule["facts"])
    if value is None:
        return Outcome(0, rule["missing"])
    text = _words(str(value))
    case = next(
        (case for case in rule["cases"] if any(_words(word) in text for word in case["words"])),
        rule["otherwise"],
    )
    return Outcome(hundredths(case["points"]), quote(case["text"], value))


def _check(rule: Mapping[str, Any]) -> list[str]:
    return [
        *check_facts(rule), *check_cases(rule, "words"),
        *check_case(rule.get("otherwise"), "otherwise"), *check_text(rule, "missing"),
    ]


def _examples(rule: Mapping[str, Any]) -> tuple[Any, ...]:
    return (*(word for case in rule["cases"] for word in case["words"]), UNNAMED)


KIND = Kind("keywords", frozenset({"facts", "cases", "otherwise", "missing"}), _evaluate, _check, _examples)
