"""Batches and work items: leases, lanes, split on failure, dead letters."""

from __future__ import annotations

from sidecar.errors import LeaseLost
from sidecar.store import calls, locks
from sidecar.store.database import Cursor, Row, many, one, update_from

# In the order in which they are served: people before imports.
LANES = ("interactive", "bulk")
UNFINISHED = ("queued", "leased", "waiting", "scored", "dead")


def expire(cursor: Cursor, max_attempts: int) -> list[Row]:
    """Take back every batch whose lease has ended; answers [{id, lane, size}]."""
    rows = many(
        cursor,
        "UPDATE batches SET state = 'expired', closed_at = now(), reason = 'lease_expired'"
        " WHERE id IN (SELECT id FROM batches WHERE state = 'open' AND lease_until < now()"
        "              FOR UPDATE SKIP LOCKED)"
        " RETURNING id::text AS id, lane, size",
    )
    for row in rows:
        give_back(cursor, row, "lease_expired", "The run that worked on it ended without a word.",
                  max_attempts)
    return rows


def give_back(cursor: Cursor, batch: Row, code: str, reason: str, max_attempts: int) -> Row:
    """Re-queue what a failed batch still holds, with backoff and split 500 → 50 → 1.

    A lead that fails alone for the last time is dead. Answers {requeued, dead}.
    """
    counts = one(
        cursor,
        """
        WITH given AS (
            UPDATE work_items SET
                stage = CASE WHEN %(size)s = 1 AND attempts + 1 >= %(max)s THEN 'dead' ELSE 'queued' END,
                attempts = attempts + 1,
                max_batch = CASE WHEN %(size)s > 50 THEN 50 ELSE 1 END,
                due_at = now() + interval '1 second' * least(300, 2 ^ attempts),
                batch_id = NULL, requeue = false, reason_code = %(code)s, reason = %(reason)s,
                updated_at = now()
            WHERE batch_id = %(id)s AND stage IN ('leased', 'scored')
            RETURNING stage)
        SELECT count(*) FILTER (WHERE stage = 'queued') AS requeued,
               count(*) FILTER (WHERE stage = 'dead') AS dead FROM given
        """,
        {"id": batch["id"], "size": batch["size"], "max": max_attempts, "code": code,
         "reason": reason},
    )
    calls.drop_planned(cursor, batch["id"])
    calls.doubt_started(cursor, batch["id"])
    return counts or {"requeued": 0, "dead": 0}


def claim(
    cursor: Cursor, batch_id: str, lane: str, limit: int, max_open: int, lease_seconds: int,
    execution_id: str | None,
) -> list[str]:
    """Lease up to `limit` due leads of a lane; empty when none is due or enough batches run."""
    cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", (locks.CLAIM, lane))
    running = one(
        cursor, "SELECT count(*) AS n FROM batches WHERE state = 'open' AND lane = %s", (lane,)
    )
    if running and running["n"] >= max_open:
        return []
    rows = many(
        cursor,
        """
        WITH head AS (
            SELECT max_batch FROM work_items
            WHERE lane = %(lane)s AND stage IN ('queued', 'waiting') AND due_at <= now()
            ORDER BY due_at, lead_id LIMIT 1)
        SELECT lead_id::text AS lead_id FROM work_items
        WHERE lane = %(lane)s AND stage IN ('queued', 'waiting') AND due_at <= now()
          AND max_batch = (SELECT max_batch FROM head)
        ORDER BY due_at, lead_id
        LIMIT least(%(limit)s, (SELECT max_batch FROM head))
        FOR UPDATE SKIP LOCKED
        """,
        {"lane": lane, "limit": limit},
    )
    if not rows:
        return []
    lead_ids = sorted(row["lead_id"] for row in rows)
    cursor.execute(
        "INSERT INTO batches (id, lane, size, lease_until, execution_id)"
        " VALUES (%s, %s, %s, now() + %s * interval '1 second', %s)",
        (batch_id, lane, len(lead_ids), lease_seconds, execution_id),
    )
    cursor.execute(
        "UPDATE work_items SET stage = 'leased', batch_id = %s, reason_code = NULL, reason = NULL,"
        " updated_at = now() WHERE lead_id = ANY(%s::uuid[])",
        (batch_id, lead_ids),
    )
    return lead_ids


def more_due(cursor: Cursor, lane: str) -> bool:
    """Whether leads of this lane wait and are due."""
    row = one(
        cursor,
        "SELECT EXISTS (SELECT 1 FROM work_items WHERE lane = %s AND stage IN ('queued', 'waiting')"
        " AND due_at <= now()) AS more", (lane,),
    )
    return bool(row and row["more"])


