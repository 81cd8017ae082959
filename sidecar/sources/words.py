"""The words of names: a name taken apart, and what each word may mean (words.txt, by language).

Shapes: a piece is a word as the table has it, folded (`emailaddresse` is two pieces, `E-Mail` is one), or
digits; a reading is (meaning, language), "*" being words of every language and of English.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.resources import files
from typing import Final

MAX_NAME: Final = 200  # characters of a name that are looked at

Reading = tuple[str, str]
_Pieces = tuple[str, ...]

_CAMEL: Final = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD: Final = re.compile(r"[^\W\d_]+|\d+|#")
_MARKS: Final = re.compile("[\u0300-\u036f]")
_LATIN: Final = str.maketrans({"ß": "ss", "æ": "a", "œ": "o", "ø": "o", "ł": "l", "ı": "i", "đ": "d"})
_E: Final = re.compile("(?<=[aou])e")  # as in ae, oe, ue for ä, ö, ü
_SPACELESS: Final = re.compile("[\u3040-\u30ff\u3400-\u9fff]")  # kana and kanji stand without spaces
_SHORTEST: Final = 3  # letters of a part of a compound


def table(name: str) -> Iterator[list[str]]:
    """The lines of a data file beside this one, as cells."""
    for line in files(__package__).joinpath(name).read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            yield [cell.strip() for cell in line.split("|")]


def words(name: str) -> list[str]:
    """The words of a name, without case, accents and umlauts, however they were written."""
    text = unicodedata.normalize("NFKC", name[:MAX_NAME])
    return [_fold(word) for word in _WORD.findall(_CAMEL.sub(" ", text))]


def fold(name: str) -> str:
    """The words of a name in one."""
    return "".join(words(name))


def _fold(word: str) -> str:
    letters = unicodedata.normalize("NFKD", word.casefold().translate(_LATIN))
    return _E.sub("", _MARKS.sub("", letters))


def _meanings() -> dict[str, list[Reading]]:
    found: dict[str, list[Reading]] = {"#": [("number", "*")]}
    for meaning, language, phrases in table("words.txt"):
        for phrase in phrases.split(","):
            found.setdefault(fold(phrase), []).append((meaning, language))
    found.pop("", None)
    return found


_MEANINGS: Final = _meanings()
_LONGEST: Final = max(map(len, _MEANINGS))


def readings(piece: str) -> list[Reading]:
    """What a piece may mean, as in the file; nothing for digits."""
    return _MEANINGS.get(piece, [])


def meanings(piece: str, spoken: frozenset[str] = frozenset()) -> list[str]:
    """What a piece may mean, the likeliest first: of a word that means two things the meaning in a language
    that is spoken around it."""
    known = readings(piece)
    if spoken and len(known) > 1:
        heard = [meaning for meaning, language in known if language in spoken]
        plain = [meaning for meaning, language in known if language == "*"]
        return list(dict.fromkeys(heard + plain)) or [meaning for meaning, _ in known]
    return list(dict.fromkeys(meaning for meaning, _ in known))


def languages(names: Iterable[str]) -> frozenset[str]:
    """The languages that several names speak, by the words that are not of every language alike."""
    votes: dict[str, float] = defaultdict(float)
    for name in names:
        for piece in pieces(name):
            heard = {"en" if language == "*" else language for _, language in readings(piece)}
            for language in heard:
                votes[language] += 1 / len(heard)
    most = max(votes.values(), default=0)
    return frozenset(language for language, share in votes.items() if share * 3 >= most >= 1)


@lru_cache(4096)
def pieces(name: str) -> _Pieces:
    """The pieces of a name, compounds taken apart, in as few as it can be; none when a word is unknown."""
    separate = words(name)
    text = "".join(separate)
    ends, digits, end = {0}, {}, 0
    for word in separate:
        start, end = end, end + len(word)
        ends.add(end)
        if word.isdecimal():
            digits[start] = end
    best: list[tuple[int, _Pieces] | None] = [(0, ()), *[None] * len(text)]

    def offer(end: int, cost: int, piece: str, here: tuple[int, _Pieces]) -> None:
        there = best[end]
        if there is None or here[0] + cost < there[0]:
            best[end] = (here[0] + cost, (*here[1], piece))

    for start in range(len(text)):
        here = best[start]
        if here is None:
            continue
        if start in digits:
            offer(digits[start], 0, text[start:digits[start]], here)
        for end in range(start + 1, min(len(text), start + _LONGEST) + 1):
            piece = text[start:end]
            if piece not in _MEANINGS:
                continue
            whole = start in ends and end in ends
            if whole or _SPACELESS.match(piece) or (
                    len(piece) >= _SHORTEST and _MEANINGS[piece][0][0] != "noise"):
                offer(end, 2 if whole else 3, piece, here)
    found = best[len(text)]
    return found[1] if found else ()
