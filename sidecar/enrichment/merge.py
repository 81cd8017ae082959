"""Merging what several sources say of a field, with provenance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sidecar.enrichment.model import Statement


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
    """All statements after a source has spoken: its newer statement replaces its older one of a field.

    The sandbox never replaces what the real provider said.
    """
    known = {(value.field, value.source, value.person): value for value in existing}
    for name, statement in statements.items():
        before = known.get((name, source, person))
        if before and (before.observed_at > now or (sandbox and not before.sandbox)):
            continue
        known[name, source, person] = FieldValue(
            name, statement.value, source, statement.confidence, now, locked, sandbox, person)
    return list(known.values())


def winners(values: Iterable[FieldValue]) -> dict[str, FieldValue]:
    """Field -> the statement that counts: a person's, then the lead's own, then live providers by
    confidence and recency, then the sandbox's. Of two that are as good, what was said of the contact itself
    counts before what was said of one who was merged into it later."""
    best: dict[str, FieldValue] = {}
    for value in values:
        other = best.get(value.field)
        if other is None or _rank(value) > _rank(other):
            best[value.field] = value
    return best


def _rank(value: FieldValue) -> tuple[bool, bool, bool, float, bool, datetime, str]:
    return (value.locked, value.source == "lead", not value.sandbox, value.confidence,
            not value.before_merge, value.observed_at, value.source)
