"""Claims and work items: leases, lanes, split on failure, what a flow let go, dead letters."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TypedDict, cast

from sidecar.store import locks
from sidecar.store.database import Cursor, Row, as_array, many, one, update_from, words
from sidecar.terms.states import DUE, HELD, LEFT, Stop

_DUE, _HELD, _LEFT = words(DUE), words(HELD), words(LEFT)
# A flow keeps the lead while it waits for something: no step is at work on it.
ON_HOLD = f"({{0}}.stage IN {_HELD} AND {{0}}.step IS NOT DISTINCT FROM 'hold')"
# Of a lead w of the claim b: its run went on with others.
_PASSED_BY = "w.stepped_at < b.stepped_at"
_LATELY = 10  # seconds


class Held(TypedDict):
    """A lead that a claim of this size has."""

    lead_id: str
    stage: str
    attempts: int
    waits: int
    requeue: bool
    max_batch: int
    rounds: int | None
    step: str
    left_at: str | None
    passes: int
    size: int


class Ended(Held):
    """One whose lease ended; `passed_by`: its run went on with others, `in_call`: a provider was being
    asked about it."""

    batch_id: str
    passed_by: bool
    in_call: bool


class Leaving(TypedDict):
    """What becomes of a lead that leaves its run; `due_in` seconds. `kept`: a late step of its claim may
    take it up again. `stopped`: why no more was asked about it, None if nothing was planned; `awaits`:
    providers on whose return it is due at once."""

    lead_id: str
    stage: str
    due_in: int
    attempts: int
    waits: int
    max_batch: int
    code: str | None
    reason: str | None
    left_at: str | None
    passes: int
    kept: bool
    stopped: Stop | None
    awaits: list[str] | None


_HELD_COLUMNS = ("w.lead_id::text AS lead_id, w.stage, w.attempts, w.waits, w.requeue, w.max_batch, w.rounds,"
                 " w.step, w.left_at, w.passes, b.size")


def claim(
    cursor: Cursor, batch_id: str, lane: str, limit: int, max_open: int, lease_seconds: int,
    execution_id: str | None,
) -> Row | None:
    """Lease up to `limit` due leads of a lane: {lead_ids, lease_until}; None when none is due or enough
    runs are at work."""
    cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", (locks.CLAIM, lane))
    if runs(cursor, lane) >= max_open:
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
        "INSERT INTO batches (id, lane, size, execution_id) VALUES (%s, %s, %s, %s)"
        " RETURNING now() + %s * interval '1 second' AS lease_until",
        (batch_id, lane, len(lead_ids), execution_id, lease_seconds),
    )
    # Whoever takes up what a run lost, or what was taken from a hold, still tells how the grade changed.
    cursor.execute(
        "UPDATE work_items w SET stage = 'leased', batch_id = %(batch)s,"
        " lease_until = now() + %(seconds)s * interval '1 second', step = 'claim', stepped_at = now(),"
        " rounds = CASE WHEN w.score_only THEN NULL ELSE 0 END,"
        " previous_grade = CASE WHEN w.batch_id IS NULL AND w.step IS DISTINCT FROM 'hold' THEN l.grade"
        " ELSE w.previous_grade END,"
        " reason_code = NULL, reason = NULL, updated_at = now()"
        " FROM leads l WHERE l.id = w.lead_id AND w.lead_id = ANY(%(leads)s::uuid[])",
        {"batch": batch_id, "seconds": lease_seconds, "leads": lead_ids},
    )
    return batch and batch | {"lead_ids": lead_ids}


def runs(cursor: Cursor, lane: str) -> int:
    """How many runs are at work on leads of a lane. A run is none any more whose leads are on hold or were
    passed by."""
    row = one(
        cursor,
        "SELECT count(DISTINCT b.id) AS n FROM work_items w JOIN batches b ON b.id = w.batch_id"  # noqa: S608
        f" WHERE w.stage IN {_HELD} AND w.lane = %s AND w.lease_until > now()"
        f" AND NOT {ON_HOLD.format('w')} AND NOT {_PASSED_BY}", (lane,),
    )
    return int(row["n"]) if row else 0


def more_due(cursor: Cursor, lane: str) -> bool:
    """Whether leads of this lane wait and are due."""
    row = one(
        cursor,
        "SELECT EXISTS (SELECT 1 FROM work_items WHERE lane = %s"  # noqa: S608
        f" AND stage IN {_DUE} AND due_at <= now()) AS more", (lane,),
    )
    return bool(row and row["more"])


def people_come(cursor: Cursor) -> bool:
    """Whether leads of people, the interactive lane, are due or at work, or were claimed within the last ten
    seconds: more may come at once."""
    if since_last_claim(cursor, "interactive") < _LATELY:
        return True
    row = one(
        cursor,
        "SELECT EXISTS (SELECT 1 FROM work_items w WHERE w.lane = 'interactive'"  # noqa: S608
        f" AND w.stage IN {_DUE} AND w.due_at <= now())"
        " OR EXISTS (SELECT 1 FROM work_items w WHERE w.lane = 'interactive'"
        f" AND w.stage IN {_HELD} AND w.lease_until > now() AND NOT {ON_HOLD.format('w')}) AS come")
    return bool(row and row["come"])


def since_last_claim(cursor: Cursor, lane: str) -> float:
    """Seconds since leads of a lane were claimed; infinite if that is ten seconds ago or more."""
    row = one(
        cursor,
        "SELECT extract(epoch FROM clock_timestamp() - max(created_at))::float8 AS seconds FROM batches"
        " WHERE id > uuidv7(%s * interval '-1 second') AND lane = %s", (_LATELY, lane))
    return math.inf if row is None or row["seconds"] is None else float(row["seconds"])


def lock_people(cursor: Cursor, lead_ids: list[str]) -> None:
    """Hold all leads of the people of these leads until the transaction ends. Who is to change leads or
    contacts does this before it takes the leads, as intake does: so no two wait for each other."""
    cursor.execute(
        "SELECT 1 FROM leads WHERE contact_id IN (SELECT contact_id FROM leads WHERE id = ANY(%s::uuid[]))"
        " ORDER BY id FOR UPDATE", (as_array(lead_ids),),
    )


# The stage of a lead w that a step has: one that was lost to the clock alone is at work again.
_STAGE = (f"CASE WHEN w.stage IN {_HELD} THEN w.stage WHEN EXISTS (SELECT 1 FROM lead_scores s"  # noqa: S608
          " WHERE s.lead_id = w.lead_id AND s.batch_id = w.batch_id) THEN 'scored' ELSE 'leased' END")


def take(
    cursor: Cursor, batch_id: str, lead_ids: list[str], step: str, lease_seconds: int, *,
    planned: bool = False, scored: bool = False, leaving: bool = False,
) -> tuple[str | None, list[Held]]:
    """Lock those of the leads that this claim has, or lost to the clock alone, and renew their leases:
    (lane, held). `planned` counts a round; `scored`: they get their score, or leave; `leaving`: all of them
    leave, so that nothing is written here."""
    mine = ("FROM work_items w JOIN b ON b.id = w.batch_id"
            " WHERE w.lead_id = ANY(%(leads)s::uuid[]) AND w.stage <> 'done'"
            " ORDER BY w.lead_id FOR NO KEY UPDATE OF w")
    taken = f"""
        SELECT w.lead_id, {_STAGE} AS stage, w.attempts, w.waits, w.requeue, w.max_batch, w.rounds,
            %(step)s AS step, w.left_at, w.passes {mine}""" if leaving else f"""
        UPDATE work_items w SET lease_until = now() + %(seconds)s * interval '1 second',
            step = %(step)s, stepped_at = now(), rounds = rounds + %(planned)s::int, updated_at = now(),
            stage = CASE WHEN %(scored)s THEN 'scored' ELSE {_STAGE} END
        FROM (SELECT w.lead_id {mine}) mine WHERE w.lead_id = mine.lead_id
        RETURNING w.*"""  # noqa: S608
    rows = many(
        cursor,
        "WITH b AS (UPDATE batches SET stepped_at = now() WHERE id = %(batch)s"  # noqa: S608
        f" RETURNING id, lane, size), w AS ({taken})"
        f" SELECT b.lane, {_HELD_COLUMNS} FROM b LEFT JOIN w ON true ORDER BY w.lead_id",
        {"batch": batch_id, "leads": as_array(lead_ids), "seconds": lease_seconds, "step": step,
         "planned": planned, "scored": scored},
    )
    lane = rows[0]["lane"] if rows else None
    return lane, cast(list[Held], [row for row in rows if row["lead_id"]])


def renew(cursor: Cursor, batch_id: str, lead_ids: list[str], lease_seconds: int) -> None:
    """Renew the leases of those of the leads that this claim has, where they are about to end."""
    cursor.execute(
        cursor.prepared(
            "UPDATE work_items SET lease_until = now() + $3 * interval '1 second'"  # noqa: S608
            " WHERE lead_id IN (SELECT w.lead_id FROM unnest($2::uuid[]) AS named(id)"
            "   JOIN work_items w ON w.lead_id = named.id"
            f"   WHERE w.batch_id = $1 AND w.stage IN {_HELD}"
            "   AND w.lease_until < now() + $3 * interval '0.5 second'"
            "   ORDER BY w.lead_id FOR NO KEY UPDATE OF w)"),
        (batch_id, as_array(lead_ids), lease_seconds))


def skip_enrichment(cursor: Cursor, lead_ids: list[str]) -> None:
    """Plan finds nothing to ask about these leads in this claim."""
    cursor.execute("UPDATE work_items SET rounds = NULL WHERE lead_id = ANY(%s::uuid[])", (lead_ids,))


# It was decided why no more is asked: not of a lead t that was only scored again.
_ASKED = "v.stopped IS NOT NULL AND NOT (t.score_only AND t.stopped IS NOT NULL)"


def leave(cursor: Cursor, leads: list[Leaving]) -> None:
    """Write what becomes of leads that leave their run."""
    update_from(
        cursor, "work_items", cast(list[Row], leads),
        columns={"lead_id": "uuid", "stage": "text", "due_in": "integer", "attempts": "integer",
                 "waits": "integer", "max_batch": "integer", "code": "text", "reason": "text",
                 "left_at": "text", "passes": "integer", "kept": "boolean", "stopped": "text",
                 "awaits": "text[]"},
        key="lead_id",
        changes=f"""stage = v.stage, due_at = now() + v.due_in * interval '1 second',
            attempts = v.attempts, waits = v.waits, max_batch = v.max_batch, reason_code = v.code,
            reason = v.reason, left_at = v.left_at, passes = v.passes, awaits = v.awaits,
            stopped = CASE WHEN {_ASKED} THEN v.stopped ELSE t.stopped END,
            stopped_at = CASE WHEN {_ASKED} THEN now() ELSE t.stopped_at END,
            score_only = t.score_only AND v.stage IN {_DUE},
            replays = CASE WHEN v.stage = 'done' THEN 0 ELSE t.replays END,
            batch_id = CASE WHEN v.kept THEN t.batch_id END, requeue = false, updated_at = now()""",
    )


def resume(cursor: Cursor, lead_ids: Iterable[str]) -> set[str]:
    """Let leads about which something came be planned at once: those that wait or are done; one at work is
    queued after its run. The lanes of those that are due."""
    rows = many(
        cursor,
        f"UPDATE work_items SET requeue = requeue OR stage IN {_HELD}, score_only = false,"  # noqa: S608
        f" due_at = CASE WHEN stage IN {_HELD} THEN due_at ELSE now() END,"
        " stage = CASE WHEN stage = 'done' THEN 'queued' ELSE stage END, updated_at = now()"
        " WHERE lead_id IN (SELECT lead_id FROM work_items WHERE lead_id = ANY(%s::uuid[])"
        f" AND stage IN {words((*HELD, 'waiting', 'done'))} AND reason_code IS DISTINCT FROM 'later'"
        " ORDER BY lead_id FOR NO KEY UPDATE) RETURNING lane, stage", (list(lead_ids),))
    return {row["lane"] for row in rows if row["stage"] not in HELD}


def resume_awaiting(cursor: Cursor, providers: Iterable[str]) -> set[str]:
    """Leads that wait for providers which answer again are due: their lanes. Those that a step has now see to
    it themselves."""
    return {row["lane"] for row in many(
        cursor,
        "UPDATE work_items SET due_at = now(), updated_at = now() WHERE lead_id IN (SELECT lead_id"
        " FROM work_items WHERE stage = 'waiting' AND awaits && %s ORDER BY lead_id"
        " FOR NO KEY UPDATE SKIP LOCKED) RETURNING lane", (list(providers),))}


def overdue(cursor: Cursor) -> list[str]:
    """Leads whose lease has ended; not locked."""
    return [row["lead_id"] for row in many(
        cursor, "SELECT lead_id::text AS lead_id FROM work_items"  # noqa: S608
        f" WHERE stage IN {_HELD} AND lease_until < now() LIMIT 1000")]


def ended(cursor: Cursor, lead_ids: list[str]) -> list[Ended]:
    """Those of the leads whose lease has ended, locked, without those that a step has."""
    return cast(list[Ended], many(
        cursor,
        f"SELECT {_HELD_COLUMNS}, b.id::text AS batch_id, {_PASSED_BY} AS passed_by,"  # noqa: S608
        " EXISTS (SELECT 1 FROM provider_calls c WHERE c.batch_id = b.id AND c.state = 'started'"
        "         AND w.lead_id = ANY(c.lead_ids)) AS in_call"
        " FROM work_items w JOIN batches b ON b.id = w.batch_id"
        f" WHERE w.lead_id = ANY(%s::uuid[]) AND w.stage IN {_HELD} AND w.lease_until < now()"
        " ORDER BY w.lead_id FOR UPDATE OF w SKIP LOCKED",
        (lead_ids,),
    ))


def held_by_execution(cursor: Cursor, execution_id: str) -> tuple[str | None, list[Held]]:
    """(the first of its claims, the leads that its claims still have, locked) of an n8n execution."""
    rows = many(
        cursor,
        f"SELECT b.id::text AS batch_id, {_HELD_COLUMNS} FROM batches b"  # noqa: S608
        " JOIN work_items w ON w.batch_id = b.id"
        f" WHERE b.execution_id = %s AND w.stage IN {_HELD} ORDER BY w.lead_id FOR UPDATE OF w",
        (execution_id,),
    )
    return rows[0]["batch_id"] if rows else None, cast(list[Held], rows)


def references(cursor: Cursor, lead_ids: list[str]) -> list[Row]:
    """What may travel between n8n nodes: enough to branch on, nothing that names a person; `batch_id` is the
    claim that has the lead now."""
    return many(
        cursor,
        cursor.prepared("""
        SELECT l.id::text AS lead_id, l.source, coalesce(c.country, o.country) AS country,
               c.seniority, o.company_size, w.stage, w.lane,
               l.total_score / 100.0::float8 AS score, l.grade, w.previous_grade,
               l.grade IS NOT DISTINCT FROM 'hot' AND w.previous_grade IS DISTINCT FROM 'hot'
                   AND NOT l.is_test AS became_hot,
               w.batch_id::text AS batch_id, c.refused
        FROM unnest($1::uuid[]) WITH ORDINALITY AS wanted(id, place)
        JOIN leads l ON l.id = wanted.id
        JOIN contacts c ON c.id = l.contact_id
        JOIN work_items w ON w.lead_id = l.id
        LEFT JOIN organizations o ON o.id = l.org_id
        ORDER BY wanted.place
        """),
        (as_array(lead_ids),),
    )


def score_again(cursor: Cursor, lead_ids: list[str], lane: str, max_batch: int) -> list[str]:
    """Queue those of the leads that are at rest to be scored alone; the others are on their way to a score,
    or wait for somebody to take them up. Their ids."""
    return [row["lead_id"] for row in many(
        cursor,
        "UPDATE work_items SET stage = 'queued', score_only = true, lane = %s, max_batch = %s,"
        " due_at = now(), attempts = 0, waits = 0, passes = 0, left_at = NULL, batch_id = NULL,"
        " updated_at = now()"
        " WHERE lead_id IN (SELECT lead_id FROM work_items WHERE lead_id = ANY(%s::uuid[])"
        "                   AND stage = 'done' ORDER BY lead_id FOR UPDATE)"
        " RETURNING lead_id::text AS lead_id", (lane, max_batch, lead_ids))]


def dead_letters(
    cursor: Cursor, stage: str, limit: int, after: str | None, most_replays: int | None
) -> list[Row]:
    """Leads that are dead, or were let go, newest first; those that were replayed at most so often. step: the
    one at which the lead left its run."""
    return many(
        cursor,
        "SELECT w.lead_id::text AS lead_id, w.stage, w.lane, w.attempts, w.replays, w.reason_code AS code,"
        " w.reason, coalesce(w.left_at, w.step) AS step, w.updated_at, l.source, c.name AS full_name, c.email"
        " FROM work_items w JOIN leads l ON l.id = w.lead_id JOIN contacts c ON c.id = l.contact_id"
        " WHERE w.stage = %(stage)s AND (%(after)s IS NULL OR w.lead_id < %(after)s::uuid)"
        " AND (%(most)s IS NULL OR w.replays <= %(most)s) ORDER BY w.lead_id DESC LIMIT %(limit)s",
        {"stage": stage, "limit": limit, "after": after, "most": most_replays},
    )


def replay(cursor: Cursor, lead_ids: list[str]) -> dict[str, str]:
    """Queue those of the leads again, each alone, that are dead or were let go: lead id -> which of them."""
    return {row["lead_id"]: row["stage"] for row in many(
        cursor,
        "UPDATE work_items SET stage = 'queued', attempts = 0, max_batch = 1, due_at = now(),"  # noqa: S608
        " passes = 0, left_at = NULL, batch_id = NULL, lane = 'interactive', replays = replays + 1,"
        " updated_at = now() WHERE lead_id IN (SELECT lead_id FROM work_items"
        f" WHERE lead_id = ANY(%s::uuid[]) AND stage IN {_LEFT} ORDER BY lead_id FOR NO KEY UPDATE)"
        " RETURNING new.lead_id::text AS lead_id, old.stage", (lead_ids,))}


def close(cursor: Cursor, lead_ids: list[str]) -> list[str]:
    """Those of the leads that were dead are done as they are: what went wrong stays with them."""
    return _restage(cursor, lead_ids, "stage = 'dead'", "done")


def reopen(cursor: Cursor, lead_ids: list[str]) -> list[str]:
    """Those of the leads are dead again that were closed and not worked on since."""
    # Of all that is done only what was closed has failed attempts, and what a merge archived.
    return _restage(
        cursor, lead_ids, "stage = 'done' AND attempts > 0 AND reason_code <> 'merged'", "dead")


def _restage(cursor: Cursor, lead_ids: list[str], which: str, stage: str) -> list[str]:
    return [row["lead_id"] for row in many(
        cursor,
        "UPDATE work_items SET stage = %s, batch_id = NULL, updated_at = now() WHERE lead_id IN ("  # noqa: S608
        f"SELECT lead_id FROM work_items WHERE lead_id = ANY(%s::uuid[]) AND {which}"
        " ORDER BY lead_id FOR NO KEY UPDATE) RETURNING lead_id::text AS lead_id", (stage, lead_ids))]


def depth(cursor: Cursor) -> list[Row]:
    """Queue depth and age by lane and stage: [{lane, stage, leads, oldest_seconds}]."""
    return many(
        cursor,
        "SELECT lane, stage, count(*) AS leads,"
        " extract(epoch FROM now() - min(due_at))::float8 AS oldest_seconds"
        " FROM work_items WHERE stage <> 'done' GROUP BY lane, stage",
    )
