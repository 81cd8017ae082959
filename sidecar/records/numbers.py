"""Head counts and revenues: from what people write to numbers, from numbers to bands."""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Callable
from functools import lru_cache
from typing import Final, NamedTuple

from sidecar.terms.states import COMPANY_SIZES, REVENUE_RANGES

from .text import fold, tidy, words

MAX_EMPLOYEES: Final = 10_000_000  # the largest employer has some 3 million
MAX_REVENUE: Final = 10**14
MAX_TEXT: Final = 100

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
# ISO 4217's codes, and "us" and the like in front of a sign.
_CODES: Final = (
    "aed|afn|all|amd|ang|aoa|ars|aud|awg|azn|bam|bbd|bdt|bgn|bhd|bif|bmd|bnd|bob|brl|bsd|btn|bwp|byn|bzd|"
    "cad|cdf|"
    "chf|clp|cny|cop|crc|cup|cve|czk|djf|dkk|dop|dzd|egp|ern|etb|eur|fjd|fkp|gbp|gel|ghs|gip|gmd|gnf|gtq|"
    "gyd|hkd|"
    "hnl|hrk|htg|huf|idr|ils|inr|iqd|irr|isk|jmd|jod|jpy|kes|kgs|khr|kmf|kpw|krw|kwd|kyd|kzt|lak|lbp|lkr|"
    "lrd|lsl|"
    "lyd|mad|mdl|mga|mkd|mmk|mnt|mop|mru|mur|mvr|mwk|mxn|myr|mzn|nad|ngn|nio|nok|npr|nzd|omr|pab|pen|pgk|"
    "php|pkr|"
    "pln|pyg|qar|ron|rsd|rub|rwf|sar|sbd|scr|sdg|sek|sgd|shp|sle|sos|srd|ssp|stn|svc|syp|szl|thb|tjs|tmt|"
    "tnd|top|"
    "try|ttd|twd|tzs|uah|ugx|usd|uyu|uzs|ves|vnd|vuv|wst|xaf|xcd|xof|xpf|yer|zar|zmw|zwl"
)
_NUMBER = r"\d{1,40}(?:[.,'’\s  ]\d{1,40}){0,12}"
_AMOUNT = re.compile(rf"(?:([tmk])\s*)?({_NUMBER})\s*(?:([a-zа-я]+)\b\.?)?")
_CURRENCY = re.compile(
    rf"(?:us|ca|au|nz|hk|sg|mx|\b[acrs])?[$€£¥₹₩₽฿₺₫₪₴₦₱]|\b(?:de |d')?(?:{_CODES}|euros?|rmb|dollars?|us|"
    rf"r|rs|"
    r"zl|kr|kc|ft|lei|руб|pounds?|yen|yuan|pesos?|reais|francs?|franken)\b\.?"
)
# "TEUR 250", "250 k€": the scale clings to the currency.
_SCALED_CURRENCY = re.compile(
    r"\b([tmk])(?=(?:eur|usd|chf|gbp)\b|[$€£])|(?<=\d)\s*(k|m)(?=(?:eur|usd|chf|gbp)\b)")
# In English a million, in Spanish and Portuguese a thousand, which is not shortened.
_ENGLISH_MIL = re.compile(
    r"\bmil(?:\.|(?= (?:to|or|and|-)\b|$)(?=.*\b(?:to|less than|more|over|under)\b))")
