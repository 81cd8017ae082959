"""The pipeline contract, step by step, on a real database."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from sandbox.providers import TWINS
from sidecar.app import create_app
from sidecar.enrichment import PROVIDERS
from sidecar.store import locks
from tests.integration.conftest import Api


def lead(number: int, **more):
    return {"email": f"pat{number}@firm{number}.example", "first_name": "Pat", "last_name": "Quill",
            "company_name": f"Firm {number}", "source": "import"} | more


def send(api, *leads):
    answer = api.post("/v1/leads", {"leads": list(leads)})
    assert answer.status_code == 202, answer.json
    return [result["lead_id"] for result in answer.json["results"]]


def claim(api, **body):
    return api.post("/v1/pipeline/claim", body).json


def start(api, batch, **body):
    return api.step(batch, "calls/start", **body).json["requests"]


def paid(requests):
    """Those of providers that want a key."""
    return [request for request in requests if PROVIDERS[request["provider"]].auth]


def answer_all(api, batch, behaviour="", **body):
    """What Ask Providers does, with the answers of the providers' twins."""
    requests = start(api, batch, **body)
    answers = []
    for request in requests:
        twin = TWINS[request["provider"]]
        path = urlsplit(request["url"]).path.removeprefix(f"/{twin.name}")
        operation, subject = twin.asked(path, request["query"] or request["body"] or {})
        status, body, _, headers = twin.answer(operation, subject, behaviour, 1)
        answers.append({"call_id": request["call_id"], "status": status, "body": body,
                        "headers": headers, "elapsed_ms": 1})
    for some in range(0, len(answers), 50):
        part = answers[some:some + 50]
        assert api.post("/v1/pipeline/answers", {"answers": part}).json["accepted"] == len(part)
    return answers


def run(api, batch):
    """The whole flow of one batch; how many calls were made."""
    made = 0
    while api.step(batch, "plan").json["asking"]:
        made += len(answer_all(api, batch))
        api.step(batch, "apply")
    for name in ("score", "notify", "complete"):
        assert api.step(batch, name).status_code == 200, name
    return made


def stage(api, lead_id):
    return api.get(f"/v1/leads/{lead_id}").json["stage"]


def test_a_batch_goes_through_and_its_repetition_asks_nothing(api):
    first = send(api, lead(1))[0]
    assert run(api, claim(api)) >= 2
    done = api.get(f"/v1/leads/{first}").json
    assert done["stage"] == "done" and done["score"]["grade"]
    assert send(api, lead(1)) == [first]
    assert run(api, claim(api)) == 0


def test_nothing_is_claimed_when_nothing_is_due(api):
    assert claim(api)["batch_id"] is None


def test_people_overtake_imports(api):
    send(api, *(lead(i) for i in range(60)))
    single = api.post("/v1/leads", lead(99)).json["results"][0]["lead_id"]
    assert [ref["lead_id"] for ref in claim(api)["leads"]] == [single]


def test_a_claim_of_imports_does_not_hold_up_people(api, engine):
    send(api, *(lead(i) for i in range(60)))
    with engine.database.write() as cursor:  # somebody claims for people at this moment
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext('interactive'))", (locks.CLAIM,))
        assert claim(api)["lane"] == "bulk"


def test_references_name_nobody(api):
    send(api, lead(1))
    text = str(claim(api)["leads"])
    assert "pat1" not in text and "Quill" not in text


def test_at_most_so_many_batches_run(api, engine):
    send(api, *(lead(i) for i in range(10)))
    for _ in range(engine.settings.interactive_batches):
        assert claim(api, limit=1)["batch_id"]
    assert claim(api, limit=1)["batch_id"] is None


def expire(engine):
    with engine.database.write() as cursor:
        cursor.execute("UPDATE work_items SET lease_until = now() - interval '1 second'"
                       " WHERE stage IN ('leased', 'scored')")


def due(engine):
    with engine.database.write() as cursor:
        cursor.execute("UPDATE work_items SET due_at = now() WHERE stage = 'queued'")


