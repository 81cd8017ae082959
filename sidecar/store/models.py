"""Scoring models as scoring asks for them; the life of their versions is `store/versions.py`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from psycopg2.extras import Json

from sidecar.store.database import Cursor, Row, many, one


def in_force(cursor: Cursor) -> list[Row]:
    """{id, edits, key} of the published ones, by key."""
    return many(cursor, cursor.prepared(
        "SELECT id, edits, key FROM scoring_models WHERE state = 'published' ORDER BY key"))


def definitions(cursor: Cursor, ids: Iterable[int]) -> dict[int, Any]:
    """Models by id."""
    return {row["id"]: row["definition"] for row in many(
        cursor, "SELECT id, definition FROM scoring_models WHERE id = ANY(%s)", (list(ids),))}


def of_version(cursor: Cursor, version: str) -> Any:
    """The model of a version; None where there is none."""
    row = one(cursor, "SELECT definition FROM scoring_models WHERE version = %s", (version,))
    return row and row["definition"]


def keep_shipped(cursor: Cursor, key: str, definition: Mapping[str, Any]) -> None:
    """The model that is shipped, beside those that people made."""
    cursor.execute(
        "INSERT INTO scoring_models (key, version, definition, state, created_by)"
        " VALUES (%s, %s, %s, 'shipped', 'shipped')", (key, definition["version"], Json(definition)))
