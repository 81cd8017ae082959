"""Moving all that hangs on one contact to another, and back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from psycopg2.extras import Json

from sidecar.store.database import Cursor, Row, insert, many, one, words
from sidecar.store.facts import save_provenance
from sidecar.terms.states import DUE, LEFT

# Whatever hangs on a contact and is moved as it is: table -> (the column that names it, the row's key). A row
# about somebody else too names its kind.
_MOVED: Final = {
    "provider_calls": ("subject_id", "id"),
    "provider_cache": ("subject_id", "jsonb_build_array(request_key, sandbox)"),
    "leads": ("contact_id", "id"),
    "events": ("contact_id", "id"),
    "refusals": ("contact_id", "id"),
    "held_answers": ("contact_id", "id"),
    "employments": ("contact_id", "id"),
    "privacy_statements": ("contact_id", "id"),
    "merges": ("kept_id", "id"),
}
_ALSO: Final = {"provider_calls": " AND subject_kind = 'contact'",
                "provider_cache": " AND subject_kind = 'contact'"}
_CALLS: Final = ("provider_calls", "provider_cache")  # they are locked before contacts
_CHANGED: Final = {"leads": ", version = version + 1, updated_at = now()"}


def identities(cursor: Cursor, contact_ids: list[str]) -> set[tuple[str, str]]:
    """The identity keys of contacts."""
    rows = many(
        cursor, "SELECT kind, value FROM contact_identities WHERE contact_id = ANY(%s::uuid[])",
        (contact_ids,),
    )
    return {(row["kind"], row["value"]) for row in rows}


def move(cursor: Cursor, tables: tuple[str, ...], kept: str, lost: str) -> dict[str, list[Any]]:
    """Move the rows of these tables to the kept contact: table -> the keys of the rows that were moved."""
    return {table: [row["key"] for row in many(
        cursor,
        f"UPDATE {table} SET {_MOVED[table][0]} = %s{_CHANGED.get(table, '')} WHERE {_MOVED[table][0]} = %s"  # noqa: S608
        f"{_ALSO.get(table, '')} RETURNING to_jsonb({_MOVED[table][1]}) AS key", (kept, lost))]
        for table in tables}


def move_calls(cursor: Cursor, kept: str, lost: str) -> dict[str, list[Any]]:
    """Move calls of providers and their answers; tells which."""
    return move(cursor, _CALLS, kept, lost)


def move_rows(cursor: Cursor, kept: str, lost: str) -> dict[str, list[Any]]:
    """Move leads, events, refusals, held answers, former employers, grounds and notices, earlier merges, keys
    and pairs of the lost contact; tells which."""
    # Of one answer that is held for both, what a person decided counts.
    for contact, other, which in (
            (kept, lost, "o.state <> 'held' AND h.state = 'held'"), (lost, kept, "true")):
        cursor.execute(
            "DELETE FROM held_answers h USING held_answers o WHERE h.contact_id = %s AND o.contact_id = %s"  # noqa: S608
            f" AND h.request_key = o.request_key AND {which}", (contact, other))
    moved = move(cursor, tuple(table for table in _MOVED if table not in _CALLS), kept, lost)
    cursor.execute(
        "UPDATE contact_identities SET contact_id = %(kept)s, person_id = coalesce(person_id, %(lost)s)"
        " WHERE contact_id = %(lost)s", {"kept": kept, "lost": lost})
    # Who is not the one is not the other either: a dismissed pair counts before an open one.
    cursor.execute(
        """
        WITH moved AS (
            DELETE FROM duplicates WHERE %(lost)s::uuid IN (left_id, right_id) RETURNING *),
        others AS (
            SELECT m.*, CASE left_id WHEN %(lost)s::uuid THEN right_id ELSE left_id END AS other
            FROM moved m)
        INSERT INTO duplicates (id, left_id, right_id, score, reasons, state, decided_by, decided_at,
                                created_at)
        SELECT id, least(other, %(kept)s::uuid), greatest(other, %(kept)s::uuid), score, reasons, state,
               decided_by, decided_at, created_at
        FROM others WHERE other <> %(kept)s::uuid
        ON CONFLICT (left_id, right_id) DO UPDATE SET state = excluded.state,
            decided_by = excluded.decided_by, decided_at = excluded.decided_at
        WHERE duplicates.state = 'open' AND excluded.state = 'dismissed'
        """,
        {"kept": kept, "lost": lost},
    )
    return moved


def move_back(cursor: Cursor, kept: str, lost: str, moved: dict[str, list[Any]]) -> None:
    """Move rows that a merge moved back to the contact that was lost, if the kept one has them still."""
    for table, keys in moved.items():
        column, key = _MOVED[table]
        cursor.execute(
            f"UPDATE {table} SET {column} = %s{_CHANGED.get(table, '')} WHERE {column} = %s"  # noqa: S608
            f"{_ALSO.get(table, '')} AND to_jsonb({key}) = ANY(%s::jsonb[])",
            (lost, kept, [Json(each) for each in keys]))


def lock_contacts(cursor: Cursor, contact_ids: list[str]) -> dict[str, Row]:
    """{contact id: its row, as JSON}, locked."""
    rows = many(
        cursor, "SELECT id::text AS id, to_jsonb(c) AS contact FROM contacts c"
        " WHERE id = ANY(%s::uuid[]) ORDER BY id FOR UPDATE", (contact_ids,),
    )
    return {row["id"]: row["contact"] for row in rows}


def pairs(cursor: Cursor, contact_ids: list[str]) -> list[Row]:
    """The pairs that these contacts are of, whole rows as JSON."""
    return [row["pair"] for row in many(
        cursor, "SELECT to_jsonb(d) AS pair FROM duplicates d"
        " WHERE left_id = ANY(%(ids)s::uuid[]) OR right_id = ANY(%(ids)s::uuid[])", {"ids": contact_ids})]


def whole_leads(cursor: Cursor, lead_ids: list[str]) -> list[Row]:
    """Leads as JSON, in this order, with `did`, the types of their events."""
    return [row["lead"] for row in many(
        cursor,
        "SELECT to_jsonb(l) || jsonb_build_object('did', (SELECT coalesce(jsonb_agg(DISTINCT e.type), '[]')"
        " FROM events e WHERE e.lead_id = l.id)) AS lead"
        " FROM unnest(%s::uuid[]) WITH ORDINALITY AS wanted(id, place) JOIN leads l USING (id)"
        " ORDER BY place", (lead_ids,))]


def change_lead(cursor: Cursor, lead_id: str, columns: Row) -> None:
    """Write columns of a lead (ours, not input)."""
    cursor.execute(
        f"UPDATE leads SET {', '.join(f'{name} = %({name})s' for name in columns)},"  # noqa: S608
        " version = version + 1, updated_at = now() WHERE id = %(lead)s",
        {name: Json(value) if isinstance(value, dict) else value for name, value in columns.items()}
        | {"lead": lead_id})


def archive(cursor: Cursor, lead_id: str) -> None:
    """Archive a lead; work on it that has not begun is not begun any more."""
    change_lead(cursor, lead_id, {"status": "archived"})
    cursor.execute(
        "UPDATE work_items SET stage = 'done', batch_id = NULL, reason_code = 'merged',"  # noqa: S608
        " reason = 'The contact has another open lead.', updated_at = now()"
        f" WHERE lead_id = %s AND stage IN {words((*DUE, *LEFT))}", (lead_id,),
    )


def take_over_messages(cursor: Cursor, lead_id: str, archived: str, *, told: bool) -> list[Row]:
    """What is owed for the archived lead is owed for the open one, or, if of that was or is told, not at all:
    the rows {id, due_at} that were changed."""
    return many(
        cursor,
        "UPDATE notifications n SET lead_id = CASE WHEN %(told)s THEN n.lead_id ELSE %(lead)s END,"
        " state = CASE WHEN %(told)s THEN 'withdrawn' ELSE n.state END,"
        " last_error = CASE WHEN %(told)s THEN 'Of this person another lead told already.' END"
        " WHERE lead_id = %(archived)s AND state = 'owed' RETURNING id::text AS id",
        {"lead": lead_id, "archived": archived, "told": told})


def renumber_messages(cursor: Cursor, ids: list[str], number: int) -> None:
    """These messages are about a change into hot that has another number now."""
    cursor.execute("UPDATE notifications SET hot_change = %s WHERE id = ANY(%s::uuid[])", (number, ids))


def give_messages_back(cursor: Cursor, lead_id: str, ids: list[str]) -> None:
    """What was not sent since is owed for this lead again."""
    cursor.execute(
        "UPDATE notifications SET lead_id = %s, state = 'owed', last_error = NULL"
        " WHERE id = ANY(%s::uuid[]) AND state IN ('owed', 'withdrawn')", (lead_id, ids))


def settle(cursor: Cursor, contact_id: str, columns: dict[str, Any]) -> None:
    """Write columns of a contact (ours, not input)."""
    cursor.execute(
        f"UPDATE contacts SET {', '.join(f'{name} = %({name})s' for name in columns)},"  # noqa: S608
        " version = version + 1, updated_at = now() WHERE id = %(contact)s",
        {name: Json(value) if isinstance(value, dict) else value for name, value in columns.items()}
        | {"contact": contact_id},
    )


def remove(cursor: Cursor, contact_id: str) -> None:
    """The contact from which everything was moved."""
    cursor.execute("DELETE FROM contacts WHERE id = %s", (contact_id,))


def restore(cursor: Cursor, contact: Row) -> None:
    """The contact that a merge removed, as its row was."""
    insert(cursor, "contacts", [contact])


def record(cursor: Cursor, row: Row) -> None:
    """A merge: {duplicate_id, kept_id, lost_id, score, reasons, snapshot, actor, at}."""
    insert(cursor, "merges", [row])


def of_lost(cursor: Cursor, lost: str) -> Row | None:
    """The merge by which a contact was lost, locked."""
    return one(cursor, f"SELECT {_MERGE} FROM merges WHERE lost_id = %s FOR UPDATE", (lost,))  # noqa: S608


_MERGE = ("id::text AS id, duplicate_id::text AS duplicate_id, kept_id::text AS kept_id,"
          " lost_id::text AS lost_id, score, reasons, snapshot, at")


def last_of(cursor: Cursor, contact_id: str) -> Row:
    """The latest merge into a contact, locked. There is one."""
    return many(
        cursor, f"SELECT {_MERGE} FROM merges WHERE kept_id = %s ORDER BY id DESC LIMIT 1"  # noqa: S608
        " FOR UPDATE", (contact_id,))[0]


def forget_pair(cursor: Cursor, duplicate_id: str) -> None:
    """The pair is not listed: it is one contact again."""
    cursor.execute("DELETE FROM duplicates WHERE id = %s", (duplicate_id,))


def of_kept(cursor: Cursor, contact_id: str) -> list[Row]:
    """Who was merged into a contact, the latest first: [{contact_id, merged_at, merged_by, reasons}]."""
    return many(
        cursor, "SELECT lost_id::text AS contact_id, at AS merged_at, actor AS merged_by, reasons"
        " FROM merges WHERE kept_id = %s ORDER BY at DESC, id DESC", (contact_id,))


def take_back(cursor: Cursor, merge_id: str) -> None:
    """The merge is none any more."""
    cursor.execute("DELETE FROM merges WHERE id = %s", (merge_id,))


def submissions_since(cursor: Cursor, contact_id: str, merge_id: str) -> list[Row]:
    """What came in about a contact since a merge, in its order: [{id, lead_id, person_id, account,
    payload}]."""
    return many(
        cursor, "SELECT i.id::text AS id, i.lead_id::text AS lead_id, i.person_id::text AS person_id,"
        " i.account, i.payload FROM intake i JOIN leads l ON l.id = i.lead_id"
        " WHERE l.contact_id = %s AND i.id > %s::uuid ORDER BY i.id", (contact_id, merge_id))


def submissions(cursor: Cursor, contact_id: str) -> list[Row]:
    """All that came in about a contact, in its order: [{id, received_at, source, lead_id, account,
    payload}]."""
    return many(
        cursor, "SELECT i.id::text AS id, i.received_at, i.source, i.lead_id::text AS lead_id,"
        " i.account, i.payload FROM intake i JOIN leads l ON l.id = i.lead_id WHERE l.contact_id = %s"
        " ORDER BY i.id", (contact_id,))


def give_events(cursor: Cursor, intake_ids: list[str], contact_id: str, lead_id: str) -> None:
    """The events that came with submissions are this contact's."""
    cursor.execute(
        "UPDATE events SET contact_id = %(contact)s, person_id = %(contact)s, lead_id = %(lead)s"
        " WHERE intake_id = ANY(%(ids)s::uuid[])",
        {"contact": contact_id, "lead": lead_id, "ids": intake_ids})


