"""After a stall all that it left without what is theirs is taken up again, and nothing is paid twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from sidecar import cli
from sidecar.services import backfill, jobs, sources
from sidecar.services.audit import COMMAND_LINE
from tests.integration.test_calls import close, sql, time_is_over
from tests.integration.test_money import made
from tests.integration.test_pipeline import answer_all, claim, expire, lead, run, send, stage, start

assert made  # a fixture
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(backfill, "CHUNK_LEADS", 3)


def since():
    return datetime.now(UTC) - timedelta(days=1)


def taken_up(engine, begun=None, *, pull=False):
    """A whole backfill: (its job, how many chunks it took)."""
    job, steps = backfill.begin(engine, begun or since(), pull=pull, by=COMMAND_LINE), 0
    while job["state"] in ("queued", "running"):
        job, _ = jobs.step(engine, job["id"], seconds=0)
        steps += 1
    return job, steps


def later(engine, hours=2):
    """What was done is longer ago, and pauses are over."""
    for table, columns in (("provider_calls", ("planned_at", "started_at", "answered_at")),
                           ("provider_cache", ("fetched_at", "expires_at")),
                           ("work_items", ("updated_at", "stopped_at"))):
        sql(engine, f"UPDATE {table} SET " + ", ".join(
            f"{name} = {name} - interval '{hours} hours'" for name in columns))
    time_is_over(engine)


def run_all(api, engine):
    """All that is due goes its way, a wait for providers included: how many calls were made."""
    calls = 0
    for _ in range(40):
        time_is_over(engine)
        if not (batch := claim(api))["batch_id"]:
            return calls
        calls += run(api, batch)
    raise AssertionError("the leads come to no end")


def paid_twice(engine):
    """Questions that were answered, or may have been, twice for money within what an answer holds."""
    return sql(engine, "SELECT request_key FROM provider_calls WHERE state = 'answered' AND price > 0"
               " AND outcome IN ('found', 'not_found') GROUP BY request_key, sandbox HAVING count(*) > 1")


def all_of(api, ids, was):
    assert {stage(api, lead_id) for lead_id in ids} == {was}


def test_leads_that_came_while_providers_failed_are_completed_and_paid_once(api, engine):
    """Some were answered before it, of some nobody knows whether they were, some have waited for too long."""
    before = send(api, *(lead(n) for n in range(3)))
    run(api, claim(api))
    spent = sql(engine, "SELECT count(*) AS n, sum(price) AS usd FROM provider_calls")
    killed = send(api, *(lead(n) for n in range(20, 24)))
    batch = claim(api, limit=4)
    api.step(batch, "plan")
    doubtful = start(api, batch)
    expire(engine)
    claim(api)
    sql(engine, "UPDATE work_items SET due_at = now() WHERE stage = 'queued'")
    while (batch := claim(api))["batch_id"]:  # whom nobody knows of is not asked again now, others are
        run(api, batch)
    assert doubtful
    all_of(api, killed, "done")
    later(engine)
    failed = send(api, *(lead(n) for n in range(10, 18)))
    batch = claim(api)
    while api.step(batch, "plan").json["asking"]:
        answer_all(api, batch, "down")
    close(api, batch)
    all_of(api, failed, "waiting")
    sql(engine, "UPDATE work_items SET waits = 20 WHERE lead_id = ANY(%s::uuid[])", failed[:4])
    time_is_over(engine)
    while (batch := claim(api))["batch_id"]:  # they are down still: some have waited for long enough
        close(api, batch)
    all_of(api, failed[:4], "done")
    later(engine)

    lacks = api.get("/v1/jobs/backfills?since=" + since().isoformat().replace("+00:00", "Z")).json
    assert lacks["leads"] == sum(lacks["lacks"].values()) == 12 and lacks["lacks"].keys() <= {
        "waiting", "provider"}
    job, steps = taken_up(engine)
    assert (job["kind"], job["state"], job["counts"]["updated"], job["progress"]) == (
        "backfill", "done", 12, 1.0)
    assert steps == 6  # the chunks of the fifteen that came since then, and the end
    assert run_all(api, engine) > 0
    all_of(api, [*before, *failed, *killed], "done")
    told = sql(engine, "SELECT DISTINCT subject_id::text AS id FROM provider_calls WHERE outcome = 'found'")
    people = sql(engine, "SELECT contact_id::text AS id FROM leads WHERE id = ANY(%s::uuid[])",
                 [*failed, *killed])
    assert {row["id"] for row in people} <= {row["id"] for row in told}
    assert not paid_twice(engine)
    assert sql(engine, "SELECT count(*) AS n, sum(price) AS usd FROM provider_calls WHERE id IN ("
               " SELECT c.id FROM provider_calls c JOIN leads l ON c.subject_id IN (l.contact_id, l.org_id)"
               " WHERE l.id = ANY(%s::uuid[]))", before) == spent

    calls = sql(engine, "SELECT count(*) AS n FROM provider_calls")
    later(engine)
    assert backfill.preview(engine, since()) == ({}, False)
    job, _ = taken_up(engine)
    assert (job["state"], job["counts"]["updated"]) == ("done", 0) and not claim(api)["batch_id"]
    assert sql(engine, "SELECT count(*) AS n FROM provider_calls") == calls


def test_what_a_ceiling_stopped_is_taken_up_also_after_it_was_scored_again(made, api, engine):
    poor = made(ceiling_per_day=0.0)
    ids = send(poor, *(lead(n) for n in range(2)))
    run(poor, claim(poor))
    all_of(api, ids, "done")
    api.post("/v1/leads/rescore", {"lead_ids": ids})
    run(api, claim(api))
    assert backfill.preview(engine, since()) == ({"ceiling": 2}, False)
    assert taken_up(engine)[0]["counts"]["updated"] == 2
    assert run_all(api, engine) > 0
    assert backfill.preview(engine, since()) == ({}, False)


def test_who_died_or_was_passed_by_is_taken_up_and_who_was_let_go_on_purpose_is_not(api, engine):
    dead, passed, skipped, later_, waits = send(api, *(lead(n) for n in range(5)))
    batch = claim(api)
    api.step(batch, "score")
    api.step(batch, "let-go", lead_ids=[skipped], **{"as": "skipped", "reason": "no"})
    api.step(batch, "let-go", lead_ids=[later_], **{"as": "later", "reason": "no", "minutes": 9})
    api.step(batch, "complete", lead_ids=[dead, passed])
    sql(engine, "UPDATE work_items SET stage = 'dead', attempts = 3, reason_code = 'score_failed'"
        " WHERE lead_id = %s", dead)
    sql(engine, "UPDATE work_items SET stage = 'let_go', reason_code = 'passed_by' WHERE lead_id = %s",
        passed)
    assert backfill.preview(engine, since()) == ({"dead": 1, "let_go": 1}, False)
    assert backfill.preview(engine, datetime.now(UTC) + HOUR) == ({}, False)
    assert taken_up(engine)[0]["counts"]["updated"] == 2
    all_of(api, [dead, passed], "queued")
    assert stage(api, waits) == "scored" and stage(api, skipped) == "done"


def test_messages_that_were_given_up_are_owed_again(api, engine):
    ids = send(api, *(lead(n) for n in range(2)))
    run(api, claim(api))
    sql(engine, "UPDATE leads SET hot_changes = 1")
    for number, (lead_id, change) in enumerate(((ids[0], 1), (ids[1], 0))):  # the other is not the latest
        sql(engine, "INSERT INTO notifications (kind, lead_id, hot_change, channel, recipient, content,"
            " dedupe_key, state, attempts, due_at) VALUES ('hot_lead', %s, %s, 'slack', '#sales', '{}', %s,"
            " 'dead', 9, NULL)", lead_id, change, f"m{number}")
    assert backfill.preview(engine, since()) == ({"message": 1}, False)
    job, _ = taken_up(engine)
    assert job["counts"]["updated"] == 1
    states = sql(engine, "SELECT dedupe_key, state FROM notifications ORDER BY dedupe_key")
    assert [row["state"] for row in states] == ["owed", "dead"]
    assert not claim(api)["batch_id"]  # telling is all that it lacked


def test_it_looks_at_a_few_at_a_time(api, engine, monkeypatch):
    """Neither the look nor a step is longer the more came since then."""
    monkeypatch.setattr(backfill, "_LOOKED_AT_ONCE", 2)
    send(api, *(lead(n) for n in range(5)))
    close(api, claim(api))
    sql(engine, "UPDATE work_items SET stage = 'dead'")
    assert backfill.preview(engine, since()) == ({"dead": 5}, False)
    assert backfill.preview(engine, since(), 0) == ({}, True)
    assert backfill.preview(engine, datetime(1352, 1, 1, tzinfo=UTC)) == ({"dead": 5}, False)
    told = api.get("/v1/jobs/backfills?since=" + since().isoformat().replace("+00:00", "Z")).json
    assert told == {"leads": 5, "lacks": {"dead": 5}, "more": False}
    job = backfill.begin(engine, since(), pull=False, by=COMMAND_LINE)
    late = send(api, lead(9))  # since it began
    sql(engine, "UPDATE work_items SET stage = 'dead' WHERE lead_id = %s", late[0])
    handled = []
    while job["state"] != "done":
        job, _ = jobs.step(engine, job["id"], seconds=0)
        handled.append(job["counts"]["handled"])
    assert handled == [3, 5, 5] and job["counts"]["total"] == 5
    all_of(api, late, "dead")


def test_a_message_about_who_came_before_is_owed_again_too(api, engine):
    [lead_id] = send(api, lead(1))
    run(api, claim(api))
    sql(engine, "UPDATE leads SET hot_changes = 1; UPDATE intake SET received_at = now() - interval '9 days'")
    sql(engine, "INSERT INTO notifications (kind, lead_id, hot_change, channel, recipient, content,"
        " dedupe_key, state, attempts, due_at) VALUES ('hot_lead', %s, 1, 'slack', '#sales', '{}', 'm',"
        " 'dead', 9, NULL)", lead_id)
    assert backfill.preview(engine, since()) == ({"message": 1}, False)
    job, steps = taken_up(engine)
    assert (job["counts"]["updated"], job["counts"]["total"], job["progress"], steps) == (1, 1, 1.0, 2)


def test_a_kill_anywhere_loses_nothing_and_what_was_mended_meanwhile_is_left_alone(api, engine, monkeypatch):
    ids = send(api, *(lead(n) for n in range(5)))
    batch = claim(api)
    close(api, batch)
    sql(engine, "UPDATE work_items SET stage = 'dead', attempts = 3")
    job = backfill.begin(engine, since(), pull=False, by=COMMAND_LINE)
    broken = backfill.job_store.move_on

    def die(*arguments):
        broken(*arguments)
        raise SystemExit

    monkeypatch.setattr(backfill.job_store, "move_on", die)
    with pytest.raises(SystemExit):
        jobs.step(engine, job["id"])
    monkeypatch.setattr(backfill.job_store, "move_on", broken)
    all_of(api, ids, "dead")
    sql(engine, "UPDATE work_items SET stage = 'done', attempts = 0, stopped = 'known' WHERE lead_id = %s",
        ids[0])
    while job["state"] != "done":
        job, _ = jobs.step(engine, job["id"])
    assert (job["counts"]["updated"], job["counts"]["skipped"]) == (4, 1)
    all_of(api, ids[1:], "queued")


def test_vendors_are_asked_for_what_came_since(api, engine):
    with engine.database.write() as cursor:
        cursor.execute("DELETE FROM sources")
    row = sources.add(engine, "typeform", "Survey", secret="the vendor's own", pull_of="abc", by=COMMAND_LINE)
    begun = since().replace(microsecond=0)
    asked = api.post("/v1/pipeline/pulls/start", {"live": ["typeform"]})
    assert asked.json["requests"] == []  # it was read just now
    job, _ = taken_up(engine, begun, pull=True)
    assert job["state"] == "done"
    [request] = api.post("/v1/pipeline/pulls/start", {"live": ["typeform"]}).json["requests"]
    assert f"{begun - timedelta(minutes=10):%Y-%m-%dT%H:%M}" in str(request["query"])
    sources.edit(engine, row["key"], {"disabled": True}, by=COMMAND_LINE)
    with engine.database.write() as cursor:
        cursor.execute("DELETE FROM sources")


def test_by_the_api(api, engine):
    send(api, lead(1))
    close(api, claim(api))
    sql(engine, "UPDATE work_items SET stage = 'dead'")
    begun = api.post("/v1/jobs/backfills", {"since": since().isoformat()})
    assert begun.status_code == 202 and begun.json["job"]["counts"]["total"] == 1
    while (told := api.post("/v1/jobs/step").json)["more"]:
        pass
    assert told["job"]["state"] in ("running", "done")
    assert [row["kind"] for row in api.get("/v1/jobs?kind=backfill").json["data"]] == ["backfill"]
    assert api.post("/v1/jobs/backfills", {"since": "yesterday"}).status_code == 422


def test_the_command(api, engine, monkeypatch):
    monkeypatch.setattr(cli, "_settings", lambda: engine.settings)
    send(api, lead(1))
    close(api, claim(api))
    sql(engine, "UPDATE work_items SET stage = 'dead'")
    day = f"{since():%Y-%m-%d}"
    tried = CliRunner().invoke(cli.main, ["backfill", "--since", day, "--dry-run"])
    assert tried.exit_code == 0 and tried.output == "1 leads: dead\n"
    done = CliRunner().invoke(cli.main, ["backfill", "--since", f"{day}T00:00", "--no-pull"])
    assert done.exit_code == 0 and "done: 1 leads are taken up again." in done.output
    again = CliRunner().invoke(cli.main, ["backfill", "--since", day])
    assert again.exit_code == 0 and "done: 0 leads are taken up again." in again.output


def test_who_was_erased_since_is_passed_over(api, engine):
    send(api, *(lead(n) for n in range(3)))
    close(api, claim(api))
    sql(engine, "UPDATE work_items SET stage = 'dead'")
    erased = sql(engine, "SELECT contact_id::text AS id FROM leads LIMIT 1")[0]["id"]
    assert api.client.delete(f"/v1/contacts/{erased}", headers=api.headers).status_code == 204
    assert sql(engine, "SELECT count(*) AS n FROM intake WHERE lead_id IS NULL")[0]["n"] == 1
    assert backfill.preview(engine, since()) == ({"dead": 2}, False)
    job, _ = taken_up(engine)
    assert (job["state"], job["counts"]["updated"]) == ("done", 2)
