"""Places: countries in many languages to ISO 3166-1, states to ISO 3166-2, cities tidied."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache, partial
from importlib.resources import files
from typing import NamedTuple

from .place_lists import COUNTRY_ALIASES, SHORT_NAMES, SUBDIVISION_ALIASES, SUBDIVISIONS
from .text import is_sign, tidy, word_set, words

_SMALL = word_set(
    """am an auf aan bei da das de del della den der di do dos du e el en et i im in la las le les
    lez los na nad o of on op pod sous sur the und unter upon van vor y zu"""
)
_JOINED = re.compile(r"[,/()|]|\s-\s")
_INVERTED = re.compile("[,(]")  # "Korea, South", "Korea (South)"
# Forms of a state in front of its name, and of a part of one.
_STATE_FORM = re.compile(
    r"^(?:(?:federal |federated |democratic |islamic |people s |united |plurinational )*"
    r"(?:republic|kingdom|state|commonwealth|principality|union|sultanate|"
    r"grand duchy|emirate|federation) of (?:the )?|"
    r"(?:bundes)?republik |konigreich (?:der )?|furstentum |grossherzogtum |staat |"
    r"vereinigtes konigreich (?:von )?|"
    r"(?:republique|royaume|principaute|etat|grand duche|confederation|federation)(?: federale| populaire|"
    r" islamique)? "
    r"(?:de la |de l |du |des |de |d )?|"
    r"(?:republica|reino|estado|principado|gran ducado)(?: federal| popular| islamica| bolivariana)? "
    r"(?:de la |de los |del |de |da |do |dos )?|"
    r"(?:repubblica|regno|stato|principato|granducato)(?: federale| popolare)? (?:di |d |della |del |dei |"
    r"degli )?|"
    r"(?:koninkrijk|republiek|bondsrepubliek|vorstendom|groothertogdom)(?: der| van)? |"
    r"(?:krolestwo|republika|rzeczpospolita|kralovstvi|kraljevina|konungariket|kongeriget|kongeriket) )"
)
_REGION_FORM = re.compile(
    r"^(?:state of|commonwealth of|province of|county of|region of|canton of|land|freistaat|kanton|"
    r"bundesland|estado de|"
    r"estado do|estado da|provincia de|provincia di|province de|region de|canton de|comunidad de|"
    r"comunidad autonoma de|"
    r"departamento de|regione|wojewodztwo|provincie) |"
    r" (?:state|province|county|region|prefecture|canton|oblast|krai|sheng|shi|ken|fu|to|province)$"
)
_NOT_TELLING = word_set("the of and de la le el les los das du des der die das d y e et und i")
_WRITTEN_OUT = {
    "rep": "republic", "dem": "democratic", "fed": "federated", "isl": "islands", "is": "islands",
    "st": "saint",
    "s": "south", "n": "north", "brit": "british", "utd": "united", "ppl": "people", "afr": "african",
    "terr": "territory",
    **dict.fromkeys(word_set("republique republica repubblica republiek republik republika"), "republic"),
}  # fmt: skip
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
_OF_CHINA = ("HK", "MO", "TW")
_PARTS = re.compile(r"([\s\-/'’.(])")


def name_key(text: str) -> str:
    """Return the folded words of a place's name, without a leading \"the\"."""
    return " ".join(words(text)).removeprefix("the ")


class _Names(NamedTuple):
    """Countries by folded names and codes, by short names as written, by a name's words in any order."""

    names: dict[str, str]
    short: dict[str, str]
    any_order: dict[tuple[str, ...], str | None]


