"""Merging what several sources say of a field, by the field's class, with provenance."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

from sidecar.enrichment.model import Statement
from sidecar.matching import Firm, name_relation, named, related_as
from sidecar.records.text import words
from sidecar.terms.fields import AGEING, FIELDS
from sidecar.terms.states import ENTITIES

# A field of a contact and one of an organization that have one name age alike.
_CLASS: Final = {field.name: field.ages for field in FIELDS if field.entity in ENTITIES}
_HALF_LIFE: Final = {name: AGEING[ages].half_life * 86_400.0 for name, ages in _CLASS.items()}
_STEPS: Final = 10  # of a half-life: statements that weigh the same but for less are as good as each other
_CREDIBLE: Final = 0.5  # confidence from which on another value contradicts


class FieldValue(NamedTuple):
    """One source's statement of one field. `locked`: a person said so, and that there is none if the value is
    None; `sandbox`: it is invented. `person`: the contact of whom it was said, if that one was merged into
    this; `before_merge`: then already."""

    field: str
    value: Any
    source: str
    confidence: float
    observed_at: datetime
    locked: bool = False
    sandbox: bool = False
    person: str | None = None
    before_merge: bool = False


def merge(
    existing: Iterable[FieldValue], statements: Mapping[str, Statement], source: str, now: datetime, *,
    sandbox: bool = False, locked: bool = False, person: str | None = None,
) -> list[FieldValue]:
    """All statements after a source has spoken: its newer statement replaces its older one of a field, of
    history the older one stays.

    The sandbox never replaces what the real provider said.
    """
    known = {(value.field, value.source, value.person): value for value in existing}
    for name, statement in statements.items():
        before = known.get((name, source, person))
        if before and (before.observed_at > now or (sandbox and not before.sandbox) or (
                _CLASS.get(name) == "history" and sandbox == before.sandbox and not locked)):
            continue
        known[name, source, person] = FieldValue(
            name, statement.value, source, statement.confidence, now, locked, sandbox, person)
    return list(known.values())


def winners(values: Iterable[FieldValue]) -> dict[str, FieldValue]:
    """Field -> the statement that counts: a person's; then the newest credible one, of history the oldest; of
    the sandbox only where nobody else says anything. What the lead said of itself ages like any other, and
    counts before others that weigh as much; so does what was said of the contact itself before what was said
    of one who was merged into it later."""
    best: dict[str, FieldValue] = {}
    for value in values:
        other = best.get(value.field)
        if other is None or _rank(value) > _rank(other):
            best[value.field] = value
    return best


def _rank(value: FieldValue) -> tuple[bool, bool, float, bool, bool, float, float, str]:
    at = value.observed_at.timestamp()
    if _CLASS.get(value.field) == "history" and not value.locked:
        return (False, not value.sandbox, -at, value.source == "lead", not value.before_merge,
                value.confidence, 0.0, value.source)
    return (value.locked, not value.sandbox, math.floor(_weight(value, at) * _STEPS), value.source == "lead",
            not value.before_merge, value.confidence, at, value.source)


def _weight(value: FieldValue, at: float) -> float:
    """The logarithm (base 2) of a confidence that halves with each half-life, but for a part that is the same
    for all: who weighs more does so at any time."""
    half_life = _HALF_LIFE.get(value.field)
    return _log2(value.confidence) + (at / half_life if half_life else 0.0)


@lru_cache(256)
def _log2(confidence: float) -> float:
    return math.log2(max(confidence, 1e-6))


def contradicting(values: Iterable[FieldValue]) -> dict[str, list[FieldValue]]:
    """Field -> what sources say against the statement that counts: credible, older by one half-life at most,
    and another value, not another way to put the same."""
    values = list(values)
    found: dict[str, list[FieldValue]] = {}
    for name, winner in winners(values).items():
        against = [value for value in values if value.field == name and _against(value, winner)]
        if against:
            found[name] = against
    return found


def _against(value: FieldValue, winner: FieldValue) -> bool:
    if value is winner or value.sandbox or winner.sandbox or value.confidence < _CREDIBLE:
        return False
    if value.value is None or winner.value is None:
        return False
    half_life = _HALF_LIFE.get(value.field)
    age = (winner.observed_at - value.observed_at).total_seconds()
    return not (half_life and age > half_life) and not alike(value.field, value.value, winner.value)


def alike(field: str, one: Any, other: Any) -> bool:
    """Whether two values of a field say the same: numbers by a quarter, names by the matcher."""
    if one == other:
        return True
    if isinstance(one, int | float) and isinstance(other, int | float):
        tolerance = 1 if _CLASS.get(field) == "history" else max(one, other) / 4
        return abs(one - other) <= tolerance
    if not (isinstance(one, str) and isinstance(other, str)):
        return True
    return _LIKENESS.get(field, _same_words)(one, other)


def _same_words(one: str, other: str) -> bool:
    left, right = set(words(one)), set(words(other))
    return left <= right or right <= left


def _same_name(one: str, other: str) -> bool:
    return name_relation(named("", "", one), named("", "", other)) in ("same", "unknown")


def _same_company(one: str, other: str) -> bool:
    return related_as(Firm(frozenset({one})), Firm(frozenset({other}))) in ("same", "likely", "related")


def _several(one: str, other: str) -> bool:
    """What somebody may have several of, or what is told in words of one's own."""
    return True


_LIKENESS: Final[dict[str, Callable[[str, str], bool]]] = {
    "full_name": _same_name, "first_name": _same_name, "last_name": _same_name, "name": _same_company,
    "phone": _several, "email": _several, "phone_extension": _several, "description": _several,
    "legal_form": _several,
}
