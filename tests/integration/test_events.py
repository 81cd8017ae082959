"""Events without our ids: kept until their person comes, stitched by device, never two people welded."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import permutations

import pytest

from sidecar.pipeline import retention
from sidecar.pipeline.recognising import recognise
from sidecar.store.database import many
from tests.integration.conftest import Api
from tests.integration.test_pipeline import claim, run

NORA = {"email": "nora.vale@harbor-lines.example", "full_name": "Nora Vale"}
OTTO = {"email": "otto.brand@kiel-werft.example", "full_name": "Otto Brand"}
PROFILE = "https://www.linkedin.com/in/nora-vale"


def rows(engine, sql, *params):
    with engine.database.read() as cursor:
        return many(cursor, sql, params)


def send(api, *leads):
    answer = api.post("/v1/leads", {"leads": list(leads)})
    assert answer.status_code == 202, answer.json
    return answer.json["results"]


def tell(api, *events):
    answer = api.post("/v1/events", {"events": [{"type": "page_view"} | event for event in events]})
    assert answer.status_code == 202, answer.json
    return answer.json


def done(api, lead_id):
    """The types of what a lead's person did, the latest first."""
    return [event["type"] for event in api.get(f"/v1/leads/{lead_id}").json["events"]]


def ago(engine, **span):
    return (engine.now() - timedelta(**span)).isoformat()


@pytest.mark.parametrize("name", [
    {"email": "Nora.Vale@Harbor-Lines.example"}, {"linkedin_url": "linkedin.com/in/nora-vale/?trk=x"},
    {"external_id": "hubspot:17"}, {"external_id": {"source": "hubspot", "id": "17"}}])
def test_a_person_is_found_by_every_name_whether_they_came_before_or_after(api, engine, name):
    told = tell(api, name | {"event_id": "before"})
    assert (told["unknown"], told["results"]) == (1, [{"lead_id": None, "outcome": "unknown"}])
    kept = rows(engine, "SELECT contact_id, key_hash, to_jsonb(e)::text AS whole FROM events e")
    assert kept[0]["contact_id"] is None and "nora" not in kept[0]["whole"].lower()
    [lead] = send(api, NORA | {"linkedin_url": PROFILE, "external_ids": {"hubspot": "17"}})
    assert done(api, lead["lead_id"]) == ["page_view"]
    again = tell(api, name | {"event_id": "before"}, name | {"event_id": "after"})
    assert [result["lead_id"] for result in again["results"]] == [lead["lead_id"]] * 2
    assert done(api, lead["lead_id"]) == ["page_view"] * 2


def test_what_waited_is_scored_with_its_person(api):
    tell(api, {"email": NORA["email"], "type": "demo_request"})
    [lead] = send(api, NORA | {"source": "import"})
    run(api, claim(api))
    found = api.get(f"/v1/leads/{lead['lead_id']}").json
    assert found["score"]["components"]["engagement"] > 0


def test_what_waited_is_the_persons_who_is_imported_or_corrected(api, engine):
    tell(api, {"email": NORA["email"]})
    [lead] = send(api, {"linkedin_url": PROFILE, "full_name": "Nora Vale", "company_name": "Harbor Lines"})
    run(api, claim(api))
    assert done(api, lead["lead_id"]) == []
    edited = api.client.patch(f"/v1/contacts/{lead['contact_id']}", json={"email": NORA["email"]},
                              headers=api.headers)
    assert edited.status_code == 200
    assert done(api, lead["lead_id"]) == ["page_view"]
    assert claim(api)["leads"], "it is scored again"


def test_an_address_that_is_found_brings_the_events_that_waited_for_it(api, engine):
    [lead] = send(api, {"linkedin_url": PROFILE, "full_name": "Nora Vale"})
    tell(api, {"email": NORA["email"], "type": "webinar"})
    valid = {"email": NORA["email"], "email_canonical": NORA["email"], "email_status": "valid",
             "email_type": "corporate"}
    with engine.database.write() as cursor:  # as an answer is merged
        recognise(engine, cursor, {lead["contact_id"]: {"full_name": "Nora Vale"}},
                  {lead["contact_id"]: valid})
    assert done(api, lead["lead_id"]) == ["webinar"]
    assert tell(api, {"email": NORA["email"]})["results"][0]["lead_id"] == lead["lead_id"]


