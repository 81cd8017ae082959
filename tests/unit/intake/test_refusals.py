"""Who refuses and agrees to what: what holds, what it allows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.intake.refusals import (
    Statement,
    asked_themselves,
    holds,
    is_own_act,
    may,
    may_alert,
    may_enrich,
    refused_now,
    shown_consent,
    statements_of,
    told,
)
from sidecar.terms.states import PURPOSES

T = [datetime(2026, 5, 4, 12, tzinfo=UTC) + timedelta(hours=hour) for hour in range(4)]


def said(purpose="marketing_email", at=0, *, refused=True, own=False, source="crm"):
    return Statement(purpose, refused, own, source, T[at])


def yes(purpose="marketing_email", at=1, *, own=True):
    return said(purpose, at, refused=False, own=own, source="web form")


def of(consent=None, refused=None, *, own=False):
    return {(one.purpose, one.refused, one.own) for one in statements_of(
        consent, refused, source="s", own=own, now=T[0])}


@pytest.mark.parametrize(("source", "client", "submitted", "own"), [
    ("web form", "api", True, True), ("web_form", "n8n", True, True), ("Website", "n8n", True, True),
    ("typeform", "n8n", True, True), ("landing page", "api", True, True),
    ("Spring fair", "form:fair", True, True),
    ("web form", "api", False, False), ("api", "api", True, False), ("import", "ada", True, False),
    ("CRM form export", "ada", True, False), ("salesforce", "n8n", True, False), ("", "api", True, False),
    ("Sales Navigator", "api", True, False),
])  # fmt: skip
def test_what_counts_as_the_persons_own_act(source, client, submitted, own):
    assert is_own_act({"source": source}, client=client, submitted=submitted) is own


def test_a_lead_that_says_which_event_it_is_was_filled_in_unless_a_list_says_so():
    said = {"custom": {"event": "form_submit"}}
    assert is_own_act({"source": "hubspot"} | said, submitted=True)
    assert not is_own_act({"source": "hubspot"} | said)
    assert not is_own_act({"source": "crm"} | said, submitted=True)
    assert not is_own_act({"source": "hubspot", "custom": {"event": "page_view"}}, submitted=True)


@pytest.mark.parametrize(("consent", "expected"), [
    ({"marketing": True}, {("marketing_email", False)}),
    ({"marketing": False}, {("marketing_email", True)}),
    ({"newsletter": "on"}, {("marketing_email", False)}),
    ({"e-mail": "opted out"}, {("marketing_email", True)}),
    ({"unsubscribed": "yes"}, {("marketing_email", True)}),
    ({"unsubscribed": False}, set()),  # a box that was not ticked is no consent
    ({"do_not_contact": 1, "do_not_call": True}, {("any_contact", True), ("phone", True)}),
    ({"phone": {"granted": False, "at": "2026"}}, {("phone", True)}),
    ({"marketing": {"email": True, "phone": False}}, {("marketing_email", False), ("phone", True)}),
    ({"phone": {"opt_in": True}}, {("phone", False)}),
    ({"granted": True, "ip": "1"}, {("marketing_email", False)}),
    ({"enrichment": "nein"}, {("enrichment", True)}), ({"any": False}, {("any", True)}),
    ({"gdpr": True, "terms": {"accepted": True}}, set()), ({"marketing": "bounced"}, set()), (None, set()),
])
def test_what_a_consent_says(consent, expected):
    assert {(purpose, refused) for purpose, refused, _ in of(consent)} == expected


@pytest.mark.parametrize(("refused", "purposes"), [
    ({"marketing_email": "TRUE"}, {"marketing_email"}),
    ({"any_contact": "1", "phone": "x"}, {"any_contact", "phone"}),
    ({"marketing_email": "Unsubscribed"}, {"marketing_email"}),
    ({"marketing_email": "2026-02-03"}, {"marketing_email"}),
    ({"opt_out": "ja"}, {"marketing_email"}), ({"fax": "yes"}, {"any_contact"}),
    ({"marketing_email": "FALSE", "phone": ""}, set()), ({"marketing_email": "subscribed"}, set()),
    ({"marketing_email": "bounced"}, set()),
])  # fmt: skip
def test_what_a_column_of_refusals_says(refused, purposes):
    assert of(None, refused) == {(purpose, True, False) for purpose in purposes}


def test_a_refusal_stands_before_a_yes_of_the_same_lead():
    assert of({"marketing": True}, {"marketing_email": True}, own=True) == {("marketing_email", True, True)}


def test_a_double_opt_in_of_a_list_is_an_own_act_when_it_has_its_date():
    assert of({"double_opt_in": "yes"}) == {("marketing_email", False, False)}
    [dated] = statements_of({"double_opt_in": "2025-01-02"}, {}, source="s", own=False, now=T[0])
    assert dated.own and dated.stated_at == datetime(2025, 1, 2, tzinfo=UTC)
    [late] = statements_of({"double_opt_in": "2099-01-02"}, {}, source="s", own=False, now=T[0])
    assert late.stated_at == T[0]


@pytest.mark.parametrize(("statements", "refused"), [
    ([], set()),
    ([said()], {"marketing_email"}),
    ([said("any_contact")], {"marketing_email", "phone", "any_contact"}),
    ([said("any")], set(PURPOSES)),
    ([said("marketing_email"), said("phone")], {"marketing_email", "phone", "any_contact"}),
    ([said(), yes(own=False)], {"marketing_email"}),  # a list lifts nothing
    ([said(), yes()], set()),
    ([said(at=1), yes(at=1)], {"marketing_email"}),  # of the same moment
    ([said(at=2), yes(at=1)], {"marketing_email"}),
    ([said(own=True), yes(), said(at=2)], {"marketing_email"}),
    ([said("any_contact"), yes("marketing_email")], {"phone", "any_contact"}),
    ([said("marketing_email"), yes("any_contact")], set()),
    ([said("any"), yes("any_contact")], {"enrichment", "any"}),
])
def test_what_is_refused_now(statements, refused):
    assert refused_now(statements) == refused
    assert refused_now(reversed(statements)) == refused


STATEMENTS = st.lists(st.builds(
    Statement, st.sampled_from(tuple(PURPOSES)), st.booleans(), st.booleans(), st.sampled_from("ab"),
    st.sampled_from(T)), max_size=8)


@given(STATEMENTS.flatmap(lambda some: st.tuples(st.just(some), st.permutations(some))))
def test_the_order_of_arrival_changes_nothing(orders):
    one, other = orders
    assert refused_now(one) == refused_now(other)
    assert {(row["purpose"], row["stated_at"], row["source"], row["own"], row["refused"]): row["holds"]
            for row in told(one)} == {
        (row["purpose"], row["stated_at"], row["source"], row["own"], row["refused"]): row["holds"]
        for row in told(other)}


@given(STATEMENTS, st.sampled_from(tuple(PURPOSES)), st.sampled_from(T))
def test_no_list_lifts_anything(statements, purpose, at):
    listed = Statement(purpose, False, False, "list", at)
    assert refused_now([*statements, listed]) == refused_now(statements)


@given(STATEMENTS)
def test_what_a_refusal_takes_in_is_refused_unless_it_was_lifted_itself(statements):
    refused = refused_now(statements)
    for one in statements:
        if one.refused and holds(one, statements):
            assert one.purpose in refused
    for purpose in refused:
        assert purpose == "any_contact" or any(
            one.refused and purpose in (one.purpose, *PURPOSES[one.purpose]) for one in statements)


@pytest.mark.parametrize(("before", "consent", "statements", "own", "shown"), [
    ({"marketing": True}, {"marketing": False}, [said()], False, {"marketing": False}),
    ({"marketing": False}, {"marketing": True}, [said(), yes(own=False)], False, {"marketing": False}),
    ({"marketing": False}, {"marketing": True}, [said(), yes()], True, {"marketing": True}),
    ({"marketing": True}, {}, [said(own=True)], False, {"marketing": False}),
    ({"marketing_email": False}, {"newsletter": "on"}, [said(), yes()], True,
     {"marketing_email": True, "newsletter": "on"}),
    ({}, {}, [said("any_contact")], False, {"any_contact": False}),
    ({}, {"newsletter": "on"}, [yes()], True, {"newsletter": "on"}),
    ({"unsubscribed": False}, {}, [said()], False, {"unsubscribed": True}),
    ({"gdpr": True}, {}, [said("phone")], False, {"gdpr": True, "phone": False}),
    ({"mail": {"granted": True, "at": "2025"}}, {}, [said()], False,
     {"mail": {"granted": False, "at": "2025"}}),
    ({"marketing": "Opt-out"}, {}, [said()], False, {"marketing": "Opt-out"}),
])
def test_the_consent_that_is_shown(before, consent, statements, own, shown):
    assert shown_consent(before, consent, statements, own=own) == shown


@given(STATEMENTS, st.dictionaries(st.sampled_from(["marketing", "phone", "mail", "gdpr"]), st.booleans()))
def test_what_is_shown_never_says_yes_to_what_is_refused(statements, consent):
    refused = refused_now(statements)
    shown = shown_consent(consent, {}, statements)
    assert not {one.purpose for one in statements_of(shown, {}, source="s", own=False, now=T[0])
                if not one.refused} & refused
    assert shown_consent(shown, {}, statements) == shown


@pytest.mark.parametrize(("refused", "email", "call", "enrich", "alert"), [
    ([], True, True, True, True),
    (["marketing_email"], False, True, True, True),
    (["phone"], True, False, True, True),
    (["enrichment"], True, True, False, True),
    (["marketing_email", "phone", "any_contact"], False, False, False, False),
    (list(PURPOSES), False, False, False, False),
])
def test_what_is_allowed(refused, email, call, enrich, alert):
    assert may(refused) == {"may_email": email, "may_call": call}
    assert may_enrich(refused, ("enrichment", "any_contact", "any")) is enrich
    assert may_alert(refused, ("any_contact", "any"), asked=False) is alert
    assert may_alert(refused, ("any_contact", "any"), asked=True)
    assert may_alert(refused, (), asked=False) and may_enrich(refused, ())


def event(kind, at, **properties):
    return {"type": kind, "occurred_at": T[at], "properties": properties}


@pytest.mark.parametrize(("events", "statements", "told_at", "asked"), [
    ([event("demo_request", 1)], [said("any_contact")], None, True),
    ([event("demo_request", 0)], [said("any_contact", own=True)], None, True),  # in the same lead
    ([event("demo_request", 0)], [said("any_contact", 1, own=True)], None, False),
    ([event("demo_request", 0)], [said("any_contact", 1)], None, True),  # a list does not take it back
    ([event("demo_request", 0)], [said("any_contact", 1)], T[1], False),  # that was told
    ([event("demo_request", 0)], [said(at=1, own=True)], None, True),  # they unsubscribed from mail
    ([event("page_view", 1), event("email_open", 1)], [said("any_contact")], None, False),
    ([event("demo_request", 1, list=True)], [said("any_contact")], None, False),
    ([], [said("any_contact")], None, False),
])
def test_who_asked_themselves(events, statements, told_at, asked):
    assert asked_themselves(events, statements, ("any_contact", "any"), told_at) is asked
