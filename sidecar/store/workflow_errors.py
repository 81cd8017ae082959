"""Failed n8n executions, as the error workflow told them."""

from __future__ import annotations

from collections.abc import Iterable

from sidecar.store.database import Cursor, Row, insert, many


def record(cursor: Cursor, row: Row) -> None:
    """Keep a failed execution."""
    insert(cursor, "workflow_errors", [row])


def page(cursor: Cursor, limit: int, after: str | None) -> list[Row]:
    """Failed executions, newest first."""
    return many(
        cursor,
        "SELECT id::text AS id, execution_id, workflow_id, workflow_name, node, message,"
        " batch_id::text AS batch_id, occurred_at FROM workflow_errors"
        " WHERE %(after)s IS NULL OR id < %(after)s::uuid ORDER BY workflow_errors.id DESC LIMIT %(limit)s",
        {"limit": limit, "after": after},
    )


def forget(cursor: Cursor, traces: Iterable[str]) -> None:
    """Delete failures, and messages to operations, that hold one of the texts, which are in lower case."""
    texts = sorted(traces)
    cursor.execute(
        "DELETE FROM workflow_errors WHERE EXISTS (SELECT FROM unnest(%s::text[]) trace"
        " WHERE position(trace IN lower(concat_ws(' ', workflow_name, node, message))) > 0)", (texts,))
    cursor.execute(
        "DELETE FROM notifications WHERE kind = 'operations' AND EXISTS (SELECT FROM unnest(%s::text[]) trace"
        " WHERE position(trace IN lower(content::text)) > 0)", (texts,))
