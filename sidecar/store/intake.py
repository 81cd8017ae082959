"""Writing what came in: intake rows, identities, leads, work items, events."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Collection, Container, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sidecar.intake import Key, Known, Writes
from sidecar.store import calls, facts, locks, refusals, subscriptions, undo
from sidecar.store.database import (
    Cursor,
    Executes,
    Gathered,
    Row,
    as_array,
    insert,
    many,
    update_from,
    words,
)
from sidecar.store.work import ON_HOLD
from sidecar.terms.states import HELD, LEFT, OPEN
from sidecar.webhooks import Event

# What a company is locked by, beside the kinds of identity keys.
DOMAIN, COMPANY = "domain", "company"
# A plan that was made when the tables were small would read them whole until they are analysed.
_BY_INDEX = ("SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off;"
             " SET LOCAL enable_mergejoin = off")
_BUCKETS = 256
_OWNERS = 50  # of a key: people on one mailbox, beside those who are called as who comes
_BETWEEN = "\n"  # names


def lock(cursor: Cursor, keys: Iterable[Key]) -> None:
    """Serialise writers that share an identity key, until the transaction ends.

    Keys fall into 256 buckets that are locked in ascending order: no deadlock, bounded locks.
    """
    cursor.execute(cursor.prepared(_LOCK), (locks.INTAKE_KEYS, _buckets(keys)))


def _buckets(keys: Iterable[Key]) -> list[int]:
    return sorted({zlib.crc32(f"{kind}:{value}".encode()) % _BUCKETS for kind, value in keys})


def know(
    cursor: Cursor, keys: Mapping[str, Key], names: Mapping[Key, Sequence[Collection[str]]],
    domains: Collection[str],
    company_keys: Collection[str], deliveries: Collection[str], awaited: Collection[str] = (),
    more: Collection[Key] = (),
) -> Known:
    """Lock the keys of people (given with the hash under which each would be suppressed) and companies, then
    look up all there is, in one round trip (a second one where somebody refused or agreed to something). The
    open leads stay locked. Of a key that very many people have those are known who are called as the leads
    that come with it or nearly so (names: see `sought`), and the first others. awaited: hashes of keys for
    which events may wait; more: what is locked beside."""
    companies = [*((DOMAIN, domain) for domain in domains), *((COMPANY, key) for key in company_keys)]
    cursor.execute(f"{cursor.prepared(_LOCK)};\n{_BY_INDEX};\n{cursor.prepared(_KNOW)}", (
        locks.INTAKE_KEYS, _buckets([*keys.values(), *companies, *more]),
        *map(as_array, (
            [kind for kind, _ in keys.values()], [value for _, value in keys.values()],
            domains, company_keys, keys, deliveries,
            *([_BETWEEN.join(names[key][kind]) for key in keys.values()] for kind in (0, 1)), awaited))))
    known = Known(hashes={key: key_hash for key_hash, key in keys.items()})
    for what, row in ((found["what"], found["row"]) for found in cursor.fetchall()):
        if what == "suppressed":
            known.suppressed.add(keys[row["key_hash"]])
        elif what == "contact":
            person = row["person_id"] or row["contact_id"]
            known.contacts.setdefault((row["kind"], row["value"]), []).append(person)
            known.names[(row["kind"], row["value"]), person] = set(row["names"])
            if row["person_id"]:
                known.merged[person] = row["contact_id"]
        elif what == "delivery":
            known.deliveries[row["dedupe_key"]] = row["contact_id"]
            if row["lead_id"]:
                known.made[row["dedupe_key"]] = row["lead_id"]
        elif what == "lead":
            known.leads[row["contact_id"]] = row
        elif what == "permissions":
            known.permissions[row["id"]] = row
        elif what == "refusal":
            known.refusals.append(row | {
                "key": keys.get(row["key_hash"] or ""),
                "stated_at": datetime.fromisoformat(row["stated_at"])})
        elif what == "waiting":
            known.waiting.add(row["key_hash"])
        elif what == "listening":
            known.listening = True
        elif what == "provenance":
            known.values[row["kind"]].setdefault(row["id"], []).extend(facts.statements_of(row))
        elif row["domain"]:
            known.domains[row["domain"]] = row["id"]
        else:
            known.company_keys[row["company_key"]] = row["id"]
    if known.refusals:
        undoable = undo.undoable(cursor, [row["id"] for row in known.refusals])
        known.refusals = [row | {"undoable": row["id"] in undoable} for row in known.refusals]
    return known


_LOCK = ("SELECT pg_advisory_xact_lock($1, b)"
         " FROM unnest($2::int[]) WITH ORDINALITY AS x(b, n) ORDER BY n")

_KNOW = f"""
WITH contact AS (
    SELECT k.kind, k.value, i.contact_id, i.person_id, i.names
    FROM (SELECT kind, value, string_to_array(whole, E'\n') AS whole, string_to_array(words, E'\n') AS words
          FROM unnest($1::text[], $2::text[], $7::text[], $8::text[]) AS k(kind, value, whole, words)) k
    CROSS JOIN LATERAL (SELECT i.contact_id, i.person_id, i.names FROM contact_identities i
                        JOIN contacts c ON c.id = i.contact_id
                        WHERE i.kind = k.kind AND i.value = k.value
                        ORDER BY (i.names || lower(c.name) && k.whole) DESC,
                                 (i.names || lower(c.last_name) && k.words) DESC,
                                 i.contact_id, i.person_id NULLS FIRST
                        LIMIT {_OWNERS} + cardinality(k.whole)) i
    ORDER BY i.contact_id, i.person_id NULLS FIRST
), delivery AS (
    SELECT dedupe_key, contact_id, lead_id FROM events WHERE dedupe_key = ANY($6::text[])
), known AS (
    SELECT ARRAY(SELECT contact_id FROM contact UNION SELECT contact_id FROM delivery) AS ids
), organization AS (
    SELECT id, domain, company_key FROM organizations
    WHERE domain = ANY($3::text[])
       OR (domain IS NULL AND company_key = ANY($4::text[]))
), lead AS (
    SELECT contact_id, id, tags, warnings, is_test FROM leads
    WHERE contact_id = ANY((SELECT ids FROM known)::uuid[])
    AND status IN {words(OPEN)} FOR UPDATE
)
SELECT 'suppressed' AS what, row_to_json(x) AS row
FROM (SELECT key_hash FROM suppressions WHERE key_hash = ANY($5::text[])) x
UNION ALL SELECT 'contact', row_to_json(contact) FROM contact
UNION ALL SELECT 'delivery', row_to_json(delivery) FROM delivery
UNION ALL SELECT 'organization', row_to_json(organization) FROM organization
UNION ALL SELECT 'lead', row_to_json(lead) FROM lead
UNION ALL SELECT 'provenance', row_to_json(c)
    FROM (SELECT 'contact' AS kind, unnest(ids) AS id FROM known
          UNION ALL SELECT 'organization', id FROM organization) e
    CROSS JOIN LATERAL (SELECT e.kind, e.id, {facts.SAID} FROM (SELECT) AS one {facts.SAID_OF}) c
