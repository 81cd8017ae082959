"""Predictive models, and what they are learnt from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from psycopg2.extras import Json

from sidecar.store import locks
from sidecar.store.database import Cursor, Row, many, one
from sidecar.store.scores import ENDED, outcomes_said

_BRIEF = """id, version, state, report, reason, created_by, trained_at, published_at, published_by,
    retired_at, retired_by"""


def lock(cursor: Cursor) -> None:
    """Be the only one who decides which model is in force, until the transaction ends."""
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", (locks.PREDICTIONS,))


def in_force(cursor: Cursor, known: int | None) -> Row | None:
    """{id, version, state, report, learnt} of the model that is published, `learnt` is None where its id is
    the known one; else of the row that tells why nothing is learnt; None where nobody tried."""
    return one(cursor, cursor.prepared(
        "SELECT id, version, state, report, CASE WHEN id IS DISTINCT FROM $1::bigint THEN learnt END"
        " AS learnt FROM ml_models WHERE state IN ('published', 'waiting') ORDER BY state LIMIT 1"), (known,))


def page(cursor: Cursor, limit: int, after: int | None) -> list[Row]:
    """Models without what is served, the newest first."""
    return many(cursor, f"SELECT {_BRIEF} FROM ml_models WHERE (%(after)s IS NULL OR id < %(after)s)"  # noqa: S608
                        " ORDER BY id DESC LIMIT %(limit)s", {"after": after, "limit": limit})


def get(cursor: Cursor, model_id: int, *, lock: bool = False) -> Row | None:
    """One model, without what is served."""
    return one(cursor, f"SELECT {_BRIEF} FROM ml_models WHERE id = %s{' FOR UPDATE' if lock else ''}",  # noqa: S608
               (model_id,))


def learnt(cursor: Cursor, model_id: int) -> dict[str, Any] | None:
    """What is served of a model."""
    row = one(cursor, "SELECT learnt FROM ml_models WHERE id = %s", (model_id,))
    return row["learnt"] if row else None


def add(
    cursor: Cursor, *, learnt: Mapping[str, Any] | None, report: Mapping[str, Any], reason: str, by: str,
    at: datetime,
) -> Row:
    """A draft, or where nothing was learnt the one row that says why; its id makes its version."""
    cursor.execute("DELETE FROM ml_models WHERE state = 'waiting'")
    [row] = many(
        cursor, f"""
        INSERT INTO ml_models (version, state, learnt, report, reason, created_by, trained_at)
        VALUES ('prediction@' || currval(pg_get_serial_sequence('ml_models', 'id')), %(state)s, %(learnt)s,
                %(report)s, %(reason)s, %(by)s, %(at)s) RETURNING {_BRIEF}""",  # noqa: S608
        {"state": "waiting" if learnt is None else "draft", "learnt": learnt and Json(learnt),
         "report": Json(report), "reason": reason, "by": by, "at": at})
    return row


def publish(cursor: Cursor, model_id: int, by: str, at: datetime) -> None:
    """This one is in force, and no other."""
    withdraw(cursor, by, at)
    cursor.execute("UPDATE ml_models SET state = 'published', published_at = %s, published_by = %s,"
                   " retired_at = NULL, retired_by = NULL WHERE id = %s", (at, by, model_id))


def withdraw(cursor: Cursor, by: str, at: datetime) -> None:
    """None is in force."""
    cursor.execute("UPDATE ml_models SET state = 'retired', retired_at = %s, retired_by = %s"
                   " WHERE state = 'published'", (at, by))


def forget_older(cursor: Cursor, kept: int) -> None:
    """Of models that are not in force keep the newest."""
    cursor.execute("DELETE FROM ml_models WHERE state IN ('draft', 'retired') AND id NOT IN ("
                   " SELECT id FROM ml_models ORDER BY id DESC LIMIT %s)", (kept,))


# Leads whose outcome came with them from elsewhere: they ended before they were here.
_CAME_ENDED = "(e.at IS NULL OR e.at <= l.created_at)"


def conversions(cursor: Cursor) -> int:
    """How many leads were won."""
    row = one(cursor, f"SELECT count(*) AS n FROM ({ENDED}) e WHERE e.won",  # noqa: S608
              outcomes_said(cursor))
    return row["n"] if row else 0


def examples(cursor: Cursor, limit: int) -> list[Row]:
    """Leads that were won or lost, the latest first, each with what was known before: [{lead_id, won, at,
    facts, events}].

    An as-of join: the facts as they stood at the last change before the outcome, the events that had
    happened and were known before it. Of a lead that came with its outcome from elsewhere, nothing can be
    known before: its facts are those that came with it, its events none. Leads of which nothing is kept from
    before their outcome are left out.
    """
    return many(
        cursor, f"""
        SELECT e.id::text AS lead_id, e.won, coalesce(e.at, l.created_at) AS at, f.facts,
               coalesce(v.events, '[]') AS events
        FROM ({ENDED}) e JOIN leads l USING (id)
        CROSS JOIN LATERAL (
            SELECT facts FROM lead_facts k WHERE k.lead_id = e.id AND (
                k.since < e.at OR {_CAME_ENDED} AND k.since < l.created_at + interval '1 hour')
            ORDER BY CASE WHEN {_CAME_ENDED} THEN k.since END, k.since DESC LIMIT 1) f
        LEFT JOIN LATERAL (
            SELECT jsonb_agg(jsonb_build_object(
                'type', type, 'occurred_at', occurred_at, 'machine', machine)) AS events
            FROM (SELECT * FROM events k WHERE k.contact_id = e.contact_id AND NOT {_CAME_ENDED}
                  AND k.received_at < e.at AND k.occurred_at < e.at AND NOT k.properties ? 'test'
                  ORDER BY k.machine IS NOT NULL, k.occurred_at DESC LIMIT 200) known) v ON true
        ORDER BY 3 DESC, e.id LIMIT %(limit)s""",  # noqa: S608
        outcomes_said(cursor) | {"limit": limit})
