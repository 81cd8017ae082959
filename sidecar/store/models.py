"""Versions of scoring models: drafts, those in force, those that were."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from psycopg2.extras import Json

from sidecar.store import locks
from sidecar.store.database import Cursor, Row, many, one

_BRIEF = """id, key, number, version, state, based_on, edits, created_by, created_at, updated_at,
    published_by, published_at, retired_by, retired_at"""
_WHOLE = f"{_BRIEF}, definition"


def lock(cursor: Cursor) -> None:
    """Who changes which models there are or are in force does it alone until the transaction ends."""
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", (locks.MODELS,))


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


def in_force_whole(cursor: Cursor) -> list[Row]:
    """The published ones, whole, by key."""
    return many(cursor, f"SELECT {_WHOLE} FROM scoring_models WHERE state = 'published' ORDER BY key")  # noqa: S608


def page(
    cursor: Cursor, limit: int, after: int | None, *, key: str | None, state: str | None
) -> list[Row]:
    """Versions without what they say, the newest first."""
    return many(
        cursor, f"SELECT {_BRIEF} FROM scoring_models WHERE (%(after)s IS NULL OR id < %(after)s)"  # noqa: S608
        " AND (%(key)s IS NULL OR key = %(key)s) AND (%(state)s IS NULL OR state = %(state)s)"
        " ORDER BY id DESC LIMIT %(limit)s", {"after": after, "key": key, "state": state, "limit": limit})


def get(cursor: Cursor, model_id: int, *, lock: bool = False) -> Row | None:
    """One version, whole."""
    return one(cursor, f"SELECT {_WHOLE} FROM scoring_models WHERE id = %s"  # noqa: S608
                       f"{' FOR UPDATE' if lock else ''}", (model_id,))


def published(cursor: Cursor, key: str) -> Row | None:
    """The version of a model that is in force, whole."""
    return one(cursor, f"SELECT {_WHOLE} FROM scoring_models WHERE key = %s AND state = 'published'",  # noqa: S608
               (key,))


def add(
    cursor: Cursor, key: str, definition: Mapping[str, Any], by: str, *, based_on: int | None = None,
) -> Row:
    """A new draft: the next number of its key, which makes its version, e.g. emea@3. (The models that are
    shipped have no @ in theirs.)"""
    [row] = many(
        cursor,
        f"""
        WITH next AS (SELECT coalesce(max(number), 0) + 1 AS number FROM scoring_models WHERE key = %(key)s)
        INSERT INTO scoring_models (key, number, version, definition, created_by, based_on)
        SELECT %(key)s, number, %(key)s || '@' || number,
               %(definition)s::jsonb || jsonb_build_object('version', %(key)s || '@' || number), %(by)s,
               %(based_on)s FROM next
        RETURNING {_WHOLE}""",  # noqa: S608
        {"key": key, "definition": Json(definition), "by": by, "based_on": based_on})
    return row


def keep_shipped(cursor: Cursor, key: str, definition: Mapping[str, Any]) -> None:
    """The model that is shipped, beside those that people made."""
    cursor.execute(
        "INSERT INTO scoring_models (key, version, definition, state, created_by)"
        " VALUES (%s, %s, %s, 'shipped', 'shipped')", (key, definition["version"], Json(definition)))


def edit(cursor: Cursor, model_id: int, definition: Mapping[str, Any]) -> None:
    """What a draft says."""
    cursor.execute("UPDATE scoring_models SET definition = %s, edits = edits + 1, updated_at = now()"
                   " WHERE id = %s", (Json(definition), model_id))


def remove(cursor: Cursor, model_id: int) -> None:
    """A draft that nobody wants."""
    cursor.execute("DELETE FROM scoring_models WHERE id = %s AND state = 'draft'", (model_id,))


def retire(cursor: Cursor, key: str, by: str) -> None:
    """No version of a model is in force."""
    cursor.execute(
        "UPDATE scoring_models SET state = 'retired', retired_at = now(), retired_by = %s, edits = edits + 1,"
        " updated_at = now() WHERE key = %s AND state = 'published'", (by, key))


def publish(cursor: Cursor, model_id: int, by: str) -> None:
    """A draft is in force; the version before has to be retired."""
    cursor.execute(
        "UPDATE scoring_models SET state = 'published', published_at = now(), published_by = %s,"
        " edits = edits + 1, updated_at = now() WHERE id = %s", (by, model_id))
