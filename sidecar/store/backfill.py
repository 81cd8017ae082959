"""Leads that a stall left without what is theirs: which they are, and what each lacks.

What is refused, was let go by its flow or closed by a person on purpose lacks nothing, nor does what is on
its way.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sidecar.enrichment.breaker import PAUSES
from sidecar.store.database import Cursor, Row, as_array, many, one, words

# Of a lead l and its work w: what it lacks since %(since)s. What failed is asked again where the lead left
# its run while the failure still counted.
_WORK = f"""CASE
    WHEN w.stage IN ('dead', 'let_go') THEN w.stage
    WHEN w.stage = 'waiting' THEN CASE WHEN w.reason_code IS DISTINCT FROM 'later' THEN 'waiting' END
    WHEN w.stage <> 'done' OR w.attempts > 0 OR w.reason_code IS NOT NULL THEN NULL
    WHEN l.total_score IS NULL THEN 'unscored'
    WHEN w.stopped = 'ceiling' THEN 'ceiling'
    WHEN w.stopped = 'waiting' OR EXISTS (
        SELECT 1 FROM provider_calls c WHERE c.subject_id IN (l.contact_id, l.org_id)
        AND c.started_at >= %(since)s
        AND (c.state = 'in_doubt' OR c.outcome IN {words(PAUSES)})
        AND c.started_at < now() - %(ttl)s * interval '1 second'
        AND coalesce(w.stopped_at, w.updated_at) < c.started_at + %(ttl)s * interval '1 second'
        AND NOT EXISTS (SELECT 1 FROM provider_cache p WHERE p.request_key = c.request_key
                        AND p.sandbox = c.sandbox AND p.outcome NOT IN {words(PAUSES)} AND NOT p.stale
                        AND p.fetched_at >= c.started_at)) THEN 'provider' END"""  # noqa: S608
# A message n about the lead's latest change into hot was given up and still says what it said.
_UNTOLD = ("n.state = 'dead' AND n.kind = 'hot_lead' AND n.content IS NOT NULL"
           " AND n.hot_change = l.hot_changes AND n.created_at >= %(since)s")
_LACKING = f"""
    SELECT l.id, {_WORK} AS work,
           EXISTS (SELECT 1 FROM notifications n WHERE n.lead_id = l.id AND {_UNTOLD}) AS untold
    FROM leads l JOIN work_items w ON w.lead_id = l.id"""  # noqa: S608

# The submissions i of that time; the leads of some were erased since.
_OF_LEADS = ("i.received_at >= %(since)s AND i.received_at < %(until)s"
             " AND i.outcome IN ('created', 'updated') AND i.lead_id IS NOT NULL")


def beginning(cursor: Cursor, since: datetime, until: datetime) -> tuple[str, int]:
    """Behind which id the submissions of that time are, and how many are of leads."""
    row = one(
        cursor, f"""
        SELECT uuidv7(greatest(%(since)s - interval '1 hour', 'epoch') - now())::text AS id, (
            SELECT count(*) FROM intake i WHERE {_OF_LEADS}) AS n""",  # noqa: S608
        {"since": since, "until": until}) or {}
    return row["id"], row["n"]


def came(cursor: Cursor, after: str, since: datetime, until: datetime, limit: int) -> list[Row]:
    """The next submissions of that time behind an id, with their leads: [{id, lead_id}]."""
    return many(
        cursor, f"SELECT i.id::text AS id, i.lead_id::text AS lead_id FROM intake i WHERE {_OF_LEADS}"  # noqa: S608
        " AND i.id > %(after)s ORDER BY i.id LIMIT %(limit)s",
        {"after": after, "since": since, "until": until, "limit": limit})


def untold(cursor: Cursor, since: datetime, after: str | None, limit: int) -> list[str]:
    """Leads behind an id whose message was given up since then."""
    return [row["id"] for row in many(
        cursor, f"SELECT DISTINCT l.id::text AS id FROM notifications n JOIN leads l ON l.id = n.lead_id"  # noqa: S608
        f" WHERE {_UNTOLD} AND (%(after)s::uuid IS NULL OR l.id > %(after)s::uuid)"
        " ORDER BY id LIMIT %(limit)s", {"since": since, "after": after, "limit": limit})]


def lacking(
    cursor: Cursor, lead_ids: Collection[str], since: datetime, ttl: int, *, lock: bool = False
) -> list[Row]:
    """What these leads lack now: [{id, work, untold}]; work is dead, let_go, waiting, unscored, ceiling,
    provider (it failed, or nobody knows whether it answered) or None. `ttl`: seconds for which a failure
    counts; `lock`: their work."""
    return many(
        cursor, f"SELECT x.id::text AS id, x.work, x.untold FROM ({_LACKING}"  # noqa: S608
        f" WHERE l.id = ANY(%(leads)s::uuid[]) ORDER BY l.id {'FOR NO KEY UPDATE OF w' if lock else ''}) x",
        {"leads": as_array(lead_ids), "since": since, "ttl": ttl})


def tell_again(cursor: Cursor, lead_ids: Sequence[str], since: datetime) -> None:
    """Messages about these leads that were given up are owed again."""
    cursor.execute(
        f"UPDATE notifications n SET state = 'owed', attempts = 0, due_at = now(), last_error = NULL"  # noqa: S608
        f" FROM leads l WHERE l.id = n.lead_id AND n.lead_id = ANY(%(leads)s::uuid[]) AND {_UNTOLD}",
        {"leads": as_array(lead_ids), "since": since})


def pull_since(cursor: Cursor, since: datetime) -> int:
    """The vendors that can be asked for what came since then are asked for it anew: of how many sources."""
    rows = many(
        cursor, "UPDATE sources SET pulled_until = %s WHERE pull_of IS NOT NULL AND disabled_at IS NULL"
        " AND pulled_until > %s RETURNING key", (since, since))
    # An answer to what is asked now would count as having read all until then.
    cursor.execute("DELETE FROM source_fetches WHERE until IS NOT NULL AND source_key = ANY(%s)",
                   ([row["key"] for row in rows],))
    return len(rows)
