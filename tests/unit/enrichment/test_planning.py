"""What is wanted of a lead, and what tells that two calls are the same."""

from __future__ import annotations

from sidecar.enrichment.planning import lacks, request_key


def test_what_is_wanted_and_not_known_is_lacking():
    assert lacks({"contact": {"full_name": "A B", "job_title": "", "seniority": "vp"},
                  "organization": {"industry": "x", "company_size": "1-10", "country": "US",
                                   "mail_host": "none", "spf": "fail"}}) == {
        "contact": {"job_title", "linkedin_url"}, "organization": {"dmarc"}}


def test_request_keys_tell_calls_apart_and_need_the_secret():
    key = request_key("hunter", "person", {"email": "a@b.example"}, b"s")
    assert key == request_key("hunter", "person", {"email": "a@b.example"}, b"s")
    assert key != request_key("hunter", "company", {"email": "a@b.example"}, b"s")
    assert key != request_key("hunter", "person", {"email": "a@b.example"}, b"t")
