"""The waterfall asks the cheapest first, never twice, and ends."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sidecar.enrichment import PROVIDERS
from sidecar.enrichment.planning import plan, request_key

FACTS = {
    "contact": {"email_canonical": "a@firm.example", "email_type": "corporate"},
    "organization": {"domain": "firm.example"},
}
OUTCOMES = ["found", "not_found", "throttled", "quota", "auth", "refused", "error", "invalid"]


PRICES = {(p.name, o.name): o.price_found for p in PROVIDERS.values() for o in p.operations}


def test_one_call_for_each_subject_that_lacks_something_and_all_that_is_free():
    lookups = plan(FACTS, {})
    paid = [item.subject for item in lookups if PRICES[item.provider, item.operation]]
    assert sorted(paid) == ["contact", "organization"]
    assert len(lookups) > len(paid)


def test_the_second_provider_is_asked_when_the_first_found_nothing():
    first = plan(FACTS, {})
    second = plan(FACTS, {(item.provider, item.operation): "not_found" for item in first})
    assert {item.subject for item in second} == {"contact", "organization"}
    assert not {(i.provider, i.operation) for i in first} & {(i.provider, i.operation) for i in second}


def test_nothing_is_asked_about_what_is_known():
    known = {
        "contact": FACTS["contact"] | {"full_name": "A B", "job_title": "x", "seniority": "vp",
                                       "linkedin_url": "https://www.linkedin.com/in/ab"},
        "organization": {"domain": "firm.example", "industry": "x", "company_size": "1-10", "country": "US",
                         "mail_host": "none", "spf": "fail", "dmarc": "reject"},
    }
    assert plan(known, {}) == []


def test_what_the_domain_says_of_its_mail_is_asked_for_whatever_else_is_known():
    known = {"contact": {}, "organization": {
        "domain": "firm.example", "industry": "x", "company_size": "1-10", "country": "US"}}
    lookups = plan(known, {})
    assert {item.operation for item in lookups} == {"mail_host", "spf", "dmarc"}
    assert not any(PRICES[item.provider, item.operation] for item in lookups)


def test_nothing_is_asked_about_what_a_person_took_away():
    facts = {"contact": FACTS["contact"] | {"id": "one", "full_name": "A B", "linkedin_url": "x"},
             "organization": {}}
    assert plan(facts, {})
    assert plan(facts, {}, removed={"one": {"job_title", "seniority"}}) == []
    assert plan(facts, {}, removed={"another": {"job_title", "seniority"}})


def test_nobody_is_paid_while_an_answer_is_pending():
    assert plan(FACTS, {("hunter", "person"): "pending", ("hunter", "company"): "pending"}) == []


def test_disposable_addresses_are_not_asked_about():
    facts = {"contact": FACTS["contact"] | {"email_type": "disposable"}, "organization": {}}
    assert plan(facts, {}) == []


def test_an_unavailable_provider_is_left_out():
    assert all(i.provider != "hunter" for i in plan(FACTS, {}, PROVIDERS, frozenset({"hunter"})))


@given(st.lists(st.sampled_from(OUTCOMES), min_size=len(PRICES), max_size=len(PRICES)))
def test_it_never_asks_twice_and_ends(outcomes):
    asked: dict[tuple[str, str], str] = {}
    while lookups := plan(FACTS, asked):
        for item in lookups:
            assert (item.provider, item.operation) not in asked
            asked[item.provider, item.operation] = outcomes[len(asked)]


def test_request_keys_tell_calls_apart_and_need_the_secret():
    key = request_key("hunter", "person", {"email": "a@b.example"}, b"s")
    assert key == request_key("hunter", "person", {"email": "a@b.example"}, b"s")
    assert key != request_key("hunter", "company", {"email": "a@b.example"}, b"s")
    assert key != request_key("hunter", "person", {"email": "a@b.example"}, b"t")
