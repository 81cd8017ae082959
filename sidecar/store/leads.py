"""Reading and editing leads."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from psycopg2.errors import UniqueViolation

from sidecar.errors import Conflict
from sidecar.intake.refusals import may, told
from sidecar.store import following, refusals
from sidecar.store.administration import user_id
from sidecar.store.customers import IN_COMPANIES
from sidecar.store.database import (
    Cursor,
    Row,
    as_array,
    containing,
    insert,
    many,
    one,
    update_from,
    words,
)
from sidecar.store.facts import json_object
from sidecar.terms.fields import fields_of
from sidecar.terms.scopes import MAY_SEE
from sidecar.terms.states import DELIVERED, OPEN

# What people edit of a lead in its own row -> its column; its owner is assigned.
EDITED = {field.name: field.column for field in fields_of("lead") if field.editable and field.name != "owner"}
NOBODY = "none"  # as an owner to filter by
_UNKNOWN = "00000000-0000-0000-0000-000000000000"  # nobody's id

# Each sort: (what follows the cursor, order); every one ends with the id, so that no two rows are equal.
_SCORE = "coalesce(l.total_score, -1)"
_SORTS = {
    "newest": ("l.id < %(after_id)s::uuid", "l.id DESC"),
    "oldest": ("l.id > %(after_id)s::uuid", "l.id"),
    "score": (f"({_SCORE}, l.id) < (%(after_score)s, %(after_id)s::uuid)", f"{_SCORE} DESC, l.id DESC"),
    "lowest": (f"({_SCORE}, l.id) > (%(after_score)s, %(after_id)s::uuid)", f"{_SCORE}, l.id"),
    "changed": ("(l.updated_at, l.id) < (%(after_at)s, %(after_id)s::uuid)", "l.updated_at DESC, l.id DESC"),
    "unchanged": ("(l.updated_at, l.id) > (%(after_at)s, %(after_id)s::uuid)", "l.updated_at, l.id"),
}
SORTS = tuple(_SORTS)
# Sort -> what its cursor holds before the id.
CURSORS: Mapping[str, str | None] = {
    "newest": None, "oldest": None, "score": "score", "lowest": "score", "changed": "time",
    "unchanged": "time"}
REVERSED: Mapping[str, str] = {one: other for pair in (
    ("newest", "oldest"), ("score", "lowest"), ("changed", "unchanged")) for one, other in (pair, pair[::-1])}
_MOST_WORDS = 8  # of a search
# What somebody types of a telephone number: as it is kept, without what stands before the country's code.
_NUMBER = re.compile(r"[+\d][\d ()./-]{4,}")
_AT_REST = "w.stage = 'done' AND (%(after)s IS NULL OR l.id > %(after)s::uuid)"

_COLUMNS = f"""
SELECT l.id::text AS id, l.status, w.stage, w.lane, w.reason_code AS stage_code,
       w.reason AS stage_reason, l.source, l.tags, l.message, l.utm,
       coalesce(nullif(l.first_utm, '{{}}'), l.utm) AS first_utm, l.custom, l.external_ids,
       l.owner_name, l.outcome, l.outcome_at, l.owner_id::text AS owner_id, u.email AS owner, l.goal,
       l.is_test, l.version, l.created_at, l.updated_at,
       {json_object("contact", "c")} || jsonb_build_object('consent', c.consent, 'refused', c.refused)
           AS contact,
       CASE WHEN o.id IS NOT NULL THEN {json_object("organization", "o")} END AS organization,
       l.total_score, l.grade, l.scored_at, s.breakdown, s.model_version
"""
_FROM = """
FROM leads l
JOIN contacts c ON c.id = l.contact_id
LEFT JOIN organizations o ON o.id = l.org_id
LEFT JOIN users u ON u.id = l.owner_id
LEFT JOIN work_items w ON w.lead_id = l.id
LEFT JOIN LATERAL (
    SELECT breakdown, model_version FROM lead_scores s
    WHERE s.lead_id = l.id ORDER BY calculated_at DESC LIMIT 1) s ON true
