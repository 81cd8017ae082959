"""Calls to providers: once, at their pace, through failures, and answered whenever they like."""

from __future__ import annotations

import itertools
import json
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from copy import copy
from dataclasses import replace
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from sidecar.app import create_app
from sidecar.enrichment import PROVIDERS
from sidecar.store import customers
from tests.integration.conftest import Api
from tests.integration.test_pipeline import (
    answer_all,
    call_states,
    claim,
    due,
    expire,
    lead,
    paid,
    run,
    send,
    stage,
    start,
)

KEYED = [name for name, provider in PROVIDERS.items() if provider.auth]


def sql(engine, statement, *params):
    with engine.database.write() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall() if cursor.description else []


def down(engine, *names):
    """These providers' breakers are open for ten minutes; the sandbox is asked."""
    for name in names:
        sql(engine, "INSERT INTO provider_state (provider) VALUES (%s) ON CONFLICT DO NOTHING", name)
        sql(engine, "INSERT INTO provider_breakers VALUES (%s, 'sandbox', 9, now() - interval '1 minute',"
            " now() + interval '10 minutes', 'error') ON CONFLICT (provider, key_mark) DO UPDATE SET"
            " opened_at = excluded.opened_at, open_until = excluded.open_until", name)


def time_is_over(engine):
    """Pauses are over, and what may be asked anew after a while may be."""
    sql(engine, "UPDATE provider_breakers SET open_until = now() - interval '1 second' WHERE open_until"
        " IS NOT NULL")
    sql(engine, "UPDATE work_items SET due_at = now() WHERE stage = 'waiting'")


def breaker(engine, provider, mark="sandbox"):
    rows = sql(engine, "SELECT failures, open_until > now() AS open, last_error,"
               " extract(epoch FROM open_until - now())::int AS open_for FROM provider_breakers"
               " WHERE provider = %s AND key_mark = %s", provider, mark)
    return rows[0] if rows else None


def answer(api, call_id, status, body=None, **headers):
    told = api.post("/v1/pipeline/answers", {"answers": [{
        "call_id": call_id, "status": status, "headers": headers, "body": json.dumps(body or {})}]})
    return told.json["accepted"]


def asked(api, batch, provider, **body):
    """The calls of one provider that begin now."""
    api.step(batch, "plan")
    return [request for request in start(api, batch, **body) if request["provider"] == provider]


def close(api, batch):
    for name in ("plan", "score", "complete"):
        assert api.step(batch, name).status_code == 200


def beside(app, api):
    """Another client with the same sign-in: one belongs to one thread."""
    other = copy(api)
    other.client = app.test_client()
    return other


def test_twenty_deliveries_at_once_and_a_kill_cost_one_call_each(app, api, engine):
    def deliver(_):
        while (told := beside(app, api).post("/v1/leads", lead(1))).status_code == 503:
            pass  # all connections are taken for the moment: come again, as senders do
        return told.json["results"][0]["lead_id"]

    with ThreadPoolExecutor(20) as pool:
        assert len(set(pool.map(deliver, range(20)))) == 1
    with ThreadPoolExecutor(4) as pool:
        claimed = [batch for batch in pool.map(
            lambda _: claim(beside(app, api)), range(4)) if batch["batch_id"]]
    assert len(claimed) == 1
    api.step(claimed[0], "plan")
    begun = start(api, claimed[0])
    with ThreadPoolExecutor(4) as pool:  # others at the same step begin nothing twice
        assert not any(pool.map(
            lambda _: start(beside(app, api), claimed[0]), range(4)))
    expire(engine)  # the worker was killed
    claim(api)
    due(engine)
    assert run(api, claim(api)) >= 0
    repeated = sql(engine, "SELECT request_key FROM provider_calls WHERE started_at IS NOT NULL"
                   " GROUP BY request_key HAVING count(*) > 1")
    assert not repeated
    assert call_states(engine)["in_doubt"] == len(begun)


