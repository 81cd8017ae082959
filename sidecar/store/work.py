"""Batches and work items: leases, lanes, split on failure, dead letters."""

from __future__ import annotations

from typing import TypedDict, cast

from sidecar.errors import LeaseLost
from sidecar.store import locks
from sidecar.store.database import Cursor, Row, many, one, update_from, words
from sidecar.terms.states import DUE, HELD

_DUE, _HELD = words(DUE), words(HELD)


class Held(TypedDict):
    """A lead in a batch."""

    lead_id: str
    stage: str
    attempts: int
    waits: int
    requeue: bool
    max_batch: int


class Leaving(TypedDict):
    """What becomes of a lead that leaves its batch; `due_in` seconds."""

    lead_id: str
    stage: str
    due_in: int
    attempts: int
    waits: int
    max_batch: int
    code: str | None
    reason: str | None


def claim(
    cursor: Cursor, batch_id: str, lane: str, limit: int, max_open: int, lease_seconds: int,
    execution_id: str | None,
) -> Row | None:
    """Lease up to `limit` due leads of a lane: {lead_ids, lease_until}; None when none is due or enough
    batches run."""
    cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", (locks.CLAIM, lane))
    running = one(
        cursor, "SELECT count(*) AS n FROM batches WHERE state = 'open' AND lane = %s", (lane,)
    )
    if running and running["n"] >= max_open:
        return None
    rows = many(
        cursor,
        f"""
        WITH head AS (
            SELECT max_batch FROM work_items
            WHERE lane = %(lane)s AND stage IN {_DUE} AND due_at <= now()
            ORDER BY due_at, lead_id LIMIT 1)
        SELECT lead_id::text AS lead_id FROM work_items
        WHERE lane = %(lane)s AND stage IN {_DUE} AND due_at <= now()
          AND max_batch = (SELECT max_batch FROM head)
        ORDER BY due_at, lead_id
        LIMIT least(%(limit)s, (SELECT max_batch FROM head))
        FOR UPDATE SKIP LOCKED
        """,  # noqa: S608
        {"lane": lane, "limit": limit},
    )
    if not rows:
        return None
    lead_ids = sorted(row["lead_id"] for row in rows)
    batch = one(
        cursor,
        "INSERT INTO batches (id, lane, size, lease_until, execution_id)"
        " VALUES (%s, %s, %s, now() + %s * interval '1 second', %s) RETURNING lease_until",
        (batch_id, lane, len(lead_ids), lease_seconds, execution_id),
    )
    cursor.execute(
        "UPDATE work_items SET stage = 'leased', batch_id = %s, reason_code = NULL, reason = NULL,"
        " updated_at = now() WHERE lead_id = ANY(%s::uuid[])",
        (batch_id, lead_ids),
    )
    return batch and batch | {"lead_ids": lead_ids}


def more_due(cursor: Cursor, lane: str) -> bool:
    """Whether leads of this lane wait and are due."""
    row = one(
        cursor,
        f"SELECT EXISTS (SELECT 1 FROM work_items WHERE lane = %s AND stage IN {_DUE}"  # noqa: S608
        " AND due_at <= now()) AS more", (lane,),
    )
    return bool(row and row["more"])


def renew(cursor: Cursor, batch_id: str, lease_seconds: int) -> Row:
    """Renew the lease and lock the batch for this step: {id, lane, round}.

    Raises LeaseLost when the batch is closed, expired or unknown.
    """
    row = one(
        cursor,
        "UPDATE batches SET lease_until = now() + %s * interval '1 second'"
        " WHERE id = %s AND state = 'open' AND lease_until > now()"
        " RETURNING id::text AS id, lane, round",
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
        "SELECT lead_id::text AS lead_id FROM work_items"  # noqa: S608
        f" WHERE batch_id = %s AND stage IN {_HELD} ORDER BY lead_id",
        (batch_id,),
    )
    return [row["lead_id"] for row in rows]


def set_scored(cursor: Cursor, lead_ids: list[str]) -> None:
    """These leads of a batch have their score."""
    cursor.execute(
        "UPDATE work_items SET stage = 'scored', updated_at = now() WHERE lead_id = ANY(%s::uuid[])",
        (lead_ids,),
    )


def held(cursor: Cursor, batch_id: str) -> list[Held]:
    """Leads that the batch still holds, locked: what changes them meanwhile waits until they have left."""
    return cast(list[Held], many(
        cursor,
        "SELECT lead_id::text AS lead_id, stage, attempts, waits, requeue, max_batch FROM work_items"  # noqa: S608
        f" WHERE batch_id = %s AND stage IN {_HELD} ORDER BY lead_id FOR UPDATE",
        (batch_id,),
    ))


def let_go(
    cursor: Cursor, batch_id: str, leads: list[Leaving], state: str, reason: str | None
) -> bool:
    """Write what becomes of leads that leave their batch; close it when none is left. Whether it was."""
    update_from(
        cursor, "work_items", cast(list[Row], leads),
        columns={"lead_id": "uuid", "stage": "text", "due_in": "integer", "attempts": "integer",
                 "waits": "integer", "max_batch": "integer", "code": "text", "reason": "text"},
        key="lead_id",
        changes="""stage = v.stage, due_at = now() + v.due_in * interval '1 second',
            attempts = v.attempts, waits = v.waits, max_batch = v.max_batch, reason_code = v.code,
            reason = v.reason, batch_id = NULL, requeue = false, updated_at = now()""",
    )
    return one(
        cursor,
        "UPDATE batches SET state = %(state)s, closed_at = now(), reason = %(reason)s"  # noqa: S608
        " WHERE id = %(id)s AND state = 'open' AND NOT EXISTS (SELECT 1 FROM work_items"
        f"     WHERE batch_id = %(id)s AND stage IN {_HELD})"
        " RETURNING id",
        {"state": state, "reason": reason, "id": batch_id},
    ) is not None


def expired(cursor: Cursor) -> list[Row]:
    """Open batches whose lease has ended, locked, without those that a step has: [{id, size}]."""
    return many(
        cursor,
        "SELECT id::text AS id, size FROM batches WHERE state = 'open' AND lease_until < now()"
        " FOR UPDATE SKIP LOCKED",
    )


def open_batch(cursor: Cursor, batch_id: str) -> Row | None:
    """An open batch, locked, its lease ended or not: {id, size}."""
    return one(
        cursor, "SELECT id::text AS id, size FROM batches WHERE id = %s AND state = 'open' FOR UPDATE",
        (batch_id,),
    )


def batch_of_execution(cursor: Cursor, execution_id: str) -> Row | None:
    """The open batch that an n8n execution works on, locked: {id, size}."""
    return one(
        cursor,
        "SELECT id::text AS id, size FROM batches WHERE state = 'open' AND execution_id = %s FOR UPDATE",
        (execution_id,),
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
