"""Figures for the dashboard, from the counts that triggers keep (sql/0013_statistics_counts.sql)."""

from __future__ import annotations

from typing import Any

from sidecar.store.database import Cursor, many

GRADES = ("hot", "warm", "cold")

_DAYS = """
SELECT to_char(d.day, 'YYYY-MM-DD') AS day, coalesce(sum(c.n), 0)::bigint AS received,
       coalesce(sum(c.n) FILTER (WHERE c.grade = 'hot'), 0)::bigint AS hot,
       coalesce(sum(c.n) FILTER (WHERE c.grade = 'warm'), 0)::bigint AS warm,
       coalesce(sum(c.n) FILTER (WHERE c.grade = 'cold'), 0)::bigint AS cold
FROM (SELECT (now() AT TIME ZONE 'UTC')::date - back AS day FROM generate_series(0, %(days)s - 1) back) d
LEFT JOIN counts c ON c.subject = 'lead' AND c.day = d.day
GROUP BY d.day ORDER BY d.day
"""


def overview(cursor: Cursor, days: int) -> dict[str, Any]:
    """{totals, grades, by_day, sources} in three queries over the counts."""
    numbers = {
        (row["subject"], row["name"]): row["n"] for row in many(
            cursor,
            "SELECT subject, CASE subject WHEN 'lead' THEN coalesce(grade, 'unscored') ELSE name END AS name,"
            " sum(n)::bigint AS n FROM counts GROUP BY 1, 2")
    }

    def total(subject: str, *names: str) -> int:
        return sum(numbers.get((subject, name), 0) for name in names)

    return {
        "totals": {
            "received": sum(n for (subject, _), n in numbers.items() if subject == "intake"),
            "rejected": total("intake", "rejected"),
            "scored": total("work", "done", "scored"), "queued": total("work", "queued", "leased"),
            "waiting": total("work", "waiting"), "dead": total("work", "dead"),
        },
        "grades": {name: total("lead", name) for name in (*GRADES, "unscored")},
        "by_day": many(cursor, _DAYS, {"days": days}),
        "sources": many(
            cursor, "SELECT name AS source, sum(n)::bigint AS count FROM counts WHERE subject = 'lead'"
            " GROUP BY name HAVING sum(n) > 0 ORDER BY 2 DESC, 1 LIMIT 12"),
    }


def fold(cursor: Cursor) -> None:
    """Fold the counts of one kind into one row each; rows that are written meanwhile stay for later."""
    cursor.execute(
        "WITH gone AS (DELETE FROM counts RETURNING *)"
        " INSERT INTO counts SELECT subject, day, name, grade, sum(n) FROM gone"
        " GROUP BY subject, day, name, grade HAVING sum(n) <> 0")
