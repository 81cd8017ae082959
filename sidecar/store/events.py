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
            " received_at = %(now)s WHERE key_hash = %(key_hash)s AND contact_id IS NULL"
            " RETURNING lead_id::text AS lead_id, device_hash", row | {"now": now})
    return found


def joined(cursor: Cursor, contact_ids: Collection[str]) -> list[Row]:
    """Events of contacts that had waited for a key: [{id, contact_id, key_hash}]."""
    return many(
        cursor, "SELECT id::text AS id, contact_id::text AS contact_id, key_hash FROM events"
        " WHERE contact_id = ANY(%s::uuid[]) AND key_hash IS NOT NULL", (as_array(contact_ids),))


def keys_of(cursor: Cursor, contact_ids: Collection[str]) -> list[Row]:
    """By which keys events may name contacts: [{contact_id, kind, value}]."""
    return many(
        cursor, "SELECT contact_id::text AS contact_id, kind, value FROM contact_identities"
        " WHERE contact_id = ANY(%(ids)s::uuid[]) UNION SELECT l.contact_id::text, 'id',"
        " k.key || ':' || k.value FROM leads l CROSS JOIN LATERAL jsonb_each_text(l.external_ids) k"
        " WHERE l.contact_id = ANY(%(ids)s::uuid[])", {"ids": as_array(contact_ids)})


def let_go(cursor: Cursor, ids: Collection[str], of: Collection[str] = ()) -> None:
    """These events, and those of devices alone that these contacts have, wait for their person again, as they
    came."""
    cursor.execute(
        "UPDATE events SET contact_id = NULL, person_id = NULL, lead_id = NULL, machine = NULL,"
        " received_at = coalesce(uuid_extract_timestamp(id), received_at)"
        " WHERE id = ANY(%s::uuid[]) OR (anonymous AND contact_id = ANY(%s::uuid[]))",
        (as_array(ids), as_array(of)))


def devices_of(cursor: Cursor, contact_ids: Collection[str]) -> set[str]:
    """The devices on which contacts were seen."""
    return {row["device_hash"] for row in many(
        cursor, "SELECT DISTINCT device_hash FROM events WHERE contact_id = ANY(%s::uuid[])"
        " AND device_hash IS NOT NULL", (as_array(contact_ids),))}


def sightings(cursor: Cursor, devices: Collection[str]) -> list[Row]:
    """Who was seen on devices, and when: [{device_hash, at, who, contact_id, person_id}]; of a person who is
    not known yet `who` alone."""
    return many(
        cursor, "SELECT device_hash, occurred_at AS at, contact_id::text AS contact_id,"
        " coalesce(person_id, contact_id)::text AS person_id,"
        " coalesce(contact_id::text, key_hash) AS who"
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


def hold(cursor: Cursor, lead_ids: Collection[str]) -> None:
    """Lock the people of leads, in one order: who judges their events next sees what is added now."""
    cursor.execute(
        "SELECT FROM contacts WHERE id IN (SELECT contact_id FROM leads WHERE id = ANY(%s::uuid[]))"
        " ORDER BY id FOR NO KEY UPDATE", (as_array(lead_ids),))


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


def beside(
    cursor: Cursor, addresses: Collection[tuple[str, datetime, datetime]], types: Collection[str], most: int,
) -> list[Row]:
    """What addresses did from a moment to another, for whomever, so much of each at most: [{id, contact_id,
    lead_id, type, occurred_at, properties, machine}]."""
    ips, first, last = zip(*addresses, strict=True)
    return many(
        cursor,
        """
        SELECT DISTINCT ON (e.id) e.id::text AS id, e.contact_id::text AS contact_id,
               e.lead_id::text AS lead_id, e.type, e.occurred_at, e.properties, e.machine
        FROM unnest(%s::text[], %s::timestamptz[], %s::timestamptz[]) AS a(ip, first, last)
        CROSS JOIN LATERAL (
            SELECT * FROM events WHERE properties ? 'ip' AND properties ->> 'ip' = a.ip
            AND occurred_at BETWEEN a.first AND a.last AND type = ANY(%s) AND contact_id IS NOT NULL
            LIMIT %s) e
        """, (list(ips), list(first), list(last), list(types), most))


def free(cursor: Cursor, ids: Collection[str]) -> set[str]:
    """Those of the events that nobody writes at this moment, locked."""
    return {row["id"] for row in many(
        cursor, "SELECT id::text AS id FROM events WHERE id = ANY(%s::uuid[]) ORDER BY id"
        " FOR NO KEY UPDATE SKIP LOCKED", (as_array(ids),))}


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

