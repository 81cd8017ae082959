"""What a press does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.channels.handling import Lead, Stood, after, decide
from sidecar.terms.states import HANDLINGS, OPEN, STATUSES

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
NEW = Lead("new", 1)


def did(kind: str, user: str, minutes_ago: int = 5, until: datetime | None = None) -> Stood:
    return Stood(kind, user, user.capitalize(), NOW - timedelta(minutes=minutes_ago), until,
                 f"{kind}-{user}")


LATER, PAST = NOW + timedelta(hours=1), NOW - timedelta(minutes=1)


@pytest.mark.parametrize(("kind", "stood", "lead", "verdict", "by"), [
    ("claim", [], NEW, "done", None),
    ("claim", [did("claim", "dana")], NEW, "same", "Dana"),
    ("claim", [did("claim", "eli")], NEW, "taken", "Eli"),
    ("snooze", [did("claim", "eli")], NEW, "taken", "Eli"),
    ("not_a_fit", [did("claim", "eli")], NEW, "taken", "Eli"),
    ("not_a_fit", [did("claim", "dana")], Lead("working", 1, "dana"), "done", None),
    ("wrong_person", [did("claim", "dana")], Lead("working", 1, "dana"), "done", None),
    ("snooze", [did("claim", "dana")], NEW, "same", "Dana"),
    ("snooze", [did("snooze", "eli", until=LATER)], NEW, "taken", "Eli"),
    ("snooze", [did("snooze", "dana", until=LATER)], NEW, "same", "Dana"),
    ("snooze", [did("snooze", "dana", until=PAST)], NEW, "done", None),
    ("claim", [did("snooze", "eli", until=LATER)], NEW, "done", None),
    ("claim", [did("claim", "eli"), did("snooze", "eli", until=LATER)], NEW, "taken", "Eli"),
    ("claim", [did("not_a_fit", "eli")], Lead("lost", 1), "closed", "Eli"),
    ("not_a_fit", [did("not_a_fit", "dana")], Lead("lost", 1), "same", "Dana"),
    ("claim", [did("wrong_person", "eli")], Lead("new", 1, "dana"), "done", None),
    ("claim", [did("claim", "eli"), did("wrong_person", "eli")], Lead("new", 1, "dana"), "done", None),
    ("wrong_person", [did("wrong_person", "dana")], Lead("new", 1, "eli"), "same", "Dana"),
    ("wrong_person", [did("wrong_person", "dana"), did("wrong_person", "eli")], Lead("new", 1), "done", None),
    ("claim", [], Lead("lost", 1), "closed", None),
    ("claim", [], Lead("working", 1, "eli", "Eli"), "taken", "Eli"),
    ("claim", [], Lead("working", 1, "dana", "Dana"), "done", None),
    ("claim", [], Lead("new", 1, "eli", "Eli"), "done", None),
    ("claim", [did("claim", "eli")], Lead("working", 2, "eli"), "old", None),
])
def test_what_a_press_of_dana_does(kind, stood, lead, verdict, by) -> None:
    decision = decide(kind, "dana", 1, lead, stood, NOW)
    assert (decision.verdict, decision.by) == (verdict, by)


def test_what_a_message_caused_by_something_knows_nothing_of_what_was_before() -> None:
    stood = [did("claim", "eli"), did("wrong_person", "eli"), did("claim", "dana")]
    assert after(stood, "wrong_person-eli") == stood[2:]
    assert after(stood, None) == stood == after(stood, "taken back")


PRESSES = st.lists(st.tuples(st.sampled_from(HANDLINGS), st.sampled_from(["dana", "eli", "fay"])), max_size=8)


@given(PRESSES, st.sampled_from(STATUSES))
def test_a_press_that_was_done_is_not_done_again_by_the_same_person(presses, status):
    """Whatever was pressed before: two in a row by one person are one."""
    stood: list[Stood] = []
    for minute, (kind, user) in enumerate(presses):
        lead = Lead(status, 1)
        if decide(kind, user, 1, lead, stood, NOW).verdict == "done":
            assert status in OPEN
            until = LATER if kind == "snooze" else None
            stood.append(did(kind, user, 60 - minute, until))
            assert decide(kind, user, 1, lead, stood, NOW).verdict == "same"
        holders = [one.user_id for one in stood if one.kind == "claim"]
        if holders and stood[-1].kind == "claim":
            assert decide("claim", "gus", 1, lead, stood, NOW).verdict == "taken"
