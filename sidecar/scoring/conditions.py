"""Conditions on a lead: the one language of rules, and of which model is whose.

    {"fact": "contact.seniority", "in": ["vp", "cxo"]}        one fact and one operator of OPERATORS
    {"event": "page_view", "days": 30, "times": {"from": 3}}  how often something happened
    {"all": […]}, {"any": […]}, {"not": {…}}                  put together

A fact that is not known fulfils nothing but {"known": false}; of a list (tags) one element must. Texts are
compared in any case. Numbers and dates may stand in texts; what is no number is in no range.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final

from sidecar.scoring import shapes
from sidecar.scoring.shapes import (
    CONDITION,
    DATE,
    DAYS,
    EVENT,
    NUMBER,
    PLACE,
    TEXT,
    TIMES,
    Schema,
    between,
    obj,
)
from sidecar.scoring.subject import UNNAMED, Subject, as_text, moment, number, reader
from sidecar.scoring.validation import Problem, pointer, problems

Test = Callable[[Any, datetime], bool]
Holds = Callable[[Subject], bool]

_SCALAR: Final[Schema] = {
    "type": ["string", "number", "boolean"], "maxLength": 200,
    "description": "a text, a number, true or false"}
_PIECES: Final[Schema] = {"anyOf": [TEXT, shapes.texts(200)], "description": "a text or a list of texts"}


@dataclass(frozen=True, slots=True)
class Operator:
    """What a condition says of one known value.

    `argument`: its JSON Schema. `prepare(argument)` makes the test of a value at a moment. `examples`: values
    beside which it makes a difference, on both sides. `timed`: time alone can change what it says.
    """

    argument: Schema
    prepare: Callable[[Any], Test]
    examples: Callable[[Any], tuple[Any, ...]]
    timed: bool = False
    check: Callable[[Any], bool] = lambda argument: True


def plain(value: Any) -> Any:
    """What values are compared by: texts in any case, numbers also where they are texts."""
    if isinstance(value, str):
        as_number = number(value)
        return value.strip().casefold() if as_number is None else as_number
    if isinstance(value, bool):
        return str(value).casefold()
    return value if isinstance(value, int | float) else as_text(value).casefold()


@lru_cache(maxsize=4096)
def words_of(text: str) -> str:
    """The words of a text, each after a space, in any case and whatever the punctuation: one text stands in
    another where a word begins if this of it does."""
    return " " + " ".join(re.findall(r"[^\W_]+", text.casefold()))


def _in(values: Sequence[Any]) -> Test:
    wanted = frozenset(map(plain, values))
    return lambda value, now: plain(value) in wanted


def _between(limits: Mapping[str, float]) -> Test:
    least, most = limits.get("from", float("-inf")), limits.get("to", float("inf"))

    def test(value: Any, now: datetime) -> bool:
        found = number(value)
        return found is not None and least <= found <= most

    return test


def numbers_around(limits: Sequence[Mapping[str, float]]) -> tuple[float, ...]:
    """A number for each of the parts into which ranges cut all numbers."""
    edges = sorted({edge for limit in limits for edge in limit.values()}) or [0]
    return (*edges, *((one + other) / 2 for one, other in pairwise(edges)), edges[0] - 1, edges[-1] + 1)


def _pieces(argument: Any, made: Callable[[str], str]) -> tuple[str, ...]:
    return tuple(map(made, [argument] if isinstance(argument, str) else argument))


def _contains(argument: Any) -> Test:
    pieces = _pieces(argument, str.casefold)

    def test(value: Any, now: datetime) -> bool:
        text = as_text(value).casefold()
        return any(piece in text for piece in pieces)

    return test


def _begins(argument: Any) -> Test:
    pieces = _pieces(argument, str.casefold)
    return lambda value, now: as_text(value).strip().casefold().startswith(pieces)


def _words(argument: Any) -> Test:
    pieces = _pieces(argument, words_of)

    def test(value: Any, now: datetime) -> bool:
        text = words_of(as_text(value))
        return any(piece in text for piece in pieces)

    return test


def _some_texts(argument: Any) -> tuple[Any, ...]:
    return (*_pieces(argument, str), UNNAMED)


def when(value: Any) -> datetime | None:
    """A fact as a moment: a date, a time, or a year of four digits (its beginning); None when it is none."""
    if isinstance(value, bool):
        return None
    try:
        if isinstance(value, int) or (isinstance(value, str) and value.isdecimal() and len(value) == 4):
            return datetime(int(value), 1, 1, tzinfo=UTC)
        return moment(value)
    except (ValueError, TypeError, AttributeError, OverflowError):
        return None


def _dated(holds: Callable[[datetime, datetime], bool]) -> Test:
    def test(value: Any, now: datetime) -> bool:
        at = when(value)
        return at is not None and holds(at, now)

    return test


def _before(argument: str) -> Test:
    limit = moment(argument)
    return _dated(lambda at, now: at < limit)


def _after(argument: str) -> Test:
    # After a day is after all of it.
    limit = moment(argument) + (timedelta(days=1) if len(argument) == 10 else timedelta(microseconds=1))
    return _dated(lambda at, now: at >= limit)


def _a_time(argument: str) -> bool:
    at = when(argument)
    return at is not None and 1 < at.year < 9999


def _times_around(argument: str) -> tuple[Any, ...]:
    at = moment(argument)
    return tuple((at + timedelta(days=days)).isoformat() for days in (-1, 0, 1))


def _days_after(at: datetime, now: datetime) -> float:
    return (now - at) / timedelta(days=1)


OPERATORS: Final[Mapping[str, Operator]] = {
    "is": Operator(_SCALAR, lambda wanted: _in([wanted]), lambda wanted: (wanted, UNNAMED)),
    "in": Operator({"type": "array", "items": _SCALAR, "minItems": 1, "maxItems": 1000}, _in,
                   lambda wanted: (*wanted, UNNAMED)),
    "between": Operator(between(NUMBER), _between, lambda limits: numbers_around([limits])),
    "contains": Operator(_PIECES, _contains, _some_texts),
    "begins": Operator(_PIECES, _begins, _some_texts),
    "words": Operator(_PIECES, _words, _some_texts),
    "before": Operator(DATE, _before, _times_around, check=_a_time),
    "after": Operator(DATE, _after, _times_around, check=_a_time),
    "last_days": Operator(DAYS, lambda days: _dated(lambda at, now: 0 <= _days_after(at, now) <= days),
                          lambda days: (), timed=True),
    "next_days": Operator(DAYS, lambda days: _dated(lambda at, now: 0 <= _days_after(now, at) <= days),
                          lambda days: (), timed=True),
    "known": Operator({"type": "boolean", "description": "true or false"},
                      lambda wanted: lambda value, now: True, lambda wanted: (UNNAMED,)),
}


def schema() -> Schema:
    """The JSON Schema of a condition, which refers to itself as "#/$defs/condition"."""
    several = {"type": "array", "items": CONDITION, "minItems": 1, "maxItems": 100}
    branches = {
        "fact": obj({"fact": PLACE, **{name: operator.argument for name, operator in OPERATORS.items()}},
                    required=("fact",), minProperties=2, maxProperties=2),
        "event": obj({"event": EVENT, "days": DAYS, "times": between(TIMES)}, required=("event",)),
        "all": obj({"all": several}), "any": obj({"any": several}), "not": obj({"not": CONDITION}),
    }
    return {
        "type": "object", "anyOf": [{"required": [name]} for name in branches],
        "description": "a condition: an object with fact and one operator, with event, or with all, any or"
                       " not",
        "allOf": [{"if": {"type": "object", "required": [name]}, "then": branch}
                  for name, branch in branches.items()],
    }


def check(condition: object) -> list[Problem]:
    """What is wrong with a condition, each with a JSON pointer; empty when it can be used. Never raises."""
    return problems(condition, {**CONDITION, "$defs": {"condition": schema()}}) or (
        semantics(condition))


def semantics(condition: Any, *at: str | int) -> list[Problem]:
    """What is wrong, beyond the schema, with the condition at a place of a document."""
    found: list[Problem] = []
    for where, leaf in leaves(condition, *at):
        if "event" in leaf:
            if not in_order(leaf.get("times", {})):
                found.append(Problem(pointer(*where, "times"), "must not end before it begins"))
            continue
        name, argument = _operator(leaf)
        if not OPERATORS[name].check(argument):
            found.append(Problem(pointer(*where, name), f"must be {DATE['description']}"))
        elif name == "between" and not in_order(argument):
            found.append(Problem(pointer(*where, name), "must not end before it begins"))
    return found


def in_order(limits: Mapping[str, float]) -> bool:
    """Whether a range does not end before it begins."""
    return not ("from" in limits and "to" in limits and limits["to"] < limits["from"])


def leaves(condition: Mapping[str, Any], *at: str | int) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """The conditions on one fact or event within a condition, each with where it stands."""
    for name in ("all", "any"):
        for number_, inner in enumerate(condition.get(name, ())):
            yield from leaves(inner, *at, name, number_)
    if "not" in condition:
        yield from leaves(condition["not"], *at, "not")
    if "fact" in condition or "event" in condition:
        yield at, condition


def _operator(leaf: Mapping[str, Any]) -> tuple[str, Any]:
    return next((name, argument) for name, argument in leaf.items() if name != "fact")


def compiled(condition: Mapping[str, Any]) -> Holds:
    """A condition that `check` finds no problem with, as a function of a subject. It never raises."""
    if "all" in condition:
        parts = [compiled(inner) for inner in condition["all"]]
        return lambda subject: all(part(subject) for part in parts)
    if "any" in condition:
        parts = [compiled(inner) for inner in condition["any"]]
        return lambda subject: any(part(subject) for part in parts)
    if "not" in condition:
        inner = compiled(condition["not"])
        return lambda subject: not inner(subject)
    return _event(condition) if "event" in condition else _fact(condition)


def _event(condition: Mapping[str, Any]) -> Holds:
    event, days = condition["event"], condition.get("days")
    limits = condition.get("times", {"from": 1})
    least, most = limits.get("from", 0), limits.get("to", float("inf"))

    def holds(subject: Subject) -> bool:
        ages = subject.ages.get(event, ())
        count = len(ages) if days is None else sum(age < days for age in ages)
        return bool(least <= count <= most)

    return holds


def _fact(condition: Mapping[str, Any]) -> Holds:
    (name, argument), read = _operator(condition), reader([condition["fact"]])
    if name == "known":
        return lambda subject: bool(argument) is (read(subject.facts) is not None)
    test = OPERATORS[name].prepare(argument)

    def holds(subject: Subject) -> bool:
        value = read(subject.facts)
        if value is None:
            return False
        if isinstance(value, list | tuple):
            return any(test(element, subject.now) for element in value)
        return test(value, subject.now)

    return holds


def holds(condition: Mapping[str, Any], facts: Mapping[str, Any], now: datetime) -> bool:
    """Whether a condition that `check` finds no problem with is so of a lead's facts."""
    return compiled(condition)(Subject(facts, now))


def examples(condition: Mapping[str, Any]) -> dict[str, tuple[Any, ...]] | None:
    """By place, values that make a difference to a condition; None where time or events do as well."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for _, leaf in leaves(condition):
        if "event" in leaf or OPERATORS[_operator(leaf)[0]].timed:
            return None
        found.setdefault(leaf["fact"], []).append(leaf)
    return {place: _examples(list(map(_operator, of_place))) for place, of_place in found.items()}


def _examples(tests: Sequence[tuple[str, Any]]) -> tuple[Any, ...]:
    """Values on each side of each of the tests of one fact, and on the sides of two at once."""
    values = [value for name, argument in tests for value in OPERATORS[name].examples(argument)]
    ranges = [argument for name, argument in tests if name == "between"]
    if len(ranges) > 1:
        values += numbers_around(ranges)
    pieces = [piece for name, argument in tests if name in ("begins", "contains", "words")
              for piece in _pieces(argument, str)]
    if len(tests) > 1 and pieces:
        values += [f"{one} {other}" for one in (value for value in values if isinstance(value, str))
                   for other in pieces if one != other][:1000]
        values.append(" ".join(pieces))
    return tuple(dict.fromkeys(values))
