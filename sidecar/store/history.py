"""n8n's database, of which the sidecar may do one thing only (sql/server/n8n_history.sql)."""

from __future__ import annotations

from collections.abc import Iterable

from sidecar.store.database import Cursor


def forget(cursor: Cursor, traces: Iterable[str]) -> None:
    """Delete the runs that hold one of the texts, which are in lower case."""
    cursor.execute("SELECT forget_person(%s)", (sorted(traces),))
