"""What a press of a button, or of a link, does about a hot lead. The first one wins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sidecar.terms.states import OPEN, Handling

Verdict = Literal["done", "same", "taken", "closed", "old", "gone", "nobody"]


@dataclass(frozen=True, slots=True)
class Stood:
    """What somebody did about this change into hot before and nobody undid; the latest last."""

    kind: Handling
    user_id: str
    by: str
    at: datetime
    until: datetime | None = None
    id: str = ""


@dataclass(frozen=True, slots=True)
class Lead:
    """A lead that was hot as it is when the button is pressed, or its message sent. `owner`: how people call
    them; `hot_changes`: the number of its latest change into hot."""

    status: str
    hot_changes: int
    owner_id: str | None = None
    owner: str | None = None
    grade: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """`done`: it is to be done; `same`: the same person did it already; `taken`: somebody else has it;
    `closed`: it is settled; `old`: the lead became hot again since, and has a newer message; `gone`: there is
    no such lead; `nobody`: nobody else could have it. `by` and `at`: who did what stands (`kind`), and when,
    where that is known."""

    verdict: Verdict
    by: str | None = None
    at: datetime | None = None
    kind: Handling | None = None
    until: datetime | None = None


def decide(
    kind: Handling, user_id: str, hot_change: int, lead: Lead, stood: Sequence[Stood], now: datetime
) -> Decision:
    """Who took a lead may still say that it does not fit, or give it back as the wrong one for it; what is
    put off, or was given back, can be taken by anybody."""
    if hot_change < lead.hot_changes:
        return Decision("old")
    last = _standing(stood, now)
    if last:
        if last.user_id == user_id and (last.kind == kind or kind == "snooze"):
            return _told("same", last)
        if last.kind == "not_a_fit":
            return _told("closed", last)
        if (last.kind == "claim" and last.user_id != user_id) or last.kind == kind == "snooze":
            return _told("taken", last)
    if lead.status not in OPEN:
        return Decision("closed")
    if last is None and lead.status != "new" and lead.owner_id not in (None, user_id):
        return Decision("taken", by=lead.owner)
    return Decision("done")


def after(stood: Sequence[Stood], handling_id: str | None) -> Sequence[Stood]:
    """What was done after one of them: a message that it caused knows nothing of it; all, where it was taken
    back."""
    places = [place for place, one in enumerate(stood, 1) if one.id == handling_id]
    return stood[places[0]:] if places else stood


def _standing(stood: Sequence[Stood], now: datetime) -> Stood | None:
    """What still holds: nothing of what was before it was given back, which itself holds for who gave it
    back; a snooze ends by itself, and is none beside a claim."""
    back = max((place for place, one in enumerate(stood) if one.kind == "wrong_person"), default=-1)
    since = [one for one in stood[back + 1:] if one.until is None or one.until > now]
    lasting = [one for one in since if one.kind != "snooze"]
    found = lasting or since or stood[max(back, 0):back + 1]
    return found[-1] if found else None


def _told(verdict: Verdict, last: Stood) -> Decision:
    return Decision(verdict, last.by, last.at, last.kind, last.until)
