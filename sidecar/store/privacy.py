"""Grounds, clocks of notices and retention of contacts: what they are worked out of, and what came of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final

from psycopg2.extras import Json

from sidecar.privacy.grounds import Known, Setting
from sidecar.store.database import Cursor, Row, as_array, insert, many, one, words
from sidecar.terms.states import CONTACTS, DELIVERED, OF_A_MAIL, OF_MAIL, OPEN

# Columns of lists; a contact's name is masked by who shows it.
_LISTED = ("p.contact_id::text AS id, c.name AS full_name, c.email, p.ground, p.ground_by, p.standing,"
           " p.notice_due_on, p.notice_sent_on, p.retention_months, p.retention_from, p.retention_due_on,"
           " p.announced_at")
_LIST = f"SELECT {_LISTED} FROM contact_privacy p JOIN contacts c ON c.id = p.contact_id"  # noqa: S608
# State of a notice -> (where, the column of the order).
_NOTICES: Final = {
    "overdue": ("p.notice_due_on < %(today)s", "notice_due_on"),
    "due_soon": ("p.notice_due_on BETWEEN %(today)s AND %(soon)s", "notice_due_on"),
    "due": ("p.notice_due_on IS NOT NULL", "notice_due_on"),
    "sent": ("p.notice_sent_on IS NOT NULL", "notice_sent_on"),
}


def settings(cursor: Cursor, *, lock: bool = False) -> Row:
    """{definition, looked_until, looked_at}; locked for whoever changes it."""
    row = one(cursor, "SELECT definition, looked_until::text AS looked_until, looked_at FROM privacy_settings"  # noqa: S608
                      f"{' FOR UPDATE' if lock else ''}")
    return row or {"definition": {}, "looked_until": None, "looked_at": None}


def set_definition(cursor: Cursor, definition: Mapping[str, Any], *, erase: bool) -> None:
    """The settings from now on. Without `erase` nobody is announced any more."""
    cursor.execute("UPDATE privacy_settings SET definition = %s, looked_until = NULL", (Json(definition),))
    if not erase:
        cursor.execute("UPDATE contact_privacy SET announced_at = NULL WHERE announced_at IS NOT NULL")


def begin_round(cursor: Cursor) -> Row | None:
    """The settings, for the next part of the round; None while another process does it."""
    return one(cursor, "SELECT definition, looked_until::text AS looked_until FROM privacy_settings"
                       " FOR UPDATE SKIP LOCKED")


def next_round(cursor: Cursor, until: str | None, now: datetime) -> None:
    """The round is so far; None: it is at its end."""
    cursor.execute("UPDATE privacy_settings SET looked_until = %s, looked_at = %s", (until, now))


def unknown(cursor: Cursor, limit: int) -> list[str]:
    """Contacts that are newer than all that were looked at, the oldest first."""
    return [row["id"] for row in many(
        cursor, "SELECT id::text AS id FROM contacts WHERE id > coalesce((SELECT contact_id FROM"
        " contact_privacy ORDER BY contact_id DESC LIMIT 1), '00000000-0000-0000-0000-000000000000')"
        " ORDER BY contacts.id LIMIT %s", (limit,))]


def after(cursor: Cursor, contact_id: str | None, limit: int) -> list[str]:
    """Contacts after this one, by id."""
    return [row["id"] for row in many(
        cursor, "SELECT id::text AS id FROM contacts WHERE %(after)s::uuid IS NULL OR id > %(after)s::uuid"
        " ORDER BY contacts.id LIMIT %(limit)s", {"after": contact_id, "limit": limit})]


def known(cursor: Cursor, contact_ids: Collection[str], providers: Collection[str]) -> list[Known]:
    """What is stored of contacts, as far as privacy depends on it."""
    ids = as_array(contact_ids)
    arrivals = _by_contact(many(
        cursor,
        f"""
        SELECT l.contact_id::text AS contact_id, coalesce(i.source, l.source) AS source,
               coalesce(i.client LIKE 'form:%%', false) AS by_form,
               coalesce(i.request_id LIKE 'job:%%', false) AS imported, e.type AS event,
               coalesce(e.listed, false) AS listed,
               min(coalesce(i.received_at, l.created_at)) AS first_at,
               max(coalesce(i.received_at, l.created_at)) AS last_at
        FROM leads l LEFT JOIN intake i ON i.lead_id = l.id
        LEFT JOIN LATERAL (
            (SELECT type, properties ? 'list' AS listed FROM events n WHERE n.intake_id = i.id
             ORDER BY n.id LIMIT 1)
            -- Where no submission is stored, what the person did then tells.
            UNION ALL
            (SELECT type, properties ? 'list' FROM events n WHERE i.id IS NULL AND n.contact_id = l.contact_id
             AND n.lead_id = l.id AND n.source = 'intake' ORDER BY n.id LIMIT 1)) e ON true
        WHERE l.contact_id = ANY({_IDS}) AND NOT l.is_test GROUP BY 1, 2, 3, 4, 5, 6
        """, (ids,)))  # noqa: S608
    told = _by_contact(many(
        cursor,
        f"""
        WITH person AS (SELECT unnest({_IDS}) AS contact_id),
        entity AS (SELECT contact_id, contact_id AS id FROM person
                   UNION ALL SELECT m.kept_id, m.lost_id FROM person
                   JOIN merges m ON m.kept_id = contact_id)
        SELECT e.contact_id::text AS contact_id, p.source,
               least(min((said ->> 'observed_at')::timestamptz), (
                   SELECT min(answered_at) FROM provider_calls k WHERE k.subject_kind = 'contact'
                   AND k.subject_id = e.contact_id AND k.provider = p.source AND k.state = 'answered'
                   AND NOT k.sandbox)) AS at
        FROM entity e JOIN provenance p ON p.entity_kind = 'contact' AND p.entity_id = e.id
        CROSS JOIN LATERAL jsonb_each(p.fields) AS stated(field, said)
        WHERE p.source = ANY(%s) AND NOT said ? 'sandbox' AND NOT said ? 'locked'
        GROUP BY e.contact_id, p.source
        """, (ids, list(providers))))  # noqa: S608
    said = _by_contact(statements(cursor, contact_ids))
    return [
        Known(arrivals=arrivals.get(row["id"], ()), statements=said.get(row["id"], ()),
              providers={each["source"]: each["at"] for each in told.get(row["id"], ())}, **row)
        for row in many(cursor, _PEOPLE, {"ids": ids, "mail": list(OF_A_MAIL), "of_mail": list(OF_MAIL),
                                          "contacts": list(CONTACTS), "nobodys": [DELIVERED, "bounce"]})]


_IDS: Final = "%s::uuid[]"
_PEOPLE: Final = f"""
SELECT c.id::text AS id, c.created_at, l.customer, l.open, c.refused ?| %(of_mail)s AS objects,
       EXISTS (SELECT FROM refusals r WHERE r.contact_id = c.id AND r.own AND NOT r.refused) AS agreed,
       (SELECT max(r.stated_at) FROM refusals r WHERE r.contact_id = c.id AND r.refused
        AND r.purpose = ANY(%(of_mail)s)) AS objected_at,
       greatest(e.acted_at, l.changed_at, l.touched_at) AS acted_at,
       coalesce(e.written, '{{}}') || coalesce(l.written, '{{}}') AS written
