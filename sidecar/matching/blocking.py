"""Blocking: which pairs are worth a comparison, in time that grows with the records, not the pairs."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from heapq import nsmallest
from itertools import combinations
from typing import Any, Final

from .agreement import without_umlauts
from .person import Person, person_of

MAX_BLOCK: Final = 30
MAX_CANDIDATES: Final = 25  # of one record
_PARTITION: Final = 1 << 19  # entries sorted at once
_RARE: Final = "name:"
_NONE: Final = 0xFFFFFFFF


def blocking_keys(record: Mapping[str, Any]) -> list[str]:
    """Return the keys of a normalised lead; two leads without a common key are never compared.

    Sorted, without repetition; texts that can be stored and looked up.
    """
    return keys_of(person_of(record))


def keys_of(person: Person) -> list[str]:
    """Return the blocking keys: any two facts that agree bring two records together.

    Multi-pass blocking (Christen 2012, Data Matching, chapter 4): a name's beginning with a place, an
    employer or the other name; two places; or one way to reach somebody. A name alone is a key while
    it is rare. Given and family name are not told apart, so that swapping them loses nothing.
    """
    full = {name for name in (person.given, person.family) if len(name) > 1}
    names = sorted({without_umlauts(name)[:4] for name in (person.given, person.family) if name})
    house = f"{person.street}{person.house}" if person.street and person.house else ""
    places = (person.postcode, person.city, person.street, person.address_2)
    keys = {f"key:{key}" for key in person.keys}
    keys.update(f"{_RARE}{name}" for name in full)
    keys.update(f"{left}+{right}" for left, right in combinations(names, 2))
    keys.update(
        f"{name}|{place}"
        for name in names
        for place in (*places, house or person.house, person.company, person.domain)
        if place
    )
    keys.update(
        f"{left}|{right}"
        for left, right in combinations((*places, house or person.house), 2)
        if left and right
    )
    if person.email:
        keys.add(f"email:{person.email}")
        keys.add(f"local:{person.email.partition('@')[0]}")
    if len(person.phone) > 5:
        keys.add(f"phone:{person.phone[-8:]}")
    return sorted(keys)


def _blocks(people: Sequence[Person]) -> Iterator[list[int]]:
    """Yield the rows that share a key, in order; at most MAX_BLOCK at once.

    A larger block is sorted by all its values, and a window slides over it by half its width
    (sorted neighbourhood, Hernández & Stolfo 1995); a block of a name alone is left out.
    """
    parts = 1 + len(people) * 20 // _PARTITION
    hashes = [array("q") for _ in range(parts)]
    rows = [array("I") for _ in range(parts)]
    for row, person in enumerate(people):
        for key in keys_of(person):
            value = hash(key) // 2 * 2 + key.startswith(_RARE)
            hashes[value % parts].append(value)
            rows[value % parts].append(row)
    while hashes:
        values, members = hashes.pop(), rows.pop()
        groups: dict[int, list[int]] = {}
        single: dict[int, int] = {}
        for value, row in zip(values, members, strict=True):
            if value in groups:
                groups[value].append(row)
            elif value in single:
                groups[value] = [single.pop(value), row]
            else:
                single[value] = row
        for value, block in groups.items():
            if len(block) <= MAX_BLOCK:
                yield block
                continue
            if value % 2:
                continue
            block.sort(key=people.__getitem__)
            for start in range(0, len(block) - MAX_BLOCK // 2, MAX_BLOCK // 2):
                yield sorted(block[start:start + MAX_BLOCK])


class Blocks:
    """The blocks of a set of people, in flat arrays: some hundred bytes for each."""

    def __init__(self, people: Sequence[Person]) -> None:
        self._people = people
        self._members, self._starts = array("I"), array("I")
        self._block_of, self._previous = array("I"), array("I")
        self._latest = array("I", [_NONE]) * len(people)  # heads of lists of each row's places
        for number, block in enumerate(_blocks(people)):
            self._starts.append(len(self._members))
            for row in block:
                self._previous.append(self._latest[row])
                self._latest[row] = len(self._members)
                self._members.append(row)
                self._block_of.append(number)

    def candidates(self, row: int) -> list[int]:
        """Return the earlier rows to compare with this one: those that share the most keys with it.

        One with an identity key comes first. Pruning to the strongest candidates of each record
        (cardinality node pruning, Papadakis et al. 2014) makes the number of comparisons linear.
        """
        shared: Counter[int] = Counter()
        place = self._latest[row]
        while place != _NONE:
            shared.update(self._members[self._starts[self._block_of[place]]:place])
            place = self._previous[place]
        if len(shared) <= MAX_CANDIDATES:
            return sorted(shared)
        keys = set(self._people[row].keys)

        def rank(other: int) -> tuple[bool, int, int]:
            return keys.isdisjoint(self._people[other].keys), -shared[other], other

        return sorted(nsmallest(MAX_CANDIDATES, shared, key=rank))
