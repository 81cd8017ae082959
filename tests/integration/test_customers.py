"""Contacts and organizations: lists, a person's edits, access and erasure."""

from __future__ import annotations

import threading
import time

import psycopg2
import pytest

from sidecar.pipeline import intake
from sidecar.store import customers
from sidecar.store.database import many
from tests.integration.conftest import Api

LEAD = {"email": "rosalind@crystals.example", "first_name": "Rosalind", "last_name": "Franklin",
        "job_title": "Head of Research", "phone": "+44 7911 123456", "company_name": "Crystals Ltd",
        "country": "GB", "linkedin_url": "https://www.linkedin.com/in/rosalind-f",
        "message": "Photograph 51"}


@pytest.fixture
def sent(api):
    return api.post("/v1/leads", LEAD).json["results"][0]


def patch(api, path, body, **headers):
    return api.client.patch(path, json=body, headers=api.headers | headers)


def test_people_and_companies_are_listed_searched_and_paged(api, sent):
    api.post("/v1/leads", {"leads": [{"email": f"p{n}@many.example"} for n in range(5)]})
    page = api.get("/v1/contacts?limit=4").json
    rest = api.get(f"/v1/contacts?limit=4&cursor={page['next']}").json
    ids = [row["id"] for row in (*page["data"], *rest["data"])]
    assert len(set(ids)) == 6 and rest["next"] is None
    assert [row["id"] for row in api.get("/v1/contacts?q=franklin").json["data"]] == [sent["contact_id"]]
    assert api.get("/v1/organizations?q=crystals").json["data"][0]["fields"]["name"] == "Crystals Ltd"
    one = api.get(f"/v1/contacts/{sent['contact_id']}").json
    assert one["fields"]["full_name"] == "Rosalind Franklin" and one["leads"][0]["id"] == sent["lead_id"]
    assert one["sources"]["job_title"]["source"] == "lead"


@pytest.mark.parametrize(("kind", "index"), [
    ("contact", "contacts_search"), ("organization", "organizations_search")])
def test_the_search_uses_its_index(engine, kind, index):
    with engine.database.write() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
        customers.page(cursor, kind, "needle", 10, None)
        cursor.execute(b"EXPLAIN " + cursor.query)
        assert index in str(cursor.fetchall())


def test_a_viewer_sees_nobody_and_exports_nobody(app, api, sent):
    reader = Api(app.test_client(), "reader")
    shown = reader.get(f"/v1/contacts/{sent['contact_id']}").text + reader.get("/v1/contacts").text
    assert not [text for text in ("Franklin", "rosalind", "7911") if text in shown]
    assert reader.get(f"/v1/contacts/{sent['contact_id']}/export").status_code == 403


def test_a_persons_edit_is_tidied_and_wins_over_what_comes_later(api, sent):
    path = f"/v1/contacts/{sent['contact_id']}"
    version = api.get(path).json["version"]
    edited = patch(api, path, {"job_title": "CTO", "city": "LONDON"}, **{"If-Match": f'"{version}"'})
    assert edited.json["fields"] | {"job_title": "CTO", "city": "London", "seniority": "cxo"} == (
        edited.json["fields"])
    assert edited.json["sources"]["job_title"]["locked"] is True
    assert patch(api, path, {"city": "Leeds"}, **{"If-Match": f'"{version}"'}).status_code == 412
    api.post("/v1/leads", LEAD | {"job_title": "Intern"})
    assert api.get(path).json["fields"]["job_title"] == "CTO"


@pytest.mark.parametrize(("body", "pointer"), [
    ({"phone": "nonsense"}, "/phone"), ({"email": "x@y.example"}, "/email"), ({}, ""),
    ({"linkedin_url": "https://example.com"}, "/linkedin_url"), ({"city": 7}, "/city"),
])
def test_a_wrong_edit_names_the_field(api, sent, body, pointer):
    answer = patch(api, f"/v1/contacts/{sent['contact_id']}", body)
    assert answer.status_code == 422 and answer.json["errors"][0]["pointer"] == pointer


