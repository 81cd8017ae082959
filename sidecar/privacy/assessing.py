"""All that is worked out of one person, as it is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sidecar.privacy.grounds import Known, Setting, Source, ground_of, sources_of, standing_of
from sidecar.privacy.notices import Duty, day, duty
from sidecar.privacy.retention import Keeping, Rule, keeping


class Assessment(NamedTuple):
    """What holds of a person now."""

    sources: list[Source]
    ground: str
    ground_by: str
    standing: str
    notice: Duty
    kept: Keeping


def assess(
    known: Known, settings: Mapping[str, Setting], rules: Sequence[Rule], zone: ZoneInfo
) -> Assessment:
    """Work it out of all that is stored."""
    sources = sources_of(known, settings)
    ground, by = ground_of(known, sources)
    standing = standing_of(known)
    return Assessment(sources, ground, by, standing, duty(known, sources, zone),
                      keeping(known, ground, standing, rules, zone))


def row_of(
    contact_id: str, found: Assessment, *, erase: bool, now: datetime, zone: ZoneInfo
) -> dict[str, Any]:
    """The row of contact_privacy; erase: whether who is due is announced to be erased, `now` if not
    before."""
    due_on = found.kept.due_on
    return {
        "contact_id": contact_id, "ground": found.ground, "ground_by": found.ground_by,
        "standing": found.standing, "notice_due_on": found.notice.due_on,
        "notice_sent_on": found.notice.sent_on, "retention_months": found.kept.months,
        "retention_from": found.kept.from_on, "retention_due_on": due_on,
        "announced_at": now if erase and due_on and due_on < day(now, zone) else None}
