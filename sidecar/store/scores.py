"""Scores, what they were made of, and what became of the leads."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sidecar.records.outcomes import outcome_of
from sidecar.store.database import (
    Cursor,
    Executes,
    Row,
    as_array,
    as_json,
    insert,
    insert_returning,
    many,
    one,
    update_from,
)
from sidecar.store.facts import COUNTED
from sidecar.terms.states import OPEN


def add(cursor: Cursor, rows: list[Row]) -> set[str]:
    """Keep scores, of each claim the last one of a lead. The leads whose total or grade is another than this
    claim found before."""
    kept = insert_returning(
        cursor, "lead_scores", rows,
        conflict="""ON CONFLICT (lead_id, batch_id) DO UPDATE SET total_score = excluded.total_score,
            grade = excluded.grade, breakdown = excluded.breakdown, model_version = excluded.model_version,
            calculated_at = excluded.calculated_at, previous_grade = excluded.previous_grade,
            events = excluded.events, machine = excluded.machine, prediction = excluded.prediction,
            digest = excluded.digest""",
        returning="lead_id::text AS lead_id, (old.total_score, old.grade)"
        " IS DISTINCT FROM (new.total_score, new.grade) AS changed")
    return {row["lead_id"] for row in kept if row["changed"]}


def add_facts(cursor: Executes, rows: list[Row]) -> None:
    """Keep what scoring sees of leads from now on: [{lead_id, since, digest, facts}]."""
    insert(cursor, "lead_facts", rows, conflict="ON CONFLICT (lead_id, since) DO UPDATE SET"
           " digest = excluded.digest, facts = excluded.facts")


def digests(cursor: Cursor, lead_ids: Iterable[str]) -> dict[str, tuple[str | None, str | None]]:
    """(of the facts that were last kept, of the last score) by lead id."""
    cursor.execute(
        cursor.prepared("""
        SELECT wanted.id::text, f.digest, s.digest FROM unnest($1::uuid[]) AS wanted(id)
        LEFT JOIN LATERAL (SELECT digest FROM lead_facts WHERE lead_id = wanted.id
                           ORDER BY since DESC LIMIT 1) f ON true
        LEFT JOIN LATERAL (SELECT digest FROM lead_scores WHERE lead_id = wanted.id
                           ORDER BY calculated_at DESC LIMIT 1) s ON true"""), (as_array(lead_ids),))
    return {lead_id: (facts, score) for lead_id, facts, score in cursor.fetchvalues()}


def set_latest(cursor: Executes, rows: list[Row]) -> None:
    """[{id, total (in hundredths), grade, hot (1 if it changed into hot and that is news, else 0)}]."""
    update_from(
        cursor, "leads", rows,
        columns={"id": "uuid", "total": "integer", "grade": "text", "hot": "integer"}, key="id",
        changes="""total_score = v.total, grade = v.grade, hot_changes = t.hot_changes + v.hot,
            cooled_at = CASE WHEN t.grade = 'hot' AND v.grade <> 'hot' THEN now() ELSE t.cooled_at END,
            scored_at = now(), version = t.version + 1, updated_at = now()""",
    )


_KEPT = """s.id::text AS id, s.lead_id::text AS lead_id, s.total_score, s.grade, s.breakdown, s.model_version,
    s.calculated_at, s.previous_grade, s.events::text[] AS events, s.machine, s.prediction"""


def latest(cursor: Cursor, lead_id: str) -> Row | None:
    """The last score of a lead; of a lead that has none its id alone, None where there is no such lead."""
    return one(cursor, cursor.prepared(
        f"SELECT l.id::text AS lead, {_KEPT} FROM leads l LEFT JOIN LATERAL (SELECT * FROM lead_scores"  # noqa: S608
        " WHERE lead_id = l.id ORDER BY calculated_at DESC LIMIT 1) s ON true WHERE l.id = $1"), (lead_id,))


def at(cursor: Cursor, lead_id: str, moment: datetime) -> Row | None:
    """The score that a lead had at a moment, with what it was made of, and `facts`, those known at that
    moment; of a lead that had none its id alone, None where there is no such lead."""
    return one(cursor, cursor.prepared(f"""
        SELECT l.id::text AS lead, {_KEPT},
               (SELECT facts FROM lead_facts f WHERE f.lead_id = l.id AND since <= $2
                ORDER BY since DESC LIMIT 1) AS facts
        FROM leads l LEFT JOIN LATERAL (
            SELECT * FROM lead_scores WHERE lead_id = l.id AND calculated_at <= $2
            ORDER BY calculated_at DESC LIMIT 1) s ON true WHERE l.id = $1"""), (lead_id, moment))  # noqa: S608


def page(cursor: Cursor, lead_id: str, limit: int, after: str | None) -> list[Row]:
    """Scores of a lead, the newest first."""
    return many(
        cursor, f"SELECT {_KEPT} FROM lead_scores s WHERE lead_id = %(lead)s"  # noqa: S608
        " AND (%(after)s IS NULL OR (s.calculated_at, s.id) < (SELECT calculated_at, id FROM lead_scores"
        " WHERE id = %(after)s::uuid AND lead_id = %(lead)s))"
        " ORDER BY s.calculated_at DESC, s.id DESC LIMIT %(limit)s",
        {"lead": lead_id, "after": after, "limit": limit})


def facts_of(cursor: Cursor, contact_id: str) -> list[Row]:
    """What scoring saw of a person's leads, and when: [{lead_id, since, facts}]."""
    return many(
        cursor, "SELECT f.lead_id::text AS lead_id, f.since, f.facts FROM lead_facts f"
        " JOIN leads l ON l.id = f.lead_id WHERE l.contact_id = %s ORDER BY f.since", (contact_id,))


