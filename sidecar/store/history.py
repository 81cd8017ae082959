"""n8n's database, in which the sidecar may forget and nothing else (sql/server/n8n_history.sql)."""

from __future__ import annotations

from collections.abc import Iterable

from sidecar.store.database import Cursor, one


def forget(cursor: Cursor, traces: Iterable[str]) -> None:
    """Delete the runs and files that hold one of the texts, which are in lower case."""
    cursor.execute("SELECT forget_person(%s)", (sorted(traces),))


def forget_files(cursor: Cursor) -> bool:
    """Delete the files of runs that are over; whether this database, which may be older, can do that."""
    able = one(cursor, "SELECT to_regprocedure('forget_files_of_ended_runs()') IS NOT NULL AS able")
    if not able or not able["able"]:
        return False
    cursor.execute("SELECT forget_files_of_ended_runs()")
    return True
