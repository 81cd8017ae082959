"""Sources of leads, and the requests to their vendors that are to be made."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psycopg2.extras import Json

from sidecar.ids import new_id
from sidecar.store.database import Cursor, Row, insert, many, one
from sidecar.terms.states import NOT_TAKEN

_COLUMNS = ("key, kind, name, secret IS NOT NULL AS has_secret, mapping, deliveries, leads, tests, refused,"
            " last_delivery_at, last_refused_at, last_refusal, pull_of, pulled_until, disabled_at,"
            " created_at, CASE WHEN former_until > now() THEN former_until END AS former_until,"
            " (SELECT coalesce(sum(d.leads), 0)::int FROM source_days d WHERE d.source_key = sources.key"
            " AND d.day > current_date - 7) AS leads_7_days")
_KEPT = 20  # deliveries of a source
_DAYS = 30


def add(cursor: Cursor, key: str, kind: str, name: str, secret: bytes | None, pull_of: str | None) -> bool:
    """Whether it was added: False when one has the name."""
    cursor.execute(
        "INSERT INTO sources (key, kind, name, secret, pull_of, pulled_until) VALUES (%s, %s, %s, %s,"
        " %s, now())"
        " ON CONFLICT (name) DO NOTHING", (key, kind, name, secret, pull_of))
    return bool(cursor.rowcount)


def listed(cursor: Cursor) -> list[Row]:
    """All sources, by name."""
    return many(cursor, f"SELECT {_COLUMNS} FROM sources ORDER BY name")  # noqa: S608


def get(cursor: Cursor, key: str) -> Row | None:
    """One source, without its secret."""
    return one(cursor, f"SELECT {_COLUMNS} FROM sources WHERE key = %s", (key,))  # noqa: S608


def opened(cursor: Cursor, kind: str, key: str) -> Row | None:
    """An enabled source with its secret, still encrypted, and the one before while it counts: {name, secret,
    former_secret, mapping}."""
    return one(cursor, "SELECT name, secret, mapping,"
                       " CASE WHEN former_until > now() THEN former_secret END AS former_secret FROM sources"
                       " WHERE kind = %s AND key = %s AND disabled_at IS NULL", (kind, key))


def change(cursor: Cursor, key: str, changes: dict[str, Any]) -> bool:
    """Set name, secret (encrypted), mapping, pull_of or disabled; whether there is such a source."""
    columns = {"secret": "secret = %(secret)s, former_until = NULL",
               "mapping": "mapping = %(mapping)s", "name": "name = %(name)s",
               "pull_of": "pull_of = %(pull_of)s, pulled_until = now()",
               "disabled": "disabled_at = CASE WHEN %(disabled)s THEN coalesce(disabled_at, now()) END"}
    given = {name: Json(value) if name == "mapping" and value is not None else value
             for name, value in changes.items()}
    cursor.execute(
        f"UPDATE sources SET {', '.join(columns[name] for name in given)} WHERE key = %(key)s",  # noqa: S608
        given | {"key": key})
    return bool(cursor.rowcount)


def renew(cursor: Cursor, key: str, secret: bytes, hours: int) -> None:
    """Set a secret (encrypted); the one before counts for so many hours."""
    cursor.execute("UPDATE sources SET former_secret = secret, secret = %s,"
                   " former_until = now() + %s * interval '1 hour' WHERE key = %s", (secret, hours, key))


def delivered(cursor: Cursor, key: str, delivery: Row) -> None:
    """Count a delivery that was taken: {outcome, leads, tests …} as source_deliveries has them."""
    cursor.execute(
        "UPDATE sources SET deliveries = deliveries + 1, leads = leads + %s, tests = tests + %s,"
        " last_delivery_at = now() WHERE key = %s", (delivery["leads"], delivery["tests"], key))
    _note(cursor, key, delivery)


def refused(cursor: Cursor, key: str, outcome: str, reason: str) -> None:
    """Count a delivery that was refused."""
    cursor.execute("UPDATE sources SET refused = refused + 1, last_refused_at = now(), last_refusal = %s"
                   " WHERE key = %s", (reason, key))
    _note(cursor, key, {"outcome": outcome, "reason": reason})


def _note(cursor: Cursor, key: str, delivery: Row) -> None:
    """Keep a delivery and its day; what is older goes. The source is locked."""
    insert(cursor, "source_deliveries", [delivery | {"source_key": key}])
    cursor.execute(
        "DELETE FROM source_deliveries WHERE source_key = %(key)s AND id <= (SELECT id FROM"
        " source_deliveries WHERE source_key = %(key)s ORDER BY id DESC OFFSET %(kept)s LIMIT 1)",
        {"key": key, "kept": _KEPT})
    cursor.execute(
        "INSERT INTO source_days AS d (source_key, leads, refused) VALUES (%s, %s, %s)"
        " ON CONFLICT (source_key, day) DO UPDATE SET leads = d.leads + excluded.leads,"
        " refused = d.refused + excluded.refused",
        (key, delivery.get("leads", 0), int(delivery["outcome"] in NOT_TAKEN)))
    cursor.execute("DELETE FROM source_days WHERE source_key = %s AND day < current_date - %s", (key, _DAYS))


def last_deliveries(cursor: Cursor, key: str, limit: int) -> list[Row]:
    """What a source delivered, the newest first."""
    return many(
        cursor, "SELECT received_at, outcome, leads, rejected, tests, events, announced, pulled, reason"
        " FROM source_deliveries WHERE source_key = %s ORDER BY id DESC LIMIT %s", (key, limit))


def plan(cursor: Cursor, rows: Sequence[Row]) -> None:
    """Enter requests {source_key, name, url, query, headers, until}; one that is entered already stays as
    it is, and one that was given up begins anew."""
    insert(cursor, "source_fetches", [row | {"id": new_id()} for row in rows],
           conflict="ON CONFLICT (source_key, name) DO UPDATE SET attempts = 0, failed_at = NULL,"
                    " due_at = now(), url = excluded.url, query = excluded.query, headers = excluded.headers,"
                    " until = excluded.until"
                    " WHERE source_fetches.failed_at IS NOT NULL")


def overdue(cursor: Cursor, kinds: Sequence[str], before: datetime) -> list[Row]:
    """Sources of these kinds that were not read since then, and are not being asked for what an outage
    missed, locked: {key, kind, pull_of, pulled_until}."""
    return many(
        cursor, "SELECT key, kind, pull_of, pulled_until FROM sources WHERE kind = ANY(%s)"
        " AND pull_of IS NOT NULL AND disabled_at IS NULL AND pulled_until < %s AND NOT EXISTS ("
        "SELECT FROM source_fetches f WHERE f.source_key = sources.key AND f.until IS NOT NULL"
        " AND f.failed_at IS NULL) FOR UPDATE SKIP LOCKED",
        (list(kinds), before))


def is_asked(cursor: Cursor, key: str) -> bool:
    """Whether requests for what an outage missed are left, those that were given up too."""
    return one(cursor, "SELECT 1 AS one FROM source_fetches WHERE source_key = %s AND until IS NOT NULL"
                       " LIMIT 1", (key,)) is not None


def forget_given_up(cursor: Cursor, key: str) -> None:
    """What was given up of what an outage missed is asked for anew, from where it began."""
    cursor.execute("DELETE FROM source_fetches WHERE source_key = %s AND until IS NOT NULL"
                   " AND failed_at IS NOT NULL", (key,))


def pulled(cursor: Cursor, key: str, until: datetime) -> None:
    """All that came until then is stored."""
    cursor.execute("UPDATE sources SET pulled_until = %s WHERE key = %s", (until, key))


def take(cursor: Cursor, kinds: Sequence[str], limit: int, seconds: int) -> list[Row]:
    """Due requests of these kinds; nobody else gets them for so many seconds."""
    return many(
        cursor,
        """
        UPDATE source_fetches f SET attempts = attempts + 1, due_at = now() + %s * interval '1 second'
        FROM (SELECT f.id, s.kind FROM source_fetches f JOIN sources s ON s.key = f.source_key
              WHERE f.due_at <= now() AND f.failed_at IS NULL AND s.kind = ANY(%s) AND s.disabled_at IS NULL
              ORDER BY f.due_at LIMIT %s FOR UPDATE OF f SKIP LOCKED) d
        WHERE f.id = d.id
        RETURNING f.id::text AS id, d.kind, f.url, f.query, f.headers
        """, (seconds, list(kinds), limit))


def asked(cursor: Cursor, fetch_id: str) -> Row | None:
    """A request whose answer has come, locked: {source_key, name, kind, attempts, until}."""
    return one(
        cursor, "SELECT f.source_key, f.name, f.attempts, f.until, s.kind FROM source_fetches f"
        " JOIN sources s ON s.key = f.source_key WHERE f.id = %s FOR UPDATE OF f", (fetch_id,))


def answered(cursor: Cursor, fetch_id: str) -> None:
    """Its answer is stored."""
    cursor.execute("DELETE FROM source_fetches WHERE id = %s", (fetch_id,))


def postpone(cursor: Cursor, fetch_id: str, reason: str, seconds: float | None) -> None:
    """Try again in so many seconds; None: never."""
    cursor.execute(
        "UPDATE source_fetches SET last_error = %(reason)s,"
        " due_at = now() + coalesce(%(seconds)s, 0) * interval '1 second',"
        " failed_at = CASE WHEN %(seconds)s::float8 IS NULL THEN now() END WHERE id = %(id)s",
        {"reason": reason, "seconds": seconds, "id": fetch_id})
