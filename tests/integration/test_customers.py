"""Contacts and organizations: lists, a person's edits, access and erasure."""

from __future__ import annotations

import threading
import time

import psycopg2
import pytest

from sidecar.pipeline import intake, waking
from sidecar.store import customers
from sidecar.store.database import many
from tests.integration.conftest import Api
from tests.integration.test_pipeline import claim, run

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
    ({"phone": "nonsense"}, "/phone"), ({"email": "x@"}, "/email"), ({}, ""),
    ({"linkedin_url": "https://example.com"}, "/linkedin_url"), ({"city": 7}, "/city"),
    ({"country": "Nowhereland"}, "/country"), ({"email_canonical": "x@y.example"}, "/email_canonical"),
])
def test_a_wrong_edit_names_the_field(api, sent, body, pointer):
    answer = patch(api, f"/v1/contacts/{sent['contact_id']}", body)
    assert answer.status_code == 422 and answer.json["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize("nothing", [None, "", "  "])
def test_a_value_that_was_taken_away_does_not_come_back(api, sent, nothing):
    path = f"/v1/contacts/{sent['contact_id']}"
    edited = patch(api, path, {"phone": nothing}).json
    assert edited["changed"] == ["phone"]
    assert not {"phone", "phone_type", "phone_country"} & edited["fields"].keys()
    assert edited["sources"]["phone"] | {"removed": True, "locked": True} == edited["sources"]["phone"]
    assert edited["sources"]["phone"]["source"].startswith("removed by ")
    api.post("/v1/leads", LEAD)
    api.post("/v1/leads", LEAD | {"phone": "+44 7911 999999"})
    table = "email;mobile phone\nrosalind@crystals.example;+44 7911 123456\n"
    job = api.client.post("/v1/jobs/imports", data=table, headers=api.headers | {
        "Content-Type": "text/csv"}).json["job"]
    assert api.post(f"/v1/jobs/{job['id']}/step").json["job"]["counts"]["updated"] == 1
    later = api.get(path).json
    assert not {"phone", "phone_type", "phone_country"} & later["fields"].keys()
    assert (later["version"], later["sources"]["phone"]["removed"]) == (edited["version"], True)
    assert "phone" not in api.get(f"/v1/leads/{sent['lead_id']}").json["contact"]


def test_a_number_that_was_taken_away_leads_to_nobody(api, sent):
    """It belongs to somebody of the same name."""
    patch(api, f"/v1/contacts/{sent['contact_id']}", {"phone": None})
    other = api.post("/v1/leads", {"first_name": "Rosalind", "last_name": "Franklin", "phone": LEAD["phone"]})
    assert other.json["results"][0]["contact_id"] != sent["contact_id"]


def test_what_was_taken_away_is_put_back(api, sent):
    path = f"/v1/contacts/{sent['contact_id']}"
    patch(api, path, {"job_title": None})
    assert not {"job_title", "seniority"} & api.get(path).json["fields"].keys()
    back = patch(api, path, {"job_title": LEAD["job_title"]}).json
    assert not back["sources"]["job_title"]["removed"]
    assert (back["fields"]["job_title"], back["fields"]["seniority"]) == (LEAD["job_title"], "director")


def undo(api, path, field):
    return api.client.delete(f"{path}/edits/{field}", headers=api.headers)


@pytest.mark.parametrize("changes", [
    {"phone": None}, {"phone": "+44 20 7946 0000"}, {"job_title": "Beekeeper"}, {"full_name": "Rosa Frank"},
    {"last_name": None}, {"email": "rosalind@crystal.example"}, {"email": None}, {"linkedin_url": None},
])
def test_an_edit_is_undone(api, sent, changes):
    path = f"/v1/contacts/{sent['contact_id']}"
    before, lead = api.get(path).json, api.get(f"/v1/leads/{sent['lead_id']}").json
    assert patch(api, path, changes).json["fields"] != before["fields"]
    [field] = changes
    undone = undo(api, path, field)
    assert undone.status_code == 200 and undone.json["changed"] == [field]
    assert (undone.json["fields"], undone.json["sources"]) == (before["fields"], before["sources"])
    assert api.get(f"/v1/leads/{sent['lead_id']}").json["organization"]["domain"] == (
        lead["organization"]["domain"])
    assert undo(api, path, field).status_code == 404
    assert api.post("/v1/leads", LEAD).json["results"][0]["contact_id"] == sent["contact_id"]


def test_what_came_after_the_edit_counts_once_it_is_undone(api, sent):
    path = f"/v1/organizations/{sent['organization_id']}"
    patch(api, path, {"employee_count": 300})
    api.post("/v1/leads", LEAD | {"employee_count": 40})
    undone = undo(api, path, "employee_count").json
    assert (undone["fields"]["employee_count"], undone["fields"]["company_size"]) == (40, "11-50")
    for field in ("employee_count", "domain", "nothing"):
        assert undo(api, path, field).status_code == 404


def test_filler_in_a_later_file_overwrites_nothing(api, sent):
    path = f"/v1/contacts/{sent['contact_id']}"
    patch(api, path, {"city": "London"})
    before, company = api.get(path).json, api.get(f"/v1/organizations/{sent['organization_id']}").json
    table = ("email;first name;last name;mobile phone;job title;city;country;company name;industry\n"
             "rosalind@crystals.example;n/a;-;N/A;none;unknown;k.A.;#N/A;null\n")
    job = api.client.post("/v1/jobs/imports", data=table, headers=api.headers | {
        "Content-Type": "text/csv"}).json["job"]
    assert api.post(f"/v1/jobs/{job['id']}/step").json["job"]["counts"]["updated"] == 1
    assert api.get(path).json["fields"] == before["fields"]
    assert api.get(f"/v1/organizations/{sent['organization_id']}").json["fields"] == company["fields"]


def test_of_a_company_a_value_is_taken_away_too(api, sent):
    path = f"/v1/organizations/{sent['organization_id']}"
    patch(api, path, {"employee_count": 300})
    gone = patch(api, path, {"employee_count": None}).json
    assert not {"employee_count", "company_size"} & gone["fields"].keys()
    api.post("/v1/leads", LEAD | {"employee_count": 40})
    assert not {"employee_count", "company_size"} & api.get(path).json["fields"].keys()
    named = patch(api, path, {"name": None}).json
    assert "name" not in named["fields"] and named["sources"]["name"]["removed"]


def test_nobody_is_paid_to_find_what_was_taken_away(api, sent, engine):
    path = f"/v1/contacts/{sent['contact_id']}"
    patch(api, path, {"job_title": None, "linkedin_url": None})
    with engine.database.write() as cursor:
        cursor.execute("UPDATE organizations SET industry = 'x', company_size = '1-10', country = 'GB',"
                       " mail_host = 'none', spf = 'none', dmarc = 'none'")
    batch = api.post("/v1/pipeline/claim").json
    assert api.step(batch, "plan").json["asking"] == []


def test_an_edit_that_changes_nothing_says_so(api, sent, engine):
    path = f"/v1/contacts/{sent['contact_id']}"
    first = patch(api, path, {"city": "Leeds", "phone": None}).json
    assert first["changed"] == ["city", "phone"]
    batch = api.post("/v1/pipeline/claim").json
    assert len(batch["leads"]) == 1
    audited = len(api.get("/v1/audit").json["data"])
    again = patch(api, path, {"city": "LEEDS", "phone": ""}).json
    assert (again["changed"], again["version"]) == ([], first["version"])
    assert len(api.get("/v1/audit").json["data"]) == audited
    assert patch(api, path, {"city": "Leeds", "region": "Yorkshire"}).json["changed"] == ["region"]


def test_the_value_that_stands_is_locked_by_saying_it(api, sent):
    path = f"/v1/contacts/{sent['contact_id']}"
    before = api.get(path).json
    said = patch(api, path, {"job_title": before["fields"]["job_title"]}).json
    assert said["changed"] == ["job_title"] and said["sources"]["job_title"]["locked"]
    api.post("/v1/leads", LEAD | {"job_title": "Intern"})
    assert api.get(path).json["fields"]["job_title"] == before["fields"]["job_title"]


def test_a_mistyped_address_is_put_right(api, sent, engine):
    path = f"/v1/contacts/{sent['contact_id']}"
    edited = patch(api, path, {"email": "Rosalind@Crystal.example"}).json
    assert (edited["fields"]["email"], edited["changed"]) == ("Rosalind@crystal.example", ["email"])
    right = api.post("/v1/leads", {"email": "rosalind@crystal.example"}).json["results"][0]
    assert (right["contact_id"], right["outcome"]) == (sent["contact_id"], "updated")
    # A list that has the mistake still leads to the person, and does not bring it back.
    wrong = api.post("/v1/leads", LEAD).json["results"][0]
    assert wrong["contact_id"] == sent["contact_id"]
    assert api.get(path).json["fields"]["email"] == "Rosalind@crystal.example"
    assert api.get("/v1/leads?q=rosalind@crystal.example").json["data"][0]["id"] == sent["lead_id"]
    with engine.database.read() as cursor:
        assert many(cursor, "SELECT email FROM leads") == [{"email": "Rosalind@crystal.example"}]
    assert api.client.delete(path, headers=api.headers).status_code == 204
    for address in ("rosalind@crystal.example", LEAD["email"]):
        assert api.post("/v1/leads", {"email": address}).json["results"][0]["outcome"] == "suppressed"


def test_what_was_refused_under_an_address_holds_for_who_gets_it(api, sent):
    api.post("/v1/events", {"events": [{"email": "rosalind@crystal.example", "type": "unsubscribe"}]})
    path = f"/v1/contacts/{sent['contact_id']}"
    assert api.get(path).json["may_email"] is True
    patch(api, path, {"email": "rosalind@crystal.example"})
    assert api.get(path).json["may_email"] is False


def test_with_the_address_the_companys_domain_is_put_right(api, sent):
    """Nobody else has the mistake."""
    patch(api, f"/v1/contacts/{sent['contact_id']}", {"email": "rosalind@crystal.example"})
    company = api.get(f"/v1/organizations/{sent['organization_id']}").json
    assert company["fields"] | {"domain": "crystal.example", "name": "Crystals Ltd"} == company["fields"]
    colleague = api.post("/v1/leads", {"email": "ray@crystal.example"}).json["results"][0]
    assert colleague["organization_id"] == sent["organization_id"]


@pytest.mark.parametrize("known", [True, False])
def test_with_the_address_a_person_moves_to_its_company(api, sent, known):
    """Colleagues stay where they are."""
    ray = api.post("/v1/leads", {"email": "ray@crystals.example"}).json["results"][0]
    assert ray["organization_id"] == sent["organization_id"]
    other = known and api.post("/v1/leads", {"email": "max@other.example"}).json["results"][0]
    patch(api, f"/v1/contacts/{sent['contact_id']}", {"email": "rosalind@other.example"})
    lead = api.get(f"/v1/leads/{sent['lead_id']}").json
    assert lead["organization"]["domain"] == "other.example"
    assert not other or lead["organization"]["id"] == other["organization_id"]
    assert api.get(f"/v1/contacts/{ray['contact_id']}").json["organization_id"] == sent["organization_id"]
    crystals = api.get(f"/v1/organizations/{sent['organization_id']}").json
    assert crystals["fields"]["domain"] == "crystals.example"
    assert api.get("/v1/leads?q=other.example").json["data"]


def test_a_private_address_changes_no_company(api, sent):
    patch(api, f"/v1/contacts/{sent['contact_id']}", {"email": "rosalind@gmail.com"})
    contact = api.get(f"/v1/contacts/{sent['contact_id']}").json
    assert contact["organization_id"] == sent["organization_id"]


def test_a_name_is_put_right_though_another_contact_has_name_and_number(api, sent):
    """They may be one person, which a review tells."""
    other = api.post("/v1/leads", {"email": "r.f@kings.example", "first_name": "Rosalnd",
                                   "last_name": "Franklin", "phone": LEAD["phone"]}).json["results"][0]
    edited = patch(api, f"/v1/contacts/{other['contact_id']}", {"first_name": "Rosalind"})
    assert edited.json["fields"]["full_name"] == "Rosalind Franklin"


def test_an_address_that_was_taken_away_is_somebody_elses(api, sent):
    path = f"/v1/contacts/{sent['contact_id']}"
    gone = patch(api, path, {"email": None}).json["fields"]
    assert not {"email", "email_type", "email_canonical"} & gone.keys()
    other = api.post("/v1/leads", {"email": LEAD["email"]}).json["results"][0]
    assert other["contact_id"] != sent["contact_id"]


@pytest.mark.parametrize("field", ["email", "linkedin_url"])
def test_what_another_contact_is_known_by_is_not_taken(api, sent, field):
    other = api.post("/v1/leads", {
        "email": "photo51@crystals.example", "linkedin_url": "https://www.linkedin.com/in/photo51",
        "full_name": "Ray Gosling"}).json["results"][0]
    path = f"/v1/contacts/{other['contact_id']}"
    before = api.get(path).json
    refused = patch(api, path, {field: LEAD[field], "city": "Leeds"})
    assert (refused.status_code, refused.json["contact_id"]) == (409, sent["contact_id"])
    assert api.get(path).json == before


def test_nobody_gets_the_address_of_who_was_erased(api, sent):
    other = api.post("/v1/leads", {"email": "ray@crystals.example"}).json["results"][0]
    assert api.client.delete(f"/v1/contacts/{sent['contact_id']}", headers=api.headers).status_code == 204
    refused = patch(api, f"/v1/contacts/{other['contact_id']}", {"email": LEAD["email"]})
    assert refused.status_code == 409 and "forgotten" in refused.json["detail"]


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
    for name, kept in engine.cache.redis.hgetall("answers").items():
        if name != b"generation" and any(
                wanted.casefold() in engine.vault.open(kept).casefold() for wanted in texts):
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


def test_a_company_has_the_score_of_its_people_together(api, engine):
    sent = api.post("/v1/leads", {"leads": [
        {"email": f"p{n}@together.example", "company_name": "Together Ltd", "job_title": title,
         "source": "demo form"} for n, title in enumerate(("CEO", "VP of Sales", "Clerk"))]}).json["results"]
    organization = sent[0]["organization_id"]
    path = f"/v1/organizations/{organization}"
    assert api.get(path).json["score"] is None
    run(api, claim(api))
    found = api.get(path).json
    totals = sorted((lead["total"] for lead in found["leads"]), reverse=True)
    score = found["score"]
    assert score["people"] == 3 and score["total"] > totals[0]
    assert sum(reason["points"] for reason in score["reasons"]) == pytest.approx(score["total"])
    assert {reason["contact_id"] for reason in score["reasons"]} <= {row["contact_id"] for row in sent}
    listed = {row["id"]: row["score"] for row in api.get("/v1/organizations").json["data"]}
    assert listed[organization] == score
    # Who is lost counts no more.
    best = next(lead["id"] for lead in found["leads"] if lead["total"] == totals[0])
    api.client.patch(f"/v1/leads/{best}", json={"status": "lost"}, headers=api.headers)
    assert api.get(path).json["score"]["people"] == 2


def test_companies_are_filtered_and_tell_how_many_people_and_open_leads_they_have(api, sent):
    api.post("/v1/leads", {"leads": [
        LEAD | {"email": "james@crystals.example", "linkedin_url": "", "phone": "", "first_name": "James"},
        {"email": "kim@other.example", "company_name": "Tidewheel", "country": "DE", "employee_count": 40}]})
    path = f"/v1/organizations/{sent['organization_id']}"
    patch(api, path, {"country": "GB", "industry": "research"})
    patch(api, f"/v1/leads/{sent['lead_id']}", {"status": "lost"})
    for query in ("country=GB", "industry=research", "q=crystals&country=GB"):
        [row] = api.get(f"/v1/organizations?{query}").json["data"]
        assert (row["id"], row["people"], row["open_leads"]) == (sent["organization_id"], 2, 1)
    [small] = api.get("/v1/organizations?company_size=11-50").json["data"]
    assert small["fields"]["name"] == "Tidewheel"
    assert api.get("/v1/organizations?company_size=huge").status_code == 422
    assert len(api.get(f"/v1/leads?organization={sent['organization_id']}&sort=score").json["data"]) == 2


def test_a_company_tells_what_its_people_did(api, app, sent):
    api.post("/v1/events", {"events": [{
        "type": "page_view", "lead_id": sent["lead_id"],
        "properties": {"url": "https://us.example/ada-lovelace", "list": "x"}}]})
    path = f"/v1/organizations/{sent['organization_id']}"
    [event] = [event for event in api.get(path).json["events"] if event["type"] == "page_view"]
    assert event["contact_id"] == sent["contact_id"] and "ada" in event["properties"]["url"]
    masked = Api(app.test_client(), "reader").get(path).json["events"]
    assert "ada" not in str(masked) and any(each["properties"] == {"list": "x"} for each in masked)


@pytest.mark.parametrize("kind", ["contact", "organization"])
def test_an_edit_and_its_undo_wake_the_flow_at_once(api, sent, monkeypatch, kind):
    woken = []
    monkeypatch.setattr(waking, "wake", lambda engine, lane: woken.append(lane))
    path = f"/v1/{kind}s/{sent[f'{kind}_id']}"
    assert patch(api, path, {"country": "CA"}).status_code == 200
    assert api.client.delete(f"{path}/edits/country", headers=api.headers).status_code == 200
    assert woken == ["interactive"] * 2
