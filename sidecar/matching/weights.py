"""Weights: what an agreement is worth, and how probable a match is.

A pair is of one of three kinds: the same person; two people of one household or office, who share
address, telephone and often the family name; two strangers. Each kind gives the pair's agreements a
likelihood (Fellegi & Sunter 1969), fields taken as independent. For strangers the likelihood of an
equal value is its frequency, so a rare family name counts more than Smith (Newcombe 1959; Winkler
1990); for the same person it comes from the records by expectation maximisation (Winkler 1988).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from .agreement import Level, code_level, email_level, name_level, phone_level, text_level
from .person import Person, person_of

_LEVELS: Final[dict[str, Callable[[str, str], Level]]] = {
    "given": name_level, "family": name_level, "street": text_level, "address_2": text_level,
    "house": code_level, "postcode": code_level, "city": text_level, "region": text_level,
    "company": text_level, "email": email_level, "phone": phone_level,
}  # fmt: skip
_FIELDS: Final = tuple(_LEVELS)  # the first of a Person's, in their order
_NAMES: Final = ("given", "family")

# Frequencies of a value nobody has counted yet, in a population of strangers.
_USUAL: Final = {
    "given": 1 / 200, "family": 1 / 1000, "street": 1 / 1000, "address_2": 1 / 1000, "house": 1 / 50,
    "postcode": 1 / 500, "city": 1 / 200, "region": 1 / 10, "company": 1 / 1000, "email": 1e-6,
    "phone": 1e-6,
}  # fmt: skip
_POPULATION: Final = 1000  # records' worth of belief in what is usual
# Of the same person: how often a field is the same, an alias, misspelt, different.
_SAME_PERSON: Final = dict.fromkeys(_FIELDS, (0.85, 0.02, 0.08, 0.05)) | {
    "given": (0.80, 0.08, 0.08, 0.04), "company": (0.90, 0.0, 0.08, 0.02), "email": (0.5, 0.1, 0.1, 0.3),
    "phone": (0.6, 0.0, 0.1, 0.3),
}  # fmt: skip
_BELIEF: Final = 20  # matches' worth of belief in these
_MATCHES, _HOUSEMATES = 0.1, 0.2  # others of the same person, of the same house: for each record
_RATE_BELIEF: Final = 100  # records' worth of belief in these rates
_GIVEN_ERRORS: Final = 2  # given names wrong, at most, for each family name wrong
_SAME_FAMILY: Final = 0.5  # of two in one house
_SWAPPED: Final = 0.02
_ROUNDS: Final = 8


class Comparison(NamedTuple):
    """`score` is the probability that both are one person; `auto` needs no review."""

    score: float
    reasons: list[str]
    auto: bool


class Agreement(NamedTuple):
    """One pair, field by field: the level, and how probable it is among strangers."""

    levels: tuple[Level, ...]
    chances: tuple[float, ...]
    swapped: bool


@dataclass
class Frequencies:
    """How often values occur, and how often fields agree, in a set of records.

    Without records it holds what is usual; a store keeps one for all its people.
    """

    records: int = 0
    present: Counter[str] = field(default_factory=Counter)
    values: dict[str, Counter[str]] = field(
        default_factory=lambda: {name: Counter() for name in _FIELDS}
    )
    near: dict[str, tuple[float, float]] = field(
        default_factory=lambda: dict.fromkeys(_FIELDS, (0.002, 0.005))
    )
    same_person: dict[str, tuple[float, float, float, float]] = field(
        default_factory=lambda: dict(_SAME_PERSON)
    )
    matches: float = _MATCHES
    housemates: float = _HOUSEMATES

    @classmethod
    def of(cls, people: Sequence[Person]) -> Frequencies:
        """Count the values, and how often those of strangers are nearly the same."""
        made = cls(records=len(people))
        for at, name in enumerate(_FIELDS):
            counts = made.values[name]
            counts.update(person[:11][at] for person in people)
            made.present[name] = len(people) - counts.pop("", 0)
        made._count_near(people)
        return made

    def _count_near(self, people: Sequence[Person]) -> None:
        """Compare some rows with ones far from them: chance agreement of strangers."""
        size = len(people)
        step = max(1, size // 5000)
        pairs = [
            (people[row], people[(row + size * part // 7) % size])
            for part in range(1, 7) for row in range(0, size, step)
        ] if size > 7 else []  # fmt: skip
        for name, level in _LEVELS.items():
            seen = Counter(level(getattr(left, name), getattr(right, name)) for left, right in pairs)
            known = sum(seen.values()) - seen[Level.MISSING]
            alias, similar = self.near[name]
            self.near[name] = (
                (seen[Level.ALIAS] + alias * _POPULATION) / (known + _POPULATION),
                (seen[Level.SIMILAR] + similar * _POPULATION) / (known + _POPULATION),
            )

    def chance(self, name: str, value: str) -> float:
        """Return the probability that somebody else has the value too."""
        others = max(0, self.values[name][value] - 1)
        return (others + _USUAL[name] * _POPULATION) / (self.present[name] + _POPULATION)

    def learn(self, pairs: Sequence[tuple[Person, Person]], share: float) -> None:
        """Estimate from candidate pairs, a share of all, how often fields of one person agree.

        Expectation maximisation with the chances of strangers held fixed. A given name differs as
        often by error as a family name does: what is more comes from households.
        """
        agreements = [agree(left, right, self) for left, right in pairs]
        for _ in range(_ROUNDS):
            totals = {
                name: [_BELIEF * part for part in parts] for name, parts in _SAME_PERSON.items()
            }
            same = house = 0.0
            for agreement in agreements:
                one, housemates, strangers = self._kinds(agreement)
                whole = one + housemates + strangers
                weight = one / whole
                same += weight
                house += housemates / whole
                for name, level in zip(_FIELDS, agreement.levels, strict=True):
                    if level:
                        totals[name][level - 1] += weight
            self.same_person = {name: _shares(parts) for name, parts in totals.items()}
            given, family = self.same_person["given"], self.same_person["family"]
            if given[3] > _GIVEN_ERRORS * family[3]:
                self.same_person["given"] = _shares((*given[:3], _GIVEN_ERRORS * family[3]))
            size = self.records + _RATE_BELIEF
            self.matches = (same / share + _MATCHES * _RATE_BELIEF) / size
            self.housemates = (house / share + _HOUSEMATES * _RATE_BELIEF) / size

    def _kinds(self, agreement: Agreement) -> tuple[float, float, float]:
        """Return the weights of: the same person, the same house, strangers."""
        size = self.records + _POPULATION
        one, house, strangers = 2 * self.matches / size, 2 * self.housemates / size, 1.0
        if agreement.swapped:
            one *= _SWAPPED
        for name, level, chance in zip(_FIELDS, agreement.levels, agreement.chances, strict=True):
            if not level:
                continue
            likely = self.same_person[name][level - 1]
            one *= likely
            strangers *= chance
            if name == "family" and not agreement.swapped:
                kin = likely if level != Level.DIFFERENT else 0.0
                house *= _SAME_FAMILY * kin + (1 - _SAME_FAMILY) * chance
            else:
                house *= chance if name in (*_NAMES, "email") else likely
        return one, house, strangers

    def probability(self, agreement: Agreement) -> float:
        """Return the probability of the same person."""
        kinds = self._kinds(agreement)
        return kinds[0] / sum(kinds)


def _shares(parts: Sequence[float]) -> tuple[float, float, float, float]:
    whole = sum(parts)
    first, second, third, fourth = (part / whole for part in parts)
    return first, second, third, fourth


def _chances(
    frequencies: Frequencies, names: Iterable[str], left: Sequence[str], right: Sequence[str],
    levels: Iterable[Level],
) -> tuple[float, ...]:
    """Return how probable each level is among strangers."""
    found = []
    for name, mine, other, level in zip(names, left, right, levels, strict=True):
        if level == Level.MISSING:
            found.append(1.0)
            continue
        chance = max(frequencies.chance(name, mine), frequencies.chance(name, other))
        if level == Level.SAME:
            found.append(chance)
        elif level == Level.DIFFERENT:
            found.append(1 - chance)
        else:
            found.append(max(frequencies.near[name][level - 2], chance))
    return tuple(found)


def agree(left: Person, right: Person, frequencies: Frequencies) -> Agreement:
    """Compare field by field; names also crosswise, if that explains more."""
    left, right = sorted((left, right))  # the same both ways
    mine, other = left[:11], right[:11]
    levels = tuple(level(a, b) for level, a, b in zip(_LEVELS.values(), mine, other, strict=True))
    straight = Agreement(levels, _chances(frequencies, _FIELDS, mine, other, levels), False)
    crossed = (name_level(mine[0], other[1]), name_level(mine[1], other[0]))
    if not {Level.SAME, Level.SIMILAR}.intersection(crossed):
        return straight
    chances = _chances(frequencies, _NAMES, mine[:2], other[1::-1], crossed)
    swapped = Agreement((*crossed, *levels[2:]), (*chances, *straight.chances[2:]), True)
    return max(swapped, straight, key=frequencies.probability)


_WORDS: Final = {
    "given": "first name", "family": "last name", "address_2": "second address line",
    "house": "house number", "email": "e-mail",
}  # fmt: skip
_KEYS: Final = {"email": "e-mail", "linkedin": "LinkedIn profile", "mobile": "mobile number and name"}
_SAID: Final = {
    Level.SAME: "same {}", Level.ALIAS: "nickname or short form of {}", Level.SIMILAR: "similar {}",
    Level.DIFFERENT: "different {}",
}  # fmt: skip


def compare_people(left: Person, right: Person, frequencies: Frequencies) -> Comparison:
    """Compare two people; an identity key that both have needs no review."""
    agreement = agree(left, right, frequencies)
    shared = {key.partition(":")[0] for key in set(left.keys) & set(right.keys)}
    reasons = [f"same {_KEYS[kind]}" for kind in sorted(shared)]
    if agreement.swapped:
        reasons.append("first and last name swapped")
    reasons += [
        _SAID[level].format(_WORDS.get(name, name))
        for name, level in zip(_FIELDS, agreement.levels, strict=True)
        if level and name not in shared
    ]
    return Comparison(1.0 if shared else frequencies.probability(agreement), reasons, bool(shared))


def compare(
    left: Mapping[str, Any], right: Mapping[str, Any], frequencies: Frequencies
) -> Comparison:
    """Compare two normalised leads (which may have street, house_number, address_2 and postcode)."""
    return compare_people(person_of(left), person_of(right), frequencies)
