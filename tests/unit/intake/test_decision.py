"""What becomes of leads that come in, decided without a database."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.intake import Entry, Known, Receipt, decide, names_of_key
from sidecar.intake.decision import MAX_WARNINGS

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
RECEIPT = Receipt("tests", "request-1", "interactive", 500)


def entry(*emails, raw=None, **lead):
    """A lead that was read, with an identity key for each address."""
    lead = {name: value for name, value in lead.items() if value is not None}
    if emails:
        lead["email"] = emails[0]
    return Entry(raw or lead, lead=lead, source=lead.get("source", "api"),
                 keys=[("email", email) for email in emails])


def refused():
    return Entry("nonsense", errors=[{"pointer": "", "code": "wrong_type", "detail": "Send a lead."}])


def decided(entries, known=None):
    numbers = count(1)
    return decide(entries, known or Known(), RECEIPT, NOW, lambda: f"new-{next(numbers)}")


def test_whether_an_act_is_ones_own_does_not_hang_on_who_else_comes():
    one = replace(entry("ada@firm.example", source="web form", consent={"marketing": True}), submitted=True)
    other = replace(entry("bob@firm.example", source="web form"), submitted=True)
    for entries in ([one], [one, other], [other, one]):
        writes = decided(entries)
        assert [row["own"] for row in writes.refusals] == [True]
        assert [event["properties"] for event in writes.events] == [{}] * len(entries)
    assert [row["own"] for row in decided([replace(one, submitted=False)]).refusals] == [False]


def test_what_comes_late_was_said_then():
    early = NOW - timedelta(days=1)
    one = replace(entry("ada@firm.example", consent={"marketing": True}), submitted=True, said_at=early)
    assert [row["stated_at"] for row in decided([one]).refusals] == [early]
    later = replace(one, said_at=NOW + timedelta(days=1))
    assert [row["stated_at"] for row in decided([later]).refusals] == [NOW]


def test_a_submission_that_comes_again_says_nothing_again():
    one = replace(entry("ada@firm.example", source="web form", consent={"marketing": True}), deliveries=["d"])
    known = known_person()
    assert decided([one], known).refusals
    known.deliveries["d"] = "ada"
    writes = decided([one], known)
    assert not writes.refusals and not writes.events and not writes.permissions


def test_the_same_words_again_refuse_what_was_lifted_since_and_lift_nothing():
    """Without an id they may be said anew, and a refusal wins."""
    def again(statements, **said):
        known = known_person()
        known.deliveries["d:1"] = "ada"
        known.refusals = [
            {"id": str(n), "contact_id": "ada", "key": None, "undoable": False, "purpose": "marketing_email",
             "refused": refused, "own": True, "source": "web form", "reason": None,
             "stated_at": NOW - timedelta(minutes=9 - n)} for n, refused in enumerate(statements)]
        one = replace(entry("ada@firm.example", source="web form", **said), deliveries=["d:1", "d:0"])
        writes = decided([one], known)
        assert not writes.events
        return [(row["refused"], row["purpose"]) for row in writes.refusals]

    no, yes = {"refused": {"marketing_email": True}}, {"consent": {"marketing_email": True}}
    assert again([True, False], **no) == [(True, "marketing_email")]
    assert again([True], **no) == again([False, True], **yes) == again([False], **yes) == []


def test_a_test_says_nothing_for_a_person_in_earnest():
    tried = entry("ada@firm.example", source="web form", consent={"marketing": True},
                  custom={"is_test": True})
    real = Known(contacts={("email", "ada@firm.example"): ["ada"]})
    for known in (real, known_person(is_test=False)):
        writes = decided([tried], known)
        assert not writes.refusals and not writes.events
    for known in (Known(), known_person(is_test=True)):
        assert decided([tried], known).refusals and decided([tried], known).events


def known_person(**lead):
    return Known(
        contacts={("email", "ada@firm.example"): ["ada"]},
        leads={"ada": {"id": "lead", "tags": ["old"], "warnings": []} | lead})


def test_a_new_lead_is_written_with_its_person_and_company():
    writes = decided([entry("ada@firm.example", full_name="Ada", company_name="Firm", company_key="firm",
                            source="web form", message="Hello")])
    [contact], [company], [lead] = writes.contacts, writes.organizations, writes.new_leads
    assert contact["full_name"] == "Ada" and contact["org_id"] == company["id"]
    assert company["name"] == "Firm"
    assert (lead["contact_id"], lead["org_id"], lead["message"]) == (contact["id"], company["id"], "Hello")
    assert writes.identities == [
        {"kind": "email", "value": "ada@firm.example", "contact_id": contact["id"], "person_id": None,
         "names": ["=ada", "~ada"]}]
    assert writes.work_items == [{"lead_id": lead["id"], "lane": "interactive", "max_batch": 500}]
    assert [event["type"] for event in writes.events] == ["form_submit"]
    assert {document["entity_id"]: set(document["fields"]) for document in writes.provenance} == {
        company["id"]: {"name"}, contact["id"]: {"email", "full_name"}}
    assert writes.changes == {"contact": {}, "organization": {}} and not writes.open_leads
    assert writes.results == [{
        "index": 0, "lead_id": lead["id"], "contact_id": contact["id"], "organization_id": company["id"],
        "outcome": "created", "errors": [], "warnings": []}]


def test_a_known_person_who_comes_under_another_name_is_known_by_it_too():
    known, key = known_person(), ("email", "ada@firm.example")
    married, same = (entry("ada@firm.example", first_name="Ada", last_name=last) for last in ("Moss", "Vale"))
    known.names[key, "ada"] = names_of_key(key, same.lead)
    assert not decided([same, entry("ada@firm.example")], known).identities
    [row] = decided([same, married], known).identities
    assert row["contact_id"] == "ada" and {"~ada moss", "~ada vale"} < {*row["names"]}


def test_a_known_person_keeps_contact_and_open_lead():
    writes = decided(
        [entry("ada@firm.example", job_title="CTO", tags=["new"], company_domain="firm.example")],
        known_person())
    assert not writes.contacts and not writes.new_leads and not writes.identities
    assert writes.changes["contact"] == {"ada": {"email": "ada@firm.example", "job_title": "CTO"}}
    [lead], [employer] = writes.open_leads, writes.employers
    assert (lead["id"], lead["tags"]) == ("lead", ["old", "new"])
    assert employer == {"id": "ada", "org_id": writes.organizations[0]["id"]}
    assert [result["outcome"] for result in writes.results] == ["updated"]


def test_a_known_person_without_an_open_lead_gets_a_new_one():
    writes = decided([entry("ada@firm.example")], Known(contacts={("email", "ada@firm.example"): ["ada"]}))
    assert not writes.contacts and [lead["contact_id"] for lead in writes.new_leads] == ["ada"]
    assert [result["outcome"] for result in writes.results] == ["created"]


def test_one_who_shares_a_key_with_an_earlier_lead_is_the_same_person():
    writes = decided([entry("a@x.example"), entry("b@x.example", "a@x.example"), entry("b@x.example")])
    assert len(writes.contacts) == len(writes.new_leads) == 1
    assert [result["outcome"] for result in writes.results] == ["created", "updated", "updated"]


def test_what_an_earlier_lead_of_the_person_said_is_not_lost():
    for known in (Known(), known_person(tags=[])):
        writes = decided([
            entry("ada@firm.example", message="Call me", utm={"source": "ad"}, custom={"a": 1}, tags=["x"]),
            entry("ada@firm.example", utm={"medium": "mail"}, custom={"b": 2}, tags=["y", "x"],
                  company_domain="firm.example"),
        ], known)
        [lead] = writes.new_leads + writes.open_leads
        [company] = writes.organizations
        assert {name: lead[name] for name in (
                "message", "utm", "first_utm", "custom", "tags", "org_id")} == {
            "message": "Call me", "utm": {"medium": "mail"}, "first_utm": {"source": "ad"},
            "custom": {"a": 1, "b": 2}, "tags": ["x", "y"], "org_id": company["id"]}
        assert [row["org_id"] for row in writes.contacts + writes.employers] == [company["id"]]


def test_a_lead_keeps_its_newest_warnings_each_once():
    def warning(value):
        return {"pointer": "/phone", "code": "invalid_phone", "detail": "…", "value": value}

    before = [warning(f"old {n}") for n in range(MAX_WARNINGS)]
    found = [replace(entry("ada@firm.example"), warnings=[warning(value)])
             for value in ("old 3", "new", "new")]
    older = [f"old {n}" for n in range(1, MAX_WARNINGS) if n != 3]
    for known, kept in ((Known(), ["old 3", "new"]), (
            known_person(warnings=before), [*older, "old 3", "new"])):
        writes = decided(found, known)
        [lead] = writes.new_leads + writes.open_leads
        assert [one["value"] for one in lead["warnings"]] == kept
        assert [result["warnings"] for result in writes.results] == [one.warnings for one in found]


def test_companies_are_known_by_domain_else_by_name():
    known = Known(domains={"firm.example": "by-domain"}, company_keys={"firm": "by-name"})
    writes = decided([
        entry("a@x.example", company_domain="firm.example", company_key="firm"),
        entry("b@x.example", company_key="firm"),
        entry("c@x.example", company_domain="other.example", company_key="firm"),
        entry("d@x.example", company_domain="other.example"),
        entry("e@x.example"),
    ], known)
    [new] = writes.organizations
    assert [result["organization_id"] for result in writes.results] == [
        "by-domain", "by-name", new["id"], new["id"], None]


def test_a_refused_lead_is_kept_with_its_reasons_and_nothing_else():
    writes = decided([refused()])
    assert writes.intake == [{
        "id": "new-1", "client": "tests", "source": "api", "request_id": "request-1", "payload": "nonsense",
        "outcome": "rejected", "errors": refused().errors, "lead_id": None, "person_id": None,
        "account": None}]
    assert writes.results == [{
        "index": 0, "lead_id": None, "contact_id": None, "organization_id": None, "outcome": "rejected",
        "errors": refused().errors, "warnings": []}]
    assert not writes.work_items and not writes.provenance and not writes.events


EMAILS = [f"{letter}@x.example" for letter in "abcde"]
ENTRIES = st.lists(st.one_of(st.builds(refused), st.builds(
    lambda emails, **lead: entry(*emails, **lead),
    st.lists(st.sampled_from(EMAILS), min_size=1, max_size=3, unique=True),
    full_name=st.sampled_from([None, "Ada", "Bob"]),
    company_domain=st.sampled_from([None, "one.example", "two.example"]),
    company_key=st.sampled_from([None, "one", "two"]),
    company_name=st.just("One"),
    source=st.sampled_from(["web form", "import"]),
    tags=st.lists(st.sampled_from("xyz"), unique=True),
)), max_size=8)


@st.composite
def stores(draw):
    """What may be known: some of the people, with or without an open lead, and of the companies."""
    contacts = draw(st.dictionaries(
        st.sampled_from([("email", email) for email in EMAILS]),
        st.lists(st.sampled_from(["p", "q", "r"]), min_size=1, max_size=2, unique=True)))
    owners = sorted({owner for found in contacts.values() for owner in found})
    return Known(
        suppressed=draw(st.sets(st.sampled_from([("email", email) for email in EMAILS]), max_size=2)),
        contacts=contacts,
        domains=draw(st.dictionaries(st.sampled_from(["one.example"]), st.just("o"))),
        company_keys=draw(st.dictionaries(st.sampled_from(["two"]), st.just("t"))),
        leads={owner: {"id": f"lead-{owner}", "tags": ["old"], "warnings": []}
               for owner in owners if draw(st.booleans())})


@settings(deadline=None)  # the first name loads the lists of names
@given(ENTRIES, stores())
def test_every_lead_has_one_result_in_its_place(entries, known):
    writes = decided(entries, known)
    assert [result["index"] for result in writes.results] == list(range(len(entries)))
    assert len(writes.intake) == len(entries)
    for one, result, row in zip(entries, writes.results, writes.intake, strict=True):
        suppressed = not one.errors and not known.suppressed.isdisjoint(one.keys)
        stored = not one.errors and not suppressed
        assert (result["outcome"] == "rejected") == bool(one.errors)
        assert (result["outcome"] == "suppressed") == suppressed
        assert (result["lead_id"] is not None) == (result["contact_id"] is not None) == stored
        assert (row["outcome"], row["lead_id"]) == (result["outcome"], result["lead_id"])


@settings(deadline=None)
@given(ENTRIES, stores())
def test_a_person_has_one_open_lead(entries, known):
    writes = decided(entries, known)
    leads = {(result["contact_id"], result["lead_id"]) for result in writes.results if result["lead_id"]}
    assert len(leads) == len({contact for contact, _ in leads})
    new = [lead["contact_id"] for lead in writes.new_leads]
    assert len(new) == len(set(new)) and not set(new) & set(known.leads)
    assert {lead["id"] for lead in writes.open_leads} <= {lead["id"] for lead in known.leads.values()}
    assert [item["lead_id"] for item in writes.work_items] == sorted({lead for _, lead in leads})


@settings(deadline=None)
@given(ENTRIES, stores())
def test_leads_that_share_a_key_are_of_one_person(entries, known):
    writes = decided([*entries, *entries], known)
    people = [result["contact_id"] for result in writes.results]
    for one, first, second in zip(entries, people, people[len(entries):], strict=False):
        # A lead that connects two people stays with the first of its keys.
        assert first == second or len(one.keys) > 1
    assert len(writes.contacts) == len(decided(entries, known).contacts)


@settings(deadline=None)
@given(ENTRIES, stores())
def test_nothing_of_a_suppressed_key_is_written(entries, known):
    writes = decided(entries, known)
    forgotten = {email for _, email in known.suppressed}
    assert not {row["value"] for row in writes.identities} & forgotten
    said = [*writes.contacts, *writes.new_leads, *writes.changes["contact"].values()]
    assert not {row.get("email") for row in said} & forgotten
    for one, row in zip(entries, writes.intake, strict=True):
        if row["outcome"] == "suppressed":
            assert row["payload"] is None
        else:
            assert row["payload"] is one.raw


@settings(deadline=None)
@given(ENTRIES, stores())
def test_ids_are_unique_and_everything_hangs_on_something(entries, known):
    writes = decided(entries, known)
    ids = [row["id"] for row in (*writes.organizations, *writes.contacts, *writes.new_leads)]
    assert len(ids) == len(set(ids))
    contacts = {row["id"] for row in writes.contacts} | {
        owner for found in known.contacts.values() for owner in found}
    companies = {row["id"] for row in writes.organizations} | {
        *known.domains.values(), *known.company_keys.values(), None}
    assert {row["contact_id"] for row in (*writes.identities, *writes.new_leads, *writes.events)} <= contacts
    assert {row["org_id"] for row in (*writes.contacts, *writes.employers, *writes.new_leads,
                                      *writes.open_leads)} <= companies
    assert {row["entity_id"] for row in writes.provenance} <= contacts | companies
    keys = [(row["kind"], row["value"], row["contact_id"]) for row in writes.identities]
    assert len(keys) == len(set(keys))
    assert all(row["names"] for row in writes.identities if row["contact_id"] in known.contacts.get(
        (row["kind"], row["value"]), ()))
    assert {row[side] for row in writes.duplicates for side in ("left_id", "right_id")} <= contacts


@settings(deadline=None)
@given(ENTRIES, stores())
def test_what_is_handed_in_stays_as_it_is(entries, known):
    before = deepcopy([(one.raw, one.lead, one.keys, one.errors) for one in entries]), deepcopy(known)
    decided(entries, known)
    assert ([(one.raw, one.lead, one.keys, one.errors) for one in entries], known) == before


@pytest.mark.parametrize(("name", "minutes", "source", "said"), [
    ("Firm", 59, "lead", False), ("Firm", 60, "lead", True), ("Firm Ltd", 59, "lead", True),
    ("Firm", -1, "lead", True), ("Firm", 59, "hunter", True)])
def test_what_was_said_within_the_hour_is_not_written_again(name, minutes, source, said):
    known = known_person()
    known.domains["firm.example"] = "org"
    known.values["organization"]["org"] = [
        {"field": field, "value": value, "source": source, "confidence": 1.0,
         "observed_at": NOW - timedelta(minutes=minutes)}
        for field, value in (("name", "Firm"), ("domain", "firm.example"))]
    writes = decided([entry("ada@firm.example", company_name=name, company_domain="firm.example")], known)
    about = {row["entity_id"] for row in writes.provenance}, writes.changes["organization"].keys()
    # The future's word stands, whatever comes before it.
    assert [("org" in ids) for ids in about] == [said and minutes > 0, said]
