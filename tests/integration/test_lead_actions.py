"""What people and workflows do with leads beside editing them: send on trial, score and enrich again, tell
events by address, repair what was refused."""

from __future__ import annotations

import pytest

from sidecar.pipeline import retention
from sidecar.services import leads
from sidecar.services.audit import COMMAND_LINE
from sidecar.store import work
from tests.integration.conftest import Api, deadlock_once, users_of
from tests.integration.test_pipeline import claim, lead, run, send, stage, start

OLD = "2026-01-01T00:00:00Z"


def scores(api, lead_id):
    return len(api.get(f"/v1/leads/{lead_id}").json["history"])


def age(engine, *lead_ids):
    with engine.database.write() as cursor:
        cursor.execute("UPDATE leads SET scored_at = %s WHERE id = ANY(%s::uuid[])", (OLD, list(lead_ids)))


def lose_industries(engine):
    """Of what providers answered nothing is left: there is something to ask."""
    with engine.database.write() as cursor:
        cursor.execute("UPDATE organizations SET industry = NULL; DELETE FROM provider_cache;"
                       " DELETE FROM provenance WHERE entity_kind = 'organization'")


@pytest.fixture
def done(api):
    """Three leads that went through the pipeline."""
    ids = send(api, lead(1), lead(2), lead(3))
    run(api, claim(api))
    return ids


def test_scored_again_is_kept_and_asks_no_provider(api, engine, done):
    lose_industries(engine)
    answer = api.post("/v1/leads/rescore", {"lead_ids": done[:2]})
    assert answer.status_code == 202 and sorted(answer.json["queued"]) == sorted(done[:2])
    assert api.post("/v1/leads/rescore", {"lead_ids": done[:2]}).json["queued"] == []
    assert run(api, claim(api)) == 0
    assert [scores(api, lead_id) for lead_id in done] == [2, 2, 1]
    assert [stage(api, lead_id) for lead_id in done] == ["done"] * 3
    api.post("/v1/leads/enrich", {"lead_ids": done})
    assert run(api, claim(api)) > 0  # there was something to ask


def test_who_changes_meanwhile_is_enriched_all_the_same(api, engine, done):
    lose_industries(engine)
    api.post("/v1/leads/rescore", {"lead_ids": done})
    send(api, lead(1))
    batch = claim(api)
    asking = api.step(batch, "plan").json["asking"]
    assert asking == [done[0]]
    assert start(api, batch)


def test_a_killed_run_leaves_the_order_to_score_alone(api, engine, done):
    lose_industries(engine)
    api.post("/v1/leads/rescore", {"lead_ids": done[:1]})
    api.step(claim(api), "fail", reason="a test")
    with engine.database.write() as cursor:
        cursor.execute("UPDATE work_items SET due_at = now()")
    assert run(api, claim(api)) == 0
    with engine.database.read() as cursor:
        cursor.execute("SELECT count(*) AS n FROM work_items WHERE score_only")
        assert cursor.fetchone()["n"] == 0


def test_by_filters_those_scored_before_are_queued_once(app, api, engine, done):
    assert api.post("/v1/leads/rescore", {"scored_to": "2026-02-01T00:00:00Z"}).json == {
        "queued": [], "next": None}
    age(engine, *done[:2])
    told = api.post("/v1/leads/rescore", {"scored_to": "2026-02-01T00:00:00Z", "source": "import"}).json
    assert sorted(told["queued"]) == sorted(done[:2]) and told["next"] is None
    assert api.post("/v1/leads/rescore", {"scored_to": "2026-02-01T00:00:00Z"}).json["queued"] == []
    assert api.post("/v1/leads/rescore", {}).json["queued"] == [done[2]]
    refused = Api(app.test_client(), "reader").post("/v1/leads/rescore", {})
    assert refused.status_code == 403
    both = api.post("/v1/leads/rescore", {"lead_ids": done, "grade": "hot"})
    assert both.status_code == 422


