"""The lead as the rules see it, and the points they give."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

# Facts quoted in a reason are cut to this many characters.
_QUOTED = 80


class Subject:
    """Facts of one lead at one moment.

    `facts` is {"contact", "organization", "lead", "events": [{"type", "occurred_at"}]}; absent
    means unknown. `occurred_at` is a datetime or ISO 8601 text, UTC when it names no zone.
    """

    def __init__(self, facts: Mapping[str, Any], now: datetime) -> None:
        self._facts = facts
        self._ages: dict[str, list[int]] = {}
        for event in facts.get("events") or ():
            self._ages.setdefault(event["type"], []).append(_age(event["occurred_at"], now))

    def fact(self, paths: Sequence[str]) -> Any:
        """The first known of these facts ("contact.seniority"); None when none is known."""
        for path in paths:
            part, _, field = path.partition(".")
            value = (self._facts.get(part) or {}).get(field)
            if value not in (None, "", [], {}):
                return value
        return None

    def ages(self, event: str) -> list[int]:
        """Whole days since each event of this type; 0 for today's and for clocks running ahead."""
        return self._ages.get(event, [])


def _age(occurred_at: datetime | str, now: datetime) -> int:
    if isinstance(occurred_at, str):
        occurred_at = datetime.fromisoformat(occurred_at)
    if occurred_at.tzinfo is None:
        occurred_at = occurred_at.replace(tzinfo=UTC)
    return max(0, (now - occurred_at).days)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a rule: hundredths of a point (negative ones are taken off), and the reason."""

    hundredths: int
    text: str


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of rule.

    `evaluate(rule, subject)` gives an outcome, or None when the rule has nothing to say;
    `check(rule)` lists what is wrong with a rule's own fields. `fields` are those fields.
    `examples(rule)` gives values of its facts, at least one for every outcome that the rule has when the
    fact is known: what a fact that is still to be learnt could be worth. A kind without it is taken to
    be worth anything between the least and the most points that stand in the rule.
    """

    name: str
    fields: frozenset[str]
    evaluate: Callable[[Mapping[str, Any], Subject], Outcome | None]
    check: Callable[[Mapping[str, Any]], list[str]]
    examples: Callable[[Mapping[str, Any]], tuple[Any, ...]] | None = None


# A text that no model names: what falls under `otherwise`.
UNNAMED = "\N{WHITE SQUARE}"


def hundredths(points: float) -> int:
    """Points of the model document in hundredths."""
    return round(points * 100)


def quote(text: str, value: object) -> str:
    """The reason's text with "{value}" replaced by the fact."""
    return text.replace("{value}", str(value)[:_QUOTED]) if "{value}" in text else text
