"""What calls of providers cost, summed up from the ledger in USD."""

from __future__ import annotations

from sidecar.store.database import Cursor, Row, as_array, many
from sidecar.store.locks import MONEY

_SPENT_AT = "coalesce(started_at, planned_at)"  # as the index has it


def lock(cursor: Cursor) -> None:
    """One transaction at a time says what is spent: what others reserved before is seen after this."""
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", (MONEY,))


def by_lead(cursor: Cursor, lead_ids: list[str], without: list[str]) -> dict[tuple[str, bool], float]:
    """What was spent for leads and is reserved, without these calls: {(lead id, sandbox): USD}."""
    rows = many(
        cursor, "SELECT lead_id::text AS lead_id, sandbox, sum(price)::float8 AS usd FROM provider_calls"
        " WHERE lead_id = ANY(%s::uuid[]) AND price > 0 AND id <> ALL(%s::uuid[]) GROUP BY lead_id, sandbox",
        (lead_ids, without))
    return {(row["lead_id"], row["sandbox"]): row["usd"] for row in rows}


def by_provider(cursor: Cursor, *, month: bool, without: list[str]) -> list[Row]:
    """What was spent and is reserved this day and, if wanted, this month (UTC), without these calls:
    [{provider, sandbox, today, this_month}]."""
    return many(
        cursor,
        "SELECT provider, sandbox, sum(price)::float8 AS this_month,"  # noqa: S608
        f" coalesce(sum(price) FILTER (WHERE {_SPENT_AT} >= date_trunc('day', now(), 'UTC')), 0)::float8"
        " AS today FROM provider_calls"
        f" WHERE {_SPENT_AT} >= date_trunc(%s, now(), 'UTC') AND price > 0 AND id <> ALL(%s::uuid[])"
        " GROUP BY provider, sandbox", ("month" if month else "day", without))


def lately(cursor: Cursor, days: int) -> dict[tuple[str, bool], float]:
    """What was spent in the last days: {(provider, sandbox): USD}."""
    rows = many(
        cursor, "SELECT provider, sandbox, sum(price)::float8 AS usd FROM provider_calls"  # noqa: S608
        f" WHERE {_SPENT_AT} > now() - %s * interval '1 day' AND price > 0 GROUP BY provider, sandbox",
        (days,))
    return {(row["provider"], row["sandbox"]): row["usd"] for row in rows}


def pending(cursor: Cursor, keys: list[str]) -> dict[tuple[str, bool], float]:
    """What is reserved for answers that are to come: {(request_key, sandbox): USD}."""
    rows = many(
        cursor, "SELECT request_key, sandbox, sum(price)::float8 AS usd FROM provider_calls"
        " WHERE request_key = ANY(%s::text[]) AND outcome = 'pending' AND price > 0"
        " GROUP BY request_key, sandbox", (as_array(keys),))
    return {(row["request_key"], row["sandbox"]): row["usd"] for row in rows}


def pass_on(cursor: Cursor, keys: list[str]) -> None:
    """What was reserved for answers that were pending passes to the calls that ask for them again."""
    if keys:
        cursor.execute(
            "UPDATE provider_calls SET price = 0"
            " WHERE request_key = ANY(%s) AND outcome = 'pending' AND price > 0", (keys,))


def of_lead(cursor: Cursor, lead_id: str) -> list[Row]:
    """The calls about a lead's person and company, in order: [{call_id, provider, operation, subject_kind,
    sandbox, state, outcome, price, lead_id, reason, planned_at, started_at, answered_at}]. What was
    dropped asked nothing."""
    return many(
        cursor,
        "SELECT c.id::text AS call_id, c.provider, c.operation, c.subject_kind, c.sandbox, c.state,"
        " c.outcome, c.price::float8 AS price, c.lead_id::text AS lead_id, c.reason, c.planned_at,"
        " c.started_at, c.answered_at FROM provider_calls c"
        " WHERE c.state <> 'dropped' AND c.id IN ("
        "   SELECT s.id FROM leads l JOIN provider_calls s ON s.subject_id IN (l.contact_id, l.org_id)"
        "   WHERE l.id = %(lead)s"
        "   UNION SELECT id FROM provider_calls WHERE lead_id = %(lead)s AND price > 0)"
        " ORDER BY c.id LIMIT 500", {"lead": lead_id})
