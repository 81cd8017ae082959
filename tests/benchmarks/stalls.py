"""`python -m tests.benchmarks stalls`: a year of seasonal sources, watched as production watches them.

Printed are the false alarms a month (at most one is allowed) and how long injected outages go unnoticed. What
is simulated is not what the watching believes: days vary, holidays are known to no calendar, newsletters come
late or not at all, bridge days and Christmas weeks are half days of rest, files bring thousands at once.
"""

from __future__ import annotations

import math
import random
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from statistics import median

from sidecar.watching import WEEKS, Profile, Seen, silence

EPOCH = date(1970, 1, 5)  # a Monday
DAY, WEEK = 24, 168
BEFORE, STEP = 70, 1 / 6  # days that are learnt of first; a look every ten minutes


class Year:
    """Leads of several sources over a year: {source: moments in hours on the wall clock, in order}."""

    def __init__(self, seed: int, days: int = 365, first: date = date(2025, 1, 6)) -> None:
        self.chance = random.Random(seed)
        self.first = first - timedelta(days=BEFORE)
        self.days = [self.first + timedelta(days=day) for day in range(days + BEFORE)]
        self.free = {day for day in self.days if _holiday(day)}
        kinds: dict[str, Callable[[date], Iterator[float]]] = {
            "busy form": self._form, "office form": lambda day: self._office(day, 5.0),
            "demo requests": lambda day: self._office(day, 0.8), "newsletter": self._newsletter,
            "partner": self._partner, "files": self._files}
        self.leads = {name: sorted((day - EPOCH).days * DAY + hour for day in self.days for hour in kind(day))
                      for name, kind in kinds.items()}
        self.begins = (self.first - EPOCH).days * DAY + BEFORE * DAY
        self.ends = (self.days[-1] - EPOCH).days * DAY + DAY

    def _level(self, day: date) -> float:
        """How much of a usual working day a day is."""
        if day in self.free or day.weekday() > 4:
            return 0.0
        if (day.month, day.day) >= (12, 22) or (day.month, day.day) <= (1, 5):
            return 0.25
        around = {day - timedelta(days=1), day + timedelta(days=1)}
        bridge = any(other in self.free and other.weekday() in (1, 3) for other in around)
        return (0.5 if bridge and day.weekday() in (0, 4) else 1.0) * (0.75 if day.month == 8 else 1.0)

    def _poisson(self, rate_of: Callable[[float], float], most: float) -> Iterator[float]:
        """Moments of a day."""
        hour = self.chance.expovariate(most)
        while hour < DAY:
            if self.chance.random() * most < rate_of(hour):
                yield hour
            hour += self.chance.expovariate(most)

    def _varied(self, shape: float) -> float:
        return self.chance.gammavariate(shape, 1 / shape)

    def _form(self, day: date) -> Iterator[float]:
        peak = (14 + 26 * self._level(day)) * self._varied(12) * (1 + 0.3 * (day - self.first).days / 365)
        return self._poisson(lambda hour: peak * (0.08 + 0.92 * math.sin(math.pi * (hour - 5) / 18) ** 2
                                                  if 5 < hour < 23 else 0.08), max(peak, 1e-9))

    def _office(self, day: date, rate: float) -> Iterator[float]:
        today = rate * self._level(day) * self._varied(20)
        return self._poisson(lambda hour: today * (0.4 if 12 <= hour < 13 else 1.0) if 8.5 < hour < 17.5
                             else 0.0, today) if today else iter(())

    def _newsletter(self, day: date) -> Iterator[float]:
        yield from self._poisson(lambda hour: 0.15 if 7 < hour < 22 else 0.02, 0.15)
        if day.weekday() == 1 and self._level(day) > 0.3 and self.chance.random() > 0.08:
            sent = 10 + self.chance.gauss(0, 1.2)
            for _ in range(int(self.chance.lognormvariate(4.6, 0.4))):
                hour = sent + self.chance.expovariate(0.4)
                if hour < DAY:
                    yield hour

    def _partner(self, day: date) -> Iterator[float]:
        if self.chance.random() < 0.45 * self._level(day):
            at = self.chance.uniform(9, 17)
            yield from (at + part * 0.05 for part in range(self.chance.randint(1, 4)))

    def _files(self, day: date) -> Iterator[float]:
        if day.day == 17 and day.month % 4 == 1:
            yield from (11 + row / 4000 for row in range(2000))


