"""The outbox of messages: owed, claimed, sent, or dead with a reason."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sidecar.store.database import Cursor, Row, as_json, insert, many, one, update_from, words
from sidecar.terms.scopes import MAY_SEE
from sidecar.terms.states import OWED

# A message claimed longer ago than this belongs to a process that died in mid-send.
_STUCK_SECONDS = 60


ELSEWHERE = "It is for somebody else now."
QUIET = "Quiet hours."


def owe(cursor: Cursor, rows: list[Row]) -> None:
    """Enter messages; the same one (dedupe_key) is owed once."""
    insert(cursor, "notifications", rows, conflict="ON CONFLICT (dedupe_key) DO NOTHING")


def owe_to_another(cursor: Cursor, rows: list[Row]) -> None:
    """Enter messages as `owe` does, each of another key; one that was withdrawn because its lead was somebody
    else's is owed again."""
    insert(cursor, "notifications", rows, conflict=(
        "ON CONFLICT (dedupe_key) DO UPDATE SET state = 'owed', user_id = excluded.user_id,"
        " due_at = excluded.due_at, attempts = 0, last_error = NULL"
        f" WHERE notifications.state = 'withdrawn' AND notifications.last_error = '{ELSEWHERE}'"))


def owe_changes(cursor: Cursor, lead_id: str, channels: Collection[str]) -> None:
    """Owe a change of each message about a lead that is out and can be changed, on these channels; one that
    is owed already is not owed twice. One that is being sent is sent again, but not before that is settled:
    the last one says how things are. `settle` knows it by being due later than it was claimed."""
    cursor.execute(
        """
        INSERT INTO notifications (kind, lead_id, hot_change, channel, recipient, user_id, reference, about,
                                   dedupe_key)
        SELECT 'handled', lead_id, hot_change, channel, recipient, user_id, reference,
               jsonb_build_object('of', id, 'kind', kind, 'about', about), 'handled:' || id
        FROM notifications WHERE lead_id = %s AND kind <> 'handled' AND state = 'sent'
            AND reference IS NOT NULL AND channel = ANY(%s)
        ORDER BY id
        ON CONFLICT (dedupe_key) DO UPDATE SET due_at = clock_timestamp(), attempts = 0, last_error = NULL,
            state = CASE WHEN notifications.state = 'sending' THEN 'sending' ELSE 'owed' END
        """, (lead_id, list(channels)))


def take(cursor: Cursor, rooms: Mapping[str, int], lead_ids: list[str] | None) -> list[Row]:
    """Take messages that are due (of these leads, or any), of each channel as many as there is room for.

    One that was stuck in sending is taken again and marked as a possible duplicate; `was_quiet`: quiet hours
    put it off. Of the user whom it is
    for are told whether they `left`, or may see people no more, and their wishes `quiet_from`, `quiet_until`
    and `always_hot`; of who reads it `reader_id`, language and time zone: that user, else whose mail address
    it goes to.
    """
    return many(
        cursor,
        """
        WITH taken AS (
            SELECT n.id, n.state = 'sending' AS stuck FROM jsonb_each_text(%(rooms)s) room,
            LATERAL (SELECT id, state FROM notifications
                WHERE channel = room.key AND state IN ('owed', 'sending')
                  AND ((state = 'owed' AND due_at <= now())
                       OR (state = 'sending' AND claimed_at < now() - %(stuck)s * interval '1 second'))
                  AND (%(leads)s::uuid[] IS NULL OR lead_id = ANY(%(leads)s::uuid[]))
                ORDER BY due_at, id LIMIT room.value::int FOR UPDATE SKIP LOCKED) n),
        claimed AS (
            UPDATE notifications n SET state = 'sending', claimed_at = now(), attempts = attempts + 1,
                   possible_duplicate = possible_duplicate OR stuck
            FROM taken WHERE n.id = taken.id
            RETURNING n.*)
        SELECT c.id::text AS id, c.kind, c.lead_id::text AS lead_id, c.hot_change, c.channel, c.recipient,
               c.user_id::text AS user_id, c.content, c.about, c.reference, c.attempts, c.possible_duplicate,
               c.created_at, c.claimed_at, coalesce(c.last_error = %(quiet)s, false) AS was_quiet, coalesce(
                   u.disabled_at IS NOT NULL OR u.role <> ALL(%(roles)s), false) AS left,
               r.id::text AS reader_id, r.email AS reader, r.language, r.time_zone,
               w.quiet_from, w.quiet_until, coalesce(w.always_hot, false) AS always_hot
        FROM claimed c LEFT JOIN users u ON u.id = c.user_id
        LEFT JOIN users r ON r.disabled_at IS NULL AND r.role = ANY(%(roles)s) AND (r.id = c.user_id
            OR c.user_id IS NULL AND c.channel = 'email' AND r.email = lower(c.recipient))
        LEFT JOIN user_channels w ON w.user_id = c.user_id AND w.channel = c.channel
        ORDER BY c.due_at, c.id
        """,
        {"stuck": _STUCK_SECONDS, "leads": lead_ids, "rooms": as_json(dict(rooms)), "roles": MAY_SEE,
         "quiet": QUIET},
    )


def of_no_channel(cursor: Cursor, known: Collection[str]) -> list[Row]:
    """Give up what is due on channels that are none (any more): [{channel, kind}] of each."""
    return many(
        cursor,
        "UPDATE notifications SET state = 'dead', attempts = attempts + 1,"
        " last_error = 'there is no channel ' || channel"
        " WHERE state IN ('owed', 'sending') AND due_at <= now() AND channel <> ALL(%s)"
        " RETURNING channel, kind", (list(known),))


