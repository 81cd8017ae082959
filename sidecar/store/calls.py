"""The ledger of provider calls, the cache of their answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sidecar.enrichment.breaker import PAUSES
from sidecar.store.database import (
    Cursor,
    Executes,
    Row,
    as_array,
    insert,
    insert_returning,
    many,
    one,
    update_from,
    words,
)
from sidecar.store.work import ON_HOLD
from sidecar.terms.states import HELD, UNDER_WAY


def known_answers(cursor: Cursor, keys: list[str], down: Iterable[str] = ()) -> list[Row]:
    """Cached answers that still hold: [{request_key, sandbox, provider, operation, outcome, applied,
    subject_kind, subject_id, stale, holds_for (seconds)}]. Of providers that are down, what they found counts
    longer (`stale`)."""
    return many(
        cursor,
        "SELECT request_key, sandbox, provider, operation, outcome, applied, subject_kind,"
        " subject_id::text AS subject_id, stale OR expires_at <= now() AS stale,"
        " greatest(0, ceil(extract(epoch FROM expires_at - now())))::int AS holds_for FROM provider_cache"
        " WHERE request_key = ANY(%s::text[])"
        " AND (expires_at > now() OR outcome = 'found' AND provider = ANY(%s))",
        (as_array(keys), list(down)),
    )


def stored_answers(cursor: Cursor, keys: list[str]) -> list[Row]:
    """The newest answers, also those that hold no more: [{request_key, sandbox, outcome, answer}]."""
    return many(
        cursor, "SELECT request_key, sandbox, outcome, answer FROM provider_cache"
        " WHERE request_key = ANY(%s::text[])", (as_array(keys),))


def forget_answers(cursor: Cursor, lead_ids: list[str]) -> None:
    """Let what is known of these leads' people and companies be asked for again."""
    cursor.execute(
        "UPDATE provider_cache SET expires_at = now() WHERE expires_at > now() AND (subject_kind, subject_id)"
        " IN (SELECT 'contact', contact_id FROM leads WHERE id = ANY(%(leads)s::uuid[])"
        "     UNION SELECT 'organization', org_id FROM leads WHERE id = ANY(%(leads)s::uuid[]))",
        {"leads": lead_ids})


def under_way(cursor: Cursor, keys: list[str], error_ttl_seconds: int) -> dict[tuple[str, bool], str]:
    """{(request_key, sandbox): planned | started | in_doubt} of calls that must not be repeated."""
    rows = many(
        cursor,
        "SELECT request_key, sandbox, state FROM provider_calls WHERE request_key = ANY(%(keys)s::text[])"  # noqa: S608
        f" AND (state IN {words(UNDER_WAY)}"
        "      OR (state = 'in_doubt' AND started_at > now() - %(ttl)s * interval '1 second'))",
        {"keys": as_array(keys), "ttl": error_ttl_seconds},
    )
    return {(row["request_key"], row["sandbox"]): row["state"] for row in rows}


def plan(cursor: Cursor, rows: list[Row]) -> list[Row]:
    """Enter planned calls; one that is under way elsewhere is left out. Answers [{call_id, provider,
    request_key, lead_ids}]."""
    marks = {row["provider"]: row["key_mark"]
             for row in many(cursor, "SELECT provider, key_mark FROM provider_state")}
    return insert_returning(
        cursor, "provider_calls", sorted(
            ({**row, "key_mark": marks.get(row["provider"], "sandbox")} for row in rows),
            key=lambda row: row["request_key"]),
        conflict=f"ON CONFLICT (request_key, sandbox) WHERE state IN {words(UNDER_WAY)} DO NOTHING",
        returning="id::text AS call_id, provider, request_key, lead_ids::text[] AS lead_ids",
    )


def give_up(cursor: Executes, lead_ids: list[str], *, on_hold: bool = False) -> None:
    """What the claims of these leads, or of those that are on hold, ask no more about them: planned calls
    that no other lead of the same claim needs are dropped; begun ones were never answered, are in doubt and
    count as spent. What they asked is forgotten. The leads' work stays locked."""
    # Planned once for intake, which names few leads; anew for a step, whose leads are many.
    cursor.execute(cursor.prepared(_give_up("$1::text[]", ON_HOLD.format("w"))) if on_hold
                   else _give_up("%s", _ASKING), (as_array(lead_ids),))


# Mostly nothing is under way: then no lead is looked at twice.
_ASKING = ("EXISTS (SELECT 1 FROM provider_calls a WHERE a.batch_id = w.batch_id"  # noqa: S608
           f" AND a.state IN {words(UNDER_WAY)})")


