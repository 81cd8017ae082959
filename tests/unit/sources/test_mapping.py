"""A mapping by JSON pointer: guessed from a sample, checked, applied."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.sources.mapping import at, guessed, mapped, named, problem

NAMES = st.text("ab/~. \0\ud800", max_size=4) | st.sampled_from(["email", "event_id", "test", "utm_source"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | NAMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=8)


def test_pointers_lead_where_rfc_6901_says():
    body = {"a/b": {"~": [{"": 1}, 5]}}
    assert (at(body, "/a~1b/~0/0/"), at(body, "/a~1b/~0/1"), at(body, "")) == (1, 5, body)
    assert at(body, "/a~1b/~0/7") is at(body, "/none/x") is at(body, "/a~1b/~0/x") is None


def test_the_names_of_a_sample_say_what_its_values_are():
    sample = {"submissionId": "s-1", "person": {"E-Mail": "a@b.example", "Vorname": "Ada"}, "test": False,
              "answers": {"Budget": 5}, "utm_source": "ads"}
    found = guessed(sample)
    assert (found["each"], found["event_id"], found["is_test"]) == ("", "/submissionId", "/test")
    assert found["fields"]["/person/E-Mail"] == "email" and found["fields"]["/utm_source"] == "utm.source"
    assert found["fields"]["/answers/Budget"].startswith("custom.")
    assert problem(found) is None
    (one,) = mapped(found, sample)
    assert (one.lead["email"], one.lead["first_name"], one.event_id, one.is_test) == (
        "a@b.example", "Ada", "s-1", False)
    assert mapped(found, sample | {"test": True})[0].is_test


def test_the_names_on_the_way_count():
    found = guessed({
        "email": "a@b.example", "company": {"name": "X"}, "manager": {"email": "m@b.example"},
        "refused": {"phone": True}, "opt_out": {"email": "x"}, "consent": {"any": "no"},
        "xyz": {"city": "Rom"}})
    assert found["fields"] == {
        "/email": "email", "/company/name": "company_name", "/manager/email": "custom.manager.email",
        "/refused/phone": "refused.phone", "/opt_out/email": "refused.marketing_email",
        "/consent/any": "consent.any", "/xyz/city": "city"}


def test_without_a_mapping_a_body_is_read_as_the_api_reads_it():
    (one,) = named({"id": 7, "event_id": "e1", "refused": {"any": "x"}, "test": True, "fields": [
        {"label": "E-Mail", "value": "a@b.example"}, {"label": "Budget", "value": 5}]})
    assert (one.lead["email"], one.lead["refused"], one.lead["custom"]["Budget"]) == (
        "a@b.example", {"any": "x"}, 5)
    assert (one.event_id, one.is_test) == ("e1", True)
    (other,) = named({"xyz": {"email": "a@b.example"}})
    assert other.lead == {"email": "a@b.example"}, "the API would not know who that is"


@pytest.mark.parametrize(("sample", "each"), [
    ([{"email": "a@b.example"}, {"email": "c@d.example"}], ""),
    ({"batch": 1, "records": [{"email": "a@b.example"}, {"email": "c@d.example"}]}, "/records"),
    ({"email": "a@b.example", "items": [{"sku": 1}]}, ""),
])
def test_the_leads_of_a_list_are_found(sample, each):
    found = guessed(sample)
    assert found["each"] == each
    assert next(one.lead["email"] for one in mapped(found, sample)) == "a@b.example"


@pytest.mark.parametrize(("mapping", "where"), [
    (None, "/fields"), ({}, "/fields"), ({"fields": {"email": "email"}}, "/fields/email"),
    ({"fields": {"/a": "nothing"}}, "/fields/~1a"), ({"fields": {"/a": "utm"}}, "/fields/~1a"),
    ({"fields": {"/a": 5}}, "/fields/~1a"), ({"fields": {"/a": "email.x"}}, "/fields/~1a"),
    ({"fields": {}, "each": "x"}, "/each"),
    ({"fields": {"/\0": "email"}}, "/fields/~1\0"), ({"fields": {}, "more": 1}, ""),
])
def test_a_wrong_mapping_is_named(mapping, where):
    assert problem(mapping)[0] == where


@given(JSON)
def test_any_body_has_a_mapping_that_reads_it(body):
    found = guessed(body)
    assert problem(found) is None
    for one in (*mapped(found, body), *named(body)):
        assert isinstance(one.lead, dict)
