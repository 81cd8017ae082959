"""How columns of a source are mapped, by the hash of its header."""

from __future__ import annotations

from sidecar.store.database import Cursor, Row, many, one


def of_signature(cursor: Cursor, signature: str) -> Row | None:
    """The mapping for a header: {name, mapping}, still encrypted."""
    return one(cursor, "SELECT name, mapping FROM import_mappings WHERE signature = %s", (signature,))


def signatures(cursor: Cursor) -> set[str]:
    """Of all headers that there is a mapping for."""
    return {row["signature"] for row in many(cursor, "SELECT signature FROM import_mappings LIMIT 1000")}


def save(cursor: Cursor, name: str, signature: str, mapping: bytes, by: str) -> None:
    """Keep a mapping; those of its header or its name go."""
    cursor.execute("DELETE FROM import_mappings WHERE signature = %s AND name <> %s", (signature, name))
    cursor.execute(
        "INSERT INTO import_mappings (name, signature, mapping, created_by) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT (name) DO UPDATE SET signature = excluded.signature, mapping = excluded.mapping,"
        " updated_at = now()", (name, signature, mapping, by))


def every(cursor: Cursor) -> list[Row]:
    """All mappings by name, still encrypted."""
    return many(cursor, "SELECT name, mapping, created_by, created_at, updated_at FROM import_mappings"
                        " ORDER BY name LIMIT 1000")


def forget(cursor: Cursor, name: str) -> bool:
    """Whether there was one of this name."""
    cursor.execute("DELETE FROM import_mappings WHERE name = %s", (name,))
    return bool(cursor.rowcount)
