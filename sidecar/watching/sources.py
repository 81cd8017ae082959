"""Sources that fall silent: how unlikely it is that nothing came since a source's last lead.

What is usual is learnt of the last weeks, by hour of the week on the wall clock: nobody expects leads of an
office at night or on Sundays. How regular a source is, is learnt as well: counts of an hour and of a day are
taken to be Poisson counts whose rate itself varies (gamma), so that what comes in bursts may stay away for
longer.

A day may be one of rest (a holiday), on which comes what comes on the quietest day of the week. It is one for
sure where the calendar says so; else the other sources tell how likely that is: by whether what they brought
on that day is more like their usual day or their quietest one. Those that bring nothing at all say nothing.

Times are hours on the wall clock since Monday, 1970-01-05; days are such hours / 24.
"""

from __future__ import annotations

import math
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise
from typing import Final, NamedTuple

WEEKS: Final = 8  # that tell what is usual; fewer than 2 tell nothing
_WEEK, _DAY = 168, 24
# By chance a source is told to be silent, though it is not, once in so many months.
_MONTHS: Final = 240
_MONTH: Final = 365.25 / 12 / 7  # weeks
_LONGER: Final = 1.25  # than it was ever silent: by so much it must be, too
_REST: Final = math.log(0.04)  # how many days are days of rest that no calendar tells (about the log odds)
_VOTE: Final = 4.0  # the most that one source may say of a day
_LOOSEST, _TIGHTEST = 0.05, 1e6  # how regular a source may be


class Seen(NamedTuple):
    """What came of a source: leads by hour (only those with any), and when the last one came."""

    hours: Mapping[int, int]
    last: float


