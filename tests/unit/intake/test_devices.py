"""Whose anonymous events are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sidecar.intake.devices import SHARED, Sighting, owner

DAY = timedelta(days=1)
START = datetime(2026, 3, 2, tzinfo=UTC)


def at(days):
    return START + days * DAY


def seen(*sightings):
    return [Sighting(at(days), who) for days, who in sightings]


def test_nobody_was_seen():
    assert owner([], at(0)) is None


def test_what_came_before_the_first_is_the_firsts_alone():
    sightings = seen((5, "ada"), (15, "ben"))
    assert [owner(sightings, at(day)) for day in (0, 5, 9, 15, 20)] == ["ada", "ada", "ada", "ben", "ben"]


def test_who_comes_back_begins_anew():
    sightings = seen((0, "ada"), (10, "ben"), (20, "ada"))
    assert [owner(sightings, at(day)) for day in (5, 12, 22)] == ["ada", "ben", "ada"]


def test_a_device_of_several_people_at_once_is_nobodys_from_then_on():
    sightings = [*seen((0, "ada"), (10, "ben")), Sighting(at(10) + SHARED, "ada")]
    assert owner(sightings, at(5)) == "ada"
    assert owner(sightings, at(10) + SHARED / 2) == "ben"
    assert owner(sightings, at(10) + SHARED) is None
    assert owner(sightings, at(90)) is None


def test_two_people_at_one_moment_are_nobody():
    assert [owner(seen((3, "ada"), (3, "ben")), at(day)) for day in (2, 3, 4)] == [None] * 3


SIGHTINGS = st.lists(st.builds(Sighting, st.integers(0, 60).map(at), st.sampled_from("abc")), max_size=8)


@given(SIGHTINGS, st.integers(0, 70), st.randoms())
def test_the_order_in_which_they_are_told_does_not_matter(sightings, day, random):
    mixed = random.sample(sightings, len(sightings))
    assert owner(mixed, at(day)) == owner(sightings, at(day)) == owner([*mixed, *mixed], at(day))


@given(SIGHTINGS, st.integers(0, 70))
def test_it_is_whoever_was_seen_last_or_the_first_or_nobody(sightings, day):
    who = owner(sightings, at(day))
    before = [one for one in sightings if one.at <= at(day)]
    if who is not None:
        latest = max(before, default=min(sightings, default=None))
        assert who == latest.who
    elif sightings:
        first = min(one.at for one in sightings)
        assert len({one.who for one in before or sightings if before or one.at == first}) > 1


@given(SIGHTINGS, st.integers(0, 30), st.integers(31, 60), st.sampled_from("abc"))
def test_what_is_seen_later_changes_nothing_that_was_done_since_the_first(sightings, day, later, who):
    early = [one for one in sightings if one.at <= at(day)]
    if early:
        assert owner(early, at(day)) == owner([*early, Sighting(at(later), who)], at(day))