def release(cursor: Cursor, lead_ids: list[str]) -> None:
    """What was owed for these leads and waited for their flow is due."""
    if lead_ids:
        cursor.execute(
            "UPDATE notifications SET due_at = now()"
            " WHERE lead_id = ANY(%s::uuid[]) AND state = 'owed' AND due_at IS NULL", (lead_ids,))


NOT_NOTIFIED = "Its flow ended without Notify."


def withdraw(cursor: Cursor, lead_ids: list[str]) -> None:
    """What was owed for these leads and waited for their flow, which ended without, is not sent."""
    if lead_ids:
        cursor.execute(
            "UPDATE notifications SET state = 'withdrawn', last_error = %s"
            " WHERE lead_id = ANY(%s::uuid[]) AND state = 'owed' AND due_at IS NULL",
            (NOT_NOTIFIED, lead_ids))


WITHHELD = "The person refused contact and did not ask themselves."


def settle(cursor: Cursor, rows: Sequence[Row]) -> None:
    """What became of messages that were claimed: [{id, state, reference, due_at, error, refunded,
    possible_duplicate}]. One that was owed anew meanwhile (`owe_changes`) is owed. `refunded`: the try was
    none of its own.
    """
    update_from(
        cursor, "notifications", rows, key="id", where="t.state = 'sending'",
        columns={"id": "uuid", "state": "text", "reference": "text", "due_at": "timestamptz",
                 "error": "text", "refunded": "boolean", "possible_duplicate": "boolean"},
        changes="""state = CASE WHEN t.due_at > t.claimed_at THEN 'owed' ELSE v.state END,
            reference = coalesce(v.reference, t.reference),
            due_at = coalesce(v.due_at, t.due_at), last_error = v.error,
            sent_at = CASE WHEN v.state = 'sent' THEN now() ELSE t.sent_at END,
            attempts = greatest(t.attempts - v.refunded::int, 0),
            possible_duplicate = coalesce(v.possible_duplicate, t.possible_duplicate)""")


def hold(cursor: Cursor, channel: str, recipient: str, until: datetime) -> None:
    """What is due to a recipient who asks to slow down is not sent before; what others write at this moment
    is left to them, so that nobody waits for each other."""
    cursor.execute(
        "UPDATE notifications SET due_at = %s WHERE id IN (SELECT id FROM notifications WHERE channel = %s"
        " AND recipient = %s AND state = 'owed' AND due_at < %s FOR NO KEY UPDATE SKIP LOCKED)",
        (until, channel, recipient, until))


def owe_again(cursor: Cursor, lead_ids: list[str]) -> None:
    """What of the latest change into hot of these leads was withheld, or not taken to Notify, is owed again;
    its flow and its sender decide anew."""
    if lead_ids:
        cursor.execute(
            "UPDATE notifications n SET state = 'owed', due_at = NULL, attempts = 0, last_error = NULL"
            " FROM leads l WHERE l.id = n.lead_id AND n.lead_id = ANY(%s::uuid[]) AND n.state = 'withdrawn'"
            " AND n.last_error = ANY(%s) AND n.hot_change = l.hot_changes",
            (lead_ids, [WITHHELD, NOT_NOTIFIED]))


def withdraw_again(cursor: Cursor, lead_id: str, handling_id: str) -> None:
    """What is owed because of what somebody did, and took back, is not sent."""
    cursor.execute(
        "UPDATE notifications SET state = 'withdrawn', last_error = 'It was taken back.'"
        " WHERE lead_id = %s AND state = 'owed' AND about ->> 'handling' = %s", (lead_id, handling_id))


def told_at(cursor: Cursor, lead_id: str, hot_change: int) -> datetime | None:
    """When people were last told of a lead because of an earlier change into hot."""
    row: Row | None = one(
        cursor, "SELECT max(sent_at) AS at FROM notifications WHERE lead_id = %s AND hot_change < %s"
        " AND state = 'sent'", (lead_id, hot_change))
    return row["at"] if row else None


def counts(cursor: Cursor) -> Row:
    """{waiting, dead}."""
    return one(
        cursor,
        f"SELECT count(*) FILTER (WHERE state IN {words(OWED)}) AS waiting,"  # noqa: S608
        " count(*) FILTER (WHERE state = 'dead') AS dead FROM notifications"
        f" WHERE state IN {words((*OWED, 'dead'))}",
    ) or {"waiting": 0, "dead": 0}


def replay(cursor: Cursor, message_id: str) -> Row | None:
    """Owe a message again that was given up: {kind, channel}; None when there is none that still says what it
    said."""
    return one(
        cursor,
        "UPDATE notifications SET state = 'owed', attempts = 0, due_at = now(), last_error = NULL"
        " WHERE id = %s AND state = 'dead' AND content IS NOT NULL RETURNING kind, channel", (message_id,))


def page(cursor: Cursor, filters: Mapping[str, str], limit: int, after: str | None) -> list[Row]:
    """Messages with these values of state, kind, channel, newest first; the recipient's address is left
    out. `replayable`: it was given up and still says what it said."""
    where = "".join(f" AND {name} = %({name})s" for name in ("state", "kind", "channel") if name in filters)
    return many(
        cursor,
        "SELECT id::text AS id, kind, lead_id::text AS lead_id, channel, state, attempts, due_at,"  # noqa: S608
        " sent_at, possible_duplicate, last_error, created_at,"
        " state = 'dead' AND content IS NOT NULL AS replayable FROM notifications"
        f" WHERE (%(after)s IS NULL OR id < %(after)s::uuid){where}"
        " ORDER BY notifications.id DESC LIMIT %(limit)s",
        {**filters, "limit": limit, "after": after},
    )
