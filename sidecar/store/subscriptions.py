"""Events of leads, who subscribed to them, and the outbox between the two."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from sidecar.ids import new_id
from sidecar.store.database import Cursor, Executes, Row, as_json, many, one, update_from
from sidecar.webhooks import Event

_COLUMNS = ("id::text AS id, url, events, include_person, key, created_by, authorized_by, state, reason,"
            " failures, failing_since, due_at, created_at, updated_at")


# A subscription that is deleted meanwhile is waited for and left out: an event must not fail its cause.
_TELL = """
WITH told AS (
    SELECT uuidv7() AS id, type, lead_id, reject_id, data
    FROM json_populate_recordset(NULL::lead_events, $1)),
wanted AS (
    SELECT s.id AS subscription_id, t.id AS event_id
    FROM subscriptions s JOIN told t ON t.type = ANY(s.events)
    WHERE s.state = 'active' FOR KEY SHARE OF s),
kept AS (
    INSERT INTO lead_events (id, type, lead_id, reject_id, data)
    SELECT id, type, lead_id, reject_id, data FROM told WHERE id IN (SELECT event_id FROM wanted))
INSERT INTO deliveries (subscription_id, event_id) SELECT subscription_id, event_id FROM wanted
"""


def tell(cursor: Executes, events: Sequence[Event]) -> None:
    """Owe these events to every active subscription that wants them, in the transaction of their cause."""
    if events:
        cursor.execute(cursor.prepared(_TELL), (as_json(events),))


def save(cursor: Cursor, row: Row) -> tuple[str, Row | None]:
    """Create a subscription (url, events, include_person, secret, key, created_by), or set up anew the one
    that its creator has under this key: (its id, what it was before, None: it is new)."""
    made = one(
        cursor,
        """
        INSERT INTO subscriptions AS s (id, url, events, include_person, secret, key, created_by,
            authorized_by)
        VALUES (%(id)s, %(url)s, %(events)s, %(include_person)s, %(secret)s, %(key)s, %(created_by)s,
            %(created_by)s)
        ON CONFLICT (created_by, key) DO UPDATE SET url = excluded.url, events = excluded.events,
            include_person = excluded.include_person, secret = excluded.secret,
            authorized_by = excluded.authorized_by, state = 'active',
            reason = NULL, failures = 0, failing_since = NULL, due_at = now(), updated_at = now()
        RETURNING s.id::text AS id, CASE WHEN old.id IS NOT NULL THEN jsonb_build_object(
            'url', old.url, 'events', old.events, 'include_person', old.include_person) END AS before
        """, row | {"id": new_id()}) or {}
    if made["before"]:
        _send_at_once(cursor, made["id"])
    return made["id"], made["before"]


def get(cursor: Cursor, subscription_id: str, *, lock: bool = False) -> Row | None:
    """One subscription with its secret, encrypted."""
    return one(
        cursor, f"SELECT {_COLUMNS}, secret FROM subscriptions WHERE id = %s"  # noqa: S608
        f"{' FOR NO KEY UPDATE' if lock else ''}", (subscription_id,))


def page(cursor: Cursor, limit: int, after: str | None, key: str | None) -> list[Row]:
    """Subscriptions, newest first, of one key where it is given."""
    return many(
        cursor,
        f"SELECT {_COLUMNS} FROM subscriptions WHERE (%(after)s IS NULL OR id < %(after)s::uuid)"  # noqa: S608
        " AND (%(key)s IS NULL OR key = %(key)s) ORDER BY id DESC LIMIT %(limit)s",
        {"limit": limit, "after": after, "key": key})


def edit(cursor: Cursor, subscription_id: str, changes: dict[str, Any]) -> None:
    """Set columns of a subscription that people edit, and who answers for them."""
    names = [name for name in ("url", "events", "include_person", "authorized_by") if name in changes]
    cursor.execute(
        f"UPDATE subscriptions SET {', '.join(f'{name} = %({name})s' for name in names)},"  # noqa: S608
        " updated_at = now() WHERE id = %(id)s", changes | {"id": subscription_id})


def resume(cursor: Cursor, subscription_id: str) -> None:
    """What it is owed goes out again, at once."""
    cursor.execute(
        "UPDATE subscriptions SET state = 'active', reason = NULL, failures = 0, failing_since = NULL,"
        " due_at = now(), updated_at = now() WHERE id = %s", (subscription_id,))
    _send_at_once(cursor, subscription_id)


def _send_at_once(cursor: Cursor, subscription_id: str) -> None:
    """What it is owed and waits for its next try is due."""
    cursor.execute(
        "UPDATE deliveries SET due_at = now() WHERE subscription_id = %s AND state = 'owed'"
        " AND due_at > now()", (subscription_id,))


def pause(cursor: Cursor, subscription_id: str, reason: str) -> None:
    """Send nothing any more, for a reason that people read."""
    cursor.execute(
        "UPDATE subscriptions SET state = 'paused', reason = %s, lease_until = NULL, updated_at = now()"
        " WHERE id = %s AND state = 'active'", (reason, subscription_id))


def delete(cursor: Cursor, subscription_id: str) -> Row | None:
    """What it was; None when there is none."""
    return one(
        cursor, f"DELETE FROM subscriptions WHERE id = %s RETURNING {_COLUMNS}", (subscription_id,))  # noqa: S608


_DUE = """
state = 'active' AND due_at <= now() AND coalesce(lease_until < now(), true) AND EXISTS (
    SELECT FROM deliveries d WHERE d.subscription_id = s.id AND d.state = 'owed' AND d.due_at <= now())
