"""30 simulated days of LEADS_A_DAY leads (50,000), what each leaves behind, and each day's housekeeping.

    LEADS_A_DAY=2000 python -m tests.benchmarks days

Time is compressed, and so are the times for which things are kept (a week for a month, two for a year), so
that all rules have work and what they bound comes to its level within the 30 days. A day is filled by
statements over sets that write what the flow writes, with its updates: that leaves the dead rows that the
flow leaves. Then the rules of `sidecar/store/retention.py` run until nothing is over its time, and what
autovacuum would clean by its own thresholds is cleaned. Printed: bytes and dead rows of each table, and how
long claims, scores and lists take, after 1, 10, 20 and 30 days beside each other.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from typing import Any

import psycopg2

from local import programs
from local.programs import Stack
from sidecar.engine import Engine
from sidecar.pipeline import claiming, intake, scoring
from sidecar.pipeline.completion import complete
from sidecar.pipeline.retention import add_up_counts
from sidecar.services import leads
from sidecar.settings import Settings
from sidecar.store import retention
from sidecar.store.database import one
from sidecar.store.retention import RULES, Rule
from tests.benchmarks.lists import FAMILY, GIVEN, SOURCES, STEMS, TITLES
from tests.benchmarks.records.leads import make_leads
from tests.stack import running_services

LEADS_A_DAY = int(os.environ.get("LEADS_A_DAY", "50000"))
DAYS = 30
SHOWN = (1, 10, 20, 30)
TIMES = 15
# Days for which things are kept here, in place of those of the settings.
KEPT = {"raw_payload_days": 7, "unknown_event_days": 7, "import_undo_days": 7, "score_days": 10,
        "event_days": 14, "history_days": 14, "audit_days": 14, 30: 3}
_PARTS = 20  # of a day: each is written as a run of the flow is, and at its own time of the day
# What one part of a day leaves behind. {at} is its moment, {sealed} what is encrypted: it cannot be packed.
_PART = """
CREATE TEMP TABLE made ON COMMIT DROP AS
SELECT n, at, uuidv7(at - now()) AS lead_id, uuidv7(at - now()) AS contact_id,
    uuidv7(at - now()) AS intake_id, uuidv7(at - now()) AS batch_id,
    (%(given)s::text[])[1 + n %% %(given_n)s] AS first_name,
    (%(family)s::text[])[1 + n / 7 %% %(family_n)s] AS last_name,
    CASE WHEN chance < 0.03 THEN 'hot' WHEN chance < 0.3 THEN 'warm' ELSE 'cold' END AS grade
FROM generate_series(%(first)s, %(last)s) n,
    LATERAL (SELECT now() - %(back)s * interval '1 second' AS at,
                    (hashint8(n) & 65535) / 65536.0 AS chance) x;
INSERT INTO organizations (id, name, domain, company_key)
SELECT uuidv7(), (%(stems)s::text[])[1 + k %% %(stems_n)s] || ' ' || k || ' Inc.', 'firm' || k || '.example',
    'firm' || k FROM generate_series(%(first)s / 5, %(last)s / 5) k ON CONFLICT DO NOTHING;
INSERT INTO contacts (id, org_id, name, first_name, last_name, email, email_canonical, job_title, created_at)
SELECT contact_id, o.id, first_name || ' ' || last_name, first_name, last_name, 'p' || n || '@' || o.domain,
    'p' || n || '@' || o.domain, (%(titles)s::text[])[1 + n %% %(titles_n)s], at
FROM made JOIN organizations o ON o.domain = 'firm' || n / 5 || '.example';
INSERT INTO contact_identities (kind, value, contact_id, names)
SELECT 'email', c.email, c.id, ARRAY[lower(c.last_name)] FROM made m JOIN contacts c ON c.id = m.contact_id;
INSERT INTO provenance (entity_kind, entity_id, source, fields)
SELECT 'contact', contact_id, s, jsonb_object_agg(f, jsonb_build_object(
    'value', f || n, 'confidence', 0.8, 'observed_at', at))
FROM made, unnest(ARRAY['web_form', 'hunter', 'peopledatalabs']) s,
    unnest(ARRAY['job_title', 'seniority', 'phone', 'linkedin_url', 'country']) f GROUP BY contact_id, s;
INSERT INTO leads (id, contact_id, org_id, email, source, search_text, created_at, updated_at)
SELECT lead_id, c.id, c.org_id, c.email, (%(sources)s::text[])[1 + n %% %(sources_n)s],
    lead_search_text(c, o, '{}'), at, at
