"""What calls of providers cost, summed up from the ledger in USD."""

from __future__ import annotations

from sidecar.store.database import Cursor, Row, as_array, many
from sidecar.store.locks import MONEY

# Of which day the money of a call is, as the triggers of sql/0021_pre_spent.sql have it.
_DAY = "(coalesce(started_at, planned_at) AT TIME ZONE 'UTC')::date"


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
    [{provider, sandbox, today, this_month}]. Days are added up already: it is no matter how many calls a
    month has."""
    return many(
        cursor,
        f"""
        WITH since AS (SELECT date_trunc(%(part)s, now() AT TIME ZONE 'UTC')::date AS day)
        SELECT provider, sandbox, sum(usd)::float8 AS this_month,
               coalesce(sum(usd) FILTER (WHERE day = (now() AT TIME ZONE 'UTC')::date), 0)::float8 AS today
        FROM (SELECT * FROM spent UNION ALL SELECT * FROM spent_changes
              UNION ALL SELECT {_DAY}, provider, sandbox, -price FROM provider_calls
              WHERE id = ANY(%(without)s::uuid[]) AND price > 0) AS added
        WHERE day >= (SELECT day FROM since) GROUP BY provider, sandbox
        """,  # noqa: S608
        {"part": "month" if month else "day", "without": without})


def lately(cursor: Cursor, days: int) -> dict[tuple[str, bool], float]:
    """What was spent in the last days (UTC), today's taken in: {(provider, sandbox): USD}."""
    rows = many(
        cursor, "SELECT provider, sandbox, sum(usd)::float8 AS usd FROM ("
        " SELECT * FROM spent UNION ALL SELECT * FROM spent_changes) AS added"
        " WHERE day > (now() AT TIME ZONE 'UTC')::date - %s GROUP BY provider, sandbox", (days,))
    return {(row["provider"], row["sandbox"]): row["usd"] for row in rows}


def by_day(cursor: Cursor, days: int) -> list[Row]:
    """What was spent in the last days (UTC), today's taken in: [{day, provider, sandbox, usd}], in order."""
    return many(
        cursor, "SELECT day, provider, sandbox, sum(usd)::float8 AS usd FROM ("
        " SELECT * FROM spent UNION ALL SELECT * FROM spent_changes) AS added"
        " WHERE day > (now() AT TIME ZONE 'UTC')::date - %s"
        " GROUP BY day, provider, sandbox HAVING sum(usd) <> 0 ORDER BY day, provider, sandbox", (days,))


def by_source(cursor: Cursor, days: int) -> list[Row]:
    """The same by the source of the leads that it was spent for: [{source, sandbox, leads, usd}], the most
    first; leads that are gone have none."""
    return many(
        cursor, "SELECT l.source, c.sandbox, count(DISTINCT c.lead_id) AS leads, sum(c.price)::float8 AS usd"
        " FROM provider_calls c LEFT JOIN leads l ON l.id = c.lead_id"
        " WHERE c.started_at >= date_trunc('day', now(), 'UTC') - (%s - 1) * interval '1 day' AND c.price > 0"
        " GROUP BY l.source, c.sandbox ORDER BY usd DESC, l.source LIMIT 100", (days,))


def fold(cursor: Cursor) -> None:
    """Add the changes of what was spent to the days."""
    cursor.execute(
        "WITH gone AS (DELETE FROM spent_changes RETURNING *)"
        " INSERT INTO spent SELECT day, provider, sandbox, sum(usd) FROM gone"
        " GROUP BY day, provider, sandbox ORDER BY day, provider, sandbox"
        " ON CONFLICT (day, provider, sandbox) DO UPDATE SET usd = spent.usd + excluded.usd")


def pending(cursor: Cursor, keys: list[str]) -> dict[tuple[str, bool], float]:
    """What is reserved for answers that are to come: {(request_key, sandbox): USD}."""
    rows = many(
        cursor, "SELECT request_key, sandbox, sum(price)::float8 AS usd FROM provider_calls"
        " WHERE request_key = ANY(%s::text[]) AND outcome = 'pending' AND price > 0"
        " GROUP BY request_key, sandbox", (as_array(keys),))
    return {(row["request_key"], row["sandbox"]): row["usd"] for row in rows}


def settle_late(cursor: Cursor, rows: list[Row]) -> None:
    """What was asked is answered: [{request_key, sandbox, price}]. The calls whose answers were pending are
    paid of what is reserved with them, for the lead and the day of then."""
    if rows:
        cursor.execute(
            "UPDATE provider_calls c SET outcome = 'late', price = least(v.price, c.price)"
            " FROM unnest(%s::text[], %s::bool[], %s::numeric[]) AS v(request_key, sandbox, price)"
            " WHERE c.request_key = v.request_key AND c.sandbox = v.sandbox AND c.outcome = 'pending'"
            " AND c.price > 0",
            tuple([row[name] for row in rows] for name in ("request_key", "sandbox", "price")))


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
