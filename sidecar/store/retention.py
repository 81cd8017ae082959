"""Forgetting what is kept for a while only, a bounded number of rows at a time."""

from __future__ import annotations

from sidecar.store import jobs
from sidecar.store.database import Cursor
from sidecar.terms.states import DELIVERED

_ROWS = 1000


def purge(cursor: Cursor, payload_days: int, unknown_days: int = 90) -> dict[str, int]:
    """Forget raw leads, failed n8n executions, requests to vendors that were given up, events of leads and
    the paused subscriptions of programs, what leads were before a job changed them, links in messages that
    ended, by what browser from where an event came and when each mail was delivered after `payload_days`,
    events of whom nobody knows after `unknown_days`, expired answers of providers after 30 days more, sign-
    ins that have ended and idempotency keys of yesterday: rows by kind."""
    statements = {
        "payloads": "UPDATE intake SET payload = NULL WHERE id IN (SELECT id FROM intake WHERE payload"
                    " IS NOT NULL AND received_at < now() - %(days)s * interval '1 day'"
                    " ORDER BY received_at LIMIT %(rows)s FOR UPDATE SKIP LOCKED)",
        **{table: f"DELETE FROM {table} WHERE ctid IN (SELECT r.ctid FROM {table} r JOIN jobs j"  # noqa: S608
                  " ON j.id = r.job_id WHERE j.updated_at < now() - %(days)s * interval '1 day'"
                  " LIMIT %(rows)s)" for table in (*jobs.ROW_TABLES, "job_people", "job_leads")},
        "workflow_errors": "DELETE FROM workflow_errors WHERE ctid IN (SELECT ctid FROM workflow_errors WHERE"
                           " occurred_at < now() - %(days)s * interval '1 day' LIMIT %(rows)s"
                           " FOR UPDATE SKIP LOCKED)",
        "lead_events": "DELETE FROM lead_events WHERE ctid IN (SELECT ctid FROM lead_events WHERE"
                       " created_at < now() - %(days)s * interval '1 day' LIMIT %(rows)s"
                       " FOR UPDATE SKIP LOCKED)",
        "subscriptions": "WITH gone AS (DELETE FROM subscriptions WHERE key IS NOT NULL AND state = 'paused'"
                         " AND updated_at < now() - %(days)s * interval '1 day' RETURNING id, url)"
                         " INSERT INTO audit_log (actor, action, entity_kind, entity_id, before)"
                         " SELECT 'retention', 'subscription.deleted', 'subscription', id,"
                         " jsonb_build_object('host', substring(url FROM '^[^:]+://[^/?#]+')) FROM gone",
        "source_fetches": "DELETE FROM source_fetches WHERE failed_at < now() - %(days)s * interval '1 day'",
        "events": "DELETE FROM events WHERE ctid IN (SELECT ctid FROM events WHERE contact_id IS NULL"
                  " AND received_at < now() - %(unknown)s * interval '1 day' LIMIT %(rows)s"
                  " FOR UPDATE SKIP LOCKED)",
        "mails": "DELETE FROM events WHERE ctid IN (SELECT ctid FROM events WHERE type = %(delivered)s"
                 " AND email_status IS NULL AND received_at < now() - %(days)s * interval '1 day'"
                 " LIMIT %(rows)s FOR UPDATE SKIP LOCKED)",
        "traces": "UPDATE events SET properties = properties - '{ip,user_agent}'::text[] WHERE ctid IN"
                  " (SELECT ctid FROM events WHERE properties ?| '{ip,user_agent}'"
                  " AND received_at < now() - %(days)s * interval '1 day' LIMIT %(rows)s"
                  " FOR UPDATE SKIP LOCKED)",
        "answers": "DELETE FROM provider_cache WHERE ctid IN (SELECT ctid FROM provider_cache WHERE"
                   " expires_at < now() - interval '30 days' LIMIT %(rows)s FOR UPDATE SKIP LOCKED)",
        "sign_ins": "DELETE FROM refresh_tokens WHERE ctid IN (SELECT ctid FROM refresh_tokens WHERE"
                    " expires_at < now() LIMIT %(rows)s FOR UPDATE SKIP LOCKED)",
        "sessions": "DELETE FROM sessions WHERE ctid IN (SELECT ctid FROM sessions WHERE"
                    " expires_at < now() LIMIT %(rows)s FOR UPDATE SKIP LOCKED)",
        "take_links": "DELETE FROM take_links WHERE ctid IN (SELECT ctid FROM take_links WHERE"
                      " expires_at < now() - %(days)s * interval '1 day' LIMIT %(rows)s"
                      " FOR UPDATE SKIP LOCKED)",
        "sign_in_failures": "DELETE FROM sign_in_failures WHERE ctid IN (SELECT ctid FROM"
                            " sign_in_failures WHERE last_at < now() - interval '1 day'"
                            " LIMIT %(rows)s FOR UPDATE SKIP LOCKED)",
        "idempotency_keys": "DELETE FROM idempotency_keys WHERE ctid IN (SELECT ctid FROM"
                            " idempotency_keys WHERE created_at < now() - interval '24 hours'"
                            " LIMIT %(rows)s FOR UPDATE SKIP LOCKED)",
    }
    done = {}
    for kind, statement in statements.items():
        cursor.execute(statement, {
            "days": payload_days, "unknown": unknown_days, "rows": _ROWS, "delivered": DELIVERED})
        done[kind] = cursor.rowcount
    return done
