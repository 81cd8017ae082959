"""What may be said of somebody's working time: a time zone, hours by day of the week, public holidays."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final
from zoneinfo import available_timezones

from sidecar.terms.states import DAYS

log = logging.getLogger(__name__)

_MOST_SPANS: Final = 6
# Files beside those of the zones: what the machine itself is set to, and what it is before it is set.
_NO_PLACE: Final = frozenset(("localtime", "Factory"))
_TIME: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")


def problem_of_zone(name: str) -> str | None:
    """What is wrong with a time zone, or None."""
    return None if name in _zones() else "This is no time zone of the IANA, such as Europe/Berlin."


def zone_or(name: str | None, usual: str) -> str:
    """The time zone that somebody says; the usual one where they say none, or one that is not known (any
    more), which the log tells once."""
    if name is None:
        return usual
    if problem_of_zone(name):
        _say_unknown(name)
        return usual
    return name


@cache
def _say_unknown(name: str) -> None:
    log.warning("a user's time zone is not known (any more); the usual one counts: %s", name)


def problem_of_hours(hours: Mapping[str, Sequence[Sequence[str]]]) -> tuple[str, str] | None:
    """(where, what is wrong) with hours {day: [[from, until], …]}, or None. Days without spans are free."""
    for day, spans in hours.items():
        if day not in DAYS:
            return f"/{day}", f"Days are {', '.join(DAYS)}."
        if len(spans) > _MOST_SPANS:
            return f"/{day}", f"A day has at most {_MOST_SPANS} spans."
        last = ""
        for place, span in enumerate(spans):
            if len(span) != 2 or not all(map(_TIME.fullmatch, span)):
                return f"/{day}/{place}", "A span is [from, until], as in [\"09:00\", \"17:30\"]."
            if not last <= span[0] < span[1]:
                return f"/{day}/{place}", "Spans begin before they end, and follow one another."
            last = span[1]
    if not any(hours.values()):
        return "", "Somebody who works has hours on one day at least."
    return None


def problem_of_holidays(region: str) -> str | None:
    """What is wrong with a country, or country-subdivision, whose public holidays are meant, or None; "":
    none are."""
    if not region:
        return None
    country, _, part = region.partition("-")
    known = _regions().get(country)
    if known is None:
        return "The public holidays of this country are not known; it is two letters, such as DE."
    if part and part not in known:
        return f"{country} has no such part; it has {', '.join(sorted(known)) or 'none'}."
    return None


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones()) - _NO_PLACE


@cache
def _regions() -> Mapping[str, frozenset[str]]:
    from holidays.utils import list_supported_countries  # takes a tenth of a second

    return {country: frozenset(parts) for country, parts in list_supported_countries().items()}