def test_other_systems_ids_that_several_have_are_nobodys(api):
    send(api, NORA | {"external_ids": {"crm": "1"}}, OTTO | {"external_ids": {"crm": "1"}})
    assert tell(api, {"external_id": "crm:1"})["unknown"] == 1


@pytest.mark.parametrize("at", ["2100-01-01T00:00:00Z", "1900-01-01T00:00:00Z"])
def test_a_time_that_cannot_be_refuses_its_event_alone(api, engine, at):
    [lead] = send(api, NORA)
    name = {"email": NORA["email"], "type": "page_view"}
    bad = [name | {"occurred_at": at}, {"type": "page_view"}, name | {"type": "dance"}, name | {"x": 1},
           name | {"properties": {"a": {}}}]
    answer = api.post("/v1/events", {"events": [*bad, name]})
    assert answer.status_code == 202 and (answer.json["refused"], answer.json["accepted"]) == (5, 1)
    assert [result.get("errors", [{}])[0].get("pointer") for result in answer.json["results"]] == [
        "/occurred_at", "", "/type", "/x", "/properties/a/value", None]
    alone = api.post("/v1/events", {"events": bad[:1]})
    assert alone.status_code == 422 and alone.json["errors"][0]["pointer"] == "/events/0/occurred_at"
    assert done(api, lead["lead_id"]) == ["page_view"]


def test_an_unsubscription_counts_whatever_the_clock_says(api):
    [lead] = send(api, NORA)
    tell(api, {"email": NORA["email"], "type": "unsubscribe", "occurred_at": "1900-01-01T00:00:00Z"})
    assert not api.get(f"/v1/leads/{lead['lead_id']}").json["may_email"]


def test_an_event_is_taken_once_by_its_id_or_by_what_it_says(api, engine):
    [lead] = send(api, NORA)
    name, at = {"email": NORA["email"]}, ago(engine, hours=1)
    for _ in range(2):
        tell(api, name | {"event_id": "1"}, name | {"message_id": "1"}, name | {"occurred_at": at},
             name | {"occurred_at": at}, name | {"occurred_at": at, "properties": {"url": "/prices"}})
    assert len(done(api, lead["lead_id"])) == 3


def test_events_of_who_asked_to_be_forgotten_are_not_kept(api, engine):
    [lead] = send(api, NORA)
    assert api.client.delete(f"/v1/contacts/{lead['contact_id']}", headers=api.headers).status_code == 204
    assert tell(api, {"email": NORA["email"], "anonymous_id": "phone"}, {
        "email": NORA["email"]})["unknown"] == 2
    assert rows(engine, "SELECT 1 FROM events") == []


def test_an_anonymous_visitor_is_the_one_who_identifies_later(api, engine):
    [lead] = send(api, NORA)
    tell(api, {"anonymous_id": "phone", "occurred_at": ago(engine, days=2)})
    assert done(api, lead["lead_id"]) == []
    told = tell(api, {"anonymous_id": "phone", "email": NORA["email"], "type": "identify"},
                {"anonymous_id": "phone", "event_id": "later"})
    assert [result["lead_id"] for result in told["results"]] == [lead["lead_id"]] * 2
    assert sorted(done(api, lead["lead_id"])) == ["identify", "page_view", "page_view"]
    assert "phone" not in str(rows(engine, "SELECT device_hash FROM events"))


def test_a_form_tells_whose_the_visits_were(api):
    tell(api, {"anonymous_id": "laptop", "type": "pricing_view"})
    [lead] = send(api, NORA | {"source": "web form", "custom": {"anonymous_id": "laptop"}})
    assert done(api, lead["lead_id"]) == ["form_submit", "pricing_view"]
    [listed] = send(api, OTTO | {"source": "import", "custom": {"anonymous_id": "desk"}})
    assert done(api, listed["lead_id"]) == ["identify"]


