"""Sessions of browsers, by the hash of the token in their cookie."""

from __future__ import annotations

from sidecar.store.database import Cursor, Row, many, one
from sidecar.terms.states import SessionEnd, SessionWay

_FIND = """
SELECT s.id::text AS id, u.id::text AS user_id, u.email, u.role,
    CASE WHEN s.ended_at IS NOT NULL THEN s.ended_as WHEN u.disabled_at IS NOT NULL THEN 'disabled'
         WHEN s.expires_at <= now() THEN 'expired'
         WHEN s.seen_at <= now() - $2 * interval '1 minute' THEN 'idle' END AS ended_as,
    s.seen_at < now() - interval '1 minute' AS to_note
FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.token_hash = $1"""


def add(
    cursor: Cursor, token_hash: bytes, user_id: str, *, way: SessionWay, user_agent: str, days: int
) -> str:
    """Begin a session: its id."""
    row = one(
        cursor, "INSERT INTO sessions (token_hash, user_id, way, user_agent, expires_at)"
        " VALUES (%s, %s, %s, %s, now() + %s * interval '1 day') RETURNING id::text AS id",
        (token_hash, user_id, way, user_agent, days))
    return str((row or {})["id"])


def find(cursor: Cursor, token_hash: bytes, idle_minutes: int) -> Row | None:
    """A session and its user as they are now: {id, user_id, email, role, ended_as (why it has ended, or
    None), to_note (whether it was not seen for a minute)}."""
    return one(cursor, cursor.prepared(_FIND), (token_hash, idle_minutes))


def note_seen(cursor: Cursor, session_id: str) -> None:
    """It is used now."""
    cursor.execute("UPDATE sessions SET seen_at = now() WHERE id = %s AND ended_at IS NULL"
                   " AND seen_at < now() - interval '1 minute'", (session_id,))


def end(cursor: Cursor, token_hash: bytes) -> None:
    """Its browser signed out."""
    cursor.execute("UPDATE sessions SET ended_at = now(), ended_as = 'signed_out' WHERE token_hash = %s"
                   " AND ended_at IS NULL", (token_hash,))


def end_all(cursor: Cursor, user_id: str, why: SessionEnd, *, but: str | None = None) -> int:
    """End every session of a user `but` one; how many there were."""
    cursor.execute(
        "UPDATE sessions SET ended_at = now(), ended_as = %s WHERE user_id = %s AND ended_at IS NULL"
        " AND (%s::uuid IS NULL OR id <> %s::uuid)", (why, user_id, but, but))
    return cursor.rowcount


def end_one(cursor: Cursor, user_id: str, session_id: str) -> bool:
    """End a session of a user from another one; whether there was one."""
    cursor.execute(
        "UPDATE sessions SET ended_at = now(), ended_as = 'elsewhere' WHERE user_id = %s AND id = %s"
        " AND ended_at IS NULL", (user_id, session_id))
    return cursor.rowcount == 1


def of_user(cursor: Cursor, user_id: str, idle_minutes: int) -> list[Row]:
    """The sessions of a user that go on, the last used first: [{id, way, user_agent, created_at, seen_at,
    expires_at}]."""
    return many(
        cursor, "SELECT id::text AS id, way, user_agent, created_at, seen_at, expires_at FROM sessions"
        " WHERE user_id = %s AND ended_at IS NULL AND expires_at > now()"
        " AND seen_at > now() - %s * interval '1 minute' ORDER BY seen_at DESC, id DESC",
        (user_id, idle_minutes))


def user(cursor: Cursor, user_id: str) -> Row | None:
    """Who is signed in: {id, name, email, role, language, time_zone}."""
    return one(cursor, "SELECT id::text AS id, name, email, role, language, time_zone FROM users"
               " WHERE id = %s AND disabled_at IS NULL", (user_id,))
