"""Counts kept by triggers are what counting the tables would give, whatever happens."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from click.testing import CliRunner
from psycopg2.errors import ForeignKeyViolation

from local import programs
from sidecar.cli import main
from sidecar.errors import Unavailable
from sidecar.pipeline import intake
from sidecar.pipeline.retention import add_up_counts
from sidecar.services import overview
from sidecar.store import locks, statistics
from sidecar.store.database import one
from tests.integration.counts import COUNTED, KEPT, rows

CHANGES = (
    "UPDATE leads SET grade = (ARRAY['hot', 'warm', 'cold', NULL])[1 + (random() * 3)::int]"
    " WHERE random() < 0.5",
    "UPDATE leads SET created_at = created_at - interval '1 day' WHERE random() < 0.2",
    "UPDATE leads SET source = 'other' WHERE random() < 0.2",
    "UPDATE work_items SET stage = (ARRAY['queued', 'waiting', 'done', 'dead'])[1 + (random() * 3)::int]"
    " WHERE random() < 0.5",
    "DELETE FROM contacts WHERE random() < 0.1",
    "UPDATE intake SET outcome = 'rejected' WHERE random() < 0.1",
    "DELETE FROM intake WHERE random() < 0.1",
)


def step(engine, chance):
    """Leads in, changed or gone, or the counts folded; some of it is rolled back."""
    with engine.database.write() as cursor:
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
    with engine.database.write() as cursor:
        assert statistics.fold(cursor) is False
        cursor.execute("SELECT (SELECT count(*) FROM count_changes) AS changes,"
                       " (SELECT count(*) FROM counts WHERE n <= 0) AS empty")
        assert cursor.fetchone() == {"changes": 0, "empty": 0}
    assert rows(engine, KEPT) == rows(engine, COUNTED)


def test_an_emptied_table_counts_nothing(api, engine):
    api.post("/v1/leads", {"email": "ada@counted.example"})
    with engine.database.write() as cursor:
        cursor.execute("TRUNCATE contacts, leads, intake CASCADE")
    assert rows(engine, KEPT) == {}


def test_the_overview_tells_them(api):
    api.post("/v1/leads", {"leads": [
        {"email": "ada@counted.example", "source": "web"}, {"email": "bob@counted.example", "source": "web"},
        {"email": "nobody"}]})
    told = api.get("/v1/stats/overview?days=7").json
    assert told["totals"] == {
        "received": 3, "rejected": 1, "scored": 0, "queued": 2, "waiting": 0, "let_go": 0, "dead": 0}
    assert told["grades"] == {"hot": 0, "warm": 0, "cold": 0, "unscored": 2}
    assert told["period"]["sources"] == [{"source": "web", "leads": 2, "hot": 0, "won": 0}]
    nothing = {"sent": 0, "created": 0, "repeated": 0, "rejected": 0, "hot": 0, "won": 0, "became_hot": 0,
               "touched": 0, "minutes": None}
    assert told["period"]["now"] == nothing | {"sent": 3, "created": 2, "rejected": 1}
    assert told["period"]["before"] == nothing
    assert told["period"]["scores"] == [0] * 10
    assert told["to_do"] == {"hot": 0, "duplicates": 0, "rejects": 1, "messages": 0}
    assert len(told["by_day"]) == 7
    assert told["by_day"][-1] | {"day": None} == {
        "day": None, "received": 2, "hot": 0, "warm": 0, "cold": 0}


def test_a_period_is_compared_with_as_many_days_before(api, engine):
    api.post("/v1/leads", {"leads": [
        {"email": f"{name}@counted.example", "source": "web"} for name in ("ada", "bob", "cy", "dan")]})
    api.post("/v1/leads", {"email": "ada@counted.example", "source": "web"})
    with engine.database.write() as cursor:
        cursor.execute(
            "UPDATE leads SET total_score = 8500, grade = 'hot' WHERE email LIKE 'ada%'; "
            "UPDATE leads SET total_score = 10000, grade = 'hot', status = 'converted'"
            " WHERE email LIKE 'bob%'; "
            "UPDATE leads SET created_at = created_at - interval '7 days' WHERE email LIKE 'cy%'; "
            "UPDATE leads SET is_test = true WHERE email LIKE 'dan%'; "
            "INSERT INTO hot_changes (lead_id, number, at, source, touched_at, touched_how)"
            " SELECT id, 1, now(), source, now() + interval '6 minutes', 'claim' FROM leads"
            " WHERE email LIKE 'ada%'")
    told = api.get("/v1/stats/overview?days=7").json["period"]
    assert told["sources"] == [{"source": "web", "leads": 2, "hot": 2, "won": 1}]
    assert told["scores"] == [0, 0, 0, 0, 0, 0, 0, 0, 1, 1]
    assert told["now"] == {"sent": 5, "created": 4, "repeated": 1, "rejected": 0, "hot": 2, "won": 1,
                           "became_hot": 1, "touched": 1, "minutes": 6.0}
    assert told["before"]["created"] == 0 == told["before"]["hot"]


def test_who_looks_adds_up_what_nobody_did(api, engine, monkeypatch):
    api.post("/v1/leads", {"email": "ada@counted.example"})
    monkeypatch.setattr(overview, "_MANY_CHANGES", 2)
    monkeypatch.setattr(statistics, "FOLDED", 3)  # in several transactions
    for _ in range(2):
        engine.cache.redis.flushdb()
        assert api.get("/v1/stats/overview").json["totals"]["queued"] == 1
    with engine.database.write() as cursor:
        assert one(cursor, "SELECT count(*) AS n FROM count_changes")["n"] == 0


def test_nobody_waits_for_who_adds_up(api, engine):
    """A write, a look and a second adding up go through while an adding up is not yet committed."""
    api.post("/v1/leads", {"email": "ada@counted.example"})
    with engine.database.write() as cursor, ThreadPoolExecutor(1) as pool:
        statistics.fold(cursor)
        pool.submit(api.post, "/v1/leads", {"email": "bob@counted.example"}).result(5)
        pool.submit(add_up_counts, engine).result(5)
        look = pool.submit(api.get, "/v1/stats/overview").result(5)
    assert look.json["totals"]["received"] == 2
    assert rows(engine, KEPT) == rows(engine, COUNTED)


def spoil(engine):
    """Counts that are wrong in every way; what was written behind the triggers' backs does that."""
    with engine.database.write() as cursor:
        cursor.execute(
            "DELETE FROM counts WHERE random() < 0.5; UPDATE counts SET n = n + 7 WHERE random() < 0.5;"
            " INSERT INTO count_changes VALUES ('source', NULL, 'nowhere', 3), ('stage', NULL, 'dead', -2)")