def test_the_batch_of_a_killed_run_is_split_and_its_late_steps_leave_other_runs_alone(api, engine):
    send(api, *(lead(i) for i in range(60)))
    batch = claim(api)
    assert len(batch["leads"]) == 60
    expire(engine)
    claim(api)
    due(engine)
    again = claim(api)
    assert len(again["leads"]) == 50
    told = api.step(batch, "plan").json
    assert [result["outcome"] for result in told["results"]].count("elsewhere") == 50
    assert len(told["asking"]) == 10  # nobody else had these: the late run takes them up again
    assert not {ref["lead_id"] for ref in again["leads"]} & set(told["asking"])


def score_of(api, lead_id):
    return api.get(f"/v1/leads/{lead_id}").json["score"]


def ids(batch):
    return [reference["lead_id"] for reference in batch["leads"]]


def test_steps_act_on_the_leads_that_they_are_given(api, engine):
    send(api, lead(1), lead(2))
    batch = claim(api)
    asked, plain = ids(batch)
    assert api.step(batch, "plan", lead_ids=[asked]).json["asking"] == [asked]
    answer_all(api, batch, lead_ids=[asked])
    for lead_id in (asked, plain):
        for name in ("score", "complete"):
            [result] = api.step(batch, name, lead_ids=[lead_id]).json["results"]
            assert (result["lead_id"], result["outcome"]) == (lead_id, "ok")
    # Nobody planned a call for it: it does not wait for one.
    assert score_of(api, plain) and stage(api, plain) == "done"
    with engine.database.write() as cursor:
        cursor.execute("SELECT DISTINCT unnest(lead_ids)::text AS id FROM provider_calls")
        assert [row["id"] for row in cursor.fetchall()] == [asked]
    again = api.step(batch, "complete").json["results"]
    assert {result["outcome"] for result in again} == {"finished"}


def test_a_call_that_two_leads_need_is_made_for_the_one_that_comes_to_it(api):
    send(api, lead(1), lead(1, email="kim@firm1.example", first_name="Kim"))
    batch = claim(api)
    api.step(batch, "plan")
    _, second = ids(batch)
    assert len(paid(start(api, batch, lead_ids=[second]))) == 2  # the person, and the company of both
    assert len(start(api, batch)) == 1


def test_who_goes_on_asking_keeps_the_leases_and_begins_only_what_is_still_planned(api, engine):
    send(api, *(lead(i) for i in range(260)))
    batch = claim(api)
    api.step(batch, "plan")
    first = api.step(batch, "calls/start").json
    begun = Counter(request["provider"] for request in first["requests"])
    assert set(begun.values()) == {250}
    provider = "hunter"  # two calls for each lead

    def seconds_left(end=None):
        with engine.database.write() as cursor:
            cursor.execute("UPDATE work_items SET lease_until = coalesce(now() + %s * interval '1 second',"
                           " lease_until) RETURNING extract(epoch FROM lease_until - now()) AS left", (end,))
            return min(row["left"] for row in cursor.fetchall())

    lease = engine.settings.lease_seconds
    for end, kept in ((0.9 * lease, False), (0.1 * lease, True)):
        seconds_left(end)
        assert len(start(api, batch, provider=provider)) == (20 if kept else 250)
        assert (seconds_left() > 0.95 * lease) == kept
    expire(engine)
    claim(api, lane="interactive")
    assert all(start(api, batch, provider=name) == [] for name in begun)


def test_a_lead_that_is_not_to_be_enriched_is_settled(api):
    lead_id = send(api, lead(1))[0]
    batch = claim(api)
    api.step(batch, "skip-enrichment")
    assert api.step(batch, "plan").json["settled"] == [lead_id]
    api.step(batch, "score")
    api.step(batch, "complete")
    assert stage(api, lead_id) == "done"


def test_a_late_step_takes_up_what_only_the_clock_took(api, engine):
    lead_id = send(api, lead(1))[0]
    batch = claim(api)
    api.step(batch, "score")
    expire(engine)
    assert claim(api, lane="bulk")["batch_id"] is None
    assert stage(api, lead_id) == "queued"
    assert api.step(batch, "complete").json["results"][0]["outcome"] == "ok"
    assert stage(api, lead_id) == "done"


