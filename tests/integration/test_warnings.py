"""A value that cannot be used costs itself, not its lead: told to the sender, kept with the lead, masked."""

from __future__ import annotations

import pytest

from sidecar.api.openapi import document
from sidecar.intake.decision import MAX_WARNINGS
from tests.integration.conftest import Api

NAMES = ("nora.vale@harbor-lines", "otto.brink@brink-optik", "ada.moss@moss-werk", "bela.frost@frostbau",
         "cleo.hart@hart-und-co", "dov.lark@larklicht")


def leads(field, *values, **others):
    return [{"email": f"{name}.example", field: value} | others
            for name, value in zip(NAMES, values, strict=False)]


def taken(api, sent):
    """What became of leads, all of which come in: [(result, stored lead)…]."""
    answer = api.post("/v1/leads", {"leads": sent})
    assert answer.status_code == 202, answer.json
    results = answer.json["results"]
    assert [result["outcome"] for result in results] == ["created"] * len(sent)
    return [(result, api.get(f"/v1/leads/{result['lead_id']}").json) for result in results]


def test_a_phone_cell_that_says_there_is_none_is_no_phone(api):
    for result, lead in taken(api, leads("phone", "N/A", "-", "none", "() Not provided", "0", "tbd")):
        assert "phone" not in lead["contact"] and result["warnings"] == lead["warnings"] == []


def test_a_website_left_at_its_prefix_is_none_and_the_domain_is_the_address_s(api):
    said = ("http://", "https://www.", "www.", "n/a", "no website")
    for _, lead in taken(api, leads("company_domain", *said)):
        assert lead["organization"]["domain"] == lead["contact"]["email"].partition("@")[2]


def test_a_head_count_in_words_costs_no_lead(api):
    for _, lead in taken(api, leads("employee_count", "Unknown", "Self-employed", "Just me", "N/A", "-")):
        assert lead["organization"].get("employee_count") in (None, 1)


def test_a_band_that_became_a_date_costs_no_lead(api):
    for result, lead in taken(api, leads("employee_count", "Nov-50", "10-Jan", "1-Oct")):
        assert lead["organization"].get("employee_count") or result["warnings"]


@pytest.mark.parametrize("lead", [
    {"phone": 4915123456789, "country": "DE"}, {"phone": "4915123456789.0", "country": "DE"},
    {"phone": "+49 1512 3456789 ::: +49 30 901820"}, {"phone": "M: +49 1512 3456789 T: +49 30 901820"},
])
def test_a_number_as_tools_and_people_write_it_is_read(api, lead):
    [(_, stored)] = taken(api, [{"email": "nora.vale@harbor-lines.example"} | lead])
    assert stored["contact"]["phone"] == "+4915123456789"


def test_words_in_the_phone_box_are_kept_where_a_person_reads_them(api):
    [(result, lead)] = taken(api, leads("phone", "please call after 5pm"))
    assert result["warnings"] == lead["warnings"]
    [warning] = lead["warnings"]
    assert (warning["pointer"], warning["code"]) == ("/phone", "invalid_phone")
    assert warning["value"] == "please call after 5pm"


def test_addresses_with_what_nobody_sees_are_the_plain_ones(api):
    plain = [f"{name}.example" for name in NAMES[:4]]
    sent = [{"email": f"\u200f{plain[0]}"}, {"email": plain[1].replace("brink-", "brink\u200b-")},
            {"email": f"{plain[2]}\u00a0"}, {"email": f"\ufeff{plain[3]}"}]
    found = taken(api, sent)
    assert [lead["contact"]["email"] for _, lead in found] == plain
    again = api.post("/v1/leads", {"leads": [{"email": email} for email in plain]}).json["results"]
    assert [row["contact_id"] for row in again] == [row["contact_id"] for row, _ in found]


def test_several_addresses_in_a_cell_are_the_first(api):
    first = [f"{name}.example" for name in NAMES[:3]]
    sent = [{"email": f"{first[0]}; nora.private@home.example"},
            {"email": f"{first[1]}, office@brink-optik.example"}, {"email": f"{first[2]} / ada@home.example"}]
    assert [lead["contact"]["email"] for _, lead in taken(api, sent)] == first


def test_a_ticked_box_is_a_consent_and_unknown_members_are_answers(api):
    [(result, lead)] = taken(api, [{
        "email": "nora.vale@harbor-lines.example", "consent": "on", "gclid": "abc123", "budget": 5}])
    assert lead["contact"]["consent"] == {"marketing": True} and result["warnings"] == []
    assert lead["custom"] == {"gclid": "abc123", "budget": 5}


