"""Who is to be told where their data came from, and until when: Article 14(3) GDPR.

The clock of a source runs from the day on which it first told of the person: one month, but at the latest
the day on which we first wrote to or called them after that (b). What a person gave themselves is told when
they give it (Art. 13), so it has no clock here; nor has a source that a notice named which was sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sidecar.privacy.clock import period_ends
from sidecar.privacy.grounds import Known, Source

SOON_DAYS = 7


class Duty(NamedTuple):
    """due_on: the last day on which the notice is in time, None when all was told or nothing is to be;
    sent_on: when the last one was sent; sources: whom it has to name, those that were named before too."""

    due_on: date | None
    sent_on: date | None
    sources: tuple[str, ...]


def duty(known: Known, sources: Iterable[Source], zone: ZoneInfo) -> Duty:
    """What is owed to a person."""
    sent = [row for row in known.statements if row["kind"] == "notice"]
    told = {name for row in sent for name in row["sources"]}
    to_tell = [source for source in sources if not source.given]
    return Duty(
        min((_due(source, known.written, zone) for source in to_tell if source.name not in told),
            default=None),
        max((day(row["stated_at"], zone) for row in sent), default=None),
        tuple(dict.fromkeys(source.name for source in to_tell)))


def _due(source: Source, written: Sequence[datetime], zone: ZoneInfo) -> date:
    obtained = day(source.first_at, zone)
    days = [day(at, zone) for at in written if at >= source.first_at]
    return min(period_ends(obtained, 1), *days) if days else period_ends(obtained, 1)


def day(at: datetime, zone: ZoneInfo) -> date:
    """The day of a moment in a time zone."""
    return at.astimezone(zone).date()
