"""Failed n8n executions, as the error workflow tells them: kept without what identifies a person."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from sidecar.engine import Engine
from sidecar.ids import new_id
from sidecar.masking import redact
from sidecar.pipeline.closing import fail_execution
from sidecar.pipeline.messages import owe_operations
from sidecar.store import workflow_errors
from sidecar.store.database import Row
from sidecar.store.paging import paged


def record_error(engine: Engine, told: dict[str, Any]) -> dict[str, Any]:
    """A failed n8n execution: kept, its leads taken back, operations told once per hour and node."""
    error_id = new_id()
    told = {name: value and redact(value) for name, value in told.items()}
    with engine.database.write() as cursor:
        batch_id = fail_execution(
            cursor, told["execution_id"], engine.settings.max_attempts) if told.get("execution_id") else None
        workflow_errors.record(cursor, {"id": error_id, "batch_id": batch_id, **told})
        owe_operations(
            engine, cursor,
            title=f"Workflow failed: {told.get('workflow_name') or 'unknown'}",
            detail=f"Node: {told.get('node') or 'unknown'}. {told.get('message') or ''}".strip(),
            about=f"{told.get('workflow_id')}:{told.get('node')}",
        )
    return {"error_id": error_id, "batch_failed": batch_id is not None}


def list_errors(
    engine: Engine, *, limit: int, after: list[Any] | None
) -> tuple[list[Row], list[Any] | None]:
    """Failed executions, newest first, each with where n8n shows it."""
    with engine.database.read(may_lag=True) as cursor:
        rows, following = paged(
            workflow_errors.page(cursor, limit + 1, after[0] if after else None), limit)
    return [row | {"url": _address(engine.settings.n8n_editor_url, row)} for row in rows], following


def _address(editor: str | None, row: Row) -> str | None:
    if not (editor and row["workflow_id"] and row["execution_id"]):
        return None
    workflow, execution = (quote(row[name], safe="") for name in ("workflow_id", "execution_id"))
    return f"{editor.rstrip('/')}/workflow/{workflow}/executions/{execution}"
