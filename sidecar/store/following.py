"""What follows changes into hot: who touched the leads first, what was done about those nobody touched."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from sidecar.store.database import (
    Cursor,
    Row,
    as_json,
    insert,
    insert_returning,
    many,
    one,
    update_from,
    words,
)
from sidecar.terms.states import CONTACTS, FOLLOW_UPS, OPEN

# Changes h that are not over: of leads l that are hot still, in earnest and open, the latest change alone.
_UNTOUCHED = f"""
    hot_changes h JOIN leads l ON l.id = h.lead_id
    WHERE h.touched_at IS NULL AND h.at > %(since)s AND l.grade = 'hot' AND NOT l.is_test
      AND l.status IN {words(OPEN)}
      AND NOT EXISTS (SELECT FROM hot_changes o WHERE o.lead_id = h.lead_id AND o.number > h.number)"""
# How they came to who has them.
_OWNED = "assignments a WHERE a.lead_id = l.id AND a.user_id = l.owner_id AND a.undone_at IS NULL"
# Who did s has left, or has not the lead any more that they had.
_LEFT_OR_LOST_IT = """(
    EXISTS (SELECT FROM users u WHERE u.id = s.user_id AND u.disabled_at IS NOT NULL)
    OR EXISTS (SELECT FROM assignments a WHERE a.lead_id = l.id AND a.previous_id = s.user_id
               AND a.at > s.at))"""
_STEP = ("coalesce((SELECT max(step) FROM follow_ups f WHERE f.lead_id = h.lead_id AND f.number = h.number),"
         " 0)")


def add(cursor: Cursor, changes: Iterable[tuple[str, int]], at: datetime) -> None:
    """Note that leads became hot: (lead_id, number of the change), with who has them now."""
    insert(
        cursor, "hot_changes",
        [{"lead_id": lead_id, "number": number, "at": at} for lead_id, number in sorted(changes)],
        computed={"owner_id": "(SELECT owner_id FROM leads WHERE id = v.lead_id)",
                  "source": "(SELECT source FROM leads WHERE id = v.lead_id)"},
        conflict="ON CONFLICT DO NOTHING")


def touch(cursor: Cursor, touches: list[Row]) -> list[Row]:
    """Note [{lead_id, how, user_id, at}] with the latest change of each lead, if they came after it; the
    first of each kind stays. What is new: [{lead_id, how, at (of the change), touched, claimed, contacted (of
    these the times that were not known before, else None)}]."""
    return many(
        cursor,
        f"""
        WITH told AS (SELECT * FROM jsonb_to_recordset(%s) AS t(lead_id uuid, how text, user_id uuid,
                                                                at timestamptz)),
        latest AS (
            SELECT h.lead_id, h.number, h.at FROM hot_changes h
            WHERE h.lead_id IN (SELECT lead_id FROM told) AND NOT EXISTS (
                SELECT FROM hot_changes o WHERE o.lead_id = h.lead_id AND o.number > h.number)
            ORDER BY h.lead_id FOR NO KEY UPDATE),
        first AS (
            SELECT l.lead_id, l.number, min(t.at) AS at, (array_agg(t.how ORDER BY t.at))[1] AS how,
                (array_agg(t.user_id ORDER BY t.at))[1] AS user_id,
                min(t.at) FILTER (WHERE t.how = 'claim') AS claimed,
                min(t.at) FILTER (WHERE t.how IN {words(CONTACTS)}) AS contacted
            FROM latest l JOIN told t ON t.lead_id = l.lead_id AND t.at >= l.at GROUP BY 1, 2)
        UPDATE hot_changes h SET touched_at = coalesce(h.touched_at, f.at),
            touched_by = CASE WHEN h.touched_at IS NULL THEN f.user_id ELSE h.touched_by END,
            touched_how = coalesce(h.touched_how, f.how), claimed_at = coalesce(h.claimed_at, f.claimed),
            contacted_at = coalesce(h.contacted_at, f.contacted)
        FROM first f WHERE h.lead_id = f.lead_id AND h.number = f.number AND (h.touched_at IS NULL
            OR h.claimed_at IS NULL AND f.claimed IS NOT NULL
            OR h.contacted_at IS NULL AND f.contacted IS NOT NULL)
        RETURNING h.lead_id::text AS lead_id, f.how, h.at,
            CASE WHEN old.touched_at IS NULL THEN h.touched_at END AS touched,
            CASE WHEN old.claimed_at IS NULL THEN h.claimed_at END AS claimed,
            CASE WHEN old.contacted_at IS NULL THEN h.contacted_at END AS contacted
        """, (as_json(touches),))  # noqa: S608


def untouch(cursor: Cursor, changes: Mapping[str, int], user_id: str) -> None:
    """That a user was the first to touch changes (lead id -> number) is taken back, where nobody was in
    contact since."""
    update_from(
        cursor, "hot_changes",
        [{"lead_id": lead_id, "number": number, "user_id": user_id} for lead_id, number in changes.items()],
        columns={"lead_id": "uuid", "number": "integer", "user_id": "uuid"}, key="lead_id",
        where="t.number = v.number AND t.touched_by = v.user_id AND t.contacted_at IS NULL",
        changes="touched_at = NULL, touched_by = NULL, touched_how = NULL, claimed_at = NULL,"
                " working_minutes = NULL")


def set_won(cursor: Cursor, lead_ids: Collection[str], at: datetime | None) -> None:
    """The leads' latest changes into hot led to a sale; None: they did not."""
    if lead_ids:
        cursor.execute(
            "UPDATE hot_changes h SET won_at = %(at)s WHERE lead_id = ANY(%(leads)s::uuid[]) AND number ="
            " (SELECT max(number) FROM hot_changes o WHERE o.lead_id = h.lead_id)",
            {"leads": list(lead_ids), "at": at})