def test_a_companys_edit_follows_into_search_and_scores(api, sent, engine):
    path = f"/v1/organizations/{sent['organization_id']}"
    edited = patch(api, path, {"name": "Helix GmbH", "employee_count": 300}).json["fields"]
    assert edited | {"name": "Helix GmbH", "legal_form": "GmbH", "company_size": "201-500"} == edited
    assert api.get("/v1/leads?q=helix").json["data"][0]["id"] == sent["lead_id"]
    assert api.get(f"/v1/leads/{sent['lead_id']}").json["stage"] == "queued"
    answer = patch(api, path, {"name": 3})
    assert answer.status_code == 422 and answer.json["errors"][0]["pointer"] == "/name"


def test_a_company_without_a_domain_does_not_take_anothers_name(api):
    second = api.post("/v1/leads", {"leads": [
        {"email": "ann@gmail.com", "company_name": "Brightwater Pumps"},
        {"email": "ben@gmail.com", "company_name": "Kestrel Valves"}]}).json["results"][1]
    path = f"/v1/organizations/{second['organization_id']}"
    refused = patch(api, path, {"name": "BRIGHTWATER PUMPS Ltd."})
    assert refused.status_code == 409 and "already" in refused.json["detail"]
    assert api.get(path).json["fields"]["name"] == "Kestrel Valves"
    assert patch(api, path, {"name": "Kestrel Valves GmbH"}).status_code == 200


def test_what_is_said_again_changes_no_version(api, sent):
    paths = [f"/v1/contacts/{sent['contact_id']}", f"/v1/organizations/{sent['organization_id']}"]
    before = [api.get(path).json["version"] for path in paths]
    api.post("/v1/leads", LEAD)
    assert [api.get(path).json["version"] for path in paths] == before
    api.post("/v1/leads", LEAD | {"phone": "+44 7911 123457", "company_name": "Crystals Research Ltd"})
    assert [api.get(path).json["version"] for path in paths] == [number + 1 for number in before]


def test_everything_known_of_a_person_is_handed_out(api, sent):
    whole = api.get(f"/v1/contacts/{sent['contact_id']}/export").json
    assert whole["received"][0]["payload"]["message"] == "Photograph 51"
    assert whole["leads"][0]["contact"]["email"] == LEAD["email"]


def everywhere(engine, texts):
    """(table, column) pairs of the database, and Redis keys, that hold one of the texts."""
    found = []
    with engine.database.read() as cursor:
        columns = many(cursor, "SELECT table_name, column_name FROM information_schema.columns"
                               " WHERE table_schema = 'public'")
        for row in columns:
            table, column = row["table_name"], row["column_name"]
            values = many(cursor, f'SELECT "{column}"::text AS v FROM "{table}" WHERE "{column}" IS NOT NULL')
            for value in values:
                text = value["v"]
                if text.startswith("\\x"):
                    raw = bytes.fromhex(text[2:])
                    try:
                        text = str(engine.vault.open(raw))
                    except Exception:
                        text = raw.decode("utf-8", "replace")
                if any(wanted.casefold() in text.casefold() for wanted in texts):
                    found.append((table, column))
    for key in engine.cache.redis.scan_iter("*"):
        if any(wanted.encode() in key for wanted in texts):
            found.append(("redis", key))
    for kept in engine.cache.redis.hvals("answers"):
        if any(wanted.casefold() in engine.vault.open(kept).casefold() for wanted in texts):
            found.append(("redis", "answers"))
    return found