def test_a_late_answer_to_a_call_in_doubt_completes_its_lead(api, engine):
    (lead_id,) = send(api, lead(1))
    batch = claim(api)
    api.step(batch, "plan")
    begun = paid(start(api, batch))
    expire(engine)
    claim(api)
    due(engine)
    down(engine, *KEYED)
    run(api, claim(api))
    sql(engine, "UPDATE work_items SET stage = 'done', reason_code = NULL")
    assert answer(api, begun[0]["call_id"], 404)
    assert stage(api, lead_id) == "queued"


FIRM = {"data": {"name": "Firm 1", "domain": "firm1.example", "category": {"industry": "Software"}}}


def firm_call(api, batch):
    """Hunter's call about the company, which begins now."""
    (call,) = (one for one in asked(api, batch, "hunter") if "/companies/" in one["url"])
    return call["call_id"]


def test_what_was_found_is_merged_when_it_comes(api, engine):
    send(api, lead(1, company_domain="firm1.example"))
    batch = claim(api)
    assert answer(api, firm_call(api, batch), 200, FIRM)
    assert sql(engine, "SELECT industry FROM organizations") == [{"industry": "computer software"}]
    assert sql(engine, "SELECT applied FROM provider_cache") == [{"applied": True}]


def test_what_cannot_be_merged_when_it_comes_is_kept_and_merged_by_the_next_step(api, engine, monkeypatch):
    send(api, lead(1, company_domain="firm1.example"))
    batch = claim(api)
    call_id = firm_call(api, batch)

    def fails(*_):
        sql(engine, "UPDATE organizations SET industry = 'half done'")
        raise ArithmeticError

    with monkeypatch.context() as broken:
        broken.setattr("sidecar.pipeline.asking.merge_found", fails)
        assert answer(api, call_id, 200, FIRM)
    assert sql(engine, "SELECT industry FROM organizations") == [{"industry": None}]
    assert call_states(engine)["answered"] == 1
    api.step(batch, "apply")
    assert sql(engine, "SELECT industry FROM organizations") == [{"industry": "computer software"}]


def test_of_two_answers_to_one_question_the_later_one_is_kept_and_merged(api, engine):
    """The call in doubt was asked again, and both are answered at once."""
    send(api, lead(1, company_domain="firm1.example"))
    batch = claim(api)
    first = firm_call(api, batch)
    sql(engine, "UPDATE provider_calls SET state = 'in_doubt', started_at = now() - interval '2 hours'"
        " WHERE state = 'started'")
    second = firm_call(api, batch)
    assert second != first
    bodies = {second: FIRM, first: {"data": FIRM["data"] | {"metrics": {"employees": 70}}}}
    told = [{"call_id": call_id, "status": 200, "headers": {}, "body": json.dumps(body)}
            for call_id, body in bodies.items()]
    assert api.post("/v1/pipeline/answers", {"answers": told}).json["accepted"] == 2
    api.step(batch, "apply")
    assert sql(engine, "SELECT employee_count FROM organizations") == [{"employee_count": 70}]


def test_two_runs_that_learn_the_same_company_s_name_at_once_both_merge_it(app, api, engine, monkeypatch):
    """Each holds its own lead, and then wants those of the company."""
    batches, calls = [], []
    for name in ("Anna", "Carl"):
        send(api, {"email": f"{name}@firm1.example", "first_name": name, "source": "import"})
        batches.append(claim(api, limit=1))
        calls.append([request["call_id"] for request in asked(api, batches[-1], "hunter")
                      if "/people/" in request["url"]])
    assert [len(each) for each in calls] == [1, 1]
    sql(engine, "UPDATE provider_calls SET operation = 'combined' WHERE operation = 'person'")
    lock_leads, together = customers.lock_leads, threading.Barrier(2, timeout=10)

    def lock_when_both_are_here(*arguments):
        with suppress(threading.BrokenBarrierError):
            together.wait()
        together.abort()  # who tries again is alone
        return lock_leads(*arguments)

    monkeypatch.setattr(customers, "lock_leads", lock_when_both_are_here)

    def tell(call_id):
        other = copy(api)
        other.client = app.test_client()
        return answer(other, call_id, 200, {"data": {
            "person": {"employment": {"title": "Buyer", "domain": "firm1.example"}},
            "company": {"name": "Firm 1", "domain": "firm1.example"}}})

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(tell, [call for each in calls for call in each])) == [1, 1]
    assert sql(engine, "SELECT applied FROM provider_cache") == [{"applied": True}] * 2


