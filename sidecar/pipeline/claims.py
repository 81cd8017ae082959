"""Writing what a source says of contacts and organizations: provenance first, then the winner."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sidecar.enrichment.merge import FieldValue, merge, winners
from sidecar.enrichment.model import Claim
from sidecar.store import facts
from sidecar.store.database import Cursor

Claims = Mapping[str, Claim]

# Working keys of the engine: they stand in their column, their origin interests nobody.
WITHOUT_PROVENANCE = frozenset(
    {"email_canonical", "email_type", "company_key", "phone_country", "phone_type"}
)


def lead_claims(known: Mapping[str, Any]) -> dict[str, Claim]:
    """What a lead says of itself."""
    return {field: Claim(value, 1.0) for field, value in known.items() if value is not None}


def write(
    cursor: Cursor, kind: str, said: Mapping[str, Claims], *, source: str, now: datetime,
    sandbox: bool = False, locked: bool = False,
) -> None:
    """Merge one source's claims about existing entities (id -> field -> claim)."""
    write_all(cursor, kind, [(entity, claims, source, sandbox, locked, now)
                             for entity, claims in said.items()])


def write_all(
    cursor: Cursor, kind: str,
    statements: Iterable[tuple[str, Claims, str, bool, bool, datetime]],
) -> None:
    """Merge (entity id, claims, source, sandbox, locked, observed at) in three statements."""
    statements = [item for item in statements if item[1]]
    if not statements:
        return
    ids = {item[0] for item in statements}
    known = {
        entity: [FieldValue(**row) for row in rows]
        for entity, rows in facts.load_values(cursor, kind, ids).items()
    }
    changed: dict[tuple[str, str, str], FieldValue] = {}
    plain: dict[str, dict[str, Any]] = {}
    for entity, claims, source, sandbox, locked, observed_at in statements:
        open_claims = {f: c for f, c in claims.items() if f not in WITHOUT_PROVENANCE}
        plain.setdefault(entity, {}).update(
            {f: c.value for f, c in claims.items() if f in WITHOUT_PROVENANCE}
        )
        before = known.get(entity, [])
        after = merge(before, open_claims, source, observed_at, sandbox=sandbox, locked=locked)
        known[entity] = after
        for value in after:
            if value not in before:
                changed[entity, value.field, value.source] = value
    facts.save_values(
        cursor, kind, [_row(entity, value) for (entity, _, _), value in sorted(
            changed.items(), key=lambda item: item[0])],
    )
    facts.update_entities(
        cursor, kind,
        {
            entity: plain.get(entity, {})
            | {value.field: value.value for value in winners(known[entity]).values()}
            for entity in ids
        },
    )


def provenance(cursor: Cursor, kind: str, entity_id: str) -> dict[str, dict[str, Any]]:
    """Whose word counts for each field: {field: {source, sandbox, confidence, observed_at, locked}}."""
    rows = facts.load_values(cursor, kind, [entity_id]).get(entity_id, [])
    return {
        field: {
            "source": value.source, "sandbox": value.sandbox, "locked": value.locked,
            "confidence": round(value.confidence, 2), "observed_at": value.observed_at,
        }
        for field, value in winners(FieldValue(**row) for row in rows).items()
    }


def insert_provenance(
    cursor: Cursor, kind: str, said: Mapping[str, Claims], *, source: str, now: datetime
) -> None:
    """Provenance of entities that were just created with these very values."""
    facts.save_values(
        cursor, kind,
        [
            _row(entity, FieldValue(
                field=field, value=claim.value, source=source, confidence=claim.confidence,
                observed_at=now, locked=False, sandbox=False))
            for entity, claims in said.items()
            for field, claim in claims.items()
            if field not in WITHOUT_PROVENANCE
        ],
    )


def _row(entity: str, value: FieldValue) -> dict[str, Any]:
    return {
        "entity_id": entity, "field": value.field, "source": value.source, "value": value.value,
        "confidence": value.confidence, "observed_at": value.observed_at, "locked": value.locked,
        "sandbox": value.sandbox,
    }
