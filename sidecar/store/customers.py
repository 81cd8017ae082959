"""Contacts and organizations as resources: pages, single ones, edits, erasure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sidecar.store import calls
from sidecar.store.database import Cursor, Row, containing, insert, many, one, words
from sidecar.store.facts import TABLES, forget_provenance, json_object
from sidecar.store.subscriptions import forget_events
from sidecar.terms.states import DELIVERED, OPEN

_SEARCHED = {"contact": ("name", "email"), "organization": ("name", "domain")}
# Companies with a name that contain %(q)s in it or in their domain; then the rows that belong to them. One
# that is known by its domain alone may be a person's own address.
_COMPANY = ("({0}.name IS NOT NULL"
            " AND lower(coalesce({0}.name, '') || ' ' || coalesce({0}.domain, '')) LIKE %(q)s)")
IN_COMPANIES = "{}.org_id IN (SELECT o.id FROM organizations o WHERE " + _COMPANY.format("o") + ")"  # noqa: S608


def page(
    cursor: Cursor, kind: str, q: str | None, limit: int, after: str | None, *, by_company: bool = False,
    equal: Mapping[str, Any] | None = None,
) -> list[Row]:
    """A keyset page, newest first; `q` is searched in name and e-mail or domain, or, by_company, in name and
    domain of companies that have a name. equal: columns (ours, not input) and what they hold."""
    columns = " || ' ' || ".join(f"coalesce(t.{column}, '')" for column in _SEARCHED[kind])
    by_name = {"contact": IN_COMPANIES, "organization": _COMPANY}[kind].format("t")
    found = by_name if by_company else f"lower({columns}) LIKE %(q)s"
    return many(
        cursor,
        f"""SELECT {_shown(kind)} FROM {TABLES[kind]} t
            WHERE (%(q)s IS NULL OR {found})
              {"".join(f"AND t.{column} = %({column})s " for column in equal or ())}
              AND (%(after)s IS NULL OR t.id < %(after)s::uuid)
            ORDER BY t.id DESC LIMIT %(limit)s""",  # noqa: S608
        {"q": None if q is None else containing(q), "after": after, "limit": limit, **(equal or {})})


def sizes(cursor: Cursor, organization_ids: list[str]) -> dict[str, Row]:
    """{organization id: {people, open_leads}}."""
    return {row.pop("id"): row for row in many(
        cursor,
        "SELECT o.id::text AS id, (SELECT count(*) FROM contacts c WHERE c.org_id = o.id) AS people,"  # noqa: S608
        " (SELECT count(*) FROM leads l WHERE l.org_id = o.id"
        f" AND l.status IN {words(OPEN)}) AS open_leads FROM unnest(%s::uuid[]) AS o(id)",
        (organization_ids,))}


def events_of(cursor: Cursor, organization_id: str, limit: int) -> list[Row]:
    """What the people of a company did, the latest first."""
    return many(
        cursor,
        "SELECT e.type, e.occurred_at, e.properties, e.source, e.machine, e.contact_id::text AS contact_id"
        " FROM events e WHERE e.contact_id IN (SELECT id FROM contacts WHERE org_id = %s) AND e.type <> %s"
        " ORDER BY e.occurred_at DESC LIMIT %s", (organization_id, DELIVERED, limit))


def get(cursor: Cursor, kind: str, entity_id: str, *, lock: bool = False) -> Row | None:
    """One entity: {id, version, created_at, updated_at, fields…, organization_id?}."""
    return one(
        cursor, f"SELECT {_shown(kind)} FROM {TABLES[kind]} t WHERE t.id = %s"  # noqa: S608
        f"{' FOR UPDATE' if lock else ''}", (entity_id,))


def _shown(kind: str) -> str:
    more = ", t.consent, t.refused, t.org_id::text AS organization_id" if kind == "contact" else ""
    return (f"t.id::text AS id, t.version, t.created_at, t.updated_at{more}, "
            f"{json_object(kind, 't')} - 'id' AS known")


def leads_of(cursor: Cursor, kind: str, entity_id: str) -> list[Row]:
    """The leads of a contact or organization, newest first."""
    column = "contact_id" if kind == "contact" else "org_id"
    return many(
        cursor,
        f"""SELECT id::text AS id, status, source, grade, total_score / 100.0 AS total, created_at
            FROM leads WHERE {column} = %s ORDER BY leads.id DESC LIMIT 100""",  # noqa: S608
        (entity_id,))


def lock_leads(
    cursor: Cursor, contact_ids: Collection[str], organization_ids: Collection[str] = ()
) -> list[Row]:
    """Leads of contacts and of organizations, oldest first, locked: [{id, contact_id, status}].

    Who is to change contacts, or names of organizations, does this first, in the order of ids: what
    a lead is found by follows such a change (refresh_search), and so no two wait for each other.
    """
    rows = many(
        cursor, "SELECT id::text AS id, contact_id::text AS contact_id, status, created_at FROM leads"
        " WHERE contact_id = ANY(%s::uuid[]) OR org_id = ANY(%s::uuid[]) ORDER BY id FOR UPDATE",
        (list(contact_ids), list(organization_ids)),
    )
    return sorted(rows, key=lambda row: (row.pop("created_at"), row["id"]))


def identities(cursor: Cursor, contact_ids: Collection[str]) -> list[tuple[str, str]]:
    """The keys by which people are recognised."""
    return [(row["kind"], row["value"]) for row in many(
        cursor, "SELECT DISTINCT kind, value FROM contact_identities WHERE contact_id = ANY(%s::uuid[])",
        (list(contact_ids),))]


def move_keys(
    cursor: Cursor, contact_id: str, *, add: Collection[tuple[str, str]], drop: Collection[tuple[str, str]]
) -> None:
    """Let a contact be known by more keys, and by some no more. Those to add are nobody's."""
    cursor.execute(
        "DELETE FROM contact_identities USING unnest(%s::text[], %s::text[]) AS k(kind, value)"
        " WHERE contact_identities.kind = k.kind AND contact_identities.value = k.value AND contact_id = %s",
        ([kind for kind, _ in drop], [value for _, value in drop], contact_id))
    insert(cursor, "contact_identities", [
        {"kind": kind, "value": value, "contact_id": contact_id} for kind, value in sorted(add)])


