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
    """({totals, grades, by_day} of one moment, how many changes are not added up yet)."""
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
    return {
        "totals": {
            "received": outcomes.total(), "rejected": outcomes["rejected"],
            "scored": stages["done"] + stages["scored"], "queued": stages["queued"] + stages["leased"],
            "waiting": stages["waiting"], "let_go": stages["let_go"], "dead": stages["dead"],
        },
        "grades": {name: counted["grade"][name] for name in (*GRADES, "unscored")},
        "by_day": [_day(day, by_day.get(day, Counter()))
                   for day in (rows[0]["first"] + timedelta(back) for back in range(days))],
    }, sum(row["changes"] or 0 for row in rows)


# The first moment of the period of so many UTC days that ends today, and of the one before it.
_PERIODS = """WITH period AS (
    SELECT first, first - %(days)s * interval '1 day' AS before
    FROM (SELECT (date_trunc('day', now(), 'UTC') - (%(days)s - 1) * interval '1 day') AS first) f)"""


def period(cursor: Cursor, days: int) -> dict[str, Any]:
    """What came in the last `days` UTC days, and in as many before, without test leads: {now, before: {sent,
    created, repeated, rejected, hot, won: of the leads created then; became_hot, touched, minutes: median to
    the first touch, None when none was}, sources: [{source, leads, hot, won}] now, the most first, scores:
    leads by tenth of the score}."""
    leads = many(
        cursor,
        f"""{_PERIODS}
        SELECT created_at >= first AS now, source, count(*) AS leads,
               count(*) FILTER (WHERE grade = 'hot') AS hot,
               count(*) FILTER (WHERE status = 'converted') AS won
        FROM leads, period WHERE created_at >= before AND NOT is_test
        GROUP BY 1, 2 ORDER BY leads DESC, source
        """, {"days": days})  # noqa: S608
    sent = many(
        cursor,
        f"""{_PERIODS}
        SELECT received_at >= first AS now, outcome, count(*) AS n FROM intake, period
        WHERE received_at >= before GROUP BY 1, 2
        """, {"days": days})  # noqa: S608
    touches = {row.pop("now"): row for row in many(
        cursor,
        f"""{_PERIODS}
        SELECT at >= first AS now, count(*) AS became_hot, count(touched_at) AS touched,
               percentile_cont(0.5) WITHIN GROUP (
                   ORDER BY extract(epoch FROM touched_at - at) / 60) AS minutes
        FROM hot_changes, period WHERE at >= before GROUP BY 1
        """, {"days": days})}  # noqa: S608
    scores = {row["tenth"]: row["n"] for row in many(
        cursor,
        f"""{_PERIODS}
        SELECT least(total_score / 1000, 9) AS tenth, count(*) AS n FROM leads, period
        WHERE created_at >= first AND NOT is_test AND total_score IS NOT NULL GROUP BY 1
        """, {"days": days})}  # noqa: S608

    def of(now: bool) -> dict[str, Any]:
        outcomes = Counter({row["outcome"]: row["n"] for row in sent if row["now"] is now})
        mine = [row for row in leads if row["now"] is now]
        return {
            "sent": outcomes.total(), "created": outcomes["created"], "repeated": outcomes["updated"],
            "rejected": outcomes["rejected"], "hot": sum(row["hot"] for row in mine),
            "won": sum(row["won"] for row in mine),
        } | touches.get(now, {"became_hot": 0, "touched": 0, "minutes": None})

    return {
        "now": of(True), "before": of(False), "scores": [scores.get(tenth, 0) for tenth in range(10)],
        "sources": [{name: row[name] for name in ("source", "leads", "hot", "won")}
                    for row in leads if row["now"]][:_SOURCES]}


def to_do(cursor: Cursor) -> Row:
    """What waits for a person now: {hot: hot leads with status new, duplicates, rejects, messages: that were
    given up in the last 7 days}."""
    return one(
        cursor,
        """
        SELECT (SELECT count(*) FROM leads WHERE grade = 'hot' AND status = 'new' AND NOT is_test) AS hot,
               (SELECT count(*) FROM duplicates WHERE state = 'open') AS duplicates,
               (SELECT count(*) FROM intake WHERE outcome = 'rejected' AND resolved_at IS NULL
                AND closed_at IS NULL) AS rejects,
               (SELECT count(*) FROM notifications WHERE state = 'dead'
                AND created_at > now() - interval '7 days') AS messages
        """) or {}


def mail(cursor: Cursor) -> dict[str, Row]:
    """What became of mails by the class that the address had then: {email_status: {addresses, bounced}};
    addresses of which nothing is known are not counted."""
    return {row.pop("email_status"): row for row in many(
        cursor, "SELECT email_status, count(DISTINCT contact_id) AS addresses,"
        " count(DISTINCT contact_id) FILTER (WHERE type = 'bounce') AS bounced FROM events"
        " WHERE email_status IS NOT NULL GROUP BY email_status")}


def grades(cursor: Cursor) -> dict[str, int]:
    """How many leads there are of each grade, and `unscored`."""
    counted = {row["name"]: row["n"] for row in many(
        cursor, "SELECT name, sum(n)::bigint AS n FROM ("
        " SELECT name, n FROM counts WHERE figure = 'grade'"
        " UNION ALL SELECT name, n FROM count_changes WHERE figure = 'grade') x GROUP BY name")}
    return {name: counted.get(name, 0) for name in (*GRADES, "unscored")}


def named_sources(cursor: Cursor, fewest: int, most: int) -> list[str]:
    """The sources of forms and connections, and those of at least so many leads: the `most` largest."""
    return [row["name"] for row in many(
        cursor, """
        SELECT name FROM (
            SELECT source AS name, 'infinity'::float8 AS n FROM forms
            UNION ALL SELECT CASE kind WHEN 'generic' THEN name ELSE kind END, 'infinity' FROM sources
            UNION ALL SELECT name, n FROM counts WHERE figure = 'source' AND n >= %s) x
        GROUP BY name ORDER BY max(n) DESC, name LIMIT %s
        """, (fewest, most))]


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
              UNION ALL SELECT f.*, r.n FROM intake_past r, intake_figures(r.outcome) f
              UNION ALL SELECT figure, day, name, -n FROM counts
              UNION ALL SELECT figure, day, name, -n FROM count_changes) x
        GROUP BY figure, day, name HAVING sum(n) <> 0 RETURNING 1
        """))
