"""The usual written forms of telephone numbers, read without the library's general parser.

The tables are libphonenumber's own, put together once for each region and length, so that one
regular expression tells the kind of a number. Whatever is not plain (a prefix to take off, an
extension, words, a number of no assigned range) is left to the library; a property test says that
the answers are the same.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

_WRITTEN = re.compile(r"(\+?)((?:\(?\d+\)?[ .-]?)*\d)")
_MARKS = str.maketrans("", "", "+() .-")
# libphonenumber's PhoneNumberType and the name of its description, in the order in which it asks.
_KINDS = (
    (4, "premium_rate"), (3, "toll_free"), (5, "shared_cost"), (6, "voip"), (7, "personal_number"),
    (8, "pager"), (9, "uan"), (10, "voicemail"),
)  # fmt: skip


UNKNOWN = 99  # libphonenumber's PhoneNumberType.UNKNOWN


def read_plain(text: str, region: str | None) -> tuple[int, str, str | None, int] | None:
    """(country calling code, national number, region, PhoneNumberType), or None: ask the library.

    A number of kind UNKNOWN has a possible length and lies in no assigned range.
    """
    found = _WRITTEN.fullmatch(text)
    if found is None or "(0" in text:
        return None
    digits = found[2].translate(_MARKS)
    if found[1]:
        code, national = _calling_code(digits)
    else:
        code, national = _home(digits, region or "")
    if not code or not 5 <= len(national) <= 15:
        return None
    home = _regions(code)[0] if found[1] else region or ""
    prefix, plain_prefix = _prefixes(home)[1:]
    stripped = prefix.match(national) if prefix else None
    if stripped:
        if not plain_prefix:
            return None
        national = national[stripped.end():]
    if national[:1] in ("", "0"):
        return None
    known, kind = _placed(code, national)
    if kind is not None:
        return code, national, known, kind
    if stripped or known or len(national) not in _metadata(home).general_desc.possible_length:
        return None
    regions = _regions(code)
    return code, national, regions[0] if len(regions) == 1 else None, UNKNOWN


def _placed(code: int, national: str) -> tuple[str | None, int | None]:
    """(region, kind) by the first region of this calling code that says it is its number."""
    for candidate in _regions(code):
        leading = _prefixes(candidate)[0]
        if leading is None:
            if (kind := _kind(candidate, national)) is not None:
                return candidate, kind
        elif leading.match(national):
            return candidate, _kind(candidate, national)
    return None, None


def _calling_code(digits: str) -> tuple[int, str]:
    for length in (1, 2, 3):
        if _regions(code := int(digits[:length])):
            return code, digits[length:]
    return 0, ""


def _home(digits: str, region: str) -> tuple[int, str]:
    """A number without "+" as written at home; 0 where it may begin with a code or a prefix."""
    code, abroad = _home_region(region)
    if not code or digits.startswith(str(code)) or (abroad and abroad.match(digits)):
        return 0, ""
    return code, digits


@lru_cache(maxsize=512)
def _regions(code: int) -> tuple[str, ...]:
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

    regions = COUNTRY_CODE_TO_REGION_CODE.get(code, ())
    return () if "001" in regions else tuple(regions)


@lru_cache(maxsize=512)
def _home_region(region: str) -> tuple[int, re.Pattern[str] | None]:
    data = _metadata(region)
    if data is None:
        return 0, None
    abroad = data.international_prefix
    return data.country_code, re.compile(abroad) if abroad else None


@lru_cache(maxsize=512)
def _prefixes(region: str) -> tuple[re.Pattern[str] | None, re.Pattern[str] | None, bool]:
    """(digits that tell this region among those of one calling code, national prefix, whether that
    is simply taken off: it holds no carrier's code and is not replaced)."""
    data = _metadata(region)
    leading, prefix = (re.compile(pattern) if pattern else None for pattern in (
        data.leading_digits, data.national_prefix_for_parsing))
    return leading, prefix, not (
        data.national_prefix_transform_rule or (prefix is not None and prefix.groups))


@lru_cache(maxsize=2048)
def _kinds(region: str, length: int) -> re.Pattern[str] | None:
    """Every kind of number of this region and length as one alternative each, in their order."""
    data = _metadata(region)
    if not _allows(data.general_desc, length):
        return None
    wanted = [(kind, getattr(data, name)) for kind, name in _KINDS]
    if data.same_mobile_and_fixed_line_pattern:
        wanted.append((2, data.fixed_line))
    else:
        wanted += [(0, data.fixed_line), (1, data.mobile)]
    parts = [f"(?P<k{kind}>{desc.national_number_pattern})"
             for kind, desc in wanted if _allows(desc, length)]
    if not parts:
        return None
    return re.compile(f"(?={data.general_desc.national_number_pattern}$)(?:{'|'.join(parts)})")


def _allows(desc: Any, length: int) -> bool:
    if desc is None or not desc.national_number_pattern:
        return False
    return not desc.possible_length or length in desc.possible_length


def _kind(region: str, national: str) -> int | None:
    """PhoneNumberType; None for no known kind."""
    pattern = _kinds(region, len(national))
    found = pattern.fullmatch(national) if pattern else None
    if found is None or found.lastgroup is None:
        return None
    kind = int(found.lastgroup[1:])
    if kind == 0:  # a fixed line that may be a mobile as well
        mobile = _metadata(region).mobile
        if _allows(mobile, len(national)) and re.fullmatch(mobile.national_number_pattern, national):
            return 2
    return kind


@lru_cache(maxsize=512)
def _metadata(region: str) -> Any:
    from phonenumbers import PhoneMetadata

    return PhoneMetadata.metadata_for_region(region.upper(), None) if region else None
