"""In which encoding a text is written, and how certain that is.

UTF-8, -16 and -32 tell themselves. Of the old encodings each reads any bytes as some letters, so the words
are looked at: which letters stand beside each other in the languages that the encoding is for
(letter_pairs.tsv), and for Chinese, Japanese and Korean, whether the characters are common ones. General
detectors need a page of prose; a list of contacts has a few names.
"""

from __future__ import annotations

import codecs
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from itertools import islice, pairwise
from typing import Final, NamedTuple

_WESTERN: Final = "de fr es pt it nl sv da nb fi is ca ga"
# Encoding -> its languages, the usual encoding first: of two that read a file alike the first is named.
_ALPHABETS: Final = {
    encoding: tuple(languages.split()) for encoding, languages in {
        "cp1252": _WESTERN,
        "cp1250": "pl cs sk hu ro sl hr sr_Latn sq de",
        "cp1251": "ru uk bg mk sr be",
        "mac_roman": _WESTERN,
        "cp1254": "tr az",
        "cp1253": "el",
        "cp1257": "lt lv et",
        "cp1255": "he",
        "cp1256": "ar fa",
        "cp874": "th",
        "cp1258": "vi",
        "iso8859_2": "pl cs sk hu ro sl hr sr_Latn sq de",
        "iso8859_15": _WESTERN,
        "koi8_u": "ru uk bg",
        "iso8859_5": "ru uk bg mk sr be",
        "mac_cyrillic": "ru uk bg mk sr be",
        "cp866": "ru uk bg be",
        "cp850": _WESTERN,
        "cp852": "pl cs sk hu ro sl hr sr_Latn sq de",
        "mac_latin2": "pl cs sk hu ro sl hr sr_Latn de",
    }.items()}
LANGUAGES: Final = tuple(language for languages in _ALPHABETS.values() for language in languages)
# Encoding -> an encoding of its script and the first bytes there of common characters: level 1 of JIS X 0208,
# GB 2312 and Big5, the Hangul of KS X 1001 (their standards' own division).
_IDEOGRAPHS: Final = {
    "cp932": ("shift_jis", ((0x82, 0x83), (0x88, 0x98))),
    "gb18030": ("gb2312", ((0xB0, 0xD7),)),
    "big5": ("big5", ((0xA4, 0xC6),)),
    "cp949": ("euc_kr", ((0xB0, 0xC8),)),
    "euc_jp": ("shift_jis", ((0x82, 0x83), (0x88, 0x98))),
}
_NO_TEXT: Final = frozenset(("idna", "punycode", "raw-unicode-escape", "unicode-escape", "utf-7"))

CERTAIN: Final = 0.8  # below, a file is refused
_SAMPLE: Final = 200_000  # bytes of lines that are not ASCII
_WORDS: Final = 2000
# Logarithms of probabilities: of one of the some 3,000 common ideographs, of a rare one, of kana, of an
# ideograph in the middle of Latin letters, of a sign or capital letter within a word.
_COMMON, _RARE, _KANA, _HANGUL = -8.0, -16.0, -5.0, -6.5
_MIXED, _MISPLACED, _IMPOSSIBLE = -8.0, -6.0, -10.0
_WEIGHT: Final = 5
_STRANGE: Final = 1e-6  # the share of a letter that a language does not have
# Of files that are not UTF-8 most are Western; what Windows writes is more usual than what others do.
_PRIOR: Final = {
    "cp1252": 0.0, "cp1250": -1.0, "cp1251": -1.0, "cp932": -1.0, "cp949": -1.0, "gb18030": -2.0,
    "big5": -3.0, "mac_roman": -3.0, "cp1253": -3.0, "cp1254": -3.0, "cp1257": -3.0,
    "cp1255": -3.0, "cp1256": -3.0, "cp874": -3.0, "iso8859_2": -3.0, "koi8_u": -3.0}