def test_what_is_found_about_who_refused_it_meanwhile_is_not_merged(api, engine):
    send(api, lead(1, company_domain="firm1.example"))
    batch = claim(api)
    call_id = firm_call(api, batch)
    send(api, lead(1, company_domain="firm1.example", consent={"enrichment": False}))
    answer(api, call_id, 200, FIRM)
    assert sql(engine, "SELECT industry FROM organizations") == [{"industry": None}]


@pytest.mark.parametrize("how", ["answered", "in doubt"])
def test_a_planned_call_whose_question_was_asked_since_is_not_begun(api, engine, how):
    send(api, lead(1, company_domain="firm1.example"))
    batch = claim(api)
    api.step(batch, "plan")
    (call,) = sql(engine, "SELECT id, request_key FROM provider_calls WHERE provider = 'hunter'"
                  " AND operation = 'company'")
    if how == "answered":
        sql(engine, "INSERT INTO provider_cache (request_key, sandbox, provider, operation, subject_kind,"
            " subject_id, outcome, answer, fetched_at, expires_at) SELECT request_key, sandbox, provider,"
            " operation, subject_kind, subject_id, 'not_found', '', now(), now() + interval '1 day'"
            " FROM provider_calls WHERE id = %s", call["id"])
    else:
        sql(engine, "INSERT INTO provider_calls (provider, operation, request_key, subject_kind, subject_id,"
            " sandbox, state, started_at) SELECT provider, operation, request_key, subject_kind, subject_id,"
            " sandbox, 'in_doubt', now() FROM provider_calls WHERE id = %s", call["id"])
    begun = start(api, batch)
    assert begun and call["id"] not in {request["call_id"] for request in begun}
    assert sql(engine, "SELECT state, price FROM provider_calls WHERE id = %s", call["id"]) == [
        {"state": "dropped", "price": 0}]


def test_a_late_answer_is_merged_by_the_run_that_scores_its_lead(api, engine):
    (lead_id,) = send(api, lead(1, company_domain="firm1.example"))
    batch = claim(api)
    call_id = firm_call(api, batch)
    expire(engine)
    claim(api)
    assert answer(api, call_id, 200, FIRM)
    assert sql(engine, "SELECT industry FROM organizations") == [{"industry": None}]
    due(engine)
    down(engine, *KEYED)
    run(api, claim(api))
    assert sql(engine, "SELECT industry FROM organizations") == [{"industry": "computer software"}]
    assert stage(api, lead_id) in ("done", "waiting")


def test_nobody_is_paid_again_for_what_was_found_by_another_way_to_ask(api, engine):
    """People Data Labs, asked by name and company, tells a profile by which it could be asked as well."""
    down(engine, *(name for name in KEYED if name != "peopledatalabs"))
    send(api, {"phone": "+12015550123", "first_name": "Pat", "last_name": "Quill", "source": "web form",
               "company_name": "Firm 1", "company_domain": "firm1.example"})
    batch = claim(api)
    (call,) = (one for one in asked(api, batch, "peopledatalabs") if "/person/" in one["url"])
    assert answer(api, call["call_id"], 200, {"likelihood": 9, "data": {
        "full_name": "pat quill", "job_title": "fire juggler", "linkedin_url": "linkedin.com/in/pat-quill",
        "job_company_name": "firm 1", "job_company_website": "firm1.example"}})
    assert not [one for one in asked(api, batch, "peopledatalabs") if "/person/" in one["url"]]
    (known,) = sql(engine, "SELECT linkedin, seniority FROM contacts")
    assert known["linkedin"] and not known["seniority"], "nothing is missing, or there is no new way to ask"


def test_a_company_is_asked_about_once_however_many_leads_and_batches_share_it(api, engine):
    send(api, *(lead(1, email=f"pat{i}@firm1.example", first_name=f"Pat{i}") for i in range(6)))
    batches = [claim(api, limit=3), claim(api, limit=3)]
    for batch in batches:
        api.step(batch, "plan")
    for batch in batches:
        answer_all(api, batch)
    for batch in batches:
        close(api, batch)
    time_is_over(engine)
    while (batch := claim(api))["batch_id"]:
        run(api, batch)
    times = sql(engine, "SELECT provider, operation, subject_id, count(*) AS n FROM provider_calls WHERE"
                " subject_kind = 'organization' AND started_at IS NOT NULL GROUP BY 1, 2, 3")
    assert times and {row["n"] for row in times} == {1}


