"""Contacts that may be one person: found step by step, and decided on by people."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any

from sidecar.engine import Engine
from sidecar.errors import Conflict
from sidecar.masking import mask
from sidecar.matching import (
    Frequencies,
    Person,
    blocking_keys,
    compare_people,
    learn,
    person_of,
    strangers,
)
from sidecar.services.audit import Actor, record
from sidecar.services.merging import open_pair
from sidecar.store import duplicates as store
from sidecar.store.database import Cursor, Row
from sidecar.store.paging import paged

MOST_COUNTED = 10_000  # pairs
THRESHOLD = 0.5  # more probably one person than not
_KEYS = 500  # contacts that get their keys in one transaction
_BATCH = 100  # contacts compared in one transaction
_BLOCK = 100  # contacts that share a key, at most
_MOST = 25  # comparisons of one contact
_SAMPLE = 2_000  # contacts that tell what strangers have in common
_LEARN = 100  # contacts whose candidates tell what one person's records have in common
_START = ""
_SECONDS = 3.0  # of a step; the batch that has begun is finished


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
    after: str | None = _START
    while after is not None and time.monotonic() < until:
        after = _make_keys(engine, after)
    usual: Frequencies | None = None
    checked = found = 0
    while after is None and time.monotonic() < until:
        with engine.database.write() as cursor:
            store.lock(cursor, alone=False)
            ids = store.waiting(cursor, _BATCH)
            if not ids:
                break
            usual = usual or _frequencies(cursor)
            pairs = _pairs(cursor, ids, usual, threshold)
            found += store.enter(cursor, [vars(pair) for pair in pairs])
            store.set_compared(cursor, ids)
        checked += len(ids)
        if told:
            for pair in pairs:
                told(pair)
    with engine.database.read() as cursor:
        return {"checked": checked, "found": found, "more": store.unfinished(cursor)}


def preview(engine: Engine, *, threshold: float = THRESHOLD) -> Iterator[Pair]:
    """Pairs of the whole store that nobody decided on; nothing is entered."""
    after: str | None = _START
    while after is not None:
        after = _make_keys(engine, after)
    with engine.database.read() as cursor:
        usual = _frequencies(cursor)
    while True:
        with engine.database.read() as cursor:
            ids = store.checked_page(cursor, after, _BATCH)
            pairs = _pairs(cursor, ids, usual, threshold, earlier=True)
        yield from pairs
        if not ids:
            return
        after = ids[-1]


def _make_keys(engine: Engine, after: str | None) -> str | None:
    """Give some new or changed contacts after this id their keys; answers the last, None for none."""
    with engine.database.write() as cursor:
        store.lock(cursor, alone=False)
        ids = store.stale(cursor, after, _KEYS)
        people = store.people(cursor, ids)
        store.save_keys(
            cursor, {row["id"]: row["version"] for row in people.values()},
            [(row["id"], _hashed(key)) for row in people.values()
             for key in blocking_keys(row["record"])],
        )
    return ids[-1] if ids else None


def _hashed(key: str) -> int:
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big", signed=True)


def _frequencies(cursor: Cursor) -> Frequencies:
    """What a sample of the store teaches of strangers, and of records of one person."""
    total, rows = store.sample(cursor, _SAMPLE)
    counted = replace(Frequencies.of([person_of(row["record"]) for row in rows]), records=total)
    some = [row["id"] for row in rows[:: 1 + len(rows) // _LEARN]]
    pairs = [(left, right) for *_, left, right in _candidates(cursor, some, earlier=True)]
    return learn(counted, pairs, max(len(some), 1) / max(total, 1))


def _pairs(
    cursor: Cursor, ids: list[str], usual: Frequencies, threshold: float, *, earlier: bool = False
) -> list[Pair]:
    pairs = []
    for left_id, right_id, left, right in _candidates(cursor, ids, earlier=earlier):
        if not strangers(left, right):
            result = compare_people(left, right, usual)
            if result.score >= threshold:
                pairs.append(Pair(left_id, right_id, result.score, result.reasons))
    return pairs


def _candidates(
    cursor: Cursor, ids: list[str], *, earlier: bool
) -> Iterator[tuple[str, str, Person, Person]]:
    """Which of these contacts to compare, and the values that are compared."""
    near = store.candidates(cursor, ids, block=_BLOCK, most=_MOST, earlier=earlier) if ids else []
    rows = store.people(cursor, {contact for pair in near for contact in pair})
    people = {contact: person_of(row["record"]) for contact, row in rows.items()}
    for left, right in near:
        if left in people and right in people:
            yield left, right, people[left], people[right]


def listed(
    engine: Engine, *, state: str, limit: int, after: list[Any] | None, reveal: bool
) -> tuple[list[Row], list[Any] | None, int]:
    """Pairs side by side: (rows, where the next page begins or None, how many there are, up to
    MOST_COUNTED)."""
    with engine.database.read(may_lag=True) as cursor:
        rows, following = paged(store.page(cursor, state, limit + 1, after[0] if after else None), limit)
        total = store.count(cursor, state, MOST_COUNTED)
    for row in rows:
        row["score"] = round(row["score"], 4)
        if not reveal:
            row |= {side: mask("contact", row[side]) for side in ("left", "right")} | {"masked": True}
    return rows, following, total


def dismiss(engine: Engine, duplicate_id: str, *, by: Actor) -> dict[str, Any]:
    """Two people: they are never brought up again. Raises NotFound; Conflict when they were merged."""
    with engine.database.write() as cursor:
        pair = open_pair(cursor, duplicate_id)
        if pair["state"] == "open":
            store.dismiss(cursor, duplicate_id, by.name)
            record(cursor, by, "duplicate.dismissed", "duplicate", duplicate_id,
                   after={"left_id": pair["left_id"], "right_id": pair["right_id"]})
        elif pair["state"] != "dismissed":
            raise Conflict("These contacts are one already.")
    return {"id": duplicate_id, "state": "dismissed"}


def reopen(engine: Engine, duplicate_id: str, *, by: Actor) -> dict[str, Any]:
    """Take back that they are two people: the pair is to be reviewed again. Raises NotFound; Conflict when
    they were merged."""
    with engine.database.write() as cursor:
        pair = open_pair(cursor, duplicate_id)
        if pair["state"] == "dismissed":
            store.reopen(cursor, duplicate_id)
            record(cursor, by, "duplicate.reopened", "duplicate", duplicate_id,
                   after={"left_id": pair["left_id"], "right_id": pair["right_id"]})
    return {"id": duplicate_id, "state": "open"}
