"""Telephone numbers: E.164, extension, country and kind, by Google's metadata."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import zip_longest
from typing import NamedTuple

from .phone_ranges import UNKNOWN, calling_code, country_and_kind, has_trunk_zero, plain_number
from .text import ONE_LEAD

MAX_LENGTH = 100

# Words of other languages for an extension, which the library does not know.
_EXTENSION = re.compile(
    r"\s*[,;/(-]?\s*(?:durchwahl|dw|nst|poste|int|interno|anexo|ramal|toestel|wew|linka|dahili|内線)"
    r"\.?\s*:?\s*(?=\d{1,6}\)?\s*$)", re.I)
# Links that open a chat or call: the number in them always has its country's code.
_CHAT = re.compile(
    r"(?:wa\.me/|whatsapp\.com/(?:send/?)?\?(?:.*&)?phone=|whatsapp:/{0,2}send/?\?(?:.*&)?phone=|t\.me/(?=\+)|"
    r"signal\.me/#p/|viber:/{0,2}(?:chat|add|contact)\?number=|zalo\.me/|line\.me/ti/p/~?)"
    r"(?:%2b|\+|00)?(\d[\d ().-]{6,24})",
    re.IGNORECASE,
)
# What stands between two numbers in one cell: marks, "or", a label, or the plus of the second.
_BETWEEN = re.compile(
    r"(\s*(?:[;,|/\n&]|:::|\b(?:or|and|oder|und|ou|et|o|y|e|of|en|eller|och|og|tai|lub|nebo|veya|ve|"
    r"bzw|resp|sowie|oppure)\b\.?)\s*"
    r"|\s+(?=[^\W\d_]{1,12}\.?\s*:\s*[+(\d])|(?<=\d)\s+(?=\+\d))",
    re.IGNORECASE,
)
_ENOUGH_DIGITS = 6  # of a number that stands alone
# "Tel.:", "Mobile (private):" and their like in front of a number, then any other words.
_LABEL = re.compile(
    r"^(?:(?:tel|telef|telefon|telefono|telefone|telephone|téléphone|phone|mob|mobil|mobile|mobiltelefon|movil|"
    r"móvil|handy|cell|cellphone|cellulare|celular|portable|gsm|fon|fono|fax|office|direct|direkt|durchwahl|"
    r"whatsapp|work|home|main|private|privat|büro|zentrale|geschäftlich|business|number|nummer|numéro|nr|no|t|m|"
    r"p|h|w|o|f|d|callto|sms|skype|facetime|电话|手机|電話|携帯|тел|моб)\b[\s.:#-]*)+(?=[+＋(0-9])",
    re.IGNORECASE,
)
_WORDS_BEFORE = re.compile(r"^[^\d+＋(]*(?:\([^\d()]*\)[^\d+＋(]*)?(?=[+＋(\d])")
_WORDS_BEHIND = re.compile(r"(?:\s+|\s*[(\[])[^\d]*[^\W\d_][^\d]*$")
_HOURS_BEHIND = re.compile(r"\s*[(\[]\s*\d{1,2}(?:[:.]\d\d)?\s*[-–]\s*\d{1,2}(?:[:.]\d\d)?\s*[)\]]$")
# "030 901820/21": the other line of a switchboard, by its last digits.
_OTHER_LINE = re.compile(r"(?<=\d)(?<!/\d{2})(?<!/\d{3})\s*/\s*-?\s*\d{1,3}$")
_OTHER_LINE_OF_FOUR = re.compile(r"(?<=\d)\s*/\s*-?\s*\d{4}$")
_LONG_DIGITS = 10  # of a number that is whole without four digits more
# What is no part of a number: what it looks like, how many digits are in front of it at least.
_MORE_BEHIND = (
    (_HOURS_BEHIND, _ENOUGH_DIGITS), (_WORDS_BEHIND, _ENOUGH_DIGITS), (_OTHER_LINE, _ENOUGH_DIGITS),
    (_OTHER_LINE_OF_FOUR, _LONG_DIGITS))
_LINK_OPTIONS = re.compile(r"(?<=\d)\?[a-z]+(?:=.*)?$", re.IGNORECASE)  # "sms:+4930901820?body=hi"
_ONE_NUMBER = re.compile(r"[+＋]?[\d\s().-]+")
_NO_LETTER = re.compile(r"(?:[\W\d_]|ext|x)*", re.IGNORECASE)
_DIGIT = re.compile(r"\d")


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
    starts so). Of several numbers the first usable one counts; words and links around it do not.
    """
    if len(text) > MAX_LENGTH:
        return PhoneProblem("invalid_phone", f"The phone number exceeds {MAX_LENGTH} characters.")
    written = _with_plus(text.strip())
    plain = plain_number(written, region)
    if plain is None:
        return _first_usable(written, region)
    code, national = plain
    return _phone(code, national, f"+{code}{national}")


