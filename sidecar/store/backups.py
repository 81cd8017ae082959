"""Which backups there are, as whoever makes them tells."""

from __future__ import annotations

from datetime import datetime

from psycopg2.extensions import cursor as PlainCursor

from sidecar.store.database import Cursor, one


def record(cursor: PlainCursor, name: str, taken_at: datetime, release: str, size: int,
           verified_at: datetime | None) -> None:
    """Note a backup of that many bytes, and when it was last restored to try it. A database that a backup
    before an upgrade is made of may have no table for it yet. Those of a year ago are forgotten."""
    cursor.execute("SELECT FROM pg_tables WHERE schemaname = 'public' AND tablename = 'backups'")
    if cursor.rowcount:
        cursor.execute("DELETE FROM public.backups WHERE taken_at < %s - interval '1 year'", (taken_at,))
        cursor.execute(
            "INSERT INTO public.backups (name, taken_at, release, bytes, verified_at)"
            " VALUES (%s, %s, %s, %s, %s)"
            " ON CONFLICT (name) DO UPDATE SET verified_at = excluded.verified_at",
            (name, taken_at, release, size, verified_at))


def ages(cursor: Cursor) -> dict[str, float]:
    """Seconds since the last backup was `made`, and since one was last `verified`; infinite when none was,
    the latter absent where there are archived ones alone: these are tried by no command."""
    found = one(cursor, """
        SELECT coalesce(extract(epoch FROM now() - max(taken_at)), 'Infinity')::float8 AS made,
               coalesce(extract(epoch FROM now() - max(verified_at)), 'Infinity')::float8 AS verified,
               count(*) > 0 AND bool_and(verified_at IS NULL AND name !~ 'Z$') AS archived
        FROM backups""") or {}
    return {"made": found["made"]} | ({} if found["archived"] else {"verified": found["verified"]})
