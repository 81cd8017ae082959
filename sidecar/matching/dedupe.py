"""Duplicates within one set of records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from sidecar.records import RecordSettings, normalize

from .blocking import Blocks
from .person import Person, person_of
from .weights import Frequencies, compare_people

THRESHOLD: Final = 0.5  # more probably one person than not
_SAMPLE: Final = 5_000  # rows whose candidate pairs the weights are learnt from
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
        lead: dict[str, Any] = normalize(row, settings)["lead"]
        lead.update((name, row[name]) for name in _OTHERS if name in row)
        person = person_of(lead)
        people.append(Person(*(texts.setdefault(text, text) for text in person[:12]), keys=person.keys))
    return people


def find_pairs(people: Sequence[Person], threshold: float = THRESHOLD) -> Iterator[Pair]:
    """Yield the pairs at or above the threshold, ordered by their right row, then their left."""
    blocks = Blocks(people)
    frequencies = Frequencies.of(people)
    sample = range(0, len(people), 1 + len(people) // _SAMPLE)
    frequencies.learn(
        [(people[left], people[right]) for right in sample for left in blocks.candidates(right)],
        len(sample) / max(1, len(people)),
    )
    for right, person in enumerate(people):
        for left in blocks.candidates(right):
            found = compare_people(people[left], person, frequencies)
            if found.auto or found.score >= threshold:
                yield Pair(left, right, *found)
