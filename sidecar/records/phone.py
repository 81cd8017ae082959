"""Telephone numbers: E.164, extension, country and kind, by Google's metadata."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from .phone_plain import read_plain

MAX_LENGTH = 100

# "Tel.:", "Mobile:" and their like in front of a number.
_LABEL = re.compile(
    r"^(?:tel(?:efon|ephone|\.)?|phone|mobil(?:e|telefon)?|handy|cell|fon|fax|office|direct|t|m|p|"
    r"work|home)\b\s*[.:]*\s*(?=[+(0-9])",
    re.IGNORECASE,
)
# German and French words for an extension, which the library does not know.
_EXTENSION = re.compile(r"\s*[,;/-]?\s*(?:durchwahl|dw|nst|poste)\.?\s*:?\s*(?=\d{1,6}\s*$)", re.I)
# libphonenumber's PhoneNumberType by its number; 99 is UNKNOWN.
_TYPES = {
    0: "fixed_line", 1: "mobile", 2: "fixed_line_or_mobile", 3: "toll_free", 4: "premium_rate",
    5: "shared_cost", 6: "voip", 7: "personal", 8: "pager", 9: "uan", 10: "voicemail",
}  # fmt: skip


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


@lru_cache(maxsize=4096)
def parse_phone(text: str, region: str | None = None) -> Phone | PhoneProblem:
    """Read a number as written in `region` (ISO alpha-2) unless it names its country itself.

    "00" in front stands for "+" in every region (ITU-T E.164 recommends it; no national number
    starts so). Of several numbers the first counts.
    """
    if plain := read_plain(text, region):
        code, national, country, number_type = plain
        kind = _TYPES.get(number_type, "unknown")
        return Phone(f"+{code}{national}", None, country, kind, True, kind != "unknown")
    import phonenumbers as library

    if len(text) > MAX_LENGTH:
        return PhoneProblem("invalid_phone", f"The phone number exceeds {MAX_LENGTH} characters.")
    written = text.strip()
    if not written.isascii() or any(map(str.isalpha, written)):
        written = _EXTENSION.sub(" ext. ", _LABEL.sub("", written))
    if written.startswith("00") and written[2:3] not in ("", "0"):
        written = "+" + written[2:]
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
    country = library.region_code_for_number(number)
    kind = _TYPES.get(library.number_type(number), "unknown")
    valid = kind != "unknown"
    return Phone(
        e164=str(library.format_number(number, 0)),  # PhoneNumberFormat.E164
        extension=number.extension or None,
        country=None if country == "001" else country,
        type=kind,
        possible=valid or bool(library.is_possible_number(number)),
        valid=valid,
    )


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
