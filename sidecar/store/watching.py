"""What came by hour, and the signs of what does not come as it usually does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sidecar.store import locks
from sidecar.store.database import Cursor, Row, insert, many, one

_KEPT = "interval '9 weeks'"
_NAMES = 50  # sources, codes, fields: those of the last weeks with the most
_LASTING = 2 * _NAMES  # sources of which more than a day is kept
_SPREAD = 200  # of a figure that are counted at once: senders name their sources themselves


def begin(cursor: Cursor) -> bool:
    """Be the only one who looks, until the transaction ends; False when somebody else does."""
    row = one(cursor, "SELECT pg_try_advisory_xact_lock(%s) AS mine", (locks.WATCHING,))
    return bool(row and row["mine"])


def count(cursor: Cursor, harmless: Callable[[str], bool]) -> None:
    """Count what came in, from the hour before the last one that was counted; the first time all that is
    kept. Sources have names that are `harmless`; the others are not noted. Once an hour what is older goes,
    and of sources with few leads what is older than a day."""
    begun = one(
        cursor, "SELECT coalesce(last - interval '1 hour', date_trunc('hour', now()) - "  # noqa: S608
        f"{_KEPT}) AS since, last IS DISTINCT FROM date_trunc('hour', now()) AS anew"
        " FROM (SELECT max(hour) AS last FROM watched_hours WHERE figure = 'received') x") or {}
    at = {"since": begun["since"], "most": _SPREAD}
    cursor.execute(
        "DELETE FROM watched_hours WHERE figure IN ('source', 'refusal', 'received') AND hour >= %(since)s",
        at)
    cursor.execute(
        """
        WITH came AS (SELECT id, date_trunc('hour', received_at) AS hour, received_at, source, outcome, errors
                      FROM intake WHERE received_at >= %(since)s),
        refused AS (SELECT DISTINCT c.id, c.hour, e ->> 'code' AS code
                    FROM came c, jsonb_array_elements(c.errors) e
                    WHERE c.outcome = 'rejected' AND e ->> 'code' IS NOT NULL)
        INSERT INTO watched_hours (figure, name, hour, n, last_at)
        SELECT * FROM (SELECT 'source', source, hour, count(*), max(received_at) FROM came
                       WHERE outcome <> 'rejected' GROUP BY source, hour
                       ORDER BY count(*) DESC, source LIMIT %(most)s * (SELECT count(DISTINCT hour) FROM came)
                       ) sources
        UNION ALL SELECT 'refusal', code, hour, count(*), NULL FROM refused GROUP BY code, hour
        UNION ALL SELECT 'received', '', hour, count(*), NULL FROM came GROUP BY hour
        """, at)
    personal = [row["name"] for row in many(
        cursor, "SELECT DISTINCT name FROM watched_hours WHERE figure = 'source' AND hour >= %(since)s", at)
        if not harmless(row["name"])]
    if personal:
        cursor.execute(
            "DELETE FROM watched_hours WHERE figure = 'source' AND name = ANY(%s)", (personal,))
    if begun["anew"]:
        cursor.execute(
            f"DELETE FROM watched_hours WHERE hour < now() - {_KEPT}"  # noqa: S608
            " OR figure = 'source' AND hour < now() - interval '1 day' AND name NOT IN (SELECT name"
            " FROM watched_hours WHERE figure = 'source' GROUP BY name ORDER BY sum(n) DESC, name LIMIT %s)",
            (_LASTING,))


def note_fields(cursor: Cursor, rows: Sequence[Row]) -> None:
    """Add how often fields were told: [{name, hour, n, asked}], each name and hour once."""
    insert(cursor, "watched_hours", sorted(
        (row | {"figure": "fill"} for row in rows), key=lambda row: (row["name"], row["hour"])),
        conflict="ON CONFLICT (figure, name, hour) DO UPDATE SET n = watched_hours.n + excluded.n,"
                 " asked = watched_hours.asked + excluded.asked")


def sources(cursor: Cursor) -> list[Row]:
    """What came of the sources with the most leads: [{name, hours, counts, last}], hours since 1970
    in UTC."""
    return many(
        cursor,
        """
        SELECT name, array_agg(extract(epoch FROM hour)::int / 3600 ORDER BY hour) AS hours,
               array_agg(n ORDER BY hour) AS counts, max(last_at) AS last
        FROM watched_hours WHERE figure = 'source'
        GROUP BY name ORDER BY sum(n) DESC, name LIMIT %(names)s
        """, {"names": _NAMES})


def parts(cursor: Cursor, figure: str) -> list[Row]:
    """Fields ('fill') or codes ('refusal') with the most in four weeks: [{name, days, hours}], days before
    the last 24 hours and these hours, the latest first, each [how many had it, of how many]; hours with
    nothing are left out."""
    return many(
        cursor,
        """
        WITH all_hours AS (SELECT * FROM watched_hours WHERE hour > now() - interval '29 days'),
        names AS (SELECT name FROM all_hours WHERE figure = %(figure)s
                  GROUP BY name ORDER BY sum(greatest(n, asked)) DESC, name LIMIT %(names)s),
        known AS (
            SELECT names.name, h.hour, h.n, h.asked FROM names JOIN all_hours h
            ON h.figure = 'fill' AND %(figure)s = 'fill' AND h.name = names.name
            UNION ALL SELECT names.name, r.hour, coalesce(h.n, 0), r.n FROM names
            JOIN all_hours r ON r.figure = 'received' AND %(figure)s = 'refusal'
            LEFT JOIN all_hours h ON h.figure = 'refusal' AND h.name = names.name AND h.hour = r.hour),
        days AS (SELECT name, ceil(extract(epoch FROM now() - hour) / 86400) AS day, sum(n)::int AS n,
                        sum(asked)::int AS asked
                 FROM known WHERE hour <= now() - interval '24 hours' GROUP BY 1, 2)
        SELECT name, coalesce((SELECT jsonb_agg(jsonb_build_array(n, asked) ORDER BY day) FROM days
                               WHERE days.name = names.name), '[]') AS days,
               coalesce((SELECT jsonb_agg(jsonb_build_array(n, asked) ORDER BY hour DESC) FROM known
                         WHERE known.name = names.name AND hour > now() - interval '24 hours'), '[]') AS hours
        FROM names ORDER BY name
        """, {"figure": figure, "names": _NAMES})


def save(cursor: Cursor, rows: Sequence[Row]) -> None:
    """Signs in place of those of the last look: [{family, labels, value}]."""
    cursor.execute("DELETE FROM signs")
    insert(cursor, "signs", rows)


def signs(cursor: Cursor) -> list[Row]:
    """The signs of the last look: [{family, labels, value}]."""
    return many(cursor, "SELECT family, labels, value FROM signs ORDER BY family, labels")


def looked_at(cursor: Cursor) -> datetime | None:
    """When the last look was; None: there was none."""
    row = one(cursor, "SELECT max(seen_at) AS at FROM signs")
    return row["at"] if row else None