def readdress_leads(cursor: Cursor, contact_id: str, before: str | None, after: str | None) -> None:
    """Write another address, or none, into the leads of a contact that have the one before."""
    cursor.execute(
        "UPDATE leads SET email = %s WHERE contact_id = %s AND email = %s", (after, contact_id, before))


def domain_of(cursor: Cursor, organization_id: str) -> str | None:
    """The domain of a company."""
    row = one(cursor, "SELECT domain FROM organizations WHERE id = %s", (organization_id,))
    return row["domain"] if row else None


def organizations_of_domains(cursor: Cursor, domains: Iterable[str]) -> dict[str, str]:
    """Domain -> the company that has it, of those that some company has."""
    return {row["domain"]: row["id"] for row in many(
        cursor, "SELECT domain, id::text AS id FROM organizations WHERE domain = ANY(%s)", (list(domains),))}


def organization_of_domain(cursor: Cursor, domain: str) -> str | None:
    """The company that has a domain."""
    return organizations_of_domains(cursor, [domain]).get(domain)


def has_others(cursor: Cursor, organization_id: str, contact_id: str) -> bool:
    """Whether people beside this contact are of a company, or came with it."""
    return one(
        cursor, "SELECT 1 FROM contacts WHERE org_id = %(org)s AND id <> %(contact)s UNION ALL"
        " SELECT 1 FROM leads WHERE org_id = %(org)s AND contact_id <> %(contact)s LIMIT 1",
        {"org": organization_id, "contact": contact_id}) is not None


def bounced_since(cursor: Cursor, contact_id: str, at: datetime) -> bool:
    """Whether mail to a contact came back after this moment."""
    return one(
        cursor, "SELECT 1 FROM events WHERE contact_id = %s AND type = 'bounce' AND occurred_at > %s LIMIT 1",
        (contact_id, at)) is not None


def change_employer(cursor: Cursor, contact_id: str, before: str, after: str, source: str) -> list[str]:
    """Let a contact, with their open leads, be of another company, and remember the former one: the leads."""
    cursor.execute(
        "UPDATE contacts SET org_id = %s, version = version + 1, updated_at = now() WHERE id = %s",
        (after, contact_id))
    insert(cursor, "employments", [{"contact_id": contact_id, "organization_id": before, "source": source}])
    return [row["id"] for row in many(
        cursor, "UPDATE leads SET org_id = %s, version = version + 1, updated_at = now()"  # noqa: S608
        f" WHERE contact_id = %s AND status IN {words(OPEN)} RETURNING id::text AS id", (after, contact_id))]


def employments(cursor: Cursor, contact_id: str) -> list[Row]:
    """Where a contact worked before, the latest first: [{organization_id, name, domain, until, source}]."""
    return many(
        cursor, "SELECT e.organization_id::text AS organization_id, o.name, o.domain, e.until, e.source"
        " FROM employments e JOIN organizations o ON o.id = e.organization_id WHERE e.contact_id = %s"
        " ORDER BY e.until DESC, e.id DESC", (contact_id,))


def move_to(cursor: Cursor, contact_id: str, before: str | None, after: str) -> None:
    """Move a contact, with the leads that are of the same company, to another company."""
    cursor.execute(
        "UPDATE contacts SET org_id = %s, version = version + 1, updated_at = now() WHERE id = %s",
        (after, contact_id))
    cursor.execute(
        "UPDATE leads SET org_id = %s, version = version + 1, updated_at = now() WHERE contact_id = %s"
        " AND org_id IS NOT DISTINCT FROM %s", (after, contact_id, before))


