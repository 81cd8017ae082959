"""Versions of models: drafts, those in force, those that were. Each kind of model has a table of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from psycopg2.extras import Json

from sidecar.store import locks
from sidecar.store.database import Cursor, Row, many, one


@dataclass(frozen=True, slots=True)
class Table:
    """Where the versions of a kind of model stand. `lock`: of who changes which there are. `only`: what the
    one model is called of which they are; None: of several, each by its `key`, with a `number` of its own."""

    name: str
    lock: int
    only: str | None = None

    @property
    def brief(self) -> str:
        """The columns of a version without what it says."""
        return f"""id, {'key, number, ' if self.only is None else ''}version, state, based_on, edits,
            created_by, created_at, updated_at, published_by, published_at, retired_by, retired_at"""

    @property
    def whole(self) -> str:
        """All columns of a version."""
        return f"{self.brief}, definition"

    @property
    def of_key(self) -> str:
        """The condition of the versions of %(key)s."""
        return "key = %(key)s" if self.only is None else "true"


SCORING = Table("scoring_models", locks.MODELS)
ROUTING = Table("routing_models", locks.ROUTING_MODELS, only="routing")


def lock(cursor: Cursor, table: Table) -> None:
    """Who changes which versions there are or are in force does it alone until the transaction ends."""
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", (table.lock,))


def page(
    cursor: Cursor, table: Table, limit: int, after: int | None, *, key: str | None, state: str | None
) -> list[Row]:
    """Versions without what they say, the newest first; key None: of all models."""
    return many(
        cursor, f"SELECT {table.brief} FROM {table.name} WHERE (%(after)s IS NULL OR id < %(after)s)"  # noqa: S608
        f" AND (%(key)s IS NULL OR {table.of_key}) AND (%(state)s IS NULL OR state = %(state)s)"
        " ORDER BY id DESC LIMIT %(limit)s", {"after": after, "key": key, "state": state, "limit": limit})


def get(cursor: Cursor, table: Table, model_id: int, *, lock: bool = False) -> Row | None:
    """One version, whole."""
    return one(cursor, f"SELECT {table.whole} FROM {table.name} WHERE id = %s"  # noqa: S608
                       f"{' FOR UPDATE' if lock else ''}", (model_id,))


def in_force(cursor: Cursor, table: Table) -> list[Row]:
    """The published ones, whole, by their versions: one of each model at most."""
    return many(cursor, cursor.prepared(
        f"SELECT {table.whole} FROM {table.name} WHERE state = 'published' ORDER BY version"))  # noqa: S608


def published(cursor: Cursor, table: Table, key: str | None = None) -> Row | None:
    """The version of a model that is in force, whole."""
    return next((row for row in in_force(cursor, table) if row.get("key") == key), None)


def add(
    cursor: Cursor, table: Table, key: str | None, definition: Mapping[str, Any], by: str, *,
    based_on: int | None = None,
) -> Row:
    """A new draft: the next number of its model makes its version, e.g. emea@3. (The models that are shipped
    have no @ in theirs.)"""
    keyed = table.only is None
    number = "number" if keyed else "split_part(version, '@', 2)::int"
    [row] = many(
        cursor,
        f"""
        WITH next AS (
            SELECT number, %(name)s || '@' || number AS version FROM (
                SELECT coalesce(max({number}), 0) + 1 AS number FROM {table.name} WHERE {table.of_key}) n)
        INSERT INTO {table.name} (version, definition, created_by, based_on{', key, number' if keyed else ''})
        SELECT version, %(definition)s::jsonb || jsonb_build_object('version', version), %(by)s, %(based_on)s
            {', %(key)s, number' if keyed else ''} FROM next
        RETURNING {table.whole}""",  # noqa: S608
        {"key": key, "name": table.only or key, "definition": Json(definition), "by": by,
         "based_on": based_on})
    return row


def edit(cursor: Cursor, table: Table, model_id: int, definition: Mapping[str, Any]) -> None:
    """What a draft says."""
    cursor.execute(f"UPDATE {table.name} SET definition = %s, edits = edits + 1, updated_at = now()"  # noqa: S608
                   " WHERE id = %s", (Json(definition), model_id))


def remove(cursor: Cursor, table: Table, model_id: int) -> None:
    """A draft that nobody wants. What was made from it was made from what it was made from."""
    cursor.execute(f"UPDATE {table.name} m SET based_on = d.based_on FROM {table.name} d"  # noqa: S608
                   " WHERE d.id = %s AND m.based_on = d.id", (model_id,))
    cursor.execute(f"DELETE FROM {table.name} WHERE id = %s AND state = 'draft'", (model_id,))  # noqa: S608


def retire(cursor: Cursor, table: Table, key: str | None, by: str) -> None:
    """No version of a model is in force."""
    cursor.execute(
        f"UPDATE {table.name} SET state = 'retired', retired_at = now(), retired_by = %(by)s,"  # noqa: S608
        f" edits = edits + 1, updated_at = now() WHERE {table.of_key} AND state = 'published'",
        {"key": key, "by": by})


def publish(cursor: Cursor, table: Table, model_id: int, by: str) -> None:
    """A draft is in force; the version before has to be retired."""
    cursor.execute(
        f"UPDATE {table.name} SET state = 'published', published_at = now(), published_by = %s,"  # noqa: S608
        " edits = edits + 1, updated_at = now() WHERE id = %s", (by, model_id))
