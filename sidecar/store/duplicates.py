"""Pairs of contacts that may be one person: the keys that bring them together, and the queue of review."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sidecar.store import locks
from sidecar.store.database import Cursor, Row, insert, insert_returning, many, one
from sidecar.store.facts import json_object
from sidecar.terms.fields import FIELDS

_FIRST = "00000000-0000-0000-0000-000000000000"

# In the names of a normalised lead.
_RECORD = ", ".join(f"'{field.lead}', {field.entity[0]}.{field.column}" for field in FIELDS if field.matched)
# What the sandbox alone says of a contact or its organization is invented: it tells nothing of who it is.
_INVENTED = """coalesce((SELECT array_agg(field) FROM (
    SELECT CASE p.entity_kind WHEN 'contact' THEN key ELSE 'company_' || key END AS field
    FROM provenance p, jsonb_each(p.fields)
    WHERE (p.entity_id, p.entity_kind) IN ((c.id, 'contact'), (o.id, 'organization'))
    GROUP BY p.entity_kind, key
    HAVING bool_and(coalesce((value ->> 'sandbox')::boolean, false))) x), '{{}}')"""
_PEOPLE = f"""
SELECT c.id::text AS id, c.version,
       jsonb_strip_nulls(jsonb_build_object({_RECORD})) - {_INVENTED} AS record
