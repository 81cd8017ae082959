"""What is known of leads: contact, organization, events; and the provenance of each field.

Facts are dicts in the canonical field names of the engine; absent means unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from itertools import chain
from typing import Any

from psycopg2.errors import UniqueViolation

from sidecar.enrichment.provenance import REMOVED_BY
from sidecar.errors import Conflict
from sidecar.store.database import Cursor, Executes, Row, as_array, insert, many, update_from
from sidecar.terms.fields import COLUMNS, SCORED
from sidecar.terms.states import DELIVERED

TABLES = {"contact": "contacts", "organization": "organizations"}


def json_object(kind: str, alias: str) -> str:
    """SQL of a jsonb object of all known fields of a contact or organization row."""
    pairs = ", ".join(f"'{name}', {alias}.{column}" for name, (column, _) in COLUMNS[kind].items())
    return f"jsonb_strip_nulls(jsonb_build_object('id', {alias}.id, {pairs}))"


# Facts are read as columns: for both sides that is less work than JSON. A number comes as in JSON, whole or
# not. What is the lead's own comes first, then the fields of the contact and of the organization.
_OWN = ("lead_id", "refused", "total_score", "grade", "hot_changes", "cooled_at", "status", "is_test", "goal",
        "created_at", "lead")
_SQL = {"numeric": "to_jsonb({})", "uuid": "{}::text"}
_PLACES = {kind: {"id": ("id", "uuid")} | COLUMNS[kind] for kind in ("contact", "organization")}
_PARTS = (("contact", len(_OWN), tuple(_PLACES["contact"])),
          ("organization", len(_OWN) + len(_PLACES["contact"]), tuple(_PLACES["organization"])))
_FACTS = f"""
SELECT l.id::text, c.refused, l.total_score, l.grade, l.hot_changes, l.cooled_at, l.status, l.is_test,
       l.goal, l.created_at,
       json_build_object({", ".join(f"'{name}', l.{name}" for name in SCORED["lead"])}),
       {", ".join(_SQL.get(sql, "{}").format(f"{kind[0]}.{column}")
                  for kind, places in _PLACES.items() for column, sql in places.values())}
FROM unnest($1::uuid[]) WITH ORDINALITY AS wanted(id, place)
JOIN leads l ON l.id = wanted.id
JOIN contacts c ON c.id = l.contact_id
LEFT JOIN organizations o ON o.id = l.org_id
ORDER BY wanted.place
"""  # noqa: S608


def load(cursor: Cursor, lead_ids: list[str]) -> list[Row]:
    """Facts of leads, in their order: [{lead_id, contact, organization, lead, grade, …}]."""
    cursor.execute(cursor.prepared(_FACTS), (as_array(lead_ids),))
    return [
        dict(zip(_OWN, row, strict=False)) | {
            kind: {name: value for name, value in zip(names, row[start:], strict=False) if value is not None}
            for kind, start, names in _PARTS}
        for row in cursor.fetchvalues()]


def values(cursor: Cursor, kind: str, entity_ids: Iterable[str], names: Iterable[str]) -> dict[str, Row]:
    """These fields of contacts or organizations, by id; those that are not known are left out."""
    fields = {name: COLUMNS[kind][name][0] for name in sorted(names)}
    rows = many(
        cursor, f"SELECT id::text AS id, {', '.join(fields.values())} FROM {TABLES[kind]}"  # noqa: S608
        " WHERE id = ANY(%s::uuid[])", (list(entity_ids),))
    return {row["id"]: {name: value for name, column in fields.items()
                        if (value := row[column]) is not None} for row in rows}


def changed(known: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of a contact or an organization after `update_entities` wrote these values of it."""
    return {name: value for name, value in {**known, **values}.items() if value is not None}


def colleagues(cursor: Cursor, organizations: list[str]) -> list[Row]:
    """Up to a hundred contacts of each organization with an address at its domain that is not known to be
    none, the newest first: [{org_id, first_name, last_name, local (what is before the @)}]."""
    return many(
        cursor,
        "SELECT o.id::text AS org_id, c.first_name, c.last_name, split_part(c.email, '@', 1) AS local"
        " FROM organizations o CROSS JOIN LATERAL (SELECT first_name, last_name, email FROM contacts"
        " WHERE org_id = o.id AND email ILIKE '%%@' || o.domain AND email_status IS DISTINCT FROM 'invalid'"
        " ORDER BY id DESC LIMIT 100) c"
        " WHERE o.id = ANY(%s::uuid[])",
        (organizations,),
    )


# The events that scoring looks at: those of tests only of who did nothing in earnest.
COUNTED = f"""type <> '{DELIVERED}' AND NOT (properties ? 'test' AND EXISTS (
    SELECT FROM leads l WHERE l.contact_id = events.contact_id AND NOT l.is_test))"""


