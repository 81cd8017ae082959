"""What counting the tables gives, and what is kept of it."""

from __future__ import annotations

COUNTED = """
SELECT 'grade' AS figure, NULL::date AS day, coalesce(grade, 'unscored') AS name, count(*) AS n
FROM leads GROUP BY 3
UNION ALL SELECT 'day', (created_at AT TIME ZONE 'UTC')::date, coalesce(grade, 'unscored'), count(*)
FROM leads GROUP BY 2, 3
UNION ALL SELECT 'source', NULL, source, count(*) FROM leads GROUP BY 3
UNION ALL SELECT 'stage', NULL, stage, count(*) FROM work_items GROUP BY 3
UNION ALL SELECT 'outcome', NULL, outcome, sum(n)::bigint FROM (
    SELECT outcome, 1 AS n FROM intake UNION ALL SELECT outcome, n FROM intake_past) ever GROUP BY 3
"""
KEPT = ("SELECT figure, day, name, sum(n)::bigint AS n FROM"
        " (SELECT * FROM counts UNION ALL SELECT * FROM count_changes) x"
        " GROUP BY 1, 2, 3 HAVING sum(n) <> 0")

# What providers cost: of the ledger, and kept by day.
COST = """
SELECT provider AS figure, (coalesce(started_at, planned_at) AT TIME ZONE 'UTC')::date AS day,
       sandbox::text AS name, sum(price) AS n FROM provider_calls GROUP BY 1, 2, 3 HAVING sum(price) <> 0
"""
KEPT_COST = """
SELECT provider AS figure, day, sandbox::text AS name, sum(usd) AS n
FROM (SELECT * FROM spent UNION ALL SELECT * FROM spent_changes) x GROUP BY 1, 2, 3 HAVING sum(usd) <> 0
"""


def rows(engine, sql):
    with engine.database.write() as cursor:
        cursor.execute(sql)
        return {(r["figure"], r["day"], r["name"]): r["n"] for r in cursor.fetchall()}
