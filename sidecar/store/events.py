"""What people did; whose it is where that is told later."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sidecar.store.database import Cursor, Row, as_array, insert_returning, many, update_from


def add(cursor: Cursor, rows: list[Row]) -> set[str]:
    """Events, whole rows; those that came before, by dedupe_key, are there already. The ids of the others."""
    return {row["id"] for row in insert_returning(
        cursor, "events", rows, conflict="ON CONFLICT (dedupe_key) DO NOTHING", returning="id::text AS id")}


def people_of_ids(cursor: Cursor, ids: Collection[str]) -> dict[str, str]:
    """What other systems call people ("system:id") -> the contact, of those that one contact alone has."""
    return {row["id"]: row["contact_id"] for row in many(
        cursor,
        "SELECT k.id, min(l.contact_id::text) AS contact_id FROM unnest(%s::text[]) AS k(id)"
        " CROSS JOIN LATERAL (SELECT contact_id FROM leads WHERE external_ids <> '{}' AND external_ids"
        " @> jsonb_build_object(split_part(k.id, ':', 1), substr(k.id, strpos(k.id, ':') + 1)) LIMIT 50) l"
        " GROUP BY k.id HAVING count(DISTINCT l.contact_id) = 1", (list(ids),))}


def claim(cursor: Cursor, rows: list[Row], now: datetime) -> list[Row]:
    """Give events that wait for identity keys [{key_hash, contact_id, person_id, lead_id}] to their people:
    [{lead_id, device_hash}]."""
    found: list[Row] = []
    for row in rows:
        found += many(
            cursor,
            "UPDATE events SET contact_id = %(contact_id)s, person_id = %(person_id)s, lead_id = %(lead_id)s,"
            " key_hash = NULL, received_at = %(now)s WHERE key_hash = %(key_hash)s"
            " RETURNING lead_id::text AS lead_id, device_hash", row | {"now": now})
    return found


def sightings(cursor: Cursor, devices: Collection[str]) -> list[Row]:
    """Who was seen on devices, and when: [{device_hash, at, who, contact_id, person_id}]; of a person who is
    not known yet `who` alone."""
    return many(
        cursor, "SELECT device_hash, occurred_at AS at, contact_id::text AS contact_id,"
        " coalesce(person_id, contact_id)::text AS person_id,"
        " coalesce(person_id::text, contact_id::text, key_hash) AS who"
        " FROM events WHERE device_hash = ANY(%s) AND NOT anonymous", (list(devices),))


def anonymous(cursor: Cursor, devices: Collection[str], ids: Collection[str]) -> list[Row]:
    """All anonymous events of some devices, and those of these ids, locked: [{id, device_hash, at,
    contact_id, lead_id}]."""
    return many(
        cursor, "SELECT id::text AS id, device_hash, occurred_at AS at, contact_id::text AS contact_id,"
        " lead_id::text AS lead_id FROM events WHERE anonymous AND (device_hash = ANY(%s)"
        " OR id = ANY(%s::uuid[])) ORDER BY id FOR UPDATE", (list(devices), list(ids)))


def give(cursor: Cursor, rows: list[Row], now: datetime) -> None:
    """Whose anonymous events are: [{id, contact_id, person_id, lead_id}]; None: nobody's."""
    update_from(
        cursor, "events", [row | {"now": now} for row in rows], key="id",
        columns={"id": "uuid", "contact_id": "uuid", "person_id": "uuid", "lead_id": "uuid",
                 "now": "timestamptz"},
        changes="contact_id = v.contact_id, person_id = v.person_id, lead_id = v.lead_id,"
                " received_at = v.now")


def leads_of(cursor: Cursor, ids: Collection[str]) -> dict[str, str | None]:
    """With which lead each of these events stands."""
    return {row["id"]: row["lead_id"] for row in many(
        cursor, "SELECT id::text AS id, lead_id::text AS lead_id FROM events WHERE id = ANY(%s::uuid[])",
        (list(ids),))}


def around_new(
    cursor: Cursor, lead_ids: Collection[str], new: datetime, types: Collection[str], around: timedelta,
    since: datetime, most: int,
) -> list[Row]:
    """Of the people of leads, the events of some types around those that are known since `new`, of those
    known after `since`: [{id, contact_id, lead_id, type, occurred_at, properties, machine}]; so many of each
    person at most."""
    return many(
        cursor,
        """
        WITH fresh AS (
            SELECT e.contact_id, min(e.occurred_at) - %(around)s AS first,
                   max(e.occurred_at) + %(around)s AS last
            FROM (SELECT DISTINCT contact_id FROM leads WHERE id = ANY(%(leads)s::uuid[])) l
            JOIN events e ON e.contact_id = l.contact_id
            WHERE e.received_at >= %(new)s AND e.type = ANY(%(types)s) GROUP BY 1)
        SELECT e.id::text AS id, e.contact_id::text AS contact_id, e.lead_id::text AS lead_id, e.type,
               e.occurred_at, e.properties, e.machine
        FROM fresh f CROSS JOIN LATERAL (
            SELECT * FROM events WHERE contact_id = f.contact_id AND occurred_at BETWEEN f.first AND f.last
            AND type = ANY(%(types)s) AND received_at > %(since)s
            ORDER BY received_at DESC, id DESC LIMIT %(most)s) e
        """, {"leads": as_array(lead_ids), "new": new, "types": list(types), "around": around, "since": since,
              "most": most})


def mark(cursor: Cursor, rows: list[Row]) -> None:
    """Which events are a machine's: [{id, machine: the code, None: a person's}]."""
    update_from(cursor, "events", rows, key="id", columns={"id": "uuid", "machine": "text"},
                changes="machine = v.machine")


def of_contact(cursor: Cursor, contact_id: str) -> list[Row]:
    """All that a person did, the latest first."""
    return many(
        cursor, "SELECT type, occurred_at, received_at, source, properties, machine FROM events"
        " WHERE contact_id = %s ORDER BY occurred_at DESC, id DESC", (contact_id,))


def forget_devices(cursor: Cursor, contact_id: str) -> None:
    """Delete what nobody can be told to have done on devices on which a person was seen."""
    cursor.execute(
        "DELETE FROM events WHERE contact_id IS NULL AND anonymous AND device_hash IN"
        " (SELECT device_hash FROM events WHERE contact_id = %s AND device_hash IS NOT NULL)", (contact_id,))

