"""Finding and verifying addresses and telephone numbers, on a real database."""

from __future__ import annotations

import json

import pytest

from sidecar.enrichment import operation_of
from sidecar.enrichment.planning import request_key
from sidecar.ids import new_id
from sidecar.pipeline import reaching
from sidecar.store import calls, facts

LUMIO = {"company_name": "Lumio", "company_domain": "lumio.example", "source": "import"}
COLLEAGUES = [
    LUMIO | {"email": "jberger@lumio.example", "first_name": "Jo", "last_name": "Berger"},
    LUMIO | {"email": "rfaria@lumio.example", "first_name": "Rui", "last_name": "Faria"}]
NEDA = LUMIO | {"linkedin_url": "https://www.linkedin.com/in/neda-ostrova", "first_name": "Neda",
                "last_name": "Ostrova"}


@pytest.fixture
def neda(api):
    """The lead of somebody whose address is not known, claimed: (its id, the batch)."""
    assert api.post("/v1/leads", {"leads": COLLEAGUES}).status_code == 202
    api.post("/v1/pipeline/claim", {})
    lead_id = api.post("/v1/leads", NEDA).json["results"][0]["lead_id"]
    return lead_id, api.post("/v1/pipeline/claim", {"lane": "interactive"}).json


def asked(engine, neda, provider, operation):
    """The parameters by which a provider would be asked about her now."""
    with engine.database.write() as cursor:
        row, = reaching.with_candidates(engine, cursor, facts.load(cursor, [neda[0]]))
        return operation_of(provider, operation).lookup(row)


def ask(api, engine, neda, provider, operation, status, body):
    """Ask a provider about her for real, which answers so; the request."""
    lead_id, batch = neda
    with engine.database.write() as cursor:
        cursor.execute("UPDATE provider_cache SET expires_at = now() WHERE outcome = 'pending'")
        row, = reaching.with_candidates(engine, cursor, facts.load(cursor, [lead_id]))
        params = operation_of(provider, operation).lookup(row)
        calls.plan(cursor, [{
            "id": new_id(), "batch_id": batch["batch_id"], "provider": provider, "operation": operation,
            "request_key": request_key(provider, operation, params, engine.settings.hash_key.encode()),
            "subject_kind": "contact", "subject_id": row["contact"]["id"], "sandbox": False,
            "request": engine.vault.seal(params), "lead_ids": [lead_id]}])
    request, = api.step(batch, "calls/start", live=[provider]).json["requests"]
    told = {"call_id": request["call_id"], "status": status, "headers": {}, "elapsed_ms": 1,
            "body": json.dumps(body)}
    assert api.post("/v1/pipeline/answers", {"answers": [told]}).json["accepted"] == 1
    assert api.step(batch, "apply").status_code == 200
    return request


def contact(api, neda):
    return {"email": None, "email_status": None} | api.get(f"/v1/leads/{neda[0]}").json["contact"]


def edit(api, person, **fields):
    return api.client.patch(f"/v1/contacts/{person['id']}", json=fields, headers=api.headers)


def verdict(address, status):
    return {"address": address, "status": status, "sub_status": ""}


def test_what_the_domain_does_is_asked_about_first_and_enters_when_it_is_verified(api, engine, neda):
    assert asked(engine, neda, "zerobounce", "validate") == {"email": "nostrova@lumio.example"}
    assert contact(api, neda)["email"] is None
    ask(api, engine, neda, "zerobounce", "validate", 200, verdict("nostrova@lumio.example", "invalid"))
    told = contact(api, neda)
    assert (told["email"], told["email_status"]) == (None, None)
    second = asked(engine, neda, "zerobounce", "validate")
    assert second["email"] not in (None, "nostrova@lumio.example")
    ask(api, engine, neda, "zerobounce", "validate", 200, verdict(second["email"], "valid"))
    told = contact(api, neda)
    assert (told["email"], told["email_status"], told["email_type"]) == (
        second["email"], "valid", "corporate")
    assert asked(engine, neda, "hunter", "verifier") == {"email": second["email"]}


