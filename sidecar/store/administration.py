"""Users and clients as administrators see them, and the audit log: everything but the secrets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sidecar.secrets import NOBODY
from sidecar.store import sessions
from sidecar.store.database import Cursor, Row, many, one
from sidecar.store.owners import WORKING
from sidecar.terms.states import SessionEnd

_USER = f"""
SELECT id::text AS id, email, name, role, disabled_at IS NULL AS enabled, created_at, last_sign_in_at,
    password_hash <> '{NOBODY}' AS has_password,
    CASE WHEN disabled_at IS NOT NULL THEN 'left' WHEN away.until IS NULL THEN 'active' ELSE 'away' END
        AS state, away.until AS away_until, {", ".join(WORKING)},
    CASE WHEN calendar_url IS NOT NULL THEN
        jsonb_build_object('read_at', calendar_read_at, 'error', calendar_error) END AS calendar
FROM users, LATERAL (SELECT max(ends_at) AS until FROM absences
                     WHERE user_id = users.id AND starts_at <= now() AND ends_at > now()) away"""  # noqa: S608
# By what entries of the audit log are filtered.
AUDITED_BY = ("entity_kind", "entity_id", "actor", "action", "at_from", "at_to")
_CLIENT = "SELECT id, scopes, disabled_at IS NULL AS enabled, created_at FROM clients"


def users(cursor: Cursor, limit: int, after: str | None) -> list[Row]:
    """A keyset page of users, newest first."""
    return many(
        cursor, f"{_USER} WHERE %(after)s IS NULL OR id < %(after)s::uuid ORDER BY id DESC LIMIT %(limit)s",
        {"after": after, "limit": limit})


def user(cursor: Cursor, user_id: str, *, lock: bool = True) -> Row | None:
    """One user; when locked, who signs in or refreshes meanwhile has done so before, or does it after."""
    return one(cursor, f"{_USER} WHERE id = %s{' FOR NO KEY UPDATE OF users' if lock else ''}", (user_id,))


def user_id(cursor: Cursor, email: str) -> str | None:
    """The id that belongs to a mail address in lower case."""
    row = one(cursor, "SELECT id::text AS id FROM users WHERE email = %s", (email,))
    return row["id"] if row else None


def lock_admins(cursor: Cursor) -> set[str]:
    """The ids of the enabled admins; nobody else changes any user before the transaction ends. All are locked
    in one order, as whoever gives leads to them locks some."""
    return {row["id"] for row in many(
        cursor, "SELECT id::text AS id, role = 'admin' AND disabled_at IS NULL AS admin FROM users"
        " ORDER BY id FOR NO KEY UPDATE") if row["admin"]}


def insert_user(cursor: Cursor, row: Row) -> str | None:
    """Create a user (email, name, role, password_hash): the id, or None where the address is taken."""
    made = one(
        cursor, "INSERT INTO users (email, name, role, password_hash) VALUES (%(email)s, %(name)s,"
        " %(role)s, %(password_hash)s) ON CONFLICT (email) DO NOTHING RETURNING id::text AS id", row)
    return made["id"] if made else None


def update_user(cursor: Cursor, user_id: str, changes: dict[str, Any]) -> None:
    """Set columns of a user: name, role, password_hash."""
    _update(cursor, "users", user_id, changes, ("name", "role", "password_hash"))


def enable_user(cursor: Cursor, user_id: str, enabled: bool) -> None:
    """Let a user sign in, or no longer."""
    _enable(cursor, "users", user_id, enabled)


def end_sign_ins(cursor: Cursor, user_id: str, why: SessionEnd) -> None:
    """End every sign-in of a user, refresh tokens and sessions, because of their password, their role or as
    they are disabled."""
    cursor.execute(
        "UPDATE refresh_tokens SET revoked_at = now() WHERE user_id = %s AND revoked_at IS NULL", (user_id,))
    sessions.end_all(cursor, user_id, why)


def clients(cursor: Cursor) -> list[Row]:
    """All clients."""
    return many(cursor, f"{_CLIENT} ORDER BY id")


def client(cursor: Cursor, client_id: str) -> Row | None:
    """One client, locked."""
    return one(cursor, f"{_CLIENT} WHERE id = %s FOR UPDATE", (client_id,))


def insert_client(cursor: Cursor, client_id: str, secret_hash: str, scopes: list[str]) -> bool:
    """Create a client; False where the id is taken."""
    cursor.execute(
        "INSERT INTO clients (id, secret_hash, scopes) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
        (client_id, secret_hash, scopes))
    return cursor.rowcount == 1


def update_client(cursor: Cursor, client_id: str, changes: dict[str, Any]) -> None:
    """Set columns of a client: scopes, secret_hash."""
    _update(cursor, "clients", client_id, changes, ("scopes", "secret_hash"))


def enable_client(cursor: Cursor, client_id: str, enabled: bool) -> None:
    """Give a client tokens, or no longer."""
    _enable(cursor, "clients", client_id, enabled)


def audit_page(
    cursor: Cursor, filters: Mapping[str, Any], *, limit: int, after: int | None
) -> list[Row]:
    """A keyset page of the audit log, newest first. Filters: entity_kind, entity_id, actor, action,
    at_from, at_to (exclusive)."""
    return many(
        cursor,
        "SELECT id, at, actor, action, entity_kind, entity_id, before, after, request_id FROM audit_log"
        " WHERE (%(entity_kind)s IS NULL OR entity_kind = %(entity_kind)s)"
        " AND (%(entity_id)s IS NULL OR entity_id = %(entity_id)s)"
        " AND (%(actor)s IS NULL OR actor = %(actor)s) AND (%(action)s IS NULL OR action = %(action)s)"
        " AND (%(at_from)s::timestamptz IS NULL OR at >= %(at_from)s)"
        " AND (%(at_to)s::timestamptz IS NULL OR at < %(at_to)s)"
        " AND (%(after)s IS NULL OR id < %(after)s) ORDER BY id DESC LIMIT %(limit)s",
        {name: filters.get(name) for name in AUDITED_BY} | {"after": after, "limit": limit})


def _update(
    cursor: Cursor, table: str, key: str, changes: dict[str, Any], columns: tuple[str, ...]
) -> None:
    names = [name for name in columns if name in changes]
    if names:
        assignments = ", ".join(f"{name} = %({name})s" for name in names)
        cursor.execute(
            f"UPDATE {table} SET {assignments} WHERE id = %(id)s", changes | {"id": key})  # noqa: S608


def _enable(cursor: Cursor, table: str, key: str, enabled: bool) -> None:
    cursor.execute(
        f"UPDATE {table} SET disabled_at = CASE WHEN %s THEN NULL ELSE coalesce(disabled_at, now()) END"  # noqa: S608
        " WHERE id = %s", (enabled, key))