_UNUSUAL: Final = -6.0
_MISPLACED_SIGN = re.compile(
    r"(?<![^\W\d_])[’”…›»™®©°²³–—][^\W\d_]{2}|[^\W\d_](?:[‘„‚‹¿¡£§·•](?!\d)|\xa0[^\W\d_])")
_SCRIPTS = re.compile(r"[A-Za-z][\u0370-\u0fff]|[\u0370-\u0fff][A-Za-z]")
_MIXTURE = re.compile(r"[A-Za-z][^\x00-\x7f]|[^\x00-\x7f][a-z]")
_WORD = re.compile(r"[^\s\x00-\x26\x28-\x40\x5b-\x60\x7b-\x7f]+")
_SIGNS: Final = "'’‘“”„«»‚‹›¿¡…–—™®©°€£§·•\xa0"
_WIDE_SIGNS: Final = "\u3000、。・「」（）：；，！？－～"


class Encoding(NamedTuple):
    """name: as Python calls it. certainty: 0 to 1; 1 where the file itself says it or the caller does."""

    name: str
    certainty: float


def detect_encoding(chunks: Iterable[bytes]) -> Encoding:
    """Name the encoding of a file: by its mark, UTF-8 if (nearly) all lines are, else by its words."""
    utf8, other, first = 0, 0, b""
    sample: list[bytes] = []
    room = _SAMPLE
    for line in _lines(chunks):
        if not first:
            first = line[:4096]
            if named := _marked(first):
                return Encoding(named, 1.0)
        if line.isascii():
            continue
        try:
            line.decode()
            utf8 += 1
        except UnicodeDecodeError:
            other += 1
            if room > 0:
                sample.append(line[:room])
                room -= len(line)
    if utf8 >= 9 * other:  # what is no UTF-8 then is an error of its row
        return Encoding("utf-8", 1.0 if not other else 0.95)
    return _of_words(b"\n".join(sample))


