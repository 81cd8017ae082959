"""Who said what of a contact or organization: what is to be written when a source speaks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sidecar.enrichment.merge import FieldValue, merge, winners
from sidecar.enrichment.model import Statement
from sidecar.terms.fields import FIELDS, fields_of
from sidecar.terms.states import ENTITIES

Statements = Mapping[str, Statement]
Row = dict[str, Any]

# What a source that is a person begins with: their name follows. What they took away they say apart.
EDITED_BY, REMOVED_BY = "edited by ", "removed by "
# Working keys of the engine: they stand in their column, their origin interests nobody.
WITHOUT_PROVENANCE = frozenset(field.name for field in FIELDS if field.unstated)
# Entity -> (field, the field whose value it goes with).
_FOLLOWERS = {entity: tuple((field.name, field.derived_from) for field in fields_of(entity)
                            if field.unstated and field.derived_from) for entity in ENTITIES}


class Said(NamedTuple):
    """What a source says of one contact or organization, by field; `person`: it is about somebody who was
    merged into the contact."""

    entity_id: str
    statements: Statements
    source: str
    observed_at: datetime
    sandbox: bool = False
    locked: bool = False
    person: str | None = None


def lead_statements(known: Mapping[str, Any]) -> dict[str, Statement]:
    """What a lead says of itself."""
    return {field: Statement(value, 1.0) for field, value in known.items() if value is not None}


def merged(
    kind: str, stored: Mapping[str, list[Row]], said: Iterable[Said]
) -> tuple[list[Row], dict[str, dict[str, Any]]]:
    """What is to be written of existing entities, beside the statements that are stored of each: (new
    provenance, the winning values of what was spoken of, by entity id: None where a person removed it)."""
    known: dict[str, list[FieldValue]] = {}
    changed: dict[tuple[str, str], dict[str, FieldValue]] = {}
    spoken: dict[str, list[Statements]] = {}
    said = list(said)
    spoken_of: dict[str, set[str]] = {}  # of other fields what counts stays as it is
    for item in said:
        spoken_of.setdefault(item.entity_id, set()).update(item.statements)
    for entity, stated, source, observed_at, sandbox, locked, person in said:
        if not stated:
            continue
        spoken.setdefault(entity, []).append(stated)
        open_statements = {f: c for f, c in stated.items() if f not in WITHOUT_PROVENANCE}
        before = known[entity] if entity in known else [
            FieldValue(**row) for row in stored.get(entity, []) if row["field"] in spoken_of[entity]]
        known[entity] = merge(
            before, open_statements, source, observed_at, sandbox=sandbox, locked=locked, person=person)
        for value in known[entity]:
            if value not in before:
                changed.setdefault((person or entity, value.source), {})[value.field] = value
    return [
        document(kind, entity, source, values.values()) for (entity, source), values in changed.items()
    ], {
        entity: columns(kind, winners(values).values(), spoken[entity]) for entity, values in known.items()
    }


def columns(kind: str, winning: Iterable[FieldValue], spoken: Iterable[Statements]) -> dict[str, Any]:
    """The values that count, with those that go with one of them: as who stated that one has them."""
    values = {value.field: value.value for value in winning}
    for follower, followed in _FOLLOWERS[kind]:
        if followed in values and values[followed] is None:
            values[follower] = None
            continue
        for stated in spoken:
            if follower in stated and followed in stated and stated[followed].value == values[followed]:
                values[follower] = stated[follower].value
    return values


def without(kind: str, known: Mapping[str, Any], left: Mapping[str, FieldValue], fields: Iterable[str]
            ) -> dict[str, Any]:
    """The values of fields of which a source's word counts no more: what is `left` of them, and what goes
    with those that change."""
    values = {name: left[name].value if name in left else None for name in fields}
    return values | {
        follower: None for follower, followed in _FOLLOWERS[kind]
        if followed in values and values[followed] != known.get(followed)}


def document(kind: str, entity: str, source: str, values: Iterable[FieldValue]) -> Row:
    """What a source says of somebody, as the store has it."""
    fields = {}
    for name, value, _, confidence, observed_at, locked, sandbox, _, _ in values:
        stated = fields[name] = {
            "value": value, "confidence": confidence, "observed_at": _iso(observed_at)}
        if locked:
            stated["locked"] = True
        if sandbox:
            stated["sandbox"] = True
    return {"entity_kind": kind, "entity_id": entity, "source": source, "fields": fields}


def first_document(kind: str, entity: str, source: str, known: Mapping[str, Any], now: datetime) -> Row:
    """As `document`, of somebody who is created with these very values."""
    observed_at = _iso(now)
    return {"entity_kind": kind, "entity_id": entity, "source": source, "fields": {
        name: {"value": value, "confidence": 1.0, "observed_at": observed_at}
        for name, value in known.items() if name not in WITHOUT_PROVENANCE}}


_iso = lru_cache(64)(datetime.isoformat)  # what comes in together is observed at one moment