def test_a_recount_mends_wrong_counts_while_others_write(api, engine):
    api.post("/v1/leads", {"leads": [{"email": "ada@counted.example", "source": "web"}, {"email": "nobody"}]})
    add_up_counts(engine)
    spoil(engine)
    assert rows(engine, KEPT) != rows(engine, COUNTED)

    def mend(_):
        for _ in range(20):
            with engine.database.write() as cursor:
                statistics.recount(cursor)

    # Two that write, two that recount: a mend that is made twice would be found at the end.
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda task: task[0](*task[1]), [
            (work, (engine, 5)), (mend, (0,)), (mend, (1,)), (work, (engine, 6))]))
    assert rows(engine, KEPT) == rows(engine, COUNTED) != {}
    add_up_counts(engine)
    assert rows(engine, KEPT) == rows(engine, COUNTED)


def test_nobody_waits_for_a_recount(api, engine):
    spoil(engine)
    with engine.database.write() as cursor, ThreadPoolExecutor(1) as pool:
        statistics.recount(cursor)
        sent = pool.submit(api.post, "/v1/leads", {"email": "ada@counted.example"}).result(5)
        pool.submit(add_up_counts, engine).result(5)
    assert sent.status_code == 202
    assert rows(engine, KEPT) == rows(engine, COUNTED) != {}


def test_of_two_recounts_one_mends(api, engine):
    spoil(engine)

    def second():
        with engine.database.write() as cursor:
            return statistics.recount(cursor)

    waits = ("SELECT count(*) AS n FROM pg_locks WHERE locktype = 'advisory'"
             f" AND objid = {locks.RECOUNT} AND NOT granted")
    with ThreadPoolExecutor(1) as pool:
        with engine.database.write() as cursor:
            assert statistics.recount(cursor) > 0
            other = pool.submit(second)
            while not other.done() and not one(cursor, waits)["n"]:
                pass
        assert other.result(5) == 0
    assert rows(engine, KEPT) == rows(engine, COUNTED)


def test_recount_on_the_command_line(api, engine, services):
    environ = programs.sidecar_environment(services)
    api.post("/v1/leads", {"email": "ada@counted.example"})
    spoil(engine)
    for told in ("corrected", "Every figure is right"):
        result = CliRunner().invoke(main, ["recount"], env=environ)
        assert result.exit_code == 0 and told in result.output
    assert rows(engine, KEPT) == rows(engine, COUNTED) != {}
