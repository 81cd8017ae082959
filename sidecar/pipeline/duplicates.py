"""Contacts that may be one person: finding them, bit by bit, and what people decide about them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any

from sidecar.engine import Engine
from sidecar.errors import Conflict
from sidecar.masking import mask_contact
from sidecar.matching import Frequencies, blocking_keys, compare, person_of
from sidecar.pipeline.merging import open_pair
from sidecar.store import access
from sidecar.store import duplicates as store
from sidecar.store.database import Cursor, Row

THRESHOLD = 0.5  # more probably one person than not
_BATCH = 200  # contacts looked at in one transaction
_BLOCK = 100  # contacts that share a key, at most
_MOST = 25  # comparisons of one contact
_SAMPLE = 2_000  # contacts that tell what strangers have in common
_SECONDS = 3.5  # of a step; the batch that has begun is finished


@dataclass(frozen=True)
class Pair:
    """Two contacts, left_id < right_id."""

    left_id: str
    right_id: str
    score: float
    reasons: list[str]


def find(
    engine: Engine, *, seconds: float = _SECONDS, threshold: float = THRESHOLD,
    told: Callable[[Pair], None] | None = None,
) -> dict[str, Any]:
    """Enter pairs of contacts that are new or changed since: {checked, found, more}.

    It ends when all is done, or with the batch at which the time is over. Several may run at once.
    """
    until = time.monotonic() + seconds
    usual: Frequencies | None = None
    checked = found = 0
    going = True
    while going and time.monotonic() < until:
        going = _make_keys(engine) > 0
        if going:
            continue
        usual = usual or _frequencies(engine)
        with engine.database.transaction() as cursor:
            store.lock(cursor, alone=False)
            ids = store.waiting(cursor, _BATCH)
            pairs = _pairs(cursor, ids, usual, threshold)
            found += store.enter(cursor, [vars(pair) for pair in pairs])
            store.set_compared(cursor, ids)
        if told:
            for pair in pairs:
                told(pair)
        checked += len(ids)
        going = bool(ids)
    with engine.database.transaction() as cursor:
        return {"checked": checked, "found": found, "more": store.unfinished(cursor)}


def preview(engine: Engine, *, threshold: float = THRESHOLD) -> Iterator[Pair]:
    """Pairs of the whole store that nobody decided on; nothing is entered."""
    while _make_keys(engine):
        pass
    usual = _frequencies(engine)
    after: str | None = None
    while True:
        with engine.database.transaction() as cursor:
            ids = store.checked_page(cursor, after, _BATCH)
            pairs = _pairs(cursor, ids, usual, threshold, earlier=True)
        yield from pairs
        if not ids:
            return
        after = ids[-1]


def _make_keys(engine: Engine) -> int:
    """Give a batch of new or changed contacts their keys; answers how many there were."""
    with engine.database.transaction() as cursor:
        store.lock(cursor, alone=False)
        ids = store.stale(cursor, _BATCH)
        people = store.people(cursor, ids)
        store.save_keys(
            cursor, {row["id"]: row["version"] for row in people.values()},
            [(row["id"], _hashed(key)) for row in people.values()
             for key in blocking_keys(row["record"])],
        )
    return len(ids)


def _hashed(key: str) -> int:
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big", signed=True)


def _frequencies(engine: Engine) -> Frequencies:
    with engine.database.transaction() as cursor:
        total, rows = store.sample(cursor, _SAMPLE)
    return replace(Frequencies.of([person_of(row["record"]) for row in rows]), records=total)


def _pairs(
    cursor: Cursor, ids: list[str], usual: Frequencies, threshold: float, *, earlier: bool = False
) -> list[Pair]:
    near = store.candidates(cursor, ids, block=_BLOCK, most=_MOST, earlier=earlier) if ids else []
    people = store.people(cursor, {contact for pair in near for contact in pair})
    pairs = []
    for left, right in near:
        if left in people and right in people:
            result = compare(people[left]["record"], people[right]["record"], usual)
            if result.score >= threshold:
                pairs.append(Pair(left, right, result.score, result.reasons))
    return pairs


def listed(
    engine: Engine, *, state: str, limit: int, after: list[Any] | None, reveal: bool
) -> tuple[list[Row], list[Any] | None]:
    """Pairs side by side: (rows, where the next page begins or None)."""
    with engine.database.transaction() as cursor:
        rows = store.page(cursor, state, limit + 1, after[0] if after else None)
    following = [rows[limit - 1]["id"]] if len(rows) > limit else None
    for row in rows:
        row["score"] = round(row["score"], 4)
        if not reveal:
            row |= {side: mask_contact(row[side]) for side in ("left", "right")} | {"masked": True}
    return rows[:limit], following


def dismiss(engine: Engine, duplicate_id: str, *, actor: str) -> dict[str, Any]:
    """Two people: they are never brought up again. Raises NotFound; Conflict when they were merged."""
    with engine.database.transaction() as cursor:
        pair = open_pair(cursor, duplicate_id)
        if pair["state"] == "open":
            store.dismiss(cursor, duplicate_id, actor)
            access.audit(cursor, actor, "duplicate.dismissed", "duplicate", duplicate_id,
                         after={"left_id": pair["left_id"], "right_id": pair["right_id"]})
        elif pair["state"] != "dismissed":
            raise Conflict("These contacts are one already.")
    return {"id": duplicate_id, "state": "dismissed"}
