"""Statements about what people refuse and agree to, and what of them holds."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from sidecar.intake.permissions import statement_of
from sidecar.intake.refusals import Statement, refused_now, shown_consent, shown_refused
from sidecar.store.database import Cursor, Executes, Row, insert, many, update_from
from sidecar.terms.states import OF_MAIL

COLUMNS = "id, contact_id, key_hash, purpose, refused, own, source, reason, stated_at"


def add(cursor: Executes, rows: list[Row]) -> None:
    """Add statements (`row_of`); one that came before, by its dedupe_key, is there already."""
    insert(cursor, "refusals", rows, conflict="ON CONFLICT (dedupe_key) DO NOTHING")


def adopt(cursor: Executes, rows: list[Row]) -> None:
    """Statements of an address that somebody has now: [{id, contact_id, person_id}]."""
    update_from(
        cursor, "refusals", rows, columns={"id": "uuid", "contact_id": "uuid", "person_id": "uuid"}, key="id",
        changes="contact_id = v.contact_id, person_id = v.person_id", where="t.contact_id IS NULL")


def settle(cursor: Executes, rows: Iterable[Row]) -> None:
    """What contacts have now: [{id, consent, refused}]; those that had it stay as they are."""
    update_from(
        cursor, "contacts", [{name: row[name] for name in ("id", "consent", "refused")} for row in rows],
        columns={"id": "uuid", "consent": "jsonb", "refused": "jsonb"}, key="id",
        changes="consent = v.consent, refused = v.refused, version = t.version + 1, updated_at = now()",
        where="(t.consent, t.refused) IS DISTINCT FROM (v.consent, v.refused)")


def take_over(cursor: Cursor, contact_id: str, key_hashes: list[str]) -> None:
    """Statements of addresses that a contact has now: those that nobody has become its own, of those that
    somebody else has it gets what they say of mail."""
    cursor.execute("UPDATE refusals SET contact_id = %s WHERE key_hash = ANY(%s) AND contact_id IS NULL",
                   (contact_id, key_hashes))
    cursor.execute(
        "INSERT INTO refusals (contact_id, purpose, refused, own, source, reason, stated_at)"
        " SELECT DISTINCT %(id)s::uuid, 'marketing_email', r.refused, r.own, r.source, r.reason, r.stated_at"
        " FROM refusals r WHERE r.key_hash = ANY(%(hashes)s) AND r.contact_id <> %(id)s"
        " AND r.purpose = ANY(%(purposes)s) AND NOT EXISTS (SELECT 1 FROM refusals k"
        "   WHERE k.contact_id = %(id)s AND k.purpose IN ('marketing_email', r.purpose)"
        "   AND (k.refused, k.own, k.source, k.stated_at) = (r.refused, r.own, r.source, r.stated_at))",
        {"id": contact_id, "hashes": key_hashes, "purposes": list(OF_MAIL)})


def stated_of(cursor: Cursor, key_hashes: Collection[str]) -> set[str]:
    """Those of the addresses, by keyed hash, of which something was said."""
    return {row["key_hash"] for row in many(
        cursor, "SELECT DISTINCT key_hash FROM refusals WHERE key_hash = ANY(%s)", (list(key_hashes),))}


def part(
    cursor: Cursor, kept: str, lost: str, people: list[str], merge_id: str, duplicate_id: str
) -> None:
    """A merge is taken back: what these people said since is the lost contact's, what was said of nobody in
    particular is said of both, and what the merge itself added goes."""
    cursor.execute("DELETE FROM refusals WHERE contact_id = %s AND dedupe_key LIKE %s",
                   (kept, f"merge:{duplicate_id}:%"))
    cursor.execute(
        "UPDATE refusals SET contact_id = %s WHERE contact_id = %s AND person_id = ANY(%s::uuid[])",
        (lost, kept, people))
    cursor.execute(
        "INSERT INTO refusals (contact_id, key_hash, purpose, refused, own, source, reason, stated_at,"
        " intake_id) SELECT %s::uuid, key_hash, purpose, refused, own, source, reason, stated_at, intake_id"
        " FROM refusals WHERE contact_id = %s AND id > %s::uuid AND person_id IS NULL",
        (lost, kept, merge_id))


def known(cursor: Cursor, dedupe_keys: Collection[str]) -> set[str]:
    """Those of the statements, by dedupe_key, that are there."""
    return {row["dedupe_key"] for row in many(
        cursor, "SELECT dedupe_key FROM refusals WHERE dedupe_key = ANY(%s)", (list(dedupe_keys),))}


def addresses(cursor: Cursor, contact_ids: Collection[str]) -> dict[str, str]:
    """The address by which each contact is matched, by contact id."""
    return {row["id"]: row["email"] for row in many(
        cursor, "SELECT id::text AS id, email_canonical AS email FROM contacts"
        " WHERE id = ANY(%s::uuid[]) AND email_canonical IS NOT NULL", (list(contact_ids),))}


def refused_of(cursor: Cursor, lead_ids: Collection[str]) -> dict[str, dict[str, bool]]:
    """What the people of leads refuse now, by lead id."""
    return {row["id"]: row["refused"] for row in many(
        cursor, "SELECT l.id::text AS id, c.refused FROM leads l JOIN contacts c ON c.id = l.contact_id"
        " WHERE l.id = ANY(%s::uuid[])", (list(lead_ids),))}


def statements(cursor: Cursor, contact_ids: Collection[str]) -> dict[str, list[Statement]]:
    """All that was said of contacts, oldest first, by contact id."""
    found: dict[str, list[Statement]] = {}
    for row in many(
            cursor, f"SELECT {COLUMNS.replace('contact_id', 'contact_id::text AS contact_id')} FROM refusals"  # noqa: S608
            " WHERE contact_id = ANY(%s::uuid[]) ORDER BY stated_at, id", (list(contact_ids),)):
        found.setdefault(row["contact_id"], []).append(statement_of(row))
    return found


def restate(cursor: Cursor, contact_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Work out anew what holds of contacts, after statements were added, moved or taken away: of those that
    refuse something else than before {contact id: what they refuse now}."""
    before = many(
        cursor, "SELECT id::text AS id, consent, refused FROM contacts WHERE id = ANY(%s::uuid[])"
        " ORDER BY id FOR NO KEY UPDATE", (sorted(set(contact_ids)),))
    said = statements(cursor, [row["id"] for row in before])
    after = [
        {"id": row["id"], "consent": shown_consent(row["consent"], {}, said.get(row["id"], [])),
         "refused": shown_refused(refused_now(said.get(row["id"], [])))} for row in before]
    settle(cursor, after)
    return {new["id"]: new["refused"] for old, new in zip(before, after, strict=True)
            if old["refused"] != new["refused"]}