"""


def get(cursor: Cursor, lead_id: str) -> Row | None:
    """One lead, whole: contact, organization, score with reasons, events, history of score and status,
    messages about it, its changes into hot, what the person refuses and agrees to."""
    row = one(
        cursor,
        cursor.prepared(f"""{_COLUMNS}, l.warnings,
        (SELECT coalesce(jsonb_agg(e ORDER BY e.occurred_at DESC), '[]') FROM (
            SELECT type, occurred_at, properties, source, machine FROM events
            WHERE contact_id = c.id AND (type <> '{DELIVERED}' OR email_status IS NOT NULL)
            ORDER BY occurred_at DESC LIMIT 100) e) AS events,
        (SELECT coalesce(jsonb_agg(h ORDER BY h.calculated_at DESC), '[]') FROM (
            SELECT total_score / 100.0 AS total, grade, model_version, calculated_at
            FROM lead_scores WHERE lead_id = l.id ORDER BY calculated_at DESC LIMIT 20) h) AS history,
        (SELECT coalesce(jsonb_agg(t ORDER BY t.id DESC) , '[]') FROM (
            SELECT id, from_status, to_status, changed_by, changed_at
            FROM lead_status_history WHERE lead_id = l.id ORDER BY id DESC LIMIT 100) t) AS status_history,
        (SELECT coalesce(jsonb_agg(n ORDER BY n.id DESC), '[]') FROM (
            SELECT id, kind, channel, state, attempts, due_at, sent_at, possible_duplicate, last_error,
                   created_at
            FROM notifications WHERE lead_id = l.id ORDER BY id DESC LIMIT 100) n) AS notifications
        {_FROM} WHERE l.id = $1"""),  # noqa: S608
        (lead_id,),
    )
    if row is None:
        return None
    contact_id = row["contact"]["id"]
    return _shape(row) | {
        "hot_changes": following.of_lead(cursor, lead_id),
        "refusals": told(refusals.statements(cursor, [contact_id]).get(contact_id, []))}


def brief(cursor: Cursor, lead_id: str) -> Row | None:
    """A lead's goal, its stage, why no more was asked about it, and its person and company: {goal, stage,
    stopped, contact, organization}."""
    return one(
        cursor, "SELECT l.goal, w.stage, w.stopped, l.contact_id::text AS contact,"
        " l.org_id::text AS organization FROM leads l LEFT JOIN work_items w ON w.lead_id = l.id"
        " WHERE l.id = %s", (lead_id,))


def page(
    cursor: Cursor, filters: dict[str, Any], *, sort: str, limit: int, after: list[Any] | None
) -> list[Row]:
    """A keyset page of leads. Filters: q (each word of it), company (q in that alone), organization (an id),
    status, stage, grade, source, tag, country (the person's), owner (an address, or NOBODY), touched (of
    those that became hot), min_score, max_score, created_from, created_to, updated_from, updated_to,
    scored_from, scored_to, import_id; `after` is the cursor of the last row (see `cursor_of`)."""
    where, params = _conditions(cursor, filters)
    following, order = _SORTS[sort]
    if after:
        where.append(following)
        params |= {"after_score": after[0], "after_at": after[0], "after_id": after[-1]}
    sql = f"""
        WITH picked AS (
            SELECT l.id {_from(filters, where)}
            ORDER BY {order}
            LIMIT %(limit)s)
        {_COLUMNS} {_FROM} JOIN picked p ON p.id = l.id
        ORDER BY {order}
    """
    return [_shape(row) for row in many(cursor, sql, params | {"limit": limit})]


def count(cursor: Cursor, filters: Mapping[str, Any], most: int) -> int:
    """How many leads the filters of `page` find; of more than `most` one more than that."""
    where, params = _conditions(cursor, filters)
    row = one(cursor, f"SELECT count(*) AS n FROM (SELECT {_from(filters, where)} LIMIT %(limit)s) x",  # noqa: S608
              params | {"limit": most + 1})
    return row["n"] if row else 0


def ids(cursor: Cursor, filters: Mapping[str, Any], limit: int, after: str | None = None) -> list[str]:
    """The ids of leads of the filters of `page`, in order, beginning after one of them."""
    where, params = _conditions(cursor, filters)
    if after:
        where.append(_SORTS["oldest"][0])
    return [row["id"] for row in many(
        cursor, f"SELECT l.id::text AS id {_from(filters, where)} ORDER BY l.id LIMIT %(limit)s",
        params | {"limit": limit, "after_id": after})]


def custom_names(cursor: Cursor, filters: Mapping[str, Any], most: int) -> list[str]:
    """What leads of the filters of `page` call their other answers, by name."""
    where, params = _conditions(cursor, filters)
    return [row["name"] for row in many(
        cursor, "SELECT DISTINCT name FROM (SELECT jsonb_object_keys(l.custom) AS name"  # noqa: S608
        f" {_from(filters, where)}) x ORDER BY name LIMIT %(limit)s", params | {"limit": most})]


def at_rest(cursor: Cursor, filters: dict[str, Any], limit: int, after: str | None) -> list[str]:
    """The ids of leads of the filters of `page` whose work is done, in order, beginning after one of them."""
    where, params = _conditions(cursor, filters)
    return [row["id"] for row in many(
        cursor,
        "SELECT l.id::text AS id FROM leads l JOIN work_items w ON w.lead_id = l.id"  # noqa: S608
        f" WHERE {' AND '.join([*where, _AT_REST])} ORDER BY l.id LIMIT %(limit)s",
        params | {"limit": limit, "after": after})]


def to_enrich(cursor: Cursor, filters: Mapping[str, Any], limit: int) -> list[Row]:
    """The oldest leads of the filters of `page`, of `lead_ids`, or of the import `import_id`: [{lead_id, lane
    or None, together (whose leads share what is asked about their company)}]."""
    where, params = _conditions(cursor, filters)
    return many(
        cursor,
        "SELECT l.id::text AS lead_id, w.lane, coalesce(l.org_id, l.contact_id)::text AS together"  # noqa: S608
        " FROM leads l LEFT JOIN work_items w ON w.lead_id = l.id"
        f" WHERE {' AND '.join(where or ['true'])} ORDER BY l.id LIMIT %(limit)s", params | {"limit": limit})


def cursor_of(row: Row, sort: str) -> list[Any]:
    """Where the page after this row begins."""
    held = CURSORS[sort]
    if held == "score":
        total = row["score"]["total"] if row["score"] else None
        return [-1 if total is None else round(total * 100), row["id"]]
    return [row["updated_at"].isoformat(), row["id"]] if held else [row["id"]]


def _from(filters: Mapping[str, Any], where: Collection[str]) -> str:
    """FROM and WHERE of a statement about leads l."""
    work = " JOIN work_items w ON w.lead_id = l.id" if filters.get("stage") else ""
    return f"FROM leads l{work}{' WHERE ' if where else ''}{' AND '.join(where)}"


def _words(text: str) -> list[str]:
    """What of a search must all be found: its words, or a telephone number whole."""
    if _NUMBER.fullmatch(text.strip()):
        return [re.sub(r"\D", "", text).lstrip("0")]
    return text.split()[:_MOST_WORDS]


def _conditions(cursor: Cursor, filters: Mapping[str, Any]) -> tuple[list[str], dict[str, Any]]:
    given = {name: value for name, value in filters.items() if value is not None}
    params = dict(given)
    # As a value: then the planner knows whether somebody has few leads or many.
    if "owner" in given:
        params["owner"] = None if given["owner"] == NOBODY else (
            user_id(cursor, given["owner"].strip().lower()) or _UNKNOWN)
    conditions = {
        "lead_ids": "l.id = ANY(%(lead_ids)s::uuid[])",
        "import_id": """l.id IN (SELECT unnest(lead_ids) FROM import_created WHERE job_id = %(import_id)s
            UNION SELECT k.id FROM import_changes i JOIN leads k ON k.contact_id = i.entity_id
                  WHERE i.job_id = %(import_id)s AND i.entity_kind = 'contact')""",
        "company": IN_COMPANIES.format("l"),
        "status": "l.status = %(status)s",
        "stage": "w.stage = %(stage)s",
        "grade": "l.grade = %(grade)s",
        "source": "l.source = %(source)s",
        "tag": "l.tags @> ARRAY[%(tag)s]::text[]",
        "country": "l.contact_id IN (SELECT id FROM contacts WHERE country = %(country)s)",
        "touched": f"""l.hot_changes > 0 AND EXISTS (
            SELECT FROM hot_changes h WHERE h.lead_id = l.id AND h.number = l.hot_changes
            AND h.touched_at IS {'NOT ' if given.get("touched") else ''}NULL)""",
        "owner": "l.owner_id = %(owner)s::uuid" if params.get("owner") else "l.owner_id IS NULL",
        "organization": "l.org_id = %(organization)s::uuid",
        # As the index has it, with whole numbers: then it finds them, sorted by score or not.
        "min_score": f"{_SCORE} >= %(min_score)s",
        "max_score": f"{_SCORE} BETWEEN 0 AND %(max_score)s",
        "created_from": "l.created_at >= %(created_from)s",
        "created_to": "l.created_at < %(created_to)s",
        "updated_from": "l.updated_at >= %(updated_from)s",
        "updated_to": "l.updated_at < %(updated_to)s",
        "scored_from": "l.scored_at >= %(scored_from)s",
        "scored_to": "l.scored_at < %(scored_to)s",
    }
    if "company" in given:
        params["q"] = containing(given["company"])
    found = {f"word_{place}": containing(word) for place, word in enumerate(_words(given.pop("q", "")))}
    params |= found
    for name, rounding in (("min_score", ROUND_CEILING), ("max_score", ROUND_FLOOR)):
        if name in given:
            params[name] = int((Decimal(str(given[name])) * 100).to_integral_value(rounding))
    return [conditions[name] for name in given] + [
        f"l.search_text LIKE %({name})s" for name in found], params


def _shape(row: Row) -> Row:
    score = None
    if row["total_score"] is not None:
        breakdown = row["breakdown"] or {}
        score = {
            "total": row["total_score"] / 100, "grade": row["grade"],
            "components": {}, "weights": {}, "reasons": [], **breakdown,
            "model_version": row["model_version"], "calculated_at": row["scored_at"],
        }
    shaped = {key: value for key, value in row.items() if key not in (
        "total_score", "grade", "scored_at", "breakdown", "model_version")} | {"score": score}
    shaped |= may(row["contact"]["refused"])
    for kind in ("contact", "organization"):
        if shaped[kind]:
            shaped[kind]["fields"] = {}
    return shaped


_OF_REJECTS = {
    "source": "source = %(source)s",
    "code": "errors @> jsonb_build_array(jsonb_build_object('code', %(code)s::text))",
    "received_from": "received_at >= %(received_from)s",
    "received_to": "received_at < %(received_to)s",
}


def rejects(
    cursor: Cursor, filters: Mapping[str, Any], limit: int, after: str | None, *, closed: bool
) -> list[Row]:
    """Refused leads that nobody repaired, newest first, raw payload still encrypted: those that somebody
    closed, or the others. Filters: source, code (of an error), received_from, received_to."""
    where = "".join(f" AND {_OF_REJECTS[name]}" for name in filters)
    return many(
        cursor,
        "SELECT id::text AS id, received_at, client, source, errors, payload, closed_at, closed_by"  # noqa: S608
        f" FROM intake WHERE outcome = 'rejected' AND resolved_at IS NULL"
        f" AND closed_at IS {'NOT ' if closed else ''}NULL{where}"
        " AND (%(after)s IS NULL OR id < %(after)s::uuid) ORDER BY intake.id DESC LIMIT %(limit)s",
        {**filters, "limit": limit, "after": after},
    )


def close_rejects(cursor: Cursor, intake_ids: list[str], actor: str | None) -> list[str]:
    """Those of these refused leads that are closed by somebody now; without an actor: open again."""
    return [row["id"] for row in many(
        cursor,
        "UPDATE intake SET closed_by = %(actor)s,"
        " closed_at = CASE WHEN %(actor)s::text IS NOT NULL THEN now() END WHERE id IN (SELECT id FROM intake"
        " WHERE id = ANY(%(ids)s::uuid[]) AND outcome = 'rejected' AND resolved_at IS NULL"
        " AND (closed_at IS NULL) = (%(actor)s::text IS NOT NULL) ORDER BY id FOR UPDATE)"
        " RETURNING id::text AS id", {"ids": intake_ids, "actor": actor})]


def reject(cursor: Cursor, intake_id: str) -> Row | None:
    """A refused lead that nobody repaired: {payload (encrypted), source, received_at}."""
    return one(
        cursor, "SELECT payload, source, received_at FROM intake WHERE id = %s AND outcome = 'rejected'"
        " AND resolved_at IS NULL", (intake_id,))


def rejects_of_job(cursor: Cursor, job_id: str) -> list[Row]:
    """The refused rows of an import that nobody repaired: [{id, payload (encrypted)}]."""
    return many(
        cursor, "SELECT id::text AS id, payload FROM intake WHERE outcome = 'rejected'"
        " AND resolved_at IS NULL AND payload IS NOT NULL AND id > %s AND request_id = %s",
        (job_id, f"job:{job_id}"))


def resolve(cursor: Cursor, intake_id: str) -> bool:
    """A refused lead came in, repaired; whether it was not repaired before. What was sent goes: the lead that
    came in has it, and an erasure would not find it here."""
    return one(
        cursor, "UPDATE intake SET resolved_at = now(), payload = NULL, errors = '[]'"
        " WHERE id = %s AND resolved_at IS NULL RETURNING id", (intake_id,)) is not None


def owners(cursor: Cursor) -> list[Row]:
    """Users who did not leave and may see people: [{id, email, name}] by address."""
    return many(
        cursor, "SELECT id::text AS id, email, name FROM users WHERE disabled_at IS NULL AND role = ANY(%s)"
        " ORDER BY email", (MAY_SEE,))


def lock(cursor: Cursor, lead_id: str) -> Row | None:
    """A lead's own row, locked for an edit."""
    return next(iter(lock_all(cursor, [lead_id])), None)