_BETWEEN = re.compile(
    r"\s*(?:-+>?|–|—|~|～|〜|⇾|→|⇒|\.\.\.?|…|至|から|\b(?:to|bis|und|and|a|e|et|y|between|tot|til|till|do|hasta|"
    r"ate|"
    r"fino a|ile)\b)\s*"
)
_ABOUT = (
    r"ca\.?|circa|about|approx\.?|approximately|around|roughly|rund|etwa|ungefahr|environ|aprox\.?|unos|"
    r"cerca de|"
    r"entre|zwischen|tra|from|von|de|desde|between|est\.?|~|≈|约|約"
)
_ABOVE = (
    r">=?|≥|over|more than|above|at least|from over|mehr als|uber|ab|mindestens|plus de|mas de|mais de|oltre|"
    r"piu di|meer dan|ponad|powyzej|over|mer an|mere end|mer enn|\+"
)
_BELOW = (
    r"<|under|less than|fewer than|below|weniger als|unter|moins de|menos de|meno di|minder dan|ponizej|"
    r"mniej niz|"
    r"farre an|mindre an|faerre end|mindre end|faerre enn|mindre enn|alle"
)
_UP_TO = (
    r"<=|≤|up to|max\.?|maximum|at most|bis zu|bis|hochstens|maximal|jusqu'a|hasta|ate|fino a|tot|do|"
    r"upp till|op til|opp til"
)
_BEFORE = re.compile(
    rf"^(?:(?P<about>{_ABOUT})|(?P<above>{_ABOVE})|(?P<upto>{_UP_TO})|(?P<below>{_BELOW}))(?![a-z])\s*")
_LABEL = re.compile(r"^[a-z][a-z ./()]{1,40}[:=]\s*|^size_")
# "51_200", "SIZE_51_TO_200", as APIs name bands
_KEYED = re.compile(r"(?<=\d)_(?:to_)?(?=\d)")
# "Small (11-50)", "[51-200]"; an amount in round brackets alone is a debt.
_IN_BRACKETS = re.compile(r"(?:[^\d()\[\]]*[a-z]\s*\(|\[)([^()\[\]]*\d[^()\[\]]*)[)\]]")
_YEAR = re.compile(r"\(\s*(?:fy\s?)?(?:19|20)\d\d\s*\)|\b(?:fy|in|for|im jahr) ?(?:19|20)\d\d\b")
_UNIT = (
    r"employees?|people|persons?|staff(?: members?)?|ftes?|headcount|workers?|members?|users?|seats?|"
    r"mitarbeiter(?:innen)?|mitarbeitende[rn]?|beschaftigte[rn]?|angestellte[rn]?|ma|personen|"
    r"vollzeitstellen|"
    r"salaries|employes|personnes|collaborateurs|empleados|trabajadores|personas|funcionarios|colaboradores|"
    r"empregados|pessoas|dipendenti|addetti|persone|medewerkers|werknemers|personen|pracownikow|pracownicy|"
    r"osob|"
    r"zamestnancu|zamestnancov|anstallda|ansatte|medarbejdere|medarbetare|tyontekijaa|henkilostoa|calisan|"
    r"kisi|"
    r"сотрудник(?:ов|а)?|человек|人|名|명|位|員|员工|員工|社員"
)
_TIMES = (
    r"revenue|umsatz|turnover|p\.?\s?a\.?|per year|annually|annual|yearly|arr|pro jahr|/\s?(?:year|yr|jahr|a)"
)
_MORE = (
    r"\+|_or_more|plus|"
    r"or more|and more|and above|or above|and up|and over|or over|oder mehr|und mehr|et plus|ou plus|"
    r"o mas|y mas|ou mais|e mais|o piu|e oltre|of meer|en meer|i wiecej|lub wiecej|eller flere|och fler"
    r"|以上|이상"
)
_LESS = (
    r"or less|or fewer|and below|or below|oder weniger|und weniger|ou moins|et moins|o menos|ou menos|o meno|"
    r"of minder|lub mniej|以下|以内|이하"
)
_AFTER = re.compile(rf"\s*(?:(?P<above>{_MORE})|(?P<upto>{_LESS})|{_UNIT}|{_TIMES}|\(s\)|\.)\s*$")
# One person who works alone.
_ALONE = re.compile(
    r"(?:just|only) (?:me|myself|1|one)|myself|me|solo|alone|self employed|selbst(?:st)?andig\w*|"
    r"sole (?:trader|"
    r"proprietor\w*)|freelanc\w*|freiberuf\w*|einzelunternehme\w*|independant\w*|auto ?entrepreneur|"
    r"autonom[oa]|"
    r"libero professionista|zzp(?:er)?|one (?:person|man)(?: (?:business|show|company))?|nur ich|ich allein|"
    r"(?:1|one) just me|solopreneur|enskild firma|zzp er|zelfstandige?|samozatrudnienie"
)
_EXPONENT = re.compile(r"\d{1,3}(?:[.,]\d{1,15})?e\+?\d{1,2}")
# What spreadsheets make of "1-10" and "11-50": 10-Jan, Jan-10, Nov-50, 2026-01-10.
_MONTHS: Final = {
    name: month for month, names in enumerate(
        ("jan januar january janv janvier ene enero gen gennaio januari styczen sty led tammi",
         "feb februar february fev fevr fevrier febrero febbraio februari fevereiro luty lut",
         "mar mrz marz march mars marzo maart marco mrt marzec", "apr april avr avril abr abril aprile kwi",
         "may mai mayo mag maggio mei maio maj", "jun juni june juin junio giu giugno junho cze",
         "jul juli july juil juillet julio lug luglio julho lip", "aug august aout ago agosto augustus sie",
         "sep sept september septembre septiembre set settembre setembro wrz",
         "oct okt october oktober octobre octubre ott ottobre out outubro paz",
         "nov november novembre noviembre novembro lis", "dec dez december dezember decembre dic diciembre"
         " dicembre dezembro gru"), start=1)
    for name in names.split()}  # fmt: skip