FROM contacts c {{sample}} LEFT JOIN organizations o ON o.id = c.org_id
"""  # noqa: S608


def lock(cursor: Cursor, *, alone: bool) -> None:
    """Until the transaction ends: searches go side by side, a merge goes alone."""
    cursor.execute(f"SELECT pg_advisory_xact_lock{'' if alone else '_shared'}(%s, 0)", (locks.MERGE,))


def people(cursor: Cursor, contact_ids: Iterable[str]) -> dict[str, Row]:
    """{contact id: {id, version, record}}, the record as a normalised lead."""
    rows = many(cursor, _PEOPLE.format(sample="") + " WHERE c.id = ANY(%s::uuid[])",
                (list(contact_ids),))
    return {row["id"]: row for row in rows}


def sample(cursor: Cursor, size: int) -> tuple[int, list[Row]]:
    """(how many contacts there are, about `size` of them): what chance makes strangers agree on."""
    row = one(cursor, "SELECT count(*) AS n FROM contacts")
    total = row["n"] if row else 0
    rows = many(
        cursor, _PEOPLE.format(sample="TABLESAMPLE SYSTEM (%(percent)s) REPEATABLE (1)")
        + " LIMIT 2 * %(size)s",
        {"percent": min(100.0, 100.0 * size / max(total, 1)), "size": size},
    )
    return total, rows


def stale(cursor: Cursor, after: str | None, limit: int) -> list[str]:
    """Contacts, by id after this one, whose keys are missing or were made of an older version."""
    rows = many(
        cursor,
        "SELECT c.id::text AS id FROM contacts c LEFT JOIN contact_checks k ON k.contact_id = c.id"
        " AND k.contact_id > %(after)s::uuid"
        " WHERE c.id > %(after)s::uuid AND k.version IS DISTINCT FROM c.version"
        " ORDER BY c.id LIMIT %(limit)s",
        {"after": after or _FIRST, "limit": limit},
    )
    return [row["id"] for row in rows]


def save_keys(cursor: Cursor, versions: dict[str, int], keys: list[tuple[str, int]]) -> None:
    """Give contacts (id -> version) these keys [(contact id, key)] alone; they are to be compared."""
    ids = sorted(versions)
    # A contact that was erased meanwhile has no keys; the others cannot be until this commits.
    alive = {row["id"] for row in many(
        cursor, "SELECT id::text AS id FROM contacts WHERE id = ANY(%s::uuid[]) ORDER BY id"
        " FOR KEY SHARE", (ids,))}
    insert(
        cursor, "contact_checks",
        [{"contact_id": i, "version": versions[i], "compared": False} for i in ids if i in alive],
        conflict="ON CONFLICT (contact_id) DO UPDATE SET version = excluded.version, compared = false",
    )
    cursor.execute("DELETE FROM contact_blocks WHERE contact_id = ANY(%s::uuid[])", (ids,))
    insert(
        cursor, "contact_blocks",
        [{"contact_id": contact, "key": key} for contact, key in keys if contact in alive],
        conflict="ON CONFLICT DO NOTHING",
    )


def waiting(cursor: Cursor, limit: int) -> list[str]:
    """Contacts that are still to be compared, held for this transaction; others may take others."""
    rows = many(
        cursor, "SELECT contact_id::text AS id FROM contact_checks WHERE NOT compared"
        " ORDER BY contact_id LIMIT %s FOR UPDATE SKIP LOCKED", (limit,),
    )
    return [row["id"] for row in rows]


def set_compared(cursor: Cursor, contact_ids: list[str]) -> None:
    """These contacts were compared."""
    cursor.execute(
        "UPDATE contact_checks SET compared = true WHERE contact_id = ANY(%s::uuid[])", (contact_ids,)
    )


def unfinished(cursor: Cursor) -> bool:
    """Whether contacts are still to be looked at."""
    row = one(
        cursor, "SELECT EXISTS (SELECT 1 FROM contact_checks WHERE NOT compared) OR EXISTS (SELECT 1"
        " FROM contacts c LEFT JOIN contact_checks k ON k.contact_id = c.id"
        " WHERE k.version IS DISTINCT FROM c.version) AS more",
    )
    return bool(row and row["more"])


def checked_page(cursor: Cursor, after: str | None, limit: int) -> list[str]:
    """Contacts with keys, by id, after this one."""
    rows = many(
        cursor, "SELECT contact_id::text AS id FROM contact_checks"
        " WHERE contact_id > %(after)s::uuid ORDER BY contact_id LIMIT %(limit)s",
        {"after": after or _FIRST, "limit": limit},
    )
    return [row["id"] for row in rows]


def candidates(
    cursor: Cursor, contact_ids: list[str], *, block: int, most: int, earlier: bool = False
) -> list[tuple[str, str]]:
    """Pairs (left < right) of these contacts with others that share a key, decided ones left out.

    A key that more than `block` contacts share says nothing; of each contact's others count the
    `most` that share the most keys. earlier: only others with a smaller id.
    """
    rows = many(
        cursor,
        """
        WITH mine AS MATERIALIZED (
            SELECT contact_id, key FROM contact_blocks WHERE contact_id = ANY(%(ids)s::uuid[])),
        blocks AS MATERIALIZED (
            SELECT k.key, b.members FROM (SELECT DISTINCT key FROM mine) k
            CROSS JOIN LATERAL (
                SELECT array_agg(x.contact_id) AS members FROM (
                    SELECT contact_id FROM contact_blocks WHERE key = k.key LIMIT %(block)s + 1) x) b
            WHERE cardinality(b.members) BETWEEN 2 AND %(block)s),
        shared AS (
            SELECT m.contact_id AS one, other, count(*) AS keys
            FROM mine m JOIN blocks USING (key) CROSS JOIN unnest(members) AS other
            WHERE other < m.contact_id OR (other > m.contact_id AND NOT %(earlier)s)
            GROUP BY 1, 2),
        ranked AS (
            SELECT one, other, row_number() OVER (PARTITION BY one ORDER BY keys DESC, other) AS place
            FROM shared)
        SELECT DISTINCT least(one, other)::text AS "left", greatest(one, other)::text AS "right"
        FROM ranked r
        WHERE place <= %(most)s AND NOT EXISTS (
            SELECT 1 FROM duplicates d WHERE d.left_id = least(r.one, r.other)
            AND d.right_id = greatest(r.one, r.other) AND d.state <> 'open')
        ORDER BY 2, 1
        """,
        {"ids": contact_ids, "block": block, "most": most, "earlier": earlier},
    )
    return [(row["left"], row["right"]) for row in rows]


def enter(cursor: Cursor, pairs: Sequence[Row]) -> int:
    """Queue pairs [{left_id, right_id, score, reasons}]; answers how many are new.

    What was decided stays; one that is still open gets its new score.
    """
    # Contacts that were erased meanwhile have no pairs.
    alive = {row["id"] for row in many(
        cursor, "SELECT id::text AS id FROM contacts WHERE id = ANY(%s::uuid[]) ORDER BY id FOR KEY SHARE",
        (sorted({pair[side] for pair in pairs for side in ("left_id", "right_id")}),))}
    rows = insert_returning(
        cursor, "duplicates",
        sorted((pair for pair in pairs if pair["left_id"] in alive and pair["right_id"] in alive),
               key=lambda pair: (pair["left_id"], pair["right_id"])),
        conflict="""ON CONFLICT (left_id, right_id) DO UPDATE SET score = excluded.score,
            reasons = excluded.reasons WHERE duplicates.state = 'open'""",
        returning="xmax = 0 AS fresh",
    )
    return sum(1 for row in rows if row["fresh"])


_SIDE = """
    {contact} || jsonb_build_object(
        'consent', {c}.consent, 'created_at', {c}.created_at, 'updated_at', {c}.updated_at,
        'leads', (SELECT count(*) FROM leads l WHERE l.contact_id = {c}.id),
        'organization', (SELECT jsonb_build_object('name', o.name, 'domain', o.domain)
                         FROM organizations o WHERE o.id = {c}.org_id)) AS "{name}"