@dataclass(frozen=True)
class Profile:
    """What is usual: leads by hour of the week, how regular the hours and the days are (the shape of the
    gamma), the quietest day (0: Monday), and how unlikely the longest silence was that it came out of."""

    rates: tuple[float, ...]
    of_hours: float
    of_days: float
    rest: int
    longest: float = 0.0

    @classmethod
    def of(cls, seen: Seen, free: Container[int] = ()) -> Profile | None:
        """What a source usually brings, by the weeks before its last lead; None where that is not known yet.
        `free`: days that count as no usual ones."""
        end = math.floor(seen.last) + 1
        weeks = min(WEEKS, (end - min(seen.hours, default=end)) // _WEEK)
        if weeks < 2:
            return None
        hours = [hour for hour in range(end - weeks * _WEEK, end) if hour // _DAY not in free]
        counts = [seen.hours.get(hour, 0) for hour in hours]
        slots, times = [0] * _WEEK, [0] * _WEEK
        for hour, count in zip(hours, counts, strict=True):
            slots[hour % _WEEK] += count
            times[hour % _WEEK] += 1
        rates = tuple(slot / time if time else 0.0 for slot, time in zip(slots, times, strict=True))
        days: dict[int, list[float]] = {}
        for hour, count in zip(hours, counts, strict=True):
            day = days.setdefault(hour // _DAY, [0.0, 0.0])
            day[0] += count
            day[1] += rates[hour % _WEEK]
        each = [sum(rates[day * _DAY:(day + 1) * _DAY]) for day in range(7)]
        made = cls(
            rates, _regular(((count, rates[hour % _WEEK]) for hour, count in zip(hours, counts, strict=True)),
                            weeks),
            _regular(((count, rate) for count, rate in days.values()), weeks), each.index(min(each)))
        came = sorted(hour for hour in seen.hours if hours[0] <= hour < end) if hours else []
        longest = max((made.unlikely(before + 1, after, free=free)
                       for before, after in pairwise(came) if after > before + 2),
                      default=0.0)
        return cls(rates, made.of_hours, made.of_days, made.rest, longest)

    @property
    def most(self) -> float:
        """How unlikely a silence may be: as it is by chance once in so many months, and hardly more than ever
        before."""
        return max(math.log(_MONTHS * max(1.0, self._leads[-1] * _MONTH)), _LONGER * self.longest)

    def expected(self, start: float, end: float) -> float:
        """How many leads usually come in this time."""
        return _between(self._leads, start, end)

    def at_rest(self, start: float, end: float) -> float:
        """How many would come on the quietest day of the week between these hours of a day."""
        shift = self.rest * _DAY - math.floor(start / _DAY) * _DAY
        return _between(self._leads, start + shift, end + shift)

    def unlikely(
        self, start: float, end: float, rests: Mapping[int, float] | None = None, free: Container[int] = (),
    ) -> float:
        """Minus the logarithm of the chance that nothing comes in this time. `rests`: how likely days are
        days of rest."""
        total = 0.0
        for day, begin, until in _days(start, end):
            usual = self._nothing(begin, until)
            shift = (self.rest - day) * _DAY
            quiet = min(usual, self._nothing(begin + shift, until + shift))
            rest = 1.0 if day in free else (rests or {}).get(day, math.exp(_REST))
            total += quiet - math.log(rest + (1 - rest) * math.exp(quiet - usual))
        return total

    def vote(self, count: int, start: float, end: float) -> float:
        """What the leads that came in a part of a day say of it: above 0 that it is a usual one, below that
        it is one of rest; by the ratio of their likelihoods."""
        usual, quiet = (max(0.05, rate) for rate in (self.expected(start, end), self.at_rest(start, end)))
        if not count or usual <= quiet:
            return 0.0
        return max(-_VOTE, min(_VOTE, count * math.log(usual / quiet) - (usual - quiet)))

    @cached_property
    def _leads(self) -> list[float]:
        return list(accumulate(self.rates, initial=0.0))

    @cached_property
    def _hours(self) -> list[float]:
        return list(accumulate((_none(rate, self.of_hours) for rate in self.rates), initial=0.0))

    def _nothing(self, start: float, end: float) -> float:
        """Minus the logarithm of the chance of nothing in a part of a day: as the days vary, or the hours."""
        return min(_none(_between(self._leads, start, end), self.of_days),
                   _between(self._hours, start, end))


def silences(sources: Mapping[str, Seen], now: float, free: Container[int] = ()) -> dict[str, float]:
    """How silent (`silence`) each source is of which it is known what is usual; one that brought nothing for
    WEEKS is none any more. `free`: days that the calendar calls days of rest."""
    profiles = {name: made for name, seen in sources.items()
                if now - seen.last <= WEEKS * _WEEK and (made := Profile.of(seen, free))}
    return {name: silence(name, sources, profiles, now, free) for name in profiles}


def silence(
    name: str, sources: Mapping[str, Seen], profiles: Mapping[str, Profile], now: float,
    free: Container[int] = (),
) -> float:
    """How silent one of these sources is: how unlikely it is (minus the logarithm of the chance) that nothing
    came since its last lead, over the most that is usual. Above 1 something is wrong."""
    profile, last = profiles[name], sources[name].last
    rests = {}
    for day, _, until in _days(last, now):
        odds = _REST - sum(
            other.vote(_count(sources[sibling].hours, day * _DAY, math.floor(until)), day * _DAY,
                       math.floor(until))
            for sibling, other in profiles.items() if sibling != name)
        rests[day] = 1 / (1 + math.exp(-odds))
    return profile.unlikely(last, now, rests, free) / profile.most


def _regular(counts: Iterable[tuple[float, float]], weeks: int) -> float:
    """The shape of the gamma by which rates vary, of [(count, mean of so many weeks)], by its moments."""
    squares = excess = 0.0
    for count, mean in counts:
        squares += mean * mean
        excess += (count - mean) ** 2 * weeks / (weeks - 1) - mean
    return max(_LOOSEST, min(_TIGHTEST, squares / excess if excess > 0 else _TIGHTEST))


def _none(mean: float, shape: float) -> float:
    """Minus the logarithm of the chance of nothing where so much is expected."""
    return shape * math.log1p(mean / shape)


def _between(sums: list[float], start: float, end: float) -> float:
    return max(0.0, _until(sums, end) - _until(sums, start))


def _until(sums: list[float], moment: float) -> float:
    """The sum since the first Monday; within an hour it grows evenly."""
    weeks, rest = divmod(moment, _WEEK)
    hour = int(rest)
    return weeks * sums[-1] + sums[hour] + (rest - hour) * (sums[hour + 1] - sums[hour])


def _days(start: float, end: float) -> Iterator[tuple[int, float, float]]:
    """The parts of days between two moments: (day, from, until)."""
    for day in range(math.floor(start / _DAY), math.ceil(end / _DAY)):
        yield day, max(start, day * _DAY), min(end, (day + 1) * _DAY)


def _count(hours: Mapping[int, int], start: int, end: int) -> int:
    return sum(hours.get(hour, 0) for hour in range(start, end))