def lock_all(cursor: Cursor, lead_ids: Collection[str]) -> list[Row]:
    """Leads' own rows, locked in the order of their ids."""
    return many(
        cursor, "SELECT id::text AS id, contact_id::text AS contact_id, org_id::text AS org_id,"
        " status, tags, owner_id::text AS owner, goal, message, outcome, hot_changes, version FROM leads"
        " WHERE id = ANY(%s::uuid[]) ORDER BY id FOR UPDATE", (as_array(lead_ids),),
    )


def open_lead(cursor: Cursor, contact_id: str) -> str | None:
    """The person's lead that is being worked on."""
    row = one(cursor, "SELECT id::text AS id FROM leads WHERE contact_id = %s AND status = ANY(%s)",
              (contact_id, list(OPEN)))
    return row["id"] if row else None


def edit(cursor: Cursor, lead_id: str, changes: dict[str, Any]) -> None:
    """Set the columns of a lead that people edit. Raises Conflict for a person's second open lead."""
    names = [name for name in EDITED if name in changes]
    assignments = ", ".join(f"{EDITED[name]} = %({name})s" for name in names)
    try:
        cursor.execute(
            f"UPDATE leads SET {assignments}{', ' if names else ''}version = version + 1,"  # noqa: S608
            " updated_at = now() WHERE id = %(id)s", changes | {"id": lead_id},
        )
    except UniqueViolation:
        raise Conflict("This person has another open lead; close that one first.") from None


