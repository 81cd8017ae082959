"""Keyset pages: who wants to know whether more follows asks for one row more than the page has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sidecar.store.database import Row


def by_id(row: Row) -> list[Any]:
    """After which row the next page begins, where rows are in the order of their ids."""
    return [row["id"]]


def paged(
    rows: list[Row], limit: int, key: Callable[[Row], list[Any]] = by_id
) -> tuple[list[Row], list[Any] | None]:
    """Of up to `limit` + 1 rows: (the page, the `key` of its last row when more follow, else None)."""
    return rows[:limit], key(rows[limit - 1]) if len(rows) > limit else None
