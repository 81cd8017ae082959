"""Unicode hygiene shared by every field: NFC, no invisible characters, tidy white space."""

from __future__ import annotations

import re
import unicodedata

# What belongs to one lead only is kept while the lead is validated and then normalised, no longer:
# a small cache stays near the processor, and people's data does not pile up in it.
ONE_LEAD = 64

# C0 and C1 controls but tab, line feed and carriage return (Unicode category Cc), and the
# surrogates, which no valid UTF-8 can carry (Unicode standard, section 3.9, D92).
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
# Those of them that Postgres refuses.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

# Default-ignorable characters (Unicode DerivedCoreProperties) that a person can neither see nor
# mean in a form field: soft hyphen, zero-width space, direction marks, embeddings and isolates,
# word joiner, fillers, byte order mark, tag characters.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]"
    # Joiners carry meaning after Arabic and Indic letters only (UAX 31, section 2.3).
    "|(?<![\u0600-\u0dff])[\u200c\u200d]"
)
_UNSEEN = re.compile(f"{_FORBIDDEN.pattern}|{_INVISIBLE.pattern}")
_BLANK_LINES = re.compile(r"\n{3,}")
_MARKS = re.compile("[\u0300-\u036f]")
# White space and punctuation of ASCII, Latin-1, the general block, CJK and full-width forms; never
# letters, digits or the combining signs that belong to words of Indic scripts.
_SEPARATORS = (
    r"\s\x00-/:-@\[-`{-\xa9\xab-\xb1\xb4\xb6-\xb9\xbb-\xbf\xd7\xf7\u2000-\u200b\u200e-\u206f"
    r"\u20a0-\u20cf\u2190-\u2bff\u3000-\u3004\u3007-\u3020\u3030\u30fb\uff01-\uff0f\uff1a-\uff20"
    r"\uff3b-\uff40\uff5b-\uff65"
)
_WORD = re.compile(f"[^{_SEPARATORS}]+")
_ASCII_WORD = re.compile("[a-z0-9]+")  # the same for folded ASCII, in a third of the time

# Latin letters that NFKD does not take apart (Unicode chart Latin-1 and Latin Extended-A).
_LATIN = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i",
     "ħ": "h", "ŋ": "n", "’": "'", "‘": "'", "ʼ": "'"}
)  # fmt: skip
_ANY_LATIN = re.compile(f"[{''.join(map(chr, _LATIN))}]")


def has_control(text: str) -> bool:
    """Tell whether the text holds a control character or a lone surrogate."""
    return not text.isprintable() and _FORBIDDEN.search(text) is not None


def is_storable(text: str) -> bool:
    """Tell whether Postgres can hold the text: it takes no NUL and no lone surrogate."""
    return _UNSTORABLE.search(text) is None


def storable(text: object) -> str:
    """Return the text with a replacement character for each that Postgres cannot hold."""
    return _UNSTORABLE.sub("\ufffd", str(text))


def visible(text: str) -> str:
    """Return the text in NFC without what nobody can see: controls and default-ignorable characters."""
    if text.isascii():
        return _FORBIDDEN.sub("", text)
    return unicodedata.normalize("NFC", _UNSEEN.sub("", text))


def tidy(text: str) -> str:
    """Return one line: NFC, nothing invisible or controlling, single spaces, no outer space."""
    if text.isascii() and text.isprintable():
        if "  " not in text and text[:1] != " " and text[-1:] != " ":
            return text
        return " ".join(text.split())
    return " ".join(visible(text).split())


def tidy_lines(text: str) -> str:
    """Return several lines: like tidy, but line breaks stay (at most one empty line between)."""
    text = visible(text.replace("\r\n", "\n").replace("\r", "\n"))
    lines = "\n".join(line.rstrip() for line in text.split("\n"))
    return _BLANK_LINES.sub("\n\n", lines).strip()


def fold(text: str) -> str:
    """Return the text as a matching key: case folded, accents and typographic marks dropped.

    Only Latin, Greek and Cyrillic accents (combining block U+0300) go; marks that are letters of
    other scripts stay.
    """
    text = text.casefold()
    if text.isascii():
        return text
    if _ANY_LATIN.search(text):
        text = text.translate(_LATIN)
    text = unicodedata.normalize("NFKD", text)
    return unicodedata.normalize("NFC", _MARKS.sub("", text)).casefold()


def is_sign(character: str) -> bool:
    """Tell whether a character makes no word of the letter before it ("ã¡", "âª" are no words)."""
    return character != "" and (not character.isalpha() or character in "ªº")


def words(text: str) -> list[str]:
    """Split folded text into its runs of letters and digits."""
    folded = fold(text)
    return _ASCII_WORD.findall(folded) if folded.isascii() else _WORD.findall(folded)


def word_set(text: str) -> frozenset[str]:
    """Return the words of a list that is kept as one text."""
    return frozenset(text.split())


def clip(text: str, limit: int = 80) -> str:
    """Return at most `limit` printable characters, to quote input in a message."""
    text = tidy(text[: limit + 1])
    return text if len(text) <= limit else text[: limit - 1] + "…"
