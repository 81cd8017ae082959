"""Which backups there are, as whoever makes them tells."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from psycopg2.extensions import cursor as PlainCursor


def record(cursor: PlainCursor, name: str, taken_at: datetime, release: str, size: int,
           verified_at: datetime | None) -> None:
    """Note a backup of that many bytes, and when it was last restored to try it. A database that a backup
    before an upgrade is made of may have no table for it yet."""
    cursor.execute("SELECT to_regclass('public.backups') IS NOT NULL")
    if (found := cursor.fetchone()) and found[0]:
        cursor.execute(
            "INSERT INTO public.backups (name, taken_at, release, bytes, verified_at)"
            " VALUES (%s, %s, %s, %s, %s)"
            " ON CONFLICT (name) DO UPDATE SET verified_at = excluded.verified_at",
            (name, taken_at, release, size, verified_at))


def forget(cursor: PlainCursor, names: Iterable[str]) -> None:
    """Backups that were removed."""
    cursor.execute("DELETE FROM public.backups WHERE name = ANY(%s)", (list(names),))