def load_events(cursor: Cursor, contact_ids: Iterable[str]) -> dict[str, list[Row]]:
    """The latest 200 events of each contact, of machines no more than there is room for, newest first, by
    contact id, with `machine` (by what each is known to be one's, or None)."""
    rows = many(
        cursor,
        cursor.prepared(f"""
        SELECT contact_id::text AS contact_id, id::text AS id, type, occurred_at, properties, machine FROM (
            SELECT *, row_number() OVER (PARTITION BY contact_id
                ORDER BY machine IS NOT NULL, occurred_at DESC) AS place
            FROM events WHERE contact_id = ANY($1::uuid[]) AND {COUNTED}) e
        WHERE place <= 200 ORDER BY contact_id, occurred_at DESC
        """),  # noqa: S608
        (as_array(contact_ids),),
    )
    events: dict[str, list[Row]] = {}
    for row in rows:
        events.setdefault(row.pop("contact_id"), []).append(row)
    return events


def events_at(cursor: Cursor, lead_id: str, known: list[str], scored_at: datetime, at: datetime) -> list[Row]:
    """The events that a score counted, in their order, and those of the lead's person that came between it
    and a later moment, the newest first: [{id, type, occurred_at, properties, machine, seen: whether
    it was counted}]."""
    return many(
        cursor,
        cursor.prepared(f"""
        (SELECT id::text AS id, type, occurred_at, properties, machine, true AS seen
         FROM unnest($2::uuid[]) WITH ORDINALITY AS k(id, place) JOIN events USING (id) ORDER BY place)
        UNION ALL (
            SELECT id::text, type, occurred_at, properties, machine, false FROM events
            WHERE contact_id = (SELECT contact_id FROM leads WHERE id = $1)
              AND received_at > $3 AND received_at <= $4 AND occurred_at <= $4
              AND id <> ALL($2::uuid[]) AND {COUNTED}
            ORDER BY machine IS NOT NULL, occurred_at DESC LIMIT 200)
        """), (lead_id, as_array(known), scored_at, at))  # noqa: S608


# What is said of e(kind, id) and of the contacts that were merged into it: the columns, and where they are
# from. One by one, by the index: a plan made when the table was small would read all of it for each.
SAID = "p.source, p.fields, m.lost_id::text AS person, m.at AS merged_at"
SAID_OF = """CROSS JOIN LATERAL (
    SELECT e.id AS said_of, NULL::uuid AS lost_id, NULL::timestamptz AS at
    UNION ALL SELECT lost_id, lost_id, at FROM merges WHERE kept_id = e.id) m
CROSS JOIN LATERAL (
    SELECT source, fields FROM provenance WHERE entity_kind = e.kind AND entity_id = m.said_of OFFSET 0) p"""


def load_provenance(cursor: Cursor, kind: str, entity_ids: Iterable[str]) -> dict[str, list[Row]]:
    """Every source's statements of each entity's fields, by entity id; of a contact also those of whom was
    merged into it."""
    rows = many(
        cursor,
        f"SELECT e.id::text AS entity_id, {SAID} FROM (SELECT %s AS kind, unnest(%s::uuid[]) AS id) e"  # noqa: S608
        f" {SAID_OF}", (kind, as_array(entity_ids)),
    )
    values: dict[str, list[Row]] = {}
    for row in rows:
        values.setdefault(row["entity_id"], []).extend(statements_of(row))
    return values


def removed(cursor: Cursor, entity_ids: Iterable[str]) -> dict[str, set[str]]:
    """The fields that people emptied of contacts and organizations, by id; some may have a value again."""
    rows = many(
        cursor, "SELECT entity_id::text AS id, array_agg(field) AS fields FROM provenance,"  # noqa: S608
        # By an index of its own, which has this condition: most people and companies have nothing there.
        f" jsonb_each(fields) AS stated(field, said) WHERE starts_with(source, '{REMOVED_BY}')"
        " AND entity_id = ANY(%s::uuid[])"
        " AND said @> '{\"locked\": true, \"value\": null}' GROUP BY entity_id", (as_array(entity_ids),))
    return {row["id"]: set(row["fields"]) for row in rows}


_moment = lru_cache(1024)(datetime.fromisoformat)  # what is said at once is said of one moment


def statements_of(row: Row) -> Iterator[Row]:
    """The statements in a row of the table: {field, source, value, confidence, observed_at} and, where it is
    true, locked and sandbox; of a person who was merged into the contact, who it is, and before_merge."""
    merged_at = row["merged_at"]
    if isinstance(merged_at, str):
        merged_at = datetime.fromisoformat(merged_at)
    for field, stated in row["fields"].items():
        observed_at = _moment(stated["observed_at"])
        said = {**stated, "field": field, "source": row["source"], "observed_at": observed_at}
        if row["person"]:
            said |= {"person": row["person"], "before_merge": observed_at <= merged_at}
        yield said


def save_provenance(cursor: Executes, rows: Iterable[Row]) -> None:
    """Add what sources say, one row for each entity and source: [{entity_kind, entity_id, source, fields:
    {field: {value, confidence, observed_at, locked?, sandbox?}}}]; of a field the newer statement stays."""
    insert(
        cursor, "provenance",
        # In one order, so that two transactions never wait for each other.
        sorted(rows, key=lambda row: (row["entity_id"], row["entity_kind"], row["source"])),
        conflict="ON CONFLICT (entity_id, entity_kind, source) DO UPDATE"
        " SET fields = provenance.fields || excluded.fields",
    )


