"""Scores and outcomes by month, counted now and then: what drift is measured by."""

from __future__ import annotations

from datetime import date

from sidecar.store.database import Cursor, Row, many
from sidecar.store.scores import ENDED, outcomes_said

_MONTHS = 13


def refresh(cursor: Cursor) -> None:
    """Count this month and the last anew; the first time, a year more."""
    cursor.execute(
        f"""
        WITH since AS (
            SELECT (date_trunc('month', now() AT TIME ZONE 'UTC') - CASE
                WHEN EXISTS (SELECT FROM score_months) THEN interval '1 month'
                ELSE %(months)s * interval '1 month' END) AT TIME ZONE 'UTC' AS at),
        counted AS (
            SELECT l.created_at AS at, s.total_score, 1 AS leads, 0 AS won, 0 AS lost
            FROM leads l CROSS JOIN LATERAL (SELECT total_score FROM lead_scores WHERE lead_id = l.id
                                             ORDER BY calculated_at LIMIT 1) s
            WHERE l.created_at >= (SELECT at FROM since) AND NOT l.is_test
            UNION ALL
            SELECT e.at, s.total_score, 0, e.won::int, (NOT e.won)::int
            FROM ({ENDED}) e CROSS JOIN LATERAL (
                SELECT total_score FROM lead_scores WHERE lead_id = e.id
                AND calculated_at <= e.at - interval '1 day' ORDER BY calculated_at DESC LIMIT 1) s
            WHERE e.at >= (SELECT at FROM since) AND e.at <= now()),
        gone AS (DELETE FROM score_months WHERE month >= (SELECT (at AT TIME ZONE 'UTC')::date FROM since)
                 AND (month, tenth) NOT IN (
                     SELECT date_trunc('month', at AT TIME ZONE 'UTC')::date, least(9, total_score / 1000)
                     FROM counted))
        INSERT INTO score_months (month, tenth, leads, won, lost)
        SELECT date_trunc('month', at AT TIME ZONE 'UTC')::date, least(9, total_score / 1000), sum(leads),
               sum(won), sum(lost)
        FROM counted GROUP BY 1, 2
        ON CONFLICT (month, tenth) DO UPDATE SET leads = excluded.leads, won = excluded.won,
            lost = excluded.lost
        """, outcomes_said(cursor) | {"months": _MONTHS})  # noqa: S608


def months(cursor: Cursor) -> dict[date, list[Row]]:
    """{leads, won, lost} of the ten tenths of the scale by month, the latest 16 with any."""
    found: dict[date, list[Row]] = {}
    for row in many(
            cursor, "SELECT month, tenth, leads, won, lost FROM score_months WHERE month >"
            " now() - interval '16 months' ORDER BY month"):
        tenths = found.setdefault(row["month"], [{"leads": 0, "won": 0, "lost": 0} for _ in range(10)])
        tenths[row["tenth"]] = {name: row[name] for name in ("leads", "won", "lost")}
    return found
