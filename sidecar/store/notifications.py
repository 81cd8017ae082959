"""The outbox of messages: owed, claimed, sent, or dead with a reason."""

from __future__ import annotations

from datetime import datetime

from sidecar.store.database import Cursor, Row, insert, many, one, words
from sidecar.terms.states import OWED

# A message claimed longer ago than this belongs to a process that died in mid-send.
_STUCK_SECONDS = 60


def owe(cursor: Cursor, rows: list[Row]) -> None:
    """Enter messages; the same one (dedupe_key) is owed once."""
    insert(cursor, "notifications", rows, conflict="ON CONFLICT (dedupe_key) DO NOTHING")


def take(cursor: Cursor, lead_ids: list[str] | None) -> Row | None:
    """Take the next message that is due (of these leads, or any); None when there is none.

    One that was stuck in sending is taken again and marked as a possible duplicate.
    """
    return one(
        cursor,
        """
        UPDATE notifications SET state = 'sending', claimed_at = now(), attempts = attempts + 1,
               possible_duplicate = possible_duplicate OR state = 'sending'
        WHERE id = (
            SELECT id FROM notifications
            WHERE ((state = 'owed' AND due_at <= now())
                   OR (state = 'sending' AND claimed_at < now() - %(stuck)s * interval '1 second'))
              AND (%(leads)s::uuid[] IS NULL OR lead_id = ANY(%(leads)s::uuid[]))
            ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING id::text AS id, kind, lead_id::text AS lead_id, channel, recipient, content,
                  attempts, possible_duplicate, hot_change
        """,
        {"stuck": _STUCK_SECONDS, "leads": lead_ids},
    )


def release(cursor: Cursor, lead_ids: list[str]) -> None:
    """What was owed for these leads and waited for their flow is due."""
    if lead_ids:
        cursor.execute(
            "UPDATE notifications SET due_at = now()"
            " WHERE lead_id = ANY(%s::uuid[]) AND state = 'owed' AND due_at IS NULL", (lead_ids,))


def withdraw(cursor: Cursor, lead_ids: list[str], reason: str) -> None:
    """What was owed for these leads and waited for their flow is not sent."""
    if lead_ids:
        cursor.execute(
            "UPDATE notifications SET state = 'withdrawn', last_error = %s"
            " WHERE lead_id = ANY(%s::uuid[]) AND state = 'owed' AND due_at IS NULL", (reason, lead_ids))


WITHHELD = "The person refused contact and did not ask themselves."


def withhold(cursor: Cursor, notification_id: str) -> None:
    """It may not be sent, unless the person asks themselves later: see `owe_again`."""
    cursor.execute("UPDATE notifications SET state = 'withdrawn', last_error = %s WHERE id = %s",
                   (WITHHELD, notification_id))


def owe_again(cursor: Cursor, lead_ids: list[str]) -> None:
    """What was withheld of these leads' present state is owed again; its sender decides anew."""
    if lead_ids:
        cursor.execute(
            "UPDATE notifications n SET state = 'owed', due_at = NULL, attempts = 0, last_error = NULL"
            " FROM leads l WHERE l.id = n.lead_id AND n.lead_id = ANY(%s::uuid[]) AND n.state = 'withdrawn'"
            " AND n.last_error = %s AND n.hot_change = l.hot_changes", (lead_ids, WITHHELD))


def told_at(cursor: Cursor, lead_id: str, hot_change: int) -> datetime | None:
    """When people were last told of a lead because of an earlier change into hot."""
    row: Row | None = one(
        cursor, "SELECT max(sent_at) AS at FROM notifications WHERE lead_id = %s AND hot_change < %s"
        " AND state = 'sent'", (lead_id, hot_change))
    return row["at"] if row else None


def sent(cursor: Cursor, notification_id: str) -> None:
    """It went out."""
    cursor.execute(
        "UPDATE notifications SET state = 'sent', sent_at = now(), last_error = NULL WHERE id = %s",
        (notification_id,),
    )


def postpone(cursor: Cursor, notification_id: str, seconds: float, error: str) -> None:
    """Try again later."""
    cursor.execute(
        "UPDATE notifications SET state = 'owed', due_at = now() + %s * interval '1 second',"
        " last_error = %s WHERE id = %s", (seconds, error, notification_id),
    )


def give_up(cursor: Cursor, notification_id: str, error: str) -> None:
    """It can never be delivered."""
    cursor.execute(
        "UPDATE notifications SET state = 'dead', last_error = %s WHERE id = %s",
        (error, notification_id),
    )


def counts(cursor: Cursor) -> Row:
    """{waiting, dead}."""
    return one(
        cursor,
        f"SELECT count(*) FILTER (WHERE state IN {words(OWED)}) AS waiting,"  # noqa: S608
        " count(*) FILTER (WHERE state = 'dead') AS dead FROM notifications"
        f" WHERE state IN {words((*OWED, 'dead'))}",
    ) or {"waiting": 0, "dead": 0}


def page(cursor: Cursor, limit: int, after: str | None) -> list[Row]:
    """Messages, newest first; the recipient's address is left out."""
    return many(
        cursor,
        "SELECT id::text AS id, kind, lead_id::text AS lead_id, channel, state, attempts, due_at,"
        " sent_at, possible_duplicate, last_error, created_at FROM notifications"
        " WHERE %(after)s IS NULL OR id < %(after)s::uuid ORDER BY id DESC LIMIT %(limit)s",
        {"limit": limit, "after": after},
    )
