"""Industries: one canonical list.

The list is People Data Labs' enumeration of industries (docs.peopledatalabs.com, the 147 names
LinkedIn used before 2022), lower case as there. Other spellings are everyday words and those of LinkedIn's
present names that mean the same, in industries.tsv; the others of LinkedIn's present names count as the
nearest one above them (linkedin_industries.tsv).
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from .text import fold, tidy, words


def _key(text: str) -> str:
    found = [word for word in words(text.replace("&", " and ")) if word not in ("industry", "the")]
    return " ".join(found)


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    """Return the canonical industry of each folded spelling."""
    names: dict[str, str] = {}
    text = files(__package__).joinpath("industries.tsv").read_text("utf-8")
    rows = [line.split("\t") for line in text.splitlines() if not line.startswith("#")]
    for name, others in rows:
        for other in others.split(","):
            names[_key(other)] = name
    for name, _ in rows:
        names[_key(name)] = name
    text = files(__package__).joinpath("linkedin_industries.tsv").read_text("utf-8")
    above = {_key(name): _key(parent) for name, parent in (
        line.split("\t") for line in text.splitlines() if not line.startswith("#"))}
    for name in above:
        known = name
        while known and known not in names:
            known = above.get(known, "")
        if known:
            names[name] = names[known]
    names.pop("", None)
    return names


def industries() -> list[str]:
    """Return every canonical industry."""
    return sorted(set(_names().values()))


@lru_cache(maxsize=2048)
def canonical_industry(text: str) -> str | None:
    """Return the canonical industry of a text, or None when the list has none."""
    if len(text) > 200:
        return None
    names = _names()
    key = _key(fold(tidy(text)))
    return names.get(key) or names.get(key.removesuffix(" branche").removesuffix(" sector"))