def test_a_device_of_somebody_unknown_waits_for_them(api, engine):
    tell(api, {"anonymous_id": "phone"}, {"anonymous_id": "phone", "email": NORA["email"], "type": "webinar"})
    [lead] = send(api, NORA)
    assert sorted(done(api, lead["lead_id"])) == ["page_view", "webinar"]


def test_a_shared_device_welds_nobody(api, engine):
    nora, otto = send(api, NORA, OTTO)
    tell(api, *({"anonymous_id": "kiosk", "occurred_at": ago(engine, days=days)} for days in (40, 20, 5)),
         {"anonymous_id": "kiosk", "occurred_at": ago(engine, days=30), "email": NORA["email"]},
         {"anonymous_id": "kiosk", "occurred_at": ago(engine, days=10), "email": OTTO["email"]})
    assert (len(done(api, nora["lead_id"])), len(done(api, otto["lead_id"]))) == (3, 2)
    tell(api, {"anonymous_id": "kiosk", "occurred_at": ago(engine, days=9.5), "email": NORA["email"]})
    assert (len(done(api, nora["lead_id"])), len(done(api, otto["lead_id"]))) == (4, 1)
    assert tell(api, {"anonymous_id": "kiosk"})["unknown"] == 1
    assert len(rows(engine, "SELECT 1 FROM contacts")) == 2 and api.get("/v1/duplicates").json["data"] == []


def test_in_whatever_order_it_is_told_it_is_whose_it_was(api, engine):
    """Late sightings take back what was taken for somebody else's."""
    nora, otto = send(api, NORA, OTTO)
    events = [
        {"anonymous_id": "tab", "occurred_at": ago(engine, days=40), "type": "pricing_view"},
        {"anonymous_id": "tab", "occurred_at": ago(engine, days=30), "email": NORA["email"]},
        {"anonymous_id": "tab", "occurred_at": ago(engine, days=20), "type": "webinar"},
        {"anonymous_id": "tab", "occurred_at": ago(engine, days=10), "email": OTTO["email"]},
        {"anonymous_id": "tab", "occurred_at": ago(engine, days=5), "type": "email_click"}]
    for order in list(permutations(events))[::7]:
        for event in order:
            tell(api, event)
        assert (done(api, nora["lead_id"]), done(api, otto["lead_id"])) == (
            ["webinar", "page_view", "pricing_view"], ["email_click", "page_view"])
        with engine.database.write() as cursor:
            cursor.execute("DELETE FROM events WHERE source <> 'intake'")


def test_erasure_and_access_reach_what_was_done_on_devices(api, engine):
    nora, otto = send(api, NORA, OTTO)
    tell(api, {"anonymous_id": "kiosk", "email": NORA["email"], "properties": {"ip": "198.51.100.7"}},
         {"anonymous_id": "kiosk", "email": OTTO["email"]}, {"anonymous_id": "kiosk"})
    whole = api.get(f"/v1/contacts/{nora['contact_id']}/export").json
    assert [event["properties"] for event in whole["events"]] == [{"ip": "198.51.100.7"}]
    assert api.client.delete(f"/v1/contacts/{nora['contact_id']}", headers=api.headers).status_code == 204
    assert [str(row["contact_id"]) for row in rows(engine, "SELECT contact_id FROM events")] == [
        otto["contact_id"]]


def test_who_may_not_see_people_sees_no_addresses_of_events(app, api, engine):
    [lead], reader = send(api, NORA), Api(app.test_client(), "reader")
    tell(api, {"email": NORA["email"], "properties": {
        "ip": "198.51.100.7", "url": "https://x.example/?email=nora", "user_agent": "N", "machine": True}})
    [event] = reader.get(f"/v1/leads/{lead['lead_id']}").json["events"]
    assert event["properties"] == {"machine": True}


