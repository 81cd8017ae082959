"""When people are reminded of a hot lead that nobody touched, and when others are told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sidecar.routing.hours import Calendar
from sidecar.terms.states import FOLLOW_UPS, FollowUp


@dataclass(frozen=True, slots=True)
class HotChange:
    """A change into hot that is followed: nobody touched the lead, and it is hot and open still.

    `step`: the last follow-up that was given, 0: none. `owned_at`: since when the owner has it, None: since
    before. `owner_away`: they are absent now.
    """

    at: datetime
    step: int = 0
    owned_at: datetime | None = None
    snoozed_until: datetime | None = None
    owner_away: bool = False

    @property
    def since(self) -> datetime:
        """From when on it waits: it became hot, its owner got it, or a snooze ended, whichever was last."""
        return max(filter(None, (self.at, self.owned_at, self.snoozed_until)))


@dataclass(frozen=True, slots=True)
class Step:
    """A follow-up: `number` of FOLLOW_UPS, from 1. `hand_on`: the lead is to go to somebody who works."""

    number: int
    kind: FollowUp
    hand_on: bool = False


def due_step(change: HotChange, calendar: Calendar, now: datetime, after: Sequence[int]) -> Step | None:
    """The follow-up that is due now, None: none is.

    `calendar`: the owner's; of one who is away without the absences, or nothing would ever be due. `after`:
    of each of FOLLOW_UPS after how many of their working minutes it is due, ascending. Who is away is
    reminded of nothing: others are told.
    """
    number = max(change.step + 1, 2 if change.owner_away else 1)
    if number > len(FOLLOW_UPS) or calendar.working_minutes(change.since, now) < after[number - 1]:
        return None
    return Step(number, FOLLOW_UPS[number - 1], hand_on=number == 2 and change.owner_away)


def whom(step: Step, owner_id: str | None, around: Iterable[Mapping[str, Any]]) -> list[str]:
    """Users who are told: of a reminder the owner; of the first escalation who leads a team of theirs, else
    an admin; of the last one everybody of their teams, else all admins. Nobody: there is none but the owner.

    `around`: [{owner_id (None: an admin), user_id, leads}] of who is there.
    """
    if step.kind == "reminder":
        return [owner_id] if owner_id else []
    others = [row for row in around if row["user_id"] != owner_id]
    admins = [row["user_id"] for row in others if row["owner_id"] is None]
    team = [row for row in others if owner_id and row["owner_id"] == owner_id]
    if step.number == len(FOLLOW_UPS):
        return list(dict.fromkeys(row["user_id"] for row in team)) or admins
    return ([row["user_id"] for row in team if row["leads"]] or admins)[:1]