def test_tried_again_after_a_deadlock_it_is_the_same_order(api, engine, done, monkeypatch):
    first, second, third = sorted(done)
    for order, queued in (({"lead_ids": [third]}, third), ({"source": "import", "after": first}, second)):
        deadlock_once(monkeypatch, work, "score_again")
        assert api.post("/v1/leads/rescore", order).json["queued"] == [queued]


def test_a_part_of_the_filters_follows_the_one_before(engine, done):
    def part(after):
        return leads.score_again(engine, None, {"source": "import"}, reveal=True, limit=2, after=after,
                                 by=COMMAND_LINE)

    first = part(None)
    rest = part(first["next"])
    assert len(first["queued"]) == 2 and rest["next"] is None
    assert sorted(first["queued"] + rest["queued"]) == sorted(done)


def test_enriched_again_asks_anew_what_was_answered_only_when_told(api, engine, done):
    def calls(**body):
        with engine.database.write() as cursor:
            cursor.execute("UPDATE organizations SET industry = NULL")
        told = api.post("/v1/leads/enrich", {"lead_ids": [done[0], nobody()]} | body)
        assert told.status_code == 202 and told.json["queued"] == [done[0]]
        return run(api, claim(api))

    while calls():  # until everybody who may know was asked: a run has four rounds at most
        pass
    assert calls(ask_again=True) > 0


def nobody():
    return "01990000-0000-7000-8000-000000000000"


def counted(engine):
    with engine.database.read() as cursor:
        cursor.execute("SELECT (SELECT count(*) FROM leads) AS leads,"
                       " (SELECT count(*) FROM intake) AS intake,"
                       " (SELECT count(*) FROM contacts) AS contacts")
        return dict(cursor.fetchone())


def test_a_trial_says_what_would_become_of_leads_and_writes_nothing(api, engine):
    [known] = send(api, lead(1))
    before = counted(engine)
    body = {"leads": [lead(1), lead(2), {"email": "none"}], "dry_run": True}
    told = api.post("/v1/leads", body).json["results"]
    assert [row["outcome"] for row in told] == ["updated", "created", "rejected"]
    assert [row["lead_id"] for row in told] == [known, None, None]
    assert told[1]["contact_id"] is None and told[0]["contact_id"]
    assert counted(engine) == before
    refused = api.post("/v1/leads", {"leads": [{"email": "none"}], "dry_run": True})
    assert refused.status_code == 422 and counted(engine) == before
    assert api.post("/v1/leads", {"leads": [lead(1)], "dry_run": "yes"}).status_code == 422


def test_a_trial_leaves_a_trace_and_does_not_tell_who_asked_to_be_forgotten(app, api, engine):
    [known] = send(api, lead(1))
    contact = api.get(f"/v1/leads/{known}").json["contact"]["id"]
    assert api.client.delete(f"/v1/contacts/{contact}", headers=api.headers).status_code in (200, 204)
    with engine.database.write() as cursor:
        cursor.execute("INSERT INTO clients (id, secret_hash, scopes) SELECT 'writer', secret_hash, '{leads}'"
                       " FROM clients WHERE id = 'tests' ON CONFLICT DO NOTHING")
    body = {"leads": [lead(1), lead(2)], "dry_run": True}
    told = {name: Api(app.test_client(), name).post("/v1/leads", body).json["results"]
            for name in ("tests", "writer")}
    assert [row["outcome"] for row in told["tests"]] == ["suppressed", "created"]
    first, second = [row | {"index": 0} for row in told["writer"]]
    assert first == second and first["outcome"] == "created"
    traces = api.get("/v1/audit?limit=2").json["data"]
    assert [(row["actor"], row["action"], row["after"]) for row in traces] == [
        (name, "leads.tried_out", {"leads": 2}) for name in ("writer", "tests")]


def test_only_new_keeps_who_is_known_as_a_reject(api):
    [known] = send(api, lead(1))
    told = api.post("/v1/leads", {"leads": [lead(1), lead(2)], "only_new": True}).json["results"]
    assert [row["outcome"] for row in told] == ["rejected", "created"]
    assert told[0]["errors"][0]["code"] == "open_lead" and known in told[0]["errors"][0]["detail"]
    assert [row["errors"][0]["code"] for row in api.get("/v1/rejects").json["data"]] == ["open_lead"]


