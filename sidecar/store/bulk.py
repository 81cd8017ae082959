"""The leads that a job of people changes: which they are, what became of each, what it was before."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sidecar.store.database import Cursor, Row, as_array, many, one, update_from


def choose(cursor: Cursor, job_id: str, lead_ids: Collection[str]) -> int:
    """These leads are the job's: how many there are."""
    cursor.execute(
        "INSERT INTO job_leads (job_id, lead_id) SELECT %s, id FROM leads WHERE id = ANY(%s::uuid[])"
        " ORDER BY id", (job_id, as_array(lead_ids)))
    return cursor.rowcount


def following(cursor: Cursor, job_id: str, outcome: str | None, limit: int) -> list[Row]:
    """The next leads of a job of which this became (None: nothing yet), in order: [{id, before}]."""
    return many(
        cursor, "SELECT lead_id::text AS id, before FROM job_leads WHERE job_id = %s"
        " AND outcome IS NOT DISTINCT FROM %s ORDER BY lead_id LIMIT %s", (job_id, outcome, limit))


def note(cursor: Cursor, job_id: str, rows: Sequence[Row]) -> None:
    """What became of leads: [{id, outcome, before}]; without `before` that stays as it is."""
    update_from(
        cursor, "job_leads", [{"lead_id": row["id"], "job_id": job_id} | row for row in rows],
        columns={"lead_id": "uuid", "job_id": "uuid", "outcome": "text", "before": "jsonb"}, key="lead_id",
        where="t.job_id = v.job_id", changes="outcome = v.outcome, before = coalesce(v.before, t.before)")


def outcomes(cursor: Cursor, job_id: str) -> dict[str, int]:
    """How many leads of a job became what."""
    return {row["outcome"]: row["n"] for row in many(
        cursor, "SELECT outcome, count(*) AS n FROM job_leads WHERE job_id = %s AND outcome IS NOT NULL"
        " GROUP BY outcome", (job_id,))}


def kept(cursor: Cursor, job_id: str, limit: int) -> list[str]:
    """The first leads that somebody changed since, so that they were not taken back."""
    return [row["id"] for row in following(cursor, job_id, "kept", limit)]


def begin_undo(cursor: Cursor, job_id: str, plan: bytes) -> bool:
    """Take a job back from now on, by this plan; whether there is something left to take back."""
    return one(
        cursor, "UPDATE jobs SET state = 'undoing', plan = %s, attempts = 0, updated_at = now() WHERE id = %s"
        " AND EXISTS (SELECT FROM job_leads WHERE job_id = jobs.id) RETURNING id", (plan, job_id)) is not None
