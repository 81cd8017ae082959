"""Figures for the dashboard and the metrics."""

from __future__ import annotations

from typing import Any

from sidecar.store.database import Cursor, many, one


def overview(cursor: Cursor, days: int) -> dict[str, Any]:
    """{totals, grades, by_day, sources} in four queries."""
    intake = one(
        cursor, "SELECT count(*) AS received, count(*) FILTER (WHERE outcome = 'rejected') AS rejected"
        " FROM intake") or {}
    stages = {
        row["stage"]: row["leads"] for row in many(
            cursor, "SELECT stage, count(*) AS leads FROM work_items GROUP BY stage")
    }
    grades = {
        row["grade"] or "unscored": row["leads"] for row in many(
            cursor, "SELECT grade, count(*) AS leads FROM leads GROUP BY grade")
    }
    by_day = many(
        cursor,
        """
        SELECT to_char(d.day, 'YYYY-MM-DD') AS day, count(l.id) AS received,
               count(l.id) FILTER (WHERE l.grade = 'hot') AS hot,
               count(l.id) FILTER (WHERE l.grade = 'warm') AS warm,
               count(l.id) FILTER (WHERE l.grade = 'cold') AS cold
        FROM generate_series(date_trunc('day', now() AT TIME ZONE 'UTC') - (%(days)s - 1) * interval '1 day',
                             date_trunc('day', now() AT TIME ZONE 'UTC'), interval '1 day') AS d(day)
        LEFT JOIN leads l ON l.created_at >= d.day AT TIME ZONE 'UTC'
              AND l.created_at < (d.day + interval '1 day') AT TIME ZONE 'UTC'
        GROUP BY d.day ORDER BY d.day
        """,
        {"days": days},
    )
    sources = many(
        cursor, "SELECT source, count(*) AS count FROM leads GROUP BY source ORDER BY 2 DESC LIMIT 12")
    return {
        "totals": {
            "received": intake.get("received", 0), "rejected": intake.get("rejected", 0),
            "scored": stages.get("done", 0) + stages.get("scored", 0),
            "queued": stages.get("queued", 0) + stages.get("leased", 0),
            "waiting": stages.get("waiting", 0), "dead": stages.get("dead", 0),
        },
        "grades": {name: grades.get(name, 0) for name in ("hot", "warm", "cold", "unscored")},
        "by_day": by_day,
        "sources": sources,
    }