@lru_cache(maxsize=1)
def _countries() -> _Names:
    """The names are CLDR's in the languages of the file's head line (made by local.country_names
    from the Babel package), plus everyday names CLDR lacks.
    """
    names: dict[str, str] = {}
    codes: dict[str, str] = {}
    short = dict(SHORT_NAMES)
    text = files(__package__).joinpath("country_names.tsv").read_text("utf-8")
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        alpha2, alpha3, *spellings = line.split("\t")
        codes[alpha2.lower()] = codes[alpha3.lower()] = alpha2
        for spelling in spellings:
            if spelling.startswith("="):
                short.setdefault(spelling[1:], alpha2)
            else:
                names.setdefault(spelling, alpha2)
    for alias, alpha2 in COUNTRY_ALIASES.items():
        names[name_key(alias)] = alpha2
    any_order: dict[tuple[str, ...], str | None] = {}
    for name, alpha2 in names.items():
        words_of = _unordered(name)
        if len(words_of) > 1 and any_order.setdefault(words_of, alpha2) != alpha2:
            any_order[words_of] = None  # two countries have them
    names = names | codes | {name_key(k): v for k, v in COUNTRY_ALIASES.items() if len(k) <= 3}
    return _Names(names, short, any_order)


def _spelt_out(key: str) -> str:
    return " ".join(_WRITTEN_OUT.get(word, word) for word in key.split(" "))


def _unordered(key: str) -> tuple[str, ...]:
    told = (word for word in key.split(" ") if word not in _NOT_TELLING)
    return tuple(sorted(_WRITTEN_OUT.get(word, word) for word in told))


def _flag(text: str) -> str | None:
    """Read a flag emoji: two regional indicator symbols (Unicode U+1F1E6 to U+1F1FF)."""
    if len(text) == 2 and all("\U0001f1e6" <= c <= "\U0001f1ff" for c in text):
        return "".join(chr(ord(c) - 0x1F1E6 + ord("a")) for c in text)
    return None


@lru_cache(maxsize=2048)
def country_code(text: str) -> str | None:
    """Return the ISO 3166-1 alpha-2 code of a country's name, code or flag; None if unknown.

    Names in some sixty languages, alpha-2 and alpha-3 codes, everyday names ("UK", "Holland"), with their
    words in another order or shortened ("Korea South", "Congo, Dem. Rep."), with the form of the state in
    front ("Koninkrijk België"), or with one slip of the pen where no other country is as near ("Germanny").
    """
    text = tidy(text)
    text = text.rpartition(":")[2].strip() or text  # "Country: Spain"
    text = _FLAG.sub("", text).strip() or text  # of "🇩🇪 Germany" the name tells
    if len(text) > 100:
        return None
    known = _countries()
    if len(text) <= 4 and (not text.isascii() or text.istitle()) and text.casefold() in known.short:
        return known.short[text.casefold()]  # "Mỹ", "Nga", which would be codes without their accents
    key = _flag(text) or name_key(text)
    found = known.names.get(key)
    if found is None and key.count(" ") <= 4 and "." in text:
        found = known.names.get(key.replace(" ", ""))  # "U.S.A."
    if found is None and len(inverted := _INVERTED.split(text)) == 2:
        found = known.names.get(name_key(f"{inverted[1]} {inverted[0]}"))
    return found or _agreed(text, country_code) or _with_part(text) or _by_words(key) or _one_slip(key)


def is_country_name(word: str) -> bool:
    """Tell whether a folded word is a country's name, exactly; a code is none."""
    return len(word) > 3 and word in _countries().names


def _with_part(text: str) -> str | None:
    """Read a country beside a part of it: "Hong Kong, China", "USA - California"."""
    parts = [part for part in _JOINED.split(text) if part.strip()]
    if len(parts) != 2:
        return None
    one, other = (country_code(part) for part in parts)
    if one and other:
        return next((code for code in (one, other) if code in _OF_CHINA and "CN" in (one, other)), None)
    country, part = (one, parts[1]) if one else (other, parts[0])
    return country if country and region_code(part, country) else None