def _give_up(leads: str, which: str) -> str:
    return f"""
        WITH given_up AS (
            SELECT w.lead_id, w.batch_id FROM work_items w
            WHERE w.lead_id = ANY({leads}::uuid[]) AND {which} ORDER BY w.lead_id FOR NO KEY UPDATE)
        UPDATE provider_calls SET request = NULL,
            state = CASE state WHEN 'planned' THEN 'dropped' ELSE 'in_doubt' END,
            price = CASE state WHEN 'planned' THEN 0 ELSE price END,
            outcome = CASE state WHEN 'started' THEN 'in_doubt' END
        WHERE state IN {words(UNDER_WAY)} AND id = ANY(ARRAY(
            SELECT c.id FROM provider_calls c CROSS JOIN unnest(c.lead_ids) AS needs(lead_id)
            LEFT JOIN given_up g ON g.lead_id = needs.lead_id AND g.batch_id = c.batch_id
            LEFT JOIN work_items w ON w.lead_id = needs.lead_id AND w.batch_id = c.batch_id
                AND w.stage IN {words(HELD)} AND g.lead_id IS NULL
            WHERE c.state IN {words(UNDER_WAY)} AND c.batch_id IN (SELECT batch_id FROM given_up)
            GROUP BY c.id
            HAVING count(g.lead_id) > 0 AND (c.state = 'started' OR count(w.lead_id) = 0)))
        """  # noqa: S608


def planned(
    cursor: Cursor, batch_id: str, lead_ids: list[str], provider: str | None, most: int,
    error_ttl_seconds: int,
) -> list[Row]:
    """Planned calls that some of these leads need, of one provider or of all, the first so many of each in
    the order of their planning: [{call_id, provider, sandbox, lead_ids, lead_id, price, asked}]; `asked`: the
    question was answered since, or is in doubt."""
    # Not lead_ids && …: that compares each with each.
    return many(
        cursor,
        """
        SELECT call_id, provider, sandbox, lead_ids, lead_id, price,
               EXISTS (SELECT 1 FROM provider_cache p WHERE p.request_key = needed.request_key
                       AND p.sandbox = needed.sandbox AND p.expires_at > now())
               OR EXISTS (SELECT 1 FROM provider_calls d WHERE d.request_key = needed.request_key
                          AND d.sandbox = needed.sandbox AND d.state = 'in_doubt'
                          AND d.started_at > now() - %(ttl)s * interval '1 second') AS asked
        FROM (
            SELECT id::text AS call_id, provider, sandbox, lead_ids::text[] AS lead_ids, request_key,
                   lead_id::text AS lead_id, price::float8 AS price,
                   row_number() OVER (PARTITION BY provider ORDER BY id) AS place
            FROM provider_calls WHERE batch_id = %(batch)s AND state = 'planned'
              AND (%(provider)s::text IS NULL OR provider = %(provider)s)
              AND EXISTS (SELECT 1 FROM unnest(lead_ids) AS needs(lead_id)
                          WHERE needs.lead_id = ANY(%(leads)s::uuid[]))) AS needed
        WHERE place <= %(most)s ORDER BY call_id
        """,
        {"batch": batch_id, "leads": as_array(lead_ids), "provider": provider, "most": most,
         "ttl": error_ttl_seconds},
    )


def start(cursor: Cursor, payers: Mapping[str, str | None], sandbox: bool) -> list[Row]:
    """Mark planned calls as started, each paid for by a lead (call id -> lead id): the row stands before the
    money is spent.

    Sandbox calls are begun only where there is a sandbox.
    """
    return many(
        cursor,
        "UPDATE provider_calls c SET state = 'started', started_at = now(), lead_id = v.lead_id"
        " FROM unnest(%s::uuid[], %s::uuid[]) AS v(id, lead_id)"
        " WHERE c.id = v.id AND c.state = 'planned' AND (%s OR NOT c.sandbox)"
        " RETURNING c.id::text AS call_id, c.provider, c.operation, c.sandbox, c.request, c.request_key",
        (as_array(payers), list(payers.values()), sandbox),
    )


_DROPPED = "state = 'dropped', request = NULL, price = 0"


def drop(cursor: Cursor, call_ids: list[str]) -> None:
    """Planned calls that are not to be made."""
    if call_ids:
        cursor.execute(
            f"UPDATE provider_calls SET {_DROPPED}"  # noqa: S608
            " WHERE id = ANY(%s::uuid[]) AND state = 'planned'", (call_ids,))


