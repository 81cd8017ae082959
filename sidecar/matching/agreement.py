"""How far two values of a field agree."""

from __future__ import annotations

from enum import IntEnum
from functools import lru_cache
from pathlib import Path

from rapidfuzz.distance import OSA, JaroWinkler

from sidecar.records import is_free_domain


class Level(IntEnum):
    """Comparison levels, as in Fellegi & Sunter (1969) with partial agreement (Winkler 1990)."""

    MISSING = 0
    SAME = 1
    ALIAS = 2  # nickname, initial, beginning; another mailbox at one employer
    SIMILAR = 3  # typing errors
    DIFFERENT = 4


# What the package calls short forms, and is another name: a woman's of a man's.
_NO_SHORT_FORMS = {frozenset(pair.split("/")) for pair in (
    "louis/louise", "emil/emily", "ernest/ernestine", "clement/clementine", "justin/justina", "bert/bertha",
    "angel/angela", "august/augustine", "john/joan")}
_LIKE = 0.7  # of the signs of two addresses; those of strangers hardly ever share as many


@lru_cache(maxsize=1)
def _nicknames() -> dict[str, frozenset[str]]:
    """Return {name: names it can stand for or be called by}: the nicknames package (English) and
    nicknames.tsv beside this file (other languages; a name, then its short forms)."""
    from nicknames import NickNamer

    lookup: dict[str, set[str]] = {}
    ours = Path(__file__).with_name("nicknames.tsv").read_text("utf-8").splitlines()
    short = ((name, others.split()) for name, _, others in (line.partition("\t") for line in ours))
    for name, others in (*NickNamer.default_lookup().items(), *short):
        for other in others:
            if frozenset((name, other)) in _NO_SHORT_FORMS:
                continue
            lookup.setdefault(name, set()).add(other)
            lookup.setdefault(other, set()).add(name)
    return {name: frozenset(others) for name, others in lookup.items()}


def nicknames(name: str) -> frozenset[str]:
    """Return the names that a folded given name can stand for or be called by."""
    return _nicknames().get(name, frozenset())


def misspelt(left: str, right: str) -> bool:
    """Tell whether typing errors make one of the other.

    One error for every four characters (Damerau 1964: insertion, deletion, substitution,
    transposition), or a Jaro-Winkler similarity of 0.9 (Winkler 1990).
    """
    left, right = sorted((left, right))  # Jaro's is not always the same both ways
    shorter = min(len(left), len(right))
    if shorter < 3:
        return False
    allowed = max(1, shorter // 4)
    return (
        OSA.distance(left, right, score_cutoff=allowed) <= allowed
        or JaroWinkler.similarity(left, right, score_cutoff=0.9) > 0
    )


def without_umlauts(name: str) -> str:
    """Return a name as both spellings of an umlaut have it: Juergen and Jurgen."""
    return name.replace("ae", "a").replace("oe", "o").replace("ue", "u")


@lru_cache(maxsize=1 << 16)
def name_level(left: str, right: str) -> Level:
    """Compare given names, or family names."""
    if not (left and right):
        return Level.MISSING
    if left == right or without_umlauts(left) == without_umlauts(right):
        return Level.SAME
    short, long = sorted((left, right), key=len)
    if (len(short) == 1 or len(short) >= 3) and long.startswith(short):
        return Level.ALIAS
    if short in nicknames(long):
        return Level.ALIAS
    return Level.SIMILAR if misspelt(left, right) else Level.DIFFERENT


@lru_cache(maxsize=1 << 16)
def text_level(left: str, right: str) -> Level:
    """Compare streets, cities, companies, addresses."""
    if not (left and right):
        return Level.MISSING
    if left == right:
        return Level.SAME
    return Level.SIMILAR if misspelt(left, right) else Level.DIFFERENT


def exact_level(left: str, right: str) -> Level:
    """Compare addresses of profiles, which have no typing errors."""
    if not (left and right):
        return Level.MISSING
    return Level.SAME if left == right else Level.DIFFERENT


def code_level(left: str, right: str) -> Level:
    """Compare numbers and codes, of which one sign may be wrong, missing, or two transposed."""
    if not (left and right):
        return Level.MISSING
    if left == right:
        return Level.SAME
    if min(len(left), len(right)) >= 2 and OSA.distance(left, right, score_cutoff=1) <= 1:
        return Level.SIMILAR
    return Level.DIFFERENT


def phone_level(left: str, right: str) -> Level:
    """Compare telephone numbers; a national one with an international by their last eight digits."""
    if len(left) >= 8 and len(right) >= 8 and left != right and left[-8:] == right[-8:]:
        return Level.SIMILAR
    return code_level(left, right)


@lru_cache(maxsize=1 << 16)
def email_level(left: str, right: str) -> Level:
    """Compare addresses, with a typing error or, in long ones, two; more only where the domain is
    misspelt, too, since colleagues have addresses that are like each other.

    An alias is another mailbox at one employer. The same mailbox elsewhere (jane.doe@…) tells no more
    than the name of which it is made: nothing.
    """
    if not (left and right):
        return Level.MISSING
    if left == right:
        return Level.SAME
    allowed = 1 + min(len(left), len(right)) // 24
    if OSA.distance(left, right, score_cutoff=allowed) <= allowed:
        return Level.SIMILAR
    (mailbox, _, domain), (mailbox_2, _, domain_2) = left.partition("@"), right.partition("@")
    if mailbox == mailbox_2:
        return Level.MISSING
    if domain == domain_2:
        return Level.DIFFERENT if is_free_domain(domain) else Level.ALIAS
    if OSA.normalized_similarity(left, right, score_cutoff=_LIKE) and not (
            is_free_domain(domain) and is_free_domain(domain_2)):
        return Level.SIMILAR
    return Level.DIFFERENT
