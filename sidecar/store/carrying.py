"""What people asked for since a moment, and the same written into a database as it was before."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sidecar.store.database import Cursor, Row, as_array, insert, many


def asked_since(cursor: Cursor, since: datetime) -> dict[str, list[Row]]:
    """By what it is: `suppressions`; `refusals`, what people refuse, themselves or by a list, and what they
    agreed to themselves; `changes`, which contacts were erased, merged or parted, in their order: [{id,
    action, actor, other (who was merged into it, or parted from it)}]."""
    return {
        "suppressions": many(
            cursor, "SELECT key_hash, reason, created_at FROM suppressions WHERE created_at >= %s"
            " ORDER BY key_hash", (since,)),
        "refusals": many(
            cursor, "SELECT id, contact_id, person_id, key_hash, purpose, refused, own, source, reason,"
            " stated_at, dedupe_key FROM refusals WHERE (own OR refused) AND recorded_at >= %s"
            " ORDER BY id", (since,)),
        "changes": many(
            cursor, "SELECT entity_id AS id, action, actor, coalesce(after ->> 'lost_id',"
            " after ->> 'contact_id') AS other FROM audit_log WHERE at >= %s"
            " AND action IN ('contact.erased', 'contact.merged', 'contact.unmerged', 'contact.split')"
            " ORDER BY audit_log.id", (since,)),
    }


def suppress(cursor: Cursor, rows: list[Row]) -> None:
    """Refuse these people from now on: [{key_hash, reason, created_at}]."""
    insert(cursor, "suppressions", rows, conflict="ON CONFLICT DO NOTHING")


def there(cursor: Cursor, contact_ids: Collection[str]) -> set[str]:
    """Those of the contacts that are there."""
    return {row["id"] for row in many(
        cursor, "SELECT id::text AS id FROM contacts WHERE id = ANY(%s::uuid[])", (as_array(contact_ids),))}


def refuse(cursor: Cursor, rows: list[Row]) -> None:
    """Add statements of `asked_since`; those that are there stay as they are."""
    insert(cursor, "refusals", rows, conflict="ON CONFLICT DO NOTHING")
