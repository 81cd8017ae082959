"""Clients, users and refresh tokens."""

from __future__ import annotations

from typing import Any

from psycopg2.extras import Json

from sidecar.store.database import Cursor, Row, insert, one


def client(cursor: Cursor, client_id: str) -> Row | None:
    """{id, secret_hash, scopes} of an enabled client."""
    return one(
        cursor, "SELECT id, secret_hash, scopes FROM clients WHERE id = %s AND disabled_at IS NULL",
        (client_id,),
    )


def save_client(cursor: Cursor, client_id: str, secret_hash: str, scopes: list[str]) -> None:
    """Create a client or give it a new secret and scopes."""
    cursor.execute(
        "INSERT INTO clients (id, secret_hash, scopes) VALUES (%s, %s, %s) ON CONFLICT (id)"
        " DO UPDATE SET secret_hash = excluded.secret_hash, scopes = excluded.scopes,"
        " disabled_at = NULL", (client_id, secret_hash, scopes),
    )


def user(cursor: Cursor, email: str, *, lock: bool = False) -> Row | None:
    """A user by mail address in lower case, disabled ones too."""
    sql = ("SELECT id::text AS id, email, name, password_hash, role, disabled_at IS NOT NULL AS disabled"
           " FROM users WHERE email = %s")
    return one(cursor, sql + (" FOR NO KEY UPDATE" if lock else ""), (email,))


def user_of_token(cursor: Cursor, token_hash: bytes) -> Row | None:
    """The enabled user of a refresh token, locked before the token: whoever ends a user's sign-ins
    locks in this order too."""
    return one(
        cursor, "SELECT id::text AS id, email, name, role FROM users WHERE disabled_at IS NULL AND id ="
        " (SELECT user_id FROM refresh_tokens WHERE token_hash = %s) FOR NO KEY UPDATE", (token_hash,),
    )


def user_of_identity(cursor: Cursor, identity: str, email: str, *, lock: bool = False) -> Row | None:
    """The user who signs in as this identity of an OIDC provider, else the one of this address: {id, role,
    disabled, oidc_identity}."""
    sql = ("SELECT id::text AS id, role, disabled_at IS NOT NULL AS disabled, oidc_identity FROM users"
           " WHERE oidc_identity = %s OR email = %s"
           " ORDER BY coalesce(oidc_identity = %s, false) DESC LIMIT 1")
    return one(cursor, sql + (" FOR NO KEY UPDATE" if lock else ""), (identity, email, identity))


def link_identity(cursor: Cursor, user_id: str, identity: str) -> None:
    """From now on this user is this identity of an OIDC provider."""
    cursor.execute("UPDATE users SET oidc_identity = %s WHERE id = %s", (identity, user_id))


def is_admin(cursor: Cursor, kind: str, caller_id: str) -> bool:
    """Whether this user or client is enabled and an admin at this moment."""
    sql = ("SELECT 1 FROM users WHERE id::text = %s AND role = 'admin' AND disabled_at IS NULL"
           if kind == "user" else
           "SELECT 1 FROM clients WHERE id = %s AND 'admin' = ANY(scopes) AND disabled_at IS NULL")
    return one(cursor, sql, (caller_id,)) is not None


def save_user(cursor: Cursor, email: str, password_hash: str, role: str, name: str | None) -> None:
    """Create a user or give them a new password and role."""
    cursor.execute(
        "INSERT INTO users (email, password_hash, role, name) VALUES (lower(%s), %s, %s, %s)"
        " ON CONFLICT (email) DO UPDATE SET password_hash = excluded.password_hash,"
        " role = excluded.role, name = coalesce(excluded.name, users.name), disabled_at = NULL",
        (email, password_hash, role, name),
    )


def note_attempt(cursor: Cursor, key: str) -> Row:
    """Count a sign-in by its hashed address: {failures, locked_for}; while locked it is not counted."""
    row = one(
        cursor,
        """INSERT INTO sign_in_failures AS f (key_hash) VALUES (%s)
           ON CONFLICT (key_hash) DO UPDATE SET last_at = now(), failures = CASE
               WHEN f.locked_until > now() THEN f.failures
               WHEN f.last_at < now() - interval '1 day' THEN 1 ELSE f.failures + 1 END
           RETURNING failures,
               greatest(0, ceil(extract(epoch FROM locked_until - now())))::int AS locked_for""", (key,))
    return row or {"failures": 0, "locked_for": 0}


def lock_sign_in(cursor: Cursor, key: str, seconds: int) -> None:
    """Refuse sign-ins under this address for a while."""
    cursor.execute("UPDATE sign_in_failures SET locked_until = now() + %s * interval '1 second'"
                   " WHERE key_hash = %s", (seconds, key))


def forget_failures(cursor: Cursor, key: str) -> None:
    """A right password, or a new one."""
    cursor.execute("DELETE FROM sign_in_failures WHERE key_hash = %s", (key,))


def note_sign_in(cursor: Cursor, user_id: str) -> None:
    """A right password."""
    cursor.execute("UPDATE users SET last_sign_in_at = now() WHERE id = %s", (user_id,))


def add_token(cursor: Cursor, token_hash: bytes, family: str, user_id: str, days: int) -> None:
    """Remember a refresh token by its hash."""
    cursor.execute(
        "INSERT INTO refresh_tokens (token_hash, family_id, user_id, expires_at)"
        " VALUES (%s, %s, %s, now() + %s * interval '1 day')", (token_hash, family, user_id, days),
    )


def take_token(cursor: Cursor, token_hash: bytes) -> Row | None:
    """A refresh token, locked: {family_id, user_id, rotated, usable}."""
    return one(
        cursor,
        "SELECT family_id::text AS family_id, user_id::text AS user_id,"
        " rotated_at IS NOT NULL AS rotated, coalesce(rotated_at > now() - interval '5 seconds',"
        " false) AS just_rotated, revoked_at IS NULL AND expires_at > now() AS usable"
        " FROM refresh_tokens WHERE token_hash = %s FOR UPDATE", (token_hash,),
    )


def rotate_token(cursor: Cursor, token_hash: bytes) -> None:
    """This refresh token has been used."""
    cursor.execute(
        "UPDATE refresh_tokens SET rotated_at = coalesce(rotated_at, now()) WHERE token_hash = %s",
        (token_hash,),
    )


def revoke_family(cursor: Cursor, family_id: str) -> int:
    """Every token that came from the same sign-in ends; how many there were."""
    cursor.execute(
        "UPDATE refresh_tokens SET revoked_at = now() WHERE family_id = %s AND revoked_at IS NULL",
        (family_id,),
    )
    return cursor.rowcount


def audit_all(cursor: Cursor, rows: list[dict[str, Any]]) -> None:
    """Whole lines of the audit log: [{actor, action, entity_kind, entity_id, before, after, request_id}]."""
    insert(cursor, "audit_log", rows, columns=(
        "actor", "action", "entity_kind", "entity_id", "before", "after", "request_id"))


def audit(cursor: Cursor, actor: str, action: str, kind: str, entity_id: str, **more: Any) -> None:
    """Who did what to which entity; `more`: before, after (dicts without personal data), request_id."""
    cursor.execute(
        "INSERT INTO audit_log (actor, action, entity_kind, entity_id, before, after, request_id)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s)",
        (actor, action, kind, entity_id, Json(more.get("before")), Json(more.get("after")),
         more.get("request_id")),
    )
