"""What a restore costs, by parts, beside the backup that was made of the same databases before.

    LEADS=1000000 python -m tests.benchmarks restoring

n8n's database is the one of the release before's backup. Goal: 1,000,000 leads in at most ten minutes on two
cores, from the check of the backup to a database that is analyzed and whose rows are counted.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg2

from deploy import backup
from deploy.backup import Server
from local import backups, programs
from local.programs import Stack
from sidecar.engine import Engine
from sidecar.settings import Settings
from tests import predecessor
from tests.benchmarks.rescoring import ORIGINALS, fill
from tests.stack import running_services

LEADS = int(os.environ.get("LEADS", "40000"))
GOAL = 1_000_000 / 600


class Timed(Server):
    """Tells how long each program takes."""

    def run(self, program: str, url: str, *arguments: str) -> None:
        begun = time.monotonic()
        super().run(program, url, *arguments)
        print(f"  {program} {url.rsplit('/', 1)[1]}: {time.monotonic() - begun:.1f} s", flush=True)


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Prints how long it took."""
    begun = time.monotonic()
    yield
    print(f"{what}: {time.monotonic() - begun:.1f} s", flush=True)


def do(stack: Stack, *statements: str) -> None:
    """As the superuser, each by itself."""
    with closing(psycopg2.connect(stack.dsn("postgres", "POSTGRES_PASSWORD"))) as admin:
        admin.autocommit = True
        with admin.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)


def anew(*databases: str) -> list[str]:
    """What empties databases."""
    return [statement for name in databases for statement in (
        f"DROP DATABASE {name} WITH (FORCE)", f"CREATE DATABASE {name} OWNER {name} TEMPLATE template0")]


def main() -> None:
    """Print every figure."""
    with running_services(POSTGRES_SHARED_BUFFERS="256MB") as stack, tempfile.TemporaryDirectory() as name:
        environment = programs.sidecar_environment(stack) | {"SIDECAR_WAKE_URL": ""}
        environment.pop("PROMETHEUS_MULTIPROC_DIR", None)
        engine = Engine.build(Settings.from_env(environment))
        fill(engine, LEADS)
        complete(engine)
        engine.close()
        known = backups.server(stack)
        version = backups.n8n_version(stack.settings)
        before = backup.read(predecessor.unpack(Path(name)), predecessor.PASSPHRASE, version)
        do(stack, *anew("n8n"))
        backup.restore(before, Server(known.programs, {"n8n": known.urls["n8n"]}))
        keys = backups.keys(stack.settings, dict(stack.secrets) | {
            "N8N_ENCRYPTION_KEY": before.secrets["N8N_ENCRYPTION_KEY"]})
        server = Timed(known.programs, known.urls)
        begun = time.monotonic()
        with timed(f"backup of {LEADS:,} leads"):
            made = backup.take(Path(name) / "made", server, keys, stack.secrets, predecessor.PASSPHRASE,
                               version, datetime.now(UTC))
        print(f"  {made.database_bytes / 1e6:.0f} MB of databases, {made.bytes / 1e6:.0f} MB of dumps")
        peer = time.monotonic() - begun
        do(stack, *anew(*known.urls))
        begun = time.monotonic()
        with timed("check of the backup"):
            found = backup.read(made.folder, predecessor.PASSPHRASE, version)
            backup.check(found, keys)
        with timed("restore"):
            backup.restore(found, server)
        took = time.monotonic() - begun
        print(f"check and restore of {LEADS:,} leads: {took:.0f} s, {LEADS / took:.0f} leads/s (goal"
              f" {GOAL:.0f}), the backup {peer:.0f} s: ratio {took / peer:.1f}")


def complete(engine: Engine) -> None:
    """The copies of `fill` get what the leads that came in have beside."""
    with engine.database.write() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("""
            CREATE TEMPORARY TABLE copies ON COMMIT DROP AS
            SELECT id, contact_id, row_number() OVER (ORDER BY id) %% %(originals)s AS n FROM leads l
            WHERE NOT EXISTS (SELECT FROM intake i WHERE i.lead_id = l.id);
            CREATE TEMPORARY TABLE originals ON COMMIT DROP AS
            SELECT i.*, l.contact_id, row_number() OVER (ORDER BY l.id) %% %(originals)s AS n
            FROM intake i JOIN leads l ON l.id = i.lead_id;
            ANALYZE copies; ANALYZE originals;
            INSERT INTO intake (client, source, payload, outcome, lead_id)
            SELECT o.client, o.source, o.payload, o.outcome, c.id FROM copies c JOIN originals o USING (n);
            INSERT INTO contact_identities (kind, value, contact_id, names)
            SELECT i.kind, i.value || '.' || c.id, c.contact_id, i.names
            FROM copies c JOIN originals o USING (n) JOIN contact_identities i ON i.contact_id = o.contact_id;
            INSERT INTO provenance (entity_kind, entity_id, source, fields)
            SELECT p.entity_kind, c.contact_id, p.source, p.fields FROM copies c JOIN originals o USING (n)
            JOIN provenance p ON p.entity_kind = 'contact' AND p.entity_id = o.contact_id
        """, {"originals": ORIGINALS})


if __name__ == "__main__":
    main()
