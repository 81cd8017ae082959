"""Where users want to be told, and whose an address of a channel is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from sidecar.channels.routing import Person, Wish
from sidecar.store.database import Cursor, Row, insert, many, one
from sidecar.terms.scopes import MAY_SEE


def people(cursor: Cursor, user_ids: Collection[str]) -> dict[str, Person]:
    """These users with their wishes, by id."""
    rows = many(
        cursor,
        """
        SELECT u.id::text AS id, u.disabled_at IS NOT NULL OR u.role <> ALL(%(roles)s) AS left,
               coalesce(jsonb_agg(jsonb_build_array(c.channel, c.address, c.kinds) ORDER BY c.channel)
                        FILTER (WHERE c.channel IS NOT NULL), '[]') AS wishes
        FROM users u LEFT JOIN user_channels c ON c.user_id = u.id
        WHERE u.id = ANY(%(ids)s::uuid[]) GROUP BY u.id
        """, {"ids": list(user_ids), "roles": MAY_SEE}) if user_ids else []
    return {row["id"]: Person(row["id"], tuple(
        Wish(channel, address, frozenset(kinds)) for channel, address, kinds in row["wishes"]), row["left"])
        for row in rows}


def owners(cursor: Cursor, lead_ids: Collection[str]) -> dict[str, str]:
    """Lead id -> the id of the user who has it; those that nobody has are left out."""
    return {row["id"]: row["owner_id"] for row in many(
        cursor, "SELECT id::text AS id, owner_id::text AS owner_id FROM leads WHERE id = ANY(%s::uuid[])"
        " AND owner_id IS NOT NULL", (list(lead_ids),))}


_USER = "u.id::text AS id, u.email, u.name, u.language, u.time_zone"


def whose(cursor: Cursor, channel: str, address: str) -> Row | None:
    """The one user, {id, email, name, language, time_zone}, who has this address there and works with leads;
    None where there is nobody, or more than one."""
    found = many(
        cursor, f"SELECT {_USER} FROM users u JOIN user_channels c ON c.user_id = u.id"  # noqa: S608
        " WHERE c.channel = %s AND c.address = %s AND u.disabled_at IS NULL AND u.role = ANY(%s) LIMIT 2",
        (channel, address, MAY_SEE))
    return found[0] if len(found) == 1 else None


def user(
    cursor: Cursor, *, user_id: str | None = None, email: str | None = None, enabled: bool = True
) -> Row | None:
    """{id, email, name, language, time_zone} of who works with leads, by id or mail address; unless `enabled`
    is False, of nobody who left, or may not see people."""
    return one(
        cursor, f"SELECT {_USER} FROM users u WHERE (u.id = %(id)s::uuid OR u.email = lower(%(email)s))"  # noqa: S608
        " AND (NOT %(enabled)s OR (u.disabled_at IS NULL AND u.role = ANY(%(roles)s)))",
        {"id": user_id, "email": email, "roles": MAY_SEE, "enabled": enabled})


def of_user(cursor: Cursor, user_id: str) -> list[Row]:
    """The channels of a user: [{channel, address, kinds, quiet_from, quiet_until, always_hot}]."""
    return many(
        cursor, "SELECT channel, address, kinds, to_char(quiet_from, 'HH24:MI') AS quiet_from,"
        " to_char(quiet_until, 'HH24:MI') AS quiet_until, always_hot FROM user_channels"
        " WHERE user_id = %s ORDER BY channel", (user_id,))


def replace(cursor: Cursor, user_id: str, rows: list[Row]) -> None:
    """Give a user these channels and no others."""
    cursor.execute("DELETE FROM user_channels WHERE user_id = %s", (user_id,))
    insert(cursor, "user_channels", [{"user_id": user_id} | row for row in rows])


def stop(cursor: Cursor, user_id: str, channel: str, address: str, kind: str) -> None:
    """Tell a user a kind no more on a channel; who never chose it is told nothing there (`address`)."""
    cursor.execute(
        "INSERT INTO user_channels (user_id, channel, address, kinds) VALUES (%(user)s, %(channel)s,"
        " %(address)s, '{}') ON CONFLICT (user_id, channel)"
        " DO UPDATE SET kinds = array_remove(user_channels.kinds, %(kind)s)",
        {"user": user_id, "channel": channel, "address": address, "kind": kind})


def zones(cursor: Cursor) -> list[str | None]:
    """The time zones that users say, each once; None: some say none."""
    return [row["time_zone"] for row in many(cursor, "SELECT DISTINCT time_zone FROM users")]


def without_digest(cursor: Cursor, days: Mapping[str | None, date], limit: int) -> list[Row]:
    """Whose digest was not looked after, of users who say these time zones, and the day that it is there:
    [{id, email, day}] of enabled users, with leads or without, those who wait longest first."""
    return many(
        cursor,
        """
        SELECT id::text AS id, email, day FROM users
        JOIN unnest(%(zones)s::text[], %(days)s::date[]) due (zone, day)
          ON time_zone IS NOT DISTINCT FROM zone
        WHERE disabled_at IS NULL AND role = ANY(%(roles)s) AND digest_on IS DISTINCT FROM day
        ORDER BY digest_on NULLS FIRST, id LIMIT %(limit)s
        """, {"zones": list(days), "days": list(days.values()), "roles": MAY_SEE, "limit": limit})


def digest_looked_after(cursor: Cursor, user_id: str, day: date) -> bool:
    """Note that a user's digest of a day is looked after; False when another process did."""
    cursor.execute("UPDATE users SET digest_on = %s WHERE id = %s AND digest_on IS DISTINCT FROM %s",
                   (day, user_id, day))
    return cursor.rowcount == 1