def test_only_what_nothing_identifies_is_refused_and_each_identity_says_why(api):
    lead = {"email": "nora@", "phone": "call me", "linkedin_url": "n/a", "employee_count": "many"}
    refused = api.post("/v1/leads", lead)
    assert refused.status_code == 422
    assert [(e["pointer"], e["code"]) for e in refused.json["errors"]] == [
        ("/email", "invalid_email"), ("/phone", "invalid_phone")]
    assert [w["pointer"] for w in refused.json["results"][0]["warnings"]] == ["/employee_count"]
    assert api.post("/v1/leads", {"city": "Jena"}).json["errors"][0]["code"] == "missing_identity"
    assert api.post("/v1/leads", lead | {"phone": "+4930901820"}).status_code == 202


@pytest.mark.parametrize("field", ["phone", "company_domain", "employee_count", "city", "gclid", "consent"])
def test_strict_refuses_what_is_not_as_the_api_says(api, field):
    lead = {"email": "nora.vale@harbor-lines.example", field: ["x"]}
    for path in ("/v1/leads?strict=true", "/v1/leads?strict=1"):
        refused = api.post(path, lead)
        assert refused.status_code == 422 and refused.json["errors"][0]["pointer"] == f"/{field}"
    checked = api.post("/v1/validate?strict=true", {"leads": [lead]}).json["results"][0]
    assert not checked["valid"] and checked["errors"][0]["pointer"] == f"/{field}"
    tried = api.post("/v1/leads?strict=true", {"leads": [lead, {"email": lead["email"]}], "dry_run": True})
    assert [row["outcome"] for row in tried.json["results"]] == ["rejected", "created"]
    assert api.post("/v1/leads?utm_source=x", lead).status_code == 202
    assert api.post("/v1/leads?strict=perhaps", lead).status_code == 422


def test_later_warnings_come_last_and_a_lead_keeps_so_many(api):
    def send(**fields):
        return api.post("/v1/leads", {"email": "nora.vale@harbor-lines.example"} | fields).json["results"][0]

    lead_id = send(phone="after five")["lead_id"]
    send(employee_count="many")
    send(phone="after five")
    send()
    kept = api.get(f"/v1/leads/{lead_id}").json["warnings"]
    assert [warning["value"] for warning in kept] == ["many", "after five"]
    for place in range(3):
        send(tags=[{"n": place, "m": n} for n in range(20)])
    kept = api.get(f"/v1/leads/{lead_id}").json["warnings"]
    assert len(kept) == MAX_WARNINGS and kept[-1]["value"] == {"n": 2, "m": 19}


def test_who_may_not_see_people_sees_where_and_what_alone(app, api):
    sent = {"email": "nora.vale@harbor-lines.example", "phone": "ask for Nora",
            "custom": {"Nora's": {"a": [[[[[1]]]]]}}}
    result, _ = taken(api, [sent])[0]
    masked = Api(app.test_client(), "reader").get(f"/v1/leads/{result['lead_id']}").json["warnings"]
    assert {(warning["pointer"], warning["code"]) for warning in masked} == {
        ("/custom", "too_deep"), ("/phone", "invalid_phone")}
    assert all(warning.keys() == {"pointer", "code"} for warning in masked)
    whole = api.get(f"/v1/contacts/{result['contact_id']}/export").json
    assert "ask for Nora" in [warning["value"] for warning in whole["leads"][0]["warnings"]]


def test_warnings_of_validate_go_with_what_was_normalised(api):
    raw = {"email": "nora.vale@harbor-lines.example", "phone": "after five"}
    warnings = api.post("/v1/validate", {"leads": [raw]}).json["results"][0]["warnings"]
    normal = api.post("/v1/normalize", {"leads": [raw]}).json["results"][0]["lead"]
    body = {"leads": [normal], "warnings": [warnings]}
    [result] = api.post("/v1/leads", body).json["results"]
    assert result["warnings"] == warnings
    assert api.get(f"/v1/leads/{result['lead_id']}").json["warnings"] == warnings
    for wrong in ([], [[], []], "x", [["x"]], [[{"pointer": "/phone"}]], [[{"pointer": "/", "code": "\0"}]]):
        refused = api.post("/v1/leads", {"leads": [normal], "warnings": wrong})
        assert refused.status_code == 422, wrong
        assert refused.json["errors"][0]["pointer"].startswith("/warnings")
    long = [{"pointer": "/phone", "code": "invalid_phone", "value": "x" * 5000}]
    [result] = api.post("/v1/leads", {"leads": [normal], "warnings": [long]}).json["results"]
    assert len(result["warnings"][0]["value"]) == 500


def test_the_contract_tells_of_warnings():
    schemas = document()["components"]["schemas"]
    assert all("warnings" in schemas[name]["required"] for name in ("IntakeResult", "LeadDetail"))
    assert set(schemas["FieldWarning"]["properties"]) == {
        "pointer", "code", "detail", "value", "did_you_mean"}
