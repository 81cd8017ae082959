"""An address is never guessed into a record: which a verifier is asked about, and what of answers enters."""

from __future__ import annotations

import pytest

from sidecar.enrichment import reach
from sidecar.enrichment.model import Statement
from sidecar.enrichment.patterns import Known
from sidecar.terms.states import EMAIL_STATUSES

COMPANY = {"id": "o", "domain": "lumio.example"}
NAMED = {"id": "c", "first_name": "Neda", "last_name": "Ostrova"}


def stated(address, status, **more):
    values = {"email": address, "email_canonical": address, "email_type": "corporate", "email_status": status}
    return {name: Statement(value, 0.9) for name, value in (values | more).items()}


def facts(**contact):
    return {"contact": NAMED | contact, "organization": COMPANY, "lead": {}}


def test_a_verifier_is_asked_about_the_own_address_then_about_the_likeliest_candidate():
    own = facts(email="neda@lumio.example", email_canonical="neda@lumio.example", email_type="corporate")
    assert reach.to_verify(own) == {"email": "neda@lumio.example"}
    assert reach.to_verify(facts()) is None
    assert reach.to_verify(facts(email_candidates=["b@lumio.example", "c@lumio.example"])) == {
        "email": "b@lumio.example"}
    assert reach.to_verify(facts(email="info@lumio.example", email_canonical="info@lumio.example",
                                 email_type="role", email_candidates=["b@lumio.example"])) is None


def test_what_a_finder_found_is_tried_before_what_a_pattern_makes_and_nothing_twice():
    colleagues = [Known("Jo", "Berger", "jberger"), Known("Rui", "Faria", "rfaria")]
    told = reach.candidates(facts(), colleagues, ["neda.o@lumio.example"])
    assert told[:2] == ["neda.o@lumio.example", "nostrova@lumio.example"]
    tried = reach.candidates(facts(), colleagues, ["neda.o@lumio.example"], set(told[:2]))
    assert tried == told[2:]
    assert reach.candidates(facts(email="neda@lumio.example"), colleagues) == []
    assert reach.candidates({"contact": NAMED, "organization": {}}, colleagues) == []


@pytest.mark.parametrize("status", EMAIL_STATUSES)
def test_of_others_addresses_only_those_enter_that_take_mail(status):
    entered = reach.admitted(stated("nostrova@lumio.example", status), NAMED)
    if status in ("valid", "catch_all", "catch_all_likely"):
        assert entered["email"].value == "nostrova@lumio.example"
        assert entered["email_status"].value == status
    else:
        assert entered == {}


@pytest.mark.parametrize("status", EMAIL_STATUSES)
def test_the_own_address_keeps_its_spelling_and_gets_any_class(status):
    entered = reach.admitted(stated("neda@lumio.example", status), NAMED | {"email": "Neda@lumio.example"})
    assert entered["email"].value == "Neda@lumio.example"
    assert entered["email_status"].value == status


def test_an_address_without_a_class_never_enters_and_all_else_does():
    told = stated("nostrova@lumio.example", "valid", phone="+447400123456")
    del told["email_status"]
    assert reach.admitted(told, NAMED).keys() == {"phone"}
    bad = stated("nostrova@lumio.example", "invalid", phone="+447400123456")
    assert reach.admitted(bad, NAMED).keys() == {"phone"}
    assert reach.admitted({"email_status": Statement("valid", 0.9)}, NAMED) == {}
