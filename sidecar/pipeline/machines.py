"""Marking the events of people that are a machine's, in the transaction that stores or moves events."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from sidecar.engine import Engine
from sidecar.robots import Crowd
from sidecar.robots.crowd import CROWD, SECONDS
from sidecar.robots.judging import judge_deeds
from sidecar.robots.reading import Deed, kind_of, read
from sidecar.store import events
from sidecar.store.database import Cursor, Row
from sidecar.terms.states import DELIVERED, EVENTS

# What a machine may do, and what tells when a mail was delivered.
JUDGED: Final = tuple(type_ for type_ in (*EVENTS, DELIVERED) if kind_of(type_) in (
    "open", "click", "view", "delivered"))
_AROUND: Final = timedelta(hours=12)  # on both sides of what is new: what it may change, and may be told by
_NEW: Final = timedelta(minutes=1)  # longer than a transaction that stores events takes
_MOST: Final = 500  # events of a person around what is new, and of an address at a time
_SPAN: Final = 2 * SECONDS


def mark(engine: Engine, cursor: Cursor, lead_ids: Collection[str], *, anew: bool = False) -> set[str]:
    """Judge anew what the people of these leads did around those of their events that are
    new (anew: all of it): the leads with events that are told otherwise than before. Two queries read,
    one writes.

    What the same address does for many at a time is told among all who are known, and marks what it did for
    the others, too: services deliver events one by one, or in batches. By what browser from where an event
    came is forgotten after a while (`retention`); such events are judged no more.
    """
    if not lead_ids:
        return set()
    events.hold(cursor, lead_ids)  # services deliver a burst by requests of their own, at the same time
    now = engine.now()
    traced = now - timedelta(days=engine.settings.raw_payload_days)
    rows = events.around_new(cursor, lead_ids, traced if anew else now - _NEW, JUDGED, _AROUND, traced, _MOST)
    if not rows:
        return set()
    people: dict[str, list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        people[row["contact_id"]].append(number)
    deeds = [read(row) for row in rows]
    others = _beside(cursor, rows, deeds)
    crowd = Crowd((row["contact_id"], deed) for row, deed in (*zip(rows, deeds, strict=True), *others))
    changed = []
    for numbers in people.values():
        marks = judge_deeds([deeds[number] for number in numbers], crowd)
        changed += [rows[number] | {"machine": found} for number, found in zip(numbers, marks, strict=True)
                    if found != rows[number]["machine"]]
    found = {row["id"]: row | {"machine": CROWD} for row, deed in others
             if row["machine"] is None and crowd.has(deed)}
    if found:
        changed += [found[id_] for id_ in events.free(cursor, found)]
    events.mark(cursor, [{"id": row["id"], "machine": row["machine"]} for row in changed])
    return {row["lead_id"] for row in changed if row["lead_id"]}


def _beside(cursor: Cursor, rows: Sequence[Row], deeds: Sequence[Deed]) -> list[tuple[Row, Deed]]:
    """What their addresses did for others at the same time."""
    spans = {(deed.address, int(deed.at // _SPAN)) for deed in deeds
             if deed.address and deed.at is not None and Crowd.counts(deed)}
    if not spans:
        return []
    known = {row["id"] for row in rows}
    found = events.beside(cursor, [
        (address, datetime.fromtimestamp((span - 1) * _SPAN, UTC),
         datetime.fromtimestamp((span + 2) * _SPAN, UTC)) for address, span in spans], JUDGED, _MOST)
    return [(row, read(row)) for row in found if row["id"] not in known]
