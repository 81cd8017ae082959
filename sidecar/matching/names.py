"""Whether two people's names contradict each other: the reason never to take them for one person.

Names are compared by a key that spellings and scripts share. Given names decide, since family names change:
a nickname, an initial, one part of a compound name, another script's or country's spelling and a slip of
the pen are the same name; Mario and Maria, Martin and Marvin, Anna and Hanna are not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import permutations
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

from anyascii import anyascii
from rapidfuzz.distance import OSA

from sidecar.records import split_name
from sidecar.records.person import ADDRESSED
from sidecar.records.text import fold, word_set, words

from .agreement import nicknames, without_umlauts

# Spellings of one sound: Juergen, Jürgen; Aleksei, Alexej; Carl, Karl; Elisabeth, Elizabeth; Filip, Philippe.
_SOUNDS: Final = (
    ("ae", "a"), ("oe", "o"), ("ue", "u"), ("tsch", "c"), ("tch", "c"), ("sch", "s"), ("ph", "f"),
    ("ch", "k"), ("ks", "x"), ("ck", "k"), ("c", "k"), ("q", "k"), ("w", "v"), ("z", "s"), ("y", "i"),
    ("j", "i"),
)  # fmt: skip
_SILENT = re.compile(r"(?<=.)h|^i(?=e)")  # Sarah, Thomas; Yelena
_REPEATED = re.compile(r"(.)\1+")
_VOWELS = re.compile("[aeiou]")
_ABJAD = re.compile("[\u0590-\u07ff\ufb1d-\ufdff\ufe70-\ufeff]")  # scripts that leave vowels out
_UNWRITTEN = re.compile("[aeiouyw]")
# What makes a name the other sex's, or a new name, and no misspelling: Paul and Paula, Andrea and Andreas,
# Jan and Janneke, Min and Ming; as `key_of` writes it (Frederique ends in u, Antoinette in te).
_ENDINGS: Final = word_set(
    "a e i o u s g ia ie ina ine ene in ela ele ete eta te ote ota ita iana iane ke eke neke tie")
_GENERATIONS: Final = {
    "sr": 1, "snr": 1, "sen": 1, "senior": 1, "pere": 1,
    "jr": 2, "jnr": 2, "jun": 2, "junior": 2, "fils": 2, "filho": 2, "hijo": 2, "ii": 2,
    "neto": 3, "iii": 3, "iv": 4,
}  # fmt: skip
_ADDRESSED_OR_GIVEN: Final = {"m": "m", "pan": "m", "don": "m", "dona": "f"}  # M. Petit: Monsieur or Marie
# What a woman's family name ends in beside a man's, as `key_of` writes it: Petrovskaya and Petrovsky,
# Svobodová and Svoboda, Veselá and Veselý, Bērziņa and Bērziņš, Papadopoulou and Papadopoulos, Kazlauskienė
# and Kazlauskas.
_WOMANS: Final = (
    ("skaia", "ski"), ("ska", "ski"), ("aia", "oi"), ("ova", ""), ("ova", "a"), ("ova", "o"), ("a", "i"),
    ("a", "s"), ("ou", "os"), ("ou", "is"), ("i", "is"), ("a", "as"), ("iene", "as"), ("iene", "is"),
    ("aite", "as"), ("ite", "is"), ("ute", "us"),
)  # fmt: skip
_SHORTEST_SLIP: Final = 5  # shorter names are too near each other for a letter to be a slip
_ARTICLE = re.compile("^(?:al|el)(?=.{4})")
_LATIN = re.compile("[a-z\u00df-\u024f\u1e00-\u1eff]")
_GREEK = re.compile("[\u0370-\u03ff]")
_HAN = re.compile("[\u3400-\u9fff]")
_MOST_WORDS: Final = 4  # of a name whose order is tried
_LONG: Final = 10  # from here on two slips are forgiven

# same; family: the same given name, another family name; other: another person's.
NameRelation = Literal["same", "family", "other", "unknown"]


class Named(NamedTuple):
    """A name as it is compared: the words of given (middle names too) and family name; `generation`: 1 for
    senior, 2 for junior …, 0 where it is not said; `addressed`: as a man ("m"), a woman ("f"), else ""."""

    given: tuple[str, ...] = ()
    family: tuple[str, ...] = ()
    generation: int = 0
    addressed: str = ""

    @property
    def known(self) -> bool:
        """Whether there is a name at all."""
        return bool(self.given or self.family)


@lru_cache(maxsize=1 << 14)
def named(first: str, last: str, full: str = "") -> Named:
    """A name as it is compared, of what a normalised lead calls first_name, last_name and full_name."""
    if first.isalnum() and last.isalnum() and full == f"{first} {last}":  # the usual case: nothing to split
        one, other = words(first), words(last)
        if len(one) == len(other) == 1 and one[0] not in ADDRESSED and other[0] not in ADDRESSED:
            return Named((one[0],), (other[0],), 0, _ADDRESSED_OR_GIVEN.get(one[0], ""))
    whole = split_name(full) if " " in full else None
    if whole and not (first and last):
        first, last = first or whole.given, last or whole.family
    elif not (first or last):
        first = full
    given, family = ([word for word in words(part) if word not in ADDRESSED] for part in (first, last))
    titles = [word.rstrip(".") for word in fold(whole.title).split()] if whole else []
    ending = [word for word in words(full)[2:] + words(last)[1:] if word in _GENERATIONS]
    if whole:
        given += [word for word in words(whole.middle) if word not in given and word not in family]
    return Named(
        tuple(given), tuple(word for word in family if word not in ending),
        _GENERATIONS[ending[-1]] if ending else 0,
        next((ADDRESSED[word] for word in titles if word in ADDRESSED),
             _ADDRESSED_OR_GIVEN.get(" ".join(given), "")))


def named_of(fields: Mapping[str, Any]) -> Named:
    """The name that a normalised lead or a contact's fields tell."""
    return named(*(str(fields.get(field) or "") for field in ("first_name", "last_name", "full_name")))


