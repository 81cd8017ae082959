"""Writing what a source says of contacts and organizations: provenance first, then the winner."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sidecar.engine import Engine
from sidecar.enrichment.merge import FieldValue, contradicting, winners
from sidecar.enrichment.provenance import Said, Statements, merged
from sidecar.errors import NotFound
from sidecar.store import customers, facts, leads
from sidecar.store.database import Cursor, Row


def write(
    cursor: Cursor, kind: str, said: Mapping[str, Statements], *, source: str, now: datetime,
    locked: bool = False,
) -> None:
    """Merge one source's statements about existing entities (id -> field -> statement)."""
    write_all(cursor, kind, [Said(entity, stated, source, now, locked=locked)
                             for entity, stated in said.items()])


def write_all(
    cursor: Cursor, kind: str, said: Iterable[Said], known: Mapping[str, list[Row]] | None = None
) -> dict[str, dict[str, Any]]:
    """Merge what was said of existing entities, in three statements: by id, the values that count now, None
    where a person removed it. `known`: their provenance, as far as it was loaded already."""
    said = list(said)
    there = known or {}
    missing = {item.entity_id for item in said} - there.keys()
    documents, columns = merged(
        kind, {**there, **facts.load_provenance(cursor, kind, missing)} if missing else there, said)
    facts.save_provenance(cursor, documents)
    facts.update_entities(cursor, kind, columns)
    return columns


def write_answers(
    cursor: Cursor, kind: str, said: Iterable[Said], known: Mapping[str, list[Row]] | None = None
) -> dict[str, dict[str, Any]]:
    """As `write_all`, what providers answered: a domain that another company has is not taken from it."""
    return write_all(cursor, kind, _without_others_domains(cursor, said) if kind == "organization" else said,
                     known)


def _without_others_domains(cursor: Cursor, said: Iterable[Said]) -> list[Said]:
    said = list(said)
    told = {item.statements["domain"].value for item in said if "domain" in item.statements}
    owners = customers.organizations_of_domains(cursor, told) if told else {}
    return [
        item._replace(statements={name: value for name, value in item.statements.items() if name != "domain"})
        if "domain" in item.statements
        and owners.setdefault(item.statements["domain"].value, item.entity_id) != item.entity_id else item
        for item in said]


def sources(cursor: Cursor, kind: str, entity_id: str) -> dict[str, dict[str, Any]]:
    """Whose word counts for each field, and what else was said of it, the newest first: {field: {source,
    sandbox, confidence, observed_at, locked, removed, contradicted, others: [{source, sandbox, confidence,
    observed_at, locked, value, contradicts}]}}."""
    rows = facts.load_provenance(cursor, kind, [entity_id]).get(entity_id, [])
    values = [FieldValue(**row) for row in rows]
    against = contradicting(values)
    others: dict[str, list[FieldValue]] = {}
    for value in sorted(values, key=lambda value: value.observed_at, reverse=True):
        others.setdefault(value.field, []).append(value)
    return {
        field: _stated(value) | {
            "removed": value.value is None, "contradicted": field in against,
            "others": [
                _stated(other) | {"value": other.value, "contradicts": other in against.get(field, ())}
                for other in others[field] if other is not value],
        }
        for field, value in winners(values).items()
    }


def _stated(value: FieldValue) -> dict[str, Any]:
    return {"source": value.source, "sandbox": value.sandbox, "locked": value.locked,
            "confidence": round(value.confidence, 2), "observed_at": value.observed_at}


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