def _by_words(key: str) -> str | None:
    """Read a name whose words stand in another order, are shortened, or follow the form of the state."""
    known = _countries()
    unordered = _unordered(key)
    found = known.any_order.get(unordered) or (known.names.get(unordered[0]) if len(unordered) == 1 else None)
    for name in (key, _spelt_out(key)):
        if found is None and (state := _STATE_FORM.match(name)):
            found = known.names.get(name[state.end() :])
    return found


def _one_slip(key: str) -> str | None:
    """Return the one country whose name has one wrong, missing, doubled or swapped letter, or None."""
    if len(key) < 5 or not key.isascii() or not key[0].isalpha():
        return None
    near = {code for name, code in _names_from(key[0]) if _is_near(key, name)}
    return near.pop() if len(near) == 1 else None


@lru_cache(maxsize=26)
def _names_from(letter: str) -> list[tuple[str, str]]:
    return [(name, code) for name, code in _countries().names.items() if name[0] == letter and len(name) > 4]


def _is_near(typed: str, name: str) -> bool:
    from rapidfuzz.distance import OSA

    return abs(len(typed) - len(name)) <= 1 and OSA.distance(typed, name, score_cutoff=1) <= 1


def _agreed(text: str, read: Callable[[str], str | None]) -> str | None:
    """Read a place named twice ("Germany (DE)", "Schweiz/Suisse"): what all its parts say."""
    parts = [part for part in _JOINED.split(text) if part.strip()]
    found = {read(part) for part in parts} if len(parts) > 1 else {None}
    return found.pop() if len(found) == 1 else None


@lru_cache(maxsize=2048)
def region_code(text: str, country: str | None) -> str | None:
    """Return the ISO 3166-2 code of a state, province or county of a country; None for no such place.

    Names, postal codes, old abbreviations ("Calif."), names in other languages ("Bavaria") and full codes
    ("US-CA").
    """
    text = tidy(text).strip(" ,;")
    if len(text) > 100:
        return None
    code = text.upper().removesuffix(".")
    if len(code) >= 4 and code[2] == "-" and code in _subdivisions(code[:2]).codes:
        return code if country in (None, code[:2]) else None
    if country is None:
        return None
    places = _subdivisions(country)
    if not code.isdigit() and f"{country}-{code}" in places.codes and text == code:
        return f"{country}-{code}"
    name = name_key(text.replace("&", " and ").removesuffix("."))
    found = places.names.get(name) or places.names.get(_REGION_FORM.sub("", name))
    if found is None:
        found = places.names.get(_spelt_out(name))
    if found is None and f"{country}-{code}" in places.codes and country in SUBDIVISIONS:
        found = f"{country}-{code}"
    head, _, tail = text.rpartition(",")
    if head and country_code(tail) == country:
        return region_code(head, country)  # "Texas, USA"
    return found or _agreed(text, partial(region_code, country=country))


class _Places(NamedTuple):
    codes: frozenset[str]
    names: dict[str, str]


@lru_cache(maxsize=64)
def _subdivisions(country: str) -> _Places:
    """The codes of a country's states, and their code by name: ISO 3166-2's, and everyday names."""
    names: dict[str, str] = {}
    codes = set()
    for line in _subdivision_lines().get(country, ()):
        code, *spellings = line.split("\t")
        codes.add(code)
        for spelling in spellings:
            names.setdefault(spelling, code)
            names.setdefault(_REGION_FORM.sub("", spelling), code)
    names |= {name_key(name): f"{country}-{code}" for code, name in SUBDIVISIONS.get(country, {}).items()}
    aliases = SUBDIVISION_ALIASES.get(country, {})
    names |= {name_key(name): f"{country}-{code}" for name, code in aliases.items()}
    return _Places(frozenset(codes), names)


@lru_cache(maxsize=1)
def _subdivision_lines() -> dict[str, list[str]]:
    lines: dict[str, list[str]] = {}
    for line in files(__package__).joinpath("subdivisions.tsv").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            lines.setdefault(line[:2], []).append(line)
    return lines


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
    return upper + part[1:] if len(upper) == 1 and not is_sign(part[1:2]) else part