def test_what_is_over_its_time_goes(api, engine):
    send(api, NORA)
    tell(api, {"anonymous_id": "a"}, {"email": OTTO["email"]},
         {"email": NORA["email"], "properties": {"ip": "198.51.100.7", "user_agent": "N", "url": "/"}})
    with engine.database.write() as cursor:
        cursor.execute("UPDATE events SET received_at = received_at - interval '31 days'")
    retention.forget(engine)
    with engine.database.write() as cursor:
        cursor.execute("UPDATE events SET received_at = received_at - interval '60 days'")
    assert {str(row["properties"]) for row in rows(engine, "SELECT properties FROM events")} == {
        "{}", "{'url': '/'}"}
    retention.forget(engine)
    assert [row["properties"] for row in rows(engine, "SELECT properties FROM events")] == [{"url": "/"}]


def test_an_event_and_its_person_that_come_at_once_find_each_other(app, api, engine):
    other = Api(app.test_client(), "tests")

    def both(number):
        email = f"pat{number}@firm{number}.example"
        with ThreadPoolExecutor(2) as pool:
            pool.submit(tell, other, {"email": email, "anonymous_id": f"d{number}"})
            lead = pool.submit(send, api, {"email": email}).result()
        return lead[0]["lead_id"]

    for number in range(10):
        assert done(api, both(number)) == ["page_view"]


def test_a_merge_and_its_undoing_keep_what_devices_told_with_its_person(api, engine):
    nora, otto = send(api, NORA, OTTO | {"full_name": "Nora Vale"})
    tell(api, {"anonymous_id": "a", "email": NORA["email"]}, {"anonymous_id": "a"},
         {"anonymous_id": "b", "email": OTTO["email"]}, {"anonymous_id": "b"})
    with engine.database.write() as cursor:
        left, right = sorted((nora["contact_id"], otto["contact_id"]))
        cursor.execute("INSERT INTO duplicates (left_id, right_id, score, reasons) VALUES (%s, %s, 0.9, '[]')"
                       " ON CONFLICT DO NOTHING", (left, right))
    [pair] = api.get("/v1/duplicates").json["data"]
    merged = api.post(f"/v1/duplicates/{pair['id']}/merge", {"keep": nora["contact_id"]})
    assert merged.status_code == 200, merged.json
    assert tell(api, {"anonymous_id": "b"})["results"][0]["lead_id"] == merged.json["lead_id"]
    assert api.post(f"/v1/contacts/{nora['contact_id']}/unmerge", {
        "contact_id": otto["contact_id"]}).status_code == 200
    assert [len(done(api, one["lead_id"])) for one in (nora, otto)] == [2, 3]


def paired(api, engine, *leads):
    """Two leads whose contacts are called duplicates, and the pair."""
    found = send(api, *leads)
    with engine.database.write() as cursor:
        cursor.execute("INSERT INTO duplicates (left_id, right_id, score, reasons) VALUES (%s, %s, 0.9, '[]')"
                       " ON CONFLICT DO NOTHING", tuple(sorted(lead["contact_id"] for lead in found)))
    [pair] = api.get("/v1/duplicates").json["data"]
    return *found, pair["id"]


def test_a_device_of_two_who_become_one_is_theirs_and_shared_again_when_they_are_two(api, engine):
    nora, otto, pair = paired(api, engine, NORA, OTTO | {"full_name": "Nora Vale"})
    tell(api, *({"anonymous_id": "a", "occurred_at": ago(engine, minutes=minutes)} | who for minutes, who in (
        (50, {"email": NORA["email"]}), (40, {"email": OTTO["email"]}), (30, {"type": "pricing_view"}))))
    nobodys = "SELECT count(*) AS n FROM events WHERE contact_id IS NULL"
    assert rows(engine, nobodys) == [{"n": 1}]
    api.post(f"/v1/duplicates/{pair}/merge", {"keep": nora["contact_id"]})
    assert rows(engine, nobodys) == [{"n": 0}]
    assert api.post(f"/v1/contacts/{nora['contact_id']}/unmerge", {
        "contact_id": otto["contact_id"]}).status_code == 200
    assert rows(engine, nobodys) == [{"n": 1}]
    assert [len(done(api, one["lead_id"])) for one in (nora, otto)] == [1, 1]