class Watch:
    """What is told of a year, profiles kept for as long as they are the same."""

    def __init__(self, year: Year, calendar: bool = False) -> None:
        self.leads = year.leads
        self.hours = {name: Counter(map(math.floor, moments)) for name, moments in year.leads.items()}
        self.free = {(day - EPOCH).days for day in year.free} if calendar else set()
        self._known: dict[tuple[str, int], Profile | None] = {}

    def ratio(self, name: str, last: float, now: float, silent: tuple[str, ...] = ()) -> float:
        """The ratio of a source whose last lead came then; the `silent` ones bring nothing since, either."""
        sources = {other: Seen(self.hours[other] if other not in silent else Counter(
            {hour: n for hour, n in self.hours[other].items() if hour < last}), self._last(other, now))
            for other in self.leads} | {name: Seen(self.hours[name], last)}
        profiles = {other: made for other, seen in sources.items() if (made := self._profile(other, seen))}
        return silence(name, sources, profiles, now, self.free) if name in profiles else 0.0

    def _last(self, name: str, now: float) -> float:
        place = bisect_right(self.leads[name], now)
        return self.leads[name][place - 1] if place else now

    def _profile(self, name: str, seen: Seen) -> Profile | None:
        # By the day: a source has thousands of leads, and what is usual hardly changes within a day.
        key = name, math.floor(seen.last / DAY)
        if key not in self._known:
            hours = {hour: n for hour, n in self.hours[name].items() if hour <= seen.last}
            self._known[key] = Profile.of(Seen(hours, seen.last), self.free)
        return self._known[key]


def false_alarms(year: Year, calendar: bool = False) -> list[tuple[str, float, float]]:
    """(source, since when it was silent, the highest ratio) of each silence that would have been told, though
    nothing was wrong: the ratio is highest just before the next lead."""
    watch, found = Watch(year, calendar), []
    for name, moments in year.leads.items():
        for last, following in zip(moments, [*moments[1:], year.ends], strict=True):
            if last >= year.begins and following - last > 0.25:
                ratio = watch.ratio(name, last, min(following, last + WEEKS * WEEK))
                if ratio > 1:
                    found.append((name, last, ratio))
    return found


def unnoticed(year: Year, name: str, begins: float, silent: tuple[str, ...] = (), most: float = 28 * DAY,
              watch: Watch | None = None) -> tuple[float, float]:
    """An outage of a source that begins then: after how many hours it is told, and how many leads were lost
    by then (infinitely many hours: not within `most`)."""
    watch = watch or Watch(year)
    moments = year.leads[name]
    last = moments[bisect_left(moments, begins) - 1]
    low, high = 0, math.ceil(most / STEP)
    if watch.ratio(name, last, begins + high * STEP, silent) <= 1:
        return math.inf, math.inf
    while high - low > 1:
        middle = (low + high) // 2
        if watch.ratio(name, last, begins + middle * STEP, silent) > 1:
            high = middle
        else:
            low = middle
    lost = bisect_left(moments, begins + high * STEP) - bisect_left(moments, begins)
    return high * STEP, lost


def _holiday(day: date) -> bool:
    fixed = {(1, 1), (5, 1), (10, 3), (12, 25), (12, 26)}
    easter = _easter(day.year)
    return (day.month, day.day) in fixed or (day - easter).days in (-2, 1, 39, 50)


def _easter(year: int) -> date:
    """By Gauss' rule for 1900 to 2099."""
    moon = (19 * (year % 19) + 24) % 30
    sunday = (2 * (year % 4) + 4 * (year % 7) + 6 * moon + 5) % 7
    return date(year, 3, 22) + timedelta(days=moon + sunday - (7 if moon + sunday > 34 else 0))


def main() -> None:
    """Print both."""
    for calendar in (False, True):
        months, alarms = 0.0, Counter[str]()
        for seed in range(1, 4):
            year = Year(seed)
            months += 12
            found = false_alarms(year, calendar)
            alarms.update(name for name, _, _ in found)
            for name, since, ratio in found:
                print(f"    {name}: {EPOCH + timedelta(days=since // DAY)} {since % DAY:.1f} h, {ratio:.2f}")
        known = "holidays known" if calendar else "holidays unknown"
        print(f"stalls: {alarms.total() / months:.2f} false alarms a month of {len(year.leads)} sources in"
              f" {months:.0f} months, {known} {dict(alarms)}")
    year = Year(1)
    watch = Watch(year)
    chance = random.Random(7)
    for name, moments in year.leads.items():
        first, last = bisect_left(moments, year.begins), bisect_left(moments, year.ends - 40 * DAY)
        starts = [moments[chance.randrange(first, last)] + 1e-6 for _ in range(40)]
        told = sorted(unnoticed(year, name, begins, watch=watch) for begins in starts)
        seen = [one for one in told if one[0] < math.inf]
        if seen:
            print(f"stalls: {name}: {len(seen)} of {len(told)} outages told within 4 weeks, the median after"
                  f" {median(hours for hours, _ in told):.1f} h, 95 % within {told[37][0]:.1f} h; leads lost:"
                  f" {median(lost for _, lost in told):.0f}")
        else:
            print(f"stalls: {name}: no outage told within 4 weeks")
    starts = [chance.uniform(year.begins, year.ends - 40 * DAY) for _ in range(40)]
    every = tuple(year.leads)
    hours = median(unnoticed(year, "busy form", begins, every, watch=watch)[0] for begins in starts)
    print(f"stalls: all sources at once, at any hour: told after {hours:.1f} h in the median")