def withdraw(cursor: Cursor, lead_ids: list[str]) -> None:
    """What was owed about leads that nobody touched is not sent."""
    if lead_ids:
        cursor.execute(
            "UPDATE notifications SET state = 'withdrawn', last_error = 'Somebody was quicker.'"  # noqa: S608
            " WHERE lead_id = ANY(%s::uuid[]) AND state = 'owed'"
            f" AND kind IN {words(dict.fromkeys(FOLLOW_UPS))}",
            (lead_ids,))


def waiting(cursor: Cursor, until: datetime, since: datetime, limit: int, after: str | None) -> list[Row]:
    """Changes from `since` to `until` that nobody touched, by lead after one, without those of which all
    steps were given; locked with their leads, those that others have locked are left to them: [{lead_id,
    number, at, source, owner_id, owned_at, snoozed_until (since they have it; where nobody does, by who is
    still here and did not lose it since), step}]."""
    return many(
        cursor,
        f"""
        SELECT h.lead_id::text AS lead_id, h.number, h.at, l.owner_id::text AS owner_id, {_STEP} AS step,
            (SELECT max(a.at) FROM {_OWNED}) AS owned_at,
            (SELECT max(s.until) FROM handlings s WHERE s.lead_id = l.id AND s.hot_change = h.number
             AND s.undone_at IS NULL
             AND NOT EXISTS (SELECT FROM {_OWNED} AND a.at > s.at)
             AND (l.owner_id IS NOT NULL OR NOT {_LEFT_OR_LOST_IT})) AS snoozed_until
        FROM {_UNTOUCHED} AND h.at <= %(until)s AND (%(after)s::uuid IS NULL OR h.lead_id > %(after)s::uuid)
          AND NOT EXISTS (SELECT FROM follow_ups f WHERE f.lead_id = h.lead_id AND f.number = h.number
                          AND f.step = {len(FOLLOW_UPS)})
        ORDER BY h.lead_id LIMIT %(limit)s FOR NO KEY UPDATE OF h, l SKIP LOCKED
        """, {"until": until, "since": since, "limit": limit, "after": after})  # noqa: S608


