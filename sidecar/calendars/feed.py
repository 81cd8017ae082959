"""When somebody is away, of their calendar feed (iCalendar, RFC 5545): what is in it beside that is not kept.

Away is what says that it is out of office (X-MICROSOFT-CDO-BUSYSTATUS, of Outlook and Exchange);
what lasts whole days and blocks them (TRANSP:OPAQUE); and what is called so and lasts half a day at least.

A rule of a few bytes can take the libraries that read it minutes. This module is therefore also a program,
which imports nothing of the engine and ends (SIGXCPU) after so many seconds of processor time:

    python -I feed.py SECONDS ZONE NOW < FEED

It writes JSON: {"times": [[starts_at, ends_at, uid], …]}, or {"error": what is wrong with the feed}.
"""

from __future__ import annotations

import hashlib
import json
import re
import resource
import sys
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import islice
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar, Event, vRecur

AHEAD: Final = timedelta(days=400)
_MOST_EVENTS, _MOST_SERIES, _MOST_TIMES = 20_000, 300, 1000
_MOST_MEMORY: Final = 512 << 20  # bytes; the most events of Outlook take 310 MB
_HALF_A_DAY: Final = timedelta(hours=4)
# More often than daily nobody is away; to work it out would take for ever.
_TOO_OFTEN: Final = frozenset(("SECONDLY", "MINUTELY", "HOURLY"))
_TIMES_OF_DAY: Final = ("BYHOUR", "BYMINUTE", "BYSECOND")
_WORDS: Final = re.compile(
    r"\b(?:out of (?:the )?office|ooo|vacation|annual leave|on leave|parental leave|sick(?: leave)?|day off"
    r"|pto|holidays?|urlaub|abwesend|abwesenheit|nicht im büro|krank|elternzeit|außer haus)\b", re.IGNORECASE)
_BUSY: Final = "X-MICROSOFT-CDO-BUSYSTATUS"


class Away(NamedTuple):
    """A time for which somebody is away; uid: by which the feed knows it, hashed."""

    starts_at: datetime
    ends_at: datetime
    uid: str


def away_times(feed: bytes, zone: tzinfo, now: datetime) -> list[Away]:
    """The times that are not over, and begin within AHEAD; whole days are those of the zone. Raises
    ValueError that says what is wrong with the feed."""
    try:
        calendar = Calendar.from_ical(feed)
    except (ValueError, IndexError, KeyError, TypeError) as error:
        raise ValueError("This is no calendar (iCalendar).") from error
    if calendar.name != "VCALENDAR":
        raise ValueError("This is no calendar (iCalendar).")
    events = [each for each in calendar.walk("VEVENT") if isinstance(each, Event)]
    if len(events) > _MOST_EVENTS:
        raise ValueError(f"It has more than {_MOST_EVENTS} events.")
    series: dict[str, list[Event]] = {}
    for event in events:
        series.setdefault(str(event.get("UID", "")), []).append(event)
    wanted = [each for each in series.values() if any(map(_is_away, each)) and not any(map(_too_often, each))]
    found = set()
    for each in islice(wanted, _MOST_SERIES):
        found.update(_times(calendar, each, zone, now))
    return sorted(found)[:_MOST_TIMES]


def _times(calendar: Calendar, series: list[Event], zone: tzinfo, now: datetime) -> list[Away]:
    """Of an event with what changes single times of it."""
    alone = Calendar()
    for part in (*calendar.walk("VTIMEZONE"), *series):
        alone.add_component(part)
    try:
        times = recurring_ical_events.of(alone, skip_bad_series=True).between(
            now - timedelta(days=1), now + AHEAD)
    except (ValueError, TypeError, KeyError, OverflowError):
        return []
    found = []
    for event in times:
        start, end = _moment(event.start, zone), _moment(event.end, zone)
        if _is_away(event) and now < end and start < end:
            found.append(Away(start, end, _hash(event, start)))
    return found


def _is_away(event: Event) -> bool:
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        return False
    busy = str(event.get(_BUSY, "")).upper()
    if busy:
        return busy == "OOF"
    try:
        start, end = event.start, event.end
        long = end - start >= _HALF_A_DAY
    except (ValueError, TypeError, KeyError):  # also of two ends that cannot be compared
        return False
    whole_days = not isinstance(start, datetime)
    if whole_days and str(event.get("TRANSP", "")).upper() == "OPAQUE":
        return True
    return bool(_WORDS.search(str(event.get("SUMMARY", "")))) and (whole_days or long)


def _too_often(event: Event) -> bool:
    rules = event.get("RRULE") or []
    return any(_is_too_often(rule) for rule in (rules if isinstance(rules, list) else [rules]))


def _is_too_often(rule: Any) -> bool:
    return not isinstance(rule, vRecur) or any(
        str(often).upper() in _TOO_OFTEN for often in rule.get("FREQ", ())) or any(
        len(rule.get(part, ())) > 1 for part in _TIMES_OF_DAY)


def _moment(moment: date, zone: tzinfo) -> datetime:
    """A date begins at midnight of the zone; a time without one is the zone's."""
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time())
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def _hash(event: Event, start: datetime) -> str:
    return hashlib.sha256(f"{event.get('UID', '')} {start.isoformat()}".encode()).hexdigest()[:32]


def main(seconds: int, zone: str, now: str) -> None:
    """Write what was asked for."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        times = away_times(sys.stdin.buffer.read(), ZoneInfo(zone), datetime.fromisoformat(now))
    except ValueError as error:
        print(json.dumps({"error": str(error)}))
    else:
        print(json.dumps({"times": [
            (each.starts_at.isoformat(), each.ends_at.isoformat(), each.uid) for each in times]}))


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
