"""Places: countries in many languages to ISO 3166-1, states to ISO 3166-2, cities tidied."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache, partial
from importlib.resources import files

from .place_lists import COUNTRY_ALIASES, SUBDIVISION_ALIASES, SUBDIVISIONS
from .text import tidy, word_set, words

_SMALL = word_set(
    """am an auf aan bei da das de del della den der di do dos du e el en et i im in la las le les
    lez los na nad o of on op pod sous sur the und unter upon van vor y zu"""
)
_JOINED = re.compile(r"[,/()|]|\s-\s")
_INVERTED = re.compile("[,(]")  # "Korea, South", "Korea (South)"
_PARTS = re.compile(r"([\s\-/'’.(])")


def name_key(text: str) -> str:
    """Return the folded words of a place's name, without a leading \"the\"."""
    return " ".join(words(text)).removeprefix("the ")


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    """Folded names and codes to alpha-2.

    The names are CLDR's in the languages of the file's head line (made by local.country_names
    from the Babel package), plus everyday names CLDR lacks.
    """
    names: dict[str, str] = {}
    codes: dict[str, str] = {}
    text = files(__package__).joinpath("country_names.tsv").read_text("utf-8")
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        alpha2, alpha3, *spellings = line.split("\t")
        codes[alpha2.lower()] = codes[alpha3.lower()] = alpha2
        for spelling in spellings:
            names.setdefault(spelling, alpha2)
    for alias, alpha2 in COUNTRY_ALIASES.items():
        names[name_key(alias)] = alpha2
    return names | codes | {name_key(k): v for k, v in COUNTRY_ALIASES.items() if len(k) <= 3}


def _flag(text: str) -> str | None:
    """Read a flag emoji: two regional indicator symbols (Unicode U+1F1E6 to U+1F1FF)."""
    if len(text) == 2 and all("\U0001f1e6" <= c <= "\U0001f1ff" for c in text):
        return "".join(chr(ord(c) - 0x1F1E6 + ord("a")) for c in text)
    return None


@lru_cache(maxsize=2048)
def country_code(text: str) -> str | None:
    """Return the ISO 3166-1 alpha-2 code of a country's name, code or flag; None if unknown.

    Names in some sixty languages, alpha-2 and alpha-3 codes, everyday names ("UK", "Holland").
    """
    text = tidy(text)
    if len(text) > 100:
        return None
    key = _flag(text) or name_key(text)
    found = _countries().get(key)
    if found is None and key.count(" ") <= 4 and "." in text:
        found = _countries().get(key.replace(" ", ""))  # "U.S.A."
    if found is None and len(inverted := _INVERTED.split(text)) == 2:
        found = _countries().get(name_key(f"{inverted[1]} {inverted[0]}"))
    return found or _agreed(text, country_code)


def _agreed(text: str, read: Callable[[str], str | None]) -> str | None:
    """Read a place named twice ("Germany (DE)", "Schweiz/Suisse"): what all its parts say."""
    parts = [part for part in _JOINED.split(text) if part.strip()]
    found = {read(part) for part in parts} if len(parts) > 1 else {None}
    return found.pop() if len(found) == 1 else None


@lru_cache(maxsize=2048)
def region_code(text: str, country: str | None) -> str | None:
    """Return the ISO 3166-2 code of a state of the US, Canada or Australia; None otherwise.

    Names, postal codes, old abbreviations ("Calif.") and full codes ("US-CA").
    """
    text = tidy(text).strip(" ,;")
    if len(text) > 100:
        return None
    code = text.upper().removesuffix(".")
    if len(code) >= 5 and code[2] == "-" and code[3:] in SUBDIVISIONS.get(code[:2], {}):
        return code if country in (None, code[:2]) else None
    if country not in SUBDIVISIONS:
        return None
    if code in SUBDIVISIONS[country]:
        return f"{country}-{code}"
    name = name_key(text.replace("&", " and ").removesuffix("."))
    name = name.removeprefix("state of ").removeprefix("commonwealth of ")
    found = _subdivision_names(country).get(name)
    head, _, tail = text.rpartition(",")
    if head and country_code(tail) == country:
        return region_code(head, country)  # "Texas, USA"
    return f"{country}-{found}" if found else _agreed(text, partial(region_code, country=country))


@lru_cache(maxsize=8)
def _subdivision_names(country: str) -> dict[str, str]:
    names = {name_key(name): code for code, name in SUBDIVISIONS[country].items()}
    return names | {name_key(name): code for name, code in SUBDIVISION_ALIASES[country].items()}


@lru_cache(maxsize=4096)
def place_name(text: str) -> str:
    """Return a city or region with its capitals repaired when all its letters had one case.

    "FRANKFURT AM MAIN" and "frankfurt am main" are "Frankfurt am Main"; "McAllen" stays.
    """
    text = tidy(text).strip(" ,;")
    if not (text.isupper() or text.islower()) or (text.isupper() and len(text) <= 3):
        return text
    parts = _PARTS.split(text.lower())
    joined = "".join(
        part if i and part in _SMALL and i < len(parts) - 1 else _capital(part)
        for i, part in enumerate(parts)
    )
    return tidy(joined)  # a small "İ" is two characters, which belong together again


def _capital(part: str) -> str:
    upper = part[:1].upper()
    return upper + part[1:] if len(upper) == 1 else part