def test_a_lead_that_its_run_passes_by_twice_is_let_go_scored_and_taken_up_by_one_click(api, engine):
    lead_id = send(api, lead(1))[0]
    for _ in range(2):
        due(engine)
        batch = claim(api)
        assert ids(batch) == [lead_id]
        expire(engine)
        claim(api)
    found = api.get(f"/v1/leads/{lead_id}").json
    assert (found["stage"], found["stage_code"]) == ("let_go", "passed_by")
    assert found["score"] and "claim" in found["stage_reason"]
    assert api.get("/v1/dead-letters").json["data"] == []
    assert api.post(f"/v1/dead-letters/{lead_id}/replay").status_code == 202
    assert run(api, claim(api)) and stage(api, lead_id) == "done"


def test_the_leads_that_a_run_goes_on_without_have_no_failed_attempt(api, engine):
    send(api, lead(1), lead(2))
    batch = claim(api)
    taken, passed = ids(batch)
    for name in ("plan", "score", "complete"):
        api.step(batch, name, lead_ids=[taken])
    expire(engine)
    claim(api)
    with engine.database.write() as cursor:
        cursor.execute("SELECT attempts, passes, left_at FROM work_items WHERE lead_id = %s", (passed,))
        assert tuple(cursor.fetchone().values()) == (0, 1, "claim")


def test_leads_on_hold_are_nobody_elses_and_no_work(api, engine):
    send(api, *(lead(i) for i in range(5)))
    for _ in range(engine.settings.interactive_batches):
        batch = claim(api, limit=1)
        api.step(batch, "hold", minutes=60)
    assert claim(api)["batch_id"]
    assert api.step(batch, "score").json["results"][0]["outcome"] == "ok"


@pytest.mark.parametrize("break_off", [
    lambda api, lead_id: send(api, lead(1, source="demo_request")),
    lambda api, lead_id: api.post("/v1/leads/enrich", {"lead_ids": [lead_id]})], ids=["intake", "enrich"])
def test_a_hold_ends_when_the_lead_is_work_again(api, engine, break_off):
    """What the run on hold planned and began for it is given up, and its late steps leave it alone."""
    lead_id = send(api, lead(1))[0]
    batch = claim(api)
    api.step(batch, "plan")
    begun = start(api, batch, provider="hunter")
    assert begun
    api.step(batch, "hold", minutes=1440)
    break_off(api, lead_id)
    assert stage(api, lead_id) == "queued"
    assert call_states(engine).keys() == {"dropped", "in_doubt"}
    again = claim(api)
    assert ids(again) == [lead_id]
    assert api.step(batch, "score").json["results"][0]["outcome"] == "elsewhere"
    assert run(api, again) and stage(api, lead_id) == "done"


def test_a_lead_that_comes_again_while_a_step_is_at_work_on_it_is_queued_after_it(api, engine):
    lead_id = send(api, lead(1))[0]
    batch = claim(api)
    api.step(batch, "hold", minutes=60)
    api.step(batch, "plan")
    planned = call_states(engine)
    send(api, lead(1))
    assert (stage(api, lead_id), call_states(engine)) == ("leased", planned)
    api.step(batch, "score")
    api.step(batch, "complete")
    assert stage(api, lead_id) == "queued"


def call_states(engine):
    """How many provider calls are in each state."""
    with engine.database.write() as cursor:
        cursor.execute("SELECT state FROM provider_calls")
        return Counter(row["state"] for row in cursor.fetchall())


def test_a_filter_does_not_block_the_lane(api, engine):
    """Each run completes one lead and passes the other by: it is at work no more."""
    runs = engine.settings.interactive_batches
    send(api, *(lead(i) for i in range(2 * runs + 1)))
    for _ in range(runs):
        batch = claim(api, limit=2)
        taken, _ = ids(batch)
        api.step(batch, "score", lead_ids=[taken])
        assert api.step(batch, "complete", lead_ids=[taken]).json["more"]
    assert claim(api)["batch_id"]