FROM made m JOIN contacts c ON c.id = m.contact_id JOIN organizations o ON o.id = c.org_id;
INSERT INTO work_items (lead_id, lane, due_at) SELECT lead_id, 'interactive', at FROM made;
INSERT INTO intake (id, received_at, client, source, payload, outcome, lead_id)
SELECT intake_id, at, 'bench', 'web_form', %(sealed)s,
    CASE WHEN n %% 20 = 0 THEN 'rejected' ELSE 'created' END, lead_id FROM made;
INSERT INTO idempotency_keys (caller, key, fingerprint, status, answer, created_at)
SELECT 'bench', n::text, md5(n::text), 202, %(sealed)s, at FROM made WHERE n %% 5 = 0;
INSERT INTO events (id, contact_id, lead_id, person_id, type, occurred_at, received_at, properties, source,
                    dedupe_key, intake_id)
SELECT uuidv7(at - now()), contact_id, lead_id, contact_id, type, at, at,
    CASE WHEN type = 'page_view' THEN jsonb_build_object('url', 'https://www.firm.example/' || n,
        'ip', '198.51.100.' || n %% 200, 'user_agent', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0')
    ELSE '{}' END, 'bench', type || n, intake_id
FROM made, unnest(ARRAY['form_submit', 'page_view', 'email_open', 'email_delivered']) type;
INSERT INTO events (id, type, occurred_at, received_at, source, device_hash, anonymous)
SELECT uuidv7(at - now()), 'page_view', at, at, 'track', md5(n::text), true FROM made;
-- The flow: a claim, calls, answers, scores, the end.
INSERT INTO batches (id, lane, size, created_at, stepped_at)
SELECT batch_id, 'interactive', 5, at, at FROM made WHERE n %% 5 = 0;
UPDATE work_items w SET stage = 'leased', batch_id = m.batch_id, lease_until = at FROM made m
WHERE w.lead_id = m.lead_id;
INSERT INTO provider_calls (id, batch_id, lead_ids, lead_id, provider, operation, request_key, subject_kind,
                            subject_id, sandbox, state, request, planned_at, price, reason)
SELECT uuidv7(at - now()), batch_id, ARRAY[lead_id], lead_id, p, 'person', md5(p || n), 'contact', contact_id,
    false, 'started', %(sealed)s, at, 0.02, '{"goal": "fill", "gain": 0.31, "doubt": 0.42, "expected": 0.5}'
FROM made, unnest(ARRAY['hunter', 'peopledatalabs', 'clearbit', 'mail_domain']) p;
UPDATE work_items w SET step = 'plan', stepped_at = at, lease_until = at + interval '90 seconds' FROM made m
WHERE w.lead_id = m.lead_id;
UPDATE provider_calls c SET state = 'answered', outcome = 'found', status = 200, request = NULL, price = 0.01,
    started_at = at, answered_at = at, elapsed_ms = 200 FROM made m WHERE c.subject_id = m.contact_id;
INSERT INTO provider_cache (request_key, sandbox, provider, operation, subject_kind, subject_id, outcome,
                            answer, fetched_at, expires_at)
SELECT md5(p || n), false, p, 'person', 'contact', contact_id, 'found', %(sealed)s || %(sealed)s, at,
    at + interval '3 days' FROM made, unnest(ARRAY['hunter', 'peopledatalabs', 'clearbit']) p;
UPDATE provider_cache c SET applied = true FROM made m WHERE c.subject_id = m.contact_id;
INSERT INTO lead_facts (lead_id, since, digest, facts)
SELECT lead_id, at, md5(n::text), %(facts)s::jsonb || jsonb_build_object('name', first_name || n) FROM made;
INSERT INTO lead_scores (id, lead_id, total_score, grade, breakdown, model_version, batch_id, calculated_at,
                         events, digest)
SELECT uuidv7(at - now()), lead_id, 5000, grade, %(breakdown)s::jsonb || jsonb_build_object('n', n), '1',
    batch_id, at, ARRAY[intake_id], md5(n::text) FROM made;
UPDATE leads l SET total_score = 5000 + n %% 3000, grade = m.grade, scored_at = at,
    hot_changes = (m.grade = 'hot')::int, version = version + 1 FROM made m WHERE l.id = m.lead_id;
INSERT INTO hot_changes (lead_id, number, at, source)
SELECT lead_id, 1, at, 'bench' FROM made WHERE grade = 'hot';
INSERT INTO notifications (id, kind, lead_id, hot_change, channel, recipient, dedupe_key, state, sent_at,
                           created_at)
SELECT uuidv7(at - now()), 'hot_lead', lead_id, 1, 'slack', '#sales', 'hot' || n, 'sent', at, at
FROM made WHERE grade = 'hot';
INSERT INTO lead_events (id, type, lead_id, data, created_at)
SELECT uuidv7(at - now()), type, lead_id, jsonb_build_object('grade', grade, 'score', 50), at
FROM made, unnest(ARRAY['lead.created', 'lead.enriched', 'lead.scored']) type;
INSERT INTO deliveries (subscription_id, event_id) SELECT s.id, e.id
FROM subscriptions s, made m JOIN lead_events e ON e.lead_id = m.lead_id;
UPDATE deliveries d SET state = 'delivered', delivered_at = at
FROM made m JOIN lead_events e ON e.lead_id = m.lead_id WHERE d.event_id = e.id;
INSERT INTO audit_log (at, actor, action, entity_kind, entity_id, after)
SELECT at, 'user:ada', 'lead.status', 'lead', lead_id::text, '{"status": "working"}' FROM made
WHERE n %% 10 = 0;
UPDATE work_items w SET stage = 'done', batch_id = NULL, lease_until = NULL, updated_at = at FROM made m
WHERE w.lead_id = m.lead_id;
"""
# The night: leads of the last days whose events are worth less are scored anew.
_NIGHT = """
INSERT INTO lead_scores (id, lead_id, total_score, grade, breakdown, model_version, calculated_at, digest)
SELECT uuidv7(-%(back)s * interval '1 second'), l.id, l.total_score, l.grade,
    %(breakdown)s::jsonb || jsonb_build_object('n', %(back)s), '1', now() - %(back)s * interval '1 second',
    md5(l.id::text)
FROM leads l WHERE created_at > now() - %(back)s * interval '1 second' - interval '5 days';
UPDATE leads l SET scored_at = now(), version = version + 1
WHERE created_at > now() - %(back)s * interval '1 second' - interval '5 days';
"""
_ASKED: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("list, newest", "newest", {}), ("list, by score", "score", {"grade": "warm"}),
    ("list, search", "newest", {"q": "schneider"}))
_LISTS = {"given": GIVEN, "family": FAMILY, "stems": STEMS, "titles": TITLES, "sources": SOURCES}


def day(engine: Engine, number: int, like: dict[str, str]) -> None:
    """What comes in on a day, the last one being the 30th, and its night."""
    size = LEADS_A_DAY // _PARTS or 1
    lists = {name: list(values) for name, values in _LISTS.items()}
    lists |= {f"{name}_n": len(values) for name, values in lists.items()}
    for part in range(_PARTS):
        first = (number - 1) * size * _PARTS + part * size
        with engine.database.write(unseen=True) as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL synchronous_commit = off")
            cursor.execute(_PART, lists | like | {
                "first": first, "last": first + size - 1, "sealed": psycopg2.Binary(os.urandom(700)),
                "back": (DAYS - number + 1 - part / _PARTS) * 86400})
    with engine.database.write(unseen=True) as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(_NIGHT, like | {"back": (DAYS - number) * 86400})


def forget(engine: Engine, number: int) -> tuple[dict[str, int], float]:
    """The housekeeping of a day: (rows by rule, seconds)."""
    def days(rule: Rule) -> int:
        return KEPT.get(rule.days, rule.days) + DAYS - number  # type: ignore[call-overload, no-any-return]

    begun, done = time.perf_counter(), {}
    for rule in RULES:
        done[rule.name], due = 0, True
        while due:
            with engine.database.write(unseen=True) as cursor:
                gone, due = retention.part(cursor, rule, days(rule))
            done[rule.name] += gone
    return done, time.perf_counter() - begun


def clean(stack: Stack) -> list[str]:
    """What autovacuum would clean by its thresholds is cleaned: the tables."""
    connection = psycopg2.connect(stack.dsn("sidecar", "SIDECAR_DATABASE_PASSWORD"))
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(
            "SELECT c.relname FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid,"
            " LATERAL (SELECT coalesce((SELECT substring(o FROM '[0-9.]+$')::float8"
            "   FROM unnest(c.reloptions) o WHERE o LIKE 'autovacuum_vacuum_scale_factor=%'),"
            "   0.2) AS share) x"
            " WHERE s.n_dead_tup > 50 + share * greatest(c.reltuples, 0)"
            " OR s.n_ins_since_vacuum > 1000 + 0.2 * greatest(c.reltuples, 0)")
        names = [name for name, in cursor.fetchall()]
        for name in names:
            cursor.execute(f"VACUUM (ANALYZE) {name}")
    connection.close()
    return names


def latencies(engine: Engine, number: int) -> dict[str, float]:
    """Milliseconds, the median of TIMES."""
    found: dict[str, list[float]] = {}

    def timed(name: str, work: Callable[..., Any], *what: Any, **how: Any) -> Any:
        begun = time.perf_counter()
        answer = work(engine, *what, **how)
        found.setdefault(name, []).append((time.perf_counter() - begun) * 1000)
        return answer

    for turn in range(TIMES):
        made = [lead | {"email": f"d{number}t{turn}n{place}@come.example"}
                for place, lead in enumerate(make_leads(25, seed=number * 1000 + turn))]
        timed("intake of 25", intake.receive, made, client="bench")
        batch = timed("claim of 25", claiming.claim, limit=25)
        ids = [lead["lead_id"] for lead in batch["leads"]]
        timed("score of 25", scoring.score, batch["batch_id"], ids)
        timed("complete of 25", complete, batch["batch_id"], ids)
        for name, sort, filters in _ASKED:
            timed(name, leads.list_leads, filters, sort=sort, limit=50, after=None, reveal=True)
        timed("a lead", leads.get_lead, ids[0], reveal=True)
    return {name: statistics.median(spent) for name, spent in found.items()}


def sizes(engine: Engine) -> dict[str, tuple[int, float]]:
    with engine.database.read() as cursor:
        return retention.sizes(cursor)


def like(engine: Engine) -> dict[str, str]:
    """What scoring writes of a lead, of which those of the days are copies; somebody is told of all."""
    intake.receive(engine, make_leads(25), client="bench")
    batch = claiming.claim(engine)
    ids = [lead["lead_id"] for lead in batch["leads"]]
    scoring.score(engine, batch["batch_id"], ids)
    complete(engine, batch["batch_id"], ids)
    with engine.database.write() as cursor:
        cursor.execute(
            "INSERT INTO subscriptions (url, events, secret, created_by, authorized_by) VALUES"
            " ('https://bench.example', '{lead.created,lead.enriched,lead.scored}', '', 'bench', 'bench')")
        return one(
            cursor, "SELECT s.breakdown::text AS breakdown, f.facts::text AS facts FROM lead_scores s"
            " JOIN lead_facts f USING (lead_id) ORDER BY length(s.breakdown::text) DESC LIMIT 1") or {}


def main() -> None:
    """Print the figures of SHOWN days beside each other."""
    told: dict[int, tuple[dict[str, tuple[int, float]], dict[str, float]]] = {}
    with running_services(POSTGRES_SHARED_BUFFERS="256MB") as stack:
        engine = Engine.build(Settings.from_env(
            programs.sidecar_environment(stack) | {"SIDECAR_WAKE_URL": ""}))
        sample = like(engine)
        for number in range(1, DAYS + 1):
            begun = time.perf_counter()
            day(engine, number, sample)
            filled = time.perf_counter() - begun
            add_up_counts(engine)
            done, seconds = forget(engine, number)
            begun = time.perf_counter()
            cleaned = clean(stack)
            print(f"day {number}: filled in {filled:.0f} s; {sum(done.values()):,} rows were over their time"
                  f" and went in {seconds:.1f} s, cleaning {len(cleaned)} tables took"
                  f" {time.perf_counter() - begun:.1f} s", flush=True)
            if number in SHOWN:
                told[number] = sizes(engine), latencies(engine, number)
        for name, rows in done.items():
            if rows:
                print(f"on day {DAYS} {rows:,} rows went: {name}")
        engine.close()
    first, last = told[SHOWN[0]], told[SHOWN[-1]]
    print(f"{LEADS_A_DAY:,} leads a day; after {', '.join(map(str, SHOWN))} days")
    for name in sorted(last[0], key=lambda name: -last[0][name][0]):
        if last[0][name][0] > 2**20:
            print(f"{name}: " + ", ".join(
                f"{told[number][0][name][0] / 2**20:.0f} MB ({told[number][0][name][1]:.0%} dead)"
                for number in SHOWN))
    print("all tables: " + ", ".join(
        f"{sum(size for size, _ in told[number][0].values()) / 2**20:.0f} MB" for number in SHOWN))
    for name in last[1]:
        print(f"{name}: " + ", ".join(f"{told[number][1][name]:.1f} ms" for number in SHOWN)
              + f"; ratio {last[1][name] / first[1][name]:.2f}")


if __name__ == "__main__":
    main()
