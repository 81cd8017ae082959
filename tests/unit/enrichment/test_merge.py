"""Which source's word counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.enrichment.merge import FieldValue, contradicting, merge, winners
from sidecar.enrichment.model import Statement
from sidecar.terms.fields import AGEING, FIELDS
from sidecar.terms.states import ENTITIES

NOW = datetime(2026, 1, 1, tzinfo=UTC)
values = st.builds(
    FieldValue, field=st.just("job_title"), value=st.sampled_from("abc"),
    source=st.sampled_from(["lead", "hunter", "peopledatalabs", "person"]),
    confidence=st.sampled_from([0.1, 0.5, 0.9]),
    observed_at=st.integers(0, 5).map(lambda days: NOW + timedelta(days=days)),
    locked=st.booleans(), sandbox=st.booleans())


@given(st.lists(values, min_size=1, unique_by=lambda v: v.source), st.randoms())
def test_the_order_of_sources_does_not_matter(statements, rng):
    shuffled = list(statements)
    rng.shuffle(shuffled)
    assert winners(statements) == winners(shuffled)


@given(st.lists(values, min_size=1, unique_by=lambda v: v.source))
def test_precedence(statements):
    best = winners(statements)["job_title"]
    if any(statement.locked for statement in statements):
        assert best.locked
    elif any(not statement.sandbox for statement in statements):
        assert not best.sandbox


def said(field: str, value: Any, source: str = "hunter", days: int = 0, confidence: float = 0.8,
         **more: Any) -> FieldValue:
    return FieldValue(field, value, source, confidence, NOW + timedelta(days=days), **more)


@pytest.mark.parametrize(("values", "counts"), [
    # The newest credible statement of what changes; what the lead said ages, too.
    ([said("job_title", "Buyer", "lead", 0, 1.0), said("job_title", "CTO", days=30)], "Buyer"),
    ([said("job_title", "Buyer", "lead", 0, 1.0), said("job_title", "CTO", days=400)], "CTO"),
    ([said("job_title", "Buyer", "lead", 400, 1.0), said("job_title", "CTO")], "Buyer"),
    ([said("job_title", "Buyer", "apollo", 0, 0.9), said("job_title", "CTO", "hunter", 400, 0.6)], "CTO"),
    ([said("employee_count", 90, "apollo", 0, 0.9), said("employee_count", 400, days=500)], 400),
    ([said("phone", "+4930901820", "lead", 0, 1.0), said("phone", "+4930901821", days=200)], "+4930901821"),
    # Not a guess, however new.
    ([said("job_title", "Buyer", "lead", 0, 1.0), said("job_title", "CTO", days=400, confidence=0.2)],
     "Buyer"),
    # At one time the better source; of equals the lead's own word.
    ([said("city", "Leeds", "apollo", 0, 0.9), said("city", "Lyon", "hunter", 0, 0.6)], "Leeds"),
    ([said("city", "Leeds", "lead", 0, 0.8), said("city", "Lyon", "apollo", 0, 0.8)], "Leeds"),
    # How somebody is called and reached by changes seldom.
    ([said("email", "a@x.example", "lead", 0, 1.0), said("email", "b@x.example", days=700)], "a@x.example"),
    # The oldest statement of history, whoever is surer.
    ([said("founded_year", 1990, "hunter", 0, 0.5), said("founded_year", 2001, "apollo", 90, 0.95)], 1990),
    ([said("founded_year", 2001, "apollo", 90), said("founded_year", 1990, "hunter")], 1990),
    # What a person locked never moves.
    ([said("job_title", "Buyer", "edited by Ben", locked=True), said("job_title", "CTO", days=4000)],
     "Buyer"),
    ([said("founded_year", 1990), said("founded_year", 2001, "edited by Ben", 50, locked=True)], 2001),
    ([said("job_title", "Buyer", "edited by Ben", locked=True),
      said("job_title", "CTO", "edited by Eva", 1, locked=True)], "CTO"),
    # The sandbox is no evidence.
    ([said("job_title", "Buyer", confidence=0.1), said("job_title", "CTO", "apollo", 900, sandbox=True)],
     "Buyer"),
    ([said("founded_year", 1990, sandbox=True), said("founded_year", 2001, "apollo", 9)], 2001),
])
def test_what_counts_by_the_class_of_the_field(values, counts):
    for told in (values, values[::-1]):
        [winner] = winners(told).values()
        assert winner.value == counts


def test_of_history_a_source_is_believed_the_first_time():
    first = merge([], {"founded_year": Statement(1990, 0.5)}, "hunter", NOW)
    assert merge(first, {"founded_year": Statement(2001, 0.9)}, "hunter", NOW + timedelta(days=9)) == first


@pytest.mark.parametrize(("one", "other", "against"), [
    (said("job_title", "Buyer"), said("job_title", "CTO", "apollo"), True),
    (said("job_title", "Senior Buyer"), said("job_title", "buyer", "apollo"), False),
    (said("job_title", "Buyer"), said("job_title", "CTO", "apollo", confidence=0.3), False),
    (said("job_title", "Buyer", days=400), said("job_title", "CTO", "apollo"), False),
    (said("job_title", "Buyer"), said("job_title", "CTO", "apollo", sandbox=True), False),
    (said("job_title", None, "removed by Eva", locked=True), said("job_title", "CTO"), False),
    (said("employee_count", 100), said("employee_count", 120, "apollo"), False),
    (said("employee_count", 100), said("employee_count", 900, "apollo"), True),
    (said("founded_year", 1990), said("founded_year", 1991, "apollo"), False),
    (said("founded_year", 1990), said("founded_year", 2001, "apollo"), True),
    (said("full_name", "Bill Harg"), said("full_name", "William Harg", "apollo"), False),
    (said("full_name", "Anna Harg"), said("full_name", "Anna Vostley", "apollo"), True),
    (said("name", "Kestrel Optics GmbH"), said("name", "KESTREL OPTICS", "apollo"), False),
    (said("name", "Kestrel Optics"), said("name", "Tarn Foods", "apollo"), True),
    (said("technologies", ["nginx"]), said("technologies", ["php"], "apollo"), False),
    (said("phone", "+4930901820"), said("phone", "+4930901821", "apollo"), False),
])
def test_contradictions_are_flagged(one, other, against):
    for told in ([one, other], [other, one]):
        found = contradicting(told)
        assert bool(found) == against
        if against:
            [value] = found[one.field]
            assert value in told and value != winners(told)[one.field]


def test_every_field_has_a_class_that_ages():
    assert {field.ages for field in FIELDS} <= AGEING.keys()
    assert AGEING["history"] == (0, 0) and AGEING["job"].half_life
    # What is kept of both by one name ages alike.
    ages: dict[str, set[str]] = {}
    for field in FIELDS:
        if field.entity in ENTITIES:
            ages.setdefault(field.name, set()).add(field.ages)
    assert all(len(classes) == 1 for classes in ages.values())


def test_a_newer_claim_of_the_same_source_replaces_the_older():
    first = merge([], {"city": Statement("Leeds", 0.5)}, "hunter", NOW)
    later = merge(first, {"city": Statement("Lyon", 0.5)}, "hunter", NOW + timedelta(days=1))
    assert [value.value for value in later] == ["Lyon"]
    assert merge(later, {"city": Statement("Leeds", 0.5)}, "hunter", NOW) == later


def test_the_sandbox_never_replaces_real_data():
    live = merge([], {"city": Statement("Leeds", 0.5)}, "hunter", NOW)
    after = merge(live, {"city": Statement("x", 0.9)}, "hunter", NOW + timedelta(days=1), sandbox=True)
    assert after == live
