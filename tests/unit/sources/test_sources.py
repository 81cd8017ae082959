"""Every source: its vendor's body becomes a lead, its proof is checked over the raw bytes."""

from __future__ import annotations

import hmac
import json
import time
from datetime import UTC, datetime, timedelta

import pytest

from sidecar.sources import registry
from sidecar.sources.model import NONE, SECRETS
from sidecar.sources.registry import SOURCES
from sidecar.terms.states import EVENTS
from tests.deliveries import DEEDS, DELIVERIES, SENDGRID_SECRET, person

NOW = datetime(2026, 11, 26, 9, 1, tzinfo=UTC)
URL = "https://leads.example.com/webhook/leads/hubspot/k3y"
SECRET = "s3cret of the vendor"
ALL = pytest.mark.parametrize("name", DELIVERIES)
TIMED = ("webflow", "calendly", "google_forms", "hubspot")


def at(lead, place):
    part, _, key = place.partition(".")
    value = lead.get(part)
    return value.get(key) if key and value else value


def lower(headers):
    return {name.lower(): value for name, value in headers.items()}


def checked(name, raw=None, secret=SECRET, now=NOW, **changed):
    delivery = DELIVERIES[name]
    raw = raw or delivery.raw("m1", SECRET)
    headers = lower(delivery.sign(SECRET, delivery.raw("m1", SECRET), NOW.timestamp(), URL)) | changed
    return SOURCES[name].check(headers, raw, secret, now, URL)


def test_every_source_has_an_example():
    assert set(DELIVERIES) | set(DEEDS) == set(SOURCES) and len(SOURCES) >= 17
    assert set(DEEDS) == {source.name for source in SOURCES.values() if source.events}


DONE = pytest.mark.parametrize("name", DEEDS)


def proven(name, mark="m1", now=NOW, raw=None):
    deed, secret = DEEDS[name], SENDGRID_SECRET if name == "sendgrid" else SECRET
    sent = deed.raw(mark, secret, NOW.timestamp())
    headers = lower(deed.sign(secret, sent, NOW.timestamp(), URL))
    return SOURCES[name].check(headers, raw or sent, secret, now, URL)


@DONE
def test_what_somebody_did_is_read_with_whom_and_when(name):
    (event,) = SOURCES[name].events(DEEDS[name].body("m1", SECRET, NOW.timestamp()))
    assert event["email"] == person("m1") and event["occurred_at"] == NOW and event["event_id"]
    assert {key: event[key] for key in DEEDS[name].want} == DEEDS[name].want
    if name != "mailchimp":
        assert {"url", "ip", "user_agent"} <= event["properties"].keys()


@DONE
def test_only_the_vendors_proof_of_what_was_done_is_taken(name):
    assert proven(name) is None
    if SOURCES[name].secret != NONE:
        assert SOURCES[name].check({}, b"{}", SECRET, NOW, URL)
    if name in ("mailgun", "postmark", "segment"):
        raw = DEEDS[name].raw("m1", "another", NOW.timestamp())
        assert SOURCES[name].check(
            lower(DEEDS[name].sign("another", raw, NOW.timestamp(), URL)), raw, SECRET, NOW, URL)
    if name in ("sendgrid", "segment"):
        assert proven(name, raw=b"[]")
    if name in ("sendgrid", "mailgun"):  # they try again for hours
        assert proven(name, now=NOW + timedelta(hours=9)) is None
        for late in (timedelta(days=4), timedelta(days=-4)):
            assert proven(name, now=NOW + late) == "The delivery is too old, or from the future."


def test_sendgrids_key_may_come_as_pem_and_another_kind_proves_nothing():
    deed = DEEDS["sendgrid"]
    raw = deed.raw("m1", "", NOW.timestamp())
    headers = lower(deed.sign("", raw, NOW.timestamp(), URL))
    pem = f"-----BEGIN PUBLIC KEY-----\n{SENDGRID_SECRET}\n-----END PUBLIC KEY-----\n"
    check = SOURCES["sendgrid"].check
    assert check(headers, raw, pem, NOW, URL) is None
    for other in ("", "none", "AAAA", SENDGRID_SECRET[:-8]):
        assert check(headers, raw, other, NOW, URL)