def test_leads_are_scored_without_providers_that_are_down_and_completed_on_their_return(api, engine):
    ids = send(api, *(lead(i) for i in range(8)))
    batch = claim(api)
    while api.step(batch, "plan").json["asking"]:
        answer_all(api, batch, "down")
    close(api, batch)
    for lead_id in ids:
        told = api.get(f"/v1/leads/{lead_id}").json
        assert (told["stage"], bool(told["score"])) == ("waiting", True)
    codes = Counter(row["reason_code"] for row in sql(engine, "SELECT reason_code FROM work_items"))
    assert codes == {"provider_down": 8}
    assert any(breaker(engine, name)["open"] for name in KEYED if breaker(engine, name))
    sql(engine, "UPDATE work_items SET waits = 6")  # it takes longer than an answer may be waited for
    time_is_over(engine)
    sql(engine, "UPDATE provider_cache SET expires_at = now()")
    batch = claim(api, limit=1)
    run(api, batch)  # who asks first finds that they are back
    waiting = sql(engine, "SELECT 1 FROM work_items WHERE stage = 'waiting' AND due_at > now()"
                  " AND lead_id <> %s", batch["leads"][0]["lead_id"])
    assert not waiting
    for _ in range(30):
        time_is_over(engine)
        if not (batch := claim(api))["batch_id"]:
            break
        run(api, batch)
    found = sql(engine, "SELECT provider FROM provider_calls WHERE outcome = 'found'")
    assert found and {stage(api, lead_id) for lead_id in ids} == {"done"}


def test_who_asks_for_patience_is_left_alone_as_long_and_then_tried_with_one_call(api, engine):
    send(api, *(lead(i) for i in range(12)))
    batch = claim(api)
    calls = asked(api, batch, "peopledatalabs") or asked(api, batch, "hunter")
    name = calls[0]["provider"]
    assert answer(api, calls[0]["call_id"], 429, {"error": {"type": "rate_limit_error"}}, **{
        "Retry-After": "240"})
    assert answer(api, calls[1]["call_id"], 404, {})  # begun before: it does not end the pause
    assert 200 < breaker(engine, name)["open_for"] <= 240
    for call in calls[2:]:
        api.post("/v1/pipeline/answers", {"answers": [{"call_id": call["call_id"], "error": "not_sent"}]})
    assert asked(api, batch, name) == []
    time_is_over(engine)
    (probe,) = asked(api, batch, name)
    assert start(api, batch, provider=name) == []
    answer(api, probe["call_id"], 404, {})
    assert not breaker(engine, name)["open"]


def test_of_a_planned_batch_nothing_more_is_begun_once_a_provider_refuses(api, engine):
    send(api, *(lead(i) for i in range(3)))
    batch = claim(api)
    api.step(batch, "plan")
    down(engine, *KEYED)
    assert not paid(start(api, batch))
    assert call_states(engine)["planned"] > 0


def test_a_breaker_is_of_a_provider_and_its_key(api, engine):
    send(api, *(lead(i) for i in range(4)))
    batch = claim(api)
    keys = dict.fromkeys(KEYED, "old")
    api.step(batch, "plan")
    calls = paid(start(api, batch, live=KEYED, keys=keys))
    name = calls[0]["provider"]
    mine = [call for call in calls if call["provider"] == name]
    assert answer(api, mine[0]["call_id"], 401)
    assert breaker(engine, name, "old")["open"]
    api.step(batch, "plan")
    assert name not in {call["provider"] for call in start(api, batch, live=KEYED, keys=keys)}
    api.step(batch, "plan")
    start(api, batch, live=KEYED, keys=keys | {name: "new"})
    assert answer(api, mine[1]["call_id"], 401) == 0 or breaker(engine, name, "new") is None
    assert breaker(engine, name, "old")["open"]
    listed = {row["name"]: row for row in api.get("/v1/providers").json["data"]}
    assert listed[name]["health"] == "ok"


