"""What people did about hot leads, and the links by which they do it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sidecar.channels.handling import Lead, Stood
from sidecar.ids import new_id
from sidecar.store.database import Cursor, Row, insert, insert_returning, many, one
from sidecar.terms.scopes import MAY_SEE
from sidecar.terms.states import OPEN

_STOOD = """h.id::text AS id, h.lead_id::text AS lead_id, h.hot_change, h.kind, h.user_id::text AS user_id,
    h.by, h.channel, h.until, h.before, h.after, h.at, h.undone_at, h.undone_by"""


def leads(cursor: Cursor, lead_ids: Collection[str]) -> dict[str, tuple[Lead, dict[int, list[Stood]]]]:
    """What pressing a button about leads depends on, by lead id: the lead, and by the number of a change into
    hot what was done about it and holds, the latest last."""
    if not lead_ids:
        return {}
    found: dict[str, tuple[Lead, dict[int, list[Stood]]]] = {row["id"]: (Lead(
        row["status"], row["hot_changes"], row["owner_id"], row["owner"], row["grade"]), {}) for row in many(
        cursor, "SELECT l.id::text AS id, l.status, l.hot_changes, l.grade, u.id::text AS owner_id,"
        " coalesce(u.name, u.email) AS owner FROM leads l LEFT JOIN users u ON u.id = l.owner_id"
        " WHERE l.id = ANY(%s::uuid[])", (list(lead_ids),))}
    for row in many(
            cursor, f"SELECT {_STOOD} FROM handlings h WHERE lead_id = ANY(%s::uuid[])"  # noqa: S608
            " AND undone_at IS NULL ORDER BY at, id", (list(lead_ids),)):
        found[row["lead_id"]][1].setdefault(row["hot_change"], []).append(
            Stood(row["kind"], row["user_id"], row["by"], row["at"], row["until"], row["id"]))
    return found


def meant(cursor: Cursor, lead_id: str) -> str:
    """Of a lead that was merged the one that stays open, else itself."""
    row = one(
        cursor, "SELECT o.id::text AS id FROM leads l JOIN leads o ON o.contact_id = l.contact_id"
        " WHERE l.id = %s AND l.status = 'archived' AND o.status = ANY(%s)", (lead_id, list(OPEN)))
    return row["id"] if row else lead_id


def of_press(cursor: Cursor, press: str) -> Row | None:
    """What was done by a press, undone or not."""
    return one(cursor, f"SELECT {_STOOD} FROM handlings h WHERE press = %s", (press,))  # noqa: S608


def set_outcome(cursor: Cursor, lead_id: str, outcome: str | None) -> None:
    """How a lead ended, in words."""
    cursor.execute("UPDATE leads SET outcome = %s WHERE id = %s", (outcome, lead_id))


def add(cursor: Cursor, row: Row) -> str:
    """Note what somebody did: {lead_id, hot_change, kind, user_id, by, channel, press, until, before,
    after, at}."""
    [made] = insert_returning(
        cursor, "handlings", [{"id": new_id()} | row], returning="id::text AS id")
    return str(made["id"])


def get(cursor: Cursor, handling_id: str) -> Row | None:
    """One handling, undone ones too."""
    return one(cursor, f"SELECT {_STOOD} FROM handlings h WHERE id = %s", (handling_id,))  # noqa: S608


def later(cursor: Cursor, row: Row) -> bool:
    """Whether more was done about its change since, and holds."""
    return one(
        cursor, "SELECT 1 FROM handlings WHERE lead_id = %(lead_id)s AND hot_change = %(hot_change)s"
        " AND undone_at IS NULL AND (at, id) > (%(at)s, %(id)s::uuid)", row) is not None


def undo(cursor: Cursor, handling_id: str, by: str, at: datetime) -> None:
    """It holds no more."""
    cursor.execute("UPDATE handlings SET undone_at = %s, undone_by = %s WHERE id = %s", (at, by, handling_id))


def of_lead(cursor: Cursor, lead_id: str) -> list[Row]:
    """What was done about a lead, the latest first."""
    return many(
        cursor, f"SELECT {_STOOD} FROM handlings h WHERE lead_id = %s"  # noqa: S608
        " ORDER BY at DESC, id DESC LIMIT 100", (lead_id,))


def since(cursor: Cursor, lead_ids: Collection[str], moment: datetime) -> list[str]:
    """Those of the leads about which something was done, or taken back, since a minute before that moment.
    Nothing more is until the transaction ends: the leads are locked, in their order."""
    cursor.execute(
        "SELECT FROM leads WHERE id = ANY(%s::uuid[]) ORDER BY id FOR KEY SHARE", (list(lead_ids),))
    return [row["lead_id"] for row in many(
        cursor, "SELECT DISTINCT lead_id::text AS lead_id FROM handlings WHERE lead_id = ANY(%s::uuid[])"
        " AND greatest(at, undone_at) > %s - interval '1 minute'", (list(lead_ids), moment))]


def add_links(cursor: Cursor, rows: list[Row]) -> None:
    """Links that act: [{token_hash ("\\x" and hex), lead_id, hot_change, user_id, notification_id,
    expires_at}]."""
    insert(cursor, "take_links", rows)


def link(cursor: Cursor, token_hash: bytes, *, lock: bool = False) -> Row | None:
    """A link, for whom it acts and about which lead: {lead_id, hot_change, channel, expires_at, used_at,
    used_by (the handling that it did), user_id, email, name, language, time_zone, left (or may see people no
    more), total, grade}.
    """
    sql = """
        SELECT t.lead_id::text AS lead_id, t.hot_change, n.channel, t.expires_at, t.used_at,
               t.used_by::text AS used_by,
               u.id::text AS user_id, u.email, u.name, u.language, u.time_zone,
               u.disabled_at IS NOT NULL OR u.role <> ALL(%s) AS left,
               l.total_score / 100.0::float8 AS total, l.grade
        FROM take_links t JOIN users u ON u.id = t.user_id JOIN leads l ON l.id = t.lead_id
        JOIN notifications n ON n.id = t.notification_id
        WHERE t.token_hash = %s"""
    return one(cursor, sql + (" FOR UPDATE OF t" if lock else ""), (MAY_SEE, token_hash))


def use_link(cursor: Cursor, token_hash: bytes, handling_id: str | None, at: datetime) -> None:
    """It acts no more."""
    cursor.execute("UPDATE take_links SET used_at = %s, used_by = %s WHERE token_hash = %s",
                   (at, handling_id, token_hash))


def around(cursor: Cursor, lead_id: str) -> Row:
    """What a message tells beside a lead: {owner: {id, name, reason} or None, company_leads: {count, owners}
    of the other open leads of its company, or None}."""
    row = one(
        cursor,
        cursor.prepared("""
        SELECT CASE WHEN u.id IS NOT NULL THEN jsonb_build_object(
                   'id', u.id, 'name', coalesce(u.name, u.email), 'reason', (
                       SELECT reason FROM assignments a WHERE a.lead_id = l.id AND a.user_id = l.owner_id
                       AND a.undone_at IS NULL ORDER BY at DESC LIMIT 1)) END AS owner,
               CASE WHEN others.count > 0 THEN to_jsonb(others) END AS company_leads
        FROM leads l LEFT JOIN users u ON u.id = l.owner_id,
        LATERAL (SELECT count(*) AS count, coalesce((array_agg(DISTINCT coalesce(ou.name, ou.email))
                        FILTER (WHERE ou.id IS NOT NULL))[1:3], '{}') AS owners
                 FROM (SELECT owner_id FROM leads o WHERE o.org_id = l.org_id AND o.id <> l.id
                       AND o.status = ANY($2) LIMIT 100) o
                 LEFT JOIN users ou ON ou.id = o.owner_id) others
        WHERE l.id = $1
        """), (lead_id, list(OPEN)))
    return row or {"owner": None, "company_leads": None}