def give(cursor: Cursor, steps: list[Row]) -> set[str]:
    """Note steps [{lead_id, number, step, at, told_id}] of a change of each lead: the leads of which it was
    not given before."""
    return {row["lead_id"] for row in insert_returning(
        cursor, "follow_ups", steps, conflict="ON CONFLICT DO NOTHING", returning="lead_id::text AS lead_id")}


def unmeasured(cursor: Cursor, limit: int) -> list[Row]:
    """Touched changes of which is not known how long it took in working time, locked: [{lead_id, number, at,
    touched_at, owner_id}]."""
    return many(
        cursor, "SELECT lead_id::text AS lead_id, number, at, touched_at, owner_id::text AS owner_id"
        " FROM hot_changes WHERE touched_at IS NOT NULL AND working_minutes IS NULL ORDER BY touched_at"
        " LIMIT %s FOR NO KEY UPDATE SKIP LOCKED", (limit,))


def measure(cursor: Cursor, rows: list[Row]) -> None:
    """How long it took in working time: [{lead_id, number, working_minutes}]."""
    update_from(
        cursor, "hot_changes", rows,
        columns={"lead_id": "uuid", "number": "integer", "working_minutes": "real"}, key="lead_id",
        where="t.number = v.number", changes="working_minutes = v.working_minutes")


def of_lead(cursor: Cursor, lead_id: str) -> list[Row]:
    """A lead's changes into hot, the latest first, with the follow-ups that were given."""
    return many(
        cursor,
        """
        SELECT number, at, touched_at, touched_how, claimed_at, contacted_at, won_at,
            (SELECT coalesce(jsonb_agg(jsonb_build_object('step', step, 'at', f.at) ORDER BY step), '[]')
             FROM follow_ups f WHERE f.lead_id = h.lead_id AND f.number = h.number) AS follow_ups
        FROM hot_changes h WHERE lead_id = %s ORDER BY number DESC LIMIT 100
        """, (lead_id,))


def unite(cursor: Cursor, lead_id: str, archived: str, *, taken: bool) -> tuple[int, int] | None:
    """Of two leads of a person one stays open. `taken`: the latest change into hot of the other is its own
    now (the change's number before, and now). Else what was done about that one was done about this one.
    """
    if taken:
        row = one(
            cursor,
            """
            WITH theirs AS (SELECT max(number) AS number FROM hot_changes WHERE lead_id = %(archived)s),
            ours AS (SELECT coalesce(max(number), 0) AS number FROM hot_changes WHERE lead_id = %(lead)s)
            UPDATE leads l SET hot_changes = greatest(
                l.hot_changes + (ours.number >= theirs.number)::int, theirs.number)
            FROM theirs, ours WHERE l.id = %(lead)s AND theirs.number IS NOT NULL
            RETURNING theirs.number AS before,
                CASE WHEN ours.number >= theirs.number THEN l.hot_changes ELSE theirs.number END AS now
            """, {"lead": lead_id, "archived": archived})
        if row is None:
            return None
        move(cursor, archived, row["before"], lead_id, row["now"])
        return row["before"], row["now"]
    cursor.execute(
        """
        UPDATE hot_changes h SET touched_at = coalesce(h.touched_at, o.touched_at),
            touched_by = CASE WHEN h.touched_at IS NULL THEN o.touched_by ELSE h.touched_by END,
            touched_how = coalesce(h.touched_how, o.touched_how),
            claimed_at = coalesce(h.claimed_at, o.claimed_at),
            contacted_at = coalesce(h.contacted_at, o.contacted_at)
        FROM hot_changes o WHERE h.lead_id = %(lead)s AND o.lead_id = %(archived)s
            AND o.touched_at >= h.at
            AND h.number = (SELECT max(number) FROM hot_changes WHERE lead_id = %(lead)s)
            AND o.number = (SELECT max(number) FROM hot_changes WHERE lead_id = %(archived)s)
        """, {"lead": lead_id, "archived": archived})
    return None


