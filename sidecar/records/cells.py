"""One cell as its sender's tool wrote it, read as what the person meant, before any rule of a field.

Spreadsheets wrap texts (="0151"), data tools write whole numbers as decimals (4915123456789.0) or with an
exponent (4.915E+12), web forms escape texts (O&#039;Hara), mail programs and chats bring invisible signs,
hard spaces and links, and some files were decoded twice (JosÃ©).
"""

from __future__ import annotations

import math
import re
from decimal import Decimal
from functools import lru_cache
from html import unescape
from html.entities import html5
from typing import Any, Final

from .text import visible

# What the rules below need: any sign but letters, digits and the usual marks. Most texts have none.
_SIGN = re.compile(r"[^ !#-%(-;>-Z\\\]^_a-~]")
# A text of these signs alone, without outer spaces. Beside ASCII Latin letters that stand alone: two may be
# what was decoded twice.
_PLAIN = re.compile(r"(?! )[ !#-%(-;>-Z\\\]^_a-~]+(?<! )")
_PLAIN_LATIN = re.compile(r"(?! )(?:[ !#-%(-;>-Z\\\]^_a-~]|[À-ÖØ-öø-ſ](?![^\x00-\x7f]))+(?<! )")
_DECIMAL = re.compile(r"[.,]00?\Z|\d[eE]\+?\d")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_FORMULA = re.compile(r"""=(?:T\(\s*)?(?:"((?:[^"]|"")*)"|'([^']*)'|([+-]?\d[\d.]*))\s*\)?""")
_HYPERLINK = re.compile(
    r"""=HYPERLINK\(\s*"([^"]*)"\s*(?:[;,]\s*"([^"]*)"\s*)?\)""", re.IGNORECASE)  # fmt: skip
_ANCHOR = re.compile(
    r"""<a\s[^>]*?href\s*=\s*["']?([^"'\s>]+)["']?[^>]*>\s*([^<]*?)\s*</a>""", re.IGNORECASE)  # fmt: skip
_MARKDOWN = re.compile(r"\[([^\[\]]*)\]\(([^()\s]+)\)")
_CHAT_LINK = re.compile(r"<((?:mailto:|tel:|https?://)[^|<>\s]+)\|([^<>|]+)>")
_SCHEME = re.compile(r"(?:mailto|tel|callto|sms):", re.IGNORECASE)
_WHOLE = re.compile(r"([+-]?\d{5,20})[.,]00?")
_EXPONENT = re.compile(r"([+-]?\d{1,2}(?:[.,]\d{1,17})?)[eE]\+?(\d{1,2})")
_TEXT_MARK = re.compile(r"'(?=[=+@\d-])")  # a spreadsheet's sign that what follows is a text
_QUOTES: Final = {
    '"': '"', "'": "'", "“": "”", "„": "“”", "”": "”", "«": "»", "»": "«", "‘": "’", "‚": "‘’", "’": "’",
    "‹": "›", "`": "`´", "「": "」", "『": "』", "＂": "＂",
}  # fmt: skip
# Spaces of other widths (Unicode category Zs) and the line and paragraph separators.
_SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")

# A text in UTF-8 that was decoded as Windows-1252: two to four characters for one. The first is one of a
# few capitals, the others are signs that hardly ever follow them.
_TWICE = re.compile(r"[ÂÃÄÅÈÎÏÐÑ×ØÙà-ï][\x80-\xff\u0152-\u0192\u02c6\u02dc\u2010-\u203a\u20ac\u2122]")
_UNMISTAKABLE = re.compile(
    r"Ã[\x80-\xbf\u0152-\u0192\u02c6\u02dc\u2010-\u203a\u20ac\u2122]|á[º»]|Â[\xa0-\xbf]|â(?:€|„¢|‚¬)"
    r"|[a-z][ÄÅÈ][\x80-\xbf\u0152-\u0192\u02c6\u02dc\u2010-\u203a\u20ac\u2122]"
    r"|[ÄÅÈ][\x80-\xbf\u0152-\u0192\u02c6\u02dc\u2010-\u203a\u20ac\u2122][a-z]"
)
# Bytes that Windows-1252 leaves undefined stay the control characters that they are in Latin-1.
_UNDEFINED = str.maketrans({chr(byte): None for byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D)})


def read_cell(value: Any) -> Any:
    """Return what a cell means; a value that is neither text nor decimal is returned as it is.

    A decimal without a fraction is the whole number, NaN is None. A text loses wrappers, outer quotes and
    spaces, what nobody can see, and HTML entities, escaped twice too; digits written as a decimal or with an
    exponent that spells all of them are those digits.
    """
    if isinstance(value, str):
        if not value.isascii() and is_tidy_cell(value):
            return value  # a name with accents
        # Digits at the end may be a decimal's.
        odd = _SIGN.search(value) or value[:1] == " " or (
            value[-1:].isdigit() and _DECIMAL.search(value)) or value[-1:] == " "
        return _read_text(value) if odd else value
    if isinstance(value, float):
        if math.isnan(value):
            return None
        if value.is_integer() and abs(value) < 1e15:
            return int(value)
    return value