def named(encoding: str) -> str | None:
    """Python's name of an encoding of texts that somebody names; None when there is none."""
    try:
        found = codecs.lookup(encoding)
        "a".encode(found.name)
    except (LookupError, ValueError, UnicodeError):
        return None
    return "utf-8-sig" if found.name == "utf-8" else found.name if found.name not in _NO_TEXT else None


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The lines of a file, long ones in pieces."""
    rest = b""
    for chunk in chunks:
        if len(rest) > _SAMPLE:
            yield rest
            rest = b""
        *lines, rest = (rest + chunk).split(b"\n")
        yield from lines
    if rest:
        yield rest


def _marked(first: bytes) -> str:
    if first.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if first.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if len(first) > 3 and first[1::2].count(0) * 3 > len(first) and not first[::2].count(0):
        return "utf-16-le"
    if len(first) > 3 and first[::2].count(0) * 3 > len(first) and not first[1::2].count(0):
        return "utf-16-be"
    return ""


def _of_words(sample: bytes) -> Encoding:
    """The encoding that makes the most likely words of the bytes, against those that make other words."""
    scores: dict[str, float] = {}
    named: dict[str, str] = {}
    plain: dict[str, float] = {}
    for encoding in (*_ALPHABETS, *_IDEOGRAPHS):
        try:
            text = sample.decode(encoding)
        except UnicodeDecodeError:
            continue
        if text in named:
            continue
        named[text] = encoding
        scores[encoding], plain[encoding] = _score(text, encoding)
        scores[encoding] += _PRIOR.get(encoding, _UNUSUAL)
    best = max(scores, key=lambda encoding: scores[encoding], default="cp1252")
    if not scores:
        return Encoding(best, 0.0)
    rivals = sum(math.exp(max(-50.0, score - scores[best]))
                 for encoding, score in scores.items() if encoding != best)
    return Encoding(best, round(min(1.0, 2 * plain[best]) / (1 + rivals), 2))


def _score(text: str, encoding: str) -> tuple[float, float]:
    """(logarithm of how likely the words are, the share of their letters that the languages know)."""
    if encoding in _IDEOGRAPHS:
        return _score_ideographs(text, *_IDEOGRAPHS[encoding])
    words = list(islice(dict.fromkeys(words_of(text)), _WORDS))
    pairs = [pair for word in words for pair in pairs_of(word) if not pair.isascii()]
    models = [_models()[language] for language in _ALPHABETS[encoding]]
    total = max(model.score(pairs) for model in models) + _IMPOSSIBLE * sum(map(_torn, words))
    seen = sum(any(pair in model.pairs for model in models) for pair in pairs)
    return total + _MISPLACED * len(set(_MISPLACED_SIGN.findall(text))), seen / len(pairs) if pairs else 1.0


def _torn(word: str) -> int:
    """How often a word is what none is: of two scripts, or with a capital letter beside a small one."""
    return len(_SCRIPTS.findall(word)) + sum(
        b.isupper() and not b.isascii() and a.isalpha() and (a.islower() or c.islower())
        for a, b, c in zip(word, word[1:], f"{word[2:]} ", strict=False))


def _score_ideographs(text: str, codec: str, common: tuple[tuple[int, int], ...]) -> tuple[float, float]:
    total, seen, count = 0.0, 0, 0
    for letter in dict.fromkeys(text):
        if letter.isascii() or letter in _WIDE_SIGNS:
            continue
        lead = letter.encode(codec, "replace")[0]
        known = any(first <= lead <= last for first, last in common)
        if "\u3040" <= letter <= "\u30ff":
            total += _KANA
        elif "\uac00" <= letter <= "\ud7a3" and known:
            total += _HANGUL
        else:
            total += _COMMON if known else _RARE
        seen, count = seen + (known or lead > 0x80), count + 1
    total += _MIXED * len(set(_MIXTURE.findall(text)))
    return total, seen / count if count else 1.0


def words_of(text: str) -> Iterator[str]:
    """The words of a text that have anything beyond ASCII but a sign that may stand beside words."""
    for word in _WORD.findall(text.replace("’", "'")):
        bare = word.strip(_SIGNS)
        if not bare.isascii():
            yield bare


def pairs_of(word: str) -> list[str]:
    """Neighbours in a word, in lower case, its ends as ^ and $."""
    letters = f"^{word.lower()}$"
    return [a + b for a, b in pairwise(letters)]


class _Model(NamedTuple):
    """How often letters stand in a language: pairs of them; what begins a pair, with how many other letters
    come after it; the share of each letter that ends one."""

    pairs: Mapping[str, int]
    firsts: Mapping[str, tuple[int, int]]
    share: Mapping[str, float]

    def score(self, pairs: Iterable[str]) -> float:
        """The logarithm of how likely each second letter is after the first (smoothed after Witten and
        Bell)."""
        total = 0.0
        for pair in pairs:
            count, others = self.firsts.get(pair[0], (0, 0))
            others += _WEIGHT
            total += math.log((self.pairs.get(pair, 0) + others * self.share.get(pair[1], _STRANGE))
                              / (count + others))
        return total


@lru_cache(1)
def _models() -> dict[str, _Model]:
    models = {}
    for line in files(__package__).joinpath("letter_pairs.tsv").read_text("utf-8").splitlines()[1:]:
        language, *cells = line.split("\t")
        pairs = {cell[:2]: int(cell[2:]) for cell in cells}
        firsts: dict[str, tuple[int, int]] = {}
        seconds: Counter[str] = Counter()
        for pair, count in pairs.items():
            before, others = firsts.get(pair[0], (0, 0))
            firsts[pair[0]] = before + count, others + 1
            seconds[pair[1]] += count
        whole = seconds.total()
        models[language] = _Model(pairs, firsts, {letter: n / whole for letter, n in seconds.items()})
    return models
