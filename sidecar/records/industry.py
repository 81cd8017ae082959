"""Industries: one canonical list with NAICS codes.

The list is People Data Labs' enumeration of industries (docs.peopledatalabs.com, the 147 names
LinkedIn used before 2022), lower case as there. Codes are NAICS 2022 (census.gov/naics), the
narrowest one that covers the industry; None where no single code does. Other spellings are
LinkedIn's present names and everyday English and German words. All in industries.tsv.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from .text import fold, tidy, words


def _key(text: str) -> str:
    found = [word for word in words(text.replace("&", " and ")) if word not in ("industry", "the")]
    return " ".join(found)


@lru_cache(maxsize=1)
def _table() -> tuple[dict[str, str], dict[str, str]]:
    names: dict[str, str] = {}
    codes: dict[str, str] = {}
    text = files(__package__).joinpath("industries.tsv").read_text("utf-8")
    rows = [line.split("\t") for line in text.splitlines() if not line.startswith("#")]
    for name, code, others in rows:
        if code:
            codes[name] = code
        for other in others.split(","):
            names[_key(other)] = name
    for name, _, _ in rows:
        names[_key(name)] = name
    names.pop("", None)
    return names, codes


def industries() -> list[str]:
    """Return every canonical industry."""
    return sorted(set(_table()[0].values()))


@lru_cache(maxsize=2048)
def canonical_industry(text: str) -> str | None:
    """Return the canonical industry of a text, or None when the list has none."""
    if len(text) > 200:
        return None
    names = _table()[0]
    key = _key(fold(tidy(text)))
    return names.get(key) or names.get(key.removesuffix(" branche").removesuffix(" sector"))


def naics_code(industry: str) -> str | None:
    """Return the NAICS 2022 code of a canonical industry ("44-45" is retail's sector range)."""
    return _table()[1].get(industry)
