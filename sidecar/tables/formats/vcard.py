"""Address books: vCard 2.1, 3.0 and 4.0 (RFC 6350), as Outlook, Apple, Google and telephones write them.

Each card is a row; the columns have our own names, the best of several addresses and numbers first. What no
column is for (pictures, birthdays, notes of programs) is passed over.
"""

from __future__ import annotations

import io
import quopri
import re
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import BinaryIO, Final, NamedTuple, TextIO

from sidecar.tables.encoding import CERTAIN, detect_encoding, named
from sidecar.tables.model import Choices, Judge, Layout, Row, TableError

NAME: Final = "vcard"
HEADER: Final = (
    "full_name", "first_name", "last_name", "company_name", "job_title", "email", "email", "email", "phone",
    "phone", "phone", "phone", "linkedin_url", "website", "city", "region", "country", "tags", "note")
_KNOWN: Final = frozenset((
    "FN", "N", "ORG", "TITLE", "ROLE", "EMAIL", "TEL", "URL", "ADR", "CATEGORIES", "NOTE", "X-SOCIALPROFILE"))
_MOBILE: Final = frozenset(("CELL", "IPHONE"))
_MAX_LINE: Final = 1_000_000
_MAX_VALUE: Final = 10_000  # characters
_MAX_PROPERTIES: Final = 500  # of a card
_ESCAPED: Final = re.compile(r"\\([\\,;:nN])")


def is_it(first: bytes) -> bool:
    """Whether the file begins with a card."""
    return first.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:11].upper() == b"BEGIN:VCARD"


def lay_out(file: BinaryIO, choices: Choices, judge: Judge) -> Layout:
    """Find the encoding; a card that says its own keeps it."""
    encoding = choices.encoding and named(choices.encoding)
    if choices.encoding and not encoding:
        raise TableError(f"There is no encoding {choices.encoding[:50]}.")
    name, certainty = (encoding, 1.0) if encoding else detect_encoding(iter(lambda: file.read(1 << 20), b""))
    return Layout(NAME, name if certainty >= CERTAIN else "latin-1", certainty)


def rows(file: BinaryIO, layout: Layout, width: int, identities: Mapping[int, str]) -> Iterator[Row]:
    """The header as line 0, then each card at the line where it begins."""
    yield Row(0, list(HEADER))
    text = io.TextIOWrapper(file, encoding=layout.encoding, errors="replace")
    try:
        yield from _cards(text, layout.encoding)
    finally:
        text.detach()


class _Property(NamedTuple):
    name: str
    kinds: frozenset[str]
    value: str
    preferred: int  # 1 is the best


def _cards(text: TextIO, encoding: str) -> Iterator[Row]:
    card: list[_Property] | None = None
    begins = 0
    for number, line in chain(_unfolded(text), ((0, "BEGIN:VCARD"),)):
        name, _, value, _ = found = _read(line, encoding)
        if name == "BEGIN" and value.strip().upper() == "VCARD":
            if card is not None:
                yield Row(begins, _cells(card), (
                    "unclosed_card", f"The card at line {begins} has no end; the cards after it are read."))
            card, begins = [], number
        elif name == "END" and value.strip().upper() == "VCARD":
            if card is not None:
                cells = _cells(card)
                yield Row(begins, cells if any(cells) else ["", *cells[1:]], None if any(cells) else (
                    "empty_card", f"The card at line {begins} is empty."))
            card = None
        elif card is not None and name in _KNOWN and len(card) < _MAX_PROPERTIES:
            card.append(found)


def _unfolded(text: TextIO) -> Iterator[tuple[int, str]]:
    """Logical lines with their numbers: continued by a space, or by = at the end of quoted-printable ones."""
    whole, begins, soft = "", 0, False
    for number, line in enumerate(iter(lambda: text.readline(_MAX_LINE), ""), 1):
        line = line.rstrip("\r\n")
        if soft or (line[:1] in (" ", "\t") and begins):
            whole = (whole[:-1] if soft else whole) + (line if soft else line[1:]) \
                if len(whole) < _MAX_VALUE else whole[:_MAX_VALUE]
        else:
            if begins:
                yield begins, whole
            whole, begins = line, number
        soft = line.endswith("=") and "QUOTED-PRINTABLE" in whole[:200].upper()
    if begins:
        yield begins, whole


def _read(line: str, encoding: str) -> _Property:
    head, _, value = line[:_MAX_VALUE].partition(":")
    name, *parameters = head.split(";")
    said: dict[str, str] = {}
    kinds: set[str] = set()
    for parameter in parameters:
        key, equals, what = parameter.upper().partition("=")
        if not equals or key == "TYPE":
            kinds.update((what if equals else key).replace('"', "").split(","))
        else:
            said[key] = what
    if "QUOTED-PRINTABLE" in kinds or said.get("ENCODING") == "QUOTED-PRINTABLE":
        codec = named(said.get("CHARSET", "")) or encoding
        value = quopri.decodestring(value.encode(encoding, "replace")).decode(codec, "replace")
    order = said.get("PREF", "")  # 1 to 100
    preferred = int(order) if order.isdecimal() and len(order) <= 3 else 1 if "PREF" in kinds else 100
    return _Property(name.rpartition(".")[2].strip().upper(), frozenset(kinds), value, preferred)


def _parts(value: str) -> list[str]:
    return [_plain(part) for part in re.split(r"(?<!\\);", value)]


def _plain(text: str) -> str:
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], text).strip()


def _cells(card: list[_Property]) -> list[str]:
    def texts(name: str) -> list[str]:
        found = sorted((p for p in card if p.name == name),
                       key=lambda p: (p.kinds.isdisjoint(_MOBILE), p.preferred))
        return [text for p in found if (text := _plain(p.value))]

    def first(name: str, part: int) -> str:
        return next((
            parts[part] for p in card if p.name == name and len(parts := _parts(p.value)) > part), "")

    links = [text for name in ("X-SOCIALPROFILE", "URL") for text in texts(name)]
    phones = [text.removeprefix("tel:") for text in texts("TEL")]
    emails = [text.removeprefix("mailto:") for text in texts("EMAIL")]
    cells = [
        next(iter(texts("FN")), ""), first("N", 1), first("N", 0), first("ORG", 0),
        next(iter(texts("TITLE") or texts("ROLE")), ""), *_filled(emails, 3), *_filled(phones, 4),
        next((link for link in links if "linkedin.com/" in link.lower()), ""),
        next((link for link in texts("URL") if "linkedin.com/" not in link.lower()), ""),
        first("ADR", 3), first("ADR", 4), first("ADR", 6), "; ".join(texts("CATEGORIES")),
        "\n".join(texts("NOTE"))]
    return [cell.encode("utf-8", "replace").decode() for cell in cells]


def _filled(texts: list[str], count: int) -> list[str]:
    return [*texts, *[""] * count][:count]
