"""What it costs to forget a month of calls of providers row by row, beside dropping its partition.

    ROWS=1000000 python -m tests.benchmarks partitions

The peer is the same table and its indexes, partitioned by id, which tells the month; what is unique without
the id cannot be so there. Both get an old and a new month of so many rows.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2

from local import programs
from sidecar.engine import Engine
from sidecar.settings import Settings
from sidecar.store import retention
from sidecar.store.retention import RULES
from tests.stack import running_services

ROWS = int(os.environ.get("ROWS", "200000"))
_OLD, _NEW, _NEXT = -420, -10, -5  # days from now
_FILL = """
INSERT INTO {table} (id, lead_ids, lead_id, provider, operation, request_key, subject_kind, subject_id,
                     sandbox, state, outcome, status, planned_at, started_at, answered_at, price, reason)
SELECT uuidv7(at - now() + n * interval '1 ms'), ARRAY[uuidv7()], uuidv7(), 'hunter', 'person',
    md5(concat(%(day)s, '.', n)), 'contact', uuidv7(), false, 'answered', 'found', 200, at, at, at, 0.01,
    '{{"goal": "fill", "gain": 0.31, "doubt": 0.42, "expected": 0.5}}'
FROM generate_series(1, %(rows)s) n, LATERAL (SELECT now() + %(day)s * interval '1 day' AS at) x"""


@contextmanager
def timed(name: str, spent: dict[str, float]) -> Iterator[None]:
    """Keep the seconds of what is done meanwhile."""
    begun = time.perf_counter()
    yield
    spent[name] = time.perf_counter() - begun


def part_calls(cursor: Any) -> None:
    """The table `parted`, with a partition for the old month and one for the rest."""
    cursor.execute(
        "SELECT uuidv7(interval '-450 days'), uuidv7(interval '-400 days'), uuidv7(interval '9 days')")
    first, between, last = cursor.fetchone()
    cursor.execute(
        "CREATE TABLE parted (LIKE provider_calls INCLUDING DEFAULTS) PARTITION BY RANGE (id);"
        f"CREATE TABLE parted_old PARTITION OF parted FOR VALUES FROM ('{first}') TO ('{between}');"
        f"CREATE TABLE parted_new PARTITION OF parted FOR VALUES FROM ('{between}') TO ('{last}');"
        "SELECT pg_get_indexdef(indexrelid), indisprimary FROM pg_index"
        " WHERE indrelid = 'provider_calls'::regclass")
    for number, (index, primary) in enumerate(cursor.fetchall()):
        index = re.sub(r"INDEX \S+ ON \S+", f"INDEX parted_{number} ON parted", index)
        cursor.execute(index if primary else index.replace("UNIQUE ", ""))


def main() -> None:
    """Print seconds for a million rows, and what they are to each other."""
    spent: dict[str, float] = {}
    with running_services(POSTGRES_SHARED_BUFFERS="256MB") as stack:
        engine = Engine.build(Settings.from_env(programs.sidecar_environment(stack)))
        connection = psycopg2.connect(stack.dsn("sidecar", "SIDECAR_DATABASE_PASSWORD"))
        connection.autocommit = True
        cursor = connection.cursor()

        def fill(table: str, day: int) -> None:
            cursor.execute(_FILL.format(table=table), {"day": day, "rows": ROWS})

        def size() -> int:
            cursor.execute("SELECT pg_total_relation_size('provider_calls') / 1048576")
            return int(cursor.fetchone()[0])

        part_calls(cursor)
        for table in ("provider_calls", "parted"):
            fill(table, _OLD)
            with timed(f"writing a month to {table}", spent):
                fill(table, _NEW)
        cursor.execute("VACUUM ANALYZE provider_calls, parted_old, parted_new")
        full = size()
        rule = next(rule for rule in RULES if rule.table == "provider_calls")
        parts, due = [], True
        with timed("deleting a month in parts", spent):
            while due:
                begun = time.perf_counter()
                with engine.database.write(unseen=True) as writing:
                    _, due = retention.part(writing, rule, 400)
                parts.append(time.perf_counter() - begun)
        with timed("VACUUM after it", spent):
            cursor.execute("VACUUM provider_calls")
        emptied = size()
        fill("provider_calls", _NEXT)
        again = size()
        with timed("dropping the partition of a month", spent):
            cursor.execute("ALTER TABLE parted DETACH PARTITION parted_old; DROP TABLE parted_old")
        connection.close()
        engine.close()
    for name, seconds in spent.items():
        print(f"{name}: {seconds * 1_000_000 / ROWS:.1f} s for a million rows" if "dropping" not in name
              else f"{name}: {seconds:.2f} s")
    ours = spent["deleting a month in parts"] + spent["VACUUM after it"]
    print(f"a part of {retention.ROWS:,} rows: {sorted(parts)[len(parts) // 2] * 1000:.1f} ms, the longest"
          f" {max(parts) * 1000:.1f} ms; of a month's writing all of it is"
          f" {ours / spent['writing a month to provider_calls']:.0%}")
    print(f"two months: {full} MB; one gone: {emptied} MB; another came: {again} MB, ratio"
          f" {again / full:.2f}")


if __name__ == "__main__":
    main()
