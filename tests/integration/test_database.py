"""The pool keeps its connections, and transactions inside one another are one."""

from __future__ import annotations

import pytest

from sidecar.store.database import Database, one


def pid(database):
    with database.transaction() as cursor:
        return one(cursor, "SELECT pg_backend_pid() AS pid")["pid"]


def test_a_connection_is_used_again(engine):
    assert len({pid(engine.database) for _ in range(10)}) == 1


def test_an_inner_transaction_is_part_of_the_outer_one(engine):
    told = []
    with engine.database.transaction() as outer:
        outer.execute("CREATE TEMP TABLE nested (n int) ON COMMIT DROP")
        with pytest.raises(ZeroDivisionError), engine.database.transaction() as inner:
            inner.execute("INSERT INTO nested VALUES (1)")
            1 / 0  # noqa: B018
        with engine.database.transaction() as inner:
            inner.execute("INSERT INTO nested VALUES (2)")
            engine.database.after_commit(lambda: told.append("committed"))
        assert one(outer, "SELECT array_agg(n) AS n FROM nested")["n"] == [2]
        assert told == []
    assert told == ["committed"]


def test_what_was_to_follow_a_commit_does_not_follow_a_rollback(engine):
    told = []
    with pytest.raises(ZeroDivisionError), engine.database.transaction():
        engine.database.after_commit(lambda: told.append("committed"))
        1 / 0  # noqa: B018
    pid(engine.database)
    assert told == []


def test_a_connection_that_the_server_ended_is_replaced(engine):
    database = Database(engine.settings.database_url, size=1)
    first = pid(database)
    with engine.database.transaction() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", (first,))
    database._used_at = dict.fromkeys(database._used_at, 0.0)
    assert pid(database) != first
    database.close()
