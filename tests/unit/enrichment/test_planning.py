"""What is wanted of a lead, and what tells that two calls are the same."""

from __future__ import annotations

import pytest

from sidecar.enrichment.planning import lacks, request_key, wanted_with


def test_what_is_wanted_and_not_known_is_lacking():
    assert lacks({"contact": {"full_name": "A B", "job_title": "", "seniority": "vp"},
                  "organization": {"industry": "x", "company_size": "1-10", "country": "US",
                                   "mail_host": "none"}}) == {
        "contact": {"job_title", "linkedin_url"}, "organization": set()}


def test_more_fields_can_be_wanted():
    facts = {"contact": {"phone": ""}, "organization": {"spf": "fail"}}
    more = wanted_with(["contact.phone", "organization.spf", "organization.dmarc"])
    assert {place for name, there in lacks(facts, more).items() for place in there
            if place not in lacks(facts)[name]} == {"phone", "dmarc"}


@pytest.mark.parametrize("place", ["organization.fax", "spf", "lead.status", ""])
def test_only_fields_that_there_are_can_be_wanted(place):
    with pytest.raises(ValueError, match="there is no field"):
        wanted_with([place])


def test_request_keys_tell_calls_apart_and_need_the_secret():
    key = request_key("hunter", "person", {"email": "a@b.example"}, b"s")
    assert key == request_key("hunter", "person", {"email": "a@b.example"}, b"s")
    assert key != request_key("hunter", "company", {"email": "a@b.example"}, b"s")
    assert key != request_key("hunter", "person", {"email": "a@b.example"}, b"t")