_MONTH_FIRST = re.compile(r"([a-z]{3,9})\.?[-\s./](\d{1,4})")
_MONTH_LAST = re.compile(r"(\d{1,4})\.?[-\s./]([a-z]{3,9})\.?")
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[t ]00:00(?::00)?(?:\.0+)?z?)?|(\d\d?)([./])(\d\d?)\5(\d{4})")
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


class _Figure(NamedTuple):
    """A text read: one amount, or the two of a range; `side` is above, below, upto or "" for neither."""

    low: float
    high: float | None
    side: str


@lru_cache(maxsize=2048)
def _figure(text: str) -> _Figure | None:
    text = fold(tidy(text))
    if text.startswith("-"):
        return None
    if _EXPONENT.fullmatch(text):
        return _Figure(float(text.replace(",", ".")), None, "")
    text = _YEAR.sub(" ", _ENGLISH_MIL.sub("million", text)).strip()
    if bracketed := _IN_BRACKETS.fullmatch(text):
        text = bracketed[1]
    text = _LABEL.sub("", _KEYED.sub("-", text))
    text = _SCALED_CURRENCY.sub(lambda found: f" {found[1] or found[2]} ", text)
    text, side = _trimmed(_CURRENCY.sub(" ", text).strip())
    parts = [part.strip() for part in _BETWEEN.split(text) if part.strip()]
    if not 1 <= len(parts) <= 2:
        return None
    amounts: list[tuple[float, int | None]] = []
    for part in parts:
        found = _AMOUNT.fullmatch(_trimmed(part)[0])
        if found is None:
            return None
        value = _parse_number(found[2])
        named = found[3] or found[1]
        scale = _SCALES.get(named) if named else None
        if value is None or (named and scale is None) or not math.isfinite(value):
            return None
        amounts.append((value, scale))
    # "10-50M": the scale of the second number is meant for both.
    if len(amounts) == 2 and amounts[0][1] is None and amounts[1][1] is not None:
        amounts[0] = (amounts[0][0], amounts[1][1])
    low, *more = (value * (scale or 1) for value, scale in amounts)
    high = more[0] if more else None
    return None if high is not None and high < low else _Figure(low, high, "" if high else side)


