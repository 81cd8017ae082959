"""What a request caused, found by its id. That stands with what came in and in the audit log alone: all else
is joined by lead, batch and subject."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sidecar.store.database import Cursor, Row, many

# Of a file with a million rows; of any other request it is all.
_MOST_ROWS: Final = 1000
_RECEIVED: Final = f"(SELECT * FROM intake WHERE request_id = %(request)s LIMIT {_MOST_ROWS})"  # noqa: S608

# r: the leads, each with the moment from which on it is told; calls: what was asked about them, once each; b:
# the claims that had them.
_ABOUT: Final = """
WITH r AS MATERIALIZED (
    SELECT * FROM unnest(%(leads)s::uuid[], %(since)s::timestamptz[]) AS r(lead_id, since)),
calls AS MATERIALIZED (
    SELECT DISTINCT ON (c.id) c.*, r.lead_id AS needs FROM r JOIN leads l ON l.id = r.lead_id
    JOIN provider_calls c ON c.subject_id = ANY(ARRAY[l.contact_id, l.org_id])
    WHERE r.lead_id = ANY(c.lead_ids) AND c.planned_at >= r.since AND c.state <> 'dropped'
    ORDER BY c.id, r.lead_id <> c.lead_id),
scores AS MATERIALIZED (
    SELECT s.* FROM r JOIN lead_scores s ON s.lead_id = r.lead_id AND s.calculated_at >= r.since),
b AS MATERIALIZED (
    SELECT * FROM batches WHERE id IN (
        SELECT id FROM batches WHERE execution_id = %(execution)s
        UNION SELECT batch_id FROM calls UNION SELECT batch_id FROM scores
        UNION SELECT w.batch_id FROM r JOIN work_items w ON w.lead_id = r.lead_id))
