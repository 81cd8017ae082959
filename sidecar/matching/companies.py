"""Whether two companies are one, of one group, or strangers.

A domain that both have, or that one leads to, tells most; then names, without what spellings differ in: legal
form, case, accents, "Group", "International", the country, abbreviations, initials (IBM).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import lru_cache
from itertools import product
from typing import Final, Literal, NamedTuple

from rapidfuzz.distance import OSA

from sidecar.records import company_key
from sidecar.records.place import is_country_name
from sidecar.records.text import word_set

from .names import key_of, latin

# same: one company. likely: probably, by its name and what domains have in common, or by a former name.
# related: of one group or brand, each with figures of its own. namesake: the names are the same, the domains
# are not. unknown: nothing to compare.
Relation = Literal["same", "likely", "related", "namesake", "different", "unknown"]

# Words that tell no company from another of its name: what it is, and where.
_FORMS: Final = word_set(
    "group groupe gruppe grupo gruppo holding holdings international internacional intl worldwide global "
    "company companies corporation corp co the and und et y e of de la le official hq")
_PLACES: Final = word_set(
    "europe european emea americas america north south latam asia apac dach nordic nordics benelux uk usa us")
# Trades that many companies are called by: their place tells them apart (US Bank, Bank of America).
_TRADES: Final = word_set(
    "bank banks banco banca banque banking bancorp trust insurance assurance air airline airlines airways "
    "aero rail railway railways post telecom telekom telecommunications radio television tv news press times "
    "oil gas petroleum steel energy power electric water university institute museum chamber commerce "
    "tourism national federal central royal")
_SHORT: Final = {
    "intl": "international", "mfg": "manufacturing", "bros": "brothers", "svcs": "services",
    "svc": "service", "mgmt": "management", "natl": "national", "assn": "association", "govt": "government",
    "grp": "group", "hldgs": "holdings", "mgt": "management", "bldg": "building", "dept": "department",
    "ctr": "center", "dev": "development", "eng": "engineering", "univ": "university",
}  # fmt: skip
_LONG: Final = {long: short for short, long in _SHORT.items()}
_ENDINGS: Final = ("group", "holding", "holdings", "international", "global", "worldwide", "europe")
_SMALL: Final = word_set("and of the for und der die das et de la le du des y e i & a an in")
_SLIP_FROM: Final = 8  # shorter names are too near each other for a letter to be a slip
_INITIALS: Final = range(2, 7)
_TELLING_INITIALS: Final = range(3, 7)


class Firm(NamedTuple):
    """What is known of a company: its names; its domains; former and other names, and domains that lead to
    it; the parents' domains and names."""

    names: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()
    other_names: frozenset[str] = frozenset()
    aliases: frozenset[str] = frozenset()
    parents: frozenset[str] = frozenset()
    parent_names: frozenset[str] = frozenset()

    @property
    def known(self) -> bool:
        """Whether there is a name or a domain."""
        return bool(self.names or self.domains)


def related_as(left: Firm, right: Firm) -> Relation:
    """How two companies belong together."""
    if not (left.known and right.known):
        return "unknown"
    if _domains_meet(left, right):
        return "same"
    if _in_one_group(left, right) or _in_one_group(right, left):
        return "related"
    names = _best(name_relation(*pair) for pair in product(left.names, right.names))
    if names != "same" and _a_former_name(left, right):
        return "likely"
    if left.domains and right.domains:
        alike = not {label_of(domain) for domain in left.domains}.isdisjoint(map(label_of, right.domains))
        if names == "same":
            return "likely" if alike else "namesake"
        return names if names != "unknown" else "namesake" if alike else "different"
    if names in ("same", "related"):
        return names
    crossed = [(*pair, names == "different") for one, other in ((left, right), (right, left))
               for pair in product(one.domains, other.names)]
    if any(_domain_fits(*pair) for pair in crossed):
        return "likely"
    return "different" if crossed else names


def _a_former_name(left: Firm, right: Firm) -> bool:
    return any(name_relation(*pair) == "same" for pair in (
        *product(left.names | left.other_names, right.other_names), *product(left.other_names, right.names)))


def _domains_meet(left: Firm, right: Firm) -> bool:
    return not (left.domains.isdisjoint(right.domains | right.aliases)
                and right.domains.isdisjoint(left.aliases))


def _in_one_group(parent: Firm, child: Firm) -> bool:
    return not parent.domains.isdisjoint(child.parents) or any(
        name_relation(*pair) == "same" for pair in product(parent.names, child.parent_names))


