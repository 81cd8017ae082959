"""What planning learnt, and what there is to learn: answers of the ledger, corrections.

The ledger is read by time. What a transaction answers has the time at which it began, so up to the beginning
of the oldest one that still runs nothing more can come: so far it is read, and never twice. (What runs for
longer than ten minutes, such as a backup, answers nothing.)
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sidecar.ids import new_id
from sidecar.store import locks
from sidecar.store.database import Cursor, Row, insert, many, one


def state(cursor: Cursor, known: str | None) -> Row | None:
    """{version, state}, `state` is None where the version is the known one; None: nothing is learnt yet."""
    return one(
        cursor, "SELECT version::text AS version,"
        " CASE WHEN version IS DISTINCT FROM %s::uuid THEN state END AS state FROM learnt", (known,))


def begin(cursor: Cursor) -> Row | None:
    """Be the only one who learns, until the transaction ends: {state, read_to (None: nothing was read), ends
    (until when the ledger can be read)}; None when somebody else does."""
    return one(
        cursor,
        "SELECT l.state, l.read_to, (SELECT least(now(), min(xact_start)) FROM pg_stat_activity"
        "   WHERE datname = current_database() AND backend_type = 'client backend'"
        "   AND pid <> pg_backend_pid() AND xact_start > now() - interval '10 minutes') AS ends"
        " FROM (SELECT pg_try_advisory_xact_lock(%s) AS mine) AS lock LEFT JOIN learnt l ON true"
        " WHERE lock.mine", (locks.LEARNING,))


def save(cursor: Cursor, state: Mapping[str, Any], read_to: datetime) -> None:
    """Keep what was learnt of all before `read_to`."""
    cursor.execute(
        "INSERT INTO learnt (version, read_to, state) VALUES (%s, %s, %s)"
        " ON CONFLICT (only_row) DO UPDATE SET version = excluded.version, read_to = excluded.read_to,"
        " state = excluded.state", (new_id(), read_to, json.dumps(state)))


def answered(cursor: Cursor, since: datetime | None, ends: datetime, most: int) -> list[Row]:
    """The latest calls that were answered in this time, so many at most, in order: [{provider, operation,
    sandbox, outcome, answered_at, contact, organization (ids, or None), history: [[operation, outcome]] of
    what had answered about the same person or company before}]."""
    return many(
        cursor,
        """
        SELECT c.provider, c.operation, c.sandbox, c.outcome, c.answered_at,
               CASE c.subject_kind WHEN 'contact' THEN c.subject_id END::text AS contact,
               CASE c.subject_kind WHEN 'contact' THEN p.org_id ELSE c.subject_id END::text AS organization,
               coalesce((SELECT json_agg(json_build_array(h.provider || '.' || h.operation, h.outcome)
                                         ORDER BY h.answered_at, h.id)
                         FROM provider_calls h WHERE h.subject_id = c.subject_id
                           AND h.subject_kind = c.subject_kind AND h.sandbox = c.sandbox
                           AND h.outcome IN ('found', 'not_found')
                           AND (h.answered_at, h.id) < (c.answered_at, c.id)), '[]') AS history
        FROM (SELECT * FROM provider_calls WHERE outcome IN ('found', 'not_found')
              AND answered_at >= coalesce(%(since)s, '-infinity'::timestamptz) AND answered_at < %(ends)s
              ORDER BY answered_at DESC, id DESC LIMIT %(most)s) c
        LEFT JOIN contacts p ON c.subject_kind = 'contact' AND p.id = c.subject_id
        ORDER BY c.answered_at, c.id
        """, {"since": since, "ends": ends, "most": most})


def corrected(cursor: Cursor, since: datetime | None, ends: datetime) -> list[Row]:
    """What was corrected in this time: [{provider, operation, sandbox}], one for each place."""
    return many(
        cursor, "SELECT c.provider, c.operation, c.sandbox FROM corrections x"
        " JOIN provider_calls c ON c.id = x.call_id"
        " WHERE x.at >= coalesce(%s, '-infinity'::timestamptz) AND x.at < %s"
        " ORDER BY x.at, x.call_id, x.place", (since, ends))


def found(cursor: Cursor, subject_ids: Iterable[str]) -> list[Row]:
    """What was found about contacts, organizations and the people of these: [{call_id, provider, operation,
    request_key, subject_kind, subject_id, outcome, answered_at}], in order."""
    return many(
        cursor, "SELECT id::text AS call_id, provider, operation, request_key, subject_kind,"
        " subject_id::text AS subject_id, outcome, answered_at FROM provider_calls"
        " WHERE subject_id IN (SELECT unnest(%(ids)s::uuid[])"
        "   UNION SELECT id FROM contacts WHERE org_id = ANY(%(ids)s::uuid[]))"
        " AND outcome = 'found' ORDER BY answered_at, id", {"ids": list(subject_ids)})


def correct(cursor: Cursor, rows: Iterable[Row]) -> None:
    """Note what turned out to be wrong: [{call_id, place, cause}]; what is noted already is not again."""
    insert(cursor, "corrections", sorted(rows, key=lambda row: (row["call_id"], row["place"])),
           conflict="ON CONFLICT DO NOTHING")