def forget_provenance(cursor: Cursor, kind: str, entity_ids: list[str]) -> None:
    """Nobody has said anything of these entities, nor of whom was merged into them."""
    cursor.execute(
        "DELETE FROM provenance WHERE entity_kind = %s AND entity_id IN (SELECT unnest(%s::uuid[])"
        " UNION SELECT lost_id FROM merges WHERE kept_id = ANY(%s::uuid[]))", (kind, entity_ids, entity_ids))


def forget_source(cursor: Cursor, kind: str, entity_id: str, source: str) -> None:
    """What a source said of an entity, and of whom was merged into it, was never said."""
    cursor.execute(
        "DELETE FROM provenance WHERE entity_kind = %(kind)s AND source = %(source)s"
        " AND entity_id = ANY(ARRAY("
        " SELECT %(id)s::uuid UNION ALL SELECT lost_id FROM merges WHERE kept_id = %(id)s))",
        {"kind": kind, "id": entity_id, "source": source})


def forget_edits(cursor: Cursor, kind: str, entity_id: str, fields: list[str]) -> None:
    """No person has said anything of these fields of an entity, nor of whom was merged into it."""
    cursor.execute(
        "UPDATE provenance SET fields = (SELECT coalesce(jsonb_object_agg(field, said), '{}')"
        " FROM jsonb_each(fields) AS stated(field, said)"
        " WHERE NOT (field = ANY(%(fields)s) AND said @> '{\"locked\": true}'))"
        " WHERE entity_kind = %(kind)s AND fields ?| %(fields)s AND entity_id = ANY(ARRAY("
        " SELECT %(id)s::uuid UNION ALL SELECT lost_id FROM merges WHERE kept_id = %(id)s))",
        {"fields": fields, "kind": kind, "id": entity_id})


def update_entities(cursor: Executes, kind: str, facts: Mapping[str, Mapping[str, Any]]) -> None:
    """Write the given fields of each entity (by id), None takes a value away; others stay, and rows that are
    so already. One statement. Raises Conflict when another company without a domain has that name already."""
    fields = COLUMNS[kind]
    names = sorted({name for known in facts.values() for name in known if name in fields})
    if not names:
        return
    columns = {"id": "uuid"} | {fields[name][0]: fields[name][1] for name in names}
    gone = {entity_id: [fields[name][0] for name in names if name in known and known[name] is None]
            for entity_id, known in facts.items()}
    emptied = set(chain.from_iterable(gone.values()))
    said = {column: f"coalesce(v.{column}, t.{column})" for column in columns if column != "id"}
    said |= {column: f"CASE WHEN v.gone @> '{{{column}}}' THEN NULL ELSE {said[column]} END"
             for column in emptied}
    try:
        update_from(
            cursor, TABLES[kind],
            [{"id": entity_id, "gone": gone[entity_id]} | {fields[name][0]: known.get(name) for name in names}
             for entity_id, known in sorted(facts.items())],
            columns=columns | {"gone": "text[]"}, key="id",
            changes=", ".join(f"{column} = {value}" for column, value in said.items())
            + ", version = t.version + 1, updated_at = now()",
            where=f"({', '.join(f't.{column}' for column in said)})"
            f" IS DISTINCT FROM ({', '.join(said.values())})",
        )
    except UniqueViolation:
        raise Conflict("There is a company of this name already.") from None


# The columns of a contact that its leads are searched by (lead_search_text), by field.
_SEARCHED = {name: COLUMNS["contact"][name][0] for name in (
    "full_name", "first_name", "last_name", "email", "job_title", "phone")}


def searched(fields: Mapping[str, Any]) -> Row | None:
    """Those of the fields that are written of a contact by which its leads are searched, by column; None for
    none."""
    return {_SEARCHED[name]: value for name, value in fields.items() if name in _SEARCHED} or None


# Kind -> what a new one is told by -> its column.
_INSERTED = {
    kind: {name: name for name in more} | {name: column for name, (column, _) in COLUMNS[kind].items()}
    for kind, more in (("contact", ("id", "org_id", "consent", "refused")), ("organization", ("id",)))}


def insert_contacts(cursor: Executes, rows: list[dict[str, Any]]) -> None:
    """Insert contacts: rows hold `id`, `org_id`, `consent`, `refused` and canonical fields."""
    _insert(cursor, "contact", rows)


def insert_organizations(cursor: Executes, rows: list[dict[str, Any]]) -> None:
    """Insert organizations: rows hold `id` and canonical fields."""
    _insert(cursor, "organization", rows)


def _insert(cursor: Executes, kind: str, rows: list[dict[str, Any]]) -> None:
    columns = _INSERTED[kind]
    insert(cursor, TABLES[kind], [
        {columns[name]: value for name, value in row.items() if value is not None and name in columns}
        for row in rows],
        columns=columns.values())
