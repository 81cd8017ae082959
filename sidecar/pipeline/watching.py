"""Looking, once a minute, for what does not come as it usually does: what it finds are signs, which
Prometheus reads. It needs no run of n8n."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from redis import RedisError

from sidecar.engine import Engine
from sidecar.enrichment.planner import Lesson
from sidecar.masking import names_nobody
from sidecar.metrics import Figures
from sidecar.routing.hours import holidays_of
from sidecar.store import watching as store
from sidecar.store.database import Cursor, Row
from sidecar.watching import WEEKS, Seen, Share, exceeds, falls_short, silences
from sidecar.watching.shares import Part

_EVERY_SECONDS: Final = 50
_MONDAY: Final = date(1970, 1, 5)
_DAYS: Final = 7 * (2 * WEEKS + 1)  # of which it is known whether they are free
_LOOKED: Final = "looked"  # the sign that there was a look
_Look = Callable[[Iterable[Part], Sequence[Part]], Share | None]
# Figure -> what is unusual of it, and how the gauges of its shares begin.
_SHARES: Final[tuple[tuple[str, _Look, str], ...]] = (
    ("fill", falls_short, "provider_fill"), ("refusal", exceeds, "refusal"))
_FAMILIES: Final = ("source_silence_ratio", *(
    f"{family}_{name}" for *_, family in _SHARES for name in ("ratio", "ratio_usual", "chance")))


def look(engine: Engine) -> None:
    """Look, unless somebody did within the last minute; without Redis all processes do, one after the other.
    Raises Unavailable."""
    try:
        if not engine.cache.first_in("watching", _EVERY_SECONDS):
            return
    except RedisError:
        pass
    with engine.database.write(unseen=True) as cursor:
        if store.begin(cursor):
            store.count(cursor, names_nobody)  # what it counts goes out in alerts
            store.save(cursor, [
                {"family": family, "labels": labels, "value": value}
                for family, labels, value in (
                    (_LOOKED, [], 1.0), *_silences(engine, cursor), *_shares(cursor))])


def signs(engine: Engine, cursor: Cursor) -> dict[str, Figures]:
    """What the last look found, and how long ago that was, by the names of `sidecar.metrics`."""
    rows, at = store.signs(cursor), store.looked_at(cursor)
    told: dict[str, Figures] = {
        family: {tuple(row["labels"]): row["value"] for row in rows if row["family"] == family}
        for family in _FAMILIES}
    age = (engine.now() - at).total_seconds() if at else math.inf
    return told | {"watch_age_seconds": {(): age}}


Sign = tuple[str, list[str], float]


def _silences(engine: Engine, cursor: Cursor) -> Iterator[Sign]:
    zone, now = engine.settings.time_zone, engine.now()
    sources = store.sources(cursor)
    walls = {hour: math.floor(_wall(datetime.fromtimestamp(3600 * hour, UTC), zone))
             for hour in {hour for row in sources for hour in row["hours"]}}
    seen = {}
    for row in sources:
        hours: Counter[int] = Counter()  # an hour may come twice on the day on which clocks change
        for hour, count in zip(row["hours"], row["counts"], strict=True):
            hours[walls[hour]] += count
        seen[row["name"]] = Seen(hours, _wall(row["last"], zone))
    free = holidays_of(engine.settings.holidays)
    today = now.astimezone(ZoneInfo(zone)).date()
    days = frozenset((day - _MONDAY).days for back in range(_DAYS)
                     if (day := today - timedelta(days=back)) in free)
    for source, ratio in silences(seen, _wall(now, zone), days).items():
        yield "source_silence_ratio", [source], ratio


def _wall(moment: datetime, zone: str) -> float:
    """A moment in hours on the wall clock since _MONDAY."""
    there = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=UTC)
    return (there - datetime(1970, 1, 5, tzinfo=UTC)) / timedelta(hours=1)


def _shares(cursor: Cursor) -> Iterator[Sign]:
    for figure, unusual, family in _SHARES:
        for row in store.parts(cursor, figure):
            share = unusual(row["days"], row["hours"])
            if share:
                labels = row["name"].split(" ")
                yield f"{family}_ratio", labels, share.now
                yield f"{family}_ratio_usual", labels, share.usual
                yield f"{family}_chance", labels, share.chance


def note_lessons(cursor: Cursor, lessons: Iterable[tuple[Lesson, datetime]]) -> None:
    """Count which fields providers told, of answers and when they came; where nothing came of what was found,
    it is not known what it told."""
    asked: Counter[tuple[str, datetime]] = Counter()
    told: Counter[tuple[str, datetime]] = Counter()
    for lesson, at in lessons:
        if lesson.outcome == "found" and lesson.told is None:
            continue
        hour = at.replace(minute=0, second=0, microsecond=0)
        for place in lesson.offer.changes:
            key = f"{lesson.offer.provider} {place}", hour
            asked[key] += 1
            told[key] += place in (lesson.told or {})
    rows: list[Row] = [{"name": name, "hour": hour, "n": told[name, hour], "asked": count}
                       for (name, hour), count in asked.items()]
    store.note_fields(cursor, rows)