@pytest.mark.parametrize(("call", "type_", "whose"), [
    ({"type": "page", "anonymousId": "a"}, "page_view", {"anonymous_id": "a"}),
    ({"type": "page", "name": "Pricing", "userId": "7"}, "pricing_view", {"external_id": "segment:7"}),
    ({"type": "screen", "userId": "nora@vale.example"}, "page_view", {"email": "nora@vale.example"}),
    ({"type": "track", "event": "Email Link Clicked", "context": {"traits": {"email": "n@vale.example"}}},
     "email_click", {"email": "n@vale.example"}),
    ({"type": "identify", "userId": "7", "anonymousId": "a"}, "identify",
     {"external_id": "segment:7", "anonymous_id": "a"}),
])
def test_segments_calls_tell_who_did_what(call, type_, whose):
    (event,) = SOURCES["segment"].events(call)
    assert event["type"] == type_
    assert {name: event[name] for name in ("email", "external_id", "anonymous_id") if name in event} == whose
    assert SOURCES["segment"].read(call, {}) == []


@pytest.mark.parametrize("call", [
    {"type": "track", "event": "Cart Emptied", "userId": "7"}, {"type": "group", "userId": "7"},
    {"type": "page"}, {"type": 7}, {}])
def test_of_other_calls_of_segment_nothing_is_told(call):
    assert SOURCES["segment"].events(call) == [None] and SOURCES["segment"].read(call, {}) == []


def test_who_subscribes_at_mailchimp_is_a_lead_and_agrees_to_nothing():
    sent = {"type": "subscribe", "fired_at": "2026-03-02 10:00:00", "data[id]": "8a25ff1d98",
            "data[email]": "pat@firm.example", "data[merges][EMAIL]": "pat@firm.example",
            "data[merges][FNAME]": "Pat", "data[merges][LNAME]": "Quill"}
    (received,) = SOURCES["mailchimp"].read(sent, {})
    assert received.lead == {"email": "pat@firm.example", "first_name": "Pat", "last_name": "Quill"}
    assert SOURCES["mailchimp"].challenge({}, "", "k").status == 200

@ALL
def test_a_body_becomes_one_lead(name):
    delivery = DELIVERIES[name]
    (received,) = SOURCES[name].read(delivery.body("m1"), {})
    assert received.lead["email"] in (person("m1"), [person("m1"), "private@m1.example"])
    assert {place: at(received.lead, place) for place in delivery.want} == delivery.want
    assert received.event_id and not received.is_test
    assert SOURCES[name].read(delivery.body("m1"), {})[0].event_id == received.event_id
    assert SOURCES[name].read(delivery.body("m2"), {})[0].event_id != received.event_id


@pytest.mark.parametrize("name", [name for name, delivery in DELIVERIES.items() if delivery.test])
def test_a_test_lead_is_marked(name):
    (received,) = SOURCES[name].read(DELIVERIES[name].test("m1"), {})
    assert received.is_test


@ALL
def test_the_vendors_proof_is_taken(name):
    assert checked(name) is None


@pytest.mark.parametrize("name", [name for name in DELIVERIES if SOURCES[name].secret != NONE])
def test_what_is_changed_or_not_signed_is_refused(name):
    raw = DELIVERIES[name].raw("m1", SECRET)
    assert checked(name, secret="another")
    assert SOURCES[name].check({}, b"{}", SECRET, NOW, URL)
    if name not in ("google_ads", "pipedrive"):  # theirs are passwords
        assert checked(name, raw=raw + b" ")


@pytest.mark.parametrize("name", TIMED)
@pytest.mark.parametrize("late", [timedelta(minutes=6), timedelta(minutes=-6)])
def test_an_old_delivery_is_refused(name, late):
    assert checked(name, now=NOW + late) == "The delivery is too old, or from the future."
    assert checked(name, now=NOW + timedelta(minutes=2)) is None


def test_hubspot_signs_the_address():
    delivery = DELIVERIES["hubspot"]
    raw = delivery.raw("m1", SECRET)
    headers = lower(delivery.sign(SECRET, raw, NOW.timestamp(), URL))
    assert SOURCES["hubspot"].check(headers, raw, SECRET, NOW, URL.replace("k3y", "other"))


