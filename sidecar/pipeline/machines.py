"""Marking the events of people that are a machine's, in the transaction that stores or moves events."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import timedelta
from typing import Final

from sidecar.engine import Engine
from sidecar.robots import Crowd
from sidecar.robots.judging import judge_deeds
from sidecar.robots.reading import kind_of, read
from sidecar.store import events
from sidecar.store.database import Cursor
from sidecar.terms.states import DELIVERED, EVENTS

# What a machine may do, and what tells when a mail was delivered.
JUDGED: Final = tuple(type_ for type_ in (*EVENTS, DELIVERED) if kind_of(type_) in (
    "open", "click", "view", "delivered"))
_AROUND: Final = timedelta(hours=12)  # on both sides of what is new: what it may change, and may be told by
_NEW: Final = timedelta(minutes=1)  # longer than a transaction that stores events takes
_MOST: Final = 500  # events of a person around what is new


def mark(engine: Engine, cursor: Cursor, lead_ids: Collection[str]) -> set[str]:
    """Judge anew what the people of these leads did around those of their events that are
    new: the leads with events that are told otherwise than before. One query reads, one writes.

    What the same address does for many at a time is told among the people of one call: services deliver
    events in batches. By what browser from where an event came is forgotten after a while (`retention`);
    such events are judged no more.
    """
    now = engine.now()
    traced = now - timedelta(days=engine.settings.raw_payload_days)
    rows = events.around_new(cursor, lead_ids, now - _NEW, JUDGED, _AROUND, traced, _MOST)
    if not rows:
        return set()
    people: dict[str, list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        people[row["contact_id"]].append(number)
    deeds = [read(row) for row in rows]
    crowd = Crowd((row["contact_id"], deed) for row, deed in zip(rows, deeds, strict=True))
    changed = []
    for numbers in people.values():
        marks = judge_deeds([deeds[number] for number in numbers], crowd)
        changed += [rows[number] | {"machine": found} for number, found in zip(numbers, marks, strict=True)
                    if found != rows[number]["machine"]]
    events.mark(cursor, [{"id": row["id"], "machine": row["machine"]} for row in changed])
    return {row["lead_id"] for row in changed if row["lead_id"]}