def test_only_new_keeps_who_stands_twice_in_a_request_as_a_reject(api):
    closed, = send(api, lead(3, linkedin_url="https://www.linkedin.com/in/pat3"))
    api.client.patch(f"/v1/leads/{closed}", json={"status": "lost"}, headers=api.headers)
    told = api.post("/v1/leads", {"leads": [
        lead(1), lead(2), lead(1, job_title="CEO"), {"email": "none"}, lead(3),
        {"linkedin_url": "https://www.linkedin.com/in/pat3"}], "only_new": True}).json["results"]
    assert [row["outcome"] for row in told] == [
        "created", "created", "rejected", "rejected", "created", "rejected"]
    assert [told[index]["errors"][0]["code"] for index in (2, 5)] == ["open_lead"] * 2


def test_events_find_their_lead_by_contact_and_by_address(api, engine, done):
    person = api.get(f"/v1/leads/{done[1]}").json["contact"]["id"]
    events = [
        {"lead_id": done[0], "type": "email_open"},
        {"contact_id": person, "type": "email_click"},
        {"email": "PAT3@firm3.example", "type": "email_reply", "event_id": "e1"},
        {"email": "pat3@firm3.example", "type": "email_reply", "event_id": "e1"},
        {"email": "nobody@elsewhere.example", "type": "bounce"},
        {"contact_id": nobody(), "type": "bounce"}, {"email": "@", "type": "bounce"},
    ]
    told = api.post("/v1/events", {"events": events})
    assert told.status_code == 202
    assert [row["lead_id"] for row in told.json["results"]] == [*done, done[2], None, None, None]
    assert (told.json["accepted"], told.json["unknown"]) == (4, 3)
    assert [len(api.get(f"/v1/leads/{lead_id}").json["events"]) for lead_id in done] == [1, 1, 1]
    assert {stage(api, lead_id) for lead_id in done} == {"queued"}


def test_events_of_a_mail_service_are_taken_as_it_sends_them_and_once(api, done):
    told = [{"event": event, "email": email, "timestamp": 1_770_000_000, "sg_event_id": event}
            for event, email in (("open", "PAT1@firm1.example"), ("delivered", "pat1@firm1.example"),
                                 ("bounce", "nobody@elsewhere.example"))]
    for _ in range(2):
        answer = api.post("/v1/events/mail", told)
        assert answer.status_code == 202
        assert [answer.json[name] for name in ("accepted", "unknown", "ignored")] == [1, 1, 1]
        assert answer.json["results"][0] == {"lead_id": done[0], "outcome": "accepted"}
    [event] = api.get(f"/v1/leads/{done[0]}").json["events"]
    assert (event["type"], event["source"]) == ("email_open", "sendgrid")
    assert api.post("/v1/events/mail", told[1:2]).json["results"] == []
    refused = api.post("/v1/events/mail", {"type": "subscribe", "email": "pat1@firm1.example"})
    assert refused.status_code == 422 and "SendGrid" in refused.json["errors"][0]["detail"]


def test_what_a_mail_service_cannot_mean_is_refused_or_replaced_and_no_error(api, done):
    told = {"event": "open", "email": "pat1@firm1.example", "sg_event_id": "a\x00b"}
    assert api.post("/v1/events/mail", [told]).json["accepted"] == 1
    refused = api.post("/v1/events/mail", [told] * 5001)
    assert refused.status_code == 422 and refused.json["errors"][0]["code"] == "wrong_length"


def test_what_people_did_is_scored_without_asking_providers(api, engine, done):
    lose_industries(engine)
    api.post("/v1/events/mail", [
        {"event": "open", "email": f"pat{number}@firm{number}.example"} for number in (1, 2)])
    api.post("/v1/events", {"events": [{"lead_id": done[2], "type": "page_view"}]})
    assert [api.get(f"/v1/leads/{lead_id}").json["lane"] for lead_id in done] == [
        "bulk", "bulk", "interactive"]
    for lane in ("interactive", "bulk"):
        batch = claim(api, lane=lane)
        api.step(batch, "plan")
        api.post("/v1/events", {"events": [  # meanwhile: once more, and it stays with the score alone
            {"lead_id": row["lead_id"], "type": "page_view"} for row in batch["leads"]]})
        assert run(api, batch) == 0
        assert run(api, claim(api)) == 0
    assert [(stage(api, lead_id), scores(api, lead_id)) for lead_id in done] == [("done", 3)] * 3


