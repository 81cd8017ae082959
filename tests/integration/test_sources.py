"""Sources: addresses with keys, deliveries checked and read, taken once, tests never told, pulls."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from sidecar import cli
from sidecar.errors import Invalid, NotFound
from sidecar.secrets import Vault
from sidecar.services import sources
from sidecar.services.audit import COMMAND_LINE
from sidecar.sources.model import GIVEN, NONE
from sidecar.sources.registry import SOURCES
from sidecar.store.database import many, one
from tests.deliveries import DEEDS, DELIVERIES, SENDGRID_SECRET, person
from tests.integration.test_pipeline import claim, run

ALL = pytest.mark.parametrize("kind", DELIVERIES)
OWN_SECRET = "the vendor's own secret"


@pytest.fixture
def made(api, engine):
    """kind -> a new source of it, as it is told once."""
    def make(kind, **more):
        with engine.database.write() as cursor:
            cursor.execute("DELETE FROM sources WHERE name = %s", (f"My {kind}",))
        own = SENDGRID_SECRET if kind == "sendgrid" else OWN_SECRET
        secret = own if SOURCES[kind].secret in (GIVEN, "optional") else None
        row = sources.add(engine, kind, f"My {kind}", secret=secret, by=COMMAND_LINE, **more)
        return row | {"secret": row["secret"] or secret}

    yield make
    with engine.database.write() as cursor:
        cursor.execute("DELETE FROM sources")


def deliver(api, engine, row, mark="m1", *, test=False, raw=None, headers=None):
    """What the sidecar is asked when a vendor delivers, and its answer."""
    delivery = DELIVERIES[row["kind"]]
    sent = raw or delivery.raw(mark, row["secret"] or "", test=test)
    signed = delivery.sign(row["secret"] or "", sent, engine.now().timestamp(), row["url"])
    return api.post(f"/v1/sources/{row['kind']}/{row['key']}", {
        "method": "POST", "headers": {"Content-Type": "application/json"} | signed | (headers or {}),
        "body": base64.b64encode(b"" if delivery.multipart else sent).decode(),
        **({"fields": json.loads(sent)} if delivery.multipart else {})})


def tell(api, row, time, mark="m1", **changed):
    """What the sidecar is asked when a vendor tells what somebody did, and what the vendor hears."""
    deed = DEEDS[row["kind"]]
    sent = deed.raw(mark, row["secret"] or "", time)
    if changed:
        sent = json.dumps(json.loads(sent) | changed).encode()
    signed = deed.sign(row["secret"] or "", sent, time, row["url"])
    answer = api.post(f"/v1/sources/{row['kind']}/{row['key']}", {
        "method": "POST", "headers": {"Content-Type": "application/json"} | signed,
        "body": base64.b64encode(sent).decode()})
    assert answer.status_code == 200, answer.json
    return answer.json["answer"]


@pytest.mark.parametrize("kind", DEEDS)
def test_what_people_did_is_stored_once_and_scores_their_lead(api, engine, made, kind):
    row, now = made(kind), engine.now().timestamp()
    [lead] = api.post("/v1/leads", {"email": person("m1")}).json["results"]
    run(api, claim(api))
    for _ in range(2):
        reply = tell(api, row, now)
        assert reply["status"] == 200
        assert json.loads(reply["body"]) == {"accepted": 1, "unknown": 0, "refused": 0}
    [event] = api.get(f"/v1/leads/{lead['lead_id']}").json["events"]
    assert (event["type"], event["source"]) == (DEEDS[kind].want["type"], kind)
    assert [found["lead_id"] for found in claim(api)["leads"]] == [lead["lead_id"]]
    assert json.loads(tell(api, row, now, "m2")["body"])["unknown"] == 1


def test_a_token_of_mailgun_proves_one_body(api, engine, made):
    row, now = made("mailgun"), engine.now().timestamp()
    event = DEEDS["mailgun"].body("m1", "", now)["event-data"]
    assert [tell(api, row, now)["status"] for _ in range(2)] == [200, 200]
    reply = tell(api, row, now, **{"event-data": event | {"recipient": person("m2"), "id": "other"}})
    assert reply["status"] == 401 and "used before" in reply["body"]
    assert len(rows(engine, "SELECT 1 FROM events")) == 1
    [source] = api.get("/v1/sources").json["data"]
    assert "used before" in source["last_refusal"]


def test_a_batch_of_segment_brings_leads_and_what_was_done(api, engine, made):
    row, time = made("segment"), engine.now().timestamp()
    page = {"type": "page", "anonymousId": "tab", "messageId": "1"}
    identify = {"type": "identify", "anonymousId": "tab", "messageId": "2", "traits": {"email": person("m1")}}
    sent = json.dumps({"batch": [page, identify]}).encode()
    answer = api.post(f"/v1/sources/segment/{row['key']}", {
        "method": "POST", "body": base64.b64encode(sent).decode(),
        "headers": DEEDS["segment"].sign(row["secret"], sent, time, row["url"])})
    assert answer.json["answer"] is None
    [lead] = take(api, answer).json["results"]
    assert sorted(event["type"] for event in api.get(f"/v1/leads/{lead['lead_id']}").json["events"]) == [
        "identify", "page_view"]


def take(api, answer):
    """As Save does with what was read."""
    headers = api.headers | {"Idempotency-Key": answer.json["delivery"]}
    return api.client.post("/v1/leads", json={"leads": answer.json["leads"]}, headers=headers)


def rows(engine, sql, *params):
    with engine.database.read() as cursor:
        return many(cursor, sql, params)


@ALL
def test_a_delivery_is_one_lead_however_often_it_comes(api, engine, made, kind):
    row = made(kind)
    for _ in range(2):
        read = deliver(api, engine, row)
        assert (read.status_code, read.json["answer"]) == (200, None), read.json
        answer = take(api, read)
        assert answer.status_code == 202, answer.json
    (lead,) = rows(engine, "SELECT l.source, l.utm, l.custom, l.is_test, c.email, c.consent FROM leads l"
                           " JOIN contacts c ON c.id = l.contact_id")
    assert (lead["email"], lead["is_test"]) == (person("m1"), False)
    assert lead["source"] == ("My generic" if kind == "generic" else kind)
    want = {place.partition(".")[2]: value for place, value in DELIVERIES[kind].want.items()
            if place.startswith("utm.")}
    assert want.items() <= lead["utm"].items()
    assert lead["custom"]["event_id"]
    count = rows(engine, "SELECT deliveries, leads, tests, refused FROM sources WHERE key = %s", row["key"])
    assert count == [{"deliveries": 2, "leads": 2, "tests": 0, "refused": 0}]


@pytest.mark.parametrize("kind", [kind for kind in DELIVERIES if kind not in ("segment", "pipedrive")])
def test_an_event_that_comes_again_differently_counts_once(api, engine, made, kind):
    row = made(kind)
    read = deliver(api, engine, row).json["leads"]
    assert api.post("/v1/leads", {"leads": read}).status_code == 202
    before = rows(engine, "SELECT type FROM events")
    assert len(before) == 1
    read[0]["custom"]["once_more"] = "yes"
    answer = api.post("/v1/leads", {"leads": read})
    assert [result["outcome"] for result in answer.json["results"]] == ["updated"]
    assert rows(engine, "SELECT type FROM events") == before
    assert rows(engine, "SELECT count(*) AS n FROM leads") == [{"n": 1}]


def test_an_event_id_of_the_api_counts_once(api, engine):
    lead = {"email": "nora.vale@harbor-lines.example", "source": "web_form", "custom": {"event_id": "evt-1"}}
    for _ in range(2):
        assert api.post("/v1/leads", lead).status_code == 202
    assert rows(engine, "SELECT type FROM events") == [{"type": "form_submit"}]
    api.post("/v1/leads", {"leads": [lead | {"custom": {"event_id": "evt-2"}}] * 2})
    api.post("/v1/leads", lead | {"email": "otto@harbor-lines.example"})
    assert len(rows(engine, "SELECT type FROM events")) == 3


@pytest.mark.parametrize("kind", [kind for kind in DELIVERIES if SOURCES[kind].secret != NONE])
def test_a_wrong_proof_is_told_and_counted(api, engine, made, kind):
    row = made(kind)
    answer = deliver(api, engine, row | {"secret": "wrong"}).json["answer"]
    assert (answer["status"], answer["content_type"]) == (401, "application/problem+json")
    assert json.loads(answer["body"])["code"] == "unauthorized"
    known = sources.read(engine, row["key"])
    assert (known["refused"], known["deliveries"]) == (1, 0) and known["last_refusal"]


def test_an_unknown_key_or_a_source_switched_off_takes_nothing(api, engine, made):
    row = made("jotform")
    assert deliver(api, engine, row | {"key": "other"}).json["answer"]["status"] == 401
    assert deliver(api, engine, row | {"kind": "tally"}).json["answer"]["status"] == 401
    assert api.client.patch(f"/v1/sources/{row['key']}", json={"disabled": True},
                            headers=api.headers).json["disabled_at"]
    assert deliver(api, engine, row).json["answer"]["status"] == 401


@pytest.mark.parametrize("raw", [b"{nope", b"[" * 100_000, b"\xff", b"[]", b'"x"', b"{}"])
def test_what_is_no_delivery_is_told(api, engine, made, raw):
    answer = deliver(api, engine, made("typeform"), raw=raw).json["answer"]
    assert answer["status"] in (200, 422)


def test_a_refusal_quotes_nothing_of_the_body(api, engine, made):
    def broken(body, headers):
        raise ValueError("joe@example.com")
    row = made("hubspot")
    for raw in (b'{"form-submissions": [{"timestamp": "joe@example.com"}]}', b'"joe@example.com"'):
        assert "joe" not in json.dumps(deliver(api, engine, row, raw=raw).json.get("answer"))
    with pytest.raises(Invalid) as told:
        sources._read(replace(SOURCES["hubspot"], read=broken), None, {}, {})
    assert "joe" not in str(told.value.errors)
    assert "joe" not in str(rows(engine, "SELECT last_refusal FROM sources"))


@pytest.mark.parametrize("kind", [kind for kind in DELIVERIES if not SOURCES[kind].multipart])
def test_who_signs_a_body_sends_no_multipart(api, engine, made, kind):
    row = made(kind)
    signed = DELIVERIES[kind].sign(row["secret"] or "", b"", engine.now().timestamp(), row["url"])
    answer = api.post(f"/v1/sources/{kind}/{row['key']}", {
        "method": "POST", "headers": signed, "body": "", "fields": {"email": "x@attacker.example"}}).json
    assert answer["answer"]["status"] == 415 and answer["leads"] == []


def test_challenges(api, engine, made):
    meta = made("meta_lead_ads")
    path = f"/v1/sources/meta_lead_ads/{meta['key']}"
    query = {"hub.mode": "subscribe", "hub.verify_token": meta["key"], "hub.challenge": "1158201444"}
    answer = api.post(path, {"method": "GET", "query": query}).json["answer"]
    assert (answer["status"], answer["body"]) == (200, "1158201444")
    wrong = api.post(path, {"method": "GET", "query": query | {"hub.verify_token": "no"}}).json["answer"]
    assert wrong["status"] == 401


def run_flow(api):
    """The references after Score and Notify of all leads that are due."""
    batch = claim(api, lane="interactive")
    told = api.step(batch, "score").json["results"]
    assert api.step(batch, "notify").status_code == api.step(batch, "complete").status_code == 200
    return told


HOT = {"job_title": "CEO", "company_name": "Test Works", "company_domain": "test-works.example",
       "country": "US", "industry": "Software", "employee_count": 300, "source": "demo_request"}
PLATFORM = {"email": "test@meta.com", "full_name": "<test lead: dummy data for full_name>"} | HOT
MARKED = {"email": "iris@test-works.example", "custom": {"is_test": True}} | HOT


@pytest.mark.parametrize("lead", [PLATFORM, MARKED])
def test_nobody_is_told_of_a_test_lead(api, engine, lead):
    api.post("/v1/leads", lead)
    (before,) = run_flow(api)
    assert (before["grade"], before["became_hot"]) == ("hot", False)
    assert rows(engine, "SELECT kind FROM notifications") == []
    shown = api.get(f"/v1/leads/{before['lead_id']}").json
    assert shown["is_test"] is True and shown["score"]["grade"] == "hot"
    # The same person in earnest is hot for the first time.
    api.post("/v1/leads", lead | {"email": "iris@test-works.example", "full_name": "Iris Berg", "custom": {}})
    after = next(one for one in run_flow(api) if lead is MARKED or one["lead_id"] != before["lead_id"])
    assert after["became_hot"] is True
    # A trial with a real person's address does nothing to them.
    events = rows(engine, "SELECT type FROM events")
    api.post("/v1/leads", MARKED)
    assert rows(engine, "SELECT type FROM events") == events
    assert api.get(f"/v1/leads/{after['lead_id']}").json["is_test"] is False


@pytest.mark.parametrize("kind", [kind for kind in DELIVERIES if DELIVERIES[kind].test])
def test_a_vendors_test_lead_is_one(api, engine, made, kind):
    take(api, deliver(api, engine, made(kind), test=True))
    assert rows(engine, "SELECT is_test FROM leads") == [{"is_test": True}]


def test_secrets_are_encrypted_and_told_once(api, engine, made):
    row = made("typeform")
    with engine.database.read() as cursor:
        stored = one(cursor, "SELECT secret FROM sources WHERE key = %s", (row["key"],))
    assert row["secret"].encode() not in bytes(stored["secret"])
    assert isinstance(engine.vault, Vault) and engine.vault.open(stored["secret"]) == row["secret"]
    assert row["secret"] not in api.get("/v1/sources").get_data(as_text=True)


def test_sources_by_the_api(api, engine):
    added = api.post("/v1/sources", {"kind": "webflow", "name": "Website"})
    assert added.status_code == 201 and added.json["url"] in " ".join(added.json["steps"])
    assert api.post("/v1/sources", {"kind": "webflow", "name": "Website"}).status_code == 409
    for wrong, pointer in (({"kind": "no", "name": "x"}, "/kind"),
                           ({"kind": "meta_lead_ads", "name": "x"}, "/secret"),
                           ({"kind": "jotform", "name": "x", "secret": "s"}, "/secret"),
                           ({"kind": "webflow", "name": "x", "pull_of": "1"}, "/pull_of")):
        assert api.post("/v1/sources", wrong).json["errors"][0]["pointer"] == pointer
    path = f"/v1/sources/{added.json['key']}"
    wrong = api.client.patch(path, json={"mapping": {"fields": {"/a": "nothing"}}}, headers=api.headers)
    assert wrong.json["errors"][0]["pointer"] == "/mapping/fields/~1a"
    changed = api.client.patch(path, json={"mapping": {"fields": {"/a": "email"}}}, headers=api.headers)
    assert changed.json["mapping"] == {"fields": {"/a": "email"}}
    assert api.get("/v1/sources/none").status_code == 404
    assert {kind["kind"] for kind in api.get("/v1/sources").json["kinds"]} == set(SOURCES)
    with pytest.raises(NotFound):
        sources.key_of(engine, "nothing")
    with pytest.raises(Invalid):
        sources.edit(engine, added.json["key"], {"secret": "s", "pull_of": "5"}, by=COMMAND_LINE)
    with engine.database.write() as cursor:
        cursor.execute("DELETE FROM sources")


def test_a_mapping_is_made_from_a_sample(api, engine, made, tmp_path, monkeypatch):
    row = made("generic")
    body = {"id": "d-1", "records": [{
        "who": {"mail": person("m1"), "vorname": "Nora"}, "Firma": "Harbor Lines"}]}
    read = api.post(f"/v1/sources/{row['key']}/sample", {"body": body}).json
    assert read["mapping"]["each"] == "/records" and read["leads"][0]["lead"]["email"] == person("m1")
    monkeypatch.setattr(cli, "_settings", lambda: engine.settings)
    file = tmp_path / "sample.json"
    file.write_text(json.dumps(body))
    told = CliRunner().invoke(cli.main, ["sources", "sample", "My generic", str(file),
                                         "--map", "/Firma=custom.firm", "--save"])
    assert told.exit_code == 0, told.output
    answer = deliver(api, engine, row, raw=json.dumps(body).encode()).json
    assert answer["leads"][0]["custom"]["firm"] == "Harbor Lines" and "company_name" not in answer["leads"][0]


def test_the_last_deliveries_and_days_are_kept_without_what_they_held(api, engine, made):
    row = made("generic")
    deliver(api, engine, row, raw=json.dumps({"email": person("m1")}).encode())
    deliver(api, engine, row, raw=b'{"name": "Nora", "email": "nora at home"}')
    deliver(api, engine, row | {"secret": "wrong"})
    deliver(api, engine, row, raw=b"no json")
    told = api.get(f"/v1/sources/{row['key']}").json
    assert [one["outcome"] for one in told["last_deliveries"]] == [
        "unreadable", "unproven", "rejected", "accepted"]
    assert told["last_deliveries"][2]["reason"] == "Email: invalid email"
    assert "nora" not in json.dumps(told["last_deliveries"]).lower()
    assert (told["leads_7_days"], told["leads"], told["refused"]) == (2, 2, 2)
    for _ in range(25):
        deliver(api, engine, row, raw=json.dumps({"email": person("m1")}).encode())
    assert rows(engine, "SELECT count(*) AS n FROM source_deliveries") == [{"n": 20}]
    assert len(api.get(f"/v1/sources/{row['key']}").json["last_deliveries"]) == 10
    with engine.database.write() as cursor:
        cursor.execute("UPDATE source_days SET day = day - 8")
    assert api.get("/v1/sources").json["data"][0]["leads_7_days"] == 0
    with engine.database.write() as cursor:
        cursor.execute("UPDATE source_days SET day = day - 30")
    deliver(api, engine, row, raw=json.dumps({"email": person("m1")}).encode())
    assert len(rows(engine, "SELECT day FROM source_days")) == 1


def test_of_a_renewed_secret_the_one_before_counts_for_a_while(api, engine, made):
    row = made("typeform")
    renewed = api.post(f"/v1/sources/{row['key']}/secret", {"former_hours": 2}).json
    assert renewed["secret"] != row["secret"] and renewed["former_until"]
    for secret in (row["secret"], renewed["secret"]):
        assert deliver(api, engine, row | {"secret": secret}).json["answer"] is None
    with engine.database.write() as cursor:
        cursor.execute("UPDATE sources SET former_until = now()")
    assert deliver(api, engine, row).json["answer"]["status"] == 401
    assert api.get(f"/v1/sources/{row['key']}").json["former_until"] is None
    api.post(f"/v1/sources/{row['key']}/secret", {"former_hours": 0})
    assert deliver(api, engine, row | {"secret": renewed["secret"]}).json["answer"]["status"] == 401
    assert api.post(f"/v1/sources/{made('jotform')['key']}/secret").status_code == 422


def test_a_test_lead_is_taken_and_counted(api, engine, made):
    row = made("calendly")
    told = api.post(f"/v1/sources/{row['key']}/test")
    assert told.status_code == 202 and told.json["outcome"] == "created", told.json
    assert api.get(f"/v1/leads/{told.json['lead_id']}").json["is_test"] is True
    known = api.get(f"/v1/sources/{row['key']}").json
    assert (known["tests"], known["last_deliveries"][0]["tests"]) == (1, 1)
    sources.edit(engine, row["key"], {"disabled": True}, by=COMMAND_LINE)
    assert api.post(f"/v1/sources/{row['key']}/test").status_code == 409


def test_a_mapping_is_tried_before_it_is_kept(api, engine, made):
    path = f"/v1/sources/{made('generic')['key']}/sample"
    body = {"who": {"x1": person("m1")}, "note": "Hello"}
    told = api.post(path, {"body": body, "mapping": {"fields": {"/who/x1": "email"}}}).json
    assert told["leads"][0]["lead"] == {"email": person("m1")}
    assert set(told["guessed"]["fields"]) == {"/who/x1", "/note"}
    wrong = api.post(path, {"body": body, "mapping": {"fields": {"/who/x1": "nothing"}}}).json
    assert wrong["errors"][0]["pointer"] == "/mapping/fields/~1who~1x1"


def test_the_commands(api, engine, monkeypatch, tmp_path):
    monkeypatch.setattr(cli, "_settings", lambda: engine.settings)

    def run(*arguments):
        told = CliRunner().invoke(cli.main, ["sources", *arguments])
        assert told.exit_code == 0, told.output
        return told.output

    added = run("add", "typeform", "--name", "Website")
    assert f"{engine.settings.public_url}/webhook/leads/typeform/" in added and "1. In Typeform" in added
    assert "Website" in run("list") and "typeform" in run("kinds")
    (tmp_path / "secret").write_text("another\n")
    run("secret", "Website", str(tmp_path / "secret"))
    run("disable", "Website")
    assert "disabled" in run("list")
    run("enable", "Website")
    assert "checked" in run("list")
    with engine.database.write() as cursor:
        cursor.execute("DELETE FROM sources")


NOTICE = {"object": "page", "entry": [{"id": "1", "time": 1, "changes": [{"field": "leadgen", "value": {
    "leadgen_id": "444", "page_id": "1", "form_id": "997", "created_time": 1}}]}]}


def pull(api, *live):
    return api.post("/v1/pipeline/pulls/start", {"live": live}).json["requests"]


def answered(api, request, body, status=200):
    return api.post("/v1/pipeline/pulls/answers", {"answers": [
        {"call_id": request["call_id"], "status": status, "body": json.dumps(body)}]}).json


def test_an_announced_lead_is_fetched_and_taken_once(api, engine, made):
    row = made("meta_lead_ads")
    for _ in range(2):
        answer = deliver(api, engine, row, raw=json.dumps(NOTICE).encode()).json
        assert answer["answer"]["status"] == 200 and answer["leads"] == []
    assert pull(api, "linkedin_lead_sync") == []
    (request,) = pull(api, "meta_lead_ads")
    assert request["url"].endswith("/444") and "token" not in json.dumps(request)
    assert pull(api, "meta_lead_ads") == []  # it is at work
    assert answered(api, request, DELIVERIES["meta_lead_ads"].body("m1")) == {"leads": 1, "failed": 0}
    assert answered(api, request, DELIVERIES["meta_lead_ads"].body("m1")) == {"leads": 0, "failed": 0}
    (lead,) = rows(engine, "SELECT c.email, l.utm FROM leads l JOIN contacts c ON c.id = l.contact_id")
    assert lead["email"] == person("m1") and lead["utm"]["campaign"] == "Spring"
    assert rows(engine, "SELECT count(*) AS n FROM source_fetches") == [{"n": 0}]


def test_what_is_fetched_late_was_said_when_it_was_sent(api, engine, made):
    deliver(api, engine, made("meta_lead_ads"), raw=json.dumps(NOTICE).encode())
    (request,) = pull(api, "meta_lead_ads")
    api.post("/v1/leads", {"email": person("m1"), "refused": {"marketing_email": True}})
    answered(api, request, DELIVERIES["meta_lead_ads"].body("m1") | {
        "created_time": "2026-01-05T10:00:00+0000",
        "custom_disclaimer_responses": [{"checkbox_key": "marketing_email", "is_checked": "1"}]})
    assert rows(engine, "SELECT own, stated_at FROM refusals WHERE NOT refused") == [
        {"own": True, "stated_at": datetime(2026, 1, 5, 10, tzinfo=UTC)}]
    assert rows(engine, "SELECT refused FROM contacts") == [{"refused": {"marketing_email": True}}]


def test_a_fetch_that_fails_comes_again_and_operations_are_told(api, engine, made, monkeypatch):
    row = made("meta_lead_ads")
    deliver(api, engine, row, raw=json.dumps(NOTICE).encode())
    (request,) = pull(api, "meta_lead_ads")
    assert answered(api, request, {"error": {}}, status=401) == {"leads": 0, "failed": 1}
    (fetch,) = rows(engine, "SELECT last_error, due_at > now() AS later, failed_at FROM source_fetches")
    assert fetch == {"last_error": "status 401", "later": True, "failed_at": None}
    for _ in range(10):
        with engine.database.write() as cursor:
            cursor.execute("UPDATE source_fetches SET due_at = now()")
        for request in pull(api, "meta_lead_ads"):
            answered(api, request, {}, status=500)
    (fetch,) = rows(engine, "SELECT attempts, failed_at FROM source_fetches")
    assert fetch["failed_at"] and fetch["attempts"] == 10


def test_what_an_outage_missed_is_asked_for_page_by_page(api, engine, made):
    row = made("typeform", pull_of="lT4Z3j")
    assert pull(api, "typeform") == []
    with engine.database.write() as cursor:
        cursor.execute("UPDATE sources SET pulled_until = %s", (engine.now() - timedelta(hours=3),))
    (request,) = pull(api, "typeform")
    assert request["url"] == "https://api.typeform.com/forms/lT4Z3j/responses" and request["query"]["since"]
    response = DELIVERIES["typeform"].body("m1")["form_response"]
    for answer in response["answers"]:
        answer["field"]["ref"] = {"q1": "email", "q2": "full_name"}.get(answer["field"]["ref"], "other")
    del response["definition"]
    page = [response | {"token": f"t{number}"} for number in range(100)]
    assert answered(api, request, {"items": page})["leads"] == 100
    assert len(rows(engine, "SELECT 1 AS one FROM leads")) == 1
    with engine.database.read() as cursor:
        assert one(cursor, "SELECT query FROM source_fetches WHERE source_key = %s", (row["key"],))["query"][
            "after"] == "t99"


def test_a_window_is_pulled_when_all_that_follows_is_stored(api, engine, made):
    """Calendly's meetings are asked for their invitees, one by one."""
    made("calendly", pull_of="ORG1")
    began = engine.now() - timedelta(hours=3)
    with engine.database.write() as cursor:
        cursor.execute("UPDATE sources SET pulled_until = %s", (began,))
    (meetings,) = pull(api, "calendly")
    booked = engine.now().strftime("%Y-%m-%dT%H:%M:%S.000000Z")
    assert answered(api, meetings, {"collection": [
        {"uri": f"https://api.calendly.com/scheduled_events/{name}", "created_at": booked}
        for name in ("E1", "E2")]}) == {"leads": 0, "failed": 0}
    first, second = sorted(pull(api, "calendly"), key=lambda request: request["url"])
    payload = DELIVERIES["calendly"].body("m1")["payload"] | {"created_at": booked}
    for request, mark in ((first, "m1"), (second, "m2")):
        assert rows(engine, "SELECT pulled_until FROM sources") == [{"pulled_until": began}]
        answered(api, request, {"collection": [payload | {"email": person(mark), "uri": mark}]})
    assert rows(engine, "SELECT pulled_until > %s AS later FROM sources", began) == [{"later": True}]
    assert rows(engine, "SELECT type FROM events") == [{"type": "meeting_booked"}] * 2
    # A delivery of the same is the same.
    take(api, deliver(api, engine, made("calendly"), raw=json.dumps({
        "event": "invitee.created", "payload": payload | {"email": person("m1"), "uri": "m1"}}).encode()))
    assert len(rows(engine, "SELECT 1 FROM events")) == 2