def names_contradict(left: Named, right: Named) -> bool:
    """Tell whether both are known and cannot be one person's.

    Other given names contradict, whatever the family name; another family name alone does not (marriage),
    unless the given names are not spelt alike (an initial, a short form), or one is missing. Junior and
    senior are two, so are Mr. and Mrs.
    """
    if left.generation and right.generation and left.generation != right.generation:
        return True
    if left.addressed and right.addressed and left.addressed != right.addressed:
        return True
    one, other = left.given + left.family, right.given + right.family
    if not (one and other):
        return False
    if not (left.given and left.family and right.given and right.family):
        return not _alike(one, other)
    if _alike(left.given, right.given, initials=False):
        return family_changed(left, right) and not _spelt_alike(left.given, right.given)
    if _alike(left.family, right.family):
        # María del Carmen López is Carmen López: a part of a given name may be read as family name.
        return not any(_alike(*pair) for pair in (
            (left.given, right.given), (left.given, set(right.family) - set(left.family)),
            (right.given, set(left.family) - set(right.family))))
    return not (_alike(left.given, right.family) and _alike(left.family, right.given))


def names_agree(left: Named, right: Named) -> bool:
    """Tell whether two names on a mailbox of several people are one person's: the very same words, or given
    and family name of one generation. The whole given name is the same, however it is spelt: Sam is Samuel's
    and Samantha's, Hans and Hans-Peter may be father and son."""
    if left == right:
        return left.known
    given = _whole(left.given)
    return (bool(given) and given == _whole(right.given) and left.generation == right.generation
            and not names_contradict(left, right) and _alike(left.family, right.family))


def family_changed(left: Named, right: Named) -> bool:
    """Tell whether both have a family name and share no word of it, wherever it stands, nor by a slip."""
    return bool(left.family and right.family) and not (
        _alike(left.family, right.family) or _alike(left.family, right.given)
        or _alike(left.given, right.family) or _one_family_name("".join(left.family), "".join(right.family)))


def _one_family_name(left: str, right: str) -> bool:
    """McDonald and Mc Donald, Al-Sayed and Elsayed, Grunbacher and Grunbaher, Svoboda and Svobodová."""
    one, other = (_ARTICLE.sub("", _latin(name)) for name in (left, right))
    return same_name(one, other) or _of_one_couple(key_of(one), key_of(other)) or (
        min(len(one), len(other)) > _SHORTEST_SLIP and OSA.distance(one, other, score_cutoff=1) <= 1)


