"""A record as matching sees it: folded values without what spellings differ in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from sidecar.records import match_keys
from sidecar.records.text import words

from .names import Named, latin, named_of

# Street suffixes (USPS Publication 28, appendix C1, the most used; Germany's "str.").
_SUFFIXES: Final = {
    "st": "street", "str": "strasse", "rd": "road", "ave": "avenue", "av": "avenue", "dr": "drive",
    "ct": "court", "pl": "place", "ln": "lane", "blvd": "boulevard", "cct": "circuit", "tce": "terrace",
    "cres": "crescent", "hwy": "highway", "sq": "square", "pkwy": "parkway",
}  # fmt: skip
_HOUSE = re.compile(r"\d+[a-z]?")
_NO_DIGIT = re.compile(r"\D")


class Person(NamedTuple):
    """Values to compare, an absent one empty; then what only brings people together.

    `keys` are those that need no review while names do not contradict each other.
    """

    given: str
    family: str
    street: str
    address_2: str
    house: str
    postcode: str
    city: str
    region: str
    company: str
    email: str
    phone: str
    linkedin: str
    domain: str
    name: Named
    keys: tuple[str, ...]


def person_of(record: Mapping[str, Any]) -> Person:
    """Return the compared values of a normalised lead (with street, house_number, address_2, postcode)."""

    def folded(field: str) -> list[str]:
        value = record.get(field)
        return words(str(value)) if value else []

    street, house = folded("street"), "".join(folded("house_number"))
    if not house and len(street) > 1:
        for end in (0, -1):
            if _HOUSE.fullmatch(street[end]):
                house = street.pop(end)
                break
    return Person(
        given=latin(folded("first_name")),
        family=latin(folded("last_name")),
        street=_street(street),
        address_2=_street(folded("address_2")),
        house=house,
        postcode="".join(folded("postcode")),
        city="".join(folded("city")),
        region="".join(folded("region")),
        company=str(record.get("company_key") or ""),
        email=str(record.get("email_canonical") or record.get("email") or ""),
        phone=_NO_DIGIT.sub("", str(record.get("phone") or "")),
        linkedin=str(record.get("linkedin_url") or ""),
        domain=str(record.get("company_domain") or ""),
        name=named_of(record),
        keys=tuple(f"{kind}:{value}" for kind, value in match_keys(record)),
    )


def _street(found: list[str]) -> str:
    if len(found) > 1:
        found = [*found[:-1], _SUFFIXES.get(found[-1], found[-1])]
    joined = "".join(found)
    return joined[:-3] + "strasse" if joined.endswith("str") else joined
