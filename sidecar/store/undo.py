"""What an import can be undone by, and its undo.

Of people and companies that were known, the rows that hang on them (TABLES) and change are kept as they stood
before a chunk and after it (`intake/pictures.py`), encrypted, in the chunk's own transaction; of what is new,
the ids. Keyed hashes of their identity keys tell whose such a picture is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from psycopg2 import IntegrityError

from sidecar.errors import Conflict
from sidecar.intake import Key, Writes
from sidecar.intake.pictures import Picture, difference
from sidecar.jsons import of_json
from sidecar.store import calls, customers, facts, subscriptions
from sidecar.store.database import Cursor, Executes, Row, as_array, as_json, insert, many
from sidecar.terms.states import OF_MACHINES

# Kind -> table -> (its rows of entity x, its key).
TABLES: Mapping[str, Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "contact": {
        "contacts": ("t.id = x.id", ("id",)),
        "contact_identities": ("t.contact_id = x.id", ("kind", "value", "contact_id", "person_id")),
        "provenance": ("t.entity_id = x.id AND t.entity_kind = 'contact'",
                       ("entity_id", "entity_kind", "source")),
        "leads": ("t.contact_id = x.id", ("id",)),
        "work_items": ("t.lead_id IN (SELECT id FROM leads WHERE contact_id = x.id)", ("lead_id",)),
        "events": ("t.contact_id = x.id", ("id",)),
        "refusals": ("t.contact_id = x.id", ("id",)),
    },
    "organization": {
        "organizations": ("t.id = x.id", ("id",)),
        "provenance": ("t.entity_id = x.id AND t.entity_kind = 'organization'",
                       ("entity_id", "entity_kind", "source")),
    },
}
KEYS = {table: key for tables in TABLES.values() for table, (_, key) in tables.items()}
UNDO = ("import_changes", "import_created", "import_kept")


def _document(kind: str) -> str:
    """SQL of {table: rows} of the entity x. What leads are searched by, triggers write."""
    parts = []
    for table, (which, key) in TABLES[kind].items():
        order = ", ".join(f"t.{name}" for name in key)
        parts.append(
            f"'{table}', (SELECT coalesce(jsonb_agg(to_jsonb(t) - 'search_text' ORDER BY {order}),"  # noqa: S608
                     f" '[]') FROM {table} t WHERE {which})")
    return f"jsonb_build_object({', '.join(parts)})"


# (entity, table, a row of it), one by one by the index. A text of each row costs a third of what one document
# of all costs.
_PICTURE_SQL = {(kind, table): f"""SELECT x.id::text, '{table}', r.line FROM x CROSS JOIN LATERAL (
    SELECT row_to_json(t)::text AS line FROM {table} t WHERE {which} OFFSET 0) r"""  # noqa: S608
    for kind, tables in TABLES.items() for table, (which, _) in tables.items()}


@dataclass(frozen=True, slots=True)
class Chunk:
    """A chunk of an import that can be undone; `seal` encrypts, `hashed` tells the keyed hash of an identity
    key."""

    job_id: str
    number: int
    seal: Callable[[Any], bytes]
    hashed: Callable[[Key], str]


@contextmanager
def changes(cursor: Cursor, chunk: Chunk | None, writes: Writes) -> Iterator[None]:
    """Keep, encrypted, how what a chunk changes of known people and companies stands before and after it."""
    before = _pictures(cursor, writes) if chunk else {}
    yield
    if chunk and before:
        _keep_changes(cursor, chunk, writes, before, _pictures(cursor, writes))


def _pictures(cursor: Cursor, writes: Writes) -> Mapping[str, Mapping[str, Picture]]:
    """How the known people and companies that rows are about stand now, by kind and id."""
    found: dict[str, Mapping[str, Picture]] = {}
    for kind, ids in _known(writes).items():
        tables = [table for table in TABLES[kind] if _may_change(table, writes)]
        parts = " UNION ALL ".join(_PICTURE_SQL[kind, table] for table in tables)
        cursor.execute(cursor.prepared(
            f"WITH x AS (SELECT unnest($1::text[]::uuid[]) AS id) {parts}"), (as_array(ids),))
        pictures: dict[str, dict[str, list[str]]] = {
            entity: {table: [] for table in tables} for entity in ids}
        for entity, table, line in cursor.fetchvalues():
            pictures[entity][table].append(line)
        found[kind] = pictures
    return found


def _may_change(table: str, writes: Writes) -> bool:
    """Whether what is written may change rows of a table. Of a row that is taken in alone all are looked at:
    its picture stays the one before those that follow."""
    if len(writes.results) == 1 or table not in ("events", "refusals"):
        return True
    return bool(writes.events if table == "events"
                else writes.refusals or writes.adopted or writes.permissions)


def created_by(cursor: Executes, chunk: Chunk, writes: Writes) -> None:
    """Keep the ids of what comes with a chunk."""
    new = [as_array(row["id"] for row in rows)
           for rows in (writes.contacts, writes.organizations, writes.new_leads, writes.intake)]
    cursor.execute(
        "INSERT INTO import_created AS c"
        " (job_id, number, contact_ids, organization_ids, lead_ids, intake_ids)"
        " VALUES (%s, %s, %s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[])"
        " ON CONFLICT (job_id, number) DO UPDATE SET contact_ids = c.contact_ids || excluded.contact_ids,"
        " organization_ids = c.organization_ids || excluded.organization_ids,"
        " lead_ids = c.lead_ids || excluded.lead_ids, intake_ids = c.intake_ids || excluded.intake_ids",
        (chunk.job_id, chunk.number, *new))


def _keep_changes(
    cursor: Cursor, chunk: Chunk, writes: Writes, before: Mapping[str, Mapping[str, Picture]],
    after: Mapping[str, Mapping[str, Picture]],
) -> None:
    """Of rows that are taken in one by one the first picture before them stays, so theirs are whole."""
    alone = len(writes.results) == 1
    insert(cursor, "import_changes", [
        {"job_id": chunk.job_id, "entity_id": entity, "number": chunk.number, "entity_kind": kind,
         "before": chunk.seal(change[0]), "after": chunk.seal(change[1]),
         "key_hashes": sorted(map(chunk.hashed, _keys(was, now)))}
        for kind, pictures in before.items() for entity, was in pictures.items()
        if (change := difference(was, now := after[kind][entity], KEYS, whole=alone))],
        conflict="ON CONFLICT (job_id, entity_id, number) DO UPDATE SET after = excluded.after,"
                 " key_hashes = excluded.key_hashes")


def _keys(*pictures: Picture) -> set[Key]:
    """The identity keys in pictures."""
    lines = {line for picture in pictures for line in picture.get("contact_identities", ())}
    return {(row["kind"], row["value"]) for row in map(of_json, lines)}


def _known(writes: Writes) -> dict[str, list[str]]:
    """Kind -> the known people that the rows are about, the known companies of which they tell something."""
    people = {result["contact_id"] for result in writes.results if result["contact_id"]}
    found = {"contact": people - {row["id"] for row in writes.contacts},
             "organization": writes.changes.get("organization", {}).keys()}
    return {kind: sorted(ids) for kind, ids in found.items() if ids}


def undoable(cursor: Cursor, refusal_ids: list[str]) -> set[str]:
    """Those of the statements about refusals that came by an import that can be undone."""
    return {row["id"] for row in many(
        cursor, """
        SELECT r.id::text AS id FROM refusals r JOIN intake i ON i.id = r.intake_id
        WHERE r.id = ANY(%s::uuid[]) AND EXISTS (
            SELECT FROM import_created c WHERE c.job_id = CASE
                WHEN starts_with(i.request_id, 'job:') AND pg_input_is_valid(substr(i.request_id, 5), 'uuid')
                THEN substr(i.request_id, 5)::uuid END)
        """, (refusal_ids,))}


def changed(cursor: Cursor, job_id: str, limit: int) -> list[Row]:
    """Entities that are not undone yet: [{id, kind}]."""
    return many(cursor, "SELECT DISTINCT entity_id::text AS id, entity_kind AS kind FROM import_changes"
                        " WHERE job_id = %s ORDER BY 1 LIMIT %s", (job_id, limit))


def keys_of(cursor: Cursor, ids: Mapping[str, list[str]]) -> tuple[list[tuple[str, str]], list[Row]]:
    """(identity keys of contacts, {domain, company_key} of organizations)."""
    identities = many(
        cursor, "SELECT kind, value FROM contact_identities WHERE contact_id = ANY(%s::uuid[])",
        (ids["contact"],))
    companies = many(cursor, "SELECT domain, company_key FROM organizations WHERE id = ANY(%s::uuid[])",
                     (ids["organization"],))
    return [(row["kind"], row["value"]) for row in identities], companies


def changes_of(cursor: Cursor, job_id: str, kind: str, ids: list[str]) -> list[Row]:
    """The entities, locked: [{id, current, changes: [{before, after}], the latest first, encrypted}]."""
    customers.lock_leads(cursor, *((ids,) if kind == "contact" else ((), ids)))
    cursor.execute(f"SELECT 1 FROM {facts.TABLES[kind]} WHERE id = ANY(%s::uuid[])"  # noqa: S608
                   " ORDER BY id FOR UPDATE", (ids,))
    changes: dict[str, list[Row]] = {}
    for row in many(cursor, "SELECT entity_id::text AS id, before, after FROM import_changes"
                            " WHERE job_id = %s AND entity_id = ANY(%s::uuid[]) ORDER BY number DESC",
                    (job_id, ids)):
        changes.setdefault(row.pop("id"), []).append(row)
    found = many(cursor, f"SELECT x.id::text AS id, {_document(kind)} AS current"  # noqa: S608
                         " FROM unnest(%s::uuid[]) AS x(id)", (ids,))
    # An erasure may have been quicker.
    return [row | {"changes": changes[row["id"]]} for row in found if row["id"] in changes]


def said_since(cursor: Cursor, job_id: str, kind: str, ids: list[str]) -> list[Row]:
    """What others sent about the entities since an import began, still encrypted: [{id (of the entity),
    account, received_at, payload, org_id, domain, company_key (of the person's company)}]."""
    return many(
        cursor,
        f"""
        SELECT e.id::text AS id, i.account, i.received_at, i.payload,
            o.id::text AS org_id, o.domain, o.company_key
        FROM unnest(%(ids)s::uuid[]) AS e(id)
        JOIN leads l ON {"l.contact_id = e.id" if kind == "contact" else "l.org_id = e.id"}
        JOIN intake i ON i.lead_id = l.id
        JOIN contacts c ON c.id = l.contact_id LEFT JOIN organizations o ON o.id = c.org_id
        WHERE i.request_id IS DISTINCT FROM %(request)s AND i.id > (
            SELECT x.id FROM import_created c, unnest(c.intake_ids) AS x(id) WHERE c.job_id = %(job)s
            ORDER BY x.id LIMIT 1)
        """, {"ids": ids, "job": job_id, "request": f"job:{job_id}"})  # noqa: S608


def restore(
    cursor: Cursor, job_id: str, table: str, put: list[Row], added: list[Row], gone: list[Row],
) -> None:
    """Write rows of one of TABLES as they stood: `put` are there, `added` are no more, `gone` are to go.
    Raises Conflict where somebody else has a name or key now."""
    key = KEYS[table]
    same = " AND ".join(f"t.{name} IS NOT DISTINCT FROM v.{name}" for name in key)
    values = f"jsonb_populate_recordset(NULL::{table}, %s::jsonb) v"
    try:
        if gone and table == "refusals":
            _let_go_refusals(cursor, job_id, [row["contact_id"] for row in gone])
        if gone:
            still = " AND t.contact_id IS NOT NULL" if table == "refusals" else ""
            cursor.execute(f"DELETE FROM {table} t USING {values} WHERE {same}{still}",  # noqa: S608
                           (as_json(gone),))
        if added:
            cursor.execute(
                f"INSERT INTO {table} SELECT v.* FROM {values} ON CONFLICT DO NOTHING",  # noqa: S608
                (as_json(added),))
        if put:
            columns = [name for name in put[0] if name not in key]
            cursor.execute(
                f"UPDATE {table} t SET {', '.join(f'{name} = v.{name}' for name in columns)}"  # noqa: S608
                f" FROM {values} WHERE {same}", (as_json(put),))
    except IntegrityError:
        raise Conflict("Somebody else has this name or key now.") from None


def _let_go_refusals(cursor: Cursor, job_id: str, contact_ids: list[str]) -> None:
    """What others than the import said of an address is nobody's again, and stays."""
    cursor.execute(
        "UPDATE refusals r SET contact_id = NULL, person_id = NULL"
        " WHERE r.contact_id = ANY(%s::uuid[]) AND r.key_hash IS NOT NULL AND NOT EXISTS ("
        "  SELECT 1 FROM import_created c WHERE c.job_id = %s AND r.intake_id = ANY(c.intake_ids))",
        (contact_ids, job_id))


def keep(cursor: Cursor, job_id: str, kind: str, stays: Mapping[str, Iterable[str]]) -> None:
    """Tell what of the entities stays: id -> fields."""
    if stays:
        cursor.execute(
            "INSERT INTO import_kept (job_id, entity_id, entity_kind, fields)"
            " SELECT %s, v.id, %s, v.fields FROM jsonb_to_recordset(%s::jsonb) AS v(id uuid, fields text[])"
            " ON CONFLICT (job_id, entity_id) DO UPDATE SET fields = excluded.fields",
            (job_id, kind, as_json([{"id": i, "fields": sorted(fields)} for i, fields in stays.items()])))


def done(cursor: Cursor, job_id: str, ids: list[str]) -> None:
    """These entities are as they were."""
    cursor.execute("DELETE FROM import_changes WHERE job_id = %s AND entity_id = ANY(%s::uuid[])",
                   (job_id, ids))


def created(cursor: Cursor, job_id: str) -> Row | None:
    """What came with the last chunk that is not undone: {number, contact_ids, organization_ids, lead_ids,
    intake_ids}."""
    rows = many(
        cursor, "SELECT number, contact_ids::text[] AS contact_ids,"
        " organization_ids::text[] AS organization_ids, lead_ids::text[] AS lead_ids,"
        " intake_ids::text[] AS intake_ids FROM import_created WHERE job_id = %s"
        " ORDER BY number DESC LIMIT 1", (job_id,))
    return rows[0] if rows else None


def touched_leads(cursor: Cursor, chunk: Row) -> set[str]:
    """Those of the chunk's leads that others have changed, sent again, or united with another by a merge,
    since, or for which something was done since."""
    return {row["id"] for row in many(
        cursor, "SELECT l.id::text AS id FROM leads l WHERE l.id = ANY(%(lead_ids)s::uuid[]) AND ("
        " EXISTS (SELECT 1 FROM audit_log a WHERE a.entity_kind = 'lead' AND a.entity_id = l.id::text"
        "  AND NOT (a.action = 'lead.assigned' AND a.after ->> 'kind' = ANY(%(machines)s)))"
        " OR EXISTS (SELECT 1 FROM intake i WHERE i.lead_id = l.id"
        "  AND i.request_id IS DISTINCT FROM %(request)s)"
        " OR EXISTS (SELECT 1 FROM merges m WHERE m.kept_id = l.contact_id AND m.id > l.id)"
        " OR EXISTS (SELECT 1 FROM events e WHERE e.lead_id = l.id AND e.source <> 'intake' AND e.id > l.id"
        "  AND e.key_hash IS NULL AND NOT e.anonymous)"
        " OR EXISTS (SELECT 1 FROM lead_status_history h WHERE h.lead_id = l.id))",
        chunk | {"machines": list(OF_MACHINES)})}


def touched_contacts(cursor: Cursor, chunk: Row, leads_kept: set[str]) -> set[str]:
    """Those of the chunk's contacts that others have changed, or who have what did not come with it."""
    return {row["id"] for row in many(
        cursor, "SELECT c.id::text AS id FROM contacts c WHERE c.id = ANY(%(contact_ids)s::uuid[]) AND ("
        " EXISTS (SELECT 1 FROM audit_log a WHERE a.entity_kind = 'contact' AND a.entity_id = c.id::text)"
        " OR EXISTS (SELECT 1 FROM leads l WHERE l.contact_id = c.id AND (l.id = ANY(%(kept)s::uuid[])"
        "  OR NOT EXISTS (SELECT 1 FROM import_created i WHERE i.job_id = %(job)s"
        "   AND l.id = ANY(i.lead_ids))))"
        " OR EXISTS (SELECT 1 FROM events e WHERE e.contact_id = c.id AND e.source <> 'intake'"
        "  AND e.key_hash IS NULL AND NOT e.anonymous)"
        " OR EXISTS (SELECT 1 FROM merges m WHERE m.kept_id = c.id))", chunk | {"kept": list(leads_kept)})}


def drop_created(cursor: Cursor, chunk: Row, contact_ids: list[str], lead_ids: list[str]) -> set[str]:
    """Delete contacts with all that hangs on them, leads, raw leads, and companies that nobody needs any
    more; the companies that stay."""
    _let_go_refusals(cursor, chunk["job"], contact_ids)
    customers.erase(cursor, contact_ids)
    calls.give_up(cursor, lead_ids)
    subscriptions.forget_leads(cursor, lead_ids, chunk["intake_ids"])
    cursor.execute("DELETE FROM leads WHERE id = ANY(%s::uuid[])", (lead_ids,))
    cursor.execute("DELETE FROM intake WHERE id = ANY(%s::uuid[])", (chunk["intake_ids"],))
    gone = [row["id"] for row in many(
        cursor, "DELETE FROM organizations o WHERE id = ANY(%s::uuid[])"
        " AND NOT EXISTS (SELECT 1 FROM contacts c WHERE c.org_id = o.id)"
        " AND NOT EXISTS (SELECT 1 FROM leads l WHERE l.org_id = o.id)"
        " AND NOT EXISTS (SELECT 1 FROM audit_log a WHERE a.entity_kind = 'organization'"
        " AND a.entity_id = o.id::text) RETURNING id::text AS id", (chunk["organization_ids"],))]
    facts.forget_provenance(cursor, "organization", gone)
    cursor.execute("DELETE FROM import_created WHERE job_id = %(job)s AND number = %(number)s", chunk)
    return set(chunk["organization_ids"]) - set(gone)


def kept(cursor: Cursor, job_id: str, limit: int) -> tuple[list[Row], int]:
    """([{kind, id, fields}], how many there are) of what stayed."""
    rows = many(cursor, "SELECT entity_kind AS kind, entity_id::text AS id, fields, count(*) OVER () AS n"
                        " FROM import_kept WHERE job_id = %s ORDER BY entity_id LIMIT %s", (job_id, limit))
    count = rows[0]["n"] if rows else 0
    return [{name: value for name, value in row.items() if name != "n"} for row in rows], count


def can_undo(cursor: Cursor, job_id: str) -> bool:
    """Whether what an undo needs is still there."""
    return bool(many(cursor, "SELECT 1 AS there FROM import_created WHERE job_id = %s LIMIT 1", (job_id,)))


def of_contact(cursor: Cursor, contact_id: str) -> list[Row]:
    """What is kept of a person as they were before imports that can be undone: [{job_id, before, still
    encrypted}]."""
    return many(
        cursor, "SELECT job_id::text AS job_id, before FROM import_changes WHERE entity_id = %s"
        " ORDER BY job_id, number", (contact_id,))


def keys_alone(cursor: Cursor, contact_ids: list[str], *, shared: bool) -> list[Key]:
    """The identity keys of contacts, also those that others have (shared), or not."""
    return [(row["kind"], row["value"]) for row in many(
        cursor, "SELECT DISTINCT kind, value FROM contact_identities i"
        " WHERE contact_id = ANY(%(ids)s::uuid[]) AND (%(shared)s OR NOT EXISTS ("
        " SELECT FROM contact_identities o WHERE (o.kind, o.value) = (i.kind, i.value)"
        " AND o.contact_id <> ALL(%(ids)s::uuid[])))",
        {"ids": contact_ids, "shared": shared})]


def forget(cursor: Cursor, contact_ids: list[str], key_hashes: list[str], *, erased: bool = False) -> None:
    """Nothing stays of how contacts were, nor those who were merged into them, nor of others with one of
    these keys. Of who is still there, and not about to be erased, it is told that all stays."""
    cursor.execute(
        """
        WITH gone AS (
            DELETE FROM import_changes WHERE entity_id = ANY(%(ids)s::uuid[]) OR key_hashes && %(hashes)s
                OR entity_id IN (SELECT lost_id FROM merges WHERE kept_id = ANY(%(ids)s::uuid[]))
            RETURNING job_id, entity_id)
        INSERT INTO import_kept (job_id, entity_id, entity_kind, fields)
        SELECT DISTINCT job_id, entity_id, 'contact', ARRAY['*'] FROM gone
        JOIN contacts ON contacts.id = entity_id WHERE NOT (%(erased)s AND entity_id = ANY(%(ids)s::uuid[]))
        ON CONFLICT (job_id, entity_id) DO UPDATE SET fields = excluded.fields
        """, {"ids": contact_ids, "hashes": key_hashes, "erased": erased})