def is_tidy_cell(text: str) -> bool:
    """Tell of most texts that neither `read_cell` nor `tidy` changes them, at a fraction of their cost.

    A property test holds it against both.
    """
    if text.isascii():
        if text.isalpha():
            return True
        plain = _PLAIN
    else:
        plain = _PLAIN_LATIN
    return plain.fullmatch(text) is not None and "  " not in text and not (
        text[-1].isdigit() and _DECIMAL.search(text))


def _read_text(text: str) -> str:
    text = _plainer(text)
    while "&" in text and (meant := _ENTITY.sub(_entity, text)) != text:
        text = meant
    while (plainer := _plainer(text)) != text:
        text = plainer
    return text


def _plainer(text: str) -> str:
    """Take off one layer: what was decoded twice, what nobody can see, wrappers, a decimal's zeros."""
    if not (text.isascii() and text.isprintable()):
        text = _SPACES.sub(" ", visible(decoded_once(text)))
    text = text.strip()
    inner = _inside(text)
    return _figures(text if inner is None else inner.strip())


def _entity(found: re.Match[str]) -> str:
    if found[0][1] != "#" and found[0][1:] not in html5:
        return found[0]
    meant = unescape(found[0])
    return " " if meant == "\xa0" else meant


def _inside(text: str) -> str | None:
    first = text[:1]
    if first == "=":
        if link := _HYPERLINK.fullmatch(text):
            return _link(link[1], link[2] or "")
        if formula := _FORMULA.fullmatch(text):
            quoted, single, number = formula.groups()
            return quoted.replace('""', '"') if quoted is not None else single or number or ""
        return None
    if first == "<":
        if link := _ANCHOR.fullmatch(text) or _CHAT_LINK.fullmatch(text):
            return _link(unescape(link[1]), unescape(link[2]))
        return None
    if first == "[":
        link = _MARKDOWN.fullmatch(text)
        return _link(link[2], link[1]) if link else None
    if first in _QUOTES and len(text) > 2 and text[-1] in _QUOTES[first]:
        inner = text[1:-1]
        if first == '"' and '""' in inner:
            return inner.replace('""', '"')
        if first not in inner and text[-1] not in inner:
            return inner
    if first == "'" and _TEXT_MARK.match(text):
        return text[1:]
    return None


def link_target(text: str) -> str | None:
    """The web address that a cell leads to whose text is a link, None for any other cell."""
    first, text = text[:1], text.strip()
    link = (_HYPERLINK.fullmatch(text) if first == "=" else _ANCHOR.fullmatch(text) if first == "<" else None)
    if link is None and first == "[" and (link := _MARKDOWN.fullmatch(text)):
        return link[2]
    return unescape(link[1]) if link else None


def _link(target: str, text: str) -> str:
    """Of a link the text counts, but the address that it leads to where the text only names that."""
    bare = _SCHEME.sub("", target).partition("?")[0] if _SCHEME.match(target) else target
    if not text or (_SCHEME.match(target) and text.strip().casefold() != bare.casefold()):
        return bare
    return text


def _figures(text: str) -> str:
    """Read digits that a tool wrote as a decimal: "4915123456789.0", "4.915123456789E+12"."""
    if whole := _WHOLE.fullmatch(text):
        return whole[1]
    if found := _EXPONENT.fullmatch(text):
        spelt = len(found[1].replace(",", ".").rpartition(".")[2])
        if spelt == int(found[2]):  # of "4.9E+12" the spreadsheet kept two digits
            return f"{int(Decimal(found[1].replace(',', '.')).scaleb(spelt))}"
    return text


@lru_cache(maxsize=64)
def decoded_once(text: str) -> str:
    """Return a text of UTF-8 that was decoded as Windows-1252 as it was meant; any other as it is.

    Only where all of it fits, and the pairs leave no doubt: one of the commonest (Ã©, Â°, â€™), one inside
    a word, or two of them.
    """
    found = _TWICE.findall(text)
    if not found or (len(found) == 1 and not _UNMISTAKABLE.search(text)):
        return text
    try:
        meant = b"".join(_byte(character) for character in text).decode("utf-8")
    except (UnicodeError, ValueError):
        return text
    # No language writes with phonetic signs, private characters or controls.
    if not any(map(str.isalnum, meant)):
        return text
    return text if any(_is_unlikely(character) for character in meant) else meant


def _byte(character: str) -> bytes:
    if ord(character) < 0x100 and not 0xA0 > ord(character) >= 0x80:
        return bytes((ord(character),))
    if character.translate(_UNDEFINED) == "":
        return bytes((ord(character),))
    return character.encode("cp1252")


def _is_unlikely(character: str) -> bool:
    code = ord(character)
    return 0x250 <= code <= 0x2FF or 0x80 <= code < 0xA0 or 0xE000 <= code <= 0xF8FF