def renew(cursor: Cursor, batch_id: str, lease_seconds: int) -> Row:
    """Renew the lease and lock the batch for this step: {id, lane, round, size, lease_until}.

    Raises LeaseLost when the batch is closed, expired or unknown.
    """
    row = one(
        cursor,
        "UPDATE batches SET lease_until = now() + %s * interval '1 second'"
        " WHERE id = %s AND state = 'open' AND lease_until > now()"
        " RETURNING id::text AS id, lane, round, size, lease_until",
        (lease_seconds, batch_id),
    )
    if row is None:
        raise LeaseLost("This batch is not leased any more; its leads are queued again or finished.")
    return row


def touch(cursor: Cursor, batch_id: str, lease_seconds: int) -> None:
    """Renew the lease if it still holds."""
    cursor.execute(
        "UPDATE batches SET lease_until = now() + %s * interval '1 second'"
        " WHERE id = %s AND state = 'open' AND lease_until > now()", (lease_seconds, batch_id),
    )


def next_round(cursor: Cursor, batch_id: str) -> None:
    """Count a provider round of the batch."""
    cursor.execute("UPDATE batches SET round = round + 1 WHERE id = %s", (batch_id,))


def members(cursor: Cursor, batch_id: str) -> list[str]:
    """Leads that the batch still holds."""
    rows = many(
        cursor,
        "SELECT lead_id::text AS lead_id FROM work_items"
        " WHERE batch_id = %s AND stage IN ('leased', 'scored') ORDER BY lead_id",
        (batch_id,),
    )
    return [row["lead_id"] for row in rows]


def set_scored(cursor: Cursor, lead_ids: list[str]) -> None:
    """These leads of a batch have their score."""
    cursor.execute(
        "UPDATE work_items SET stage = 'scored', updated_at = now() WHERE lead_id = ANY(%s::uuid[])",
        (lead_ids,),
    )


def drop(cursor: Cursor, rows: list[Row]) -> None:
    """Leads that leave their batch alone: [{lead_id, stage, code, reason, due_in (seconds)}]."""
    update_from(
        cursor, "work_items", rows,
        columns={"lead_id": "uuid", "stage": "text", "code": "text", "reason": "text",
                 "due_in": "integer"},
        key="lead_id",
        changes="""stage = v.stage, reason_code = v.code, reason = v.reason, batch_id = NULL,
            attempts = t.attempts + 1, due_at = now() + v.due_in * interval '1 second',
            updated_at = now()""",
    )


def attempts(cursor: Cursor, lead_ids: list[str]) -> list[Row]:
    """How often each lead failed so far: [{lead_id, attempts}]."""
    return many(
        cursor,
        "SELECT lead_id::text AS lead_id, attempts FROM work_items WHERE lead_id = ANY(%s::uuid[])",
        (lead_ids,),
    )


def close_empty(cursor: Cursor, batch_id: str) -> None:
    """A batch that every lead has left is over."""
    cursor.execute(
        "UPDATE batches SET state = 'completed', closed_at = now() WHERE id = %s AND NOT EXISTS"
        " (SELECT 1 FROM work_items WHERE batch_id = %s AND stage IN ('leased', 'scored'))",
        (batch_id, batch_id),
    )


def finish(cursor: Cursor, batch_id: str, waiting: dict[str, int], max_batch: int) -> list[Row]:
    """Close what the batch holds: done, waiting (lead id -> seconds), or queued again.

    A lead that was never scored in this batch is queued again. Answers [{lead_id, stage}].
    """
    rows = many(
        cursor,
        """
        UPDATE work_items w SET
            stage = CASE WHEN w.requeue OR w.stage = 'leased' THEN 'queued'
                         WHEN v.lead_id IS NOT NULL THEN 'waiting' ELSE 'done' END,
            due_at = CASE WHEN w.stage = 'leased' AND NOT w.requeue
                          THEN now() + least(300, 2 ^ w.attempts) * interval '1 second'
                          WHEN v.lead_id IS NOT NULL AND NOT w.requeue
                          THEN now() + v.due_in * interval '1 second' ELSE now() END,
            waits = w.waits + (v.lead_id IS NOT NULL)::int,
            reason_code = CASE WHEN v.lead_id IS NOT NULL THEN 'provider_pending' END,
            reason = CASE WHEN v.lead_id IS NOT NULL
                          THEN 'Scored with what is known; a provider will be asked again.' END,
            batch_id = NULL, requeue = false, max_batch = %(max)s, updated_at = now(),
            attempts = CASE WHEN w.stage = 'leased' THEN least(w.attempts + 1, 20) ELSE 0 END
        FROM work_items i
        LEFT JOIN unnest(%(ids)s::uuid[], %(due)s::int[]) AS v(lead_id, due_in) ON v.lead_id = i.lead_id
        WHERE i.lead_id = w.lead_id AND w.batch_id = %(batch)s AND w.stage IN ('leased', 'scored')
        RETURNING w.lead_id::text AS lead_id, w.stage
        """,
        {"batch": batch_id, "ids": list(waiting), "due": list(waiting.values()), "max": max_batch},
    )
    cursor.execute(
        "UPDATE batches SET state = 'completed', closed_at = now() WHERE id = %s", (batch_id,)
    )
    return rows


