"""Applies the numbered files of sql/ with yoyo: plain SQL, one transaction per file, one run at a time."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from time import sleep
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg2
from psycopg2 import OperationalError
from psycopg2.errors import LockNotAvailable
from psycopg2.extensions import cursor as PlainCursor
from yoyo import get_backend, read_migrations
from yoyo.backends import DatabaseBackend
from yoyo.migrations import Migration, MigrationList

from sidecar.errors import Conflict, Unavailable
from sidecar.store.locks import MIGRATIONS

_LOOK_EVERY = 0.2
# Who waits for a lock on a table holds up all who come after it, leads too: each time for this long at most.
_LOCK_TIMEOUT = "2s"
_PAUSE, _ATTEMPTS = 1.0, 100
SQL_FOLDER = Path(__file__).resolve().parents[2] / "sql"


def migrate(dsn: str, folder: Path = SQL_FOLDER) -> list[str]:
    """Apply what is missing; answers the ids applied. A failing file leaves nothing half done.

    Raises Unavailable when the server does not answer or a table is in use for minutes, Conflict when a newer
    release migrated the database.
    """
    url = urlunsplit(urlsplit(dsn)._replace(scheme="postgresql"))
    try:
        backend = get_backend(url)
        hasty = get_backend(_with(url, f"-c lock_timeout={_LOCK_TIMEOUT}"))
        guard = psycopg2.connect(url)
    except OperationalError as error:
        raise Unavailable("The database does not answer at the moment. Try again.") from error
    # schema.sql beside them is to be read, not to be run.
    migrations = MigrationList(
        migration for migration in read_migrations(str(folder)) if migration.id[0].isdigit())
    # yoyo's own lock is a row, which stays when its run is killed. This one ends with its connection: who has
    # it removes such a row.
    guard.autocommit = True  # an open transaction would keep an index from being made beside others' work
    with closing(guard), guard.cursor() as cursor:
        _wait_for_turn(cursor)
        _drop_torn_indexes(cursor)
        backend.break_lock()
        with backend.lock():
            backend.ensure_internal_schema_updated()
            cursor.execute(f"SELECT migration_id FROM {backend.migration_table_quoted} ORDER BY 1")  # noqa: S608
            if newer := unknown((row[0] for row in cursor.fetchall()), folder):
                raise Conflict(f"A newer release has used this database ({newer[-1]}): start that release, "
                               "or restore a backup of this one.")
            pending = backend.to_apply(migrations)
            for migration in pending:
                # What makes an index beside others' work waits for the end of theirs, and holds up nobody.
                _apply(hasty if migration.use_transactions else backend, migration)
    return [migration.id for migration in pending]


def _with(url: str, options: str) -> str:
    joint = "&" if urlsplit(url).query else "?"
    return f"{url}{joint}options={quote(options)}"


def _apply(backend: DatabaseBackend, migration: Migration) -> None:
    """Apply a file, which is one transaction or can be repeated, once its tables are free for a moment."""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            backend.apply_one(migration)
            return
        except LockNotAvailable as error:
            if attempt == _ATTEMPTS:
                raise Unavailable(
                    f"A table that {migration.id} changes is in use all the time. Try again.") from error
        sleep(_PAUSE)


def _wait_for_turn(cursor: PlainCursor) -> None:
    """Until no other run is at work. A statement that waited would hold up the one for whose end an index
    waits that the other run makes."""
    while True:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", (MIGRATIONS,))
        if cursor.fetchone() == (True,):
            return
        sleep(_LOOK_EVERY)


def _drop_torn_indexes(cursor: PlainCursor) -> None:
    """What a killed CREATE INDEX CONCURRENTLY left has the name of an index and serves nothing."""
    cursor.execute("SELECT indexrelid::regclass::text FROM pg_index JOIN pg_class c ON c.oid = indexrelid"
                   " WHERE NOT indisvalid AND c.relnamespace = 'public'::regnamespace"
                   " AND indexrelid NOT IN (SELECT index_relid FROM pg_stat_progress_create_index)")
    for (name,) in cursor.fetchall():
        cursor.execute(f"DROP INDEX CONCURRENTLY {name}")


def unknown(applied: Iterable[str], folder: Path = SQL_FOLDER) -> list[str]:
    """Which of these ids of applied migrations are none of this release's, in their order."""
    known = {path.stem for path in folder.glob("[0-9]*.sql")}
    return [name for name in applied if name not in known]