def test_what_people_did_leaves_the_enrichment_that_is_owed(api):
    [lead_id] = send(api, lead(1))
    api.post("/v1/events", {"events": [{"lead_id": lead_id, "type": "page_view"}]})
    assert run(api, claim(api)) > 0


def test_an_event_of_a_person_belongs_to_the_open_lead(api, done):
    api.client.patch(f"/v1/leads/{done[0]}", json={"status": "lost"}, headers=api.headers)
    address = {"email": "pat1@firm1.example", "type": "email_open"}
    assert api.post("/v1/events", {"events": [address]}).json["results"][0]["lead_id"] == done[0]
    [newer] = send(api, lead(1))
    assert newer != done[0]
    assert api.post("/v1/events", {"events": [address]}).json["results"][0]["lead_id"] == newer


@pytest.mark.parametrize("event", [
    {"type": "bounce"}, {"type": "bounce", "email": "a@b.example", "lead_id": nobody()},
    {"type": "bounce", "contact_id": "x"},
])
def test_an_event_names_one_person(api, event):
    refused = api.post("/v1/events", {"events": [event]})
    assert refused.status_code == 422 and refused.json["errors"][0]["pointer"].startswith("/events/0")


def test_a_refused_lead_comes_in_when_it_is_corrected(api):
    api.post("/v1/leads", {"leads": [{"email": "pat@", "full_name": "Pat Quill", "source": "web_form"}]})
    [reject] = api.get("/v1/rejects").json["data"]
    path = f"/v1/rejects/{reject['id']}/repair"
    still = api.post(path, {"changes": {"email": "pat"}})
    assert still.status_code == 422 and still.json["errors"][0]["pointer"] == "/email"
    assert len(api.get("/v1/rejects").json["data"]) == 1
    result = api.post(path, {"changes": {"email": "pat@firm1.example"}})
    assert result.status_code == 202 and result.json["outcome"] == "created"
    stored = api.get(f"/v1/leads/{result.json['lead_id']}").json
    assert stored["contact"]["full_name"] == "Pat Quill" and stored["source"] == "web_form"
    assert api.get("/v1/rejects").json["data"] == []
    assert api.post(path, {"changes": {"email": "pat@firm1.example"}}).status_code == 404


def test_rejects_are_filtered_closed_and_opened_again(api, app):
    api.post("/v1/leads", {"leads": [{"email": "pat@", "source": "fair"}, {"email": "kim@", "source": "form"},
                                     "no object"]})

    def listed(query=""):
        return {row["id"] for row in api.get(f"/v1/rejects?{query}").json["data"]}

    whole, [fair] = listed(), listed("source=fair")
    assert len(whole) == 3 and listed("code=wrong_type") < whole and fair not in listed("code=wrong_type")
    assert listed("received_to=2020-01-01T00:00:00Z") == set()
    assert listed("received_from=2020-01-01T00:00:00Z") == whole
    assert api.post("/v1/rejects/close", {"ids": [fair]}).json["changed"] == [fair]
    assert api.post("/v1/rejects/close", {"ids": [fair]}).json["changed"] == []
    assert listed() == whole - {fair} and listed("closed=true") == {fair}
    [closed] = api.get("/v1/rejects?closed=true").json["data"]
    assert closed["closed_by"] == "tests" and closed["closed_at"] and closed["lead"]["email"] == "pat@"
    assert api.post("/v1/rejects/reopen", {"ids": [*whole]}).json["changed"] == [fair]
    assert listed() == whole and listed("closed=true") == set()
    reader = Api(app.test_client(), "reader")
    assert reader.post("/v1/rejects/close", {"ids": [fair]}).status_code == 403
    assert all(row["lead"] is None for row in reader.get("/v1/rejects").json["data"])


