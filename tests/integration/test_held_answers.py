"""Answers that seem to be about somebody else: held, reviewed, remembered; and employers that change."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from sidecar.enrichment import PROVIDERS
from sidecar.pipeline import surveying
from sidecar.store.database import many
from tests.integration.test_pipeline import claim, send, start

ANNA = {"email": "anna.vossberg@kestrel-optics.com", "first_name": "Anna", "last_name": "Vossberg",
        "company_name": "Kestrel Optics", "source": "import"}
BENNO = {"full_name": "benno karstens", "first_name": "benno", "last_name": "karstens",
         "job_title": "chief fire juggler", "linkedin_url": "linkedin.com/in/benno-karstens",
         "job_company_name": "tarnfield seeds", "job_company_website": "tarnfieldseeds.com"}
RIGHT = {"full_name": "anna vossberg", "first_name": "anna", "last_name": "vossberg", "job_title": "buyer",
         "linkedin_url": "linkedin.com/in/anna-vossberg", "work_email": ANNA["email"]}


@pytest.fixture(autouse=True)
def only(monkeypatch):
    """There are only these providers."""
    def there_are(*names: str) -> None:
        there = {name: PROVIDERS[name] for name in names}
        monkeypatch.setattr(surveying, "priced", lambda prices: there)

    there_are("peopledatalabs")
    return there_are


def answered(
    api: Any, lead: dict[str, Any], person: dict[str, Any], company: dict[str, Any] | None = None
) -> str:
    """A lead about which People Data Labs says this, and nobody anything else."""
    lead_id = send(api, lead)[0]
    batch = claim(api)
    while api.step(batch, "plan").json["asking"]:
        answers = []
        for request in start(api, batch, live=["peopledatalabs", "hunter"]):
            told = {"person": person and {"data": person}, "company": company}[
                "person" if "/person/" in request["url"] or "/people/" in request["url"] else "company"]
            said = told and request["provider"] == "peopledatalabs"
            body = json.dumps({"status": 200, "likelihood": 9, **told}) if said else "{}"
            answers.append({"call_id": request["call_id"], "status": 200 if said else 404, "headers": {},
                            "body": body, "elapsed_ms": 1})
        api.post("/v1/pipeline/answers", {"answers": answers})
        api.step(batch, "apply")
    for name in ("score", "complete"):
        api.step(batch, name)
    return lead_id


def held(api: Any, **query: str) -> list[dict[str, Any]]:
    parameters = "&".join(f"{name}={value}" for name, value in query.items())
    rows: list[dict[str, Any]] = api.get(f"/v1/held-answers?{parameters}").json["data"]
    return rows


def test_an_answer_about_somebody_else_is_held_and_counts_for_nothing(api):
    lead = api.get(f"/v1/leads/{answered(api, ANNA, BENNO)}").json
    [row] = held(api)
    assert (row["code"], row["provider"], row["state"]) == ("name", "peopledatalabs", "held")
    assert row["known"] == "anna vossberg" and row["answered"] == "benno karstens"
    assert row["statements"]["job_title"] == "chief fire juggler"
    assert row["contact_id"] == lead["contact"]["id"]
    assert lead["contact"].get("job_title") is None and lead["contact"]["full_name"] == "Anna Vossberg"


def test_who_may_not_see_people_sees_masked_answers(api, app):
    answered(api, ANNA, BENNO)
    reader = type(api)(app.test_client(), "reader")
    [row] = held(reader)
    assert row["masked"] and row["known"] is None and row["answered"] is None
    assert row["statements"]["full_name"] == "B. K." and "linkedin_url" not in row["statements"]
    assert reader.post(f"/v1/held-answers/{row['id']}/accept").status_code == 403


def test_an_accepted_answer_counts_and_its_person_is_known_by_it(api):
    lead_id = answered(api, ANNA, BENNO)
    [row] = held(api)
    done = api.post(f"/v1/held-answers/{row['id']}/accept").json
    assert done["state"] == "accepted"
    lead = api.get(f"/v1/leads/{lead_id}").json
    assert lead["contact"]["job_title"] == "chief fire juggler" and lead["stage"] == "queued"
    assert held(api) == [] and [row["id"] for row in held(api, state="accepted")] == [row["id"]]
    assert api.post(f"/v1/held-answers/{row['id']}/reject").status_code == 409
    assert api.post(f"/v1/held-answers/{row['id']}/accept").status_code == 200
    asked_again(api, lead_id, BENNO)
    assert held(api) == []


def asked_again(api: Any, lead_id: str, person: dict[str, Any]) -> None:
    api.post("/v1/leads/enrich", {"lead_ids": [lead_id], "ask_again": True})
    answered(api, ANNA, person)


def test_a_rejected_record_never_comes_back(api):
    lead_id = answered(api, ANNA | {"first_name": "", "last_name": "", "email": "m1@kestrel-optics.com"}, {})
    contact = api.get(f"/v1/leads/{lead_id}").json["contact"]
    assert api.post(f"/v1/contacts/{contact['id']}/wrong-answers", {"provider": "hunter"}).status_code == 404
    answered(api, ANNA, BENNO)
    [row] = held(api)
    assert api.post(f"/v1/held-answers/{row['id']}/reject").json["state"] == "rejected"
    assert api.post(f"/v1/held-answers/{row['id']}/accept").status_code == 409
    lead = send(api, ANNA)[0]
    asked_again(api, lead, BENNO)
    assert held(api) == [] and "job_title" not in api.get(f"/v1/leads/{lead}").json["contact"]


def test_what_counted_already_can_be_called_wrong(api):
    lead_id = answered(api, ANNA, RIGHT)
    before = api.get(f"/v1/leads/{lead_id}").json["contact"]
    assert before["job_title"] == "buyer"
    contact = api.post(f"/v1/contacts/{before['id']}/wrong-answers", {"provider": "peopledatalabs"}).json
    assert "job_title" not in contact["fields"] and contact["fields"]["full_name"] == "Anna Vossberg"
    # What the lead said of themselves is no answer.
    assert api.post(f"/v1/contacts/{before['id']}/wrong-answers", {"provider": "lead"}).status_code == 404
    assert "linkedin_url" not in contact["fields"]
    asked_again(api, lead_id, RIGHT)
    assert "job_title" not in api.get(f"/v1/contacts/{before['id']}").json["fields"]


def test_what_counted_is_called_wrong_also_when_the_answer_is_not_kept_any_more(api, engine):
    lead_id = answered(api, ANNA, RIGHT)
    contact = api.get(f"/v1/leads/{lead_id}").json["contact"]["id"]
    with engine.database.write() as cursor:
        cursor.execute("DELETE FROM provider_cache")
    api.post(f"/v1/contacts/{contact}/wrong-answers", {"provider": "peopledatalabs"})
    asked_again(api, lead_id, RIGHT)
    assert "job_title" not in api.get(f"/v1/contacts/{contact}").json["fields"] and held(api) == []


def test_a_company_that_is_another_one_is_held_too(api):
    parent = {"name": "tarnfield seeds", "display_name": "Tarnfield Seeds", "website": "tarnfieldseeds.com",
              "employee_count": 9000}
    lead = api.get(f"/v1/leads/{answered(api, ANNA, {}, parent)}").json
    assert "employee_count" not in lead["organization"]
    [row] = held(api)
    assert row["organization_id"] == lead["organization"]["id"] and row["code"] == "company"
    api.post(f"/v1/held-answers/{row['id']}/accept")
    assert api.get(f"/v1/leads/{lead['id']}").json["organization"]["employee_count"] == 9000


def test_a_second_person_for_an_address_is_held(api, only):
    only("peopledatalabs", "hunter")
    nameless = {"email": "m1@kestrel-optics.com", "source": "import"}
    send(api, nameless)
    batch = claim(api)
    told = {"peopledatalabs": {"data": BENNO | {"job_company_website": "kestrel-optics.com",
                                                "job_company_name": "kestrel optics"}, "likelihood": 9},
            "hunter": {"data": {"name": {"fullName": "Ottilie Rugesen"}, "employment": {
                "title": "CEO", "domain": "kestrel-optics.com"}}}}
    answers = []
    while api.step(batch, "plan").json["asking"]:
        for request in start(api, batch, live=["peopledatalabs", "hunter"]):
            person = "/person/" in request["url"] or "/people/" in request["url"]
            answers.append({"call_id": request["call_id"], "status": 200 if person else 404, "headers": {},
                            "body": json.dumps(told[request["provider"]]), "elapsed_ms": 1})
        api.post("/v1/pipeline/answers", {"answers": answers})
    api.step(batch, "apply")
    assert [(row["provider"], row["code"]) for row in held(api)] == [
        ("peopledatalabs", "two_people")]


def test_an_address_of_another_contact_is_held(api):
    send(api, {"email": "a.vossberg@brightdal.com", "full_name": "Anna Vossberg"})
    answered(api, ANNA, RIGHT | {"work_email": "a.vossberg@brightdal.com"})
    assert [row["code"] for row in held(api)] == ["two_people"]


def test_erasure_reaches_held_answers_and_access_shows_them(api, engine):
    contact = api.get(f"/v1/leads/{answered(api, ANNA, BENNO)}").json["contact"]
    told = api.get(f"/v1/contacts/{contact['id']}/export").json["held_answers"]
    assert [row["answered"] for row in told] == ["benno karstens"]
    assert api.client.delete(f"/v1/contacts/{contact['id']}", headers=api.headers).status_code == 204
    with engine.database.read() as cursor:
        assert many(cursor, "SELECT 1 FROM held_answers") == []
        assert many(cursor, "SELECT 1 FROM employments") == []


@pytest.fixture
def long_ago(engine):
    """What was said up to now was said two years ago."""
    def back() -> None:
        with engine.database.write() as cursor:
            at = (engine.now() - timedelta(days=730)).isoformat()
            cursor.execute(
                "UPDATE provenance SET fields = (SELECT jsonb_object_agg(key, value || jsonb_build_object("
                "'observed_at', %s::text)) FROM jsonb_each(fields))", (at,))
    return back


MOVED = RIGHT | {"job_company_name": "tarnfield seeds", "job_company_website": "tarnfieldseeds.com",
                 "job_title": "head of seeds"}


def test_a_changed_employer_is_a_new_link_and_the_owner_is_told(api, engine, long_ago):
    lead_id = send(api, ANNA)[0]
    before = api.get(f"/v1/leads/{lead_id}").json
    long_ago()
    made = api.post("/v1/subscriptions", {
        "url": "http://localhost:9/x", "events": ["lead.employer_changed"]})
    assert made.status_code == 201
    with engine.database.write() as cursor:
        cursor.execute("UPDATE work_items SET stage = 'queued'")
    answered_now(api, MOVED)
    lead = api.get(f"/v1/leads/{lead_id}").json
    assert lead["organization"]["domain"] == "tarnfieldseeds.com"
    assert lead["organization"]["id"] != before["organization"]["id"]
    assert lead["contact"]["job_title"] == "head of seeds"
    contact = api.get(f"/v1/contacts/{lead['contact']['id']}").json
    assert [(job["domain"], job["source"]) for job in contact["employments"]] == [
        ("kestrel-optics.com", "peopledatalabs")]
    # What is known of the former employer is as it was.
    former = api.get(f"/v1/organizations/{before['organization']['id']}").json
    assert former["fields"]["name"] == "Kestrel Optics"
    with engine.database.read() as cursor:
        assert [row["type"] for row in many(cursor, "SELECT type FROM lead_events")] == [
            "lead.employer_changed"]


def answered_now(api: Any, person: dict[str, Any]) -> None:
    batch = claim(api)
    while api.step(batch, "plan").json["asking"]:
        answers = [{
            "call_id": request["call_id"], "headers": {}, "elapsed_ms": 1,
            "status": 200 if "/person/" in request["url"] else 404,
            "body": json.dumps({"likelihood": 9, "data": person})}
            for request in start(api, batch, live=["peopledatalabs", "hunter"])]
        api.post("/v1/pipeline/answers", {"answers": answers})
        api.step(batch, "apply")


def test_what_somebody_said_lately_of_their_employer_counts(api):
    lead = api.get(f"/v1/leads/{answered(api, ANNA, MOVED)}").json
    assert lead["organization"]["domain"] == "kestrel-optics.com"
