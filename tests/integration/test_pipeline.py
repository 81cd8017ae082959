"""The pipeline contract, step by step, on a real database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from sandbox.providers import TWINS
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


def answer_all(api, batch, calls, behaviour=""):
    """What the Enrich node does, with the answers of the providers' twins."""
    requests = api.step(batch, "calls/start", {
        "call_ids": [call["call_id"] for call in calls], "live": []}).json["requests"]
    answers = []
    for request in requests:
        twin = TWINS[request["provider"]]
        path = urlsplit(request["url"]).path.removeprefix(f"/{twin.name}")
        operation, subject = twin.asked(path, request["query"] or request["body"])
        status, body, _, headers = twin.answer(operation, subject, behaviour, 1)
        answers.append({"call_id": request["call_id"], "status": status, "body": body,
                        "headers": headers, "elapsed_ms": 1})
    assert api.step(batch, "answers", {"answers": answers}).json["accepted"] == len(answers)
    return answers


def run(api, batch):
    """The whole flow of one batch; how many calls were made."""
    made = 0
    while calls := api.step(batch, "plan").json["calls"]:
        made += len(answer_all(api, batch, calls))
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
        cursor.execute("UPDATE batches SET lease_until = now() - interval '1 second'"
                       " WHERE state = 'open'")


def due(engine):
    with engine.database.write() as cursor:
        cursor.execute("UPDATE work_items SET due_at = now() WHERE stage = 'queued'")


def test_a_lost_lease_ends_the_run_quietly_and_the_batch_is_split(api, engine):
    send(api, *(lead(i) for i in range(60)))
    batch = claim(api)
    assert len(batch["leads"]) == 60
    expire(engine)
    refused = api.step(batch, "plan")
    assert refused.status_code == 409 and refused.json["code"] == "lease_lost"
    claim(api)
    due(engine)
    assert len(claim(api)["leads"]) == 50


def test_a_poisonous_lead_ends_alone_in_the_dead_letters_and_is_replayed(api, engine):
    lead_id = send(api, lead(1))[0]
    for _ in range(engine.settings.max_attempts):
        due(engine)
        batch = claim(api)
        assert batch["batch_id"]
        api.step(batch, "fail", {"reason": "poison"})
    dead = api.get("/v1/dead-letters").json["data"]
    assert [(d["lead_id"], d["reason"]) for d in dead] == [(lead_id, "poison")]
    assert api.post(f"/v1/dead-letters/{lead_id}/replay").status_code == 202
    assert stage(api, lead_id) == "queued"


def test_a_call_that_was_begun_and_never_answered_is_in_doubt_and_not_repeated(api, engine):
    send(api, lead(1))
    batch = claim(api)
    calls = api.step(batch, "plan").json["calls"]
    api.step(batch, "calls/start", {"call_ids": [c["call_id"] for c in calls], "live": []})
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
    calls = api.step(batch, "plan").json["calls"]
    api.step(batch, "calls/start", {"call_ids": [calls[0]["call_id"]], "live": []})
    expire(engine)
    claim(api)
    with engine.database.write() as cursor:
        cursor.execute("SELECT state, outcome, request FROM provider_calls ORDER BY state")
        left = [tuple(row.values()) for row in cursor.fetchall()]
    assert len(calls) > 1
    assert left == [("dropped", None, None)] * (len(calls) - 1) + [("in_doubt", "in_doubt", None)]


def test_identical_lookups_are_one_call(api):
    send(api, lead(1), lead(1, email="kim@firm1.example", first_name="Kim"))
    calls = api.step(claim(api), "plan").json["calls"]
    assert len(calls) == 3  # two people, one company


def test_a_pending_answer_never_blocks_the_score(api):
    lead_id = send(api, lead(1))[0]
    batch = claim(api)
    calls = api.step(batch, "plan").json["calls"]
    requests = api.step(batch, "calls/start", {
        "call_ids": [c["call_id"] for c in calls], "live": []}).json["requests"]
    api.step(batch, "answers", {"answers": [
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
    calls = api.step(batch, "plan").json["calls"]
    live = api.step(batch, "calls/start", {
        "call_ids": [c["call_id"] for c in calls], "live": ["hunter"]}).json["requests"]
    urls = {r["url"].split("/")[2] for r in live if r["provider"] == "hunter"}
    assert urls == {"api.hunter.io"}
    assert all(not r["headers"] for r in live)


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
        refused = api.client.post("/v1/leads", data=raw, headers=api.headers)
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
    planned = {call["provider"] for call in api.step(batch, "plan").json["calls"]}
    with monkeypatch.context() as broken:
        broken.setattr("sidecar.pipeline.scoring.score_facts", lambda *_: 1 / 0)
        [result] = api.step(batch, "score").json["results"]
    assert (result["outcome"], result["code"]) == ("retry", "score_failed")
    assert api.step(batch, "complete").status_code == 409  # nothing was left in it
    due(engine)
    again = claim(api)
    assert [reference["lead_id"] for reference in again["leads"]] == [lead_id]
    assert {call["provider"] for call in api.step(again, "plan").json["calls"]} == planned


def test_leads_of_one_person_that_come_together_add_up(api):
    first, second = send(
        api, lead(1, message="Call me", utm={"source": "ad"}, company_name=None, tags=["a"]),
        lead(1, utm={"medium": "mail"}, tags=["b"]))
    assert first == second
    found = api.get(f"/v1/leads/{first}").json
    assert (found["message"], found["tags"]) == ("Call me", ["a", "b"])
    assert found["utm"] == {"source": "ad", "medium": "mail"}
    assert found["organization"]["name"] == "Firm 1"