def follow_keys(cursor: Cursor, batch_id: str, prices: Mapping[tuple[str, str], float]) -> None:
    """Planned calls of a claim follow the keys that are in use now; whether they are paid with play money may
    change by that, so that the most that they may cost (`prices`: by provider and operation, USD) is to be
    reserved anew. One that is under way elsewhere is dropped."""
    if not many(cursor, "SELECT 1 FROM provider_calls c JOIN provider_state s USING (provider)"
                " WHERE c.batch_id = %s AND c.state = 'planned'"
                " AND (c.sandbox = s.live OR c.key_mark <> s.key_mark) LIMIT 1", (batch_id,)):
        return
    names = list(prices)
    cursor.execute(
        f"""
        UPDATE provider_calls c SET sandbox = NOT s.live, key_mark = s.key_mark,
            price = CASE WHEN c.sandbox = s.live THEN v.price ELSE c.price END
        FROM provider_state s
        JOIN unnest(%(providers)s::text[], %(operations)s::text[], %(prices)s::numeric[])
            AS v(provider, operation, price) USING (provider)
        WHERE c.batch_id = %(batch)s AND c.state = 'planned' AND c.provider = s.provider
          AND c.operation = v.operation AND (c.sandbox = s.live OR c.key_mark <> s.key_mark)
          AND (c.sandbox <> s.live OR NOT EXISTS (
              SELECT 1 FROM provider_calls u WHERE u.request_key = c.request_key
              AND u.sandbox = NOT s.live AND u.state IN {words(UNDER_WAY)}))
        """,  # noqa: S608
        {"batch": batch_id, "providers": [name for name, _ in names],
         "operations": [name for _, name in names], "prices": list(prices.values())})
    cursor.execute(
        f"UPDATE provider_calls c SET {_DROPPED} FROM provider_state s"  # noqa: S608
        " WHERE c.batch_id = %s AND c.state = 'planned' AND c.provider = s.provider AND c.sandbox = s.live",
        (batch_id,))


def leads_of(cursor: Cursor, call_ids: list[str]) -> list[str]:
    """The leads that wait for these calls."""
    return [row["lead_id"] for row in many(
        cursor, "SELECT DISTINCT unnest(lead_ids)::text AS lead_id FROM provider_calls"
        " WHERE id = ANY(%s::uuid[]) AND state = 'started'", (call_ids,))]


def started(cursor: Cursor, call_ids: list[str]) -> dict[str, Row]:
    """Calls that wait for their answer, by id; in_doubt ones too: a late answer is welcome."""
    rows = many(
        cursor,
        "SELECT id::text AS call_id, provider, operation, request_key, sandbox, subject_kind,"
        " subject_id::text AS subject_id, batch_id::text AS batch_id, lead_ids::text[] AS lead_ids,"
        " state, key_mark, started_at"
        " FROM provider_calls WHERE id = ANY(%s::uuid[]) AND state IN ('started', 'in_doubt') FOR UPDATE",
        (call_ids,),
    )
    return {row["call_id"]: row for row in rows}


def owed(cursor: Cursor, call_id: str) -> Row | None:
    """A call of which an answer may come by itself, locked, as `started` tells it; with `open`: no answer of
    its settled it, nor one to the same question since. None for one that there is not."""
    return one(
        cursor,
        "SELECT c.id::text AS call_id, c.provider, c.operation, c.request_key, c.sandbox, c.subject_kind,"
        " c.subject_id::text AS subject_id, c.batch_id::text AS batch_id, c.lead_ids::text[] AS lead_ids,"
        " c.state, c.key_mark, c.started_at,"
        " (c.state IN ('started', 'in_doubt') OR c.state = 'answered' AND c.outcome = 'pending')"
        " AND NOT EXISTS (SELECT 1 FROM provider_cache p WHERE p.request_key = c.request_key"
        "   AND p.sandbox = c.sandbox AND p.outcome IN ('found', 'not_found')"
        "   AND p.fetched_at >= c.started_at) AS open"
        " FROM provider_calls c WHERE c.id = %s FOR UPDATE", (call_id,))


def asking_leads(cursor: Cursor, subject_id: str, request_key: str) -> list[str]:
    """All leads for which this was ever asked."""
    return [row["lead_id"] for row in many(
        cursor, "SELECT DISTINCT unnest(lead_ids)::text AS lead_id FROM provider_calls"
        " WHERE subject_id = %s AND request_key = %s", (subject_id, request_key))]