def test_a_domain_that_takes_all_is_said_and_what_nobody_knows_does_not_enter(api, engine, neda):
    first = asked(engine, neda, "zerobounce", "validate")["email"]
    ask(api, engine, neda, "zerobounce", "validate", 200, verdict(first, "unknown"))
    assert contact(api, neda)["email"] is None
    second = asked(engine, neda, "zerobounce", "validate")["email"]
    ask(api, engine, neda, "zerobounce", "validate", 200, verdict(second, "catch-all"))
    told = contact(api, neda)
    assert (told["email"], told["email_status"]) == (second, "catch_all")


def test_what_a_finder_did_not_verify_is_what_a_verifier_is_asked_first(api, engine, neda):
    ask(api, engine, neda, "hunter", "finder", 200, {"data": {
        "email": "neda.o@lumio.example", "score": 40, "verification": {"status": None}}})
    assert contact(api, neda)["email"] is None
    assert asked(engine, neda, "zerobounce", "validate") == {"email": "neda.o@lumio.example"}


def test_what_a_finder_found_of_somebody_else_is_no_candidate(api, engine, neda):
    ask(api, engine, neda, "hunter", "finder", 200, {"data": {
        "email": "b.karstens@lumio.example", "first_name": "Benno", "last_name": "Karstens", "score": 40,
        "verification": {"status": None}}})
    assert asked(engine, neda, "zerobounce", "validate")["email"] != "b.karstens@lumio.example"


def test_addresses_that_are_none_teach_no_pattern(api, engine, neda):
    assert asked(engine, neda, "zerobounce", "validate") == {"email": "nostrova@lumio.example"}
    with engine.database.write() as cursor:
        cursor.execute("UPDATE contacts SET email_status = 'invalid' WHERE email IS NOT NULL")
    assert asked(engine, neda, "zerobounce", "validate") == {"email": "neda.ostrova@lumio.example"}


def test_the_class_is_the_addresss_and_goes_when_it_is_changed(api, engine, neda):
    first = asked(engine, neda, "zerobounce", "validate")["email"]
    ask(api, engine, neda, "zerobounce", "validate", 200, verdict(first, "valid"))
    person = contact(api, neda)
    assert edit(api, person, job_title="Buyer").status_code == 200
    assert contact(api, neda)["email_status"] == "valid"
    assert edit(api, person, email="neda.ostrova@lumio.example").status_code == 200
    told = contact(api, neda)
    assert (told["email"], told["email_status"]) == ("neda.ostrova@lumio.example", None)
    ask(api, engine, neda, "zerobounce", "validate", 200, verdict("neda.ostrova@lumio.example", "invalid"))
    assert contact(api, neda)["email_status"] == "invalid"


def test_what_was_begun_is_fetched_until_it_is_there_and_begun_once(api, engine, neda):
    begun = ask(api, engine, neda, "fullenrich", "phone", 200, {"enrichment_id": "ab-12"})
    assert (begun["method"], begun["body"]["data"][0]["first_name"]) == ("POST", "Neda")
    running = {"code": "error.enrichment.in_progress"}
    for status, body in ((400, running), (429, {"code": "error.rate.limit"}), (502, {}), (400, running)):
        with engine.database.write() as cursor:
            cursor.execute("UPDATE provider_cache SET expires_at = now()")
            cursor.execute("DELETE FROM provider_breakers")
        fetched = ask(api, engine, neda, "fullenrich", "phone", status, body)
        assert fetched["method"] == "GET" and fetched["url"].endswith("/contact/enrich/bulk/ab-12")
    ask(api, engine, neda, "fullenrich", "phone", 200, {
        "status": "FINISHED", "cost": {"credits": 10}, "data": [{"contact_info": {
            "most_probable_phone": {"number": "+44 7400 123456"}}, "profile": None}]})
    told = contact(api, neda)
    assert (told["phone"], told["phone_type"], told["phone_country"]) == ("+447400123456", "mobile", "GB")


def test_what_is_told_of_the_persons_company_is_the_companys(api, engine, neda):
    ask(api, engine, neda, "zerobounce", "validate", 200, verdict(
        asked(engine, neda, "zerobounce", "validate")["email"], "valid"))
    company = {"name": "Lumio", "domain": "lumio.example", "metrics": {"employees": 860}}
    ask(api, engine, neda, "hunter", "combined", 200, {"data": {
        "person": {"name": {"fullName": "Neda Ostrova"}, "employment": {"domain": "lumio.example"}},
        "company": company}})
    assert api.get(f"/v1/leads/{neda[0]}").json["organization"]["employee_count"] == 860
