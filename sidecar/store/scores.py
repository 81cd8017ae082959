"""Scores and scoring models."""

from __future__ import annotations

from typing import Any

from sidecar.store.database import Cursor, Row, insert, one, update_from


def published_model(cursor: Cursor) -> dict[str, Any] | None:
    """The definition of the scoring model in force."""
    row = one(cursor, "SELECT definition FROM scoring_models WHERE state = 'published'")
    return row["definition"] if row else None


def add(cursor: Cursor, rows: list[Row]) -> None:
    """Append scores; a batch scores a lead once."""
    insert(cursor, "lead_scores", rows, conflict="ON CONFLICT (lead_id, batch_id) DO NOTHING")


def set_latest(cursor: Cursor, rows: list[Row]) -> None:
    """[{id, total (in hundredths), grade, hot (1 if it changed into hot, else 0)}]."""
    update_from(
        cursor, "leads", rows,
        columns={"id": "uuid", "total": "integer", "grade": "text", "hot": "integer"}, key="id",
        changes="""total_score = v.total, grade = v.grade, hot_changes = t.hot_changes + v.hot,
            scored_at = now(), version = t.version + 1, updated_at = now()""",
    )
