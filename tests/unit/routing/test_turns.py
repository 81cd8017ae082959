from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from sidecar.routing.turns import Turns

weights = st.dictionaries(st.sampled_from("abcdefghij"), st.integers(1, 100), min_size=1)


def turns(weights, deals, dealt=None):
    """Who gets each lead, each time from what was stored."""
    dealt = dict(dealt or {})
    for _ in range(deals):
        made = Turns(dealt, weights)
        yield made.next(list(weights))
        dealt = made.dealt


@given(weights, st.integers(1, 120))
def test_nobody_is_ever_a_whole_lead_away_from_their_share(weights, deals):
    got, total = Counter(), sum(weights.values())
    for number, one in enumerate(turns(weights, deals), 1):
        got[one] += 1
        assert all(abs(got[each] * total - weight * number) < total for each, weight in weights.items())


@st.composite
def comings_and_goings(draw, heaviest):
    """Weights, and who can take part in each of some stretches of deals; a and b always can."""
    weight = st.integers(1, heaviest)
    found = draw(st.dictionaries(st.sampled_from("cdefgh"), weight, min_size=1))
    found |= {"a": draw(weight), "b": draw(weight)}
    there = st.sets(st.sampled_from(sorted(found))).map(lambda some: some | {"a", "b"})
    return found, draw(st.lists(st.tuples(there, st.integers(1, 30)), min_size=1, max_size=12))


@given(comings_and_goings(1))
def test_of_equals_who_is_always_there_never_has_two_more(case):
    weights, stretches = case
    got, dealt = Counter(), {}
    for there, deals in stretches:
        turn = Turns(dealt, weights)
        got.update(turn.next(there) for _ in range(deals))
        dealt = turn.dealt
        assert abs(got["a"] - got["b"]) <= 1


@given(comings_and_goings(10))
def test_who_comes_back_is_not_flooded_and_who_was_there_loses_little(case):
    weights, stretches = case
    dealt = {}
    for there, deals in stretches:
        turn = Turns(dealt, weights)
        total = sum(weights[one] for one in there)
        got = Counter(turn.next(there) for _ in range(deals))
        dealt = turn.dealt
        assert got.keys() <= there
        assert all(abs(got[one] - deals * weights[one] / total) < 3 for one in there)
        assert all(0 <= dealt[one] <= weight + 1 for one, weight in weights.items())


def test_who_joins_or_gets_another_weight_goes_on_with_the_others():
    got = Counter(turns({"a": 1, "b": 1}, 101))
    assert got == {"a": 51, "b": 50}
    turn = Turns({"a": 1, "b": 0}, {"a": 1, "b": 1, "c": 1})
    assert Counter(turn.next("abc") for _ in range(4)) == {"a": 1, "b": 2, "c": 1}
    heavier = Turns(turn.dealt, {"a": 4, "b": 1, "c": 1})
    assert Counter(heavier.next("abc") for _ in range(12)) == {"a": 8, "b": 2, "c": 2}