def test_a_failed_execution_gives_up_the_calls_of_all_its_claims(api, engine):
    send(api, lead(1), lead(2))
    for _ in range(2):
        api.step(claim(api, limit=1, execution_id="7"), "plan")
    told = api.post("/v1/pipeline/errors", {"execution_id": "7", "message": "broken"})
    assert told.json["batch_failed"]
    assert call_states(engine).keys() == {"dropped"}


@pytest.mark.parametrize("how, left", [("skipped", "done"), ("later", "waiting")])
def test_a_flow_lets_a_lead_go_with_a_reason(api, how, left):
    lead_id = send(api, lead(1))[0]
    api.step(claim(api), "let-go", **{"as": how, "reason": "closed today", "minutes": 30})
    found = api.get(f"/v1/leads/{lead_id}").json
    assert (found["stage"], found["stage_code"], found["stage_reason"]) == (left, how, "closed today")


def test_a_reference_tells_how_the_grade_changed(api):
    send(api, lead(1))
    batch = claim(api)
    [result] = api.step(batch, "score").json["results"]
    assert (result["previous_grade"], result["became_hot"]) == (None, result["grade"] == "hot")
    assert result["may_email"] and result["may_call"]


def test_a_poisonous_lead_ends_alone_in_the_dead_letters_and_is_replayed(api, engine):
    lead_id = send(api, lead(1))[0]
    for _ in range(engine.settings.max_attempts):
        due(engine)
        batch = claim(api)
        assert batch["batch_id"]
        api.step(batch, "fail", reason="poison")
    dead = api.get("/v1/dead-letters").json["data"]
    assert [(d["lead_id"], d["reason"], d["replays"]) for d in dead] == [(lead_id, "poison", 0)]
    assert api.post(f"/v1/dead-letters/{lead_id}/replay").status_code == 202
    assert stage(api, lead_id) == "queued"


def test_dead_letters_are_replayed_together_or_closed_and_opened_again(api, engine, app):
    sent_ids = send(api, lead(1), lead(2))
    for _ in range(engine.settings.max_attempts):
        for _ in sent_ids:
            due(engine)
            api.step(claim(api, limit=1), "fail", reason="poison")
    dead = api.get("/v1/dead-letters").json["data"]
    assert {row["lead_id"] for row in dead} == {*sent_ids}
    assert all(row["email"] and row["step"] == "fail" and row["attempts"] == 3 for row in dead)
    masked = Api(app.test_client(), "reader").get("/v1/dead-letters").json["data"]
    assert all(row["email"].partition("@")[0].endswith("…") for row in masked)
    first, second = sent_ids
    assert api.post("/v1/dead-letters/close", {"lead_ids": [first]}).json["changed"] == [first]
    assert stage(api, first) == "done" and len(api.get("/v1/dead-letters").json["data"]) == 1
    assert api.post("/v1/dead-letters/reopen", {"lead_ids": sent_ids}).json["changed"] == [first]
    assert [row["reason"] for row in api.get("/v1/dead-letters").json["data"]] == ["poison"] * 2
    answer = api.post("/v1/dead-letters/replay", {"lead_ids": [*sent_ids, str(uuid4())]})
    assert answer.status_code == 202 and answer.json["queued"] == sorted(sent_ids)
    assert stage(api, second) == "queued"


def test_what_is_done_or_was_worked_on_since_is_no_dead_letter_again(api, engine):
    done, dead = send(api, lead(1))[0], None
    run(api, claim(api))
    dead = send(api, lead(2))[0]
    for _ in range(engine.settings.max_attempts):
        due(engine)
        api.step(claim(api), "fail", reason="poison")
    api.post("/v1/dead-letters/close", {"lead_ids": [dead]})
    api.post("/v1/leads/rescore", {"lead_ids": [dead]})
    run(api, claim(api))
    assert api.post("/v1/dead-letters/reopen", {"lead_ids": [done, dead]}).json["changed"] == []


