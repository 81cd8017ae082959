"""Who is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.channels.routing import Person, Place, Wish, recipients
from sidecar.terms.states import WISHED_KINDS

ROOMS = [Place("email", "a@example.com"), Place("email", "b@example.com"), Place("slack", "sales")]
ALL = frozenset(WISHED_KINDS)
DANA = Person("1", (Wish("slack_bot", "U1", ALL), Wish("email", "dana@example.com", frozenset({"digest"}))))


def anywhere(channel: str, address: str) -> bool:
    return True


def told(person: Person | None = None, kind: str = "hot_lead", both: bool = False,
         reaches=anywhere) -> list[tuple[str, str]]:
    return [(place.channel, place.recipient)
            for place in recipients(kind, person, ROOMS, reaches, both=both)]


GENERAL = [(place.channel, place.recipient) for place in ROOMS]


@pytest.mark.parametrize(("person", "kind", "expected"), [
    (None, "hot_lead", GENERAL),
    (DANA, "hot_lead", [("slack_bot", "U1")]),
    (DANA, "digest", [("slack_bot", "U1"), ("email", "dana@example.com")]),
    (Person("2"), "reminder", GENERAL),
    (Person("2", (Wish("email", "e@example.com", frozenset()),)), "hot_lead", GENERAL),
    (Person("1", DANA.wishes, left=True), "hot_lead", GENERAL),
])
def test_who_is_told(person: Person | None, kind: str, expected: list[tuple[str, str]]) -> None:
    assert told(person, kind) == expected


def test_both_are_told_where_both_are_to_be() -> None:
    assert told(DANA, both=True) == [("slack_bot", "U1"), *GENERAL]


def test_a_place_that_is_somebodys_and_general_is_told_once_as_theirs() -> None:
    own = Person("3", (Wish("email", "a@example.com", ALL),))
    found = recipients("hot_lead", own, ROOMS, anywhere, both=True)
    assert [place.user_id for place in found] == ["3", None, None]


def test_a_channel_that_is_not_set_up_any_more_leaves_it_to_the_general_places() -> None:
    assert told(DANA, reaches=lambda channel, address: channel != "slack_bot") == GENERAL


def test_nobody_is_told_when_nobody_is_named() -> None:
    assert recipients("hot_lead", None, [], anywhere) == []


WISHES = st.builds(Wish, st.sampled_from(["email", "slack", "sms"]), st.sampled_from("abc"),
                   st.frozensets(st.sampled_from(WISHED_KINDS)))
PEOPLE = st.none() | st.builds(Person, st.just("1"), st.lists(WISHES, max_size=4).map(tuple), st.booleans())
PLACES = st.lists(st.builds(Place, st.sampled_from(["email", "slack"]), st.sampled_from("abc")), max_size=4)


@given(PEOPLE, PLACES, st.sampled_from(WISHED_KINDS), st.booleans(), st.frozensets(st.sampled_from("abc")))
def test_nothing_is_unheard_nothing_twice_and_nothing_told_to_who_left(person, general, kind, both, known):
    found = recipients(kind, person, general, lambda _, address: address in known, both=both)
    assert len({(place.channel, place.recipient) for place in found}) == len(found)
    assert found or not general
    for place in found:
        if place.user_id:
            assert person and not person.left and place.recipient in known
            assert any(kind in wish.kinds and wish.address == place.recipient for wish in person.wishes)
        else:
            assert place in general
