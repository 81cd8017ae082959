"""The pool keeps its connections, and transactions inside one another are one."""

from __future__ import annotations

import pytest
from prometheus_client.registry import REGISTRY
from psycopg2.errors import DivisionByZero, ReadOnlySqlTransaction

from sidecar.errors import Unavailable
from sidecar.pipeline import intake
from sidecar.store.database import Cursor, Database, Gathered, as_array, one


def pid(database):
    with database.write() as cursor:
        return one(cursor, "SELECT pg_backend_pid() AS pid")["pid"]


def test_a_connection_is_used_again(engine):
    assert len({pid(engine.database) for _ in range(10)}) == 1


@pytest.fixture
def sent(monkeypatch):
    """The round trips to Postgres: of each, the statements."""
    trips = []
    execute = Cursor.execute

    def noted(cursor, sql, params=None):
        trips.append([*cursor._waiting, sql])
        execute(cursor, sql, params)

    monkeypatch.setattr(Cursor, "execute", noted)
    return trips


@pytest.mark.parametrize("texts", [
    [], ["plain", "plain"],
    ["", " ", "NULL", "a,b", "{x}", 'say "a"', "back\\slash", "\\", "two\nlines", "José"]])
def test_an_array_holds_the_texts_as_they_are(engine, texts):
    with engine.database.read() as cursor:
        assert one(cursor, "SELECT %s::text[] AS texts", (as_array(texts),))["texts"] == texts


def test_a_read_cannot_write(engine):
    for write in ("UPDATE leads SET tags = tags", "SELECT id FROM leads FOR UPDATE",
                  "MERGE INTO leads USING leads l ON leads.id = l.id WHEN MATCHED THEN DELETE"):
        with pytest.raises(ReadOnlySqlTransaction), engine.database.read() as cursor:
            cursor.execute(write)
    assert pid(engine.database)


def test_a_read_that_may_lag_is_served_by_the_replica(engine):
    database = Database(engine.settings.database_url, replica=Database(engine.settings.database_url))
    with database.read(may_lag=True) as lagging, database.read() as current:
        pids = {one(cursor, "SELECT pg_backend_pid() AS pid")["pid"] for cursor in (lagging, current)}
    database.close()
    assert len(pids) == 2


def test_an_inner_transaction_is_part_of_the_outer_one(engine):
    told = []
    with engine.database.write() as outer:
        outer.execute("CREATE TEMP TABLE nested (n int) ON COMMIT DROP")
        with pytest.raises(ZeroDivisionError), engine.database.write() as inner:
            inner.execute("INSERT INTO nested VALUES (1)")
            1 / 0  # noqa: B018
        with engine.database.write() as inner:
            inner.execute("INSERT INTO nested VALUES (2)")
            engine.database.after_commit(lambda: told.append("committed"))
        assert one(outer, "SELECT array_agg(n) AS n FROM nested")["n"] == [2]
        assert told == []
    assert told == ["committed"]


def test_a_transaction_that_asks_nothing_sends_nothing(engine, sent):
    with engine.database.write(), engine.database.write(unseen=True):
        pass
    assert sent == [[b"BEGIN", "SAVEPOINT part"], ["RELEASE SAVEPOINT part"], [b"COMMIT"]]
    sent.clear()
    with engine.database.read():
        pass
    with pytest.raises(ZeroDivisionError), engine.database.write():
        1 / 0  # noqa: B018
    assert sent == []


def test_a_lead_is_taken_in_by_two_round_trips(engine, sent):
    for name in ("ada", "bob", "eve"):  # the first of a company, and the next, prepare statements
        sent.clear()
        intake.receive(engine, [{"email": f"{name}@looms.example"}], client="tests")
    know, write = sent
    assert know[0] == b"BEGIN" and write[-1] == b"COMMIT"


def later(cursor, *statements):
    gathered = Gathered(cursor)
    for statement in statements:
        gathered.execute(statement)
    gathered.send()


def test_what_waits_fails_with_what_it_waits_for(engine):
    with engine.database.write() as cursor:
        cursor.execute("CREATE TEMP TABLE waited (n int)")
    with pytest.raises(DivisionByZero), engine.database.write() as cursor:
        later(cursor, "INSERT INTO waited VALUES (1)", "SELECT 1 / 0")
    with engine.database.write() as cursor:
        later(cursor, "INSERT INTO waited VALUES (2)")
        with pytest.raises(DivisionByZero), engine.database.write() as inner:
            later(inner, "INSERT INTO waited VALUES (3)", "SELECT 1 / 0")
        with pytest.raises(ZeroDivisionError), engine.database.write() as inner:
            later(inner, "INSERT INTO waited VALUES (4)")
            1 / 0  # noqa: B018
        later(cursor, "INSERT INTO waited VALUES (5)")
        assert one(cursor, "SELECT array_agg(n) AS n FROM waited")["n"] == [2, 5]
        later(cursor, "INSERT INTO waited VALUES (6)")
    with engine.database.write() as cursor:
        assert one(cursor, "SELECT array_agg(n) AS n FROM waited")["n"] == [2, 5, 6]
        cursor.execute("DROP TABLE waited")


def test_what_was_to_follow_a_commit_does_not_follow_a_rollback(engine):
    told = []
    with pytest.raises(ZeroDivisionError), engine.database.write():
        engine.database.after_commit(lambda: told.append("committed"))
        1 / 0  # noqa: B018
    pid(engine.database)
    assert told == []


def test_a_connection_that_the_server_ended_is_replaced(engine):
    database = Database(engine.settings.database_url, size=1)
    first = pid(database)
    with engine.database.write() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", (first,))
    database._used_at = dict.fromkeys(database._used_at, 0.0)
    assert pid(database) != first
    database.close()


def test_connections_are_counted_however_they_end(engine):
    def connections():
        return REGISTRY.get_sample_value("enrich_database_pool_connections") or 0

    with engine.database.write() as outer:
        before = connections()
        database = Database(engine.settings.database_url, size=2)
        with database.write():
            assert connections() == before + 1
            first = database._running.cursor.connection.info.backend_pid
        assert connections() == before + 1, "it waits for the next one"
        outer.execute("SELECT pg_terminate_backend(%s)", (first,))
        database._used_at = dict.fromkeys(database._used_at, 0.0)
        with database.write():
            assert connections() == before + 1, "another one took its place"
        with pytest.raises(Unavailable), database.write() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        assert connections() == before
        with pytest.raises(Unavailable), database.write():
            database.close()
    assert connections() == before


def test_how_long_connections_are_in_use_is_counted(engine):
    def busy():
        return REGISTRY.get_sample_value("enrich_database_pool_busy_seconds_total") or 0

    database = Database(engine.settings.database_url, size=1)
    before = busy()
    with database.read() as cursor:
        cursor.execute("SELECT pg_sleep(0.15)")
    assert busy() - before > 0.15
    database.close()