def test_how_often_a_dead_letter_was_replayed_is_told_until_it_comes_to_its_end(api, engine):
    lead_id = send(api, lead(1))[0]

    def fails():
        for _ in range(engine.settings.max_attempts):
            due(engine)
            api.step(claim(api), "fail", reason="poison")

    def listed(most):
        return [d["lead_id"] for d in api.get(f"/v1/dead-letters?most_replays={most}").json["data"]]

    fails()
    api.post(f"/v1/dead-letters/{lead_id}/replay")
    fails()
    assert (listed(0), listed(1)) == ([], [lead_id])
    api.post(f"/v1/dead-letters/{lead_id}/replay")
    due(engine)
    api.step(claim(api), "let-go", **{"as": "done", "reason": "enough"})
    with engine.database.read() as cursor:
        cursor.execute("SELECT stage, replays FROM work_items WHERE lead_id = %s", (lead_id,))
        assert dict(cursor.fetchone()) == {"stage": "done", "replays": 0}


def test_a_call_that_was_begun_and_never_answered_is_in_doubt_and_not_repeated(api, engine):
    send(api, lead(1))
    batch = claim(api)
    api.step(batch, "plan")
    calls = start(api, batch)
    expire(engine)
    claim(api)
    due(engine)
    again = claim(api)
    api.step(again, "plan")
    with engine.database.write() as cursor:
        cursor.execute("SELECT count(*) AS n FROM provider_calls WHERE state = 'in_doubt'")
        assert cursor.fetchone()["n"] == len(calls)
        cursor.execute("SELECT 1 FROM provider_calls GROUP BY request_key HAVING count(*) > 1")
        assert cursor.fetchone() is None


def test_of_a_run_that_was_killed_no_sealed_request_remains(api, engine):
    """Neither of a call that was begun nor of one that was only planned."""
    send(api, lead(1))
    batch = claim(api)
    api.step(batch, "plan")
    begun = start(api, batch, provider="hunter")
    expire(engine)
    claim(api)
    with engine.database.write() as cursor:
        cursor.execute("SELECT state, outcome, request FROM provider_calls ORDER BY state")
        left = [tuple(row.values()) for row in cursor.fetchall()]
    assert left == [("dropped", None, None)] * (len(left) - len(begun)) + [
        ("in_doubt", "in_doubt", None)] * len(begun)
    assert len(left) > len(begun) > 0


def test_identical_lookups_are_one_call(api):
    send(api, lead(1), lead(1, email="kim@firm1.example", first_name="Kim"))
    batch = claim(api)
    api.step(batch, "plan")
    assert len(paid(start(api, batch))) == 3  # two people, one company


def test_a_pending_answer_never_blocks_the_score(api):
    lead_id = send(api, lead(1))[0]
    batch = claim(api)
    api.step(batch, "plan")
    requests = start(api, batch)
    api.post("/v1/pipeline/answers", {"answers": [
        {"call_id": r["call_id"], "status": 202, "headers": {}, "body": ""} for r in requests
        if r["provider"] == "hunter"]})
    api.step(batch, "apply")
    api.step(batch, "score")
    api.step(batch, "complete")
    found = api.get(f"/v1/leads/{lead_id}").json
    assert found["score"] and found["stage"] == "waiting"


def test_requests_carry_no_key(api):
    send(api, lead(1))
    batch = claim(api)
    api.step(batch, "plan")
    live = start(api, batch, live=["hunter"])
    urls = {r["url"].split("/")[2] for r in live if r["provider"] == "hunter"}
    assert urls == {"api.hunter.io"}
    assert all(r["headers"].keys() <= {"Accept"} for r in live)


def test_a_hundred_posts_of_the_same_lead_make_one_contact_and_one_lead(app, api):
    def post(_):
        return Api.post(api_of(app), "/v1/leads", lead(7)).json["results"][0]

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(post, range(100)))
    assert len({r["contact_id"] for r in results}) == 1
    assert len({r["lead_id"] for r in results}) == 1
    assert sum(r["outcome"] == "created" for r in results) == 1


def api_of(app):
    return Api(app.test_client(), "tests")