"""


def due(cursor: Cursor) -> bool:
    """Whether something is to be sent that nobody is sending."""
    return one(cursor, cursor.prepared(f"SELECT FROM subscriptions s WHERE {_DUE} LIMIT 1")) is not None


def take(cursor: Cursor, turn: str, lease_seconds: int) -> Row | None:
    """Take the subscription that waits longest for a turn; nobody else sends to it while the lease lasts."""
    return one(
        cursor,
        f"""
        UPDATE subscriptions SET lease_until = now() + %(seconds)s * interval '1 second', turn = %(turn)s,
               turned_at = now()
        WHERE id = (SELECT id FROM subscriptions s WHERE {_DUE} ORDER BY turned_at LIMIT 1
                    FOR NO KEY UPDATE SKIP LOCKED)
        RETURNING {_COLUMNS}, secret
        """,  # noqa: S608
        {"turn": turn, "seconds": lease_seconds})


def keep(cursor: Cursor, turns: list[str], lease_seconds: int) -> None:
    """Renew the leases of these turns."""
    cursor.execute(
        "UPDATE subscriptions SET lease_until = now() + %s * interval '1 second'"
        " WHERE turn = ANY(%s::uuid[]) AND lease_until IS NOT NULL", (lease_seconds, turns))


def owed(cursor: Cursor, subscription_id: str, limit: int) -> list[Row]:
    """Events that are due: [{event_id, attempts, type, lead_id, reject_id, data, created_at}]."""
    return many(
        cursor,
        "SELECT d.event_id::text AS event_id, d.attempts, e.type, e.lead_id::text AS lead_id,"
        " e.reject_id::text AS reject_id, e.data, e.created_at"
        " FROM deliveries d JOIN lead_events e ON e.id = d.event_id"
        " WHERE d.subscription_id = %s AND d.state = 'owed' AND d.due_at <= now()"
        " ORDER BY d.due_at, d.event_id LIMIT %s", (subscription_id, limit))


def settle(cursor: Cursor, subscription_id: str, rows: list[Row]) -> None:
    """What became of deliveries: [{event_id, state, due_in (seconds), status, error}]."""
    update_from(
        cursor, "deliveries", [row | {"subscription_id": subscription_id} for row in rows],
        columns={"subscription_id": "uuid", "event_id": "uuid", "state": "text", "due_in": "integer",
                 "status": "integer", "error": "text"},
        key="event_id", where="t.subscription_id = v.subscription_id AND t.state = 'owed'",
        changes="""state = v.state, attempts = t.attempts + 1, last_status = v.status, last_error = v.error,
            due_at = now() + v.due_in * interval '1 second', updated_at = now(),
            delivered_at = CASE WHEN v.state = 'delivered' THEN now() END""")


def end_turn(
    cursor: Cursor, subscription_id: str, turn: str, *, failures: int, failing_since: Any, due_in: int
) -> None:
    """Give the subscription back after a turn, unless another one has begun meanwhile."""
    cursor.execute(
        "UPDATE subscriptions SET lease_until = NULL, failures = %s, failing_since = %s,"
        " due_at = now() + %s * interval '1 second' WHERE id = %s AND turn = %s",
        (failures, failing_since, due_in, subscription_id, turn))


def deliveries(
    cursor: Cursor, subscription_id: str, *, state: str | None, limit: int, after: str | None
) -> list[Row]:
    """The log of a subscription, newest event first."""
    return many(
        cursor,
        "SELECT d.event_id::text AS id, e.type, e.lead_id::text AS lead_id, e.reject_id::text AS reject_id,"
        " d.state, d.attempts, d.due_at, d.last_status, d.last_error, d.delivered_at, e.created_at"
        " FROM deliveries d JOIN lead_events e ON e.id = d.event_id"
        " WHERE d.subscription_id = %(id)s AND (%(state)s IS NULL OR d.state = %(state)s)"
        " AND (%(after)s IS NULL OR d.event_id < %(after)s::uuid)"
        " ORDER BY d.event_id DESC LIMIT %(limit)s",
        {"id": subscription_id, "state": state, "limit": limit, "after": after})


def replay(
    cursor: Cursor, subscription_id: str, *, event_id: str | None = None, failed_since: Any = None
) -> int:
    """Owe again one event, whatever became of it, or all that failed since a time: how many."""
    cursor.execute(
        "UPDATE deliveries d SET state = 'owed', attempts = 0, due_at = now(), delivered_at = NULL,"
        " updated_at = now() FROM lead_events e WHERE e.id = d.event_id AND d.subscription_id = %(id)s"
        " AND (d.event_id = %(event)s::uuid OR (d.state = 'failed' AND e.created_at >= %(since)s))",
        {"id": subscription_id, "event": event_id, "since": failed_since})
    return cursor.rowcount


def scopes_of(cursor: Cursor, authorized_by: str) -> list[str] | str | None:
    """What they may do now: a client's scopes, a user's role; None: they are gone or disabled."""
    kind, _, name = authorized_by.partition(":")
    row = one(
        cursor,
        "SELECT scopes AS held FROM clients WHERE id = %s AND disabled_at IS NULL" if kind == "client" else
        "SELECT role AS held FROM users WHERE id::text = %s AND disabled_at IS NULL", (name,))
    return cast("list[str] | str", row["held"]) if row else None


def forget_events(cursor: Cursor, contact_ids: list[str]) -> None:
    """Delete the events of people's leads, and their deliveries with them."""
    cursor.execute(
        "DELETE FROM lead_events WHERE lead_id IN (SELECT id FROM leads WHERE contact_id = ANY(%s::uuid[]))",
        (contact_ids,))


