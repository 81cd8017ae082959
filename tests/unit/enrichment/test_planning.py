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


def test_one_call_for_each_subject_that_lacks_something():
    assert {lookup.subject for lookup in plan(FACTS, {})} == {"contact", "organization"}


def test_the_second_provider_is_asked_when_the_first_found_nothing():
    first = plan(FACTS, {})
    second = plan(FACTS, {(item.provider, item.operation): "not_found" for item in first})
    assert len(second) == 2
    assert {i.provider for i in first if i.subject == "contact"} != {
        i.provider for i in second if i.subject == "contact"}


def test_nothing_is_asked_about_what_is_known():
    known = {
        "contact": FACTS["contact"] | {"full_name": "A B", "job_title": "x", "seniority": "vp",
                                       "linkedin_url": "https://www.linkedin.com/in/ab"},
        "organization": {"domain": "firm.example", "industry": "x", "company_size": "1-10",
                         "country": "US"},
    }
    assert plan(known, {}) == []


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


@given(st.lists(st.sampled_from(OUTCOMES), min_size=8, max_size=8))
def test_it_never_asks_twice_and_ends_within_four_rounds(outcomes):
    asked: dict[tuple[str, str], str] = {}
    for _ in range(4):
        lookups = plan(FACTS, asked)
        for item in lookups:
            assert (item.provider, item.operation) not in asked
            asked[item.provider, item.operation] = outcomes[len(asked)]
    assert plan(FACTS, asked) == []


def test_request_keys_tell_calls_apart_and_need_the_secret():
    key = request_key("hunter", "person", {"email": "a@b.example"}, b"s")
    assert key == request_key("hunter", "person", {"email": "a@b.example"}, b"s")
    assert key != request_key("hunter", "company", {"email": "a@b.example"}, b"s")
    assert key != request_key("hunter", "person", {"email": "a@b.example"}, b"t")