"""
_PAIR = f"""
SELECT d.id::text AS id, d.state, d.score, d.reasons, d.created_at, d.decided_by, d.decided_at,
       {_SIDE.format(contact=json_object("contact", "a"), c="a", name="left")},
       {_SIDE.format(contact=json_object("contact", "b"), c="b", name="right")}
FROM duplicates d JOIN contacts a ON a.id = d.left_id JOIN contacts b ON b.id = d.right_id
"""  # noqa: S608


def page(cursor: Cursor, state: str, limit: int, after: str | None) -> list[Row]:
    """Pairs with both contacts' fields, newest first."""
    return many(
        cursor, f"{_PAIR} WHERE d.state = %(state)s AND (%(after)s IS NULL OR d.id < %(after)s::uuid)"
        " ORDER BY d.id DESC LIMIT %(limit)s",
        {"state": state, "after": after, "limit": limit},
    )


def count(cursor: Cursor, state: str, most: int) -> int:
    """How many pairs there are, up to `most`."""
    row = one(cursor, "SELECT count(*) AS n FROM (SELECT 1 FROM duplicates WHERE state = %s LIMIT %s) x",
              (state, most))
    return row["n"] if row else 0


_DECIDED_ON = ("SELECT id::text AS id, left_id::text AS left_id, right_id::text AS right_id, score, reasons,"
               " state FROM duplicates")


def get(cursor: Cursor, duplicate_id: str) -> Row | None:
    """One pair, locked: {id, left_id, right_id, score, reasons, state}."""
    return one(cursor, f"{_DECIDED_ON} WHERE id = %s FOR UPDATE", (duplicate_id,))


def of_two(cursor: Cursor, left: str, right: str) -> Row | None:
    """The pair of two contacts (left < right), locked, as `get` tells it."""
    return one(cursor, f"{_DECIDED_ON} WHERE left_id = %s AND right_id = %s FOR UPDATE", (left, right))


def dismiss(cursor: Cursor, duplicate_id: str, actor: str) -> None:
    """Two people, somebody says."""
    cursor.execute(
        "UPDATE duplicates SET state = 'dismissed', decided_by = %s, decided_at = now() WHERE id = %s",
        (actor, duplicate_id),
    )


def reopen(cursor: Cursor, duplicate_id: str) -> None:
    """Nobody decided about the pair."""
    cursor.execute(
        "UPDATE duplicates SET state = 'open', decided_by = NULL, decided_at = NULL WHERE id = %s",
        (duplicate_id,))


def merged(cursor: Cursor, duplicate_id: str) -> Row | None:
    """What became of a pair that was merged: {kept_id, lost_id}."""
    return one(cursor, "SELECT kept_id::text AS kept_id, lost_id::text AS lost_id FROM merges"
                       " WHERE duplicate_id = %s", (duplicate_id,))

