"""When somebody works: their hours in their time zone, without public holidays and absences.

Hours are wall clock times: on a day on which clocks change, 01:00 to 04:00 are two hours or four. A time that
such a day leaves out is the moment at which it would have been, one that comes twice is the first.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from sidecar.calendars.working import problem_of_holidays, problem_of_hours, zone_or
from sidecar.terms.states import DAYS

# Who does not work within this time is not waited for.
LOOKED_AHEAD: Final = timedelta(days=2 * 366)
_DAY: Final = timedelta(days=1)
_MINUTE: Final = timedelta(minutes=1)
_EXAMPLE: Final = "mon-fri 09:00-12:00 13:00-17:00, sat 10:00-12:00"
_YEARS_KEPT: Final = 1 << 10  # of the holidays of places

Span = tuple[datetime, datetime]
Hours = Mapping[str, Sequence[Sequence[str]]]


class Usual(NamedTuple):
    """How people work of whom nothing else is said; see `Calendar` and `holidays_of`."""

    time_zone: str
    hours: Hours
    holidays: str

    @property
    def calendar(self) -> Calendar:
        """That of somebody of whom nothing is said."""
        return Calendar(self.time_zone, self.hours, holidays_of(self.holidays))


@dataclass(frozen=True, slots=True)
class Calendar:
    """When one person works.

    `time_zone`: an IANA name. `hours`: day of the week (mon … sun) -> [[from, until], …] as HH:MM, until at
    most 24:00; days that are left out are free. `holidays`: free days, see `holidays_of`. `absences`:
    [(start, end)]. Moments are aware; those that are answered are in UTC.
    """

    time_zone: str
    hours: Hours
    holidays: Container[date] = frozenset()
    absences: Sequence[Span] = ()

    def working_at(self, moment: datetime) -> bool:
        """Whether they work at this moment."""
        return any(self._spans(moment, moment))

    def next_working(self, moment: datetime) -> datetime | None:
        """The first moment from this one on at which they work; None: they do not within LOOKED_AHEAD."""
        return next((start for start, _ in self._spans(moment, moment + LOOKED_AHEAD)), None)

    def working_minutes(self, start: datetime, end: datetime) -> float:
        """How many minutes they work from start to end; 0 when the end is before the start."""
        spans = self._spans(start, end)
        return sum((min(until, end) - begin for begin, until in spans), timedelta()) / _MINUTE

    def after_working_minutes(self, moment: datetime, minutes: float) -> datetime | None:
        """The first moment by which they worked so many minutes since this one; None: they do not within
        LOOKED_AHEAD."""
        left = minutes * _MINUTE
        if not left:
            return moment.astimezone(UTC)
        for begin, until in self._spans(moment, moment + LOOKED_AHEAD):
            if left <= until - begin:
                return begin + left
            left -= until - begin
        return None

    def _spans(self, start: datetime, end: datetime) -> Iterator[Span]:
        """When they work: the spans that begin from start to end, in order, without what is before start."""
        zone = ZoneInfo(self.time_zone)
        done, absences = start.astimezone(UTC), sorted(self.absences)
        # What the day before leaves out at its end lies in this one.
        day, last = start.astimezone(zone).date() - _DAY, end.astimezone(zone).date()
        while day <= last:
            for begin, until in self._hours_of(day, zone):
                begin = max(begin, done)
                for leaves, back in (*absences, (until, until)):
                    if begin < (stops := min(leaves, until)):
                        if begin > end:
                            return
                        yield begin, stops
                    begin = max(begin, back)
                done = max(done, until)
            day += _DAY

    def _hours_of(self, day: date, zone: ZoneInfo) -> list[Span]:
        """The hours of a day, in order."""
        hours = self.hours.get(DAYS[day.weekday()])
        if not hours or day in self.holidays:
            return []
        return sorted((_moment(day, begin, zone), _moment(day, until, zone)) for begin, until in hours)


def calendar_of(said: Mapping[str, Any], usual: Usual, absences: Sequence[Span] = ()) -> Calendar:
    """The calendar of somebody of whom `time_zone`, `working_hours` and `holidays` are said; what is None or
    not known (any more) is as usual."""
    hours, place = said["working_hours"], said["holidays"]
    return Calendar(
        zone_or(said["time_zone"], usual.time_zone),
        usual.hours if hours is None else hours,
        holidays_of(usual.holidays if place is None or problem_of_holidays(place) else place), absences)


def read_hours(text: str) -> Hours:
    """Hours of a text such as _EXAMPLE. Raises ValueError."""
    hours: dict[str, list[list[str]]] = {}
    for part in filter(None, map(str.strip, text.split(","))):
        days, *spans = part.split()
        first, _, last = days.partition("-")
        if not spans:
            raise ValueError(f"must be days and hours: {_EXAMPLE}")
        if first not in DAYS or (last or first) not in DAYS[DAYS.index(first):]:
            raise ValueError(f"days are {', '.join(DAYS)}")
        for day in DAYS[DAYS.index(first):DAYS.index(last or first) + 1]:
            hours[day] = [span.split("-") for span in spans]
    if problem := problem_of_hours(hours):
        raise ValueError(f"must be days and hours: {_EXAMPLE}. {problem[1]}")
    return hours


def holidays_of(place: str) -> Container[date]:
    """The public holidays of a country (AT) or one of its subdivisions (DE-BY), with the days that stand in
    for those on a weekend; "": none. `place` is one without problems (`sidecar.calendars`)."""
    return _Holidays(place)


@dataclass(frozen=True, slots=True)
class _Holidays:
    place: str

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and day in _of_year(self.place, day.year)


@lru_cache(_YEARS_KEPT)
def _of_year(place: str, year: int) -> frozenset[date]:
    if not place:
        return frozenset()
    from holidays import country_holidays  # takes a tenth of a second

    country, _, subdivision = place.partition("-")
    return frozenset(country_holidays(country, subdivision or None, years=year))


def _moment(day: date, clock: str, zone: ZoneInfo) -> datetime:
    hour, minute = clock.split(":")
    at = datetime.combine(day, time(), zone) + timedelta(hours=int(hour), minutes=int(minute))
    return at.astimezone(UTC)
