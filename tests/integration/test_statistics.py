"""Counts kept by triggers are what counting the tables would give, whatever happens."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from psycopg2.errors import ForeignKeyViolation

from sidecar.errors import Unavailable
from sidecar.pipeline import intake
from sidecar.store import statistics

COUNTED = """
SELECT 'lead' AS subject, (created_at AT TIME ZONE 'UTC')::date AS day, source AS name, grade,
       count(*) AS n FROM leads GROUP BY 2, 3, 4
UNION ALL SELECT 'work', NULL, stage, NULL, count(*) FROM work_items GROUP BY 3
UNION ALL SELECT 'intake', NULL, outcome, NULL, count(*) FROM intake GROUP BY 3
"""
KEPT = ("SELECT subject, day, name, grade, sum(n)::bigint AS n FROM counts"
        " GROUP BY 1, 2, 3, 4 HAVING sum(n) <> 0")
CHANGES = (
    "UPDATE leads SET grade = (ARRAY['hot', 'warm', 'cold', NULL])[1 + (random() * 3)::int]"
    " WHERE random() < 0.5",
    "UPDATE leads SET created_at = created_at - interval '1 day' WHERE random() < 0.2",
    "UPDATE leads SET source = 'other' WHERE random() < 0.2",
    "UPDATE work_items SET stage = (ARRAY['queued', 'waiting', 'done', 'dead'])[1 + (random() * 3)::int]"
    " WHERE random() < 0.5",
    "DELETE FROM contacts WHERE random() < 0.1",
    "DELETE FROM intake WHERE random() < 0.1",
)


def rows(engine, sql):
    with engine.database.transaction() as cursor:
        cursor.execute(sql)
        return {(r["subject"], r["day"], r["name"], r["grade"]): r["n"] for r in cursor.fetchall()}


def step(engine, chance):
    """Leads in, changed or gone, or the counts folded; some of it is rolled back."""
    with engine.database.transaction() as cursor:
        what = chance.randrange(4)
        if what == 0:
            statistics.fold(cursor)
        elif what == 1:
            intake.receive(engine, [
                {"email": f"p{chance.randrange(60)}@counted.example", "source": chance.choice(["web", "api"])}
                if chance.random() < 0.9 else {"email": "nobody"} for _ in range(chance.randrange(1, 8))
            ], client="tests")
        else:
            cursor.execute(chance.choice(CHANGES))
        if chance.random() < 0.2:
            raise Unavailable("as if the server went")


def work(engine, seed):
    """Many steps; who writes whole tables, and asks for no identity, may well be in another's way."""
    chance = random.Random(seed)
    for _ in range(40):
        with suppress(Unavailable, ForeignKeyViolation):
            step(engine, chance)


def test_counts_are_what_counting_would_give(api, engine):
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda seed: work(engine, seed), range(4)))
    assert rows(engine, KEPT) == rows(engine, COUNTED) != {}
    with engine.database.transaction() as cursor:
        statistics.fold(cursor)
        cursor.execute("SELECT count(*) AS there, count(DISTINCT (subject, day, name, grade)) AS kinds"
                       " FROM counts")
        found = cursor.fetchone()
    assert found["there"] == found["kinds"] > 0
    assert rows(engine, KEPT) == rows(engine, COUNTED)


def test_an_emptied_table_counts_nothing(api, engine):
    api.post("/v1/leads", {"email": "ada@counted.example"})
    with engine.database.transaction() as cursor:
        cursor.execute("TRUNCATE contacts, leads, intake CASCADE")
    assert rows(engine, KEPT) == {}


def test_the_overview_tells_them(api):
    api.post("/v1/leads", {"leads": [
        {"email": "ada@counted.example", "source": "web"}, {"email": "bob@counted.example", "source": "web"},
        {"email": "nobody"}]})
    told = api.get("/v1/stats/overview?days=7").json
    assert told["totals"] == {
        "received": 3, "rejected": 1, "scored": 0, "queued": 2, "waiting": 0, "dead": 0}
    assert told["grades"] == {"hot": 0, "warm": 0, "cold": 0, "unscored": 2}
    assert told["sources"] == [{"source": "web", "count": 2}]
    assert len(told["by_day"]) == 7
    assert told["by_day"][-1] | {"day": None} == {
        "day": None, "received": 2, "hot": 0, "warm": 0, "cold": 0}
