"""Answers that were given under an Idempotency-Key."""

from __future__ import annotations

from sidecar.store import locks
from sidecar.store.database import Cursor, Row, one


def lock(cursor: Cursor, caller: str, key: str) -> bool:
    """Hold this key until the transaction ends; False when another request holds it."""
    row = one(
        cursor, "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, %s)) AS held",
        (f"{caller}\x1f{key}", locks.IDEMPOTENCY_SEED))
    return bool(row and row["held"])


def find(cursor: Cursor, caller: str, key: str, seconds: int) -> Row | None:
    """{fingerprint, status, answer} that is not older than so many seconds."""
    return one(
        cursor, "SELECT fingerprint, status, answer FROM idempotency_keys WHERE caller = %s AND"
        " key = %s AND created_at > now() - %s * interval '1 second'", (caller, key, seconds))


def save(cursor: Cursor, caller: str, key: str, fingerprint: str, status: int, answer: bytes) -> None:
    """Keep an answer."""
    cursor.execute(
        "INSERT INTO idempotency_keys (caller, key, fingerprint, status, answer)"
        " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (caller, key) DO UPDATE SET"
        " fingerprint = excluded.fingerprint, status = excluded.status, answer = excluded.answer,"
        " created_at = now()", (caller, key, fingerprint, status, answer))
