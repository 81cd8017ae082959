"""Head counts and revenues: from what people write to numbers, from numbers to bands."""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from sidecar.terms.states import COMPANY_SIZES, REVENUE_RANGES

from .text import fold, tidy

MAX_EMPLOYEES: Final = 10_000_000  # the largest employer has some 3 million
MAX_REVENUE: Final = 10**14

# Where each band of COMPANY_SIZES and REVENUE_RANGES begins.
_SIZE_STARTS: Final = (1, 11, 51, 201, 501, 1001, 5001, 10001)
_REVENUE_STARTS: Final = (0, *(n * 10**6 for n in (1, 10, 25, 50, 100, 250, 500, 1000, 10_000)))

_THOUSAND, _MILLION, _BILLION, _TRILLION = 10**3, 10**6, 10**9, 10**12
_SCALES: Final = {
    "k": _THOUSAND, "t": _THOUSAND, "tsd": _THOUSAND, "tausend": _THOUSAND, "thousand": _THOUSAND,
    "mil": _THOUSAND, "mille": _THOUSAND, "m": _MILLION, "mm": _MILLION, "mn": _MILLION,
    "mio": _MILLION, "mill": _MILLION, "million": _MILLION, "millions": _MILLION,
    "millionen": _MILLION, "millones": _MILLION, "milioni": _MILLION, "mln": _MILLION,
    "b": _BILLION, "bn": _BILLION, "bil": _BILLION, "billion": _BILLION, "billions": _BILLION,
    "mrd": _BILLION, "milliarde": _BILLION, "milliarden": _BILLION, "milliard": _BILLION,
    "milliards": _BILLION, "md": _BILLION, "mld": _BILLION, "miliardi": _BILLION,
    "tn": _TRILLION, "trillion": _TRILLION, "lakh": 10**5, "lac": 10**5, "lakhs": 10**5,
    "meur": _MILLION, "teur": _THOUSAND, "keur": _THOUSAND, "milhoes": _MILLION, "milhao": _MILLION,
    "тыс": _THOUSAND, "млн": _MILLION, "млрд": _BILLION, "crore": 10**7, "crores": 10**7, "cr": 10**7,
}  # fmt: skip
_NUMBER = r"\d{1,40}(?:[.,'’\s  ]\d{1,40}){0,12}"
_AMOUNT = re.compile(rf"({_NUMBER})\s*(?:([a-zа-я]+)\b\.?)?")
_CURRENCY = re.compile(
    r"(?:us|ca|au|nz|hk|sg|\b[acrs])?[$€£¥₹₩₽฿₺]|\b(?:de |d')?(?:usd|eur|euros?|gbp|chf|cad|aud|nzd|"
    r"jpy|inr|sek|nok|dkk|pln|czk|cny|rmb|brl|mxn|zar|dollars?|us|r|rs|zl|kr|kc|руб)\b\.?"
)
_MORE_THAN = re.compile(r"\+|\bplus\b|>(?!=)|\b(?:over|more than|mehr als|über)\b", re.IGNORECASE)
_BETWEEN = re.compile(r"\s*(?:-|–|—|~|\bto\b|\bbis\b|\bund\b|\band\b|\ba\b|\bbetween\b)\s*")
_BEFORE = re.compile(
    r"^(?:>=?|<=?|≥|≤|\+|ca\.?|circa|about|approx\.?|over|under|more than|less than|rund|"
    r"uber|etwa|up to|mehr als|weniger als|zwischen|from|von)\s*"
)
_AFTER = re.compile(
    r"\s*(?:(?:\+|plus|employees?|people|staff|ftes?|mitarbeiter(?:innen)?|mitarbeitende|ma|"
    r"persons?|personen|revenue|umsatz|p\.?\s?a\.?|per year|annually|annual|"
    r"yearly|arr|pro jahr|/\s?(?:year|yr|jahr))\s*)*$"
)
_GROUPED = re.compile(r"\d{1,3}(?:([.,'’\s  ])\d{3})+(?:[.,]\d{1,2})?")
_GAPS = re.compile(r"[\s  '’]")
_INDIAN = re.compile(r"\d{1,2}(?:,\d{2})+,\d{3}")