def test_quota_and_haste_pause_a_provider_differently(api, engine):
    send(api, *(lead(i) for i in range(4)))
    batch = claim(api)
    api.step(batch, "plan")
    calls = paid(start(api, batch))
    first = calls[0]
    bodies = {"hunter": (429, {"errors": [{"id": "usage_exceeded", "code": 429, "details": "quota"}]}),
              "peopledatalabs": (402, {})}
    status, body = bodies.get(first["provider"], (402, {}))
    answer(api, first["call_id"], status, body)
    told = breaker(engine, first["provider"])
    assert told["last_error"] == "quota" and told["open_for"] > 3000


def test_what_was_found_counts_while_its_provider_is_down_and_is_asked_anew_on_its_return(api, engine):
    (lead_id,) = send(api, lead(1))
    batch = claim(api)
    calls = paid(asked_all(api, batch))
    call = calls[0]
    name = call["provider"]
    sealed = engine.vault.seal({"status": 200, "headers": {}, "body": "{}", "error": None, "ticket": None})
    sql(engine, "INSERT INTO provider_cache (request_key, sandbox, provider, operation, subject_kind,"
        " subject_id, outcome, answer, applied, fetched_at, expires_at) SELECT request_key, sandbox,"
        " provider, operation, subject_kind, subject_id, 'found', %s, true, now() - interval '90 days',"
        " now() - interval '30 days' FROM provider_calls WHERE id = %s", sealed, call["call_id"])
    assert answer(api, call["call_id"], 503)  # it fails: what was found before stands
    (kept,) = sql(engine, "SELECT outcome, stale, expires_at > now() AS holds FROM provider_cache"
                  " WHERE provider = %s AND answer = %s", name, sealed)
    assert kept == {"outcome": "found", "stale": True, "holds": True}
    sql(engine, "UPDATE provider_cache SET expires_at = now(), stale = false")
    down(engine, *KEYED)
    close(api, batch)
    (work,) = sql(engine, "SELECT reason_code, reason, awaits FROM work_items")
    assert work["reason_code"] == "provider_down" and "what it found before counts" in work["reason"]
    assert name in work["awaits"]
    time_is_over(engine)
    assert name in {request["provider"] for request in asked_all(api, claim(api))}
    assert lead_id


def asked_all(api, batch):
    api.step(batch, "plan")
    return start(api, batch)


def test_an_import_leaves_a_form_lead_its_place_in_the_pace(api):
    send(api, *(lead(i) for i in range(300)))
    bulk = claim(api, lane="bulk")
    api.step(bulk, "plan")
    begun = paid(start(api, bulk, live=KEYED))
    assert begun
    api.post("/v1/leads", lead(999))
    batch = claim(api, lane="interactive")
    asked_at = datetime.now().astimezone()
    api.step(batch, "plan")
    own = paid(start(api, batch, live=KEYED))
    assert own
    waits = [(datetime.fromisoformat(call["not_before"]) - asked_at).total_seconds() for call in own]
    assert max(waits) < 10
    for name in {call["provider"] for call in begun}:  # and what all workers begin stays within it
        times = sorted(datetime.fromisoformat(call["not_before"]).timestamp()
                       for call in (*begun, *own) if call["provider"] == name)
        step = 1 / PROVIDERS[name].pace_per_second
        assert all(later - sooner > 0.9 * step for sooner, later in itertools.pairwise(times))


@pytest.fixture
def called_back(app, engine, api):
    """An API that tells Clearbit, the only one that is up, where to send what comes later."""
    settings = replace(engine.settings, callback_url="https://leads.example.com/api")
    made = create_app(settings, replace(engine, settings=settings))
    made.test_client_class = app.test_client_class
    down(engine, *(name for name in KEYED if name != "clearbit"))
    return Api(made.test_client(), "tests")


def queued(api, engine):
    """A lead, and the address for its person's answer, which Clearbit is still looking for."""
    (lead_id,) = send(api, lead(1, email="ada.obi@firm1.example", first_name="Ada", last_name="Obi"))
    batch = claim(api)
    api.step(batch, "plan")
    calls = [call for call in start(api, batch, live=["clearbit"]) if call["provider"] == "clearbit"]
    person = next(call for call in calls if "email" in call["query"])
    return lead_id, batch, calls, person


