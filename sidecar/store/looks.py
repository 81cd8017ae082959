"""Which leads are looked at again for what went stale, and what that may cost."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sidecar.store.database import Cursor, Row, insert, many, words
from sidecar.terms.states import OPEN


def due(cursor: Cursor, before: datetime, limit: int, after: str | None) -> list[Row]:
    """Open leads at rest, by id after one, that were not looked at since `before`, or to whom mail came back
    since they were; locked, others are left to others: [{lead_id, looked_at, first_cost}]."""
    return many(
        cursor,
        "SELECT l.id::text AS lead_id, k.looked_at, k.first_cost::float8 AS first_cost"  # noqa: S608
        " FROM leads l JOIN work_items w ON w.lead_id = l.id LEFT JOIN looks k ON k.lead_id = l.id"
        f" WHERE w.stage = 'done' AND l.status IN {words(OPEN)} AND NOT l.is_test"
        " AND (%(after)s::uuid IS NULL OR l.id > %(after)s::uuid)"
        " AND (coalesce(k.looked_at, l.created_at) < %(before)s OR EXISTS (SELECT 1 FROM events e"
        "      WHERE e.contact_id = l.contact_id AND e.type = 'bounce'"
        "      AND e.occurred_at > coalesce(k.looked_at, l.created_at)))"
        " ORDER BY l.id LIMIT %(limit)s FOR UPDATE OF w SKIP LOCKED",
        {"before": before, "limit": limit, "after": after})


def costs(cursor: Cursor, lead_ids: list[str]) -> list[Row]:
    """What calls that leads paid for cost, each at one of them: [{lead_id, at, price (USD)}]."""
    return many(
        cursor, "SELECT lead_id::text AS lead_id, started_at AS at, price::float8 AS price"
        " FROM provider_calls WHERE lead_id = ANY(%s::uuid[]) AND price > 0 AND NOT sandbox"
        " AND started_at IS NOT NULL", (lead_ids,))


def bounces(cursor: Cursor, contact_ids: list[str]) -> dict[str, datetime]:
    """When mail last came back, by contact."""
    return {row["id"]: row["at"] for row in many(
        cursor, "SELECT contact_id::text AS id, max(occurred_at) AS at FROM events"
        " WHERE contact_id = ANY(%s::uuid[]) AND type = 'bounce' GROUP BY contact_id", (contact_ids,))}


def latest_answers(cursor: Cursor, organization_ids: list[str], provider: str, operation: str) -> list[Row]:
    """What a provider last answered about companies: [{organization_id, status, error, at}]."""
    return many(
        cursor, "SELECT DISTINCT ON (subject_id) subject_id::text AS organization_id, status, error,"
        " answered_at AS at FROM provider_calls WHERE subject_id = ANY(%s::uuid[]) AND provider = %s"
        " AND operation = %s AND state = 'answered' AND NOT sandbox ORDER BY subject_id, answered_at DESC",
        (organization_ids, provider, operation))


def save(cursor: Cursor, rows: list[dict[str, Any]]) -> None:
    """Note looks: [{lead_id, looked_at, first_cost, ceiling}]."""
    insert(
        cursor, "looks", sorted(rows, key=lambda row: str(row["lead_id"])),
        conflict="ON CONFLICT (lead_id) DO UPDATE SET looked_at = excluded.looked_at,"
        " ceiling = excluded.ceiling")


def under_way(cursor: Cursor, lead_ids: list[str], since: datetime) -> dict[str, Row]:
    """The looks of these leads that began since: {lead id: {looked_at, ceiling}}."""
    rows = many(
        cursor, "SELECT lead_id::text AS lead_id, looked_at, ceiling::float8 AS ceiling FROM looks"
        " WHERE lead_id = ANY(%s::uuid[]) AND looked_at > %s", (lead_ids, since))
    return {row["lead_id"]: row for row in rows}
