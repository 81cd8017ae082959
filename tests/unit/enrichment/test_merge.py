"""Which source's word counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sidecar.enrichment.merge import FieldValue, merge, winners
from sidecar.enrichment.model import Statement

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
    elif any(statement.source == "lead" for statement in statements):
        assert best.source == "lead"
    elif any(not statement.sandbox for statement in statements):
        assert not best.sandbox


def test_a_newer_claim_of_the_same_source_replaces_the_older():
    first = merge([], {"city": Statement("Leeds", 0.5)}, "hunter", NOW)
    later = merge(first, {"city": Statement("Lyon", 0.5)}, "hunter", NOW + timedelta(days=1))
    assert [value.value for value in later] == ["Lyon"]
    assert merge(later, {"city": Statement("Leeds", 0.5)}, "hunter", NOW) == later


def test_the_sandbox_never_replaces_real_data():
    live = merge([], {"city": Statement("Leeds", 0.5)}, "hunter", NOW)
    after = merge(live, {"city": Statement("x", 0.9)}, "hunter", NOW + timedelta(days=1), sandbox=True)
    assert after == live
