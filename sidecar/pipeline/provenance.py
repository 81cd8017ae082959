"""Writing what a source says of contacts and organizations: provenance first, then the winner."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sidecar.engine import Engine
from sidecar.enrichment.merge import FieldValue, merge, winners
from sidecar.enrichment.model import Statement
from sidecar.errors import NotFound
from sidecar.store import facts, leads
from sidecar.store.database import Cursor, Row
from sidecar.terms.fields import FIELDS

Statements = Mapping[str, Statement]
SourceStatements = tuple[str, Statements, str, bool, bool, datetime]

# Working keys of the engine: they stand in their column, their origin interests nobody.
WITHOUT_PROVENANCE = frozenset(field.name for field in FIELDS if field.unstated)


def lead_statements(known: Mapping[str, Any]) -> dict[str, Statement]:
    """What a lead says of itself."""
    return {field: Statement(value, 1.0) for field, value in known.items() if value is not None}


def write(
    cursor: Cursor, kind: str, said: Mapping[str, Statements], *, source: str, now: datetime,
    locked: bool = False,
) -> None:
    """Merge one source's statements about existing entities (id -> field -> statement)."""
    write_all(cursor, kind, [(entity, stated, source, False, locked, now)
                             for entity, stated in said.items()])


def write_all(cursor: Cursor, kind: str, statements: Iterable[SourceStatements]) -> None:
    """Merge what was said of existing entities, in three statements."""
    statements = list(statements)
    known = facts.load_provenance(cursor, kind, {item[0] for item in statements})
    documents, columns = merged(kind, known, statements)
    facts.save_provenance(cursor, documents)
    facts.update_entities(cursor, kind, columns)


def merged(
    kind: str, stored: Mapping[str, list[Row]], statements: Iterable[SourceStatements]
) -> tuple[list[Row], dict[str, dict[str, Any]]]:
    """What is to be written of (entity id, statements, source, sandbox, locked, observed at), beside the
    statements that are stored of each entity: (new provenance, the winning values by entity id)."""
    known: dict[str, list[FieldValue]] = {}
    changed: dict[tuple[str, str], dict[str, FieldValue]] = {}
    plain: dict[str, dict[str, Any]] = {}
    for entity, stated, source, sandbox, locked, observed_at in statements:
        if not stated:
            continue
        plain.setdefault(entity, {}).update(
            {f: c.value for f, c in stated.items() if f in WITHOUT_PROVENANCE}
        )
        open_statements = {f: c for f, c in stated.items() if f not in WITHOUT_PROVENANCE}
        before = known[entity] if entity in known else [
            FieldValue(**row) for row in stored.get(entity, [])]
        known[entity] = merge(before, open_statements, source, observed_at, sandbox=sandbox, locked=locked)
        for value in known[entity]:
            if value not in before:
                changed.setdefault((entity, value.source), {})[value.field] = value
    return [
        document(kind, entity, source, values.values()) for (entity, source), values in changed.items()
    ], {
        entity: plain[entity] | {value.field: value.value for value in winners(values).values()}
        for entity, values in known.items()
    }


def sources(cursor: Cursor, kind: str, entity_id: str) -> dict[str, dict[str, Any]]:
    """Whose word counts for each field: {field: {source, sandbox, confidence, observed_at, locked}}."""
    rows = facts.load_provenance(cursor, kind, [entity_id]).get(entity_id, [])
    return {
        field: {
            "source": value.source, "sandbox": value.sandbox, "locked": value.locked,
            "confidence": round(value.confidence, 2), "observed_at": value.observed_at,
        }
        for field, value in winners(FieldValue(**row) for row in rows).items()
    }


def lead_with_sources(engine: Engine, lead_id: str) -> Row:
    """One lead, whole, with each field's source. Raises NotFound."""
    with engine.database.read() as cursor:
        lead = leads.get(cursor, lead_id)
        if lead is None:
            raise NotFound("There is no such lead.")
        for kind in ("contact", "organization"):
            if lead[kind]:
                lead[kind]["fields"] = sources(cursor, kind, lead[kind]["id"])
    return lead


def first(kind: str, entity: str, known: Mapping[str, Any], now: datetime) -> Row:
    """What a lead says of somebody who is created with these very values, as the store has it."""
    observed_at = now.isoformat()
    return {"entity_kind": kind, "entity_id": entity, "source": "lead", "fields": {
        field: {"value": value, "confidence": 1.0, "observed_at": observed_at}
        for field, value in known.items() if value is not None and field not in WITHOUT_PROVENANCE}}


def document(kind: str, entity: str, source: str, values: Iterable[FieldValue]) -> Row:
    """What a source says of somebody, as the store has it."""
    return {"entity_kind": kind, "entity_id": entity, "source": source, "fields": {
        value.field: {
            "value": value.value, "confidence": value.confidence,
            "observed_at": value.observed_at.isoformat(),
        } | {mark: True for mark in ("locked", "sandbox") if getattr(value, mark)}
        for value in values}}
