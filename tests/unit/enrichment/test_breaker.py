"""For how long a provider is left alone after what it answered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sidecar.enrichment.breaker import Breaker, after

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def told(*outcomes, breaker=None, begun=0, at=0):
    """The breaker after (outcome, Retry-After) to calls that began, and are answered, so many seconds on."""
    made = breaker or Breaker()
    for outcome, retry_after in outcomes:
        made = after(made, outcome, retry_after, NOW + timedelta(seconds=begun), NOW + timedelta(seconds=at))
    return made


def open_for(breaker):
    return (breaker.open_until - NOW).total_seconds() if breaker.open_until else None


@pytest.mark.parametrize("outcomes, seconds", [
    ([("throttled", None)], 60), ([("throttled", 7)], 7), ([("throttled", 10**9)], 86_400),
    ([("quota", None)], 3600), ([("auth", None)], 600),
    ([("error", None)] * 4, None), ([("error", None)] * 5, 60),
    ([("error", None)] * 4 + [("not_found", None)] + [("error", None)] * 4, None),
    ([("error", None)] * 5 + [("error", 300)], 300), ([("error", 300)], 300),
    ([("quota", None), ("throttled", 5)], 3600),
    ([("found", None), ("pending", 60), ("invalid", None), ("refused", None)], None),
])
def test_how_long_it_is_open(outcomes, seconds):
    assert open_for(told(*outcomes)) == seconds


def test_what_was_begun_before_does_not_close_it():
    opened = told(("throttled", 30))
    assert told(("found", None), breaker=opened, begun=-5, at=1) == opened
    assert open_for(told(("throttled", 30), ("found", None))) == 30


def test_what_was_begun_after_closes_it_and_a_failure_opens_it_again():
    opened = told(*[("error", None)] * 5)
    assert told(("not_found", None), breaker=opened, begun=61, at=62) == Breaker(last_error="error")
    assert open_for(told(("error", None), breaker=opened, begun=61, at=62)) == 122
