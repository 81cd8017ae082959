"""Answers that are held because they seem to be about somebody else, and what people decided of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sidecar.store.database import Cursor, Row, insert, many, one

_SHOWN = ("id::text AS id, contact_id::text AS contact_id, organization_id::text AS organization_id,"
          " provider, operation, code, state, record, fetched_at, created_at, decided_by, decided_at")


def hold(cursor: Cursor, rows: list[Row]) -> None:
    """Hold answers: [{contact_id, organization_id (one of both), provider, operation, request_key, code,
    record (encrypted), fetched_at}]. Asked for again, an answer replaces the former while that is undecided.
    """
    insert(
        cursor, "held_answers",
        sorted(rows, key=lambda row: (row["request_key"], row["contact_id"] or row["organization_id"])),
        conflict="ON CONFLICT (request_key, contact_id, organization_id) DO UPDATE SET code = excluded.code,"
        " record = excluded.record, fetched_at = excluded.fetched_at WHERE held_answers.state = 'held'")


def decided(cursor: Cursor, subject_ids: list[str]) -> list[Row]:
    """What people decided of answers about contacts and organizations: [{subject_id, state, record}]."""
    return many(
        cursor, "SELECT coalesce(contact_id, organization_id)::text AS subject_id, state, record"
        " FROM held_answers WHERE state <> 'held' AND (contact_id = ANY(%(ids)s::uuid[])"
        " OR organization_id = ANY(%(ids)s::uuid[])) ORDER BY id", {"ids": subject_ids})


def page(cursor: Cursor, state: str, subject: str | None, limit: int, after: str | None) -> list[Row]:
    """A keyset page, newest first, of all or of one contact or organization."""
    return many(
        cursor, f"SELECT {_SHOWN} FROM held_answers WHERE state = %(state)s"  # noqa: S608
        " AND (%(subject)s::uuid IS NULL OR %(subject)s::uuid IN (contact_id, organization_id))"
        " AND (%(after)s::uuid IS NULL OR id < %(after)s::uuid)"
        " ORDER BY held_answers.id DESC LIMIT %(limit)s",
        {"state": state, "subject": subject, "after": after, "limit": limit})


def get(cursor: Cursor, answer_id: str, *, lock: bool) -> Row | None:
    """One of them."""
    return one(
        cursor, f"SELECT {_SHOWN} FROM held_answers WHERE id = %s{' FOR UPDATE' if lock else ''}",  # noqa: S608
        (answer_id,))


def of_contact(cursor: Cursor, contact_id: str) -> list[Row]:
    """All that were ever held about a contact, still encrypted."""
    return many(
        cursor, f"SELECT {_SHOWN} FROM held_answers WHERE contact_id = %s ORDER BY id", (contact_id,))  # noqa: S608


def decide(cursor: Cursor, answer_id: str, state: str, by: str) -> None:
    """Note what a person decided."""
    cursor.execute(
        "UPDATE held_answers SET state = %s, decided_by = %s, decided_at = now() WHERE id = %s",
        (state, by, answer_id))


def reject(cursor: Cursor, rows: list[Row], by: str, now: datetime) -> None:
    """Remember answers that counted, and that somebody says are about somebody else: rows as of `hold`."""
    insert(
        cursor, "held_answers",
        [row | {"state": "rejected", "decided_by": by, "decided_at": now} for row in rows],
        conflict="ON CONFLICT (request_key, contact_id, organization_id) DO UPDATE SET state = 'rejected',"
        " record = excluded.record, decided_by = excluded.decided_by, decided_at = excluded.decided_at")


def row_of(kind: str, entity_id: str, answer: Row, code: str, record: bytes) -> dict[str, Any]:
    """A row of `hold` of an answer {provider, operation, request_key, fetched_at}."""
    return {
        "contact_id": entity_id if kind == "contact" else None,
        "organization_id": entity_id if kind == "organization" else None,
        "provider": answer["provider"], "operation": answer["operation"],
        "request_key": answer["request_key"], "code": code, "record": record,
        "fetched_at": answer["fetched_at"],
    }