def test_a_pull_that_is_given_up_is_asked_for_from_where_it_began(api, engine, made):
    made("typeform", pull_of="lT4Z3j")
    began = engine.now() - timedelta(hours=3)
    with engine.database.write() as cursor:
        cursor.execute("UPDATE sources SET pulled_until = %s", (began,))
    (first,) = pull(api, "typeform")
    page = [{"token": f"t{number}", "answers": []} for number in range(100)]
    answered(api, first, {"items": page})
    for _ in range(10):
        with engine.database.write() as cursor:
            cursor.execute("UPDATE source_fetches SET due_at = now()")
        for request in pull(api, "typeform"):
            answered(api, request, {}, status=500)
    assert rows(engine, "SELECT failed_at IS NOT NULL AS failed FROM source_fetches") == [{"failed": True}]
    assert rows(engine, "SELECT pulled_until FROM sources") == [{"pulled_until": began}]
    (again,) = pull(api, "typeform")
    assert again["query"] == first["query"]
    assert pull(api, "typeform") == []
    before = engine.now()
    assert answered(api, again, {"items": []}) == {"leads": 0, "failed": 0}
    (read,) = rows(engine, "SELECT pulled_until FROM sources")
    assert began < read["pulled_until"] <= before
    assert pull(api, "typeform") == []


