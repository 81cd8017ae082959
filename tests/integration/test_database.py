"""The pool keeps its connections, and transactions inside one another are one."""

from __future__ import annotations

import pytest
from psycopg2.errors import ReadOnlySqlTransaction

from sidecar.store.database import Database, as_array, one


def pid(database):
    with database.write() as cursor:
        return one(cursor, "SELECT pg_backend_pid() AS pid")["pid"]


def test_a_connection_is_used_again(engine):
    assert len({pid(engine.database) for _ in range(10)}) == 1


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