def waits(cursor: Cursor, lead_ids: list[str]) -> dict[str, int]:
    """How often each lead has waited for providers."""
    rows = many(
        cursor,
        "SELECT lead_id::text AS lead_id, waits FROM work_items WHERE lead_id = ANY(%s::uuid[])",
        (lead_ids,),
    )
    return {row["lead_id"]: row["waits"] for row in rows}


def close_failed(cursor: Cursor, batch_id: str, reason: str) -> Row | None:
    """Mark an open batch as failed: {id, size} or None when it is not open."""
    return one(
        cursor,
        "UPDATE batches SET state = 'failed', closed_at = now(), reason = %s"
        " WHERE id = %s AND state = 'open' RETURNING id::text AS id, size",
        (reason, batch_id),
    )


def batch_of_execution(cursor: Cursor, execution_id: str) -> Row | None:
    """The open batch that an n8n execution works on."""
    return one(
        cursor, "SELECT id::text AS id, size FROM batches WHERE state = 'open' AND execution_id = %s",
        (execution_id,),
    )


def record_error(cursor: Cursor, row: Row) -> None:
    """Keep a failed n8n execution."""
    columns = ", ".join(row)
    cursor.execute(
        f"INSERT INTO workflow_errors ({columns}) VALUES ({', '.join(['%s'] * len(row))})",  # noqa: S608
        tuple(row.values()),
    )


def references(cursor: Cursor, lead_ids: list[str]) -> list[Row]:
    """What may travel between n8n nodes: enough to branch on, nothing that names a person."""
    return many(
        cursor,
        """
        SELECT l.id::text AS lead_id, l.source, coalesce(c.country, o.country) AS country,
               c.seniority, o.company_size, w.stage, w.lane,
               l.total_score / 100.0::float8 AS score, l.grade
        FROM unnest(%s::uuid[]) WITH ORDINALITY AS wanted(id, place)
        JOIN leads l ON l.id = wanted.id
        JOIN contacts c ON c.id = l.contact_id
        JOIN work_items w ON w.lead_id = l.id
        LEFT JOIN organizations o ON o.id = l.org_id
        ORDER BY wanted.place
        """,
        (lead_ids,),
    )


def dead_letters(cursor: Cursor, limit: int, after: str | None) -> list[Row]:
    """Leads that could not be processed, newest first."""
    return many(
        cursor,
        "SELECT lead_id::text AS lead_id, lane, attempts, reason_code AS code, reason, updated_at"
        " FROM work_items WHERE stage = 'dead' AND (%(after)s IS NULL OR lead_id < %(after)s::uuid)"
        " ORDER BY lead_id DESC LIMIT %(limit)s",
        {"limit": limit, "after": after},
    )


def replay(cursor: Cursor, lead_id: str) -> bool:
    """Queue a dead lead again, alone."""
    row = one(
        cursor,
        "UPDATE work_items SET stage = 'queued', attempts = 0, max_batch = 1, due_at = now(),"
        " lane = 'interactive', updated_at = now() WHERE lead_id = %s AND stage = 'dead'"
        " RETURNING lead_id", (lead_id,),
    )
    return row is not None


def depth(cursor: Cursor) -> list[Row]:
    """Queue depth and age by lane and stage: [{lane, stage, leads, oldest_seconds}]."""
    return many(
        cursor,
        "SELECT lane, stage, count(*) AS leads,"
        " extract(epoch FROM now() - min(due_at))::float8 AS oldest_seconds"
        " FROM work_items WHERE stage <> 'done' GROUP BY lane, stage",
    )
