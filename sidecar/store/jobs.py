"""Jobs: their state, the rows that wait, the rows that were refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from psycopg2.extras import Json

from sidecar.store.database import Cursor, Row, insert, insert_returning, many, one, words
from sidecar.terms.states import JOB_DUE, JOB_UNFINISHED, ROW_OUTCOMES

# Refused rows; rows that were skipped or taken with warnings.
REJECTS, REMARKS = ROW_TABLES = ("job_rejects", "job_remarks")
_COLUMNS = ("id::text AS id, kind, state, created_by, plan, dry_run, lane, chunk_rows, chunks, next_chunk,"
            " total, created, updated, rejected, suppressed, skipped, warnings, attempts, error,"
            " position::text AS position, created_at, updated_at")
# Jobs that wait for a step.
_STEPS = f"(state IN {words(JOB_DUE)} AND chunks IS NOT NULL OR state = 'undoing')"


def add(cursor: Cursor, row: Row) -> bool:
    """Insert a job; False when an unfinished one has its key."""
    return bool(insert_returning(cursor, "jobs", [row], returning="id", conflict=(
        f"ON CONFLICT (key) WHERE state IN {words(JOB_UNFINISHED)} DO NOTHING")))


def add_chunk(cursor: Cursor, job_id: str, number: int, rows: bytes, count: int) -> None:
    """Keep so many encrypted rows."""
    insert(cursor, "job_chunks", [{"job_id": job_id, "number": number, "rows": rows}])
    cursor.execute("UPDATE jobs SET chunks = chunks + 1, total = total + %s WHERE id = %s", (count, job_id))


def get(cursor: Cursor, job_id: str) -> Row | None:
    """One job."""
    return one(cursor, cursor.prepared(f"SELECT {_COLUMNS} FROM jobs WHERE id = $1"), (job_id,))  # noqa: S608


def latest(cursor: Cursor, key: str) -> Row | None:
    """The last job of a key."""
    return one(cursor, f"SELECT {_COLUMNS} FROM jobs WHERE key = %s"  # noqa: S608
                       " ORDER BY id DESC LIMIT 1", (key,))


def page(
    cursor: Cursor, limit: int, after: str | None, state: str | None, kind: str | None
) -> list[Row]:
    """Jobs, newest first."""
    return many(
        cursor,
        f"SELECT {_COLUMNS} FROM jobs WHERE (%(after)s IS NULL OR id < %(after)s::uuid)"  # noqa: S608
        " AND (%(state)s IS NULL OR state = %(state)s) AND (%(kind)s IS NULL OR kind = %(kind)s)"
        " ORDER BY id DESC LIMIT %(limit)s",
        {"limit": limit, "after": after, "state": state, "kind": kind},
    )


def lock(cursor: Cursor, job_id: str) -> Row | None:
    """The job for a step, None while another one works on it."""
    return one(cursor, cursor.prepared(
        f"SELECT {_COLUMNS} FROM jobs WHERE id = $1 FOR UPDATE SKIP LOCKED"), (job_id,))  # noqa: S608


def lock_patiently(cursor: Cursor, job_id: str) -> Row | None:
    """The job, after a step that is under way."""
    return one(cursor, f"SELECT {_COLUMNS} FROM jobs WHERE id = %s FOR UPDATE", (job_id,))  # noqa: S608


def due(cursor: Cursor) -> str | None:
    """The oldest job that waits for a step and has none under way."""
    row = one(cursor, f"SELECT id::text AS id FROM jobs WHERE {_STEPS} ORDER BY jobs.id LIMIT 1"  # noqa: S608
                      " FOR UPDATE SKIP LOCKED")
    return row["id"] if row else None


def progress(cursor: Cursor) -> dict[str, float]:
    """For how many seconds the job whose turn it is has waited for a step, by its kind; nothing without one.
    Those behind it wait for its end."""
    return {row["kind"]: row["seconds"] for row in many(
        cursor, "SELECT kind, extract(epoch FROM now() - updated_at)::float8 AS seconds FROM jobs"  # noqa: S608
        f" WHERE {_STEPS} ORDER BY jobs.id LIMIT 1")}


def chunk(cursor: Cursor, job_id: str, number: int) -> bytes:
    """The encrypted rows of a chunk."""
    row = one(cursor, "SELECT rows FROM job_chunks WHERE job_id = %s AND number = %s", (job_id, number))
    if row is None:
        raise LookupError(f"job {job_id} has no chunk {number}")
    return bytes(row["rows"])


def advance(
    cursor: Cursor, job_id: str, counts: Mapping[str, int], state: str,
    warnings: Mapping[str, Mapping[str, int]],
) -> None:
    """A chunk is done: count it and forget its rows. `warnings` are those of the whole job."""
    cursor.execute(
        "DELETE FROM job_chunks c USING jobs j WHERE j.id = %(id)s AND c.job_id = j.id"
        " AND c.number = j.next_chunk", {"id": job_id})
    cursor.execute(
        "UPDATE jobs SET next_chunk = next_chunk + 1, state = %(state)s, attempts = 0, error = NULL,"
        " created = created + %(created)s, updated = updated + %(updated)s,"
        " rejected = rejected + %(rejected)s, suppressed = suppressed + %(suppressed)s,"
        " skipped = skipped + %(skipped)s, warnings = %(warnings)s, updated_at = now() WHERE id = %(id)s",
        {"id": job_id, "state": state, "warnings": Json(warnings)}
        | {name: counts.get(name, 0) for name in ROW_OUTCOMES},
    )


def set_total(cursor: Cursor, job_id: str, total: int) -> None:
    """How much there is to do."""
    cursor.execute("UPDATE jobs SET total = %s WHERE id = %s", (total, job_id))


def move_on(cursor: Cursor, job_id: str, counts: Mapping[str, int], position: str) -> None:
    """So many more leads are done, up to this one."""
    cursor.execute(
        "UPDATE jobs SET state = 'running', position = %(position)s, attempts = 0, error = NULL,"
        " updated = updated + %(updated)s, rejected = rejected + %(rejected)s,"
        " skipped = skipped + %(skipped)s, updated_at = now() WHERE id = %(id)s",
        {"id": job_id, "position": position}
        | {name: counts.get(name, 0) for name in ("updated", "rejected", "skipped")})


def end(cursor: Cursor, job_id: str, state: str) -> None:
    """Close a job and delete what it no longer needs. An unknown total becomes the number of rows handled."""
    cursor.execute(
        "UPDATE jobs SET state = %s, updated_at = now(),"
        " total = coalesce(total, created + updated + rejected + suppressed + skipped) WHERE id = %s",
        (state, job_id))
    cursor.execute("DELETE FROM job_chunks WHERE job_id = %s", (job_id,))
    cursor.execute("DELETE FROM job_people WHERE job_id = %s", (job_id,))


def note_failure(cursor: Cursor, job_id: str, error: str, most: int) -> None:
    """A step broke; after some in a row the job has failed."""
    cursor.execute(
        "UPDATE jobs SET attempts = attempts + 1, error = %(error)s, updated_at = now(),"  # noqa: S608
        " state = CASE WHEN attempts + 1 >= %(most)s THEN 'failed' ELSE state END"
        f" WHERE id = %(id)s AND state IN {words(JOB_DUE)}",
        {"id": job_id, "error": error, "most": most})


def end_failed(cursor: Cursor, key: str, before: datetime) -> bool:
    """Close the job under a key that failed before a moment: another may take its place. Whether there was
    one."""
    cursor.execute("UPDATE jobs SET state = 'cancelled', updated_at = now()"
                   " WHERE key = %s AND state = 'failed' AND updated_at < %s", (key, before))
    return bool(cursor.rowcount)


def revive(cursor: Cursor, job_id: str) -> None:
    """A failed job is to go on."""
    cursor.execute("UPDATE jobs SET state = 'queued', attempts = 0 WHERE id = %s AND state = 'failed'",
                   (job_id,))


def add_rows(cursor: Cursor, table: str, job_id: str, number: int, rows: bytes) -> None:
    """Keep rows of a chunk in one of ROW_TABLES."""
    insert(cursor, table, [{"job_id": job_id, "number": number, "rows": rows}])


def rows_after(cursor: Cursor, table: str, job_id: str, number: int) -> Row | None:
    """The rows of the next chunk that has some there: {number, rows}."""
    return one(cursor, f"SELECT number, rows FROM {table} WHERE job_id = %s AND number > %s"  # noqa: S608
                       " ORDER BY number LIMIT 1", (job_id, number))


def rows_of(cursor: Cursor, table: str, job_id: str, number: int) -> bytes | None:
    """The encrypted rows of a chunk there."""
    row = one(cursor, f"SELECT rows FROM {table} WHERE job_id = %s AND number = %s",  # noqa: S608
              (job_id, number))
    return bytes(row["rows"]) if row else None


def put_rows(cursor: Cursor, table: str, job_id: str, number: int, rows: bytes | None) -> None:
    """Keep these rows of a chunk there in place of those before; None: none."""
    cursor.execute(f"DELETE FROM {table} WHERE job_id = %s AND number = %s", (job_id, number))  # noqa: S608
    if rows is not None:
        add_rows(cursor, table, job_id, number, rows)


def next_chunk_with_rows(cursor: Cursor, job_id: str, number: int) -> int | None:
    """The first chunk from this one on that has rows in one of ROW_TABLES."""
    chunks = " UNION ALL ".join(
        f"SELECT number FROM {table} WHERE job_id = %(job)s AND number >= %(number)s"  # noqa: S608
        for table in ROW_TABLES)
    row = one(cursor, f"SELECT min(number) AS number FROM ({chunks}) c",  # noqa: S608
              {"job": job_id, "number": number})
    return row["number"] if row else None


def people(cursor: Cursor, job_id: str, keys: list[str]) -> list[Row]:
    """The earlier rows of a dry run that have one of the keys, still encrypted: [{number, place, lead}]."""
    return many(cursor, "SELECT DISTINCT ON (number, place) number, place, lead FROM job_people"
                        " WHERE job_id = %s AND key = ANY(%s) AND lead IS NOT NULL", (job_id, keys))


def note_people(cursor: Cursor, job_id: str, rows: Iterable[Row]) -> None:
    """Keep rows of a dry run by their keys: [{key, number, place, lead}]."""
    insert(cursor, "job_people", [row | {"job_id": job_id} for row in rows],
           conflict="ON CONFLICT DO NOTHING")


def forget_people(cursor: Cursor, keys: list[str]) -> None:
    """Keep no row of a dry run that has one of the keys."""
    cursor.execute("DELETE FROM job_people p USING job_people k WHERE k.key = ANY(%s)"
                   " AND (p.job_id, p.number, p.place) = (k.job_id, k.number, k.place)", (keys,))
