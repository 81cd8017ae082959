"""Users as owners of leads: their hours and absences, their teams, and what they are called elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from psycopg2.errors import UniqueViolation
from psycopg2.extras import Json

from sidecar.errors import Conflict
from sidecar.ids import new_id
from sidecar.store.database import Cursor, Row, insert, many, one
from sidecar.terms.scopes import MAY_SEE
from sidecar.terms.states import OPEN

# What may be said of how somebody works.
WORKING = ("time_zone", "working_hours", "holidays", "capacity", "language")


def find(cursor: Cursor, named: str) -> Row | None:
    """The user with this address or id, who does not leave before the transaction ends: {id, email,
    left, may_see (people)}."""
    return one(
        cursor, "SELECT id::text AS id, email, disabled_at IS NOT NULL AS left, role = ANY(%s) AS may_see"
        " FROM users WHERE lower(%s) IN (email, id::text) FOR SHARE", (MAY_SEE, named.strip()))


def of_names(cursor: Cursor, lead_ids: Collection[str]) -> list[Row]:
    """Whose those of the leads are that have no owner here and one elsewhere: [{lead_id, owner_name, user_id,
    email}] where that is a mapped name, else the address of a user, else the whole name of one alone."""
    return many(
        cursor,
        """
        WITH wanted AS (
            SELECT l.id, l.owner_name, lower(l.owner_name) AS name FROM leads l
            WHERE l.id = ANY(%s::uuid[]) AND l.owner_name IS NOT NULL AND l.owner_id IS NULL),
        people AS (SELECT id, email, lower(name) AS name FROM users
                   WHERE disabled_at IS NULL AND role = ANY(%s)),
        known AS (
            SELECT w.name, coalesce(
                (SELECT p.id FROM owner_names n JOIN people p ON p.id = n.user_id WHERE n.name = w.name),
                (SELECT p.id FROM people p WHERE p.email = w.name),
                (SELECT (array_agg(p.id))[1] FROM people p WHERE p.name = w.name HAVING count(*) = 1)) AS id
            FROM (SELECT DISTINCT name FROM wanted) w)
        SELECT w.id::text AS lead_id, w.owner_name, p.id::text AS user_id, p.email
        FROM wanted w JOIN known k USING (name) JOIN people p ON p.id = k.id ORDER BY w.id
        """, (list(lead_ids), MAY_SEE))


def set_working(cursor: Cursor, user_id: str, changes: Row) -> None:
    """Set of a user some of WORKING."""
    names = [name for name in WORKING if name in changes]
    cursor.execute(
        f"UPDATE users SET {', '.join(f'{name} = %({name})s' for name in names)} WHERE id = %(id)s",  # noqa: S608
        {name: Json(value) if isinstance(value, dict) else value for name, value in changes.items()}
        | {"id": user_id})


def absences(cursor: Cursor, user_id: str) -> list[Row]:
    """When somebody is away, from now on: [{id, starts_at, ends_at, source}]."""
    return many(
        cursor, "SELECT id::text AS id, starts_at, ends_at, source FROM absences"
        " WHERE user_id = %s AND ends_at > now() ORDER BY starts_at, id", (user_id,))


def add_absence(cursor: Cursor, user_id: str, starts_at: datetime, ends_at: datetime) -> Row:
    """Somebody says that a user is away: the absence."""
    row = {"id": new_id(), "user_id": user_id, "starts_at": starts_at, "ends_at": ends_at, "source": "person"}
    insert(cursor, "absences", [row | {"uid": row["id"]}])
    return {name: value for name, value in row.items() if name != "user_id"}


def absence(cursor: Cursor, user_id: str, absence_id: str) -> Row | None:
    """{source} of an absence of a user."""
    return one(cursor, "SELECT source FROM absences WHERE id = %s AND user_id = %s", (absence_id, user_id))


def remove_absence(cursor: Cursor, absence_id: str) -> None:
    """The user is not away then."""
    cursor.execute("DELETE FROM absences WHERE id = %s", (absence_id,))


def set_calendar(cursor: Cursor, user_id: str, sealed: bytes | None) -> None:
    """A user's feed, encrypted, to be read at the next opportunity; None: none any more, and what came of it
    goes."""
    cursor.execute("UPDATE users SET calendar_url = %s, calendar_read_at = NULL, calendar_error = NULL"
                   " WHERE id = %s", (sealed, user_id))
    if sealed is None:
        cursor.execute("DELETE FROM absences WHERE user_id = %s AND source = 'calendar'", (user_id,))


def take_calendars(cursor: Cursor, hours: float, limit: int) -> list[Row]:
    """The feeds of users who did not leave, that were not read for hours: [{id, time_zone, calendar_url
    (encrypted)}]. They count as read."""
    return many(
        cursor,
        """
        UPDATE users u SET calendar_read_at = now() FROM (
            SELECT id FROM users WHERE calendar_url IS NOT NULL AND disabled_at IS NULL
                AND coalesce(calendar_read_at, '-infinity') < now() - %s * interval '1 hour'
            ORDER BY calendar_read_at NULLS FIRST LIMIT %s FOR UPDATE SKIP LOCKED) due
        WHERE u.id = due.id RETURNING u.id::text AS id, u.time_zone, u.calendar_url
        """, (hours, limit))


def calendar_read(
    cursor: Cursor, user_id: str, sealed: bytes, times: Iterable[tuple[datetime, datetime, str]]
) -> None:
    """When a user is away as their feed, if it is theirs still, says: [(from, until, uid)]."""
    if not one(cursor, "UPDATE users SET calendar_error = NULL WHERE id = %s AND calendar_url = %s"
                       " RETURNING id", (user_id, sealed)):
        return
    cursor.execute("DELETE FROM absences WHERE user_id = %s AND source = 'calendar'", (user_id,))
    insert(cursor, "absences", [
        {"id": new_id(), "user_id": user_id, "starts_at": starts_at, "ends_at": ends_at,
         "source": "calendar", "uid": uid} for starts_at, ends_at, uid in times],
        conflict="ON CONFLICT DO NOTHING")


def calendar_failed(cursor: Cursor, user_id: str, sealed: bytes, reason: str) -> None:
    """A user's feed could not be read; what it said before holds."""
    cursor.execute("UPDATE users SET calendar_error = %s WHERE id = %s AND calendar_url = %s",
                   (reason, user_id, sealed))


