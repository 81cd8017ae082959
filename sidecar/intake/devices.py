"""Whose an anonymous event is: the person who was seen on its device then.

A device is a browser or an app, known by its anonymous id; somebody is seen on it when an event names both.
The rules are those of Segment, Mixpanel (Original ID Merge) and PostHog, made stricter where they would take
two people for one:

- What was done before anybody was seen there is the first one's (all three: the events before `identify`).
- Who is seen later begins anew: what follows is theirs, what came before stays where it is (PostHog and
  Mixpanel likewise never merge two identified people; Segment's libraries make a new anonymous id).
- Where different people are seen within `SHARED` of each other the device is a shared one: from the second
  of them on its anonymous events are nobody's.

It follows from the set of sightings alone, so it is the same in whatever order they come.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final, NamedTuple

SHARED: Final = timedelta(hours=24)


class Sighting(NamedTuple):
    """When somebody was seen on a device; `who` tells people apart and nothing else."""

    at: datetime
    who: str


def owner(sightings: Collection[Sighting], at: datetime) -> str | None:
    """Who did what was done anonymously on a device then; None: nobody can tell."""
    seen = sorted(sightings)
    if not seen:
        return None
    shared_from = next((
        two.at for one, two in pairwise(seen) if one.who != two.who and two.at - one.at <= SHARED), None)
    if shared_from is not None and at >= shared_from:
        return None
    first = {one.who for one in seen if one.at == seen[0].at}
    return next((one.who for one in reversed(seen) if one.at <= at), first.pop() if len(first) == 1 else None)
