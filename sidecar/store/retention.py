"""Forgetting what is kept for a while only: rules for tables that grow, a part of the rows at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sidecar.store import jobs, undo
from sidecar.store.database import Cursor, many, one, words
from sidecar.terms.states import DELIVERED, JOB_AT_REST, LOOKED, NO_LONGER_OWED, UNDER_WAY

ROWS = 1000  # of a part
COUNTED = 10_000  # rows that should be gone, as Prometheus is told; that many or more
_GRACE = 1 / 24  # days: what went over its time in between is no sign of anything
_FEW = 1000  # live rows of a table whose dead ones are no matter


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Which rows r of a table go, or change, when they are over their time.

    In `due` {old} is the moment and {old_id} the id of the moment before which they are old. Where some rows
    stay nevertheless (`kept`), rows are looked at once, in the order of their ids.
    """

    name: str
    table: str
    days: str | int  # a setting; or so many
    due: str
    order: str  # of the index by which they are found; empty: there are few
    why: str
    change: str = ""  # SET …; empty: they are deleted
    kept: str = ""
    sums: tuple[str, ...] = ()  # what is written, in the same statement, of the rows that are `gone`

    @property
    def found(self) -> str:
        """The condition of rows that are over their time and were not looked at."""
        old = self.due.format(
            old="now() - %(days)s * interval '1 day'",
            # Asked once for all rows: an id of that age.
            old_id="(SELECT uuidv7(-%(days)s * interval '1 day'))")
        return f"r.id > coalesce(({_MARK}), '00000000-0000-0000-0000-000000000000') AND {old}" \
            if self.kept else old


_MARK = "SELECT seen_to FROM retention_marks WHERE rule = %(rule)s"
_ENDED = "(l.status IN ('converted', 'lost') OR l.outcome IS NOT NULL)"
_OF_JOB = "r.job_id = ANY(ARRAY(SELECT j.id FROM jobs j WHERE j.updated_at < {old}))"
_ROWS_OF_JOBS = dict(zip(
    (*jobs.ROW_TABLES, "job_people", "job_leads"),
    ("rows of files that were refused", "what is said of rows of files", "rows of dry runs",
     "which leads people's jobs changed, and what they were before"), strict=True))