FROM contacts c
CROSS JOIN LATERAL (
    SELECT coalesce(bool_or(status = 'converted'), false) AS customer,
           coalesce(bool_or(status IN {words(OPEN)}), false) AS open,
           max((SELECT max(changed_at) FROM lead_status_history h WHERE h.lead_id = leads.id)) AS changed_at,
           max((SELECT max(touched_at) FROM hot_changes h WHERE h.lead_id = leads.id)) AS touched_at,
           array_agg((SELECT min(touched_at) FROM hot_changes h WHERE h.lead_id = leads.id
                      AND touched_how = ANY(%(contacts)s)))
               FILTER (WHERE EXISTS (SELECT FROM hot_changes h WHERE h.lead_id = leads.id
                                     AND touched_how = ANY(%(contacts)s))) AS written
    FROM leads WHERE contact_id = c.id) l
CROSS JOIN LATERAL (
    SELECT max(occurred_at) FILTER (WHERE machine IS NULL AND type <> ALL(%(nobodys)s)) AS acted_at,
           array_agg(occurred_at) FILTER (WHERE type = ANY(%(mail)s)) AS written
    FROM events WHERE contact_id = c.id) e
WHERE c.id = ANY(%(ids)s::uuid[]) ORDER BY c.id
"""  # noqa: S608


def _by_contact(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["contact_id"], []).append(row)
    return found


def statements(cursor: Cursor, contact_ids: Collection[str], *, undone: bool = False) -> list[Row]:
    """What people said of contacts, oldest first, with what was undone if that is wanted too."""
    return many(
        cursor, "SELECT id::text AS id, contact_id::text AS contact_id, kind, ground, reason, sources,"  # noqa: S608
        f" stated_by, stated_at, undone_at, undone_by FROM privacy_statements"
        f" WHERE contact_id = ANY(%s::uuid[]) {'' if undone else 'AND undone_at IS NULL'}"
        " ORDER BY stated_at, privacy_statements.id", (as_array(contact_ids),))


def state(cursor: Cursor, rows: list[Row]) -> None:
    """Add statements: [{contact_id, kind, ground, reason, sources, stated_by, stated_at, batch_id}]."""
    insert(cursor, "privacy_statements", rows, computed={"id": "uuidv7()"}, columns=(
        "contact_id", "kind", "ground", "reason", "sources", "stated_by", "stated_at", "batch_id"))


def undo(cursor: Cursor, batch_id: str, by: str, now: datetime) -> list[str]:
    """The notices of a batch were not sent: the contacts of those that were not undone before."""
    return [row["id"] for row in many(
        cursor, "UPDATE privacy_statements SET undone_at = %s, undone_by = %s WHERE batch_id = %s"
        " AND undone_at IS NULL RETURNING contact_id::text AS id", (now, by, batch_id))]


def save(cursor: Cursor, rows: list[Row]) -> None:
    """What was worked out of contacts (`row_of`); who is announced stays so since when they were."""
    insert(
        cursor, "contact_privacy", sorted(rows, key=lambda row: str(row["contact_id"])),
        conflict="ON CONFLICT (contact_id) DO UPDATE SET"
        f" {', '.join(f'{name} = excluded.{name}' for name in _WORKED_OUT)},"
        " announced_at = CASE WHEN excluded.announced_at IS NOT NULL"
        " THEN coalesce(contact_privacy.announced_at, excluded.announced_at) END"
        f" WHERE ({', '.join(f'contact_privacy.{name}' for name in _WORKED_OUT)},"
        " contact_privacy.announced_at IS NULL) IS DISTINCT FROM"
        f" ({', '.join(f'excluded.{name}' for name in _WORKED_OUT)}, excluded.announced_at IS NULL)")


_WORKED_OUT: Final = ("ground", "ground_by", "standing", "notice_due_on", "notice_sent_on",
                      "retention_months", "retention_from", "retention_due_on")


def hold(cursor: Cursor, contact_ids: Collection[str]) -> list[str]:
    """Those of the contacts that are there; none of them goes before this transaction ends."""
    return [row["id"] for row in many(
        cursor, "SELECT id::text AS id FROM contacts WHERE id = ANY(%s::uuid[]) ORDER BY contacts.id"
        " FOR KEY SHARE", (as_array(contact_ids),))]


def notices(
    cursor: Cursor, state: str, today: date, soon: date, limit: int, after: tuple[str, str] | None
) -> list[Row]:
    """Who is to get a notice, or got it, by day: a keyset page; after: the day and contact before it."""
    where, column = _NOTICES[state]
    return many(
        cursor, f"{_LIST} WHERE {where} AND (%(day)s::date IS NULL OR (p.{column}, p.contact_id)"
        f" > (%(day)s::date, %(after)s::uuid)) ORDER BY p.{column}, p.contact_id LIMIT %(limit)s",
        {"today": today, "soon": soon, "limit": limit, "day": after and after[0],
         "after": after and after[1]})


def due(cursor: Cursor, before: date, limit: int, after: tuple[str, str] | None) -> list[Row]:
    """Who is to be erased before a day, the first one first: a keyset page."""
    return many(
        cursor, f"{_LIST} WHERE p.retention_due_on < %(before)s AND (%(day)s::date IS NULL"
        " OR (p.retention_due_on, p.contact_id) > (%(day)s::date, %(after)s::uuid))"
        " ORDER BY p.retention_due_on, p.contact_id LIMIT %(limit)s",
        {"before": before, "limit": limit, "day": after and after[0], "after": after and after[1]})


def cooled(cursor: Cursor, announced_before: datetime, after: str | None, limit: int) -> list[str]:
    """Who was announced before a moment, by id."""
    return [row["id"] for row in many(
        cursor, "SELECT contact_id::text AS id FROM contact_privacy WHERE announced_at <= %(before)s"
        " AND (%(after)s::uuid IS NULL OR contact_id > %(after)s::uuid)"
        " ORDER BY contact_id LIMIT %(limit)s",
        {"before": announced_before, "after": after, "limit": limit})]


def count_cooled(cursor: Cursor, announced_before: datetime) -> int:
    """How many were announced before a moment."""
    row = one(cursor, "SELECT count(*) AS n FROM contact_privacy WHERE announced_at <= %s",
              (announced_before,))
    return row["n"] if row else 0


def count_overstaying(cursor: Cursor, today: date, announced_before: datetime | None) -> int:
    """How many are due before today; of a moment, who was announced before it alone."""
    row = one(cursor, "SELECT count(*) AS n FROM contact_privacy WHERE retention_due_on < %(today)s"
                      " AND (%(before)s::timestamptz IS NULL OR announced_at <= %(before)s)",
              {"today": today, "before": announced_before})
    return row["n"] if row else 0


def counts(cursor: Cursor, today: date, soon: date) -> Row:
    """{overdue, due_soon, due, retention_due, announced}: how many contacts."""
    return one(
        cursor,
        """
        SELECT (SELECT count(*) FROM contact_privacy WHERE notice_due_on < %(today)s) AS overdue,
               (SELECT count(*) FROM contact_privacy WHERE notice_due_on BETWEEN %(today)s AND %(soon)s)
                   AS due_soon,
               (SELECT count(*) FROM contact_privacy WHERE notice_due_on IS NOT NULL) AS due,
               (SELECT count(*) FROM contact_privacy WHERE retention_due_on < %(today)s) AS retention_due,
               (SELECT count(*) FROM contact_privacy WHERE announced_at IS NOT NULL) AS announced
        """, {"today": today, "soon": soon}) or {}


def source_grounds(cursor: Cursor) -> list[Row]:
    """What people say of sources, by name."""
    return many(cursor, "SELECT source, ground, origin, set_by, set_at FROM source_grounds ORDER BY source")


def source_settings(cursor: Cursor) -> dict[str, Setting]:
    """The same, by source."""
    return {row["source"]: Setting(row["ground"], row["origin"]) for row in source_grounds(cursor)}


def set_source(cursor: Cursor, source: str, ground: str | None, origin: str | None, by: str) -> Row | None:
    """Say something of a source, or (both None) nothing: what was said before."""
    before = one(cursor, "DELETE FROM source_grounds WHERE source = %s RETURNING ground, origin", (source,))
    if ground or origin:
        insert(cursor, "source_grounds",
               [{"source": source, "ground": ground, "origin": origin, "set_by": by}],
               computed={"set_at": "now()"})
    cursor.execute("UPDATE privacy_settings SET looked_until = NULL")
    return before


def asked(cursor: Cursor, contact_id: str) -> list[str]:
    """The providers that were asked about a contact."""
    return [row["provider"] for row in many(
        cursor, "SELECT DISTINCT provider FROM provider_calls WHERE subject_kind = 'contact'"
        " AND subject_id = %s AND started_at IS NOT NULL AND NOT sandbox ORDER BY provider", (contact_id,))]
