"""Public web forms."""

from __future__ import annotations

from sidecar.store.database import Cursor, Row, many, one


def save(cursor: Cursor, key: str, name: str, origins: list[str], source: str) -> str:
    """Create a form, or change the one of that name, which keeps its key; answers the key."""
    row = one(
        cursor, "INSERT INTO forms (key, name, origins, source) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT (name) DO UPDATE SET origins = excluded.origins, source = excluded.source,"
        " disabled_at = NULL RETURNING key", (key, name, origins, source))
    return str(row["key"]) if row else key


def find(cursor: Cursor, key: str) -> Row | None:
    """An enabled form by its key."""
    return one(cursor, "SELECT key, name, origins, source FROM forms"
                       " WHERE key = %s AND disabled_at IS NULL", (key,))


def listed(cursor: Cursor) -> list[Row]:
    """All forms."""
    return many(cursor, "SELECT key, name, origins, source, disabled_at FROM forms ORDER BY name")


def disable(cursor: Cursor, name: str) -> bool:
    """Whether there was such a form."""
    cursor.execute("UPDATE forms SET disabled_at = now() WHERE name = %s", (name,))
    return cursor.rowcount > 0
