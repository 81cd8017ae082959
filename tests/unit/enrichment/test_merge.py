"""Which source's word counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sidecar.enrichment.merge import FieldValue, merge, winners
from sidecar.enrichment.model import Claim

NOW = datetime(2026, 1, 1, tzinfo=UTC)
values = st.builds(
    FieldValue, field=st.just("job_title"), value=st.sampled_from("abc"),
    source=st.sampled_from(["lead", "hunter", "peopledatalabs", "person"]),
    confidence=st.sampled_from([0.1, 0.5, 0.9]),
    observed_at=st.integers(0, 5).map(lambda days: NOW + timedelta(days=days)),
    locked=st.booleans(), sandbox=st.booleans())


@given(st.lists(values, min_size=1, unique_by=lambda v: v.source), st.randoms())
def test_the_order_of_sources_does_not_matter(claims, rng):
    shuffled = list(claims)
    rng.shuffle(shuffled)
    assert winners(claims) == winners(shuffled)


@given(st.lists(values, min_size=1, unique_by=lambda v: v.source))
def test_precedence(claims):
    best = winners(claims)["job_title"]
    if any(claim.locked for claim in claims):
        assert best.locked
    elif any(claim.source == "lead" for claim in claims):
        assert best.source == "lead"
    elif any(not claim.sandbox for claim in claims):
        assert not best.sandbox


def test_a_newer_claim_of_the_same_source_replaces_the_older():
    first = merge([], {"city": Claim("Leeds", 0.5)}, "hunter", NOW)
    later = merge(first, {"city": Claim("Lyon", 0.5)}, "hunter", NOW + timedelta(days=1))
    assert [value.value for value in later] == ["Lyon"]
    assert merge(later, {"city": Claim("Leeds", 0.5)}, "hunter", NOW) == later


def test_the_sandbox_never_replaces_real_data():
    live = merge([], {"city": Claim("Leeds", 0.5)}, "hunter", NOW)
    after = merge(live, {"city": Claim("x", 0.9)}, "hunter", NOW + timedelta(days=1), sandbox=True)
    assert after == live
