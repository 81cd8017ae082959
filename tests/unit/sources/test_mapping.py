"""A mapping by JSON pointer: guessed from a sample, checked, applied."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.intake.refusals import statements_of
from sidecar.sources.mapping import at, guessed, mapped, problem

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


WRAPPED = [lambda lead: lead, lambda lead: {"data": lead}, lambda lead: {"type": "INSERT", "record": lead},
           lambda lead: {"payload": {"contact": lead}}, lambda lead: {"xyz": {"user": {"profile": lead}}},
           lambda lead: {"Anfrage": lead}, lambda lead: [{"email": "first@b.example"}, lead],
           lambda lead: {"owner": {"email": "sales@us.example", "name": "Olga"}, "contact": lead}]


@pytest.mark.parametrize("wrapped", WRAPPED)
@pytest.mark.parametrize(("said", "meant"), [
    ({"refused": {"phone": True}}, {"phone"}), ({"refused": {"any": "x"}}, {"any"}),
    ({"consent": {"any": "no"}}, {"any"}), ({"consent": {"phone": False}}, {"phone"}),
    ({"opt_out": {"email": True}}, {"marketing_email"}), ({"opt_out": {"phone": "ja"}}, {"phone"}),
    ({"custom_fields": {"do_not_call": True}}, {"phone"}), ({"do_not_contact": True}, {"any_contact"}),
    ({"gdpr": {"unsubscribed": True}}, {"marketing_email"}),
    ({"subscriptions": {"newsletter": False}}, {"marketing_email"}),
])
def test_a_refusal_is_read_wherever_it_stands(wrapped, said, meant):
    body = wrapped({"email": "a@b.example", "first_name": "Ada"} | said)
    lead = mapped(guessed(body), body)[-1].lead
    assert (lead["email"], lead["first_name"]) == ("a@b.example", "Ada")
    statements = statements_of(
        lead.get("consent"), lead.get("refused"), source="form", own=True,
        now=datetime(2026, 1, 1, tzinfo=UTC))
    assert {one.purpose for one in statements if one.refused} == meant


def test_the_name_above_counts_where_it_says_what_is_meant():
    found = guessed({
        "email": "a@b.example", "company": {"name": "X"}, "owner": {"email": "o@us.example"},
        "marketing": {"email": "c@b.example"}})
    assert found["fields"] == {
        "/email": "email", "/company/name": "company_name", "/owner/email": "custom.owner.email",
        "/marketing/email": "email"}


def test_a_list_of_questions_is_read_as_the_api_reads_it():
    body = {"event_id": "e1", "test": True, "fields": [
        {"label": "E-Mail", "value": "a@b.example"}, {"label": "Budget", "value": 5}]}
    (one,) = mapped(guessed(body), body)
    assert (one.lead["email"], one.lead["custom"]["Budget"], one.event_id, one.is_test) == (
        "a@b.example", 5, "e1", True)


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
    for one in mapped(found, body):
        assert isinstance(one.lead, dict)