def of_accounts(cursor: Cursor, organization_ids: list[str], most: int) -> dict[str, Row]:
    """By organization with open leads that have a score: how many people, and the best of them, `most` at
    most: {people, best: [{id, total (0 to 100)}]}."""
    return {row.pop("id"): row for row in many(
        cursor,
        """
        SELECT org_id::text AS id, count(*) AS people,
               jsonb_agg(jsonb_build_object('id', contact_id, 'total', total / 100.0))
                   FILTER (WHERE place <= %(most)s) AS best
        FROM (SELECT org_id, contact_id, max(total_score) AS total, row_number() OVER (
                  PARTITION BY org_id ORDER BY max(total_score) DESC, contact_id) AS place
              FROM leads WHERE org_id = ANY(%(ids)s::uuid[]) AND total_score IS NOT NULL AND NOT is_test
                AND status = ANY(%(open)s)
              GROUP BY org_id, contact_id) people
        GROUP BY org_id""", {"ids": organization_ids, "most": most, "open": list(OPEN)})}


def after(cursor: Cursor, last: str | None, limit: int, one_of: int = 1) -> list[str]:
    """The ids of leads that have a score, in order, beginning after one of them; one of so many, by chance,
    but always the same."""
    part = " AND ('x' || right(id::text, 7))::bit(28)::int %% %(one_of)s = 0" if one_of > 1 else ""
    return [row["id"] for row in many(
        cursor, "SELECT id::text AS id FROM leads WHERE total_score IS NOT NULL"  # noqa: S608
        f" AND (%(last)s IS NULL OR id > %(last)s::uuid){part} ORDER BY leads.id LIMIT %(limit)s",
        {"last": last, "limit": limit, "one_of": one_of})]


def count(cursor: Cursor) -> int:
    """How many leads have a score."""
    row = one(cursor, "SELECT count(*) AS n FROM leads WHERE total_score IS NOT NULL")
    return row["n"] if row else 0


# Leads l that were won or lost, and when: here by their status, or elsewhere as that says it. A time that is
# yet to come is none.
ENDED = """
    SELECT l.id, l.contact_id, ended.won, ended.at FROM leads l CROSS JOIN LATERAL (
        SELECT l.status = 'converted' AS won, coalesce((
            SELECT max(changed_at) FROM lead_status_history h
            WHERE h.lead_id = l.id AND h.to_status = l.status), l.updated_at) AS at
        WHERE l.status IN ('converted', 'lost')
        UNION ALL SELECT l.outcome = ANY(%(won)s::text[]), CASE
            WHEN l.outcome_at ~ '^[12][0-9]{3}-' AND pg_input_is_valid(l.outcome_at, 'timestamptz')
            THEN CASE WHEN l.outcome_at::timestamptz <= now() THEN l.outcome_at::timestamptz END END
        WHERE l.status NOT IN ('converted', 'lost')
            AND l.outcome = ANY(%(won)s::text[] || %(lost)s::text[])) ended
    WHERE NOT l.is_test AND (l.status IN ('converted', 'lost') OR l.outcome IS NOT NULL)"""


def outcomes_said(cursor: Cursor) -> dict[str, list[str]]:
    """What ENDED is to be told: which of the outcomes that leads came with say {won, lost}."""
    found = many(cursor, "SELECT DISTINCT outcome FROM leads WHERE outcome IS NOT NULL")
    said = [(row["outcome"], outcome_of(row["outcome"])) for row in found]
    return {name: [text for text, won in said if won is wanted]
            for name, wanted in (("won", True), ("lost", False))}


def ended(cursor: Cursor, limit: int) -> list[Row]:
    """Leads that were won or lost, the latest first: [{lead_id, won, ended_at}]."""
    return many(
        cursor, f"SELECT id::text AS lead_id, won, at AS ended_at FROM ({ENDED}) e"  # noqa: S608
        " WHERE at IS NOT NULL ORDER BY at DESC, id LIMIT %(limit)s",
        outcomes_said(cursor) | {"limit": limit})


def facts_at(cursor: Cursor, wanted: Iterable[Row]) -> dict[str, Row]:
    """What was known of each lead at a moment of its own ({lead_id, at}): {facts or None, prediction,
    events}."""
    rows = many(
        cursor,
        f"""
        SELECT v.lead_id::text AS lead_id, f.facts, s.prediction, coalesce(e.events, '[]') AS events
        FROM jsonb_to_recordset(%s) v(lead_id uuid, at timestamptz) JOIN leads l ON l.id = v.lead_id
        LEFT JOIN LATERAL (SELECT facts FROM lead_facts WHERE lead_id = v.lead_id AND since <= v.at
                           ORDER BY since DESC LIMIT 1) f ON true
        LEFT JOIN LATERAL (SELECT prediction FROM lead_scores WHERE lead_id = v.lead_id
                           AND calculated_at <= v.at ORDER BY calculated_at DESC LIMIT 1) s ON true
        LEFT JOIN LATERAL (
            SELECT jsonb_agg(jsonb_build_object('type', type, 'occurred_at', occurred_at,
                                                'properties', properties, 'machine', machine)) AS events
            FROM (SELECT * FROM events WHERE contact_id = l.contact_id AND received_at <= v.at
                  AND occurred_at <= v.at AND {COUNTED} ORDER BY occurred_at DESC LIMIT 200) known) e ON true
        """, (as_json([{"lead_id": row["lead_id"], "at": row["at"]} for row in wanted]),))  # noqa: S608
    return {row["lead_id"]: row for row in rows}
