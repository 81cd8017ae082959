"""Who owns leads, and how each lead came to them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sidecar.store.database import Cursor, Gathered, Row, as_array, insert, many, one, update_from
from sidecar.store.subscriptions import tell
from sidecar.terms.scopes import MAY_SEE
from sidecar.terms.states import OPEN
from sidecar.webhooks import of_assignments

_ASSIGNMENT = (
    "a.id::text AS id, a.lead_id::text AS lead_id, a.user_id::text AS owner_id, u.email AS owner,"
    " a.previous_id::text AS previous_owner_id, p.email AS previous_owner, a.kind, a.reason, a.rule,"
    " a.model_version, a.actor, a.at, a.undone_at")
_FROM = ("FROM assignments a LEFT JOIN users u ON u.id = a.user_id"
         " LEFT JOIN users p ON p.id = a.previous_id")


def lock(cursor: Cursor, lead_ids: Collection[str]) -> dict[str, Row]:
    """Leads, locked in the order of their ids: lead id -> {owner_id, status}."""
    return {row.pop("id"): row for row in many(
        cursor, "SELECT id::text AS id, owner_id::text AS owner_id, status FROM leads"
        " WHERE id = ANY(%s::uuid[]) ORDER BY id FOR NO KEY UPDATE", (list(lead_ids),))}


def who_left(cursor: Cursor, user_ids: Collection[str], *, hold: bool = False) -> set[str]:
    """Those of the users who left, or may see people no more; hold: of the others nobody does before the
    transaction ends. Leads are locked before users, and users at once: whoever lets one leave locks all of
    them."""
    return {row["id"] for row in many(
        cursor, "SELECT id::text AS id, disabled_at, role FROM users WHERE id = ANY(%s::uuid[]) ORDER BY id"  # noqa: S608
        f"{' FOR SHARE' if hold else ''}", (list(user_ids),))
        if row["disabled_at"] or row["role"] not in MAY_SEE}


def write(cursor: Cursor, rows: Sequence[Row], *, by: str, request_id: str | None) -> None:
    """Write assignments (whole rows), each with its lead's owner, a line of the audit log, and an event for
    those who listen."""
    gathered = Gathered(cursor)
    update_from(
        gathered, "leads", [{"id": row["lead_id"], "owner_id": row["user_id"]} for row in rows],
        columns={"id": "uuid", "owner_id": "uuid"}, key="id",
        changes="owner_id = v.owner_id, version = t.version + 1, updated_at = now()")
    insert(gathered, "assignments", rows)
    insert(gathered, "audit_log", [
        {"actor": by, "action": "lead.assigned", "entity_kind": "lead", "entity_id": row["lead_id"],
         "before": {"owner_id": row["previous_id"]},
         "after": {"owner_id": row["user_id"], "kind": row["kind"]},
         "request_id": request_id} for row in rows])
    tell(gathered, of_assignments(row["lead_id"] for row in rows if row["user_id"]))
    gathered.send()


def history(cursor: Cursor, lead_id: str, limit: int) -> list[Row]:
    """How a lead came to whom, the latest first."""
    return many(
        cursor, f"SELECT {_ASSIGNMENT} {_FROM} WHERE a.lead_id = %s"
        " ORDER BY a.at DESC, a.id DESC LIMIT %s", (lead_id, limit))


def of_id(cursor: Cursor, assignment_id: str) -> Row | None:
    """One assignment."""
    return one(cursor, f"SELECT {_ASSIGNMENT} {_FROM} WHERE a.id = %s", (assignment_id,))


def latest(cursor: Cursor, lead_id: str) -> str | None:
    """The id of a lead's last assignment."""
    return latest_of(cursor, [lead_id]).get(lead_id)


def latest_of(cursor: Cursor, lead_ids: Collection[str]) -> dict[str, str]:
    """Lead id -> the id of its last assignment."""
    return {row["lead_id"]: row["id"] for row in many(
        cursor, "SELECT DISTINCT ON (lead_id) lead_id::text AS lead_id, id::text AS id FROM assignments"
        " WHERE lead_id = ANY(%s::uuid[]) ORDER BY lead_id, at DESC, assignments.id DESC",
        (as_array(lead_ids),))}


def undone(cursor: Cursor, assignment_ids: Collection[str], at: Any) -> None:
    """Assignments were taken back."""
    cursor.execute("UPDATE assignments SET undone_at = %s WHERE id = ANY(%s::uuid[])",
                   (at, as_array(assignment_ids)))


def open_leads(cursor: Cursor, user_id: str, *, hold: bool = False) -> list[str]:
    """The open leads that somebody owns, in the order of their ids; hold: locked."""
    return [row["id"] for row in many(
        cursor, "SELECT id::text AS id FROM leads WHERE owner_id = %s AND status = ANY(%s)"  # noqa: S608
        f" ORDER BY id{' FOR NO KEY UPDATE' if hold else ''}", (user_id, list(OPEN)))]


def of_who_left(cursor: Cursor, lead_ids: Iterable[str]) -> dict[str, list[str]]:
    """Those of these leads, which are locked, whose owner `who_left`: owner -> lead ids. Of the others
    nobody's owner does before the transaction ends."""
    found: dict[str, list[str]] = {}
    for row in many(
            cursor, "SELECT l.id::text AS id, u.id::text AS owner_id, u.disabled_at, u.role FROM leads l"
            " JOIN users u ON u.id = l.owner_id WHERE l.id = ANY(%s::uuid[]) ORDER BY u.id, l.id"
            " FOR SHARE OF u", (list(lead_ids),)):
        if row["disabled_at"] or row["role"] not in MAY_SEE:
            found.setdefault(row["owner_id"], []).append(row["id"])
    return found


def colleagues(cursor: Cursor, user_id: str, at: Any) -> list[Row]:
    """Who could take what somebody had, by address: [{id, name (or address), away, leads (a team of
    theirs), weight (the most that they have in one)}] of all who did not leave and may work on leads."""
    return many(
        cursor,
        """
        SELECT u.id::text AS id, coalesce(u.name, u.email) AS name,
            EXISTS (SELECT FROM absences a WHERE a.user_id = u.id AND a.starts_at <= %(at)s
                    AND a.ends_at > %(at)s) AS away,
            EXISTS (SELECT FROM teams t JOIN team_members m ON m.team_id = t.id
                    WHERE t.lead_id = u.id AND m.user_id = %(user)s) AS leads,
            coalesce((SELECT max(m.weight) FROM team_members m JOIN team_members o USING (team_id)
                      WHERE m.user_id = u.id AND o.user_id = %(user)s), 0) AS weight
        FROM users u WHERE u.id <> %(user)s AND u.disabled_at IS NULL AND u.role <> 'viewer' ORDER BY u.email
        """, {"user": user_id, "at": at})
