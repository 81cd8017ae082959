"""Every way in reads a sender's names alike, and a lead keeps its first touch and its last."""

from __future__ import annotations

import pytest

from sidecar.services import forms as services
from sidecar.services.audit import COMMAND_LINE

BODY = {
    "contact": {"Work e-mail": "nora@harbor.example", "firstName": "Nora", "Sobrenome": "Vale"},
    "utm_source": "ads", "utmCampaign": "spring", "gclid": "abc", "How did you hear about us?": "a friend"}


def shown(api, lead_id):
    lead = api.get(f"/v1/leads/{lead_id}").json
    return {name: lead["contact"][name] for name in ("email", "first_name", "last_name")} | {
        name: lead[name] for name in ("utm", "custom")}


RIGHT = {
    "email": "nora@harbor.example", "first_name": "Nora", "last_name": "Vale",
    "utm": {"source": "ads", "campaign": "spring"},
    "custom": {"gclid": "abc", "How did you hear about us?": "a friend"}}


def test_the_api_reads_them(api):
    sent = api.post("/v1/leads", BODY).json["results"][0]
    assert shown(api, sent["lead_id"]) == RIGHT and not sent["warnings"]
    tidied = api.post("/v1/normalize", {"leads": [BODY]}).json["results"][0]["lead"]
    assert {name: tidied[name] for name in RIGHT} == RIGHT
    assert api.post("/v1/validate", {"leads": [BODY]}).json["results"][0] == {
        "valid": True, "errors": [], "warnings": []}


def test_a_form_reads_them(api, app, engine):
    engine.cache.redis.flushdb()
    key = services.save(engine, "shop", ["https://www.shop.example"], "web_form", by=COMMAND_LINE)
    answer = app.test_client().post(
        f"/v1/forms/{key}", headers={"Origin": "https://www.shop.example"},
        data={"user[email]": "nora@harbor.example", "Vorname": "Nora", "utm_source": "ads", "Budget": "5000"})
    assert answer.status_code == 202
    [lead] = api.get("/v1/leads").json["data"]
    assert lead["contact"]["email"] == "nora@harbor.example" and lead["contact"]["first_name"] == "Nora"
    assert lead["utm"] == {"source": "ads"} and lead["custom"]["Budget"] == "5000"


def test_problems_are_told_at_the_senders_key(api):
    refused = api.post("/v1/leads", {"contact": {"E-Mail": "nora@"}})
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json["errors"]] == ["/contact/E-Mail"]
    sent = api.post("/v1/leads", {"Work e-mail": "nora@harbor.example", "Telefon": "123"}).json["results"][0]
    assert [warning["pointer"] for warning in sent["warnings"]] == ["/Telefon"]
    strict = api.post("/v1/leads?strict=true", {"Work e-mail": "nora@harbor.example"})
    assert strict.status_code == 422


@pytest.mark.parametrize("first", [
    {"utm_source": "ads", "utm_term": "crm"}, {"utm": {"source": "ads", "term": "crm"}}])
def test_a_lead_keeps_its_first_touch_and_its_last(api, first):
    person = {"email": "nora@harbor.example"}
    lead_id = api.post("/v1/leads", person).json["results"][0]["lead_id"]
    for touch in (first, {"utm_medium": "email"}, {}):
        api.post("/v1/leads", person | touch)
    lead = api.get(f"/v1/leads/{lead_id}").json
    assert (lead["first_utm"], lead["utm"]) == ({"source": "ads", "term": "crm"}, {"medium": "email"})


def test_a_first_touch_that_is_told_is_taken(api):
    sent = api.post("/v1/leads", {
        "email": "nora@harbor.example", "utm_source": "mail", "first_utm_source": "ads"}).json["results"][0]
    lead = api.get(f"/v1/leads/{sent['lead_id']}").json
    assert (lead["first_utm"], lead["utm"]) == ({"source": "ads"}, {"source": "mail"})