def give_refusals(cursor: Cursor, intake_ids: list[str], contact_id: str) -> None:
    """What submissions said of refusals is this contact's."""
    cursor.execute(
        "UPDATE refusals SET contact_id = %s WHERE intake_id = ANY(%s::uuid[])", (contact_id, intake_ids))



def add_keys(
    cursor: Cursor, keys_of: Mapping[str, Mapping[tuple[str, str], Collection[str]]]
) -> None:
    """Contacts are known by these keys too: contact id -> key -> by which names (`names_of_key`)."""
    insert(cursor, "contact_identities", [
        {"kind": kind, "value": value, "contact_id": contact_id, "names": sorted(names)}
        for contact_id, keys in sorted(keys_of.items())
        for (kind, value), names in sorted(keys.items())], conflict="ON CONFLICT DO NOTHING")


def drop_keys(cursor: Cursor, contact_id: str, keys: set[tuple[str, str]]) -> None:
    """A contact is not known by these keys any more."""
    cursor.execute(
        "DELETE FROM contact_identities WHERE contact_id = %s AND (kind, value) IN"
        " (SELECT * FROM unnest(%s::text[], %s::text[]))",
        (contact_id, [kind for kind, _ in keys], [value for _, value in keys]))


def employer(cursor: Cursor, domain: str | None, company_key: str | None) -> str | None:
    """The organization of a domain, else of a name's key."""
    row = one(
        cursor, "SELECT id::text AS id FROM organizations WHERE domain = %(domain)s OR (%(domain)s IS NULL"
        " AND domain IS NULL AND company_key = %(key)s) LIMIT 1", {"domain": domain, "key": company_key})
    return row["id"] if row else None


