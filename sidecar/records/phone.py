"""Telephone numbers: E.164, extension, country and kind, by Google's metadata."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from .phone_ranges import UNKNOWN, country_and_kind, plain_number
from .text import ONE_LEAD

MAX_LENGTH = 100

# "Tel.:", "Mobile:" and their like in front of a number.
_LABEL = re.compile(
    r"^(?:tel(?:efon|ephone|\.)?|phone|mobil(?:e|telefon)?|handy|cell|fon|fax|office|direct|t|m|p|"
    r"work|home)\b\s*[.:]*\s*(?=[+(0-9])",
    re.IGNORECASE,
)
# German and French words for an extension, which the library does not know.
_EXTENSION = re.compile(r"\s*[,;/-]?\s*(?:durchwahl|dw|nst|poste)\.?\s*:?\s*(?=\d{1,6}\s*$)", re.I)


# What stands between two numbers of which the second names its country.
_NEXT = re.compile(r"(?<=\d)\s*(?:[/;,|]|\boder\b|\bor\b)\s*(?=(?:\+|00)[1-9][\d ().-]{6})", re.I)


class Phone(NamedTuple):
    """A number read. `country` is None for numbers of no country (+800, +883).

    possible: the length is right; valid: the number lies in an assigned range;
    type: libphonenumber's PhoneNumberType in lower case, "unknown" when not valid.
    """

    e164: str
    extension: str | None
    country: str | None
    type: str
    possible: bool
    valid: bool


class PhoneProblem(NamedTuple):
    """Why a text is no usable number: a stable code and a sentence."""

    code: str
    detail: str


@lru_cache(maxsize=ONE_LEAD)
def parse_phone(text: str, region: str | None = None) -> Phone | PhoneProblem:
    """Read a number as written in `region` (ISO alpha-2) unless it names its country itself.

    "00" in front stands for "+" in every region (ITU-T E.164 recommends it; no national number
    starts so). Of several numbers the first counts.
    """
    if len(text) > MAX_LENGTH:
        return PhoneProblem("invalid_phone", f"The phone number exceeds {MAX_LENGTH} characters.")
    written = _with_plus(text.strip())
    plain = plain_number(written, region)
    if plain is None:
        return _general_phone(written, region)
    code, national = plain
    return _phone(code, national, f"+{code}{national}")


def _phone(
    code: int, national: str, e164: str, extension: str | None = None, possible: bool = True
) -> Phone:
    country, kind = country_and_kind(code, national)
    valid = kind != UNKNOWN
    return Phone(e164, extension, None if country == "001" else country, kind, valid or possible, valid)


def _with_plus(written: str) -> str:
    return "+" + written[2:] if written.startswith("00") and written[2:3] not in ("", "0") else written


def _general_phone(written: str, region: str | None) -> Phone | PhoneProblem:
    import phonenumbers as library

    written = _NEXT.split(_LABEL.sub("", written), maxsplit=1)[0]
    written = _EXTENSION.sub(" ext. ", _with_plus(written))
    try:
        number = library.parse(written, region)
    except library.NumberParseException as error:
        if error.error_type == library.NumberParseException.INVALID_COUNTRY_CODE and not (
            written.startswith(("+", "＋")) or region
        ):
            return PhoneProblem(
                "phone_country_unknown",
                "The phone number has no country code and nothing else tells its country.",
            )
        return PhoneProblem("invalid_phone", "This is not a phone number that can be dialled.")
    phone = _phone(
        number.country_code or 0,
        library.national_significant_number(number),
        str(library.format_number(number, library.PhoneNumberFormat.E164)),
        number.extension or None,
        bool(library.is_possible_number(number)),
    )
    if phone.valid or phone.e164 == written:
        return phone
    # Of "+49 00 30 901820" the library drops one zero at each reading: read on until none is left.
    again = parse_phone(phone.e164)
    return again._replace(extension=phone.extension) if isinstance(again, Phone) else again


def phone_place(e164: str, language: str = "en") -> dict[str, object]:
    """Return {"region": text or None, "time_zones": [IANA name…]} of an E.164 number.

    Offline metadata; loads about 110 MB of tables at the first call, so nothing else calls it.
    """
    from phonenumbers import NumberParseException, parse
    from phonenumbers.geocoder import description_for_number
    from phonenumbers.timezone import time_zones_for_number

    try:
        number = parse(e164, None)
    except NumberParseException:
        return {"region": None, "time_zones": []}
    zones = [zone for zone in time_zones_for_number(number) if zone != "Etc/Unknown"]
    return {"region": description_for_number(number, language) or None, "time_zones": zones}
