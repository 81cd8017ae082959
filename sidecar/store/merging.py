"""Moving all that hangs on one contact to another."""

from __future__ import annotations

from typing import Any

from psycopg2.extras import Json

from sidecar.store.database import Cursor, Row, insert, many, one, words
from sidecar.terms.states import DUE, LEFT


def identities(cursor: Cursor, contact_ids: list[str]) -> set[tuple[str, str]]:
    """The identity keys of contacts."""
    rows = many(
        cursor, "SELECT kind, value FROM contact_identities WHERE contact_id = ANY(%s::uuid[])",
        (contact_ids,),
    )
    return {(row["kind"], row["value"]) for row in rows}


def move_calls(cursor: Cursor, kept: str, lost: str) -> dict[str, Any]:
    """Move calls of providers and their answers; tells which."""
    moved = {}
    keys = {"provider_calls": "id", "provider_cache": "jsonb_build_array(request_key, sandbox)"}
    for table, key in keys.items():
        rows = many(
            cursor, f"UPDATE {table} SET subject_id = %s"  # noqa: S608
            f" WHERE subject_kind = 'contact' AND subject_id = %s RETURNING {key} AS key", (kept, lost),
        )
        moved[table] = [row["key"] for row in rows]
    return moved


def lock_contacts(cursor: Cursor, contact_ids: list[str]) -> dict[str, Row]:
    """{contact id: its row, as JSON}, locked."""
    rows = many(
        cursor, "SELECT id::text AS id, to_jsonb(c) AS contact FROM contacts c"
        " WHERE id = ANY(%s::uuid[]) ORDER BY id FOR UPDATE", (contact_ids,),
    )
    return {row["id"]: row["contact"] for row in rows}


def snapshot(cursor: Cursor, contact_id: str) -> dict[str, Any]:
    """What hangs on a contact, as JSON: its provenance and pairs in whole, of the rest the ids."""
    row = one(
        cursor,
        """
        SELECT (SELECT coalesce(jsonb_object_agg(source, fields), '{}')
             FROM provenance WHERE entity_kind = 'contact' AND entity_id = %(id)s) AS provenance,
            (SELECT coalesce(jsonb_agg(jsonb_build_array(kind, value)), '[]')
             FROM contact_identities WHERE contact_id = %(id)s) AS identities,
            (SELECT coalesce(jsonb_agg(id), '[]') FROM events WHERE contact_id = %(id)s) AS events,
            (SELECT coalesce(jsonb_agg(id), '[]') FROM refusals WHERE contact_id = %(id)s) AS refusals,
            (SELECT coalesce(jsonb_agg(to_jsonb(d)), '[]') FROM duplicates d
             WHERE left_id = %(id)s OR right_id = %(id)s) AS duplicates,
            (SELECT coalesce(jsonb_agg(id), '[]') FROM merges WHERE kept_id = %(id)s) AS merges
        """,
        {"id": contact_id},
    )
    return dict(row or {})


def archive(cursor: Cursor, lead_id: str) -> None:
    """Archive a lead; work on it that has not begun is not begun any more."""
    cursor.execute(
        "UPDATE leads SET status = 'archived', version = version + 1, updated_at = now() WHERE id = %s",
        (lead_id,),
    )
    cursor.execute(
        "UPDATE work_items SET stage = 'done', batch_id = NULL, reason_code = 'merged',"  # noqa: S608
        " reason = 'The contact has an older open lead.', updated_at = now()"
        f" WHERE lead_id = %s AND stage IN {words((*DUE, *LEFT))}", (lead_id,),
    )


def move_rows(cursor: Cursor, kept: str, lost: str) -> None:
    """Leads, events, refusals, identities, earlier merges and other pairs of the lost contact."""
    for table, column, more in (
        ("leads", "contact_id", ", version = version + 1, updated_at = now()"),
        ("events", "contact_id", ""),
        ("refusals", "contact_id", ""),
        ("contact_identities", "contact_id", ""),
        ("merges", "kept_id", ""),
    ):
        cursor.execute(
            f"UPDATE {table} SET {column} = %s{more} WHERE {column} = %s", (kept, lost))  # noqa: S608
    # Who is not the one is not the other either: a dismissed pair counts before an open one.
    cursor.execute(
        """
        WITH moved AS (
            DELETE FROM duplicates WHERE %(lost)s::uuid IN (left_id, right_id) RETURNING *),
        others AS (
            SELECT m.*, CASE left_id WHEN %(lost)s::uuid THEN right_id ELSE left_id END AS other
            FROM moved m)
        INSERT INTO duplicates (id, left_id, right_id, score, reasons, state, decided_by, decided_at,
                                created_at)
        SELECT id, least(other, %(kept)s::uuid), greatest(other, %(kept)s::uuid), score, reasons, state,
               decided_by, decided_at, created_at
        FROM others WHERE other <> %(kept)s::uuid
        ON CONFLICT (left_id, right_id) DO UPDATE SET state = excluded.state,
            decided_by = excluded.decided_by, decided_at = excluded.decided_at
        WHERE duplicates.state = 'open' AND excluded.state = 'dismissed'
        """,
        {"kept": kept, "lost": lost},
    )


def settle(cursor: Cursor, kept: str, columns: dict[str, Any]) -> None:
    """Write columns of the kept contact (ours, not input)."""
    cursor.execute(
        f"UPDATE contacts SET {', '.join(f'{name} = %({name})s' for name in columns)},"  # noqa: S608
        " version = version + 1, updated_at = now() WHERE id = %(kept)s",
        {name: Json(value) if isinstance(value, dict) else value for name, value in columns.items()}
        | {"kept": kept},
    )


def remove(cursor: Cursor, contact_id: str) -> None:
    """The contact from which everything was moved."""
    cursor.execute("DELETE FROM contacts WHERE id = %s", (contact_id,))


def record(cursor: Cursor, row: Row) -> None:
    """A merge: {duplicate_id, kept_id, lost_id, score, reasons, snapshot, actor}."""
    insert(cursor, "merges", [row])