RULES: Final = (
    Rule(name="raw leads", table="intake", days="raw_payload_days", order="r.received_at",
         due="r.payload IS NOT NULL AND r.received_at < {old}", change="payload = NULL",
         why="what was sent, encrypted; what became of it stays"),
    Rule(name="submissions", table="intake", days="history_days", order="r.received_at",
         due="r.lead_id IS NULL AND r.received_at < {old}",
         why="refused ones, and of people who are forgotten; sums by day stay. Those of leads stay with them:"
             " they tell where a person's data come from",
         sums=("INSERT INTO intake_past SELECT (received_at AT TIME ZONE 'UTC')::date, outcome, count(*)"
               " FROM gone GROUP BY 1, 2"
               " ON CONFLICT (day, outcome) DO UPDATE SET n = intake_past.n + excluded.n",
               # All that ever came is counted: the trigger took these away.
               "INSERT INTO count_changes SELECT 'outcome', NULL, outcome, count(*) FROM gone GROUP BY 3")),
    Rule(name="scores", table="lead_scores", days="score_days", order="r.id",
         due="r.id < {old_id} AND r.calculated_at < {old}",
         kept="r.grade IS DISTINCT FROM (SELECT b.grade FROM lead_scores b"  # noqa: S608
              " WHERE b.lead_id = r.lead_id"
              " AND b.calculated_at < r.calculated_at ORDER BY b.calculated_at DESC LIMIT 1)"
              " OR NOT EXISTS (SELECT FROM lead_scores n"
              " WHERE n.lead_id = r.lead_id AND n.calculated_at > r.calculated_at)"
              f" OR EXISTS (SELECT FROM leads l WHERE l.id = r.lead_id AND {_ENDED})",
         why="scores between; of each lead the last one and every change of its grade stay, of leads that"
             " were won or lost all of them"),
    Rule(name="calls", table="provider_calls", days="history_days", order="r.id",
         due="r.id < {old_id} AND r.planned_at < {old}",
         # When a provider first told of a person is when the clock of the notice began.
         kept=f"r.state IN {words(UNDER_WAY)} OR r.outcome IS NOT DISTINCT FROM 'pending'"  # noqa: S608
              " OR r.state = 'answered' AND NOT r.sandbox AND EXISTS (SELECT FROM contact_privacy p"
              " WHERE p.contact_id = r.subject_id AND p.notice_due_on IS NOT NULL) AND NOT EXISTS"
              " (SELECT FROM provider_calls k WHERE k.subject_id = r.subject_id AND k.provider = r.provider"
              " AND k.state = 'answered' AND NOT k.sandbox"
              " AND (k.answered_at, k.id) < (r.answered_at, r.id))",
         sums=("INSERT INTO spent_changes SELECT (coalesce(started_at, planned_at) AT TIME ZONE 'UTC')::date,"
               " provider, sandbox, sum(price) FROM gone WHERE price > 0 GROUP BY 1, 2, 3",),
         why="the ledger of calls; what they cost stays, by day and provider, and of each provider the first"
             " answer about people who are owed a notice"),
    Rule(name="claims", table="batches", days="history_days", order="r.id",
         due="r.id < {old_id} AND r.created_at < {old} AND NOT EXISTS (SELECT FROM work_items w"  # noqa: S608
             " WHERE w.batch_id = r.id AND w.stage IN ('leased', 'scored')) AND NOT EXISTS (SELECT FROM"
             f" provider_calls c WHERE c.batch_id = r.id AND c.state IN {words(UNDER_WAY)})",
         why="which run took how many leads"),
    Rule(name="answers", table="provider_cache", days=30, order="r.expires_at", due="r.expires_at < {old}",
         why="raw answers of providers, after the end of their own time"),
    Rule(name="events of nobody", table="events", days="unknown_event_days", order="r.received_at",
         due="r.contact_id IS NULL AND r.received_at < {old}",
         why="what was done by whom nobody knows"),
    Rule(name="deliveries of mails", table="events", days="raw_payload_days", order="r.received_at",
         due=f"r.type = '{DELIVERED}' AND r.email_status IS NULL AND r.received_at < {{old}}",
         why="when each mail was delivered"),
    Rule(name="traces", table="events", days="raw_payload_days", order="r.received_at",
         due="r.properties ?| '{{ip,user_agent}}'::text[] AND r.received_at < {old}",
         change="properties = properties - '{ip,user_agent}'::text[]",
         why="by what browser and from where something was done; the rest of it stays"),
    Rule(name="events", table="events", days="event_days", order="r.id",
         due="r.id < {old_id} AND r.received_at < {old} AND r.occurred_at < {old}",
         kept=f"r.type NOT IN {words(LOOKED)} OR r.email_status IS NOT NULL OR EXISTS (SELECT FROM leads l"  # noqa: S608
              f" WHERE l.contact_id = r.contact_id AND {_ENDED}) OR r.machine IS NULL AND NOT EXISTS"
              " (SELECT FROM events n WHERE n.contact_id = r.contact_id AND n.machine IS NULL"
              f" AND n.type NOT IN ('{DELIVERED}', 'bounce') AND n.occurred_at > r.occurred_at)",
         why="page views, opens and clicks; what people did more than that stays, the last of what each did,"
             " and all of leads that were won or lost"),
    Rule(name="events of leads", table="lead_events", days="raw_payload_days", order="r.created_at",
         due="r.created_at < {old}", why="what subscribers were told, with its deliveries"),
    Rule(name="messages", table="notifications", days="history_days", order="r.created_at",
         due=f"r.lead_id IS NULL AND r.created_at < {{old}} AND r.state IN {words(NO_LONGER_OWED)}",
         why="messages about no lead: digests, alerts; those about leads go with them"),
    Rule(name="audit log", table="audit_log", days="audit_days", order="r.at", due="r.at < {old}",
         why="who changed what"),
    Rule(name="jobs", table="jobs", days="history_days", order="r.id",
         due=f"r.id < {{old_id}} AND r.updated_at < {{old}} AND r.state IN {words(JOB_AT_REST)}",
         why="imports and other jobs, with all that is kept of them"),
    *(Rule(name=table.replace("_", " "), table=table, days="raw_payload_days", order="r.job_id", due=_OF_JOB,
           why=why) for table, why in _ROWS_OF_JOBS.items()),
    *(Rule(name=table.replace("_", " "), table=table, days="import_undo_days", order="r.job_id", due=_OF_JOB,
           why="by what an import is undone") for table in undo.UNDO),
    Rule(name="failed runs", table="workflow_errors", days="raw_payload_days", order="r.occurred_at",
         due="r.occurred_at < {old}", why="failed executions of n8n"),
    Rule(name="subscriptions", table="subscriptions", days="raw_payload_days", order="",
         due="r.key IS NOT NULL AND r.state = 'paused' AND r.updated_at < {old}",
         sums=("INSERT INTO audit_log (actor, action, entity_kind, entity_id, before)"
               " SELECT 'retention', 'subscription.deleted', 'subscription', id,"
               " jsonb_build_object('host', substring(url FROM '^[^:]+://[^/?#]+')) FROM gone",),
         why="paused ones of programs"),
    Rule(name="requests to vendors", table="source_fetches", days="raw_payload_days", order="",
         due="r.failed_at < {old}", why="those that were given up"),
    Rule(name="links", table="take_links", days="raw_payload_days", order="r.expires_at",
         due="r.expires_at < {old}", why="links in messages, after their end"),
    Rule(name="sign-ins", table="refresh_tokens", days=0, order="r.expires_at", due="r.expires_at < {old}",
         why="tokens that ended"),
    Rule(name="sessions", table="sessions", days=0, order="r.expires_at", due="r.expires_at < {old}",
         why="sessions of browsers that ended"),
    Rule(name="wrong passwords", table="sign_in_failures", days=1, order="r.last_at",
         due="r.last_at < {old}", why="counts of wrong passwords"),
    Rule(name="idempotency keys", table="idempotency_keys", days=1, order="r.created_at",
         due="r.created_at < {old}", why="requests with an Idempotency-Key, and their answers"),
)

