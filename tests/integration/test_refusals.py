"""Refusals and consents from the request to what they forbid."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor

import pytest

from sidecar.intake.refusals import refused_now
from sidecar.store import intake, refusals
from sidecar.store.database import many, one
from sidecar.terms.states import PURPOSES
from tests.integration.conftest import Api
from tests.integration.recorder import record
from tests.integration.test_pipeline import claim, run, start
from tests.workflows.test_end_to_end import perfect

NORA = {"email": "nora.vale@harbor-lines.example", "full_name": "Nora Vale"}


def post(api, *leads, **more):
    answer = api.post("/v1/leads", {"leads": list(leads)} | more if len(leads) > 1 or more else leads[0])
    assert answer.status_code == 202, answer.json
    return answer.json["results"][0]


def lead_of(api, result):
    return api.get(f"/v1/leads/{result['lead_id']}").json


def events(api, *events_):
    answer = api.post("/v1/events", {"events": list(events_)})
    assert answer.status_code == 202, answer.json
    return answer.json


def said(engine, contact_id):
    with engine.database.read() as cursor:
        return refusals.statements(cursor, [contact_id]).get(contact_id, [])


def test_a_withdrawal_of_somebody_already_known_counts(api):
    first = post(api, NORA | {"consent": {"marketing": True}})
    assert post(api, NORA | {"consent": {"marketing": False}})["contact_id"] == first["contact_id"]
    lead = lead_of(api, first)
    assert lead["contact"]["consent"] == {"marketing": False}
    assert (lead["may_email"], lead["may_call"]) == (False, True)
    assert [(row["refused"], row["holds"]) for row in lead["refusals"]] == [(True, True), (False, False)]


def test_an_unsubscribe_event_is_a_refusal_and_a_bounce_is_none(api):
    first = post(api, NORA | {"consent": {"marketing": True}})
    events(api, {"lead_id": first["lead_id"], "type": "bounce", "event_id": "b-1"})
    assert lead_of(api, first)["may_email"]
    for _ in range(2):
        events(api, {"lead_id": first["lead_id"], "type": "unsubscribe", "event_id": "u-1"})
    lead = lead_of(api, first)
    assert lead["contact"]["consent"] == {"marketing": False} and not lead["may_email"]
    [refusal] = [row for row in lead["refusals"] if row["refused"]]
    assert (refusal["purpose"], refusal["source"], refusal["own"]) == ("marketing_email", "tests", True)


@pytest.mark.parametrize(("refused", "consent"), [
    ({"marketing_email": "TRUE"}, {"marketing_email": False}),
    ({"any_contact": "1"}, {"any_contact": False}),
    ({"phone": "Opted out"}, {"phone": False}),
    ({"marketing_email": "FALSE"}, {}),
])
def test_a_column_of_refusals_is_shown_as_consent(api, refused, consent):
    lead = lead_of(api, post(api, NORA | {"refused": refused, "source": "crm"}))
    assert lead["contact"]["consent"] == consent


def test_a_list_never_lifts_a_refusal_and_an_own_form_does(api):
    first = post(api, NORA | {"refused": {"marketing_email": True}, "source": "crm"})
    again = NORA | {"consent": {"marketing": True}}
    for source in ("import", "crm", "api"):
        post(api, again | {"source": source})
    post(api, again | {"source": "crm", "custom": {"event": "form_submit"}}, {"email": "other@firm.example"})
    lead = lead_of(api, first)
    assert not lead["may_email"] and False in lead["contact"]["consent"].values()
    post(api, again | {"source": "web form", "message": "Send me news"})
    lead = lead_of(api, first)
    assert lead["may_email"] and set(lead["contact"]["consent"].values()) == {True}
    newest, *_, oldest = lead["refusals"]
    assert (newest["own"], newest["holds"], oldest["refused"], oldest["holds"]) == (True, True, True, False)
    post(api, NORA | {"refused": {"marketing_email": True}, "source": "another crm"})
    assert not lead_of(api, first)["may_email"]


@pytest.mark.parametrize("others", [0, 2], ids=["alone", "among others"])
@pytest.mark.parametrize("source", [
    {"source": "web form"},
    {"source": "meta_lead_ads", "custom": {"event": "form_submit", "event_id": "e1"}}], ids=["named", "told"])
def test_an_own_form_is_one_whoever_comes_in_the_same_request(api, source, others):
    first = post(api, NORA | {"refused": {"marketing_email": True}, "source": "crm"})
    crowd = [{"email": f"p{n}@other.example", "source": "crm"} for n in range(others)]
    answer = api.post("/v1/leads", {"leads": [NORA | {"consent": {"marketing": True}} | source, *crowd]})
    assert answer.status_code == 202
    assert lead_of(api, first)["may_email"]


def test_a_submission_that_comes_again_lifts_no_refusal_said_in_between(api):
    yes = NORA | {"consent": {"marketing": True}, "source": "web form", "custom": {"event_id": "evt-1"}}
    first = post(api, yes)
    events(api, {"lead_id": first["lead_id"], "type": "unsubscribe"})
    post(api, yes)
    assert not lead_of(api, first)["may_email"]
    late = yes | {"custom": {"event_id": "evt-2", "submitted_at": "2026-01-05T10:00:00Z"}}
    post(api, late)
    assert not lead_of(api, first)["may_email"]
    post(api, yes | {"custom": {"event_id": "evt-3"}})
    assert lead_of(api, first)["may_email"]


def test_the_same_words_again_refuse_anew_what_was_agreed_to_in_between(api):
    no, yes = ({"consent": {"marketing": value}, "source": "web form"} | NORA for value in (False, True))
    first = post(api, no)
    for lifts in (True, False):  # the second yes may be the first, delivered again
        post(api, yes)
        assert lead_of(api, first)["may_email"] is lifts
        post(api, no)
        assert not lead_of(api, first)["may_email"]
    assert lead_of(api, first)["contact"]["consent"] == {"marketing": False}


def test_what_is_repaired_was_said_when_it_came(api):
    first = post(api, NORA)
    refused = api.post("/v1/leads", {"source": "web form", "email": "nora.vale@", "full_name": "Nora Vale",
                                     "consent": {"marketing": True}})
    assert refused.status_code == 422
    events(api, {"lead_id": first["lead_id"], "type": "unsubscribe"})
    [reject] = api.get("/v1/rejects").json["data"]
    answer = api.post(f"/v1/rejects/{reject['id']}/repair", {"changes": {"email": NORA["email"]}})
    assert answer.status_code < 300, answer.json
    assert not lead_of(api, first)["may_email"]


def test_a_test_lead_lifts_no_refusal(api):
    first = post(api, NORA | {"refused": {"marketing_email": True}})
    tried = NORA | {"consent": {"marketing": True}, "source": "web form", "custom": {"is_test": True}}
    post(api, tried)
    assert not lead_of(api, first)["may_email"]


def test_an_import_is_a_list_whatever_its_rows_say(api):
    first = post(api, NORA | {"refused": {"marketing_email": True}})
    table = "email,source,consent.marketing\nnora.vale@harbor-lines.example,web form,true\n"
    job = api.client.post("/v1/jobs/imports", headers=api.headers, data={
        "file": (io.BytesIO(table.encode()), "list.csv")}).json["job"]
    assert api.post(f"/v1/jobs/{job['id']}/step").status_code == 200
    assert not lead_of(api, first)["may_email"]


def test_the_same_list_sent_again_adds_nothing(api, engine):
    for _ in range(3):
        first = post(api, NORA | {"refused": {"phone": "x"}, "source": "crm"})
    assert len(said(engine, first["contact_id"])) == 1


def test_a_list_that_repeats_a_refusal_of_which_a_part_was_lifted_refuses_it_again(api):
    listed = NORA | {"refused": {"any_contact": True}, "source": "crm"}
    first = post(api, listed)
    events(api, {"email": NORA["email"], "type": "resubscribe"})
    assert lead_of(api, first)["may_email"]
    post(api, listed)
    assert not lead_of(api, first)["may_email"]


def test_a_refusal_holds_when_the_person_comes_back_by_another_key(api):
    profile = {"linkedin_url": "https://www.linkedin.com/in/nora-vale"}
    first = post(api, NORA | profile | {"refused": {"any": "ja"}})
    again = post(api, profile | {"source": "import", "consent": {"marketing": True}})
    assert again["contact_id"] == first["contact_id"]
    assert lead_of(api, again)["contact"]["refused"] == dict.fromkeys(PURPOSES, True)


def test_an_unsubscription_of_an_unknown_address_waits_for_it(api, engine):
    told = api.post("/v1/events/mail", [
        {"email": email, "event": kind, "sg_event_id": kind, "timestamp": 1_770_000_000}
        for email, kind in (("Nora.Vale@harbor-lines.example", "spamreport"), (NORA["email"], "open"))]).json
    assert told["unknown"] == 2
    with engine.database.read() as cursor:
        [row] = many(cursor, "SELECT * FROM refusals")
        assert row["contact_id"] is None and "nora" not in str(dict(row)).lower()
    lead = lead_of(api, post(api, NORA | {"source": "import", "consent": {"marketing": True}}))
    assert not lead["may_email"] and lead["contact"]["consent"] == {"marketing": False}
    assert ("sendgrid", "spam complaint") in [(row["source"], row["reason"]) for row in lead["refusals"]]


def test_a_new_subscription_lifts_and_a_repeated_old_one_does_not(api):
    first = post(api, NORA)
    about = {"email": NORA["email"]}
    events(api, about | {"type": "unsubscribe", "event_id": "1"})
    events(api, about | {"type": "resubscribe", "event_id": "2"})
    assert lead_of(api, first)["may_email"]
    events(api, about | {"type": "unsubscribe", "event_id": "3"})
    events(api, about | {"type": "resubscribe", "event_id": "2"})
    assert not lead_of(api, first)["may_email"]


def test_staff_note_what_a_person_told_them(api, app, engine):
    first = post(api, NORA | {"refused": {"any_contact": True}})
    path = f"/v1/contacts/{first['contact_id']}/refusals"
    answer = api.post(path, {"purpose": "any_contact", "refused": False, "reason": "She called us."})
    assert answer.status_code == 200 and answer.json["may_email"] and answer.json["refused"] == {}
    newest = answer.json["refusals"][0]
    assert (newest["purpose"], newest["refused"], newest["own"], newest["reason"], newest["holds"]) == (
        "any_contact", False, True, "She called us.", True)
    again = api.post(path, {"purpose": "phone", "refused": True, "reason": "No calls."})
    assert again.json["may_call"] is False
    with engine.database.read() as cursor:
        noted = many(cursor, "SELECT action FROM audit_log WHERE entity_id = %s ORDER BY id",
                     (first["contact_id"],))
    actions = [row["action"] for row in noted]
    assert actions[-2:] == ["contact.agreed", "contact.refused"]
    for problem in ({"purpose": "fax", "reason": "x"}, {"purpose": "phone"}):
        assert api.post(path, problem | {"refused": True}).status_code == 422
    masked = Api(app.test_client(), "reader")
    assert masked.post(path, {"purpose": "phone", "refused": False, "reason": "x"}).status_code == 403
    shown = masked.get(f"/v1/contacts/{first['contact_id']}").json
    assert shown["may_call"] is False and {row["reason"] for row in shown["refusals"]} == {None}
    assert {row["reason"] for row in masked.get(f"/v1/leads/{first['lead_id']}").json["refusals"]} == {None}


def test_what_is_said_while_a_lead_comes_in_is_not_lost(api, engine, monkeypatch):
    first = post(api, NORA)
    write = intake.write

    def late(cursor, writes, *rest):
        # Another process notes a refusal after this one has decided, and commits first.
        with ThreadPoolExecutor(1) as other:
            told = {"purpose": "phone", "refused": True, "reason": "Told us."}
            path = f"/v1/contacts/{first['contact_id']}/refusals"
            assert other.submit(lambda: api.post(path, told)).result(30).status_code == 200
        write(cursor, writes, *rest)

    with engine.database.write() as cursor:
        cursor.execute("UPDATE leads SET status = 'lost'")  # nothing of the person is locked by intake
    monkeypatch.setattr(intake, "write", late)
    again = post(api, NORA | {"refused": {"enrichment": True}})
    assert lead_of(api, again)["contact"]["refused"] == {"phone": True, "enrichment": True}


def test_references_carry_what_is_allowed(api):
    post(api, NORA | {"refused": {"phone": True}}, {"email": "b@firm.example"})
    found = {(lead["may_email"], lead["may_call"]) for lead in claim(api)["leads"]}
    assert found == {(True, False), (True, True)}


@pytest.mark.parametrize("purpose", ["enrichment", "any_contact", "any"])
def test_no_call_is_planned_or_begun_about_somebody_who_refused(api, engine, purpose):
    post(api, NORA | {"refused": {purpose: "true"}})
    batch = claim(api)
    assert api.step(batch, "plan").json["asking"] == []
    assert run(api, batch) == 0


def test_a_call_that_was_planned_is_not_begun_after_a_refusal(api, engine):
    first = post(api, NORA)
    batch = claim(api)
    assert api.step(batch, "plan").json["asking"]
    api.post(f"/v1/contacts/{first['contact_id']}/refusals",
             {"purpose": "enrichment", "refused": True, "reason": "Told us."})
    assert start(api, batch) == []
    for name in ("apply", "score", "notify", "complete"):
        assert api.step(batch, name).status_code == 200
    assert lead_of(api, first)["stage"] == "done"
    with engine.database.read() as cursor:
        assert one(cursor, "SELECT count(*) AS n FROM provider_calls WHERE started_at IS NOT NULL")["n"] == 0


def test_what_forbids_to_ask_is_a_setting(api, engine, monkeypatch):
    monkeypatch.setitem(vars(engine.settings), "no_enrichment_after", ())
    post(api, NORA | {"refused": {"any": True}})
    assert api.step(claim(api), "plan").json["asking"]


# A perfect fit whom a list says to have asked for a demo; the same who asks by a form.
LISTED = perfect("nora") | {"source": "crm", "custom": {"request": "demo"}}
ASKING = perfect("nora")


@pytest.fixture
def alerts(engine, monkeypatch):
    return record(engine, monkeypatch).sent


def flow(api):
    """All that is due goes through the flow."""
    while (batch := claim(api))["batch_id"]:
        run(api, batch)


def test_nobody_is_alerted_of_a_list_about_somebody_who_refused_contact(api, engine, alerts):
    first = post(api, LISTED | {"refused": {"any_contact": True}})
    flow(api)
    lead = lead_of(api, first)
    assert lead["score"]["grade"] == "hot" and alerts == []
    [message] = lead["notifications"]
    assert (message["state"], message["last_error"]) == (
        "withdrawn", "The person refused contact and did not ask themselves.")
    events(api, *({"lead_id": first["lead_id"], "type": kind} for kind in ("page_view", "email_open")))
    flow(api)
    assert alerts == []
    # They ask themselves: sales is told now, though the lead was hot before.
    events(api, {"lead_id": first["lead_id"], "type": "demo_request"})
    flow(api)
    [told] = alerts
    assert "Asked themselves · No contact beyond what they ask for" in str(told["blocks"][1])


@pytest.mark.parametrize("refused", [
    {"refused": {"marketing_email": True}}, {"consent": {"marketing": False}}])
def test_who_refused_marketing_and_asks_is_told_with_the_refusal(api, alerts, refused):
    post(api, LISTED | refused | {"custom": {}, "job_title": "", "industry": ""})
    post(api, ASKING)
    flow(api)
    [told] = alerts
    assert "Asked themselves · No marketing mail" in str(told["blocks"][1])


def test_who_refuses_before_the_message_is_sent_is_not_told(api, alerts):
    first = post(api, ASKING)
    batch = claim(api)
    assert [row["became_hot"] for row in api.step(batch, "score").json["results"]] == [True]
    api.post(f"/v1/contacts/{first['contact_id']}/refusals",
             {"purpose": "any_contact", "refused": True, "reason": "Changed her mind."})
    assert api.step(batch, "notify").json["sent"] == 0 and alerts == []


def test_whom_to_alert_is_a_setting(api, engine, alerts, monkeypatch):
    monkeypatch.setitem(vars(engine.settings), "alert_own_requests", False)
    post(api, ASKING | {"refused": {"any_contact": True}})
    flow(api)
    assert alerts == []
    monkeypatch.setitem(vars(engine.settings), "no_alert_after", ())
    post(api, LISTED | {"email": "other@firm.example", "refused": {"any": True}})
    flow(api)
    assert len(alerts) == 1 and "No contact" in str(alerts[0]["blocks"][1])


def test_merges_unite_refusals_and_lose_none(api, engine):
    one_, other = (post(api, lead) for lead in (
        {"email": "nora@firm.example", "full_name": "Nora Vale", "company_name": "Firm", "city": "Jena",
         "consent": {"marketing": True}},
        {"email": "nora.vale@firm.example", "full_name": "Nora Vale", "company_name": "Firm", "city": "Jena",
         "refused": {"marketing_email": True, "phone": "x"}, "source": "crm"}))
    api.post("/v1/duplicates/find")
    [pair] = api.get("/v1/duplicates").json["data"]
    assert api.post(f"/v1/duplicates/{pair['id']}/merge", {"keep": one_["contact_id"]}).status_code == 200
    contact = api.get(f"/v1/contacts/{one_['contact_id']}").json
    assert contact["refused"] == {"marketing_email": True, "phone": True, "any_contact": True}
    assert contact["consent"]["marketing"] is False and not contact["may_call"]
    assert len(said(engine, one_["contact_id"])) == 3 and not said(engine, other["contact_id"])


def test_a_merge_lifts_nothing_though_the_other_agreed_later(api):
    first = post(api, {"email": "nora@firm.example", "full_name": "Nora Vale", "company_name": "Firm",
                       "city": "Jena", "refused": {"marketing_email": True}})
    other = post(api, {"email": "nora.vale@firm.example", "full_name": "Nora Vale", "company_name": "Firm",
                       "city": "Jena", "consent": {"marketing": True}, "source": "web form"})
    api.post("/v1/duplicates/find")
    [pair] = api.get("/v1/duplicates").json["data"]
    kept = api.post(f"/v1/duplicates/{pair['id']}/merge", {"keep": other["contact_id"]}).json
    contact = api.get(f"/v1/contacts/{kept['kept_id']}").json
    assert not contact["may_email"] and set(contact["consent"].values()) == {False}
    assert contact["refusals"][0]["source"] == "merge" and first["contact_id"] == kept["lost_id"]
    post(api, {"email": "nora@firm.example", "consent": {"marketing": True}, "source": "web form"})
    assert api.get(f"/v1/contacts/{kept['kept_id']}").json["may_email"]


def test_a_merge_that_is_taken_back_gives_each_their_own_refusals(api, engine):
    first = post(api, {"email": "nora@firm.example", "full_name": "Nora Vale", "company_name": "Firm",
                       "city": "Jena", "consent": {"marketing": True}, "source": "web form"})["contact_id"]
    other = post(api, {"email": "nora.vale@firm.example", "full_name": "Nora Vale", "company_name": "Firm",
                       "city": "Jena", "refused": {"marketing_email": True}, "source": "crm"})["contact_id"]
    before = {who: api.get(f"/v1/contacts/{who}").json for who in (first, other)}
    api.post("/v1/duplicates/find")
    [pair] = api.get("/v1/duplicates").json["data"]
    assert api.post(f"/v1/duplicates/{pair['id']}/merge", {"keep": first}).status_code == 200
    # Since then one of them says more by her own address, and staff note what the contact said.
    post(api, {"email": "nora.vale@firm.example", "refused": {"enrichment": True}, "source": "crm"})
    api.post(f"/v1/contacts/{first}/refusals", {"purpose": "phone", "refused": True, "reason": "Told us."})
    assert api.post(f"/v1/contacts/{first}/unmerge", {"contact_id": other}).status_code == 200
    after = {who: api.get(f"/v1/contacts/{who}").json for who in (first, other)}
    assert after[first]["refused"] == {"phone": True} and after[first]["may_email"]
    assert after[other]["refused"] == {
        "marketing_email": True, "phone": True, "any_contact": True, "enrichment": True}
    assert after[first]["consent"] == before[first]["consent"] | {"phone": False}
    assert {row["source"] for row in after[first]["refusals"]} == {"web form", "told to tests"}
    assert len(after[other]["refusals"]) == 3


def test_an_erasure_takes_them_and_an_access_export_has_them(api, engine):
    first = post(api, NORA | {"refused": {"phone": True}, "source": "crm of nora"})
    path = f"/v1/contacts/{first['contact_id']}"
    assert [row["purpose"] for row in api.get(f"{path}/export").json["refusals"]] == ["phone"]
    assert api.client.delete(path, headers=api.headers).status_code == 204
    with engine.database.read() as cursor:
        assert many(cursor, "SELECT 1 FROM refusals") == []


def test_an_export_has_them_and_an_import_of_it_takes_them(api, engine):
    first = post(api, NORA | {"refused": {"any_contact": True}, "source": "crm"})
    table = api.get("/v1/leads.csv").data.decode("utf-8-sig")
    assert table.splitlines()[0].endswith(",".join(f"refused.{purpose}" for purpose in PURPOSES))
    api.client.delete(f"/v1/contacts/{first['contact_id']}", headers=api.headers)
    with engine.database.write() as cursor:
        cursor.execute("DELETE FROM suppressions")
    job = api.client.post("/v1/jobs/imports", headers=api.headers, data={
        "file": (io.BytesIO(table.encode()), "leads.csv")}).json["job"]
    api.post(f"/v1/jobs/{job['id']}/step")
    with engine.database.read() as cursor:
        [row] = many(cursor, "SELECT id::text AS id, refused FROM contacts")
    assert set(row["refused"]) == {"marketing_email", "phone", "any_contact"}
    assert refused_now(said(engine, row["id"])) == set(row["refused"])


def test_subscribers_are_told_when_refusals_change(api, engine):
    first = post(api, NORA)
    assert api.post("/v1/subscriptions", {
        "url": "http://localhost:9/hook", "events": ["lead.refusals_changed"]}).status_code == 201
    post(api, NORA)
    post(api, NORA | {"refused": {"phone": True}})
    events(api, {"lead_id": first["lead_id"], "type": "unsubscribe"})
    with engine.database.read() as cursor:
        told = [row["data"] for row in many(cursor, "SELECT data FROM lead_events ORDER BY id")]
    assert told == [{"refused": ["phone"]}, {"refused": ["any_contact", "marketing_email", "phone"]}]
