"""Clients, users and refresh tokens."""

from __future__ import annotations

from typing import Any

from psycopg2.extras import Json

from sidecar.store.database import Cursor, Row, many, one


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


def clients(cursor: Cursor) -> list[Row]:
    """All clients without their secrets."""
    return many(
        cursor, "SELECT id, scopes, disabled_at, created_at FROM clients ORDER BY id"
    )


def disable_client(cursor: Cursor, client_id: str) -> bool:
    """No new tokens for this client."""
    cursor.execute("UPDATE clients SET disabled_at = now() WHERE id = %s", (client_id,))
    return cursor.rowcount == 1


def user(cursor: Cursor, email: str) -> Row | None:
    """A user by mail address, disabled ones too."""
    return one(
        cursor,
        "SELECT id::text AS id, email, name, password_hash, role, failures,"
        " greatest(0, ceil(extract(epoch FROM locked_until - now())))::int AS locked_for,"
        " disabled_at IS NOT NULL AS disabled FROM users WHERE email = lower(%s) FOR UPDATE",
        (email,),
    )


def user_by_id(cursor: Cursor, user_id: str) -> Row | None:
    """An enabled user."""
    return one(
        cursor, "SELECT id::text AS id, email, name, role FROM users"
        " WHERE id = %s AND disabled_at IS NULL", (user_id,),
    )


def save_user(cursor: Cursor, email: str, password_hash: str, role: str, name: str | None) -> None:
    """Create a user or give them a new password and role."""
    cursor.execute(
        "INSERT INTO users (email, password_hash, role, name) VALUES (lower(%s), %s, %s, %s)"
        " ON CONFLICT (email) DO UPDATE SET password_hash = excluded.password_hash,"
        " role = excluded.role, name = coalesce(excluded.name, users.name), failures = 0,"
        " locked_until = NULL, disabled_at = NULL", (email, password_hash, role, name),
    )


def users(cursor: Cursor) -> list[Row]:
    """All users without their passwords."""
    return many(
        cursor, "SELECT id::text AS id, email, name, role, disabled_at, created_at, last_sign_in_at"
        " FROM users ORDER BY email",
    )


def disable_user(cursor: Cursor, email: str) -> bool:
    """No sign-in and no refresh for this user."""
    cursor.execute(
        "WITH u AS (UPDATE users SET disabled_at = now() WHERE email = lower(%s) RETURNING id)"
        " UPDATE refresh_tokens SET revoked_at = now() WHERE user_id IN (SELECT id FROM u)"
        " AND revoked_at IS NULL", (email,),
    )
    return one(cursor, "SELECT 1 AS found FROM users WHERE email = lower(%s)", (email,)) is not None


def note_failure(cursor: Cursor, user_id: str, locked_for: int) -> None:
    """A wrong password; locked for some seconds when there were several."""
    cursor.execute(
        "UPDATE users SET failures = failures + 1,"
        " locked_until = now() + %s * interval '1 second' WHERE id = %s", (locked_for, user_id),
    )


def note_sign_in(cursor: Cursor, user_id: str) -> None:
    """A right password."""
    cursor.execute(
        "UPDATE users SET failures = 0, locked_until = NULL, last_sign_in_at = now() WHERE id = %s",
        (user_id,),
    )


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


def revoke_family(cursor: Cursor, family_id: str) -> None:
    """Every token that came from the same sign-in ends."""
    cursor.execute(
        "UPDATE refresh_tokens SET revoked_at = now() WHERE family_id = %s AND revoked_at IS NULL",
        (family_id,),
    )


def audit(cursor: Cursor, actor: str, action: str, kind: str, entity_id: str, **more: Any) -> None:
    """Who did what to which entity; `more`: before, after (dicts without personal data), request_id."""
    cursor.execute(
        "INSERT INTO audit_log (actor, action, entity_kind, entity_id, before, after, request_id)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s)",
        (actor, action, kind, entity_id, Json(more.get("before")), Json(more.get("after")),
         more.get("request_id")),
    )
