"""What an import can be undone by, and its undo.

Of people and companies that were known, all rows that hang on them (TABLES) are kept as they stood before a
chunk and after it, in the chunk's own transaction; of what is new, the ids. Nothing of it leaves the server
until somebody undoes the import.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from psycopg2 import IntegrityError

from sidecar.errors import Conflict
from sidecar.intake import Writes
from sidecar.store import calls, customers, facts, subscriptions
from sidecar.store.database import Cursor, Executes, Row, as_array, as_json, many
from sidecar.terms.states import ENTITIES

# Kind -> table -> (its rows of entity x, its key).
TABLES: Mapping[str, Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "contact": {
        "contacts": ("t.id = x.id", ("id",)),
        "contact_identities": ("t.contact_id = x.id", ("kind", "value", "contact_id")),
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
_UNDO = ("import_changes", "import_created", "import_kept")


def _document(kind: str) -> str:
    """SQL of {table: rows} of the entity x. What leads are searched by, triggers write."""
    parts = []
    for table, (which, key) in TABLES[kind].items():
        order = ", ".join(f"t.{name}" for name in key)
        parts.append(
            f"'{table}', (SELECT coalesce(jsonb_agg(to_jsonb(t) - 'search_text' ORDER BY {order}),"  # noqa: S608
                     f" '[]') FROM {table} t WHERE {which})")
    return f"jsonb_build_object({', '.join(parts)})"


_BEFORE = {kind: f"""
    INSERT INTO import_changes (job_id, entity_id, number, entity_kind, before, after)
    SELECT $1::uuid, x.id, $2::int, '{kind}', d.document, d.document
    FROM unnest($3::text[]::uuid[]) AS x(id)
    CROSS JOIN LATERAL (SELECT {_document(kind)} AS document OFFSET 0) d
    LEFT JOIN LATERAL (
        SELECT after FROM import_changes c WHERE c.job_id = $1::uuid AND c.entity_id = x.id
        ORDER BY number DESC LIMIT 1) last ON true
    WHERE last.after IS DISTINCT FROM d.document
    ON CONFLICT DO NOTHING""" for kind in ENTITIES}  # noqa: S608
_AFTER = {kind: f"""
    UPDATE import_changes c SET after = {_document(kind)}
    FROM unnest($2::text[]::uuid[]) AS x(id) CROSS JOIN LATERAL (
        SELECT max(number) AS number FROM import_changes m
        WHERE m.job_id = $1::uuid AND m.entity_id = x.id) last
    WHERE c.job_id = $1::uuid AND c.entity_id = x.id AND c.number = last.number"""  # noqa: S608
    for kind in ENTITIES}

_UNCHANGED = """
    DELETE FROM import_changes
    WHERE job_id = $1::uuid AND entity_id = ANY($2::text[]::uuid[]) AND before = after"""


def before(cursor: Executes, job_id: str, number: int, writes: Writes) -> None:
    """Keep what a chunk is about to change, and the ids of what comes with it."""
    for kind, ids in _known(writes).items():
        cursor.execute(cursor.prepared(_BEFORE[kind]), (job_id, number, as_array(ids)))
    new = [as_array(row["id"] for row in rows)
           for rows in (writes.contacts, writes.organizations, writes.new_leads, writes.intake)]
    cursor.execute(
        "INSERT INTO import_created AS c"
        " (job_id, number, contact_ids, organization_ids, lead_ids, intake_ids)"
        " VALUES (%s, %s, %s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[])"
        " ON CONFLICT (job_id, number) DO UPDATE SET contact_ids = c.contact_ids || excluded.contact_ids,"
        " organization_ids = c.organization_ids || excluded.organization_ids,"
        " lead_ids = c.lead_ids || excluded.lead_ids, intake_ids = c.intake_ids || excluded.intake_ids",
        (job_id, number, *new))


def after(cursor: Executes, job_id: str, writes: Writes) -> None:
    """Keep how what a chunk changed stands now."""
    for kind, ids in _known(writes).items():
        array = as_array(ids)
        cursor.execute(cursor.prepared(_AFTER[kind]), (job_id, array))
        cursor.execute(cursor.prepared(_UNCHANGED), (job_id, array))


def _known(writes: Writes) -> dict[str, list[str]]:
    """Kind -> known entities that the rows are about."""
    new = {"contact": {row["id"] for row in writes.contacts},
           "organization": {row["id"] for row in writes.organizations}}
    found = {
        kind: sorted({result[f"{kind}_id"] for result in writes.results if result[f"{kind}_id"]} - new[kind])
        for kind in ENTITIES}
    return {kind: ids for kind, ids in found.items() if ids}


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
    """The entities, locked: [{id, current, changes: [{before, after}], the latest first}]."""
    customers.lock_leads(cursor, *((ids,) if kind == "contact" else ((), ids)))
    cursor.execute(f"SELECT 1 FROM {facts.TABLES[kind]} WHERE id = ANY(%s::uuid[])"  # noqa: S608
                   " ORDER BY id FOR UPDATE", (ids,))
    found = many(
        cursor, f"SELECT x.id::text AS id, {_document(kind)} AS current, ("  # noqa: S608
        " SELECT jsonb_agg(jsonb_build_object('before', c.before, 'after', c.after) ORDER BY number DESC)"
        " FROM import_changes c WHERE c.job_id = %s AND c.entity_id = x.id) AS changes"
        " FROM unnest(%s::uuid[]) AS x(id)", (job_id, ids))
    return [row for row in found if row["changes"]]  # an erasure may have been quicker


def restore(
    cursor: Cursor, job_id: str, table: str, put: list[Row], added: list[Row], gone: list[Row],
) -> None:
    """Write rows of one of TABLES as they stood: `put` are there, `added` are no more, `gone` are to go.
    Raises Conflict where somebody else has a name or key now."""
    key = KEYS[table]
    same = " AND ".join(f"t.{name} = v.{name}" for name in key)
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
    since."""
    return {row["id"] for row in many(
        cursor, "SELECT l.id::text AS id FROM leads l WHERE l.id = ANY(%(lead_ids)s::uuid[]) AND ("
        " EXISTS (SELECT 1 FROM audit_log a WHERE a.entity_kind = 'lead' AND a.entity_id = l.id::text)"
        " OR EXISTS (SELECT 1 FROM intake i WHERE i.lead_id = l.id"
        "  AND i.request_id IS DISTINCT FROM %(request)s)"
        " OR EXISTS (SELECT 1 FROM merges m WHERE m.kept_id = l.contact_id AND m.id > l.id)"
        " OR EXISTS (SELECT 1 FROM lead_status_history h WHERE h.lead_id = l.id))", chunk)}


