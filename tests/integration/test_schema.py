"""sql/: schema.sql shows what the migrations make, and the migrations are one chain."""

from __future__ import annotations

import re
from contextlib import closing

import psycopg2
import pytest

from sidecar.errors import Unavailable
from sidecar.store import migrations
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


@pytest.mark.parametrize("head", ["-- depends:\n", "-- transactional: false\nSET lock_timeout = '20ms';\n"])
def test_a_migration_does_not_stand_in_the_way_of_others(services, tmp_path, monkeypatch, head):
    """It waits for a table that somebody reads for a moment at a time, so that nobody waits behind it."""
    dsn = services.dsn("sidecar", "SIDECAR_DATABASE_PASSWORD")
    for path in FILES:
        (tmp_path / path.name).symlink_to(path)
    (tmp_path / "9001_pre_more.sql").write_text(f"{head}ALTER TABLE in_use ADD COLUMN more int;\n")
    pauses = []
    with closing(psycopg2.connect(dsn)) as reader:
        cursor = reader.cursor()
        cursor.execute("CREATE TABLE in_use (n int)")
        reader.commit()
        cursor.execute("SELECT FROM in_use")

        def pause(seconds):
            pauses.append(seconds)
            if len(pauses) == 2:
                reader.commit()

        monkeypatch.setattr(migrations, "sleep", pause)
        monkeypatch.setattr(migrations, "_LOCK_TIMEOUT", "20ms")
        try:
            assert migrations.migrate(dsn, tmp_path) == ["9001_pre_more"]
            assert len(pauses) == 2
            cursor.execute("SELECT more FROM in_use")
        finally:
            reader.rollback()
            cursor.execute("DROP TABLE in_use; DELETE FROM _yoyo_migration WHERE migration_id LIKE '9001%'")
            reader.commit()


def test_a_migration_whose_table_is_never_free_ends_with_a_sentence(services, tmp_path, monkeypatch):
    dsn = services.dsn("sidecar", "SIDECAR_DATABASE_PASSWORD")
    for path in FILES:
        (tmp_path / path.name).symlink_to(path)
    (tmp_path / "9001_pre_more.sql").write_text("ALTER TABLE leads ADD COLUMN more int;\n")
    monkeypatch.setattr(migrations, "sleep", lambda seconds: None)
    monkeypatch.setattr(migrations, "_LOCK_TIMEOUT", "5ms")
    with closing(psycopg2.connect(dsn)) as reader, reader, reader.cursor() as cursor:
        cursor.execute("LOCK TABLE leads IN ACCESS SHARE MODE")
        with pytest.raises(Unavailable, match="9001_pre_more changes is in use"):
            migrations.migrate(dsn, tmp_path)


def test_the_migrations_are_one_chain():
    depends = re.compile(r"^-- depends:(.*)$", re.MULTILINE)
    before = [depends.search(path.read_text()).group(1).strip() for path in FILES]
    assert before == ["", *(path.stem for path in FILES[:-1])]
    assert [int(path.stem[:4]) for path in FILES] == list(range(1, len(FILES) + 1))


def test_a_later_migration_says_on_which_side_of_the_code_it_runs():
    later = [path.stem for path in FILES[FIRST_WITH_A_SIDE - 1:]]
    assert [name for name in later if not re.fullmatch(r"\d{4}_(pre|post)_\w+", name)] == []