def _of_one_couple(left: str, right: str) -> bool:
    """Whether one is how a woman is called and the other how a man is, in languages that tell them apart."""
    return any(
        len(stem := woman.removesuffix(hers)) > 2 and stem != woman and f"{stem}{his}" == man
        for woman, man in ((left, right), (right, left)) for hers, his in _WOMANS)


def name_relation(left: Named, right: Named) -> NameRelation:
    """Tell how far two names agree, if both are known: a name in another script is read in Latin letters;
    what nobody can read so (Chinese characters, which several languages have) has to be confirmed like a new
    family name."""
    if not (left.known and right.known):
        return "unknown"
    contradict = _part_differs(left, right) or _other_initial(left, right) or (
        names_contradict(left, right) and not (
            _initialled(left.given, right.given) and not family_changed(left, right)))
    if not (contradict or family_changed(left, right)):
        return "same"
    one, other = ("".join(name.given + name.family) for name in (left, right))
    if one.isascii() == other.isascii():
        return "other" if contradict else "family"
    script, latin_one = (one, right) if other.isascii() else (other, left)
    if _romanised(script, latin_one):
        return "same"
    return "family" if _HAN.search(script) or not contradict else "other"


def _part_differs(left: Named, right: Named) -> bool:
    """Whether both given names have a part that the other has not: Min-ji and Min-jun, Hans-Peter and
    Hans-Jürgen."""
    return _alike(left.given, right.given) and all(
        any(not _alike((word,), other.given + other.family) for word in one.given)
        for one, other in ((left, right), (right, left)))


def _other_initial(left: Named, right: Named) -> bool:
    """Whether all that is known of one given name is an initial, and the other begins with another letter as
    it is written: a Katherine is no C. In another script it may be any that sounds so."""
    for one, other in ((left, right), (right, left)):
        if len(one.given) == 1 and len(one.given[0]) == 1 and other.given and len(other.given[0]) > 1:
            written = _LATIN.match(one.given[0]) and _LATIN.match(other.given[0])
            if written and not _alike(one.family, other.given):  # as names stand in any order
                return _latin(other.given[0])[0] != _latin(one.given[0])[0]
    return False


