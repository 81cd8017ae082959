"""Lists of leads that people keep, and how they look at them."""

from __future__ import annotations

from typing import Any

from psycopg2.extras import Json

from sidecar.ids import new_id
from sidecar.store.database import Cursor, Row, insert_returning, many, one

_VIEW = ("v.id::text AS id, v.user_id::text AS user_id, coalesce(u.name, u.email) AS kept_by, v.name,"
         " v.query, v.columns, v.shared")


def of_user(cursor: Cursor, user_id: str, limit: int) -> list[Row]:
    """What a user keeps, and what others share, by name: [{id, user_id, kept_by, name, query, columns,
    shared}]."""
    return many(
        cursor, f"SELECT {_VIEW} FROM views v JOIN users u ON u.id = v.user_id"  # noqa: S608
        " WHERE v.user_id = %(user)s OR v.shared ORDER BY v.user_id <> %(user)s, v.name, v.id"
        " LIMIT %(limit)s",
        {"user": user_id, "limit": limit})


def get(cursor: Cursor, view_id: str, *, lock: bool = False) -> Row | None:
    """One view."""
    return one(
        cursor, f"SELECT {_VIEW} FROM views v JOIN users u ON u.id = v.user_id WHERE v.id = %s"  # noqa: S608
        f"{' FOR UPDATE OF v' if lock else ''}", (view_id,))


def count(cursor: Cursor, user_id: str) -> int:
    """How many views a user keeps; nobody else adds one for them before the transaction ends."""
    cursor.execute("SELECT FROM users WHERE id = %s FOR NO KEY UPDATE", (user_id,))
    row = one(cursor, "SELECT count(*) AS n FROM views WHERE user_id = %s", (user_id,))
    return row["n"] if row else 0


def add(cursor: Cursor, row: Row) -> str | None:
    """Keep {user_id, name, query, columns, shared}: its id, None when the user has one of this name."""
    made = insert_returning(
        cursor, "views", [{"id": new_id()} | row], returning="id::text AS id",
        conflict="ON CONFLICT DO NOTHING")
    return made[0]["id"] if made else None


def edit(cursor: Cursor, view_id: str, row: Row) -> None:
    """Set {name, query, columns, shared}."""
    cursor.execute(
        "UPDATE views SET name = %(name)s, query = %(query)s, columns = %(columns)s, shared = %(shared)s"
        " WHERE id = %(id)s", row | {"id": view_id})


def named(cursor: Cursor, user_id: str, name: str) -> str | None:
    """The id of a user's view of this name."""
    row = one(cursor, "SELECT id::text AS id FROM views WHERE user_id = %s AND name = %s", (user_id, name))
    return row["id"] if row else None


def delete(cursor: Cursor, view_id: str) -> None:
    """Keep it no more."""
    cursor.execute("DELETE FROM views WHERE id = %s", (view_id,))


def usual(cursor: Cursor, user_id: str) -> dict[str, Any]:
    """How a user looks at leads: {columns, limit}, or nothing."""
    row = one(cursor, "SELECT lead_list FROM users WHERE id = %s", (user_id,))
    return row["lead_list"] if row else {}


def set_usual(cursor: Cursor, user_id: str, value: dict[str, Any]) -> None:
    """How a user looks at leads from now on."""
    cursor.execute("UPDATE users SET lead_list = %s WHERE id = %s", (Json(value), user_id))
