"""Duplicates within one set of records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, Final, NamedTuple

from sidecar.records import RecordSettings, canonical

from .blocking import Blocks
from .comparison import compare_people, keys_of_several, strangers
from .frequencies import Frequencies
from .learning import learn
from .person import Person, person_of

THRESHOLD: Final = 0.5  # more probably one person than not
_SAMPLE: Final = 1_000  # rows whose candidate pairs the weights are learnt from
# What normalisation does not know, passed through as it is.
_OTHERS: Final = ("street", "address_2", "house_number", "postcode")


class Pair(NamedTuple):
    """Two rows that may be one person, counted from 0; left < right."""

    left: int
    right: int
    score: float
    reasons: list[str]
    auto: bool


def people_of(rows: Iterable[Mapping[str, str]], settings: RecordSettings) -> list[Person]:
    """Return the normalised people of rows of fields. Equal texts are kept once."""
    texts: dict[str, str] = {}
    people = []
    for row in rows:
        lead: dict[str, Any] = canonical(row, settings)
        lead.update((name, row[name]) for name in _OTHERS if name in row)
        person = person_of(lead)
        once = (texts.setdefault(text, text) for text in person[:-2])
        people.append(Person._make((*once, person.name, person.keys)))
    return people


def find_pairs(people: Sequence[Person], threshold: float = THRESHOLD) -> Iterator[Pair]:
    """Yield the pairs at or above the threshold, as row after row makes them known."""
    blocks = Blocks(people)
    step = 1 + len(people) // _SAMPLE
    pairs = [
        (people[left], people[right])
        for right in range(0, len(people), step) for left in blocks.candidates(right)
    ]  # fmt: skip
    frequencies = learn(Frequencies.of(people), pairs, 1 / step)
    several = keys_of_several(people)
    linked: dict[int, dict[int, float]] = {}
    for right, person in enumerate(people):
        found = {}
        for left in _candidates(blocks, people, right):
            pair = compare_people(people[left], person, frequencies, several)
            if pair.score >= threshold:
                found[left] = pair.score
                yield Pair(left, right, *pair)
        yield from _through_others(people, linked, right, found, threshold)


def _through_others(
    people: Sequence[Person], linked: dict[int, dict[int, float]], row: int, found: dict[int, float],
    threshold: float,
) -> Iterator[Pair]:
    """Yield the pairs of a row: its matches, and the matches of those.

    If a is b and b is c, a is c, as probably as both are so; names that contradict say no.
    """
    better: dict[tuple[int, int], tuple[float, int]] = {}
    for middle, first in found.items():
        for end, second in linked.get(middle, {}).items():
            if end not in found:
                pair = (end, row)
                better[pair] = max(better.get(pair, (0.0, 0)), (first * second, middle))
    for (left, first), (right, second) in combinations(sorted(found.items()), 2):
        if right not in linked.get(left, {}):
            better[left, right] = (first * second, row)
    for other, score in found.items():
        linked.setdefault(other, {})[row] = linked.setdefault(row, {})[other] = score
    for (left, right), (score, middle) in better.items():
        if score >= threshold and not strangers(people[left], people[right]):
            linked[left][right] = linked[right][left] = score
            yield Pair(left, right, score, [f"both may be row {middle}"], False)


def _candidates(blocks: Blocks, people: Sequence[Person], right: int) -> Iterator[int]:
    """Yield the candidates whose names do not contradict; those with an identity key always."""
    for left in blocks.candidates(right):
        if not strangers(people[left], people[right]):
            yield left
