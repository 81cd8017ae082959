"""Figures for the dashboard, from the counts that triggers keep (sql/0007_counts.sql)."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

from sidecar.store import locks
from sidecar.store.database import Cursor, Row, many, one, words
from sidecar.terms.states import DUE, GRADES, LANES

# Changes that are added up in one transaction.
FOLDED = 100_000
_SOURCES = 12


def overview(cursor: Cursor, days: int) -> tuple[dict[str, Any], int]:
    """({totals, grades, by_day, sources} of one moment, how many changes are not added up yet)."""
    rows = many(
        cursor,
        """
        WITH first AS (SELECT (now() AT TIME ZONE 'UTC')::date - (%(days)s - 1) AS day)
        SELECT figure, x.day, name, sum(n)::bigint AS n, sum(changes)::bigint AS changes, first.day AS first
        FROM first LEFT JOIN (
              SELECT figure, day, name, n, 0 AS changes FROM counts WHERE figure <> 'day'
              UNION ALL SELECT figure, day, name, n, 0 FROM counts
              WHERE figure = 'day' AND day >= (SELECT day FROM first)
              UNION ALL SELECT figure, day, name, n, 1 FROM count_changes) x ON true
        GROUP BY figure, x.day, name, first.day
        """, {"days": days})
    counted: dict[str, Counter[str]] = {
        figure: Counter() for figure in ("grade", "source", "stage", "outcome")}
    by_day: dict[date, Counter[str]] = {}
    for row in rows:
        if row["figure"] is None:  # nothing at all: the one row tells the first day
            continue
        kept = by_day.setdefault(row["day"], Counter()) if row["day"] else counted[row["figure"]]
        kept[row["name"]] = row["n"]
    stages, outcomes = counted["stage"], counted["outcome"]
    sources = sorted((-n, name) for name, n in counted["source"].items() if n)[:_SOURCES]
    return {
        "totals": {
            "received": outcomes.total(), "rejected": outcomes["rejected"],
            "scored": stages["done"] + stages["scored"], "queued": stages["queued"] + stages["leased"],
            "waiting": stages["waiting"], "let_go": stages["let_go"], "dead": stages["dead"],
        },
        "grades": {name: counted["grade"][name] for name in (*GRADES, "unscored")},
        "by_day": [_day(day, by_day.get(day, Counter()))
                   for day in (rows[0]["first"] + timedelta(back) for back in range(days))],
        "sources": [{"source": name, "count": -n} for n, name in sources],
    }, sum(row["changes"] or 0 for row in rows)


def mail(cursor: Cursor) -> dict[str, Row]:
    """What became of mails by the class that the address had then: {email_status: {addresses, bounced}};
    addresses of which nothing is known are not counted."""
    return {row.pop("email_status"): row for row in many(
        cursor, "SELECT email_status, count(DISTINCT contact_id) AS addresses,"
        " count(DISTINCT contact_id) FILTER (WHERE type = 'bounce') AS bounced FROM events"
        " WHERE email_status IS NOT NULL GROUP BY email_status")}


def pace(cursor: Cursor) -> Row:
    """{oldest_waiting_seconds: age of the oldest due lead, 0 when none is; last_run_at and last_run_seconds:
    of the youngest claim, missing when there was none}."""
    row = one(
        cursor,
        f"""
        SELECT coalesce(extract(epoch FROM now() - (
                   SELECT min(due_at) FROM unnest(%s) lane CROSS JOIN LATERAL (
                       SELECT due_at FROM work_items w
                       WHERE w.lane = lane.lane AND stage IN {words(DUE)} AND due_at <= now()
                       ORDER BY due_at LIMIT 1) oldest)), 0)::float8 AS oldest_waiting_seconds,
               last.created_at AS last_run_at,
               extract(epoch FROM now() - last.created_at)::float8 AS last_run_seconds
        FROM (SELECT 1) always LEFT JOIN (
              SELECT created_at FROM batches ORDER BY id DESC LIMIT 1) last ON true
        """, (list(LANES),))  # noqa: S608
    return {name: value for name, value in (row or {}).items() if value is not None}


def _day(day: date, grades: Counter[str]) -> dict[str, Any]:
    return {"day": day.isoformat(), "received": grades.total(), **{name: grades[name] for name in GRADES}}


def fold(cursor: Cursor) -> bool:
    """Add up to FOLDED changes to the counts; answers whether more are left. When two processes try
    at once, one does it and the other answers False."""
    row = one(cursor, "SELECT pg_try_advisory_xact_lock(%s) AS mine", (locks.COUNTS,))
    if not row or not row["mine"]:
        return False
    cursor.execute(
        """
        WITH gone AS (DELETE FROM count_changes WHERE ctid IN (SELECT ctid FROM count_changes LIMIT %s)
                      RETURNING *),
        added AS (INSERT INTO counts SELECT figure, day, name, sum(n) FROM gone
                  GROUP BY figure, day, name HAVING sum(n) <> 0
                  ON CONFLICT (figure, day, name) DO UPDATE SET n = counts.n + excluded.n
                  RETURNING 1)
        SELECT count(*) AS taken FROM gone
        """, (FOLDED,))
    taken = cursor.fetchone()
    cursor.execute("DELETE FROM counts WHERE n = 0")
    return bool(taken and taken["taken"] == FOLDED)


def recount(cursor: Cursor) -> int:
    """Count the tables and correct the stored counts by the difference; answers how many were wrong.

    Both are seen by one statement, thus at one moment: whoever writes or adds up meanwhile neither
    waits nor is counted twice.
    """
    # When two run at once, the second must see the corrections of the first.
    cursor.execute("SET LOCAL statement_timeout = 0; SELECT pg_advisory_xact_lock(%s)", (locks.RECOUNT,))
    return len(many(
        cursor,
        """
        INSERT INTO count_changes SELECT figure, day, name, sum(n) FROM (
              SELECT f.*, 1 AS n FROM leads r, lead_figures(r.created_at, r.source, r.grade) f
              UNION ALL SELECT f.*, 1 FROM work_items r, work_figures(r.stage) f
              UNION ALL SELECT f.*, 1 FROM intake r, intake_figures(r.outcome) f
              UNION ALL SELECT figure, day, name, -n FROM counts
              UNION ALL SELECT figure, day, name, -n FROM count_changes) x
        GROUP BY figure, day, name HAVING sum(n) <> 0 RETURNING 1
        """))