def intake_of(cursor: Cursor, contact_id: str) -> list[Row]:
    """What was sent in about a contact: [{received_at, client, source, payload}], still encrypted."""
    return many(
        cursor, "SELECT received_at, client, source, payload FROM intake WHERE lead_id IN"
        " (SELECT id FROM leads WHERE contact_id = %s) ORDER BY id", (contact_id,))


def answers_of(cursor: Cursor, contact_id: str) -> list[Row]:
    """What providers answered about a contact: [{provider, fetched_at, answer}], still encrypted."""
    return many(
        cursor, "SELECT provider, fetched_at, answer FROM provider_cache WHERE subject_kind = 'contact'"
        " AND subject_id = %s ORDER BY fetched_at", (contact_id,))


def suppress(cursor: Cursor, hashes: Iterable[str], reason: str) -> None:
    """Refuse these people from now on."""
    cursor.execute(
        "INSERT INTO suppressions (key_hash, reason) SELECT unnest(%s::text[]), %s"
        " ON CONFLICT DO NOTHING", (list(hashes), reason))


def erase(cursor: Cursor, contact_ids: list[str]) -> None:
    """Delete contacts with everything that hangs on them; of the ledger the amounts stay."""
    # Of the calls of a lead that is gone nobody else would know: those about its company too.
    calls.give_up(cursor, [row["id"] for row in many(
        cursor, "SELECT id::text AS id FROM leads WHERE contact_id = ANY(%s::uuid[])", (contact_ids,))])
    cursor.execute(
        "UPDATE intake SET payload = NULL, errors = '[]' WHERE lead_id IN"
        " (SELECT id FROM leads WHERE contact_id = ANY(%s::uuid[]))", (contact_ids,))
    cursor.execute(
        "DELETE FROM provider_cache WHERE subject_kind = 'contact' AND subject_id = ANY(%s::uuid[])",
        (contact_ids,))
    cursor.execute(
        "UPDATE provider_calls SET request = NULL, error = NULL,"
        " outcome = CASE WHEN state IN ('started', 'in_doubt') THEN 'erased' ELSE outcome END,"
        " price = CASE WHEN state = 'planned' THEN 0 ELSE price END,"
        " state = CASE WHEN state = 'planned' THEN 'dropped' WHEN state IN ('started', 'in_doubt')"
        " THEN 'answered' ELSE state END"
        " WHERE subject_kind = 'contact' AND subject_id = ANY(%s::uuid[])", (contact_ids,))
    forget_provenance(cursor, "contact", contact_ids)
    forget_events(cursor, contact_ids)
    cursor.execute("DELETE FROM contacts WHERE id = ANY(%s::uuid[])", (contact_ids,))


def rejected_payloads(cursor: Cursor, after: str | None, limit: int) -> list[Row]:
    """Refused raw leads, oldest first, still encrypted: [{id, payload}]."""
    return many(
        cursor, "SELECT id::text AS id, payload FROM intake WHERE outcome = 'rejected' AND payload IS NOT"
        " NULL AND (%(after)s IS NULL OR id > %(after)s::uuid) ORDER BY intake.id LIMIT %(limit)s",
        {"after": after, "limit": limit})


def drop_payloads(cursor: Cursor, intake_ids: list[str]) -> None:
    """Forget raw leads."""
    cursor.execute(
        "UPDATE intake SET payload = NULL, errors = '[]' WHERE id = ANY(%s::uuid[])", (intake_ids,))


def kept_rows(cursor: Cursor, table: str, after: tuple[str, int] | None, limit: int) -> list[Row]:
    """Rows of imports that were kept in one of jobs.ROW_TABLES, by chunk, still encrypted: [{job_id, number,
    rows}]."""
    return many(
        cursor, f"SELECT job_id::text AS job_id, number, rows FROM {table} WHERE %(job)s IS NULL OR"  # noqa: S608
        " (job_id, number) > (%(job)s::uuid, %(number)s) ORDER BY job_id, number LIMIT %(limit)s FOR UPDATE",
        {"job": after and after[0], "number": after and after[1], "limit": limit})


def replace_kept_rows(cursor: Cursor, table: str, job_id: str, number: int, rows: bytes) -> None:
    """Keep fewer of these rows of a chunk."""
    cursor.execute(f"UPDATE {table} SET rows = %s WHERE job_id = %s AND number = %s",  # noqa: S608
                   (rows, job_id, number))


def existing(cursor: Cursor, kind: str, entity_ids: Iterable[str]) -> set[str]:
    """Those of the entities that are there."""
    return {row["id"] for row in many(
        cursor, f"SELECT id::text AS id FROM {TABLES[kind]} WHERE id = ANY(%s::uuid[])"  # noqa: S608
        " FOR KEY SHARE", (list(entity_ids),))}