def forget_leads(cursor: Cursor, lead_ids: list[str], reject_ids: list[str]) -> None:
    """Delete the events of leads and of raw leads that were refused."""
    cursor.execute("DELETE FROM lead_events WHERE lead_id = ANY(%s::uuid[])", (lead_ids,))
    cursor.execute("DELETE FROM lead_events WHERE reject_id = ANY(%s::uuid[])", (reject_ids,))


def figures(cursor: Cursor) -> Row:
    """{active, paused: subscriptions; owed, failed: deliveries; oldest_seconds: since when the oldest event
    waits that an active subscription is owed}."""
    return one(
        cursor,
        """
        SELECT (SELECT count(*) FROM subscriptions WHERE state = 'active') AS active,
               (SELECT count(*) FROM subscriptions WHERE state = 'paused') AS paused,
               (SELECT count(*) FROM deliveries WHERE state = 'owed') AS owed,
               (SELECT count(*) FROM deliveries WHERE state = 'failed') AS failed,
               coalesce((SELECT extract(epoch FROM now() - min(e.created_at)) FROM subscriptions s
                   CROSS JOIN LATERAL (
                       SELECT event_id FROM deliveries d WHERE d.subscription_id = s.id AND d.state = 'owed'
                       ORDER BY due_at LIMIT 1) d
                   JOIN lead_events e ON e.id = d.event_id WHERE s.state = 'active'), 0)::float8
                   AS oldest_seconds
        """) or {}