def move(cursor: Cursor, lead_id: str, number: int, to_lead: str, to_number: int) -> None:
    """A change is another lead's."""
    cursor.execute(
        "UPDATE hot_changes SET lead_id = %s, number = %s WHERE lead_id = %s AND number = %s",
        (to_lead, to_number, lead_id, number))


_BY = {"owner": ("u.email", "LEFT JOIN users u ON u.id = h.owner_id"), "source": ("h.source", "")}
_SHARES = ("jsonb_build_object('median', percentile_cont(0.5) WITHIN GROUP (ORDER BY {0}),"
           " 'p90', percentile_cont(0.9) WITHIN GROUP (ORDER BY {0}))")


def figures(cursor: Cursor, by: str, since: datetime, until: datetime) -> list[Row]:
    """Of the changes into hot from `since` until before `until`, by who had them then (owner) or by their
    leads' source: [{name, hot, touched, claimed, contacted, won, minutes, working_minutes}], the most first;
    the minutes to the first touch are {median, p90}, None where nothing was touched."""
    name, join = _BY[by]
    return many(
        cursor,
        f"""
        SELECT {name} AS name, count(*) AS hot, count(touched_at) AS touched, count(claimed_at) AS claimed,
            count(contacted_at) AS contacted, count(won_at) AS won,
            {_SHARES.format("extract(epoch FROM touched_at - at) / 60")} AS minutes,
            {_SHARES.format("working_minutes")} AS working_minutes
        FROM hot_changes h {join} WHERE at >= %(since)s AND at < %(until)s
        GROUP BY 1 ORDER BY 2 DESC, 1
        """, {"since": since, "until": until})  # noqa: S608


def untouched(cursor: Cursor, since: datetime) -> dict[int, int]:
    """How many leads became hot since and nobody touched them, by the last step that was given."""
    return {row["step"]: row["n"] for row in many(
        cursor, f"SELECT step, count(*) AS n FROM (SELECT {_STEP} AS step FROM {_UNTOUCHED}) s GROUP BY 1",  # noqa: S608
        {"since": since})}


def by_owner(cursor: Cursor, since: datetime) -> list[Row]:
    """Whose leads became hot since and nobody touched, the most first: [{owner (their address, None:
    nobody's), leads, lead_id, source, at (of the one that waits longest)}]."""
    return many(
        cursor,
        f"""
        SELECT u.email AS owner, count(*) AS leads, (array_agg(w.id ORDER BY w.at, w.id))[1]::text AS lead_id,
               (array_agg(w.source ORDER BY w.at, w.id))[1] AS source, min(w.at) AS at
        FROM (SELECT l.id, l.owner_id, l.source, h.at FROM {_UNTOUCHED}) w
        LEFT JOIN users u ON u.id = w.owner_id GROUP BY u.email ORDER BY leads DESC, owner
        """, {"since": since})  # noqa: S608


def around(cursor: Cursor, user_ids: Iterable[str], now: datetime) -> list[Row]:
    """Who can be told of what owners do not touch: [{owner_id, user_id, leads (a team of theirs)}] of their
    teams, and of the admins with owner_id None; without who left or is away, in the order of addresses."""
    return many(
        cursor,
        """
        WITH told AS (
            SELECT m.user_id AS owner_id, t.lead_id AS user_id, true AS leads
            FROM team_members m JOIN teams t ON t.id = m.team_id WHERE m.user_id = ANY(%(users)s::uuid[])
            UNION SELECT m.user_id, o.user_id, false
            FROM team_members m JOIN team_members o USING (team_id) WHERE m.user_id = ANY(%(users)s::uuid[])
            UNION SELECT NULL, id, false FROM users WHERE role = 'admin')
        SELECT owner_id::text AS owner_id, user_id::text AS user_id, leads FROM told
        JOIN users u ON u.id = user_id
        WHERE u.disabled_at IS NULL AND user_id IS DISTINCT FROM owner_id AND NOT EXISTS (
            SELECT FROM absences a WHERE a.user_id = u.id AND a.starts_at <= %(now)s AND a.ends_at > %(now)s)
        ORDER BY u.email, leads DESC
        """, {"users": list(user_ids), "now": now})