_ORDER: Final[tuple[Relation, ...]] = ("same", "likely", "related", "namesake", "different", "unknown")


def _best(found: Iterable[Relation]) -> Relation:
    return min(found, key=_ORDER.index, default="unknown")


@lru_cache(maxsize=1 << 12)
def _words(name: str) -> tuple[str, ...]:
    """The words of a name as they are compared, in Latin letters, abbreviations written out."""
    found = (latin((word,)) for word in company_key(name).split())
    return tuple(_SHORT.get(word, word) for word in found if word)


def _telling(found: Collection[str]) -> tuple[str, ...]:
    """The words that tell the company from others; all, if none does."""
    named = tuple(word for word in found if word not in _FORMS)
    telling = tuple(word for word in named if word not in _PLACES and not is_country_name(word))
    return (named if _TRADES.issuperset(telling) else telling) or tuple(found)


@lru_cache(maxsize=1 << 14)
def name_relation(left: str, right: str) -> Relation:
    """How far two names agree: same, related (one is the other with more words), or different."""
    one, other = _telling(_words(left)), _telling(_words(right))
    if not (one and other):
        return "unknown"
    if set(one) == set(other) or _one_word(one, other) or _word_by_word(one, other):
        return "same"
    if _initials_of(left, other) or _initials_of(right, one):
        return "same"
    short, long = sorted((set(one), set(other)), key=len)
    return "related" if short < long else "different"


def _one_word(one: Collection[str], other: Collection[str]) -> bool:
    """Databricks and Data Bricks; a slip of the pen in a long name."""
    left, right = "".join(one), "".join(other)
    return left == right or key_of(left) == key_of(right) or (
        min(len(left), len(right)) >= _SLIP_FROM and OSA.distance(left, right, score_cutoff=1) <= 1)


def _word_by_word(one: Collection[str], other: Collection[str]) -> bool:
    """The same words, some of them shortened: Acme Tech and Acme Technologies; the first one is whole."""
    if len(one) != len(other) or len(one) < 2:
        return False
    pairs = list(zip(one, other, strict=True))
    return pairs[0][0] == pairs[0][1] and all(_shortened(*sorted(pair, key=len)) for pair in pairs)


def _shortened(short: str, long: str) -> bool:
    return len(short) >= 3 and long.startswith(short)


@lru_cache(maxsize=1 << 12)
def keys_of_spellings(name: str) -> frozenset[str]:
    """Keys (`company_key`) that the name of the same company may have: as it is, abbreviated or written out,
    in one word, as initials (of two letters they are anybody's), without what tells no company from another
    or with the like of it."""
    found = company_key(name).split()
    spelt = {tuple(found), _words(name), tuple(_LONG.get(word, word) for word in found)}
    telling = {_telling(words) for words in spelt if words}
    keys = {joined.join(words) for words in spelt | telling for joined in (" ", "")}
    keys |= {f"{' '.join(words)} {ending}" for words in telling for ending in _ENDINGS}
    keys |= {"".join(word[0] for word in words) for words in (
        found, [word for word in found if word not in _SMALL]) if len(words) in _TELLING_INITIALS}
    return frozenset(keys - {""})


def _initials_of(name: str, short: Collection[str]) -> bool:
    """Whether the other name is one word, or letters (P&G), made of the initials of this one."""
    found, word = _words(name), "".join(part for part in short if part not in _SMALL)
    if len(found) < 2 or (len(short) > 1 and len(word) != sum(part not in _SMALL for part in short)):
        return False
    return len(word) in _INITIALS and word in (
        "".join(part[0] for part in found), "".join(part[0] for part in found if part not in _SMALL))


def label_of(domain: str) -> str:
    """A domain's name without ending and hyphens: acmerobotics of acme-robotics.co.uk."""
    return domain.partition(".")[0].replace("-", "")


def _domain_fits(domain: str, name: str, whole: bool) -> bool:
    """Whether a company of that name may have that domain; `whole`: it is made of all words of the name."""
    label, found = label_of(domain), _words(name)
    if label in ("".join(found), "".join(_telling(found))) or _initials_of(name, (label,)):
        return True
    first = _telling(found)[:1]
    return (not whole and any(label == "".join(found[:end]) for end in range(1, len(found)))) or any(
        len(word) > 3 and word in label for word in first if not whole)
