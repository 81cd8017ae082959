"""What routing stands on: who works when and has how much, whose turn it is, who has which account."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from sidecar.store import locks
from sidecar.store.database import Cursor, Gathered, Row, as_array, as_json, insert, many, words
from sidecar.terms.scopes import MAY_SEE
from sidecar.terms.states import OPEN

# Of a company so many leads are looked at, the newest ones; of a name so many companies.
_LEADS_OF_A_COMPANY = 100
_COMPANIES_OF_A_NAME = 20


def lock(cursor: Cursor) -> None:
    """Who routes leads does it alone until the transaction ends: nobody is dealt more than their share or
    capacity, and two leads of one company find one owner. Leads are locked before."""
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", (locks.ROUTING,))


def people(cursor: Cursor, since: datetime) -> list[Row]:
    """Who works on leads and did not leave, by id: [{id, email, time_zone, working_hours, holidays, capacity,
    starts, ends (of absences that were not over by then), open_hot (None without a capacity)}]."""
    return many(
        cursor,
        f"""
        SELECT u.id::text AS id, u.email, u.time_zone, u.working_hours, u.holidays, u.capacity,
               a.starts, a.ends,
               CASE WHEN u.capacity IS NOT NULL THEN (
                   SELECT count(*) FROM leads l WHERE l.owner_id = u.id AND l.grade = 'hot'
                   AND l.status IN {words(OPEN)} AND NOT l.is_test) END AS open_hot
        FROM users u CROSS JOIN LATERAL (
            SELECT coalesce(array_agg(starts_at ORDER BY starts_at, id), '{{}}') AS starts,
                   coalesce(array_agg(ends_at ORDER BY starts_at, id), '{{}}') AS ends
            FROM absences WHERE user_id = u.id AND ends_at > %s) a
        WHERE u.disabled_at IS NULL AND u.role <> 'viewer' ORDER BY u.id
        """, (since,))  # noqa: S608


def teams(cursor: Cursor) -> list[Row]:
    """[{id, name, lead_id, weights: {user id: weight}}]."""
    return many(
        cursor, cursor.prepared(
            "SELECT t.id::text AS id, t.name, t.lead_id::text AS lead_id,"
            " coalesce(jsonb_object_agg(m.user_id, m.weight) FILTER (WHERE m.user_id IS NOT NULL), '{}')"
            " AS weights FROM teams t LEFT JOIN team_members m ON m.team_id = t.id"
            " GROUP BY t.id ORDER BY t.id"))


def names(cursor: Cursor) -> dict[str, set[str]]:
    """What models may name: {team: names, email: addresses in lower case}."""
    return {
        "team": {row["name"] for row in many(cursor, "SELECT name FROM teams")},
        "email": {row["email"] for row in many(
            cursor, "SELECT email FROM users WHERE disabled_at IS NULL AND role <> 'viewer'")}}


def dealt(cursor: Cursor) -> dict[str, dict[str, int]]:
    """Pool -> user -> leads of the round that is under way."""
    found: dict[str, dict[str, int]] = {}
    for row in many(cursor, cursor.prepared("SELECT pool, user_id::text AS id, dealt FROM routing_shares")):
        found.setdefault(row["pool"], {})[row["id"]] = row["dealt"]
    return found


def save_dealt(
    cursor: Cursor, before: Mapping[str, Mapping[str, int]], after: Mapping[str, Mapping[str, int]]
) -> None:
    """What these pools are gone on from; who is no member any more joins anew."""
    gathered = Gathered(cursor)
    for pool in sorted(after):
        known = before.get(pool, {})
        if gone := known.keys() - after[pool].keys():
            gathered.execute("DELETE FROM routing_shares WHERE pool = %s AND user_id = ANY(%s::uuid[])",
                             (pool, as_array(sorted(gone))))
    insert(
        gathered, "routing_shares",
        [{"pool": pool, "user_id": one, "dealt": number} for pool in sorted(after)
         for one, number in sorted(after[pool].items()) if before.get(pool, {}).get(one) != number],
        conflict="ON CONFLICT (pool, user_id) DO UPDATE SET dealt = excluded.dealt")
    gathered.send()


def owned(cursor: Cursor, lead_ids: Collection[str]) -> set[str]:
    """Those of these leads that somebody has who did not leave and may see people."""
    return {row["id"] for row in many(
        cursor, cursor.prepared(
            "SELECT l.id::text AS id FROM leads l JOIN users u ON u.id = l.owner_id"
            " WHERE l.id = ANY($1::uuid[]) AND u.disabled_at IS NULL AND u.role = ANY($2)"),
        (as_array(lead_ids), as_array(MAY_SEE)))}


def accounts(cursor: Cursor, wanted: Iterable[Row]) -> list[Row]:
    """Who has leads of companies [{lead_id, organization_id, keys}]: of that one, and of those with one of
    the names (`company_key`): [{lead_id, organization_id, name, domain, user_id, at (since when)}], without
    the lead itself and leads of tests."""
    return many(
        cursor,
        cursor.prepared(f"""
        WITH wanted AS (
            SELECT * FROM jsonb_to_recordset($1::jsonb)
                AS w(lead_id uuid, organization_id uuid, keys text[])),
        company AS (
            SELECT w.lead_id, o.id, o.name, o.domain FROM wanted w
            CROSS JOIN LATERAL (SELECT * FROM organizations WHERE id = w.organization_id OFFSET 0) o
            UNION
            SELECT w.lead_id, o.id, o.name, o.domain FROM wanted w CROSS JOIN LATERAL unnest(w.keys) AS k(key)
            CROSS JOIN LATERAL (SELECT * FROM organizations WHERE company_key = k.key
                                LIMIT {_COMPANIES_OF_A_NAME}) o)
        SELECT c.lead_id::text AS lead_id, c.id::text AS organization_id, c.name, c.domain,
               l.owner_id::text AS user_id, max(coalesce(a.at, l.created_at)) AS at
        FROM company c
        CROSS JOIN LATERAL (
            SELECT id, owner_id, created_at FROM leads WHERE org_id = c.id AND owner_id IS NOT NULL
            AND id <> c.lead_id AND NOT is_test ORDER BY id DESC LIMIT {_LEADS_OF_A_COMPANY}) l
        LEFT JOIN LATERAL (
            SELECT at FROM assignments WHERE lead_id = l.id AND user_id = l.owner_id AND undone_at IS NULL
            ORDER BY at DESC LIMIT 1) a ON true
        GROUP BY 1, 2, 3, 4, 5
        """), (as_json(list(wanted)),))  # noqa: S608


def became_hot(cursor: Cursor, since: datetime, limit: int) -> tuple[int, list[Row]]:
    """(how many leads became hot since then, the latest of them [{lead_id, at}] in their order)."""
    rows = many(
        cursor,
        """
        SELECT l.id::text AS lead_id, h.at, count(*) OVER () AS of FROM leads l CROSS JOIN LATERAL (
            SELECT max(calculated_at) AS at FROM lead_scores WHERE lead_id = l.id AND grade = 'hot'
            AND previous_grade IS DISTINCT FROM 'hot') h
        WHERE l.scored_at >= %(since)s AND l.hot_changes > 0 AND NOT l.is_test AND h.at >= %(since)s
        ORDER BY h.at DESC, l.id DESC LIMIT %(limit)s
        """, {"since": since, "limit": limit})
    return rows[0]["of"] if rows else 0, [
        {"lead_id": row["lead_id"], "at": row["at"]} for row in reversed(rows)]