def unsend(cursor: Cursor, call_ids: list[str]) -> None:
    """These calls were never sent."""
    if call_ids:
        cursor.execute(
            "UPDATE provider_calls SET state = 'dropped', request = NULL, started_at = NULL, price = 0"
            " WHERE id = ANY(%s::uuid[]) AND state = 'started'", (call_ids,),
        )


def settle(cursor: Cursor, rows: list[Row]) -> None:
    """Calls that were answered: [{id, outcome, status, credits, price, elapsed_ms, error}]. None costs more
    than is reserved for it, which stays where the price is None."""
    update_from(
        cursor, "provider_calls", rows,
        columns={"id": "uuid", "outcome": "text", "status": "integer", "credits": "numeric",
                 "price": "numeric", "elapsed_ms": "integer", "error": "text"},
        key="id",
        changes="""state = 'answered', answered_at = now(), request = NULL, outcome = v.outcome,
            price = least(v.price, t.price),
            status = v.status, credits = v.credits, elapsed_ms = v.elapsed_ms, error = v.error""",
    )


def keep_answers(cursor: Cursor, rows: list[Row]) -> None:
    """Answers into the cache: the newest of a key stands, but no failure takes the place of what was found:
    that is stale then, and counts as long as the failure would."""
    kept = f"(provider_cache.outcome = 'found' AND excluded.outcome IN {words(PAUSES)})"
    insert(
        cursor, "provider_cache", sorted(rows, key=lambda row: row["request_key"]),
        computed={"stale": "false"},
        conflict="ON CONFLICT (request_key, sandbox) DO UPDATE SET expires_at = excluded.expires_at,"
        f" stale = {kept}, " + ", ".join(
            f"{name} = CASE WHEN {kept} THEN provider_cache.{name} ELSE excluded.{name} END"
            for name in ("outcome", "answer", "applied", "fetched_at", "subject_kind", "subject_id")),
    )


def ask_anew(cursor: Cursor, providers: Iterable[str]) -> None:
    """These providers answer again: what failed of them, and what was only stale, holds no more."""
    cursor.execute(
        "UPDATE provider_cache SET expires_at = now() WHERE expires_at > now()"  # noqa: S608
        " AND expires_at < now() + interval '1 day' AND provider = ANY(%s)"
        f" AND (outcome IN {words(PAUSES)} OR stale)", (list(providers),))


def unapplied(cursor: Cursor, subject_ids: list[str]) -> list[Row]:
    """Answers about these subjects that are not merged yet, locked for this transaction."""
    return many(
        cursor,
        "SELECT request_key, sandbox, provider, operation, subject_kind,"
        " subject_id::text AS subject_id, answer, fetched_at FROM provider_cache"
        " WHERE subject_id = ANY(%s::uuid[]) AND NOT applied ORDER BY request_key, sandbox FOR UPDATE",
        (as_array(subject_ids),),
    )


def answers_of(cursor: Cursor, kind: str, entity_id: str, provider: str) -> list[Row]:
    """What is kept of what a provider found about a contact or organization: [{provider, operation,
    request_key, fetched_at, answer}]."""
    return many(
        cursor, "SELECT provider, operation, request_key, fetched_at, answer FROM provider_cache"
        " WHERE subject_kind = %s AND subject_id = %s AND provider = %s AND outcome = 'found' AND NOT sandbox"
        " ORDER BY request_key", (kind, entity_id, provider))


def mark_applied(cursor: Cursor, keys: list[tuple[str, bool]]) -> None:
    """These answers are merged."""
    cursor.execute(
        "UPDATE provider_cache p SET applied = true"
        " FROM unnest(%s::text[], %s::bool[]) AS k(request_key, sandbox)"
        " WHERE p.request_key = k.request_key AND p.sandbox = k.sandbox",
        ([key for key, _ in keys], [sandbox for _, sandbox in keys]),
    )


def spend(cursor: Cursor, days: int) -> list[Row]:
    """Calls, credits and USD by provider over the last days: [{provider, sandbox, calls, credits, cost,
    …}]."""
    return many(
        cursor,
        "SELECT provider, sandbox, count(*) AS calls, sum(credits)::float8 AS credits,"
        " sum(price)::float8 AS cost,"
        " count(*) FILTER (WHERE outcome = 'found') AS found,"
        " count(*) FILTER (WHERE state = 'in_doubt') AS in_doubt FROM provider_calls"
        " WHERE started_at > now() - %s * interval '1 day' GROUP BY provider, sandbox"
        " ORDER BY provider, sandbox",
        (days,),
    )