def test_whatever_was_refused_can_be_listed(api):
    for raw in (b'{"\\ud800": "\\ud800"}', b'{"a\\u0000": [1]}', b'{"email": "' + b"x" * 70_000 + b'"}'):
        refused = api.client.post("/v1/leads?strict=true", data=raw, headers=api.headers)
        assert refused.status_code == 422 and refused.json["errors"]
    assert api.client.post(
        "/v1/leads", data=b'{"employee_count": 1e999}', headers=api.headers).status_code == 422
    assert len(api.get("/v1/rejects").json["data"]) == 3


@pytest.mark.parametrize("path", ["/v1/pipeline/claim", "/v1/leads"])
def test_a_reader_may_not_write(app, api, path):
    refused = Api(app.test_client(), "reader").post(path, {"email": "a@example.com"})
    assert refused.status_code == 403 and refused.json["code"] == "forbidden"


def test_readers_see_masked_people(app, api):
    send(api, lead(1))
    shown = Api(app.test_client(), "reader").get("/v1/leads").json["data"][0]
    assert shown["contact"]["email"] == "p…@firm1.example" and "Quill" not in str(shown)


def test_when_every_lead_fails_by_itself_its_planned_calls_are_given_up(api, engine, monkeypatch):
    lead_id = send(api, lead(1))[0]
    batch = claim(api)
    assert api.step(batch, "plan").json["asking"] == [lead_id]
    with monkeypatch.context() as broken:
        broken.setattr("sidecar.pipeline.scoring.score_facts", lambda *_: 1 / 0)
        [result] = api.step(batch, "score").json["results"]
    assert (result["outcome"], result["code"]) == ("retry", "score_failed")
    assert api.step(batch, "complete").json["results"][0]["outcome"] == "finished"  # it has left
    due(engine)
    again = claim(api)
    assert [reference["lead_id"] for reference in again["leads"]] == [lead_id]
    assert api.step(again, "plan").json["asking"] == [lead_id]
    assert start(api, again)


def test_leads_of_one_person_that_come_together_add_up(api):
    first, second = send(
        api, lead(1, message="Call me", utm={"source": "ad"}, company_name=None, tags=["a"]),
        lead(1, utm={"medium": "mail"}, tags=["b"]))
    assert first == second
    found = api.get(f"/v1/leads/{first}").json
    assert (found["message"], found["tags"]) == ("Call me", ["a", "b"])
    assert (found["first_utm"], found["utm"]) == ({"source": "ad"}, {"medium": "mail"})
    assert found["organization"]["name"] == "Firm 1"


@pytest.fixture
def deciding(app, engine, api):
    """An API whose leads are asked about until their grade is settled."""
    settings = replace(engine.settings, enrichment_goals={"": "decision"})
    made = create_app(settings, replace(engine, settings=settings))
    made.test_client_class = app.test_client_class
    return Api(made.test_client(), "tests")


def test_nothing_is_asked_about_a_lead_whose_grade_no_answer_can_change(deciding):
    (lead_id,) = send(deciding, lead(1, job_title="Intern"))
    batch = claim(deciding)
    assert deciding.step(batch, "plan").json["settled"] == [lead_id]
    assert run(deciding, batch) == 0
    assert deciding.get(f"/v1/leads/{lead_id}").json["score"]["grade"] == "cold"


def test_a_lead_is_asked_about_until_its_grade_is_settled(deciding):
    (lead_id,) = send(deciding, lead(1, source="web form", tags=["contact"]))
    assert 1 <= run(deciding, claim(deciding)) <= 8
    done = deciding.get(f"/v1/leads/{lead_id}").json
    assert done["stage"] in ("done", "waiting") and done["score"]["grade"]


def test_a_source_has_its_own_goal(app, engine, api):
    settings = replace(engine.settings, enrichment_goals={"": "decision", "trade fair": "fill"})
    made = create_app(settings, replace(engine, settings=settings))
    made.test_client_class = app.test_client_class
    mixed = Api(made.test_client(), "tests")
    send(mixed, lead(1, job_title="Intern"))
    _, wanted = send(mixed, lead(1, job_title="Intern"), lead(2, job_title="Intern", source="trade fair"))
    assert mixed.step(claim(mixed), "plan").json["asking"] == [wanted]