def _parse_number(text: str) -> float | None:
    """Read digits with any continent's grouping and decimal marks."""
    text = _GAPS.sub("", text)
    if _INDIAN.fullmatch(text):
        return float(text.replace(",", ""))
    dots, commas = text.count("."), text.count(",")
    if dots and commas:
        decimal = max(".", ",", key=text.rfind)
        if text.count(decimal) > 1:
            return None
        text = text.replace("," if decimal == "." else ".", "").replace(decimal, ".")
    elif dots + commas:
        mark = "." if dots else ","
        head, _, tail = text.rpartition(mark)
        if (dots + commas > 1 or len(tail) == 3) and _GROUPED.fullmatch(text) and head != "0":
            text = text.replace(mark, "")
        elif dots + commas > 1:
            return None
        else:
            text = f"{head}.{tail}"
    try:
        return float(text)
    except ValueError:
        return None


@lru_cache(maxsize=2048)
def _amounts(text: str) -> list[float] | None:
    """Return one amount, or the two of a range, or None when the text is neither."""
    text = fold(tidy(text))
    if text.startswith("-"):
        return None
    text = _CURRENCY.sub(" ", text)
    text = _BETWEEN.sub("|", text)
    parts = [part.strip() for part in text.split("|") if part.strip()]
    if not 1 <= len(parts) <= 2:
        return None
    amounts: list[tuple[float, int | None]] = []
    for part in parts:
        found = _AMOUNT.fullmatch(_AFTER.sub("", _BEFORE.sub("", part)).strip())
        if found is None:
            return None
        value = _parse_number(found[1])
        scale = _SCALES.get(found[2]) if found[2] else None
        if value is None or (found[2] and scale is None):
            return None
        amounts.append((value, scale))
    # "10-50M": the scale of the second number is meant for both.
    if len(amounts) == 2 and amounts[0][1] is None and amounts[1][1] is not None:
        amounts[0] = (amounts[0][0], amounts[1][1])
    return [value * (scale or 1) for value, scale in amounts]


def employee_count(value: object) -> int | None:
    """Return a head count from a number or a text ("1,200+", "51-200" gives the lower end, 51).

    The lower end keeps a stated band: company_size(employee_count("51-200")) is "51-200", and what
    is open above a band's end begins in the next ("10,000+" is 10,001).
    """
    amount = _amount_of(value)
    if amount is None or not 0 <= amount <= MAX_EMPLOYEES:
        return None
    if amount + 1 in _SIZE_STARTS and isinstance(value, str) and _MORE_THAN.search(value):
        amount += 1
    return int(amount)


def annual_revenue(value: object) -> int | float | None:
    """Return a yearly revenue in whole units of whatever currency it was stated in.

    "$12.5M" is 12500000, "12,5 Mio. €" too; of a range ("10-50M") the lower end counts, which
    lies in the band that starts there.
    """
    amount = _amount_of(value)
    if amount is None or not 0 <= amount <= MAX_REVENUE:
        return None
    amount = round(amount, 2)
    return int(amount) if amount == int(amount) else amount


# How a number of each kind of field is read.
READ: Final[dict[str, Callable[[object], int | float | None]]] = {
    "integer": employee_count, "number": annual_revenue}


def _amount_of(value: object) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if abs(value) <= MAX_REVENUE * 10 else None
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str) and len(value) <= 100:
        amounts = _amounts(value)
        if amounts and all(map(math.isfinite, amounts)) and amounts == sorted(amounts):
            return amounts[0]
    return None


def company_size(employees: int | float | None) -> str | None:
    """Return the People Data Labs band of a head count; None for less than one."""
    if employees is None or employees < 1:
        return None
    return COMPANY_SIZES[bisect_right(_SIZE_STARTS, employees) - 1]


def revenue_range(amount: int | float | None) -> str | None:
    """Return the People Data Labs band of a yearly revenue; None for less than nothing."""
    if amount is None or amount < 0:
        return None
    return REVENUE_RANGES[bisect_right(_REVENUE_STARTS, amount) - 1]
