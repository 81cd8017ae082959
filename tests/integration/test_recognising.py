"""Who is known again by an address that was found, and what was refused under it."""

from __future__ import annotations

import pytest

from tests.integration.test_reach import LUMIO, NEDA, ask, asked, neda, verdict

__all__ = ["neda"]


@pytest.fixture
def found(api, engine, neda):
    """Her address, which a verifier calls so."""
    def find(status="valid"):
        address = asked(engine, neda, "zerobounce", "validate")["email"]
        ask(api, engine, neda, "zerobounce", "validate", 200, verdict(address, status))
        assert api.get(f"/v1/leads/{neda[0]}").json["contact"]["email"] == address
        return address
    return find


def contact_of(api, lead):
    return api.post("/v1/leads", lead).json["results"][0]["contact_id"]


def test_who_writes_from_an_address_that_was_found_is_known(api, neda, found):
    person = api.get(f"/v1/leads/{neda[0]}").json["contact"]["id"]
    address = found()
    assert contact_of(api, {"email": address, "source": "web form"}) == person
    assert contact_of(api, LUMIO | {"email": address, "full_name": "Neda Ostrova"}) == person


def test_who_has_another_name_is_somebody_else(api, neda, found):
    person = api.get(f"/v1/leads/{neda[0]}").json["contact"]["id"]
    assert contact_of(api, LUMIO | {"email": found(), "full_name": "Nils Overgaard"}) != person


def test_what_may_be_anybodys_is_no_key(api, neda, found):
    person = api.get(f"/v1/leads/{neda[0]}").json["contact"]["id"]
    assert contact_of(api, {"email": found("catch-all"), "source": "web form"}) != person


@pytest.mark.parametrize("status", ["valid", "catch-all"])
def test_what_was_refused_under_an_address_holds_for_whom_it_is_found(api, engine, neda, found, status):
    address = asked(engine, neda, "zerobounce", "validate")["email"]
    answer = api.post("/v1/events", {"events": [{"email": address, "type": "unsubscribe"}]})
    assert answer.json["results"][0]["outcome"] == "unknown"
    assert found(status) == address
    assert api.get(f"/v1/leads/{neda[0]}").json["contact"]["refused"] == {"marketing_email": True}


def test_what_was_about_somebody_else_is_no_key_any_more(api, engine, neda, found):
    person = api.get(f"/v1/leads/{neda[0]}").json["contact"]["id"]
    address = found()
    answer = api.post(f"/v1/contacts/{person}/wrong-answers", {"provider": "zerobounce"})
    assert answer.status_code == 200, answer.json
    assert contact_of(api, {"email": address, "source": "web form"}) != person
    assert contact_of(api, NEDA) == person