def _initialled(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    """Jean-Pierre as JP."""
    return any(len(one) > 1 and [short] == ["".join(word[0] for word in one)]
               for one, other in ((left, right), (right, left)) for short in other[:1])


def _romanised(script: str, name: Named) -> bool:
    """Tell whether a name in another script is one in Latin letters, whose words stand in any order."""
    read = key_of(script)
    if _GREEK.search(script):
        read = read.replace("mp", "b").replace("nt", "d")
    orders = [key_of("".join(order)) for order in permutations((name.given + name.family)[:_MOST_WORDS])]
    if _ABJAD.search(script):
        return _written(read) in map(_written, orders)
    return any(OSA.distance(read, text, score_cutoff=len(text) // 4) <= len(text) // 4 for text in orders)


def sounds_of(name: Named) -> set[str]:
    """The sounds of a family name's words, of a name without one those of the given name: whose are others is
    seldom the same."""
    return {f"={key_of(word)}" for word in name.family or name.given}


def initials_of(name: Named) -> set[str]:
    """With which letters those words begin, as they are written and as they sound: whose are others is not
    the same, but by a name that is short for another."""
    return {key[0] for word in name.family or name.given for key in (_latin(word), key_of(word)) if key}


def whole_name(name: Named) -> str:
    """A name's words as one, "~" for nobody's: what is looked up first among many people."""
    return f"~{' '.join((*name.given, *name.family))}"


def _alike(left: Iterable[str], right: Iterable[str], *, initials: bool = True) -> bool:
    """Tell whether a word of one is a word of the other."""
    return any(
        same_name(one, other) for one in left for other in right
        if initials or (len(one) > 1 and len(other) > 1))


def _whole(given: Iterable[str]) -> set[str]:
    """How the words of a given name sound, without initials."""
    return {key_of(word) for word in given if len(word) > 1}


def _spelt_alike(left: Iterable[str], right: Iterable[str]) -> bool:
    """Tell whether a word of one sounds as a word of the other."""
    return not {*map(key_of, left)}.isdisjoint(map(key_of, right))


@lru_cache(maxsize=1 << 16)
def same_name(left: str, right: str) -> bool:
    """Tell whether two folded words are one name: in full, short, as an initial, spelt otherwise."""
    if left == right:
        return True
    one, other = key_of(left), key_of(right)
    if one == other or not (one and other):
        return not _feminine(*sorted((left, right), key=len))
    if len(left) == 1 or len(right) == 1:
        short, long = sorted((left, right), key=len)
        return long.startswith(short) or key_of(long).startswith(key_of(short))
    if right in nicknames(left):
        return True
    one, other = _latin(left), _latin(right)
    if _ABJAD.search(left + right):
        return _written(one) == _written(other)
    known = is_given_name(left) and is_given_name(right)
    # Letters transposed; the last one tells Christian from Christina.
    if len(one) > 3 and one[0] == other[0] and sorted(one) == sorted(other) and not (
            known and one[-1] != other[-1]):
        return OSA.distance(one, other, score_cutoff=1) <= 1
    return _slip(key_of(left), key_of(right), known=known)


def _feminine(short: str, long: str) -> bool:
    """René and Renée, which are spoken alike."""
    return len(short) > 3 and long == f"{short}e" and short[-1] == "e"


def _slip(left: str, right: str, *, known: bool) -> bool:
    """Tell whether one key is the other shortened or misspelt; `known`: both are names of their own, of which
    one is the other only by a vowel left out."""
    short, long = sorted((left, right), key=len)
    if long.startswith(short):
        # Julian is no Julia in full, nor Adam an Ada.
        other_sex = long[len(short):] in _ENDINGS or (known and short[-1] == "a" and long[-1] not in "ae")
        return len(short) >= 3 and not other_sex
    # The last letter tells Maria from Mario.
    if left[0] != right[0] or left[-1] != right[-1] or len(short) < _SHORTEST_SLIP:
        return False
    if known:
        return len(long) > len(short) > _SHORTEST_SLIP and _VOWELS.sub("", left) == _VOWELS.sub("", right)
    most = 2 if len(short) >= _LONG else 1
    return OSA.distance(left, right, score_cutoff=most) <= most


def _written(latin: str) -> str:
    return _REPEATED.sub(r"\1", _UNWRITTEN.sub("", latin))


@lru_cache(maxsize=1 << 14)
def _latin(word: str) -> str:
    return word if word.isascii() else "".join(filter(str.isalnum, anyascii(word).casefold()))


def latin(folded: Iterable[str]) -> str:
    """Return a name's words as one, in Latin letters."""
    return "".join(map(_latin, folded))


@lru_cache(maxsize=1 << 14)
def key_of(word: str) -> str:
    """The letters that all spellings of a name share, in Latin script."""
    key = "".join(filter(str.isalpha, _latin(word)))
    for spelling, sound in _SOUNDS:
        key = key.replace(spelling, sound)
    return _REPEATED.sub(r"\1", _SILENT.sub("", key))


@lru_cache(maxsize=1)
def _given_names() -> frozenset[str]:
    """Keys of the given names that several countries know: given_names.txt (`make refresh-lists`)."""
    text = Path(__file__).with_name("given_names.txt").read_text(encoding="utf-8")
    return frozenset(map(key_of, text.split()))


@lru_cache(maxsize=1)
def _rarer_given_names() -> frozenset[str]:
    """Those that fewer know, as they are written: rarer_given_names.txt (`make refresh-lists`)."""
    text = Path(__file__).with_name("rarer_given_names.txt").read_text(encoding="utf-8")
    return frozenset(text.split())


def other_given_name(left: str, right: str) -> bool:
    """Tell whether two words are given names of their own, so that neither is a misspelling of the other."""
    return not same_name(left, right) and is_given_name(left) and is_given_name(right)


def is_given_name(word: str) -> bool:
    """Tell whether a word is a common given name, so that one like it is another, not its misspelling."""
    return key_of(word) in _given_names()


def may_be_given_name(word: str) -> bool:
    """Tell whether a word is a given name somewhere, if a rare one."""
    return is_given_name(word) or not _rarer_given_names().isdisjoint((word, without_umlauts(word)))
