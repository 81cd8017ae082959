"""Scores and scoring models."""

from __future__ import annotations

from typing import Any

from sidecar.store.database import Cursor, Row, insert_returning, one, update_from


def published_model(cursor: Cursor) -> dict[str, Any] | None:
    """The definition of the scoring model in force."""
    row = one(cursor, "SELECT definition FROM scoring_models WHERE state = 'published'")
    return row["definition"] if row else None


def add(cursor: Cursor, rows: list[Row]) -> set[str]:
    """Keep scores, of each claim the last one of a lead. The leads whose total or grade is another than this
    claim found before."""
    kept = insert_returning(
        cursor, "lead_scores", rows,
        conflict="""ON CONFLICT (lead_id, batch_id) DO UPDATE SET total_score = excluded.total_score,
            grade = excluded.grade, breakdown = excluded.breakdown, model_version = excluded.model_version,
            calculated_at = excluded.calculated_at""",
        # The statement sees the row as it was before.
        returning="""lead_id::text AS lead_id, NOT EXISTS (SELECT 1 FROM lead_scores s
            WHERE s.id = lead_scores.id AND (s.total_score, s.grade)
                  = (lead_scores.total_score, lead_scores.grade)) AS changed""")
    return {row["lead_id"] for row in kept if row["changed"]}


def set_latest(cursor: Cursor, rows: list[Row]) -> None:
    """[{id, total (in hundredths), grade, hot (1 if it changed into hot, else 0)}]."""
    update_from(
        cursor, "leads", rows,
        columns={"id": "uuid", "total": "integer", "grade": "text", "hot": "integer"}, key="id",
        changes="""total_score = v.total, grade = v.grade, hot_changes = t.hot_changes + v.hot,
            scored_at = now(), version = t.version + 1, updated_at = now()""",
    )