UNION ALL SELECT 'permissions', row_to_json(p)
    FROM (SELECT id, consent, refused FROM contacts WHERE id = ANY((SELECT ids FROM known)::uuid[])
          AND (consent <> '{{}}' OR refused <> '{{}}')) p
UNION ALL SELECT 'refusal', row_to_json(r)
    FROM (SELECT {refusals.COLUMNS} FROM refusals
          WHERE contact_id = ANY((SELECT ids FROM known)::uuid[]) OR key_hash = ANY($5::text[])) r
UNION ALL SELECT 'waiting', row_to_json(w)
    FROM (SELECT DISTINCT key_hash FROM events WHERE key_hash = ANY($9::text[]) AND contact_id IS NULL) w
UNION ALL SELECT 'listening', NULL FROM (SELECT FROM subscriptions WHERE state = 'active' LIMIT 1) s
"""  # noqa: S608


def find_people(cursor: Cursor, keys: Iterable[Key]) -> dict[Key, dict[str, str]]:
    """Identity key -> the people who have it -> the contact that each is now, for the keys that are known;
    nothing is locked."""
    kinds, values = zip(*keys, strict=True) if (keys := list(keys)) else ((), ())
    found: dict[Key, dict[str, str]] = {}
    for row in many(
        cursor,
        "SELECT i.kind, i.value, i.contact_id::text AS contact_id,"
        " coalesce(i.person_id, i.contact_id)::text AS person FROM contact_identities i"
        " JOIN unnest(%s::text[], %s::text[]) AS k(kind, value) USING (kind, value)"
        " ORDER BY i.contact_id, i.person_id NULLS FIRST", (list(kinds), list(values)),
    ):
        found.setdefault((row["kind"], row["value"]), {})[row["person"]] = row["contact_id"]
    return found


def keys_of_people(cursor: Cursor, keys: Iterable[Key], deliveries: list[str]) -> list[Key]:
    """All identity keys of the contacts that have one of these, or of whom one of the deliveries told."""
    kinds, values = zip(*keys, strict=True) if (keys := list(keys)) else ((), ())
    return [(row["kind"], row["value"]) for row in many(
        cursor, "SELECT DISTINCT kind, value FROM contact_identities WHERE contact_id IN ("
        " SELECT i.contact_id FROM contact_identities i"
        " JOIN unnest(%s::text[], %s::text[]) AS k(kind, value) USING (kind, value)"
        " UNION SELECT contact_id FROM events WHERE dedupe_key = ANY(%s))",
        (list(kinds), list(values), deliveries))]


def suppressed(cursor: Cursor, hashes: Mapping[str, Key]) -> set[Key]:
    """The keys, given with their hashes, of those who must not come in again."""
    rows = many(
        cursor, "SELECT key_hash FROM suppressions WHERE key_hash = ANY(%s)", (list(hashes),)
    )
    return {hashes[row["key_hash"]] for row in rows}


def write(
    cursor: Cursor, writes: Writes, seal: Callable[[Any], bytes], told: Sequence[Event] = (),
    chunk: undo.Chunk | None = None,
) -> None:
    """Write what was decided, and the events to tell, in one round trip (a second one where known people said
    what they refuse or agree to); `seal` encrypts the raw leads. What a chunk of an import creates is kept.
    """
    gathered = Gathered(cursor)
    if chunk:
        undo.created_by(gathered, chunk, writes)
    facts.insert_organizations(gathered, writes.organizations)
    facts.insert_contacts(gathered, writes.contacts)
    facts.update_entities(gathered, "organization", writes.changes.get("organization", {}))
    changes = writes.changes.get("contact", {})
    contacts = {result["lead_id"]: result["contact_id"] for result in writes.results}
    # Before their contacts: else what they are searched by would be written once more with these.
    update_from(
        gathered, "leads", [
            row | {"contact": facts.searched(changes.get(contacts[row["id"]], {}))}
            for row in writes.open_leads],
        columns={"id": "uuid", "org_id": "uuid", "tags": "text[]", "message": "text", "utm": "jsonb",
                 "first_utm": "jsonb", "custom": "jsonb", "external_ids": "jsonb", "owner_name": "text",
                 "outcome": "text", "outcome_at": "text", "goal": "text", "warnings": "jsonb",
                 "is_test": "boolean", "contact": "jsonb"},
        key="id",
        changes="""org_id = coalesce(t.org_id, v.org_id), tags = v.tags,
            message = coalesce(v.message, t.message), utm = coalesce(nullif(v.utm, '{}'), t.utm),
            first_utm = coalesce(nullif(t.first_utm, '{}'), nullif(t.utm, '{}'), v.first_utm),
            custom = t.custom || v.custom, external_ids = t.external_ids || v.external_ids,
            owner_name = coalesce(v.owner_name, t.owner_name), outcome = coalesce(v.outcome, t.outcome),
            outcome_at = coalesce(v.outcome_at, t.outcome_at), goal = coalesce(v.goal, t.goal),
            warnings = v.warnings,
            search_text = CASE WHEN v.contact IS NULL AND v.tags = t.tags
                                    AND (t.org_id IS NOT NULL OR v.org_id IS NULL)
                               THEN t.search_text ELSE (
                SELECT lead_search_text(jsonb_populate_record(c, v.contact), o, v.tags)
                FROM contacts c LEFT JOIN organizations o ON o.id = coalesce(t.org_id, v.org_id)
                WHERE c.id = t.contact_id) END,
            is_test = t.is_test AND v.is_test,
            grade = CASE WHEN v.is_test OR NOT t.is_test THEN t.grade END,
            total_score = CASE WHEN v.is_test OR NOT t.is_test THEN t.total_score END,
            version = t.version + 1, updated_at = now()""",
    )
    facts.update_entities(gathered, "contact", changes)
    # To look for a conflict is a fifth of the work on a row, and who is new has none.
    new = {row["id"] for row in (*writes.contacts, *writes.organizations, *writes.new_leads)}
    fresh, others = _apart(writes.provenance, "entity_id", new)
    insert(gathered, "provenance", fresh)
    facts.save_provenance(gathered, others)
    fresh, others = _apart(writes.identities, "contact_id", new)
    insert(gathered, "contact_identities", fresh)
    insert(gathered, "contact_identities", others, conflict="ON CONFLICT"
           " (kind, value, contact_id, person_id) DO UPDATE SET names = excluded.names")
    insert(gathered, "duplicates", writes.duplicates, conflict="ON CONFLICT DO NOTHING")
    update_from(
        gathered, "contacts", writes.employers, columns={"id": "uuid", "org_id": "uuid"}, key="id",
        changes="org_id = v.org_id", where="t.org_id IS NULL",
    )
    insert(gathered, "leads", [
        {name: value for name, value in row.items() if value} for row in writes.new_leads],
        columns=[name for row in writes.new_leads[:1] for name in row], computed=_OF_LEADS)
    fresh, others = _apart(writes.work_items, "lead_id", new)
    insert(gathered, "work_items", fresh)
    _queue(gathered, others, may_be_held=[row["lead_id"] for row in others])
    add_events(gathered, writes.events)
    insert(gathered, "intake", [
        row | {"payload": None if row["payload"] is None else seal(row["payload"]).decode()}
        for row in writes.intake])
    refusals.add(gathered, writes.refusals)
    refusals.adopt(gathered, writes.adopted)
    refusals.settle(gathered, writes.permissions)
    subscriptions.tell(gathered, told)
    gathered.send()
    if writes.permissions:  # an event may have said something since it was decided
        refusals.restate(cursor, [row["id"] for row in writes.permissions])


def _apart(rows: Iterable[Row], name: str, new: Container[str]) -> tuple[list[Row], list[Row]]:
    """The rows of what is new, and the others."""
    fresh: list[Row] = []
    others: list[Row] = []
    for row in rows:
        (fresh if row[name] in new else others).append(row)
    return fresh, others


# A contact that is gone is told by the foreign key. Most leads have few of the others; without tags the text
# is worked out in place, with them by a query within a function.
_OF_LEADS = {
    "search_text": """coalesce((SELECT
        CASE WHEN v.tags IS NULL THEN lead_search_text(c, o) ELSE lead_search_text(c, o, v.tags) END
        FROM contacts c LEFT JOIN organizations o ON o.id = v.org_id WHERE c.id = v.contact_id), '')""",
    **{name: f"coalesce(v.{name}, '{{}}')"
       for name in ("tags", "utm", "first_utm", "custom", "external_ids")},
    "warnings": "coalesce(v.warnings, '[]')", "is_test": "coalesce(v.is_test, false)",
}


def queue(
    cursor: Executes, lead_ids: Iterable[str], lane: str, max_batch: int, *, score_only: bool = False
) -> None:
    """Queue leads; one that is being worked on right now is queued again when it leaves its run. A hold ends:
    the run that waits has the lead no more.

    score_only: of those whose work is done nothing is asked; the others stay with what they are queued for,
    or on hold.
    """
    queued = list(lead_ids)
    _queue(cursor, [
        {"lead_id": lead_id, "lane": lane, "max_batch": max_batch, "score_only": score_only}
        for lead_id in queued], may_be_held=[] if score_only else queued)


_AT_WORK = (f"(work_items.stage IN {words(HELD)} AND"
            f" (excluded.score_only OR NOT {ON_HOLD.format('work_items')}))")


def _queue(cursor: Executes, rows: list[Row], *, may_be_held: list[str]) -> None:
    """may_be_held: those of the leads whose hold ends, if they are on one."""
    if may_be_held:
        calls.give_up(cursor, may_be_held, on_hold=True)
    insert(
        cursor, "work_items", rows,
        conflict=f"""ON CONFLICT (lead_id) DO UPDATE SET
            lane = CASE WHEN excluded.lane = 'interactive' OR work_items.stage IN {words(("done", *LEFT))}
                        THEN excluded.lane ELSE work_items.lane END,
            requeue = {_AT_WORK},
            stage = CASE WHEN {_AT_WORK} THEN work_items.stage ELSE 'queued' END,
            due_at = CASE WHEN {_AT_WORK} THEN work_items.due_at ELSE now() END,
            batch_id = CASE WHEN {_AT_WORK} THEN work_items.batch_id END,
            attempts = CASE WHEN work_items.stage = 'dead' THEN 0 ELSE work_items.attempts END,
            score_only = excluded.score_only AND (work_items.score_only OR work_items.stage = 'done'),
            passes = 0, left_at = NULL, waits = 0, updated_at = now()""",
    )


def add_events(cursor: Executes, rows: list[Row]) -> None:
    """Events of what came in, whole rows."""
    insert(cursor, "events", rows, conflict="ON CONFLICT (dedupe_key) DO NOTHING")


def leads_of(cursor: Cursor, contact_ids: Iterable[str]) -> dict[str, str]:
    """contact id -> the lead that is worked on, else the newest."""
    rows = many(
        cursor, "SELECT DISTINCT ON (contact_id) contact_id::text AS contact_id, id::text AS id FROM leads"
        " WHERE contact_id = ANY(%s::uuid[]) ORDER BY contact_id, status = ANY(%s) DESC, id DESC",
        (list(contact_ids), list(OPEN)),
    )
    return {row["contact_id"]: row["id"] for row in rows}


def contacts_of(cursor: Cursor, lead_ids: Iterable[str]) -> dict[str, str]:
    """lead id -> contact id, for the leads that exist; they stay with it until the transaction ends."""
    rows = many(
        cursor, "SELECT id::text AS id, contact_id::text AS contact_id FROM leads"
        " WHERE id = ANY(%s::uuid[]) ORDER BY id FOR SHARE", (list(lead_ids),),
    )
    return {row["id"]: row["contact_id"] for row in rows}