def replace_statements(cursor: Cursor, contact_id: str, document: Row) -> None:
    """What a source says of a contact is this alone."""
    cursor.execute(
        "DELETE FROM provenance WHERE entity_kind = 'contact' AND entity_id = %s AND source = %s",
        (contact_id, document["source"]))
    if document["fields"]:
        save_provenance(cursor, [document])


def decide_pair(cursor: Cursor, contact_id: str, other: str, actor: str) -> None:
    """Two people, somebody says, of whom one was made just now."""
    left, right = sorted((contact_id, other))
    cursor.execute(
        "INSERT INTO duplicates (left_id, right_id, score, reasons, state, decided_by, decided_at)"
        " VALUES (%s, %s, 0, '[]', 'dismissed', %s, now())", (left, right, actor))


def give_submissions(cursor: Cursor, intake_ids: list[str], lead_id: str) -> None:
    """These submissions are of this lead."""
    cursor.execute(
        "UPDATE intake SET lead_id = %s WHERE id = ANY(%s::uuid[])", (lead_id, intake_ids))


def new_lead(cursor: Cursor, row: Row) -> None:
    """A lead of a contact for what came in of theirs while they were another's."""
    insert(cursor, "leads", [row], computed={"search_text": """coalesce((SELECT lead_search_text(c, o, v.tags)
        FROM contacts c LEFT JOIN organizations o ON o.id = v.org_id WHERE c.id = v.contact_id), '')"""})


