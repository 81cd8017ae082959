"""How probable it is that two records are one person, and why.

A pair is of one of four kinds: the same person; two people of one household or office, who share
address, telephone and, in a household, often the family name; namesakes, who share the whole name, since
given and family names do not come together by chance alone; two strangers. Each kind gives the pair's
agreements a likelihood (Fellegi & Sunter 1969), fields taken as independent but for `Frequencies.together`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any, Final, NamedTuple

from sidecar.records.email import is_free_domain, is_role_name

from .agreement import Level, name_level
from .frequencies import CHAIN, FIELDS, LEVEL_OF, POPULATION, Frequencies
from .names import Named, names_agree, names_contradict, other_given_name
from .person import Person, person_of

_PLACE: Final = {name: place for place, name in enumerate(FIELDS)}
_CHAIN_PLACES: Final = [(name, _PLACE[name]) for name in CHAIN]
_NAMES: Final = frozenset(("given", "family"))
_OWN: Final = frozenset((*_NAMES, "email", "linkedin"))  # not shared in a household or office
_SAME_FAMILY: Final = 0.5  # of two in one household
_SAME_EMPLOYER: Final = 0.5  # of the addresses of two in one office
IN_DOUBT: Final = 0.5  # a key is the same, the names say no: somebody has to look
_SWAPPED: Final = 0.02  # of records of one person

_WORDS: Final = {
    "given": "first name", "family": "last name", "address_2": "second address line",
    "house": "house number", "email": "e-mail", "linkedin": "LinkedIn profile",
}  # fmt: skip
_KEYS: Final = {"email": "e-mail", "linkedin": "LinkedIn profile", "mobile": "mobile number and name"}
_SAID: Final = {
    Level.SAME: "same {}", Level.ALIAS: "short or other form of {}", Level.SIMILAR: "similar {}",
    Level.DIFFERENT: "different {}",
}  # fmt: skip


class Comparison(NamedTuple):
    """`score` is the probability that both are one person; `auto` needs no review."""

    score: float
    reasons: list[str]
    auto: bool


class Agreement(NamedTuple):
    """One pair: the level of each field, and how probable it is among strangers; whether first and last name
    are swapped; whether both are at one employer."""

    levels: tuple[Level, ...]
    chances: tuple[float, ...]
    swapped: bool
    colleagues: bool


def agree(left: Person, right: Person, frequencies: Frequencies) -> Agreement:
    """Compare field by field; names also crosswise, if that explains more."""
    if right < left:  # the same both ways
        left, right = right, left
    colleagues = _colleagues(left, right)
    levels: list[Level] = []
    chances: list[float] = []
    for (name, level_of), mine, other in zip(LEVEL_OF.items(), left, right, strict=False):
        level = level_of(str(mine), str(other))
        if colleagues:
            level = _among_colleagues(name, level, left, right, levels)
        levels.append(level)
        chances.append(_chance(frequencies, name, str(mine), str(other), level))
    shared = [(name, place) for name, place in _CHAIN_PLACES if levels[place] == Level.SAME]
    for (first, _), (second, place) in combinations(shared, 2):
        chances[place] = max(chances[place], frequencies.together.get((first, second), 0.0))
    straight = Agreement(tuple(levels), tuple(chances), False, colleagues)
    crossed = (name_level(left.given, right.family), name_level(left.family, right.given))
    if Level.SAME not in crossed and Level.SIMILAR not in crossed:
        return straight
    chances[:2] = (
        _chance(frequencies, "given", left.given, right.family, crossed[0]),
        _chance(frequencies, "family", left.family, right.given, crossed[1]),
    )
    swapped = Agreement((*crossed, *levels[2:]), tuple(chances), True, colleagues)
    return max(swapped, straight, key=lambda agreement: probability(agreement, frequencies))


def _colleagues(left: Person, right: Person) -> bool:
    """Tell whether two are at one employer."""
    if left.company and left.company == right.company:
        return True
    domain = left.email.partition("@")[2]
    return bool(domain) and domain == right.email.partition("@")[2] and not is_free_domain(domain)


def _among_colleagues(
    name: str, level: Level, left: Person, right: Person, levels: Sequence[Level]
) -> Level:
    """Return what a level says of two at one employer, where Anna and Hanna are two, and mailboxes are
    alike as they are made of one family name. `levels`: of the fields before."""
    if name == "given" and level != Level.SAME and other_given_name(left.given, right.given):
        return Level.DIFFERENT
    if name == "email" and level == Level.SIMILAR and levels[_PLACE["given"]] == Level.DIFFERENT:
        return Level.ALIAS
    return level


def _chance(frequencies: Frequencies, name: str, left: str, right: str, level: Level) -> float:
    """Return how probable a level is among strangers."""
    if level == Level.MISSING:
        return 1.0
    chance = frequencies.chance(name, left)
    if level == Level.SAME:
        return chance
    chance = max(chance, frequencies.chance(name, right))
    return 1 - chance if level == Level.DIFFERENT else max(frequencies.near[name][level - 2], chance)


def kinds(agreement: Agreement, frequencies: Frequencies) -> tuple[float, float, float, float]:
    """Return the weights of: the same person, one household or office, namesakes, strangers."""
    known = frequencies
    scale = 2 / (known.records + POPULATION)
    one = known.matches * scale * (_SWAPPED if agreement.swapped else 1.0)
    house, namesakes, strangers = known.housemates * scale, known.namesakes * scale, 1.0
    kinship = 0.0 if agreement.colleagues else _SAME_FAMILY
    for name, level, chance in zip(FIELDS, agreement.levels, agreement.chances, strict=True):
        if not level:
            continue
        likely = known.same_person[name][level - 1]
        one *= likely
        strangers *= chance
        namesakes *= likely if name in _NAMES and level == Level.SAME else chance
        if name == "family" and not agreement.swapped:
            kin = likely if level != Level.DIFFERENT else 0.0
            house *= kinship * kin + (1 - kinship) * chance
        elif name == "email" and level == Level.ALIAS:
            house *= _SAME_EMPLOYER
        else:
            house *= chance if name in _OWN else likely
    return one, house, namesakes, strangers


def probability(agreement: Agreement, frequencies: Frequencies) -> float:
    """Return the probability of the same person."""
    weights = kinds(agreement, frequencies)
    return weights[0] / sum(weights)


def strangers(left: Person, right: Person) -> bool:
    """Tell whether names are known and none is like one of the other's, in whichever place, nor is there
    a key that both have."""
    levels = {name_level(left.given, right.given), name_level(left.family, right.family)}
    if levels == {Level.MISSING} or not levels <= {Level.MISSING, Level.DIFFERENT}:
        return False
    levels = {name_level(left.given, right.family), name_level(left.family, right.given)}
    return levels <= {Level.MISSING, Level.DIFFERENT} and set(left.keys).isdisjoint(right.keys)


def shared_keys(left: Person, right: Person, several: Collection[str] = ()) -> list[str]:
    """Return the kinds of identity keys that both have and that need no review: a profile; a mailbox or
    mobile number unless the names contradict each other. On a function's mailbox and keys of `several` people
    they have to agree."""
    return sorted({key.partition(":")[0] for key in left.keys if key in right.keys
                   and _joins(key, left.name, right.name, several)})


def _joins(key: str, left: Named, right: Named, several: Collection[str]) -> bool:
    if key.startswith("linkedin:"):
        return True
    if key in several or _of_a_function(key):
        return names_agree(left, right)
    return not names_contradict(left, right)


def _of_a_function(key: str) -> bool:
    kind, _, value = key.partition(":")
    return kind == "email" and is_role_name(value.partition("@")[0])


def keys_of_several(people: Iterable[Person]) -> frozenset[str]:
    """Return the identity keys on which names contradict each other."""
    names: dict[str, set[Named]] = {}
    several = set()
    for person in people:
        for key in person.keys if person.name.known else ():
            before = names.setdefault(key, set())
            if key not in several and person.name not in before:
                if any(names_contradict(name, person.name) for name in before):
                    several.add(key)
                before.add(person.name)
    return frozenset(several)


def reasons(agreement: Agreement, keys: list[str]) -> list[str]:
    """Put into words what agrees and what does not."""
    said = [f"same {_KEYS[kind]}" for kind in keys]
    if agreement.swapped:
        said.append("first and last name swapped")
    return said + [
        _SAID[level].format(_WORDS.get(name, name))
        for name, level in zip(FIELDS, agreement.levels, strict=True)
        if level and name not in keys
    ]


def compare_people(
    left: Person, right: Person, frequencies: Frequencies, several: Collection[str] = ()
) -> Comparison:
    """Compare two people; `several`: the identity keys that are several people's."""
    keys = shared_keys(left, right, several)
    agreement = agree(left, right, frequencies)
    score = 1.0 if keys else probability(agreement, frequencies)
    if not keys and any(key in right.keys and not _of_a_function(key) for key in left.keys):
        score = max(score, IN_DOUBT)
    return Comparison(score, reasons(agreement, keys), bool(keys))


def compare(
    left: Mapping[str, Any], right: Mapping[str, Any], frequencies: Frequencies
) -> Comparison:
    """Compare two normalised leads (which may have street, house_number, address_2 and postcode)."""
    return compare_people(person_of(left), person_of(right), frequencies)
