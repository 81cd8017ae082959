"""Make the lists of given names in sidecar/matching anew from Faker's (MIT licence): `python -m
local.given_names`.

`make refresh-lists` does it. Names that at least three of its locales know are names of their own; rarer
ones may be somebody's misspelling, and tell only that an address is made of names.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections import defaultdict
from pathlib import Path

import faker.providers.person as lists
from anyascii import anyascii

from sidecar.matching.mailboxes import SHORTEST_GIVEN

KNOWN_IN = 3
TABLE = Path(__file__).parents[1] / "sidecar" / "matching" / "given_names.txt"
RARER = TABLE.with_name("rarer_given_names.txt")


def _known() -> dict[str, set[str]]:
    """Name in Latin letters -> the locales that know it."""
    known: dict[str, set[str]] = defaultdict(set)
    for module in pkgutil.iter_modules(lists.__path__):
        provider = importlib.import_module(f"{lists.__name__}.{module.name}").Provider
        for attribute in dir(provider):
            names = getattr(provider, attribute) if attribute.startswith("first_name") else ()
            if isinstance(names, (dict, tuple, list, set)):
                for name in names:
                    known[anyascii(str(name)).lower()].add(module.name)
    return {name: where for name, where in known.items() if name.isalpha()}


def given_names() -> str:
    """The list, a name a line, in Latin letters."""
    return "".join(sorted(f"{name}\n" for name, where in _known().items() if len(where) >= KNOWN_IN))


def rarer_given_names() -> str:
    """Those that fewer know and an address is searched for. What English lists alone know is any word that
    somebody was registered by."""
    return "".join(sorted(
        f"{name}\n" for name, where in _known().items()
        if 0 < len(where) < KNOWN_IN and len(name) >= SHORTEST_GIVEN
        and not all(locale.startswith("en") for locale in where)))


if __name__ == "__main__":
    TABLE.write_text(given_names(), encoding="utf-8")
    RARER.write_text(rarer_given_names(), encoding="utf-8")