# Tables without a rule: what their rows stay for.
KEPT: Final = {
    "with their person or company, until these are erased": (
        "contacts", "organizations", "contact_identities", "contact_blocks", "contact_checks", "provenance",
        "employments", "held_answers", "duplicates", "merges", "contact_privacy", "privacy_statements"),
    "with their lead": (
        "leads", "work_items", "lead_facts", "lead_status_history", "hot_changes", "follow_ups", "handlings",
        "assignments", "looks", "left_leads"),
    "for ever: what people refuse and who is not to come again": ("refusals", "suppressions"),
    "for ever, a few rows a day: sums": ("counts", "spent", "intake_past", "score_months"),
    "until they are added up, every minute": ("count_changes", "spent_changes"),
    "with what they are about, which goes by a rule": ("deliveries", "corrections", "job_chunks"),
    "so many of each source as are shown": ("source_deliveries", "source_days"),
    "for nine weeks, which who watches them counts himself": ("watched_hours", "signs"),
    "as long as somebody wants them, there are few": (
        "users", "clients", "teams", "team_members", "user_channels", "absences", "owner_names", "views",
        "forms", "sources", "source_grounds", "privacy_settings", "backups", "import_mappings",
        "routing_models", "routing_shares", "scoring_models", "ml_models", "learnt",
        "provider_state", "provider_breakers", "retention_marks"),
}


def look_again(cursor: Cursor, name: str) -> None:
    """What a rule passed because it was to stay may be due now."""
    cursor.execute("DELETE FROM retention_marks WHERE rule = %s", (name,))