def _first_usable(written: str, region: str | None) -> Phone | PhoneProblem:
    """Return the first number of a cell that is in use, else the first that could be one."""
    if _ONE_NUMBER.fullmatch(written):
        return _with_code(written, region)
    if chat := _CHAT.search(written):
        return _general_phone("+" + chat[1], None)
    readings = [_one(part, region) for part in _numbers(_LINK_OPTIONS.sub("", written))]
    usable = [reading for reading in readings if isinstance(reading, Phone)]
    best = max(usable, key=lambda phone: (phone.valid, phone.possible), default=None)  # the first of the best
    return best or readings[0]


def _numbers(written: str) -> list[str]:
    """Split a cell where another number begins: "030 901820 / 0171 3920012", but not "030/901820"."""
    pieces = _BETWEEN.split(written)
    parts: list[str] = []
    pending = before = ""
    for piece, mark in zip_longest(pieces[::2], pieces[1::2], fillvalue=""):
        pending += piece
        if len(_DIGIT.findall(piece)) >= _ENOUGH_DIGITS:
            parts.append(pending)
            pending = ""
        elif mark.strip() == "/":
            pending += mark  # of one number
        else:
            if parts:
                parts[-1] += before + pending  # an extension
            pending = ""
        before = mark
    return parts or [written]


def _one(written: str, region: str | None) -> Phone | PhoneProblem:
    """Read one number with the words around it."""
    bare = _LABEL.sub("", written.strip())
    for pattern, enough in _MORE_BEHIND:
        more = pattern.search(bare)
        if more and len(_DIGIT.findall(bare[: more.start()])) > enough:
            bare = bare[: more.start()]
    sentence = _WORDS_BEFORE.match(bare)
    if not sentence or not sentence[0].strip(" .:-#*"):
        return _with_code(bare, region)
    bare = bare[sentence.end() :]
    phone = _with_code(bare, region)
    if isinstance(phone, Phone) and not (phone.valid and _NO_LETTER.fullmatch(bare)):
        return PhoneProblem("invalid_phone", "This is not a phone number that can be dialled.")
    return phone


def _with_code(written: str, region: str | None) -> Phone | PhoneProblem:
    """Read a number that may lack the plus in front of its country's code.

    Where national numbers begin with a zero, one that begins with the country's code has it; elsewhere,
    and with another country's code, only if it is no number otherwise. Twelve digits are no national number.
    """
    phone = _general_phone(written, region)
    digits = "".join(_DIGIT.findall(written))
    if written.startswith(("+", "＋")) or digits.startswith("0") or len(digits) < 8:
        return phone
    read = isinstance(phone, Phone) and phone.valid
    if region is None:
        likely = len(digits) >= 12
    elif digits.startswith(calling_code(region)):
        likely = not read or has_trunk_zero(region)
    else:
        likely = not read and len(digits) >= 11
    if likely:
        coded = _general_phone("+" + written, None)
        if isinstance(coded, Phone) and coded.valid:
            return coded
    return phone


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
