"""Make sidecar/matching/given_names.txt anew from Faker's lists (MIT licence): `python -m local.given_names`.

`make refresh-lists` does it. Names that at least three of its locales know are names of their own; rarer
ones may be somebody's misspelling.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections import defaultdict
from pathlib import Path

import faker.providers.person as lists
from anyascii import anyascii

KNOWN_IN = 3
TABLE = Path(__file__).parents[1] / "sidecar" / "matching" / "given_names.txt"


def given_names() -> str:
    """The list, a name a line, in Latin letters."""
    known: dict[str, set[str]] = defaultdict(set)
    for module in pkgutil.iter_modules(lists.__path__):
        provider = importlib.import_module(f"{lists.__name__}.{module.name}").Provider
        for attribute in dir(provider):
            names = getattr(provider, attribute) if attribute.startswith("first_name") else ()
            if isinstance(names, (dict, tuple, list, set)):
                for name in names:
                    known[anyascii(str(name)).lower()].add(module.name)
    found = sorted(name for name, where in known.items() if name.isalpha() and len(where) >= KNOWN_IN)
    return "\n".join(found) + "\n"


if __name__ == "__main__":
    TABLE.write_text(given_names(), encoding="utf-8")