def set_all(cursor: Cursor, column: str, rows: list[Row]) -> None:
    """Set the status or the tags of leads: [{id, status or tags}]."""
    update_from(
        cursor, "leads", rows, columns={"id": "uuid", column: {"status": "text", "tags": "text[]"}[column]},
        key="id", changes=f"{column} = v.{column}, version = t.version + 1, updated_at = now()")


def open_contacts(cursor: Cursor, contact_ids: Collection[str]) -> set[str]:
    """Those of the people who have a lead that is being worked on."""
    return {row["id"] for row in many(
        cursor, "SELECT contact_id::text AS id FROM leads WHERE contact_id = ANY(%s::uuid[])"  # noqa: S608
        f" AND status IN {words(OPEN)}", (as_array(contact_ids),))}


def latest_statuses(cursor: Cursor, lead_ids: Collection[str]) -> dict[str, int]:
    """The latest change in the history of the status of each lead, by its id."""
    return {row["lead_id"]: row["id"] for row in many(
        cursor, "SELECT lead_id::text AS lead_id, max(id) AS id FROM lead_status_history"
        " WHERE lead_id = ANY(%s::uuid[]) GROUP BY lead_id", (as_array(lead_ids),))}


def add_status(cursor: Cursor, lead_id: str, before: str, after: str, actor: str) -> None:
    """History of the sales status."""
    add_statuses(cursor, {lead_id: (before, after)}, actor)


def add_statuses(cursor: Cursor, changes: Mapping[str, tuple[str, str]], actor: str) -> None:
    """History of the sales status of leads: lead id -> (before, after)."""
    insert(cursor, "lead_status_history", [
        {"lead_id": lead_id, "from_status": before, "to_status": after, "changed_by": actor}
        for lead_id, (before, after) in changes.items()],
        columns=("lead_id", "from_status", "to_status", "changed_by"))