def address(call):
    parts = urlsplit(call["query"]["webhook_url"])
    assert parts.path == "/api/v1/callbacks/clearbit"
    (token,) = parse_qs(parts.query)["token"]
    return f"/v1/callbacks/clearbit?token={token}"


RECORD = {"id": "c1", "name": {"fullName": "Ada Obi", "givenName": "Ada", "familyName": "Obi"},
          "email": "ada.obi@firm1.example", "employment": {"domain": "firm1.example", "title": "VP of Sales"}}
FOUND = {"id": "x", "type": "person", "status": 200, "body": RECORD}


def sent(api, where, body):
    """What a provider's server sends: without a sign-in."""
    return api.client.post(where, json=body)


def person_found(call):
    """The record as the operation that was asked answers it."""
    both = "/combined/" in call["url"]
    return FOUND | ({"type": "person_company", "body": {"person": RECORD, "company": None}} if both else {})


def test_an_answer_that_comes_later_completes_the_lead_that_waits_for_it(called_back, engine):
    lead_id, batch, calls, person = queued(called_back, engine)
    for call in calls:
        assert answer(called_back, call["call_id"], 202, {"error": {"type": "queued"}})
    close(called_back, batch)
    assert stage(called_back, lead_id) == "waiting"
    assert claim(called_back)["batch_id"] is None
    where = address(person)
    assert sent(called_back, where, person_found(person)).json == {"accepted": True}
    assert sent(called_back, where, person_found(person)).json == {"accepted": False}
    assert sent(called_back, where, {"id": "x", "type": "person", "status": 404, "body": None}).json == {
        "accepted": False}
    again = claim(called_back)
    assert [ref["lead_id"] for ref in again["leads"]] == [lead_id]
    close(called_back, again)
    assert called_back.get(f"/v1/leads/{lead_id}").json["contact"]["job_title"] == "VP of Sales"
    paid_for = sql(engine, "SELECT sum(credits)::int AS n FROM provider_calls WHERE outcome = 'found'")
    assert paid_for == [{"n": 1}]


def test_an_answer_may_come_before_the_one_that_it_is_still_looked_for(called_back, engine):
    lead_id, batch, _, person = queued(called_back, engine)
    assert sent(called_back, address(person), person_found(person)).json == {"accepted": True}
    assert answer(called_back, person["call_id"], 202, {"error": {"type": "queued"}}) == 0
    close(called_back, batch)
    assert called_back.get(f"/v1/leads/{lead_id}").json["contact"]["job_title"] == "VP of Sales"


@pytest.mark.parametrize("body", [[], "x", {}, {"status": 200, "body": None}, {"status": 202, "body": {}},
                                  {"status": "200", "body": {"x": 1}}, {"status": 500, "body": {"a": "b"}}])
def test_what_is_no_answer_changes_nothing(called_back, engine, body):
    *_, person = queued(called_back, engine)
    assert sent(called_back, address(person), body).json == {"accepted": False}
    assert sent(called_back, address(person), person_found(person)).json == {"accepted": True}


def test_an_answer_is_taken_only_at_its_own_address(called_back, engine):
    lead_id, _, _, person = queued(called_back, engine)
    where = address(person)
    for wrong in (where[:-1] + ("0" if where[-1] != "0" else "1"), where.partition("?")[0],
                  where.replace("clearbit", "fullenrich"), "/v1/callbacks/clearbit?token=a.b",
                  "/v1/callbacks/nobody?token=.", "/v1/callbacks/clearbit?token=%C3%A9.x"):
        assert sent(called_back, wrong, FOUND).status_code == 401, wrong
    contact = called_back.get(f"/v1/leads/{lead_id}").json["contact"]["id"]
    assert called_back.client.delete(
        f"/v1/contacts/{contact}", headers=called_back.headers).status_code in (200, 204)
    assert sent(called_back, where, FOUND).status_code == 404
    assert not sql(engine, "SELECT 1 FROM provider_cache WHERE subject_kind = 'contact'")
