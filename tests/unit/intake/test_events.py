"""By when events may be, and what tells that one came before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sidecar.intake.events import AHEAD, OLDEST, moment, once

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(("told", "is_"), [
    (None, NOW), (NOW - SECOND, NOW - SECOND), (NOW + SECOND, NOW), (NOW + AHEAD, NOW),
    (NOW - OLDEST, NOW - OLDEST)])
def test_a_clock_that_is_a_little_ahead_tells_now(told, is_):
    assert moment(told, NOW) == is_


@pytest.mark.parametrize("told", [
    NOW + AHEAD + SECOND, NOW - OLDEST - SECOND, datetime(2100, 1, 1, tzinfo=UTC),
    datetime(1900, 1, 1, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC)])
def test_a_time_that_cannot_be_is_refused_in_words(told):
    with pytest.raises(ValueError, match=r"ahead|ago"):
        moment(told, NOW)


def test_an_event_is_known_by_its_id_else_by_what_it_says_and_when():
    event = {"type": "page_view", "email": "nora@vale.example", "occurred_at": NOW}
    assert once(event | {"event_id": "7"}, "web") == "web:7"
    assert once(event, "web") == once(dict(reversed(event.items())), "web")
    others = [{"occurred_at": NOW - SECOND}, {"properties": {"url": "/"}}, {"event_id": "7"}]
    assert len({once(event, "web"), once(event, "app"), *(once(event | more, "web") for more in others)}) == 5


def test_what_tells_neither_may_come_twice():
    assert once({"type": "page_view", "email": "nora@vale.example"}, "web") is None