def test_a_closed_reject_can_still_be_repaired(api):
    api.post("/v1/leads", {"leads": [{"email": "pat@", "full_name": "Pat Quill"}]})
    [reject] = api.get("/v1/rejects").json["data"]
    api.post("/v1/rejects/close", {"ids": [reject["id"]]})
    path = f"/v1/rejects/{reject['id']}/repair"
    assert api.post(path, {"changes": {"email": "pat@firm1.example"}}).status_code == 202
    assert api.post("/v1/rejects/reopen", {"ids": [reject["id"]]}).json["changed"] == []


def test_of_a_repaired_lead_nothing_is_left_that_an_erasure_would_not_find(api, engine):
    api.post("/v1/leads", {"leads": [{"email": "pat@", "full_name": "Pat Quill"}]})
    [reject] = api.get("/v1/rejects").json["data"]
    result = api.post(f"/v1/rejects/{reject['id']}/repair", {"changes": {"email": "pat@firm1.example"}}).json
    api.client.delete(f"/v1/contacts/{result['contact_id']}", headers=api.headers)
    with engine.database.read() as cursor:
        cursor.execute("SELECT payload, errors FROM intake")
        assert [(row["payload"], row["errors"]) for row in cursor.fetchall()] == [(None, [])] * 2


def test_what_is_no_longer_kept_cannot_be_repaired(api, engine):
    api.post("/v1/leads", {"leads": [{"email": "pat@", "full_name": "Pat Quill"}]})
    [reject] = api.get("/v1/rejects").json["data"]
    with engine.database.write() as cursor:
        cursor.execute("UPDATE intake SET received_at = now() - interval '1 year'")
    retention.forget(engine)
    refused = api.post(f"/v1/rejects/{reject['id']}/repair", {"changes": {"email": "pat@firm1.example"}})
    assert refused.status_code == 409 and "no longer kept" in refused.json["detail"]
    assert counted(engine)["leads"] == 0 and len(api.get("/v1/rejects").json["data"]) == 1


def test_whom_leads_can_be_assigned_to(app, api, engine):
    zoe, bob = users_of(engine, "zoe@example.com", "bob@example.com")
    with engine.database.write() as cursor:
        cursor.execute("UPDATE users SET disabled_at = now() WHERE id = %s", (zoe,))
    told = api.get("/v1/owners").json["data"]
    assert {"id": bob, "email": "bob@example.com", "name": "Bob"} in told
    addresses = [row["email"] for row in told]
    assert addresses == sorted(addresses) and "zoe@example.com" not in addresses
    assert Api(app.test_client(), "reader").get("/v1/owners").status_code == 403


def test_spend_is_told_for_the_days_that_are_asked(api, engine, done):
    def spent(days):
        return sum(row["credits"] for row in api.get(f"/v1/providers?days={days}").json["data"])

    assert spent(1) > 0
    with engine.database.write() as cursor:
        cursor.execute("UPDATE provider_calls SET started_at = now() - interval '20 days'")
    assert spent(1) == 0 and spent(30) > 0
    assert api.get("/v1/providers?days=0").status_code == 422


def test_leads_are_found_by_when_they_changed_and_were_scored(api, engine, done):
    age(engine, done[0])
    with engine.database.write() as cursor:
        cursor.execute("UPDATE leads SET updated_at = %s WHERE id = %s", (OLD, done[1]))

    def found(**query):
        rows = api.get("/v1/leads?" + "&".join(f"{k}={v}" for k, v in query.items())).json["data"]
        return sorted(row["id"] for row in rows)

    assert found(scored_to="2026-01-02T00:00:00Z") == [done[0]]
    assert found(scored_from="2026-01-02T00:00:00Z") == sorted(done[1:])
    assert found(updated_to="2026-01-02T00:00:00Z") == [done[1]]
    assert found(updated_from="2026-01-02T00:00:00Z") == sorted([done[0], done[2]])
