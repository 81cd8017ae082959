"""What a lead may look like: fields, types and bounds."""

from __future__ import annotations

from typing import Final

from sidecar.terms import fields as terms
from sidecar.terms.fields import GIVEN

from .text import storable

# Texts and their greatest length in characters.
TEXTS: Final = {
    name: field.longest or 0 for name, field in GIVEN.items() if field.kind == "text" and not field.multiline}
LONG_TEXTS: Final = {name: field.longest or 0 for name, field in GIVEN.items() if field.multiline}
NUMBERS: Final = {name: field.kind for name, field in GIVEN.items() if field.kind in ("integer", "number")}
LISTS: Final = tuple(name for name, field in GIVEN.items() if field.kind == "list")
OBJECTS: Final = tuple(name for name, field in GIVEN.items() if field.kind == "object")
CAMPAIGNS: Final = ("utm", "first_utm")  # campaign parameters of the last touch, and of the first
MAX_FIELDS: Final = 1000  # more than any form or file has: a lead of so many members is refused unread
MAX_VALUES: Final = 20  # of a field that is given a list
MAX_TAGS: Final = 50
MAX_TAG: Final = 100
MAX_KEYS: Final = 50
MAX_KEY: Final = 100
MAX_CUSTOM_BYTES: Final = 8192
MAX_DEPTH: Final = 5
MAX_STRING: Final = 500

# In the order in which people read them. What is derived is recomputed by normalisation, and accepted so
# that a normalised lead can be sent again.
FIELDS: Final = tuple(GIVEN)
DERIVED: Final = tuple(terms.DERIVED)
KNOWN: Final = frozenset((*FIELDS, *DERIVED))
IDENTITIES: Final = ("email", "phone", "linkedin_url")
MAX_PROBLEMS: Final = 100  # errors, and warnings, of a lead; the last says that there are more
MAX_SAID: Final = 500  # characters of a value that a warning keeps


def pointer(*path: object) -> str:
    """Return a JSON pointer (RFC 6901); hostile keys are shortened and made printable."""
    parts = []
    for key in path:
        parts.append("/" + storable(key)[:100].replace("~", "~0").replace("/", "~1"))
    return "".join(parts)