def test_a_response_that_is_pulled_after_it_was_delivered_is_the_same(api, engine, made):
    row = made("typeform", pull_of="lT4Z3j")
    assert take(api, deliver(api, engine, row)).status_code == 202
    with engine.database.write() as cursor:
        cursor.execute("UPDATE leads SET status = 'lost'")
        cursor.execute("UPDATE sources SET pulled_until = now() - interval '3 hours'")
    (request,) = pull(api, "typeform")
    response = DELIVERIES["typeform"].body("m1")["form_response"]
    answered(api, request, {"items": [response | {"response_id": "r1"}]})
    assert rows(engine, "SELECT status FROM leads") == [{"status": "lost"}]
    assert len(rows(engine, "SELECT id FROM events")) == 1


def test_an_event_that_comes_again_opens_no_lead(api, engine):
    lead = {"email": "nora.vale@harbor-lines.example", "source": "demo_request",
            "custom": {"event_id": "evt-1"}}
    (first,) = api.post("/v1/leads", lead).json["results"]
    with engine.database.write() as cursor:
        cursor.execute("UPDATE leads SET status = 'lost'")
    (again,) = api.post("/v1/leads", lead).json["results"]
    assert (again["outcome"], again["lead_id"]) == ("updated", first["lead_id"])
    assert rows(engine, "SELECT status FROM leads") == [{"status": "lost"}]
    (later,) = api.post("/v1/leads", lead | {"custom": {"event_id": "evt-2"}}).json["results"]
    assert later["outcome"] == "created" and later["lead_id"] != first["lead_id"]
    # The first event tells nothing of the new lead.
    (again,) = api.post("/v1/leads", lead | {"message": "Once more"}).json["results"]
    assert again["lead_id"] == first["lead_id"]
    assert rows(engine, "SELECT message FROM leads WHERE status <> 'lost'") == [{"message": None}]