_TEAM = """
SELECT t.id::text AS id, t.name, t.lead_id::text AS lead_id, u.email AS lead, t.created_at,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('user_id', m.user_id, 'user', p.email, 'name', p.name,
            'weight', m.weight, 'left', p.disabled_at IS NOT NULL) ORDER BY p.email), '[]')
     FROM team_members m JOIN users p ON p.id = m.user_id WHERE m.team_id = t.id) AS members
FROM teams t LEFT JOIN users u ON u.id = t.lead_id
"""


def teams(cursor: Cursor) -> list[Row]:
    """All teams with their members, by name."""
    return many(cursor, f"{_TEAM} ORDER BY t.name")


def team(cursor: Cursor, team_id: str) -> Row | None:
    """One team with its members."""
    return one(cursor, f"{_TEAM} WHERE t.id = %s", (team_id,))


def team_id(cursor: Cursor, name: str) -> str | None:
    """The id of the team with this name."""
    row = one(cursor, "SELECT id::text AS id FROM teams WHERE name = %s", (name,))
    return row["id"] if row else None


def save_team(cursor: Cursor, team_id: str, changes: Row, members: Iterable[Row] | None) -> None:
    """Set a team's name and lead_id, and, unless they are None, its members [{user_id, weight}]; a team that
    is not there is made. Raises Conflict for a name that another has."""
    try:
        cursor.execute(
            "INSERT INTO teams (id, name, lead_id) VALUES (%(id)s, %(name)s, %(lead_id)s) ON CONFLICT (id)"
            " DO UPDATE SET name = excluded.name, lead_id = excluded.lead_id", changes | {"id": team_id})
    except UniqueViolation:
        raise Conflict("There is a team with this name already.", errors=[
            {"pointer": "/name", "code": "taken", "detail": "There is a team with this name."}]) from None
    if members is not None:
        cursor.execute("DELETE FROM team_members WHERE team_id = %s", (team_id,))
        insert(cursor, "team_members", [row | {"team_id": team_id} for row in members])


def delete_team(cursor: Cursor, team_id: str) -> bool:
    """Whether there was that team."""
    cursor.execute("DELETE FROM teams WHERE id = %s", (team_id,))
    return cursor.rowcount == 1


def names(cursor: Cursor, limit: int, after: str | None) -> list[Row]:
    """Owners elsewhere by name, in lower case, who are mapped or have an open lead that nobody owns here:
    [{name, written, owner_id, owner, left, open_leads, mapped_by, mapped_at}]."""
    return many(
        cursor,
        """
        WITH found AS (
            SELECT lower(owner_name) AS name, min(owner_name) AS written, count(*) AS open_leads FROM leads
            WHERE owner_name IS NOT NULL AND owner_id IS NULL AND status = ANY(%(open)s)
                AND (%(after)s IS NULL OR lower(owner_name) > %(after)s)
            GROUP BY 1)
        SELECT coalesce(n.name, f.name) AS name, coalesce(n.written, f.written) AS written,
            u.id::text AS owner_id, u.email AS owner, u.disabled_at IS NOT NULL AS left,
            coalesce(f.open_leads, 0) AS open_leads, n.mapped_by, n.mapped_at
        FROM (SELECT * FROM owner_names WHERE %(after)s IS NULL OR name > %(after)s) n
        FULL JOIN found f ON f.name = n.name LEFT JOIN users u ON u.id = n.user_id
        ORDER BY 1 LIMIT %(limit)s
        """, {"open": list(OPEN), "after": after, "limit": limit})


def map_name(cursor: Cursor, name: str, user_id: str | None, by: str, at: Any) -> str | None:
    """Who an owner elsewhere is; None: nobody said. The id of the user who it was before."""
    before = one(
        cursor, "SELECT user_id::text AS id FROM owner_names WHERE name = lower(%s) FOR UPDATE", (name,))
    if user_id is None:
        cursor.execute("DELETE FROM owner_names WHERE name = lower(%s)", (name,))
    else:
        cursor.execute(
            "INSERT INTO owner_names (name, written, user_id, mapped_by, mapped_at)"
            " VALUES (lower(%(name)s), %(name)s, %(user)s, %(by)s, %(at)s) ON CONFLICT (name) DO UPDATE SET"
            " user_id = excluded.user_id, mapped_by = excluded.mapped_by, mapped_at = excluded.mapped_at",
            {"name": name, "user": user_id, "by": by, "at": at})
    return before["id"] if before else None


def leads_of_name(cursor: Cursor, name: str, limit: int) -> list[str]:
    """Open leads of an owner elsewhere that nobody owns here."""
    return [row["id"] for row in many(
        cursor, "SELECT id::text AS id FROM leads WHERE lower(owner_name) = lower(%s)"
        " AND owner_name IS NOT NULL AND owner_id IS NULL AND status = ANY(%s)"
        " ORDER BY leads.id LIMIT %s", (name, list(OPEN), limit))]
