"""Users as owners of leads: their hours and absences, their teams, and what they are called elsewhere."""

from __future__ import annotations

from collections.abc import Collection

from sidecar.store.database import Cursor, Row, many, one


def find(cursor: Cursor, named: str) -> Row | None:
    """The user with this address or id, who does not leave before the transaction ends: {id, email, left}."""
    return one(
        cursor, "SELECT id::text AS id, email, disabled_at IS NOT NULL AS left FROM users"
        " WHERE lower(%s) IN (email, id::text) FOR SHARE", (named.strip(),))


def of_names(cursor: Cursor, lead_ids: Collection[str]) -> list[Row]:
    """Whose those of the leads are that have no owner here and one elsewhere: [{lead_id, owner_name, user_id,
    email}] where that is a mapped name, else the address of a user, else the whole name of one alone."""
    return many(
        cursor,
        """
        WITH wanted AS (
            SELECT l.id, l.owner_name, lower(l.owner_name) AS name FROM leads l
            WHERE l.id = ANY(%s::uuid[]) AND l.owner_name IS NOT NULL AND l.owner_id IS NULL),
        people AS (SELECT id, email, lower(name) AS name FROM users WHERE disabled_at IS NULL),
        known AS (
            SELECT w.name, coalesce(
                (SELECT p.id FROM owner_names n JOIN people p ON p.id = n.user_id WHERE n.name = w.name),
                (SELECT p.id FROM people p WHERE p.email = w.name),
                (SELECT (array_agg(p.id))[1] FROM people p WHERE p.name = w.name HAVING count(*) = 1)) AS id
            FROM (SELECT DISTINCT name FROM wanted) w)
        SELECT w.id::text AS lead_id, w.owner_name, p.id::text AS user_id, p.email
        FROM wanted w JOIN known k USING (name) JOIN people p ON p.id = k.id ORDER BY w.id
        """, (list(lead_ids),))