def test_who_is_erased_is_nowhere_and_does_not_come_back(api, sent, engine):
    texts = ("rosalind", "franklin", "7911123456", "photograph 51", "after five")
    api.post("/v1/leads", LEAD | {"phone": "after five"})
    assert ("leads", "warnings") in everywhere(engine, texts)
    api.post("/v1/leads", {"email": "rosalind@crystals.example@", "message": "Photograph 51"})
    api.client.post("/v1/leads", json=LEAD, headers=api.headers | {"Idempotency-Key": "erasure"})
    row = "rosalind@crystals.example;Franklin;\nrosalind@crystals.example@;Franklin;"
    table = f"email;last_name;phone\n{row}\n"
    job = api.client.post("/v1/jobs/imports", data=table, headers=api.headers | {
        "Content-Type": "text/csv"}).json["job"]
    assert api.post(f"/v1/jobs/{job['id']}/step").json["job"]["counts"]["rejected"] == 1
    batch = api.post("/v1/pipeline/claim").json
    api.step(batch, "plan")
    started = api.step(batch, "calls/start").json["requests"]
    api.get("/v1/leads"), api.get("/v1/stats/overview")
    assert ("redis", "answers") in everywhere(engine, texts)
    gone = api.client.delete(f"/v1/contacts/{sent['contact_id']}", headers=api.headers)
    assert gone.status_code == 204
    # An answer that was under way comes too late.
    api.post("/v1/pipeline/answers", {"answers": [
        {"call_id": call["call_id"], "status": 200, "headers": {}, "elapsed_ms": 5,
         "body": '{"data": {"full_name": "Rosalind Franklin"}}'}
        for call in started if "/people/" in call["url"] or "/person/" in call["url"]]})
    api.step(batch, "apply")
    assert everywhere(engine, texts) == []
    again = api.post("/v1/leads", LEAD).json["results"][0]
    assert (again["outcome"], again["lead_id"]) == ("suppressed", None)
    several = api.post("/v1/leads", {"leads": [LEAD, LEAD | {"country": "FR"}, LEAD]}).json["results"]
    assert [result["outcome"] for result in several] == ["suppressed"] * 3
    assert everywhere(engine, texts) == []
    assert api.get(f"/v1/contacts/{sent['contact_id']}").status_code == 404


@pytest.mark.parametrize("begin, left", [(False, "dropped"), (True, "in_doubt")], ids=["planned", "begun"])
def test_no_call_about_the_company_of_who_is_erased_stays_under_way(api, sent, engine, begin, left):
    """A colleague asks what was only planned; what was begun may be paid, and is not repeated so soon."""
    def calls(state):
        with engine.database.read() as cursor:
            return {row["request_key"]: row["request"] for row in many(
                cursor, "SELECT request_key, request FROM provider_calls"
                " WHERE subject_kind = 'organization' AND state = %s", (state,))}

    batch = api.post("/v1/pipeline/claim").json
    api.step(batch, "plan")
    if begin:
        api.step(batch, "calls/start")
    gone = api.client.delete(f"/v1/contacts/{sent['contact_id']}", headers=api.headers)
    assert gone.status_code == 204
    given_up = calls(left)
    assert set(given_up.values()) == {None} and not calls("planned") and not calls("started")
    api.post("/v1/leads", {"email": "ray@crystals.example", "full_name": "Ray Gosling"})
    api.step(api.post("/v1/pipeline/claim").json, "plan")
    assert given_up.keys() & calls("planned").keys() == (set() if begin else given_up.keys())


def test_a_lead_that_meets_the_erasure_waits_and_is_refused(api, sent, engine, monkeypatch):
    late = []

    def erase(cursor, contact_id):
        late.append(threading.Thread(
            target=lambda: late.append(intake.receive(engine, [LEAD], client="late"))))
        late[0].start()
        # It waits for the locks that this erasure holds.
        with psycopg2.connect(engine.settings.database_url) as connection, connection.cursor() as watch:
            for _ in range(500):
                watch.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
                if watch.fetchone()[0]:
                    break
                time.sleep(0.01)
            else:
                raise AssertionError("the late lead did not wait")
        connection.close()
        real(cursor, contact_id)

    real = customers.erase
    monkeypatch.setattr(customers, "erase", erase)
    gone = api.client.delete(f"/v1/contacts/{sent['contact_id']}", headers=api.headers)
    assert gone.status_code == 204
    late[0].join(10)
    assert [result["outcome"] for result in late[1]] == ["suppressed"]
    assert everywhere(engine, ("rosalind", "7911123456")) == []