def part(cursor: Cursor, rule: Rule, days: int) -> tuple[int, bool]:
    """Do what a rule says with ROWS rows at most: (how many are gone or changed, whether more may be due)."""
    change = f"UPDATE {rule.table} r SET {rule.change}" if rule.change else f"DELETE FROM {rule.table} r"  # noqa: S608
    order = f" ORDER BY {rule.order}" if rule.order else ""
    if rule.kept:
        seen = f"SELECT r.id FROM {rule.table} r WHERE {rule.found}{order} LIMIT %(rows)s"  # noqa: S608
        chosen = f"r.id = ANY(ARRAY(SELECT id FROM seen)) AND NOT ({rule.kept})"  # noqa: S608
        marks: tuple[str, ...] = (
            "INSERT INTO retention_marks SELECT %(rule)s, id FROM seen ORDER BY id DESC LIMIT 1"
            " ON CONFLICT (rule) DO UPDATE SET"
            " seen_to = greatest(retention_marks.seen_to, excluded.seen_to)",)
    else:
        seen = (f"SELECT r.ctid AS place FROM {rule.table} r WHERE {rule.found}{order} LIMIT %(rows)s"  # noqa: S608
                " FOR UPDATE OF r SKIP LOCKED")
        chosen, marks = "r.ctid = ANY(ARRAY(SELECT place FROM seen))", ()
    more = "".join(f", more{number} AS ({written})" for number, written in enumerate((*rule.sums, *marks)))
    row = one(
        cursor, f"WITH seen AS MATERIALIZED ({seen}),"  # noqa: S608
        f" gone AS ({change} WHERE {chosen} RETURNING r.*){more}"
        " SELECT (SELECT count(*) FROM seen) AS seen, (SELECT count(*) FROM gone) AS gone",
        {"rule": rule.name, "days": days, "rows": ROWS}) or {}
    return row["gone"], row["seen"] == ROWS


def due(cursor: Cursor, rule: Rule, days: int) -> int:
    """How many rows would go, or change, now."""
    cursor.execute("SET LOCAL statement_timeout = 0")
    kept = f" AND NOT ({rule.kept})" if rule.kept else ""
    row = one(cursor, f"SELECT count(*) AS n FROM {rule.table} r WHERE {rule.found}{kept}",  # noqa: S608
              {"rule": rule.name, "days": days}) or {}
    return int(row["n"])


def waiting(cursor: Cursor, days: dict[str, int]) -> dict[str, int]:
    """By table, how many rows should be gone for an hour and were not looked at, of each rule COUNTED at
    most; `days` by rule."""
    return {row["name"]: row["n"] for row in many(
        cursor, "SELECT name, sum(n)::int AS n FROM (" + " UNION ALL ".join(cursor.mogrify(  # noqa: S608
            "SELECT %(table)s AS name, (SELECT count(*) FROM (SELECT"  # noqa: S608
            f" FROM {rule.table} r WHERE {rule.found} LIMIT %(rows)s) old) AS n",
            {"table": rule.table, "rule": rule.name, "days": days[rule.name] + _GRACE, "rows": COUNTED},
        ).decode() for rule in RULES) + ") x GROUP BY name")}


def sizes(cursor: Cursor) -> dict[str, tuple[int, float]]:
    """By table: (bytes with its indexes and long values, which share of its rows is dead). The share of a
    table with few rows is 0: nobody is hurt by it."""
    return {row["name"]: (row["bytes"], row["dead"]) for row in many(
        cursor, "SELECT s.relname AS name, pg_total_relation_size(s.relid) AS bytes,"
        " CASE WHEN n_live_tup < %s THEN 0 ELSE n_dead_tup::float8 / (n_live_tup + n_dead_tup) END AS dead"
        " FROM pg_stat_user_tables s WHERE s.schemaname = 'public' AND s.relname = ANY(%s)",
        (_FEW, sorted({rule.table for rule in RULES} | {name for names in KEPT.values() for name in names})))}
