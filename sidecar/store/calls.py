"""The ledger of provider calls, the cache of their answers, the state of each provider."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sidecar.store.database import (
    Cursor,
    Executes,
    Row,
    insert,
    insert_returning,
    many,
    update_from,
    words,
)
from sidecar.store.work import ON_HOLD
from sidecar.terms.states import HELD, UNDER_WAY


def provider_states(cursor: Cursor) -> dict[str, Row]:
    """{provider: {live, failures, open (its breaker), open_for (seconds)}}."""
    rows = many(
        cursor,
        "SELECT provider, live, failures, coalesce(open_until > now(), false) AS open,"
        " greatest(0, ceil(extract(epoch FROM open_until - now())))::int AS open_for, last_error"
        " FROM provider_state",
    )
    return {row["provider"]: row for row in rows}


def set_live(cursor: Cursor, modes: dict[str, bool]) -> None:
    """Remember for which providers the caller holds a key; a change closes the breaker."""
    insert(
        cursor, "provider_state",
        [{"provider": name, "live": live} for name, live in sorted(modes.items())],
        conflict="""ON CONFLICT (provider) DO UPDATE SET live = excluded.live, failures = 0,
            open_until = NULL, updated_at = now() WHERE provider_state.live <> excluded.live""",
    )


def note_health(cursor: Cursor, rows: Iterable[tuple[str, int, int | None, str | None]]) -> None:
    """(provider, consecutive failures, seconds to stay open or None, last error)."""
    for provider, failures, open_for, error in rows:
        cursor.execute(
            "INSERT INTO provider_state (provider, failures, open_until, last_error)"
            " VALUES (%(p)s, %(f)s, now() + %(o)s * interval '1 second', %(e)s)"
            " ON CONFLICT (provider) DO UPDATE SET failures = excluded.failures,"
            " open_until = excluded.open_until, updated_at = now(),"
            " last_error = coalesce(excluded.last_error, provider_state.last_error)",
            {"p": provider, "f": failures, "o": open_for, "e": error},
        )


def known_answers(cursor: Cursor, keys: list[str]) -> list[Row]:
    """Cached answers that still hold: [{request_key, sandbox, provider, operation, outcome,
    applied, subject_kind, subject_id}]."""
    return many(
        cursor,
        "SELECT request_key, sandbox, provider, operation, outcome, applied, subject_kind,"
        " subject_id::text AS subject_id FROM provider_cache"
        " WHERE request_key = ANY(%s) AND expires_at > now()",
        (keys,),
    )


def outcomes(cursor: Cursor, latest: int = 2000) -> list[Row]:
    """How often operations found somebody and missed, in the latest calls: [{provider, operation, found,
    missed}]."""
    return many(
        cursor,
        "SELECT provider, operation, count(*) FILTER (WHERE outcome = 'found') AS found,"
        " count(*) FILTER (WHERE outcome = 'not_found') AS missed"
        " FROM (SELECT provider, operation, outcome FROM provider_calls ORDER BY id DESC LIMIT %s) AS latest"
        " GROUP BY provider, operation", (latest,))


def stored_answers(cursor: Cursor, keys: list[str]) -> list[Row]:
    """The newest answers, also those that hold no more: [{request_key, sandbox, outcome, answer}]."""
    return many(
        cursor, "SELECT request_key, sandbox, outcome, answer FROM provider_cache"
        " WHERE request_key = ANY(%s)", (keys,))


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
        "SELECT request_key, sandbox, state FROM provider_calls WHERE request_key = ANY(%(keys)s)"  # noqa: S608
        f" AND (state IN {words(UNDER_WAY)}"
        "      OR (state = 'in_doubt' AND started_at > now() - %(ttl)s * interval '1 second'))",
        {"keys": keys, "ttl": error_ttl_seconds},
    )
    return {(row["request_key"], row["sandbox"]): row["state"] for row in rows}


def plan(cursor: Cursor, rows: list[Row]) -> list[Row]:
    """Enter planned calls; one that is under way elsewhere is left out. Answers [{call_id, provider,
    request_key, lead_ids}]."""
    return insert_returning(
        cursor, "provider_calls", sorted(rows, key=lambda row: row["request_key"]),
        conflict=f"ON CONFLICT (request_key, sandbox) WHERE state IN {words(UNDER_WAY)} DO NOTHING",
        returning="id::text AS call_id, provider, request_key, lead_ids::text[] AS lead_ids",
    )


def give_up(cursor: Executes, lead_ids: list[str], *, on_hold: bool = False) -> None:
    """What the claims of these leads, or of those that are on hold, ask no more about them: planned calls
    that no other lead of the same claim needs are dropped; begun ones were never answered, are in doubt and
    count as spent. What they asked is forgotten. The leads' work stays locked."""
    # Planned once for intake, which names few leads; anew for a step, whose leads are many.
    cursor.execute(cursor.prepared(_give_up("$1::text[]", ON_HOLD.format("w"))) if on_hold
                   else _give_up("%s", _ASKING), (lead_ids,))


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
    cursor: Cursor, batch_id: str, lead_ids: list[str], provider: str | None, most: int
) -> list[Row]:
    """Planned calls that some of these leads need, of one provider or of all, the first so many of each in
    the order of their planning: [{call_id, provider, sandbox, lead_ids, lead_id, price}]."""
    # Not lead_ids && …: that compares each with each.
    return many(
        cursor,
        """
        SELECT call_id, provider, sandbox, lead_ids, lead_id, price FROM (
            SELECT id::text AS call_id, provider, sandbox, lead_ids::text[] AS lead_ids,
                   lead_id::text AS lead_id, price::float8 AS price,
                   row_number() OVER (PARTITION BY provider ORDER BY id) AS place
            FROM provider_calls WHERE batch_id = %(batch)s AND state = 'planned'
              AND (%(provider)s::text IS NULL OR provider = %(provider)s)
              AND EXISTS (SELECT 1 FROM unnest(lead_ids) AS needs(lead_id)
                          WHERE needs.lead_id = ANY(%(leads)s::uuid[]))) AS needed
        WHERE place <= %(most)s ORDER BY call_id
        """,
        {"batch": batch_id, "leads": lead_ids, "provider": provider, "most": most},
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
        (list(payers), list(payers.values()), sandbox),
    )


