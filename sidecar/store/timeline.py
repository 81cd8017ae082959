"""What happened to a lead, of all kinds in one order."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from sidecar.store.database import Cursor, Row, many, one, words
from sidecar.terms.states import DELIVERED

_MERGES: Final = ("contact.merged", "contact.unmerged", "contact.split")
# What the audit log says again of what has lines of its own, or of what changed nothing.
_ELSEWHERE: Final = ("lead.assigned", "contact.refused", "contact.agreed", *_MERGES)
# What is audited of the lead, its company, its person and those who were merged into them.
_AUDITED: Final = """
    FROM audit_log a WHERE (a.entity_kind, a.entity_id) IN (
        SELECT 'lead', %(lead)s UNION ALL SELECT 'organization', %(organization)s
        UNION ALL SELECT 'contact', unnest(%(contacts)s::text[]))"""
# Kind -> (when, what tells those of one moment apart, [names and columns of the details], the rows).
_KINDS: Final[dict[str, tuple[str, str, str, str]]] = {
    "event": (
        "e.occurred_at", "e.id",
        "'type', e.type, 'source', e.source, 'machine', e.machine, 'properties', e.properties",
        "FROM events e WHERE e.contact_id = %(contact)s::uuid"
        f" AND (e.type <> '{DELIVERED}' OR e.email_status IS NOT NULL)"),
    "received": (
        "i.received_at", "i.id", "'client', i.client, 'source', i.source, 'outcome', i.outcome,"
        " 'request_id', i.request_id",
        "FROM intake i WHERE i.lead_id = %(lead)s::uuid"),
    "message": (
        "coalesce(n.sent_at, n.created_at)", "n.id",
        "'message', n.kind, 'channel', n.channel, 'state', n.state, 'attempts', n.attempts,"
        " 'due_at', n.due_at, 'sent_at', n.sent_at, 'possible_duplicate', n.possible_duplicate,"
        " 'error', n.last_error, 'to', u.email",
        "FROM notifications n LEFT JOIN users u ON u.id = n.user_id WHERE n.lead_id = %(lead)s::uuid"),
    "status": (
        "s.changed_at", "lpad(s.id::text, 20, '0')",
        "'from', s.from_status, 'to', s.to_status, 'by', s.changed_by",
        "FROM lead_status_history s WHERE s.lead_id = %(lead)s::uuid"),
    "assignment": (
        "a.at", "a.id",
        "'owner', u.email, 'previous_owner', p.email, 'how', a.kind, 'reason', a.reason, 'by', a.actor,"
        " 'undone_at', a.undone_at",
        "FROM assignments a LEFT JOIN users u ON u.id = a.user_id LEFT JOIN users p ON p.id = a.previous_id"
        " WHERE a.lead_id = %(lead)s::uuid"),
    "handling": (
        "h.at", "h.id",
        "'handling', h.kind, 'by', h.by, 'channel', h.channel, 'until', h.until, 'undone_at', h.undone_at,"
        " 'undone_by', h.undone_by", "FROM handlings h WHERE h.lead_id = %(lead)s::uuid"),
    "call": (
        "coalesce(c.started_at, c.planned_at)", "c.id",
        "'call_id', c.id, 'provider', c.provider, 'operation', c.operation, 'about', c.subject_kind,"
        " 'state', c.state, 'outcome', c.outcome, 'price', c.price::float8, 'sandbox', c.sandbox,"
        " 'paid_by', c.lead_id",
        "FROM provider_calls c WHERE c.subject_id IN (%(contact)s::uuid, %(organization)s::uuid)"
        " AND c.state <> 'dropped'"),
    "score": (
        "s.calculated_at", "s.id",
        "'total', s.total_score / 100.0, 'grade', s.grade, 'before', s.before / 100.0,"
        " 'previous_grade', s.previous_grade, 'model_version', s.model_version",
        "FROM (SELECT *, lag(total_score) OVER (ORDER BY calculated_at, id) AS before FROM lead_scores"
        " WHERE lead_id = %(lead)s::uuid) s WHERE s.total_score IS DISTINCT FROM s.before"),
    "refusal": (
        "r.stated_at", "r.id",
        "'purpose', r.purpose, 'refused', r.refused, 'own', r.own, 'source', r.source, 'reason', r.reason",
        "FROM refusals r WHERE r.contact_id = %(contact)s::uuid"),
    "merge": (
        "a.at", "lpad(a.id::text, 20, '0')", "'action', a.action, 'by', a.actor, 'after', a.after",
        f"{_AUDITED} AND a.action IN {words(_MERGES)}"),
    "edit": (
        "a.at", "lpad(a.id::text, 20, '0')",
        "'action', a.action, 'by', a.actor, 'about', a.entity_kind, 'before', a.before, 'after', a.after",
        f"{_AUDITED} AND a.action NOT IN {words(_ELSEWHERE)}"),
}
KINDS: Final = tuple(_KINDS)


def of_lead(cursor: Cursor, lead_id: str) -> Row | None:
    """Whose timeline it is: {lead, contact, organization, contacts (with those who were merged into it)}."""
    return one(
        cursor, "SELECT l.id::text AS lead, l.contact_id::text AS contact, l.org_id::text AS organization,"
        " array_prepend(l.contact_id::text, ARRAY(SELECT lost_id::text FROM merges m"
        " WHERE m.kept_id = l.contact_id)) AS contacts FROM leads l WHERE l.id = %s", (lead_id,))


def page(
    cursor: Cursor, whose: Row, kinds: Collection[str], limit: int, after: tuple[datetime, str] | None
) -> list[Row]:
    """The latest of these kinds, or those before one of them (`at`, `key`): [{at, key, kind, details}]. Each
    kind is asked once, by its index, for as many as the page can have."""
    parts = []
    for kind in sorted(kinds):
        at, key, details, rows = _KINDS[kind]
        key = f"'{kind}:' || {key}"
        parts.append(
            f"(SELECT {at} AS at, {key} AS key, '{kind}' AS kind, jsonb_build_object({details}) AS details"
            f" {rows} AND (%(at)s::timestamptz IS NULL OR ({at}, {key}) < (%(at)s, %(key)s))"
            f" ORDER BY {at} DESC, {key} DESC LIMIT %(limit)s)")
    before: dict[str, Any] = {"at": after[0], "key": after[1]} if after else {"at": None, "key": None}
    return many(
        cursor, f"SELECT * FROM ({' UNION ALL '.join(parts)}) every"  # noqa: S608
        " ORDER BY at DESC, key DESC LIMIT %(limit)s", whose | before | {"limit": limit})
