"""sql/: schema.sql shows what the migrations make, and the migrations are one chain."""

from __future__ import annotations

import re
from contextlib import closing

import psycopg2
import pytest

from sidecar.store.migrations import SQL_FOLDER, migrate
from tests.schema import SCHEMA, dump

FILES = sorted(SQL_FOLDER.glob("[0-9]*.sql"))
# Those before were folded once, before anybody had run them.
FIRST_WITH_A_SIDE = 8


def test_the_schema_that_is_shown_is_the_one_that_the_migrations_make(services):
    assert dump(services) == SCHEMA.read_text(), "run `make schema`"


def test_the_schema_that_is_shown_is_not_run(services):
    """A migrated database lacks nothing, though schema.sql lies beside the migrations."""
    assert migrate(services.dsn("sidecar", "SIDECAR_DATABASE_PASSWORD")) == []


def test_an_index_that_was_not_finished_is_removed_before_it_is_taken_for_one(services):
    dsn = services.dsn("sidecar", "SIDECAR_DATABASE_PASSWORD")
    with closing(psycopg2.connect(dsn)) as connection:
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute("CREATE TABLE torn AS SELECT 1 AS n FROM generate_series(1, 2)")
        try:
            with pytest.raises(psycopg2.errors.UniqueViolation):
                cursor.execute("CREATE UNIQUE INDEX CONCURRENTLY torn_n ON torn (n)")
            assert migrate(dsn) == []
            cursor.execute("SELECT to_regclass('torn_n')")
            assert cursor.fetchone() == (None,)
        finally:
            cursor.execute("DROP TABLE torn")


def test_the_migrations_are_one_chain():
    depends = re.compile(r"^-- depends:(.*)$", re.MULTILINE)
    before = [depends.search(path.read_text()).group(1).strip() for path in FILES]
    assert before == ["", *(path.stem for path in FILES[:-1])]
    assert [int(path.stem[:4]) for path in FILES] == list(range(1, len(FILES) + 1))


def test_a_later_migration_says_on_which_side_of_the_code_it_runs():
    later = [path.stem for path in FILES[FIRST_WITH_A_SIDE - 1:]]
    assert [name for name in later if not re.fullmatch(r"\d{4}_(pre|post)_\w+", name)] == []
