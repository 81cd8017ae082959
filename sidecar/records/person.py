"""Person names: split and joined, capitals repaired, junk recognised."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from .name_parser import is_suffix, parse_name, special_words
from .text import ONE_LEAD, fold, word_set

MAX_WORDS, MAX_LENGTH = 20, 500  # longer texts are no names; the general parser's cost grows with them

# Words of plain Western names: Latin letters, perhaps with one hyphen or apostrophe inside.
_LATIN = "A-Za-zÀ-ÖØ-öø-ſ"
_WORD = rf"(?:[{_LATIN}]')?[{_LATIN}]{{2,40}}(?:[-'][{_LATIN}]{{2,40}})?"
_PLAIN = re.compile(rf"{_WORD}(?: (?:{_WORD}|[A-Za-z]\.?)){{0,4}} {_WORD}")
_PLAIN_COMMA = re.compile(rf"({_WORD}(?: {_WORD}){{0,3}}), ?({_WORD}(?: (?:{_WORD}|[A-Za-z]\.?))?)")
_LETTER_RUN = re.compile(r"[^\W\d_]+")
_ROMAN = re.compile(r"[IVX]{1,5}", re.IGNORECASE)
_SPLIT_WORD = re.compile(r"([-'’. ])")
_HOUSEHOLD = re.compile(r"\s+(?:&|and|und|et|y|e|i|\+)\s+|\s*&\s*", re.IGNORECASE)

# Family names written with a capital after "Mac" (Scottish clan names; "Mackey", "Macey" are not).
_MAC = word_set(
    """macadam macalister macallister macarthur macaulay macbeth maccormack macdonald macdonnell
    macdougall macdowell macduff macewan macfarlane macgregor macinnes macintosh macintyre
    maciver mackay mackenzie mackinnon mackintosh maclachlan maclaren maclean macleod macmahon
    macmillan macnab macnamara macneil macneill macphail macpherson macquarie macrae
    mactavish"""
)
# Lower-case particles inside a name (nameparser's list, less those that are as often names).
_PARTICLES = word_set(
    """aan af al-din auf av bin bint binte binti da dal das de degli dei del dela della delle dem
    den der di do dos du el ibn la las le lo los of op ten ter van vande vander vd vom von y zu
    zum zur und and et"""
)
_CREDENTIALS = {
    "phd": "PhD", "md": "MD", "mba": "MBA", "cpa": "CPA", "dds": "DDS", "dvm": "DVM", "jd": "JD",
    "esq": "Esq", "jr": "Jr", "sr": "Sr", "ph.d": "Ph.D", "m.d": "M.D", "llm": "LLM", "bsc": "BSc",
    "msc": "MSc", "rn": "RN", "cfa": "CFA", "pmp": "PMP", "edd": "EdD", "psyd": "PsyD",
}  # fmt: skip

# Texts that forms are filled with to get past them; matched as a whole name, folded.
_JUNK_WORDS = word_set(
    """asdf asdfg asdfgh asdfghjkl asd sdf dfg fgh qwe qwer qwert qwerty qwertz yxcv zxcv zxcvb
    qaz wsx test tester testing teste testo tests foo bar baz foobar blah bla xxx xx xyz abc abcd
    abcde aaa bbb lorem ipsum none null nil undefined unknown unbekannt anonymous anonym nobody
    noname nan na keine kein inconnu void dummy fake sample example user admin customer
    kunde name vorname nachname firstname lastname fullname first last surname mustername
    blank empty jkl hello hi me you someone somebody tbd tba todo qwertyuiop"""
)
_JUNK_PHRASES = frozenset(
    ["n/a", "n.a", "no name", "not applicable", "not provided", "not given", "first name",
     "last name", "full name", "your name", "your full name", "first last", "vorname nachname",
     "test user", "test person", "test lead", "test name", "test account", "none of your business",
     "max mustermann", "erika mustermann", "mickey mouse", "donald duck", "keine angabe", "k.a"]
)  # fmt: skip
_PLACEHOLDERS = word_set("n/a n.a. n.a na none null nil - -- . undefined unknown k.a. k.a")
_LONGEST_PLACEHOLDER = max(map(len, _PLACEHOLDERS))
# Rows of keyboards, both ways.
_KEYBOARD = "qwertyuiop asdfghjkl zxcvbnm qwertzuiop yxcvbnm azertyuiop"
_KEYBOARD += " " + _KEYBOARD[::-1]


_COURTESY = word_set("dr. mr. mrs. ms. prof.")


class Name(NamedTuple):
    """A name in parts; an absent part is empty."""

    given: str = ""
    family: str = ""
    middle: str = ""
    title: str = ""
    suffix: str = ""


def is_placeholder(text: str) -> bool:
    """Tell whether the text only says that there is no name ("n/a", "none", "-")."""
    return len(text) <= _LONGEST_PLACEHOLDER and text.casefold() in _PLACEHOLDERS


@lru_cache(maxsize=ONE_LEAD)
def is_junk_name(text: str) -> bool:
    """Tell whether a whole name is filler ("asdf", "test test", "n/a", "aaaa", "123").

    A rule of thumb of our own, made to spare real names: "Na Li", "Test Anna" and "Null, Jennifer"
    pass because not every word of them is filler.
    """
    folded = fold(text).strip(" .,;:!?*_-")
    if folded in _JUNK_PHRASES or all(map(is_junk_word, _LETTER_RUN.findall(folded))):
        return True
    return "/" in folded and _JUNK_PHRASES.issuperset(folded.split())


def is_junk_word(word: str) -> bool:
    """Tell whether a folded word is filler: a keyboard's row, one letter repeated, "test"."""
    if word in _JUNK_WORDS:
        return True
    if len(word) >= 3 and word.isascii() and word.count(word[0]) == len(word):
        return True
    half = word[: len(word) // 2]
    if len(half) >= 3 and half * 2 == word:
        return half in _KEYBOARD or half in _JUNK_WORDS  # "sdfsdf", "blabla"
    return len(word) >= 4 and word in _KEYBOARD


def _plain_western(text: str) -> Name | None:
    """Read "Dr. Given M. de la Family" or "de la Family, Given M.".

    None when the text is not that plain: when any word but a particle in front of the family name
    is a title, suffix, conjunction or other word that nameparser treats specially. The same answer
    as the general parser's for every text it takes (a property test says so), at a fraction of the
    cost.
    """
    head, _, rest = text.partition(" ")
    if head.lower() in _COURTESY:
        name = _plain_western(rest) if "," not in rest else None
        return None if name is None or name.title else name._replace(title=head)
    special, particles = special_words()
    if _PLAIN.fullmatch(text):
        given, *middle, last = text.split(" ")
        roman = len(last) <= 5 and _ROMAN.fullmatch(last)
        if not roman and special.isdisjoint(text.lower().split(" ")):
            return Name(given, last, " ".join(middle))
        start = next((i for i, word in enumerate(middle) if word.lower() in particles), len(middle))
        middle, before = middle[:start], middle[start:]
    else:
        found = _PLAIN_COMMA.fullmatch(text)
        if found is None:
            return None
        *before, last = found[1].split(" ")
        given, *middle = found[2].split(" ")
    if any(word.lower() not in particles for word in before) or _ROMAN.fullmatch(last):
        return None
    if any(word.lower() in special for word in (given, *middle, last)):
        return None
    return Name(given, " ".join((*before, last)), " ".join(middle))


def _general(text: str) -> Name:
    name = parse_name(text)
    return Name(name.given, name.family, name.middle, name.title, name.suffix)


# "Williams, Jr., Hank", "Doe, BSN, RN, Jane"
_SUFFIX_BETWEEN = re.compile(r"([^,]+), ?([^,]+(?:, ?[^,]+){0,5}), ?([^,]+)")


@lru_cache(maxsize=ONE_LEAD)
def split_name(text: str) -> Name:
    """Split a whole name, given as one tidy line.

    Source: the nameparser package, with these rules of our own on top: of a household ("John &
    Mary Smith") the first person counts; a lone initial at the end marks a list entry with the
    family name in front ("SMITH JOHN W"); a text that is only a title ("Prince") is a given name.
    Junk gives no parts at all.
    """
    if len(text) > MAX_LENGTH or text.count(" ") >= MAX_WORDS or is_junk_name(text):
        return Name()
    plain = _plain_western(text)
    if plain is not None:
        return plain
    listed = _SUFFIX_BETWEEN.fullmatch(text)
    if listed and all(map(is_suffix, listed[2].split(","))) and not is_suffix(listed[3]):
        text = f"{listed[1]}, {listed[3]}, {listed[2]}"
    name = _general(text)
    if not name.given and not name.family:
        return name._replace(given=text, title="", suffix="")
    household = _HOUSEHOLD.split(name.given, maxsplit=1)
    if len(household) > 1 and household[0]:
        name = name._replace(given=household[0])
    if (
        "," not in text
        and len(name.family.rstrip(".")) == 1
        and name.middle
        and " " not in name.middle
        and len(name.given.rstrip(".")) > 1
        and len(name.middle.rstrip(".")) > 1
    ):
        name = name._replace(given=name.middle, family=name.given, middle=name.family)
    return name


def join_name(name: Name) -> str:
    """Return the parts in reading order: title given middle family suffix."""
    parts = (name.title, name.given, name.middle, name.family, name.suffix)
    return " ".join(part for part in parts if part)


def repair_case(text: str, family: bool = False) -> str:
    """Give words in all capitals or all small letters a name's capitals.

    A particle in front of a family name is small, as inside a whole name ("von Beethoven").
    Words of mixed case are never touched (McDonald, DeShawn, van der Berg stays). Initials and
    short runs without a vowel (JRR, DJ) stay beside words of mixed case. Particles inside become
    small; roman numerals and credentials get their usual form.
    """
    # Words in title case stay, but for the Spanish particle "y".
    if text.istitle() and " Y " not in text:
        return text
    words = text.split(" ")
    mixed = any(not (w.isupper() or w.islower()) and w[:1].isalpha() for w in words)
    last = len(words) - 1
    return " ".join(
        _repair_word(w, i == 0 and not family, i == last, mixed) for i, w in enumerate(words))


def _repair_word(word: str, first: bool, last: bool, mixed: bool) -> str:
    upper = word.replace("ß", "").isupper()  # there is no capital in use
    if not (upper or word.islower()):
        return word
    lower = word.lower()
    core = lower.strip(".,")
    if core in _PARTICLES and core == lower and not first and not last:
        return lower if upper else word
    if not first and core in _CREDENTIALS:
        return lower.replace(core, _CREDENTIALS[core])
    if not first and _ROMAN.fullmatch(word.strip(".,")):
        return word.upper()
    letters = [c for c in word if c.isalpha()]
    if upper and len(letters) <= 1:
        return word
    if upper and "." in word.rstrip(".") and len(letters) <= 4:
        return word  # J.R.R.
    if upper and mixed and len(letters) <= 3 and not set(lower) & set("aeiouyäöü"):
        return word
    if upper and mixed and len(letters) == 2 and lower not in ("li", "wu", "yu", "xu"):
        return word
    pieces = _SPLIT_WORD.split(word)
    return "".join(_capitalise(piece, i, pieces) for i, piece in enumerate(pieces))


def _capitalise(piece: str, index: int, pieces: list[str]) -> str:
    lower = piece.lower().replace("i\u0307", "i")  # the Turkish dotted capital's small letter
    if index and pieces[index - 1] in "'’" and lower in ("s", "t"):
        return lower
    if lower in _MAC:
        return "Mac" + lower[3:].capitalize()
    if lower.startswith("mc") and len(lower) > 3:
        return "Mc" + lower[2:].capitalize()
    return piece[:1].upper() + lower[1:] if len(piece[:1].upper()) == 1 else piece