def drop(cursor: Cursor, call_ids: list[str]) -> None:
    """Planned calls that are not to be made: for want of money."""
    if call_ids:
        cursor.execute(
            "UPDATE provider_calls SET state = 'dropped', request = NULL, price = 0"
            " WHERE id = ANY(%s::uuid[]) AND state = 'planned'", (call_ids,))


def switch_mode(cursor: Cursor, batch_id: str, provider: str, sandbox: bool) -> None:
    """Planned calls of a provider whose key was just added or removed follow its new mode."""
    cursor.execute(
        "UPDATE provider_calls c SET sandbox = %(sandbox)s WHERE batch_id = %(batch)s"  # noqa: S608
        " AND provider = %(provider)s AND state = 'planned' AND sandbox <> %(sandbox)s"
        " AND NOT EXISTS (SELECT 1 FROM provider_calls u WHERE u.request_key = c.request_key"
        f"   AND u.sandbox = %(sandbox)s AND u.state IN {words(UNDER_WAY)})",
        {"sandbox": sandbox, "batch": batch_id, "provider": provider},
    )


def started(cursor: Cursor, call_ids: list[str]) -> dict[str, Row]:
    """Calls that wait for their answer, by id; in_doubt ones too: a late answer is welcome."""
    rows = many(
        cursor,
        "SELECT id::text AS call_id, provider, operation, request_key, sandbox, subject_kind,"
        " subject_id::text AS subject_id, batch_id::text AS batch_id, lead_ids::text[] AS lead_ids"
        " FROM provider_calls WHERE id = ANY(%s::uuid[]) AND state IN ('started', 'in_doubt') FOR UPDATE",
        (call_ids,),
    )
    return {row["call_id"]: row for row in rows}


def unsend(cursor: Cursor, call_ids: list[str]) -> None:
    """These calls were never sent."""
    if call_ids:
        cursor.execute(
            "UPDATE provider_calls SET state = 'dropped', request = NULL, started_at = NULL, price = 0"
            " WHERE id = ANY(%s::uuid[]) AND state = 'started'", (call_ids,),
        )


def settle(cursor: Cursor, rows: list[Row]) -> None:
    """Calls that were answered: [{id, outcome, status, credits, price, elapsed_ms, error}]; where the price
    is None what was reserved stays."""
    update_from(
        cursor, "provider_calls", rows,
        columns={"id": "uuid", "outcome": "text", "status": "integer", "credits": "numeric",
                 "price": "numeric", "elapsed_ms": "integer", "error": "text"},
        key="id",
        changes="""state = 'answered', answered_at = now(), request = NULL, outcome = v.outcome,
            price = coalesce(v.price, t.price),
            status = v.status, credits = v.credits, elapsed_ms = v.elapsed_ms, error = v.error""",
    )


def keep_answers(cursor: Cursor, rows: list[Row]) -> None:
    """Answers into the cache: the newest of a key stands."""
    insert(
        cursor, "provider_cache", sorted(rows, key=lambda row: row["request_key"]),
        conflict="""ON CONFLICT (request_key, sandbox) DO UPDATE SET outcome = excluded.outcome,
            answer = excluded.answer, applied = excluded.applied, fetched_at = excluded.fetched_at,
            expires_at = excluded.expires_at, subject_kind = excluded.subject_kind,
            subject_id = excluded.subject_id""",
    )


def unapplied(cursor: Cursor, subject_ids: list[str]) -> list[Row]:
    """Answers about these subjects that are not merged yet, locked for this transaction."""
    return many(
        cursor,
        "SELECT request_key, sandbox, provider, operation, subject_kind,"
        " subject_id::text AS subject_id, answer, fetched_at FROM provider_cache"
        " WHERE subject_id = ANY(%s::uuid[]) AND NOT applied ORDER BY request_key, sandbox FOR UPDATE",
        (subject_ids,),
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
