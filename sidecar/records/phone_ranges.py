"""Telephone numbers of the usual look, by libphonenumber's metadata compiled at first use.

The same answers as the package phonenumbers' parse, region_code_for_number and number_type (the
tests ask both about every example number) at a fraction of the cost: the package compares with
every range of every country of the calling code twice, and looks each pattern up anew.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from phonenumbers import PhoneNumberDesc

UNKNOWN = "unknown"

# libphonenumber's PhoneNumberType and the metadata's field, in the order in which it asks.
_SPECIAL_KINDS = (
    ("premium_rate", "premium_rate"), ("toll_free", "toll_free"), ("shared_cost", "shared_cost"),
    ("voip", "voip"), ("personal", "personal_number"), ("pager", "pager"), ("uan", "uan"),
    ("voicemail", "voicemail"),
)  # fmt: skip
_PLAIN = re.compile(r"(\+?)(\(?[0-9][0-9 ().-]{5,30})")

Match = Callable[[str], re.Match[str] | None]


class _Country(NamedTuple):
    """The numbers of one country.

    leading tells it from others of the same calling code; lengths and every fit all its numbers;
    idd and trunk are what is dialled in front of a number, trunk_rule how a number is changed
    besides.
    """

    code: int
    region: str
    leading: Match | None
    lengths: frozenset[int]
    every: Match
    idd: Match | None
    trunk: Match | None
    trunk_rule: str | None

    def has(self, digits: str) -> bool:
        return len(digits) in self.lengths and self.every(digits) is not None

    def kind(self, digits: str) -> str:
        kinds = _kinds(self.code, self.region, len(digits))
        found = kinds(digits) if kinds else None
        return found.lastgroup or UNKNOWN if found else UNKNOWN

    def without_trunk(self, digits: str) -> str | None:
        """Return the number without its trunk prefix; None when that takes more than cutting."""
        found = self.trunk(digits) if self.trunk else None
        if found:
            if self.trunk_rule:
                return None
            digits = digits[found.end() :]
        return digits if self.has(digits) and digits[0] != "0" else None


def _metadata(code: int, region: str) -> Any:
    from phonenumbers import PhoneMetadata

    return PhoneMetadata.metadata_for_region_or_calling_code(code, region)


@lru_cache(maxsize=512)
def _country(code: int, region: str) -> _Country:
    data = _metadata(code, region)
    trunk, idd = data.national_prefix_for_parsing, data.international_prefix
    return _Country(
        code,
        region,
        leading=re.compile(data.leading_digits).match if data.leading_digits else None,
        lengths=frozenset(data.general_desc.possible_length),
        every=re.compile(data.general_desc.national_number_pattern or "(?!)").fullmatch,
        idd=re.compile(idd).match if idd else None,
        trunk=re.compile(trunk).match if trunk else None,
        trunk_rule=data.national_prefix_transform_rule,
    )


@lru_cache(maxsize=2048)
def _kinds(code: int, region: str, length: int) -> Match | None:
    """Return what finds a number's kind, as the name of a group, among those of its length.

    By length, because few kinds remain for each; a number of both fixed and mobile lines is
    looked for first, and by the shorter pattern, that of mobile lines.
    """
    data = _metadata(code, region)

    def pattern(desc: PhoneNumberDesc | None) -> str | None:
        fits = desc and (not desc.possible_length or length in desc.possible_length)
        return desc.national_number_pattern if desc and fits else None

    every, fixed, mobile = (pattern(d) for d in (data.general_desc, data.fixed_line, data.mobile))
    kinds = {kind: pattern(getattr(data, field)) for kind, field in _SPECIAL_KINDS}
    if data.same_mobile_and_fixed_line_pattern:
        kinds["fixed_line_or_mobile"] = fixed
    else:
        both = f"(?=(?:{mobile})$)(?:{fixed})" if fixed and mobile else None
        kinds |= {"fixed_line_or_mobile": both, "mobile": mobile, "fixed_line": fixed}
    groups = "|".join(f"(?P<{kind}>{found})" for kind, found in kinds.items() if found)
    return re.compile(f"(?=(?:{every})$)(?:{groups})").fullmatch if every and groups else None


@lru_cache(maxsize=1)
def _codes() -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    """Return the regions of each calling code and the calling code of each region."""
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, REGION_CODE_FOR_NON_GEO_ENTITY

    regions = {str(code): found for code, found in COUNTRY_CODE_TO_REGION_CODE.items()}
    codes = {region: code for code, found in regions.items() for region in found}
    del codes[REGION_CODE_FOR_NON_GEO_ENTITY]
    return regions, codes


def plain_number(text: str, region: str | None) -> tuple[int, str] | None:
    """Return (calling code, national number) of "+49 30 901820" or "030 901820"; None: ask the library.

    Only what has digits and usual marks, no extension, no leading zero that belongs to the number,
    and after the trunk prefix is cut off a length and pattern in use: a possible number.
    """
    found = _PLAIN.fullmatch(text)
    if found is None:
        return None
    regions, calling_codes = _codes()
    digits = found[2].replace(" ", "").replace("-", "")
    digits = digits.replace(".", "").replace("(", "").replace(")", "")
    if found[1]:
        code = digits[:1]  # no code begins another
        if code not in regions:
            code = digits[:2] if digits[:2] in regions else digits[:3]
        region = regions[code][0] if code in regions else None
        digits = digits[len(code) :]
    else:
        code = calling_codes.get(region or "", "")
        if digits.startswith(code):
            return None
    if region is None or not code:
        return None
    country = _country(int(code), region)
    if not found[1] and country.idd and country.idd(digits):
        return None
    national = country.without_trunk(digits)
    if national is None:
        return None
    main = regions[code][0]
    if main != region and not _country(int(code), main).has(national):
        return None
    return int(code), national


def country_and_kind(code: int, national: str) -> tuple[str | None, str]:
    """Return (ISO alpha-2 code or "001", PhoneNumberType in lower case) of a national number.

    The country is None when several share the calling code and none has such numbers; the kind is
    "unknown" when the number is not valid.
    """
    regions = _codes()[0].get(str(code), ())
    if len(regions) == 1:
        return regions[0], _country(code, regions[0]).kind(national)
    for region in regions:
        country = _country(code, region)
        if country.leading is None:
            kind = country.kind(national)
            if kind != UNKNOWN:
                return region, kind
        elif country.leading(national):
            return region, country.kind(national)
    return None, UNKNOWN


def calling_code(region: str) -> str:
    """Return the calling code of a region (ISO alpha-2), "?" of one that has none."""
    return _codes()[1].get(region, "?")


@lru_cache(maxsize=512)
def has_trunk_zero(region: str) -> bool:
    """Tell whether national numbers of a region are written with a zero in front."""
    code = _codes()[1].get(region)
    return code is not None and _metadata(int(code), region).national_prefix == "0"
