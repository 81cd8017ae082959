"""What is kept for a while only goes when its time is over, and nothing else does."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sidecar.cli import main
from sidecar.pipeline import retention, yielding
from sidecar.services import figures
from sidecar.store import drift, spending, statistics
from sidecar.store import retention as store
from sidecar.store.database import many, one
from sidecar.store.retention import KEPT, RULES
from tests.integration.counts import KEPT as COUNTS
from tests.integration.counts import rows

BY_NAME = {rule.name: rule for rule in RULES}


def count(engine, what):
    with engine.database.write() as cursor:
        return one(cursor, f"SELECT count(*) AS n FROM {what}")["n"]


def run(engine, sql, **params):
    with engine.database.write() as cursor:
        cursor.execute(sql, params)


def send(api, *emails):
    """Leads with these addresses: their ids."""
    answer = api.post("/v1/leads", {"leads": [{"email": email} for email in emails]})
    return [result["lead_id"] for result in answer.json["results"]]


def test_raw_leads_go_after_their_days_and_the_rest_stays(api, engine):
    api.post("/v1/leads", {"leads": [{"email": f"kept{n}@age.example"} for n in range(3)]})
    with engine.database.write() as cursor:
        cursor.execute("UPDATE intake SET received_at = now() - interval '31 days' WHERE id IN"
                       " (SELECT id FROM intake ORDER BY id LIMIT 2)")
        cursor.execute("INSERT INTO idempotency_keys (caller, key, fingerprint, status, answer, created_at)"
                       " VALUES ('a', 'old', '', 200, '', now() - interval '2 days'),"
                       " ('a', 'new', '', 200, '', now())")
    engine.cache.redis.delete("once:retention")
    api.post("/v1/pipeline/claim")
    assert count(engine, "intake WHERE payload IS NOT NULL") == 1
    assert count(engine, "intake") == 3 and count(engine, "leads") == 3
    assert count(engine, "idempotency_keys") == 1


def test_failed_executions_go_after_the_same_days(api, engine):
    for node in ("old", "new"):
        api.post("/v1/pipeline/errors", {"node": node})
    with engine.database.write() as cursor:
        cursor.execute("UPDATE workflow_errors SET occurred_at = now() - interval '31 days'"
                       " WHERE node = 'old'")
    engine.cache.redis.delete("once:retention")
    api.post("/v1/pipeline/claim")
    assert [row["node"] for row in api.get("/v1/workflow-errors").json["data"]] == ["new"]


def test_each_table_has_a_rule_or_a_reason_to_stay(engine):
    with engine.database.read() as cursor:
        tables = {row["name"] for row in many(
            cursor, "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'"
            " AND tablename !~ 'yoyo'")}
    kept = [table for names in KEPT.values() for table in names]
    assert len(kept) == len(set(kept))
    assert set(kept).isdisjoint(rule.table for rule in RULES)
    assert {*kept, *(rule.table for rule in RULES)} == tables
    assert len(BY_NAME) == len(RULES)


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.order], ids=lambda rule: rule.name)
def test_what_is_over_its_time_is_found_by_an_index_in_its_order(engine, rule):
    with engine.database.write() as cursor:
        # Of a nearly empty table all ways cost the same: a sort is in the plan only where nothing else does.
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off;"
                       " SET LOCAL enable_sort = off; SET LOCAL enable_incremental_sort = off")
        plan = "\n".join(row["QUERY PLAN"] for row in many(
            cursor, f"EXPLAIN SELECT FROM {rule.table} r WHERE {rule.found} ORDER BY {rule.order} LIMIT 9",
            {"rule": rule.name, "days": 400}))
    assert f"Seq Scan on {rule.table}" not in plan and "Sort" not in plan, plan


def test_the_ledger_goes_and_what_was_spent_stays(api, engine):
    try:
        run(engine, """
            WITH b AS (INSERT INTO batches (id, lane, size, created_at)
                VALUES (uuidv7(interval '-401 days'), 'bulk', 9, now() - interval '401 days'),
                       (uuidv7(interval '-399 days'), 'bulk', 9, now() - interval '399 days')
                RETURNING id, created_at)
            INSERT INTO provider_calls (id, batch_id, provider, operation, request_key, subject_kind,
                subject_id, sandbox, state, outcome, planned_at, started_at, price)
            SELECT uuidv7(b.created_at - now()), b.id, 'hunter', 'person', md5(random()::text), 'contact',
                uuidv7(), false, s.state, s.outcome, b.created_at, b.created_at, 0.25
            FROM b, (VALUES ('answered', 'found'), ('answered', 'pending'), ('in_doubt', NULL),
                            ('started', NULL)) s(state, outcome)""")
        with engine.database.write() as cursor:
            cursor.execute("INSERT INTO corrections (call_id, place, cause) SELECT id, '', 'edited'"
                           " FROM provider_calls WHERE outcome = 'found'")
            spending.fold(cursor)
            before = spending.by_day(cursor, 500)
        done = retention.forget(engine)
        assert (done["calls"], done["claims"]) == (2, 0)  # of a claim with a call under way all is kept
        run(engine, "UPDATE provider_calls SET state = 'in_doubt' WHERE state = 'started'")
        done = retention.forget(engine)
        assert (done["calls"], done["claims"]) == (0, 1)
        assert count(engine, "provider_calls") == 6 and count(engine, "corrections") == 1
        with engine.database.write() as cursor:
            assert spending.by_day(cursor, 500) == before
            spending.fold(cursor)
            assert spending.by_day(cursor, 500) == before
        assert sum(row["usd"] for row in before) == 8 * 0.25
    finally:
        run(engine, "TRUNCATE provider_calls CASCADE")  # its sum is no longer what was spent


def test_submissions_go_and_all_that_ever_came_is_counted_still(api, engine):
    send(api, "one@past.example", "two@past.example")
    api.post("/v1/leads", {"leads": [{"email": "no address"}]})
    run(engine, "INSERT INTO refusals (key_hash, purpose, refused, own, source, stated_at, intake_id)"
                " SELECT 'k', 'any', true, true, 's', now(), id FROM intake WHERE outcome = 'rejected'")
    run(engine, "UPDATE intake SET received_at = now() - interval '401 days'")
    send(api, "three@past.example")
    before = rows(engine, COUNTS)
    with engine.database.read() as cursor:
        told = statistics.overview(cursor, 30)[0]["totals"]
    done = retention.forget(engine)
    assert (done["raw leads"], done["submissions"]) == (3, 1)
    assert count(engine, "intake WHERE lead_id IS NOT NULL") == count(engine, "intake") == 3
    assert count(engine, "refusals WHERE key_hash = 'k' AND intake_id IS NULL") == 1
    assert rows(engine, COUNTS) == before
    with engine.database.write() as cursor:
        assert statistics.overview(cursor, 30)[0]["totals"] == told
        assert told["received"] == 4 and told["rejected"] == 1
        assert statistics.recount(cursor) == 0
        assert [(row["outcome"], row["n"]) for row in many(
            cursor, "SELECT outcome, n FROM intake_past")] == [("rejected", 1)]
    run(engine, "DELETE FROM refusals WHERE key_hash = 'k'")


SCORES = st.lists(st.tuples(st.integers(1, 400), st.sampled_from(["hot", "warm", "cold"])), min_size=1,
                  max_size=12, unique_by=lambda score: score[0])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(["new", "working", "converted", "lost"]), SCORES), max_size=4))
def test_of_old_scores_the_last_the_changes_and_those_of_ended_leads_stay(api, engine, leads):
    run(engine, "TRUNCATE contacts, retention_marks CASCADE")
    expected = set()
    for number, (status, scores) in enumerate(leads):
        with engine.database.write() as cursor:
            lead = one(
                cursor, "WITH c AS (INSERT INTO contacts (email) VALUES ('x') RETURNING id)"
                " INSERT INTO leads (contact_id, source, status) SELECT id, 's', %s FROM c RETURNING id",
                (status,))["id"]
            before, ages = None, sorted(scores, reverse=True)
            for age, grade in ages:
                cursor.execute(
                    "INSERT INTO lead_scores (id, lead_id, total_score, grade, breakdown, model_version,"
                    " calculated_at) VALUES (uuidv7(-%(age)s * interval '1 day'), %(lead)s, %(age)s,"
                    " %(grade)s, '{}', '1', now() - %(age)s * interval '1 day')",
                    {"lead": lead, "age": age, "grade": grade})
                if (age < 180 or grade != before or age == ages[-1][0]
                        or status in ("converted", "lost")):
                    expected.add((number, age))
                before = grade
    retention.forget(engine)
    with engine.database.read() as cursor:
        left = {(row["number"], row["age"]) for row in many(
            cursor, "SELECT s.total_score AS age, dense_rank() OVER (ORDER BY l.id) - 1 AS number"
            " FROM lead_scores s RIGHT JOIN leads l ON l.id = s.lead_id")}
    assert left == expected
    with engine.database.read() as cursor:
        assert store.due(cursor, BY_NAME["scores"], 180) == 0


def test_what_drift_and_spending_say_of_the_last_year_is_as_before(api, engine):
    try:
        run(engine, """
            TRUNCATE score_months;
            WITH c AS (INSERT INTO contacts (id) SELECT uuidv7() FROM generate_series(1, 20) RETURNING id)
            INSERT INTO leads (contact_id, source, created_at, status, updated_at)
            SELECT id, 's', now() - interval '350 days', (ARRAY['converted', 'lost', 'new'])[mod(n, 3) + 1],
                   now() - n * interval '10 days'
            FROM (SELECT id, row_number() OVER () AS n FROM c) x;
            INSERT INTO lead_scores (id, lead_id, total_score, grade, breakdown, model_version, calculated_at)
            SELECT uuidv7(-age * interval '1 day'), id, (hashtext(id::text || age) & 8191), 'warm', '{}', '1',
                   now() - age * interval '1 day' FROM leads, generate_series(5, 350, 15) age;
            INSERT INTO provider_calls (id, lead_id, provider, operation, request_key, subject_kind,
                subject_id, sandbox, state, outcome, planned_at, started_at, price)
            SELECT uuidv7(-age * interval '1 day'), id, 'hunter', 'person', id::text || age, 'contact',
                contact_id, false, 'answered', 'found', now() - age * interval '1 day',
                now() - age * interval '1 day', 0.5 FROM leads, generate_series(30, 450, 60) age""")

        def told():
            with engine.database.write() as cursor:
                cursor.execute("TRUNCATE score_months")
                drift.refresh(cursor)
                spending.fold(cursor)
                return (drift.months(cursor), spending.by_day(cursor, 460), spending.by_source(cursor, 365),
                        spending.lately(cursor, 460))

        before, done = told(), retention.forget(engine, 30)
        assert (done["scores"], done["calls"]) == (7 * 11, 20)
        assert told() == before
        assert sum(tenth["won"] for month in before[0].values() for tenth in month) == 6
    finally:
        run(engine, "TRUNCATE provider_calls, score_months CASCADE")


def test_of_old_events_looks_go_and_deeds_stay(api, engine):
    ended, under_way = send(api, "won@events.example", "open@events.example")
    run(engine, "UPDATE leads SET status = 'converted' WHERE id = %(lead)s", lead=ended)
    run(engine, "DELETE FROM events")
    run(engine, """
        INSERT INTO events (id, contact_id, lead_id, type, source, email_status, received_at, occurred_at)
        SELECT uuidv7(-a.age * interval '1 day'), l.contact_id, l.id, t.type, 's', t.status,
               now() - a.age * interval '1 day', now() - a.age * interval '1 day'
        FROM leads l, (VALUES (731), (729)) a(age), (VALUES ('page_view', NULL), ('email_open', NULL),
            ('email_open', 'valid'), ('email_reply', NULL), ('demo_request', NULL)) t(type, status)""")
    assert retention.forget(engine)["events"] == 2
    with engine.database.read() as cursor:
        left = many(cursor, "SELECT lead_id::text AS lead, count(*) AS n FROM events GROUP BY 1")
    assert {row["lead"]: row["n"] for row in left} == {ended: 10, under_way: 8}


def test_what_a_persons_clocks_hang_on_stays(api, engine):
    owed, told = send(api, "owed@clock.example", "told@clock.example")
    run(engine, """
        DELETE FROM events;
        INSERT INTO events (id, contact_id, lead_id, type, source, received_at, occurred_at)
        SELECT uuidv7(-age * interval '1 day'), contact_id, id, 'page_view', 's',
               now() - age * interval '1 day', now() - age * interval '1 day'
        FROM leads, (VALUES (900), (800)) a(age);
        INSERT INTO contact_privacy (contact_id, ground, ground_by, standing, notice_due_on, retention_from)
        SELECT contact_id, 'consent', 'rule', 'open', CASE WHEN id = %(owed)s THEN current_date END,
               current_date
        FROM leads ON CONFLICT (contact_id) DO UPDATE SET notice_due_on = excluded.notice_due_on;
        INSERT INTO provider_calls (id, provider, operation, request_key, subject_kind, subject_id, sandbox,
                                    state, planned_at, answered_at)
        SELECT uuidv7(-age * interval '1 day'), provider, 'person', concat_ws(' ', id, provider, age),
               'contact', contact_id, sandbox, state, now() - age * interval '1 day',
               CASE state WHEN 'answered' THEN now() - age * interval '1 day' END
        FROM leads, (VALUES ('hunter', 500, false, 'answered'), ('hunter', 510, false, 'answered'),
            ('hunter', 520, true, 'answered'), ('hunter', 530, false, 'in_doubt'),
            ('apollo', 450, false, 'answered')) a(provider, age, sandbox, state)""", owed=owed)
    done = retention.forget(engine)
    assert (done["events"], done["calls"]) == (2, 8)
    with engine.database.read() as cursor:  # of each provider the first answer for real
        assert {row["request_key"] for row in many(cursor, "SELECT request_key FROM provider_calls")} == {
            f"{owed} hunter 510", f"{owed} apollo 450"}
        assert [row["days"] for row in many(
            cursor, "SELECT extract(day FROM now() - occurred_at)::int AS days FROM events")] == [800, 800]
    assert {owed, told} == {row["id"] for row in api.get("/v1/leads").json["data"]}


def test_an_event_whose_person_was_found_later_is_as_old_as_that(api, engine):
    send(api, "late@events.example")
    run(engine, "DELETE FROM events")
    run(engine, "INSERT INTO events (id, contact_id, type, source, occurred_at) SELECT"
                " uuidv7(interval '-800 days'), id, 'page_view', 's', now() - interval '800 days'"
                " FROM contacts")
    assert retention.forget(engine)["events"] == 0 and count(engine, "events") == 1


def test_the_audit_log_jobs_and_messages_about_no_lead_go(api, engine):
    [lead] = send(api, "told@past.example")
    run(engine, """
        INSERT INTO audit_log (at, actor, action, entity_kind, entity_id)
        SELECT now() - age * interval '1 day', 'past', 'x', 'x', 'x' FROM unnest('{1101,1099}'::int[]) age;
        INSERT INTO jobs (id, kind, state, created_by, plan, lane, chunk_rows, updated_at)
        SELECT uuidv7(-age * interval '1 day'), 'import', state, 'past', '', 'bulk', 1,
               now() - age * interval '1 day'
        FROM unnest('{401,399}'::int[]) age, unnest('{done,failed,running}'::text[]) state;
        INSERT INTO notifications (kind, lead_id, channel, recipient, dedupe_key, state, created_at)
        SELECT 'digest', CASE WHEN lead THEN %(lead)s::uuid END, 'email', 'r', 'past' || age || state || lead,
               state, now() - age * interval '1 day'
        FROM unnest('{401,399}'::int[]) age, unnest('{sent,dead,owed}'::text[]) state,
             unnest('{true,false}'::bool[]) lead""", lead=lead)
    done = retention.forget(engine)
    assert {name: done[name] for name in ("audit log", "jobs", "messages")} == {
        "audit log": 1, "jobs": 2, "messages": 2}
    assert count(engine, "audit_log WHERE actor = 'past'") == 1
    run(engine, "DELETE FROM audit_log WHERE actor = 'past'")


def made(engine, keys=5):
    run(engine, "INSERT INTO idempotency_keys (caller, key, fingerprint, status, answer, created_at)"
                " SELECT 'past', n::text, '', 200, '', now() - interval '2 days'"
                " FROM generate_series(1, %(keys)s) n", keys=keys)


def test_a_part_that_is_killed_is_not_begun_and_the_next_does_it(api, engine, monkeypatch):
    monkeypatch.setattr(store, "ROWS", 2)
    made(engine)
    rule = BY_NAME["idempotency keys"]
    with pytest.raises(RuntimeError), engine.database.write() as cursor:
        assert store.part(cursor, rule, 1) == (2, True)
        raise RuntimeError
    assert count(engine, "idempotency_keys") == 5
    assert dict(retention.forget_all(engine))[rule] == 5
    assert dict(retention.forget_all(engine))[rule] == 0


def test_while_people_come_a_rule_has_one_part_a_minute(api, engine, monkeypatch):
    monkeypatch.setattr(store, "ROWS", 2)
    made(engine)
    [lead] = send(api, "waits@past.example")
    assert yielding.people_come(engine)
    assert retention.forget(engine)["idempotency keys"] == 2
    run(engine, "DELETE FROM leads WHERE id = %(lead)s", lead=lead)
    assert retention.forget(engine)["idempotency keys"] == 3


def test_a_rule_that_fails_keeps_no_other_from_its_turn(api, engine, monkeypatch, caplog):
    made(engine)
    part = store.part

    def broken(cursor, rule, days):
        if rule.name == RULES[0].name:
            cursor.execute("SELECT 1 / 0")
        return part(cursor, rule, days)

    monkeypatch.setattr(store, "part", broken)
    engine.cache.redis.delete("once:retention")
    assert api.post("/v1/pipeline/claim").status_code == 200
    assert count(engine, "idempotency_keys") == 0
    assert f"retention of {RULES[0].name} failed" in caplog.text


def test_a_server_that_is_away_is_asked_twice_and_no_more(api, engine, monkeypatch):
    asked = []

    def away(cursor, rule, days):
        asked.append(rule)
        raise OSError

    monkeypatch.setattr(store, "part", away)
    assert set(retention.forget(engine).values()) == {0}
    assert len(asked) == 2


def test_a_dry_run_tells_what_goes_and_lets_nothing_go(api, environ, engine):
    made(engine)
    cli = CliRunner(env=environ)
    told = cli.invoke(main, ["retention", "--dry-run"], catch_exceptions=False).output
    assert "           5 idempotency keys after 1 days (idempotency_keys)" in told
    assert count(engine, "idempotency_keys") == 5
    assert cli.invoke(main, ["retention"], catch_exceptions=False).output == told
    assert count(engine, "idempotency_keys") == 0


def test_prometheus_is_told_what_should_be_gone_and_how_large_tables_are(api, engine, monkeypatch):
    made(engine)
    told = figures.figures(engine)
    assert told["retention_due_rows"]["idempotency_keys",] == 5
    assert told["table_bytes"]["idempotency_keys",] > 0
    assert all(0 <= share <= 1 for share in told["table_dead_ratio"].values())
    monkeypatch.setattr(store, "COUNTED", 3)
    assert figures.figures(engine)["retention_due_rows"]["idempotency_keys",] == 3
    retention.forget(engine)
    assert figures.figures(engine)["retention_due_rows"]["idempotency_keys",] == 0
    run(engine, "INSERT INTO idempotency_keys (caller, key, fingerprint, status, answer, created_at)"
                " VALUES ('past', 'just', '', 200, '', now() - interval '1 day 20 minutes')")
    assert figures.figures(engine)["retention_due_rows"]["idempotency_keys",] == 0  # it goes in a minute
