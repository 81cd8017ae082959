"""Applies the numbered files of sql/ with yoyo: plain SQL, one transaction per file, one run at a time."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from psycopg2 import OperationalError
from yoyo import get_backend, read_migrations
from yoyo.migrations import MigrationList

from sidecar.errors import Unavailable

SQL_FOLDER = Path(__file__).resolve().parents[2] / "sql"


def migrate(dsn: str, folder: Path = SQL_FOLDER) -> list[str]:
    """Apply what is missing; answers the ids applied. A failing file leaves nothing half done.

    Raises Unavailable when the server does not answer.
    """
    try:
        backend = get_backend(urlunsplit(urlsplit(dsn)._replace(scheme="postgresql")))
    except OperationalError as error:
        raise Unavailable("The database does not answer at the moment. Try again.") from error
    # schema.sql beside them is to be read, not to be run.
    migrations = MigrationList(
        migration for migration in read_migrations(str(folder)) if migration.id[0].isdigit())
    with backend.lock():
        pending = backend.to_apply(migrations)
        backend.apply_migrations(pending)
    return [migration.id for migration in pending]
