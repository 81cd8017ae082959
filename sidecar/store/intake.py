"""Writing what came in: intake rows, identities, leads, work items, events."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import Any

from psycopg2.extras import Json

from sidecar.store.database import Cursor, Row, insert, many, update_from

Key = tuple[str, str]
_BUCKETS = 256
_LOCK_SPACE = 71


def lock(cursor: Cursor, keys: Iterable[Key]) -> None:
    """Serialise writers that share an identity key, until the transaction ends.

    Keys fall into 256 buckets that are locked in ascending order: no deadlock, bounded locks.
    """
    buckets = sorted({zlib.crc32(f"{kind}:{value}".encode()) % _BUCKETS for kind, value in keys})
    cursor.execute(
        "SELECT pg_advisory_xact_lock(%s, b) FROM unnest(%s::int[]) WITH ORDINALITY AS x(b, n)"
        " ORDER BY n", (_LOCK_SPACE, buckets),
    )


def find_contacts(cursor: Cursor, keys: Iterable[Key]) -> dict[Key, str]:
    """Identity key -> contact id, for the keys that are known."""
    kinds, values = zip(*keys, strict=True) if (keys := list(keys)) else ((), ())
    rows = many(
        cursor,
        "SELECT i.kind, i.value, i.contact_id::text AS contact_id FROM contact_identities i"
        " JOIN unnest(%s::text[], %s::text[]) AS k(kind, value) USING (kind, value)",
        (list(kinds), list(values)),
    )
    return {(row["kind"], row["value"]): row["contact_id"] for row in rows}


def suppressed(cursor: Cursor, hashes: Iterable[str]) -> set[str]:
    """Those of the hashes that must not come in again."""
    rows = many(
        cursor, "SELECT key_hash FROM suppressions WHERE key_hash = ANY(%s)", (list(hashes),)
    )
    return {row["key_hash"] for row in rows}


def save_identities(cursor: Cursor, rows: list[Row]) -> None:
    """Remember identity keys: [{kind, value, contact_id}]; a key that is taken stays where it is."""
    insert(cursor, "contact_identities", rows, conflict="ON CONFLICT DO NOTHING")


def find_organizations(
    cursor: Cursor, domains: Iterable[str], keys: Iterable[str]
) -> tuple[dict[str, str], dict[str, str]]:
    """(domain -> id, company_key -> id of the one without a domain)."""
    rows = many(
        cursor,
        "SELECT id::text AS id, domain, company_key FROM organizations"
        " WHERE domain = ANY(%s) OR (domain IS NULL AND company_key = ANY(%s))",
        (list(domains), list(keys)),
    )
    return (
        {row["domain"]: row["id"] for row in rows if row["domain"]},
        {row["company_key"]: row["id"] for row in rows if not row["domain"]},
    )


def claim_organizations(cursor: Cursor, rows: list[Row]) -> None:
    """Insert organizations [{id, domain, company_key}] unless another transaction just did."""
    insert(
        cursor, "organizations",
        sorted(rows, key=lambda row: (row["domain"] or "", row["company_key"] or "")),
        conflict="ON CONFLICT DO NOTHING",
    )


def open_leads(cursor: Cursor, contact_ids: Iterable[str]) -> dict[str, Row]:
    """The open lead of each contact: {contact_id: {id, tags, source, org_id}}."""
    rows = many(
        cursor,
        "SELECT contact_id::text AS contact_id, id::text AS id, tags, source, org_id::text AS org_id"
        " FROM leads WHERE contact_id = ANY(%s::uuid[])"
        " AND status IN ('new', 'working', 'qualified') FOR UPDATE",
        (list(contact_ids),),
    )
    return {row["contact_id"]: row for row in rows}


def attach_organizations(cursor: Cursor, rows: Iterable[tuple[str, str]]) -> None:
    """(contact_id, org_id): contacts without an organization get one."""
    update_from(
        cursor, "contacts", rows, columns={"id": "uuid", "org_id": "uuid"}, key="id",
        changes="org_id = coalesce(t.org_id, v.org_id)",
    )


def insert_leads(cursor: Cursor, rows: list[Row]) -> None:
    """Insert leads with the columns of each row."""
    insert(cursor, "leads", rows)


def update_leads(cursor: Cursor, rows: Iterable[tuple[Any, ...]]) -> None:
    """(id, org_id, tags, message, utm, custom, search_text): a person asked again."""
    update_from(
        cursor, "leads", rows,
        columns={"id": "uuid", "org_id": "uuid", "tags": "text[]", "message": "text", "utm": "jsonb",
                 "custom": "jsonb", "search_text": "text"},
        key="id",
        changes="""org_id = coalesce(t.org_id, v.org_id), tags = v.tags,
            message = coalesce(v.message, t.message), utm = t.utm || v.utm,
            custom = t.custom || v.custom, search_text = v.search_text,
            version = t.version + 1, updated_at = now()""",
    )


def queue(cursor: Cursor, lead_ids: Iterable[str], lane: str, max_batch: int) -> None:
    """Queue leads; one that is being worked on right now is queued again when its batch closes."""
    insert(
        cursor, "work_items",
        [{"lead_id": lead_id, "lane": lane, "max_batch": max_batch} for lead_id in lead_ids],
        conflict="""ON CONFLICT (lead_id) DO UPDATE SET
            lane = CASE WHEN excluded.lane = 'interactive' OR work_items.stage IN ('done', 'dead')
                        THEN excluded.lane ELSE work_items.lane END,
            requeue = work_items.stage IN ('leased', 'scored'),
            stage = CASE WHEN work_items.stage IN ('leased', 'scored') THEN work_items.stage
                         ELSE 'queued' END,
            due_at = CASE WHEN work_items.stage IN ('leased', 'scored') THEN work_items.due_at
                          ELSE now() END,
            attempts = CASE WHEN work_items.stage = 'dead' THEN 0 ELSE work_items.attempts END,
            waits = 0, updated_at = now()""",
    )


def add_events(cursor: Cursor, rows: list[Row]) -> None:
    """Events [{contact_id, lead_id, type, occurred_at, properties, source, dedupe_key}]."""
    insert(cursor, "events", rows, conflict="ON CONFLICT (dedupe_key) DO NOTHING")


def record(cursor: Cursor, rows: list[Row]) -> None:
    """Intake rows: what came in and what became of it."""
    insert(cursor, "intake", [{**row, "errors": Json(row["errors"])} for row in rows])


def contacts_of(cursor: Cursor, lead_ids: Iterable[str]) -> dict[str, str]:
    """lead id -> contact id, for the leads that exist; they stay with it until the transaction ends."""
    rows = many(
        cursor, "SELECT id::text AS id, contact_id::text AS contact_id FROM leads"
        " WHERE id = ANY(%s::uuid[]) ORDER BY id FOR SHARE", (list(lead_ids),),
    )
    return {row["id"]: row["contact_id"] for row in rows}