def give_back_keys(cursor: Cursor, kept: str, lost: str, people: list[str]) -> None:
    """The keys by which these people are known are the lost contact's again."""
    cursor.execute(
        "UPDATE contact_identities SET contact_id = %(lost)s, person_id = nullif(person_id, %(lost)s::uuid)"
        " WHERE contact_id = %(kept)s AND person_id = ANY(%(people)s::uuid[])",
        {"kept": kept, "lost": lost, "people": people})


def give_back_events(
    cursor: Cursor, kept: str, lost: str, people: list[str], leads: dict[str, str | None]
) -> None:
    """What these people did since the merge is the lost contact's, what is known of a lead alone goes with
    it; each stands with a lead of its person (`leads`: contact id -> its open one)."""
    cursor.execute(
        """
        WITH whose AS (
            SELECT e.id, l.contact_id AS holder, CASE
                WHEN e.person_id = ANY(%(people)s::uuid[]) THEN %(lost)s::uuid
                WHEN e.person_id IS NOT NULL THEN %(kept)s::uuid
                ELSE l.contact_id END AS owner
            FROM events e JOIN leads l ON l.id = e.lead_id WHERE e.contact_id = %(kept)s)
        UPDATE events e SET contact_id = w.owner,
            lead_id = CASE WHEN w.holder = w.owner THEN e.lead_id
                           ELSE coalesce((%(leads)s::jsonb ->> w.owner::text)::uuid, e.lead_id) END
        FROM whose w WHERE w.id = e.id
        """, {"kept": kept, "lost": lost, "people": people, "leads": Json(leads)})
    cursor.execute(
        "UPDATE intake i SET person_id = NULL FROM leads l"
        " WHERE l.id = i.lead_id AND l.contact_id = %(lost)s AND i.person_id = %(lost)s", {"lost": lost})


def restore_pairs(cursor: Cursor, kept: str, lost: str, before: list[Row], decided: Row) -> None:
    """The pairs that both contacts were of, as they were; that of the two is decided."""
    cursor.execute(
        "DELETE FROM duplicates WHERE id = ANY(%s::uuid[]) AND %s IN (left_id, right_id)",
        ([pair["id"] for pair in before], kept))
    alive = {row["id"] for row in many(
        cursor, "SELECT id::text AS id FROM contacts WHERE id = ANY(%s::uuid[])",
        (sorted({pair[side] for pair in before for side in ("left_id", "right_id")}),))}
    rows = [decided if {pair["left_id"], pair["right_id"]} == {kept, lost} else pair for pair in before]
    insert(cursor, "duplicates", [row for row in rows if {row["left_id"], row["right_id"]} <= alive],
           conflict="ON CONFLICT (left_id, right_id) DO NOTHING")