def _trimmed(text: str) -> tuple[str, str]:
    """Take off the words around an amount, and tell on which side of it they say the value lies."""
    side = ""
    for pattern, keep in ((_BEFORE, re.Match.end), (_AFTER, re.Match.start)):
        while (found := pattern.search(text)) and found[0]:
            side = next((name for name, said in found.groupdict().items() if said), side)
            text = text[found.end() :] if keep is re.Match.end else text[: found.start()]
    return text.strip(), side


def _dated_band(text: str) -> _Figure | None:
    """Read a band that a spreadsheet took for a date: "Nov-50", "10-Jan", "2026-01-10"."""
    text = fold(tidy(text))
    if found := _MONTH_FIRST.fullmatch(text):
        month, other = _MONTHS.get(found[1]), int(found[2])
    elif found := _MONTH_LAST.fullmatch(text):
        month, other = _MONTHS.get(found[2]), int(found[1])
    elif found := _DATE.fullmatch(text):
        year, one, two = (int(found[i]) for i in ((1, 2, 3) if found[1] else (7, 4, 6)))
        month, other = (one, two) if found[1] else (two, one)
        if year < 2000 and other == 1:  # a month and the year's two digits
            other = year % 100
    else:
        return None
    other = other % 100 if other > 1900 else other
    if not month or not 1 <= month <= 12 or month == other or not other:
        return None
    return _Figure(min(month, other), max(month, other), "")


def employee_count(value: object) -> int | None:
    """Return a head count from a number or a text ("1,200+", "51-200" gives the lower end, 51).

    The lower end keeps a stated band: company_size(employee_count("51-200")) is "51-200". Ranges that share
    their borders with the bands begin behind them ("50-200" is 51), what is open above a band's end begins
    in the next ("10,000+" is 10,001), and of what is open below ("< 50") the band counts. One who works
    alone is 1.
    """
    if isinstance(value, str):
        number = _head_count(value) if len(value) <= MAX_TEXT else None
    else:
        number = _number_of(value)
    return int(number) if number is not None and 0 <= number <= MAX_EMPLOYEES else None


@lru_cache(maxsize=2048)
def _head_count(text: str) -> float | None:
    if _ALONE.fullmatch(" ".join(words(text))):
        return 1
    figure = _dated_band(text) or _figure(text)
    if figure is None:
        return None
    low, high, side = figure
    if side in ("below", "upto"):
        return _band_start(_SIZE_STARTS, low - 1 if side == "below" else low)
    ends_band = low + 1 in _SIZE_STARTS
    if ends_band and (side == "above" or (high is not None and high + 1 in _SIZE_STARTS)):
        return low + 1
    return low


def annual_revenue(value: object) -> int | float | None:
    """Return a yearly revenue in whole units of whatever currency it was stated in.

    "$12.5M" is 12500000, "12,5 Mio. €" too; of a range ("10-50M") the lower end counts, which
    lies in the band that starts there; of what is open below ("< $10M") the band below does.
    """
    amount = _number_of(value)
    if amount is None and isinstance(value, str) and len(value) <= MAX_TEXT:
        figure = _figure(value)
        if figure is not None:
            below = figure.side in ("below", "upto")
            amount = _band_start(_REVENUE_STARTS, figure.low - 1) if below else figure.low
    if amount is None or not 0 <= amount <= MAX_REVENUE:
        return None
    amount = round(amount, 2)
    return int(amount) if amount == int(amount) else amount


def _band_start(starts: tuple[int, ...], amount: float) -> float:
    return starts[max(bisect_right(starts, amount) - 1, 0)] if amount >= 0 else -1


# How a number of each kind of field is read.
READ: Final[dict[str, Callable[[object], int | float | None]]] = {
    "integer": employee_count, "number": annual_revenue}


def _number_of(value: object) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if abs(value) <= MAX_REVENUE * 10 else None
    if isinstance(value, float):
        return value if math.isfinite(value) else None
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