def touched_contacts(cursor: Cursor, chunk: Row, leads_kept: set[str]) -> set[str]:
    """Those of the chunk's contacts that others have changed, or who have what did not come with it."""
    return {row["id"] for row in many(
        cursor, "SELECT c.id::text AS id FROM contacts c WHERE c.id = ANY(%(contact_ids)s::uuid[]) AND ("
        " EXISTS (SELECT 1 FROM audit_log a WHERE a.entity_kind = 'contact' AND a.entity_id = c.id::text)"
        " OR EXISTS (SELECT 1 FROM leads l WHERE l.contact_id = c.id AND (l.id = ANY(%(kept)s::uuid[])"
        "  OR NOT EXISTS (SELECT 1 FROM import_created i WHERE i.job_id = %(job)s"
        "   AND l.id = ANY(i.lead_ids))))"
        " OR EXISTS (SELECT 1 FROM events e WHERE e.contact_id = c.id AND e.source <> 'intake')"
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
    """What is kept of a person as they were before imports that can be undone: [{job_id, before}]."""
    return many(
        cursor, "SELECT job_id::text AS job_id, before FROM import_changes WHERE entity_id = %s"
        " ORDER BY job_id, number", (contact_id,))


def forget(cursor: Cursor, contact_id: str, *, erased: bool = False) -> None:
    """Nothing stays of how a contact was that becomes two, or is erased: then neither of those merged into
    it, nor of others who had one of its keys. Of who is still there it is told that all stays."""
    cursor.execute(
        """
        WITH gone AS (
            DELETE FROM import_changes c WHERE entity_id = %(id)s OR %(erased)s AND (
                entity_id IN (SELECT lost_id FROM merges WHERE kept_id = %(id)s) OR EXISTS (
                    SELECT FROM contact_identities i WHERE i.contact_id = %(id)s
                    AND (c.before->'contact_identities') || (c.after->'contact_identities')
                        @> jsonb_build_array(jsonb_build_object('kind', i.kind, 'value', i.value))))
            RETURNING job_id, entity_id)
        INSERT INTO import_kept (job_id, entity_id, entity_kind, fields)
        SELECT DISTINCT job_id, entity_id, 'contact', ARRAY['*'] FROM gone
        JOIN contacts ON contacts.id = entity_id WHERE NOT (%(erased)s AND entity_id = %(id)s)
        ON CONFLICT (job_id, entity_id) DO UPDATE SET fields = excluded.fields
        """, {"id": contact_id, "erased": erased})


def purge(cursor: Cursor, days: int, rows: int) -> None:
    """Forget what imports that are older could be undone by, a bounded number of rows."""
    for table in _UNDO:
        cursor.execute(
            f"DELETE FROM {table} WHERE ctid IN (SELECT u.ctid FROM {table} u"  # noqa: S608
            " JOIN jobs j ON j.id = u.job_id WHERE j.updated_at < now() - %s * interval '1 day' LIMIT %s)",
            (days, rows))
