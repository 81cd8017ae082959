"""What is looked at again, and for how much; who has another employer now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.enrichment.freshness import (
    DOUBTS,
    SHARE,
    Candidate,
    Look,
    Seen,
    choose,
    edits,
    employer_now,
    stale,
)
from sidecar.enrichment.identity import who
from sidecar.enrichment.merge import FieldValue
from sidecar.terms.fields import AGEING
from sidecar.terms.states import ENTITIES

NOW = datetime(2026, 11, 26, tzinfo=UTC)


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def said(field: str, days: float, value: Any = "x", **more: Any) -> FieldValue:
    return FieldValue(field, value, "hunter", 0.8, ago(days), **more)


@pytest.mark.parametrize(("entity", "value", "old"), [
    ("contact", said("job_title", 179), False),
    ("contact", said("job_title", 181), True),
    ("contact", said("full_name", 5000), False),
    ("contact", said("job_title", 500, locked=True), False),
    ("contact", said("job_title", 500, None, locked=True), False),
    ("organization", said("employee_count", 300, 40), False),
    ("organization", said("employee_count", 400, 40), True),
    ("organization", said("founded_year", 5000, 1990), False),
])
def test_a_field_goes_stale_by_its_class(entity, value, old):
    assert stale(entity, [value], NOW) == ({value.field: value.observed_at} if old else {})


def test_the_statement_that_counts_is_as_old_as_it_is():
    lately = said("job_title", 3)._replace(source="apollo")
    assert stale("contact", [said("job_title", 500), lately], NOW) == {}


@pytest.mark.parametrize(("signal", "entity", "doubtful"), [
    ("bounced", "contact", {"job_title", "phone"}),
    ("bounced", "organization", set()),
    ("mail_gone", "organization", {"employee_count", "industry"}),
    ("site_gone", "organization", {"employee_count", "industry"}),
    ("edited", "contact", {"job_title"}),
])
def test_a_signal_makes_what_was_said_before_it_doubtful(signal, entity, doubtful):
    fields = {"contact": ("job_title", "phone", "full_name", "city"),
              "organization": ("name", "employee_count", "industry", "founded_year")}
    values = [said(name, 20) for name in fields[entity]]
    assert set(stale(entity, values, NOW, [Seen(signal, ago(10))])) == doubtful
    assert stale(entity, values, NOW, [Seen(signal, ago(30))]) == {}


def test_an_edit_of_the_title_makes_the_rest_of_the_job_doubtful():
    edited = said("job_title", 10, "CTO", locked=True)
    values = [edited, said("seniority", 20), said("phone", 20)]
    assert set(stale("contact", values, NOW, edits(values))) == {"seniority"}
    assert edits([said("job_title", 10), said("city", 10, locked=True)]) == []


def test_signals_speak_of_classes_that_there_are():
    for entities in DOUBTS.values():
        assert entities.keys() <= set(ENTITIES)
        assert all(classes <= AGEING.keys() for classes in entities.values())


candidates = st.lists(st.builds(
    Candidate, lead_id=st.uuids().map(str), first=st.floats(0, 2), since=st.floats(0, 0.2),
    expected=st.floats(0, 0.5), doubtful=st.booleans(), oldest=st.integers(1, 900).map(ago)),
    unique_by=lambda one: one.lead_id)


@given(candidates)
def test_looking_again_costs_a_tenth_of_the_first_price_at_most(candidates):
    looks = choose(candidates)
    assert sorted(look.lead_id for look in looks) == sorted(one.lead_id for one in candidates)
    spent = sum(look.ceiling for look in looks) + sum(one.since for one in candidates)
    first = sum(one.first for one in candidates)
    assert spent <= max(SHARE * first, sum(one.since for one in candidates)) + 1e-9


def test_those_with_a_signal_are_paid_for_first_then_the_oldest():
    def lead(name: str, days: float, *, doubtful: bool = False) -> Candidate:
        return Candidate(name, 0.3, 0.0, 0.1, doubtful, ago(days))

    leads = [lead("old", 900), lead("new", 200), lead("bounced", 3, doubtful=True),
             *(lead(f"more{number}", 250) for number in range(4))]
    looks = choose(leads)
    assert [look.lead_id for look in looks][:2] == ["bounced", "old"]
    assert looks[0] == Look("bounced", 0.1) and looks[1] == Look("old", 0.1)
    assert all(look.ceiling == 0 for look in looks[2:])


ANNA = who({"full_name": "Anna Vossberg", "email": "anna@kestrel-optics.de", "company_name": "Kestrel Optics",
            "company_domain": "kestrel-optics.de"})
MOVED = {"full_name": "Anna Vossberg", "email": "anna@kestrel-optics.de", "company_name": "Tarnfield Seeds",
         "company_domain": "tarnfieldseeds.com"}


@pytest.mark.parametrize(("about", "days", "bounced", "moved"), [
    (MOVED, 400, False, True),
    (MOVED, 3, False, False),
    (MOVED, 3, True, True),
    (MOVED | {"company_name": "Kestrel Optics GmbH", "company_domain": "kestrel-optics.de"}, 400, True,
     False),
    (MOVED | {"domain_aliases": ["kestrel-optics.de"]}, 400, True, False),
    (MOVED | {"parent_domain": "kestrel-optics.de"}, 400, True, False),
    ({"full_name": "Anna Vossberg"}, 400, True, False),
])
def test_a_changed_employer_is_noticed(about, days, bounced, moved):
    firm = employer_now(ANNA, who(about), confidence=0.8, said_at=ago(days), now=NOW, bounced=bounced)
    assert (firm is not None) == moved
    if firm:
        assert firm.domains == {"tarnfieldseeds.com"}