"""
# Kind -> (when, what tells those of one moment apart, the lead, names and columns of the details, the rows).
_KINDS: Final[dict[str, tuple[str, str, str, str, str]]] = {
    "job": (
        "j.created_at", "j.id", "NULL", "'job', j.id, 'kind', j.kind, 'state', j.state, 'by', j.created_by",
        "FROM jobs j WHERE j.id = %(job)s::uuid"),
    "received": (
        "i.received_at", "i.id", "i.lead_id",
        "'client', i.client, 'source', i.source, 'outcome', i.outcome,"
        " 'errors', jsonb_path_query_array(i.errors, '$[*].code')",
        f"FROM {_RECEIVED} i WHERE true"),
    "batch": (
        "b.created_at", "b.id", "NULL",
        "'batch', b.id, 'execution', b.execution_id, 'lane', b.lane, 'leads', b.size", "FROM b WHERE true"),
    "call": (
        "coalesce(c.started_at, c.planned_at)", "c.id", "c.needs",
        "'call', c.id, 'batch', c.batch_id, 'provider', c.provider, 'operation', c.operation,"
        " 'about', c.subject_kind, 'state', c.state, 'outcome', c.outcome, 'price', c.price::float8,"
        " 'sandbox', c.sandbox, 'paid_by', c.lead_id, 'status', c.status, 'elapsed_ms', c.elapsed_ms",
        "FROM calls c WHERE true"),
    "score": (
        "s.calculated_at", "s.id", "s.lead_id",
        "'batch', s.batch_id, 'total', s.total_score / 100.0, 'grade', s.grade,"
        " 'previous_grade', s.previous_grade, 'model_version', s.model_version", "FROM scores s WHERE true"),
    "message": (
        "coalesce(n.sent_at, n.created_at)", "n.id", "n.lead_id",
        "'message', n.id, 'kind', n.kind, 'channel', n.channel, 'state', n.state, 'attempts', n.attempts,"
        " 'possible_duplicate', n.possible_duplicate, 'error', n.last_error, 'to', u.email",
        "FROM r JOIN notifications n ON n.lead_id = r.lead_id AND n.created_at >= r.since"
        " LEFT JOIN users u ON u.id = n.user_id WHERE true"),
    "delivery": (
        "coalesce(d.delivered_at, e.created_at)", "e.id || d.subscription_id::text", "e.lead_id",
        "'event', e.type, 'webhook_id', e.id, 'subscription', d.subscription_id, 'state', d.state,"
        " 'attempts', d.attempts, 'status', d.last_status",
        "FROM r JOIN lead_events e ON e.lead_id = r.lead_id AND e.created_at >= r.since"
        " JOIN deliveries d ON d.event_id = e.id WHERE true"),
    "failure": (
        "f.occurred_at", "f.id", "NULL",
        "'execution', f.execution_id, 'workflow', f.workflow_name, 'node', f.node, 'batch', f.batch_id",
        "FROM workflow_errors f"
        " WHERE (f.execution_id = %(execution)s OR f.batch_id IN (SELECT id FROM b))"),
    "audit": (
        "a.at", "lpad(a.id::text, 20, '0')",
        "CASE a.entity_kind WHEN 'lead' THEN a.entity_id END",
        "'action', a.action, 'by', a.actor, 'about', a.entity_kind, 'id', a.entity_id",
        "FROM audit_log a WHERE a.request_id = %(request)s"),
}
KINDS: Final = tuple(_KINDS)


def leads(cursor: Cursor, request_id: str, execution_id: str | None, most: int) -> list[Row]:
    """The first so many leads that came with a request or were in the claims of a run, each with when:
    [{lead_id, since}]. Of a run: those that it scored or has."""
    return many(
        cursor, f"""
        SELECT lead_id::text AS lead_id, min(at) AS since FROM (
            SELECT lead_id, received_at AS at FROM {_RECEIVED} came WHERE lead_id IS NOT NULL
            UNION ALL
            SELECT s.lead_id, b.created_at FROM batches b JOIN lead_scores s ON s.batch_id = b.id
            WHERE b.execution_id = %(execution)s
            UNION ALL
            SELECT w.lead_id, b.created_at FROM batches b
            JOIN work_items w ON w.batch_id = b.id AND w.stage IN ('leased', 'scored')
            WHERE b.execution_id = %(execution)s) found
        GROUP BY lead_id ORDER BY min(at), found.lead_id LIMIT %(most)s""",  # noqa: S608
        {"request": request_id, "execution": execution_id, "most": most})


def page(
    cursor: Cursor, request_id: str, *, execution_id: str | None, job_id: str | None, about: list[Row],
    limit: int, after: tuple[datetime, str] | None,
) -> list[Row]:
    """What a request, a run or a job caused, the earliest first, of all kinds in one order, or what follows
    one of them (`at`, `key`): [{at, key, kind, lead_id, details}]. `about`: the leads as `leads` tells them;
    what happened to each counts from its `since` on."""
    parts = []
    for kind, (at, key, lead, details, rows) in _KINDS.items():
        key = f"'{kind}:' || {key}"
        parts.append(
            f"(SELECT {at} AS at, {key} AS key, '{kind}' AS kind, {lead}::text AS lead_id,"
            f" jsonb_build_object({details}) AS details {rows}"
            f" AND (%(at)s::timestamptz IS NULL OR ({at}, {key}) > (%(at)s, %(key)s))"
            f" ORDER BY {at}, {key} LIMIT %(limit)s)")
    asked: dict[str, Any] = {
        "request": request_id, "execution": execution_id, "job": job_id, "limit": limit,
        "leads": [row["lead_id"] for row in about], "since": [row["since"] for row in about],
        "at": after[0] if after else None, "key": after[1] if after else None}
    return many(cursor, f"{_ABOUT} SELECT * FROM ({' UNION ALL '.join(parts)}) every"  # noqa: S608
                " ORDER BY at, key LIMIT %(limit)s", asked)
