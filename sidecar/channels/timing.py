"""When messages are owed and due."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sidecar.routing.hours import Calendar

_DAY = timedelta(days=1)


def armed(cooled_at: datetime | None, now: datetime, after: timedelta) -> bool:
    """Whether a change into hot is news: the lead was never hot, or less than hot for so long. One that only
    dips below the threshold is the same hot lead still."""
    return cooled_at is None or now - cooled_at >= after


def quiet_until(
    now: datetime, time_zone: str, begins: time | None, ends: time | None
) -> datetime | None:
    """When the quiet hours that it is in end; None: it is not in any. They are wall clock times, over
    midnight where the end is the earlier one."""
    if begins is None or ends is None:
        return None
    local = now.astimezone(ZoneInfo(time_zone))
    at = local.time()
    if not (begins <= at < ends if begins < ends else at >= begins or at < ends):
        return None
    day = local if at < ends else local + _DAY
    # In the hour that comes twice: its second time, when it is that already.
    return datetime.combine(day.date(), ends, local.tzinfo).replace(fold=local.fold).astimezone(UTC)


def digest_day(now: datetime, time_zone: str, hour: int) -> date | None:
    """The day there, when the hour of its digest has come."""
    local = now.astimezone(ZoneInfo(time_zone))
    return local.date() if local.hour >= hour else None


def snoozed_until(now: datetime, minutes: int, calendar: Calendar) -> datetime:
    """When a lead that is put off is told again: after so many minutes, with 0 the next time that they begin
    to work on a later day (in a day, where they work no more)."""
    if minutes:
        return now + timedelta(minutes=minutes)
    local = now.astimezone(ZoneInfo(calendar.time_zone))
    tomorrow = datetime.combine(local.date() + _DAY, time(), local.tzinfo)
    return calendar.next_working(tomorrow.astimezone(UTC)) or now + _DAY