def test_the_other_proofs_of_generic_senders():
    check = SOURCES["generic"].check
    assert check({"authorization": f"Bearer {SECRET}"}, b"{}", SECRET, NOW, URL) is None
    assert check({"authorization": "Bearer no"}, b"{}", SECRET, NOW, URL)
    # From standardwebhooks.com's libraries: secret, id, time, body, signature.
    headers = {"webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330",
               "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}
    body, secret = b'{"test": 2432232314}', "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    sent = datetime.fromtimestamp(1614265330, UTC)
    assert check(headers, body, secret, sent, URL) is None
    assert check(headers, body, secret, sent + timedelta(minutes=6), URL)
    assert check(headers, body + b" ", secret, sent, URL)


def test_segment_takes_rudderstacks_header():
    assert SOURCES["segment"].check({"authorization": f"Bearer {SECRET}"}, b"", SECRET, NOW, URL) is None


def test_challenges_are_answered():
    meta = SOURCES["meta_lead_ads"].challenge
    asked = {"hub.mode": "subscribe", "hub.verify_token": "k3y", "hub.challenge": "1158201444"}
    assert meta(asked, SECRET, "k3y").body == "1158201444"
    assert meta(asked | {"hub.verify_token": "no"}, SECRET, "k3y") is None
    linkedin = SOURCES["linkedin_lead_sync"].challenge
    code = "890e4665-4dfe-4ab1-b689-ed553bceeed0"
    told = hmac.new(b"secret", code.encode(), "sha256").hexdigest()
    assert json.loads(linkedin({"challengeCode": code}, "secret", "k").body) == {
        "challengeCode": code, "challengeResponse": told}
    for other in ("", "abc", "hmacsha256=", 'hmacsha256={"a":1}', code + "0", f"{code}\n"):
        assert linkedin({"challengeCode": other}, "secret", "k") is None
    assert linkedin({}, "secret", "k") is None


def test_a_signature_of_nothing_proves_no_form():
    of_nothing = hmac.new(SECRET.encode(), b"", "sha256").hexdigest()
    assert SOURCES["generic"].check({"x-signature": of_nothing}, b"", SECRET, NOW, URL)
    assert {name for name, source in SOURCES.items() if source.multipart} == {"generic", "jotform"}


@ALL
def test_a_proof_is_sought_in_any_body(name):
    for body in (b"[" * 200_000, b"\xff", b"", b"{"):
        SOURCES[name].check({}, body, SECRET, NOW, URL)


@pytest.mark.parametrize("moment", ["joe@example.com", "9" * 5000, 1e400, [], {}, True, None, "\u00b2"])
def test_a_moment_that_is_none_breaks_nothing(moment):
    assert SOURCES["hubspot"].read(
        {"properties": {"email": "a@b.example"}, "form-submissions": [{"timestamp": moment}, {}]}, {})
    SOURCES["hubspot"].api.read("form f-1 5", {"results": [{"submittedAt": moment}]})


def test_labels_of_many_answers_are_read_once():
    pretty = ", ".join(f"Colour {number}:answer {number}, or not: {number}" for number in range(3000))
    raw = {f"q{number}_type{number}": f"answer {number}, or not: {number}" for number in range(0, 3000, 6)}
    began = time.process_time()
    (received,) = SOURCES["jotform"].read({"rawRequest": json.dumps(raw), "pretty": pretty}, {})
    assert time.process_time() - began < 2
    assert received.lead["custom"]["Colour 6"] == "answer 6, or not: 6"


def test_a_response_of_typeform_has_one_id_by_both_ways():
    body = DELIVERIES["typeform"].body("m1")
    (delivered,) = SOURCES["typeform"].read(body, {})
    (pulled,) = SOURCES["typeform"].api.read("form lT4Z3j", {"items": [
        body["form_response"] | {"response_id": "another"}]}).leads
    assert delivered.event_id == pulled.event_id == "tokm1"


@pytest.mark.parametrize(("name", "body"), [
    ("typeform", {"event_type": "form_response_partial"}), ("tally", {"eventType": "OTHER"}),
    ("webflow", {"triggerType": "site_publish", "payload": {}}), ("segment", {"type": "track"}),
    ("calendly", {"event": "invitee.canceled", "payload": {}}),
    ("hubspot", [{"subscriptionType": "contact.creation", "objectId": 5, "eventId": 1}]),
    ("meta_lead_ads", {"object": "page", "entry": []}),
    ("linkedin_lead_sync", {"leadGenFormResponse": "urn:li:leadGenFormResponse:1"}),
    ("pipedrive", {"meta": {"entity": "deal"}, "data": {"id": 1}}),
    ("pipedrive", {"meta": {"entity": "person", "action": "delete"}, "data": None}),
])
def test_what_tells_of_no_lead_is_none(name, body):
    assert SOURCES[name].read(body, {}) == []


@pytest.mark.parametrize("body", [[], "x", None, 5, {}, {"a": [None]}, [[{}]],
                                  {"event_type": "form_response"},
                                  {"data": 1, "entry": 2, "payload": 3, "rawRequest": "[", "properties": 4}])
@ALL
def test_no_body_breaks_a_source(name, body):
    try:
        assert isinstance(SOURCES[name].read(body, {}), list)
    except ValueError:
        return


def test_a_reschedule_books_no_second_meeting():
    body = DELIVERIES["calendly"].body("m1")
    (booked,) = SOURCES["calendly"].read(body, {})
    assert booked.lead["custom"]["event"] == "meeting_booked"
    body["payload"]["old_invitee"] = "https://api.calendly.com/scheduled_events/E/invitees/0"
    (moved,) = SOURCES["calendly"].read(body, {})
    assert "event" not in moved.lead["custom"]


def test_hubspots_submissions_and_own_fields():
    (submitted,) = SOURCES["hubspot"].read({
        "formId": "f-1", "submittedAt": 1764147660000, "pageUrl": "https://x.example",
        "values": [{"name": "email", "value": person("m1"), "objectTypeId": "0-1"},
                   {"name": "0-2/name", "value": "ignored"}, {"name": "firstname", "value": "Nora"}]}, {})
    assert submitted.lead["first_name"] == "Nora" and submitted.lead["custom"]["form_id"] == "f-1"
    (flat,) = SOURCES["hubspot"].read({"email": person("m1"), "hs_email_optout": "true"}, {})
    assert flat.lead["refused"] == {"marketing_email": "true"}


def test_rows_of_a_sheet():
    (row,) = SOURCES["google_forms"].read({
        "Timestamp": "11/26/2026 9:01:00", "Email Address": person("m1"), "First name": "Nora", "row": 7,
        "sheet": "1abc"}, {})
    assert row.lead["email"] == person("m1") and row.event_id == "1abc 7 11/26/2026 9:01:00"
    (named,) = SOURCES["google_forms"].read({
        "namedValues": {"Email Address": [person("m1")]}, "range": {"rowStart": 8}}, {})
    assert named.lead["email"] == person("m1") and named.event_id


def test_the_first_version_of_pipedrives_webhooks():
    (received,) = SOURCES["pipedrive"].read({
        "meta": {"action": "added", "object": "person", "id": 77},
        "current": {"id": 77, "name": "Nora Vale", "email": [{"value": person("m1"), "primary": True}],
                    "update_time": "2026-11-26 09:01:00"}}, {})
    assert received.lead["full_name"] == "Nora Vale" and received.event_id == "person 77 2026-11-26 09:01:00"


def test_linkedin_without_its_form_still_has_the_address():
    response = DELIVERIES["linkedin_lead_sync"].body("m1")
    del response["form"]
    (received,) = SOURCES["linkedin_lead_sync"].read(response, {})
    assert received.lead["email"] == person("m1")


def test_sources_are_complete():
    for source in SOURCES.values():
        assert source.secret in SECRETS and source.title and source.setup
        assert source.event in (None, *EVENTS)
        assert any("{url}" in step for step in source.setup)
        assert any("{secret}" in step for step in source.setup) == (source.secret == "made")


def test_a_source_is_one_file(tmp_path, monkeypatch):
    (tmp_path / "throwaway.py").write_text(
        "from sidecar.sources.model import NONE, Received, Source\n"
        "SOURCE = Source(name='throwaway', title='T', secret=NONE, setup=('{url}',),\n"
        "    check=lambda headers, body, secret, now, url: None,\n"
        "    read=lambda body, headers: [Received({'email': body['mail']}, body['id'])])\n")
    monkeypatch.setattr(registry._folder, "__path__", [*registry._folder.__path__, str(tmp_path)])
    found = registry._discover()
    assert set(found) == {*SOURCES, "throwaway"}
    assert found["throwaway"].read({"mail": "a@b.example", "id": "1"}, {})[0].event_id == "1"


def fetches(name, body):
    return SOURCES[name].api.announced(body)


def test_what_is_announced_is_asked_for_by_its_id():
    (meta,) = fetches("meta_lead_ads", {"entry": [{"changes": [
        {"field": "leadgen", "value": {"leadgen_id": "444"}}, {"field": "feed", "value": {}}]}]})
    assert meta.url == "https://graph.facebook.com/v23.0/444" and "field_data" in meta.query["fields"]
    with pytest.raises(ValueError, match="number"):
        fetches("meta_lead_ads", {"entry": [{"changes": [
            {"field": "leadgen", "value": {"leadgen_id": "../me"}}]}]})
    (linkedin,) = fetches("linkedin_lead_sync", {
        "leadGenFormResponse": "urn:li:leadGenFormResponse:b6e4-1", "leadAction": "CREATED"})
    assert linkedin.url.startswith("https://api.linkedin.com/rest/leadFormResponses/b6e4-1?fields=id,")
    contacts = fetches("hubspot", [
        {"subscriptionType": "contact.creation", "objectId": 5},
        {"subscriptionType": "deal.creation", "objectId": 6},
        {"subscriptionType": "contact.creation", "objectId": 5}])
    assert [fetch.name for fetch in contacts] == ["contact 5"]
    (lead,) = fetches("pipedrive", {
        "meta": {"entity": "lead", "action": "create"}, "data": {"person_id": 77}})
    assert lead.url.endswith("/persons/77")


@pytest.mark.parametrize("name", [name for name, source in SOURCES.items() if source.api])
def test_requests_stay_at_the_vendors_hosts(name):
    api = SOURCES[name].api
    if api.missed:
        fetch = api.missed("1234", NOW)
        assert fetch.url.startswith(tuple(f"https://{host}/" for host in api.hosts))
        assert all(isinstance(value, str) for value in {**fetch.query, **fetch.headers}.values())


def test_the_answers_of_vendors():
    meta = SOURCES["meta_lead_ads"]
    lead = DELIVERIES["meta_lead_ads"].body("m1")
    assert meta.api.read("lead 444", lead).leads == meta.read(lead, {})
    page = meta.api.read("form 997", {"data": [lead], "paging": {"cursors": {"after": "QVFI"}, "next": "https://…"}})
    assert page.following[0].query["after"] == "QVFI" and "token" not in page.following[0].url
    assert meta.api.read("form 997", {"data": [], "paging": {"cursors": {"after": "x"}}}).following == ()

    linkedin = SOURCES["linkedin_lead_sync"]
    response = DELIVERIES["linkedin_lead_sync"].body("m1")
    page = linkedin.api.read("account 5 1764147660000 0", {"elements": [response] * 100})
    assert len(page.leads) == 100 and page.following[0].name == "account 5 1764147660000 100"
    assert "&start=100" in page.following[0].url

    hubspot = SOURCES["hubspot"].api
    since = int(NOW.timestamp() * 1000)
    entries = [{"submittedAt": since + 5, "values": [{"name": "email", "value": person("m1")}]},
               {"submittedAt": since - 5, "values": []}]
    page = hubspot.read(f"form f-1 {since}", {"results": entries, "paging": {"next": {"after": "a"}}})
    assert len(page.leads) == 1 and page.following == []
    page = hubspot.read(f"form f-1 {since}", {"results": entries[:1], "paging": {"next": {"after": "a"}}})
    assert page.following[0].query["after"] == "a"
    (contact,) = hubspot.read("contact 5", {"id": "5", "properties": {"email": person("m1")}}).leads
    assert contact.event_id == "contact 5"

    jotform = SOURCES["jotform"].api
    page = jotform.read("form 233 0 2026-11-26 09:00:00", {"content": [{"id": "5", "answers": {
        "3": {"name": "name", "answer": {"first": "Nora", "last": "Vale"}},
        "4": {"name": "typeA", "text": "E-mail", "answer": person("m1")}}}]})
    assert page.leads[0].lead["email"] == person("m1") and page.leads[0].event_id == "5"

    person_ = {"data": DELIVERIES["pipedrive"].body("m1")["data"]}
    assert SOURCES["pipedrive"].api.read("person 77", person_).leads[0].event_id == "person 77"


SINCE = datetime(2026, 11, 26, 9, tzinfo=UTC)


def test_meetings_that_were_booked_in_an_outage_are_pulled():
    api = SOURCES["calendly"].api
    asked = api.missed("ORG1", SINCE)
    assert asked.url == "https://api.calendly.com/scheduled_events"
    assert asked.query["organization"] == "https://api.calendly.com/organizations/ORG1"
    assert asked.query["min_start_time"] == "2026-11-26T09:00:00Z"

    def meeting(name, created, updated="2026-01-01T00:00:00.000000Z"):
        return {"uri": f"https://api.calendly.com/scheduled_events/{name}", "created_at": created,
                "updated_at": updated}

    page = api.read(asked.name, {"collection": [
        meeting("E", "2026-11-26T09:01:00.000000Z"), meeting("OLD", "2026-11-01T09:01:00.000000Z"),
        meeting("GROUP", "2026-11-01T09:01:00.000000Z", "2026-11-26T10:00:00.000000Z"),
        {"uri": "https://elsewhere.example/scheduled_events/E"}, "x"],
        "pagination": {"next_page_token": "n2", "next_page": "https://api.calendly.com/…"}})
    *invitees, following = page.following
    assert page.leads == [] and [fetch.url.split("/")[-2] for fetch in invitees] == ["E", "GROUP"]
    assert following.query == {**asked.query, "page_token": "n2"}
    delivered = DELIVERIES["calendly"].body("m1")["payload"]
    booked = {name: value for name, value in delivered.items() if name != "scheduled_event"} | {
        "created_at": "2026-11-26T09:01:00.000000Z"}
    earlier = booked | {"created_at": "2026-11-01T09:00:00Z"}
    page = api.read(invitees[0].name, {
        "collection": [booked, earlier], "pagination": {"next_page_token": "n3"}})
    [lead], [told] = page.leads, SOURCES["calendly"].read(DELIVERIES["calendly"].body("m1"), {})
    assert page.following == [] and lead.event_id == told.event_id
    assert lead.lead["email"] == told.lead["email"] and lead.lead["utm"] == told.lead["utm"]
    assert lead.lead["custom"]["event"] == "meeting_booked"
    assert lead.lead["custom"]["submitted_at"] == "2026-11-26T09:01:00.000000Z"
    page = api.read(invitees[1].name, {"collection": [booked], "pagination": {"next_page_token": "n3"}})
    assert [fetch.query["page_token"] for fetch in page.following] == ["n3"]


def test_submissions_of_tally_that_an_outage_missed_are_pulled():
    api = SOURCES["tally"].api
    asked = api.missed("VwbNEw", SINCE)
    assert asked.url == "https://api.tally.so/forms/VwbNEw/submissions"
    assert (asked.query["startDate"], asked.query["page"]) == ("2026-11-26T09:00:00Z", "1")
    questions = [
        {"id": "q1", "type": "INPUT_EMAIL", "title": "How do we reach you?", "fields": []},
        {"id": "q2", "type": "INPUT_TEXT", "title": "First name", "fields": []},
        {"id": "q3", "type": "DROPDOWN", "title": "Team size", "fields": [{"uuid": "o2", "title": "11-50"}]},
        {"id": "q4", "type": "CHECKBOXES", "title": "Untitled checkboxes field", "fields": []},
        {"id": "q5", "type": "HIDDEN_FIELDS", "title": "Hidden", "fields": []}]
    answers = {"q1": "nora.vale@m1.example", "q2": "Nora", "q3": ["o2"], "q4": ["Marketing consent"],
               "q5": {"utm_campaign": "spring"}, "gone": "x"}
    page = api.read(asked.name, {"page": 1, "hasMore": True, "questions": questions, "submissions": [
        {"id": "rm1", "submittedAt": "2026-11-26T09:01:00.000Z", "responses": [
            {"questionId": name, "answer": value} for name, value in answers.items()]}]})
    [lead], [told] = page.leads, SOURCES["tally"].read(DELIVERIES["tally"].body("m1"), {})
    assert lead.event_id == told.event_id == "rm1"
    for name in ("email", "first_name", "employee_count"):
        assert lead.lead[name] == told.lead[name]
    assert lead.lead["utm"] == {"campaign": "spring"} and list(lead.lead["consent"].values()) == [True]
    assert lead.lead["custom"]["submitted_at"] == "2026-11-26T09:01:00.000Z"
    [following] = page.following
    assert (following.name, following.query["page"]) == (asked.name, "2")
    with pytest.raises(KeyError):
        api.read(asked.name, {"page": 1})
