"""How often values occur, nearly occur and occur together: what chance makes strangers agree on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from .agreement import Level, code_level, email_level, exact_level, name_level, phone_level, text_level
from .person import Person

LEVEL_OF: Final[dict[str, Callable[[str, str], Level]]] = {
    "given": name_level, "family": name_level, "street": text_level, "address_2": text_level,
    "house": code_level, "postcode": code_level, "city": text_level, "region": text_level,
    "company": text_level, "email": email_level, "phone": phone_level,
    "linkedin": exact_level,
}  # fmt: skip
FIELDS: Final = tuple(LEVEL_OF)  # the first of a Person's, in their order
# Who shares one of these shares those after it more often than strangers do: one office has one
# telephone, one town one postcode.
CHAIN: Final = ("company", "street", "address_2", "postcode", "city", "region", "phone")

# Frequencies of a value nobody has counted yet, in a population of strangers.
_USUAL: Final = {
    "given": 1 / 200, "family": 1 / 1000, "street": 1 / 1000, "address_2": 1 / 1000, "house": 1 / 50,
    "postcode": 1 / 500, "city": 1 / 200, "region": 1 / 10, "company": 1 / 1000, "email": 1e-6,
    "phone": 1e-6, "linkedin": 1e-6,
}  # fmt: skip
POPULATION: Final = 1000  # weight of the prior, as a number of records
_NEAR: Final = (0.002, 0.005)  # aliases and misspellings among strangers
_PAIRS: Final = 20_000  # looked at to learn how often values come together
_FEW: Final = 20  # pairs' worth of belief that they never do
# Of the same person: how often a field is the same, an alias, misspelt, different.
SAME_PERSON: Final = dict.fromkeys(FIELDS, (0.85, 0.02, 0.08, 0.05)) | {
    "given": (0.80, 0.08, 0.08, 0.04), "company": (0.90, 0.0, 0.08, 0.02), "email": (0.5, 0.1, 0.1, 0.3),
    "phone": (0.6, 0.0, 0.1, 0.3), "linkedin": (0.98, 0.0, 0.0, 0.02),
}  # fmt: skip
# For each record: others of the same person, of the same household or office, of the same name.
MATCHES, HOUSEMATES, NAMESAKES = 0.1, 0.2, 0.05


@dataclass(frozen=True)
class Frequencies:
    """How often values occur in a set of records. Without records it holds the usual frequencies.

    records: how many. present: those that have a field. values: how often each value occurs.
    near: chances of an alias and of a misspelling among strangers. together: the chance that people
    who share a value of one field share one of another. same_person, matches, housemates,
    namesakes: see `learning`.
    """

    records: int = 0
    present: dict[str, int] = field(default_factory=lambda: dict.fromkeys(FIELDS, 0))
    values: dict[str, dict[str, int]] = field(default_factory=lambda: {name: {} for name in FIELDS})
    near: dict[str, tuple[float, float]] = field(default_factory=lambda: dict.fromkeys(FIELDS, _NEAR))
    together: dict[tuple[str, str], float] = field(default_factory=dict)
    same_person: dict[str, tuple[float, float, float, float]] = field(
        default_factory=lambda: dict(SAME_PERSON)
    )
    matches: float = MATCHES
    housemates: float = HOUSEMATES
    namesakes: float = NAMESAKES

    @classmethod
    def of(cls, people: Sequence[Person]) -> Frequencies:
        """Count."""
        values = {
            name: dict(Counter(value for person in people if (value := getattr(person, name))))
            for name in FIELDS
        }
        return cls(
            records=len(people),
            present={name: sum(counts.values()) for name, counts in values.items()},
            values=values,
            near=_near(people),
            together=_together(people),
        )

    def chance(self, name: str, value: str) -> float:
        """Return the probability that somebody else has the value too.

        Frequencies of values make rare ones count more (Newcombe 1959; Winkler 1990).
        """
        others = self.values[name].get(value, 1) - 1
        return (others + _USUAL[name] * POPULATION) / (self.present[name] + POPULATION)


def _near(people: Sequence[Person]) -> dict[str, tuple[float, float]]:
    """Compare some people with others far away in the file."""
    size = len(people)
    step = 1 + size // 5000
    pairs = [
        (people[row], people[(row + size * part // 7) % size])
        for part in range(1, 7) if size >= 7 for row in range(0, size, step)
    ]  # fmt: skip
    near = {}
    for name, level in LEVEL_OF.items():
        seen = Counter(level(getattr(left, name), getattr(right, name)) for left, right in pairs)
        known = POPULATION + len(pairs) - seen[Level.MISSING]
        near[name] = (
            (seen[Level.ALIAS] + _NEAR[0] * POPULATION) / known,
            (seen[Level.SIMILAR] + _NEAR[1] * POPULATION) / known,
        )
    return near


def _together(people: Sequence[Person]) -> dict[tuple[str, str], float]:
    """Compare people of other names who share a value of one field."""
    together = {}
    for place, first in enumerate(CHAIN):
        latest: dict[str, Person] = {}
        pairs = []
        for person in people:
            value = getattr(person, first)
            if not value:
                continue
            other = latest.get(value)
            if other and not {person.given, person.family} & {other.given, other.family}:
                pairs.append((person, other))
                if len(pairs) == _PAIRS:
                    break
            latest[value] = person
        for second in CHAIN[place + 1:]:
            both = [(getattr(left, second), getattr(right, second)) for left, right in pairs]
            known = sum(1 for left, right in both if left and right)
            shared = sum(1 for left, right in both if left and left == right)
            together[first, second] = shared / (known + _FEW)
    return together
