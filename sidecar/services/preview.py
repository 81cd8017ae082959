"""What a chunk of an import would do: it is done, after those rows of earlier chunks that have to do with its
people, and rolled back. So a dry run tells row by row what the run does.

A row that tells of whom it is about what the one before of the same contact told is not among those: of a
mailbox's thousand rows one is taken in again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sidecar.engine import Engine
from sidecar.intake import Entry, identity_of
from sidecar.pipeline.intake import read
from sidecar.store import intake, jobs
from sidecar.store.database import Cursor, Row
from sidecar.terms.states import TAKEN_IN

_DELIVERY = "delivery"  # a key of its own kind: what came before is known by it
Key = tuple[str, str]


class _Over(Exception):
    """What was written is taken back."""


def preview(
    engine: Engine, cursor: Cursor, job: Row, entries: list[Entry], account: str,
    take: Callable[[int, list[Entry]], list[Row]],
) -> list[Row]:
    """The results that `take` (number of the chunk, its entries) gives after the earlier chunks; nothing of
    it stays but the rows, for those that follow."""
    results: list[Row] = []
    last: dict[str, Any] = {}  # contact -> what its last row was recognised by
    earlier = _earlier(engine, cursor, job["id"], entries, account)
    try:
        with engine.database.write():
            for number in sorted({number for number, _ in earlier}):
                of_chunk = [entry for (chunk, _), entry in sorted(
                    earlier.items(), key=lambda item: item[0]) if chunk == number]
                last |= {result["contact_id"]: identity_of(entry) for entry, result in zip(
                    of_chunk, take(number, of_chunk), strict=True) if result["outcome"] in TAKEN_IN}
            results = take(job["next_chunk"], entries)
            raise _Over
    except _Over:
        pass
    # Those that change what later rows find: a submission can be known again, whatever it says.
    kept: list[tuple[int, Entry]] = []
    for place, (entry, result) in enumerate(zip(entries, results, strict=True)):
        if result["outcome"] in TAKEN_IN:
            before, last[result["contact_id"]] = last.get(result["contact_id"]), identity_of(entry)
            if entry.deliveries or before != last[result["contact_id"]]:
                kept.append((place, entry))
    jobs.note_people(cursor, job["id"], [
        {"key": hash_of(engine, key), "number": job["next_chunk"], "place": place,
         "lead": engine.vault.seal(entry.raw)}
        for place, entry in kept for key in _keys([entry])])
    return results


def _keys(entries: Iterable[Entry]) -> set[Key]:
    return {key for entry in entries for key in (
        *entry.keys, *((_DELIVERY, delivery) for delivery in entry.deliveries))}


def hash_of(engine: Engine, key: Key) -> str:
    """By which a row of a dry run is kept."""
    return engine.hash("preview", *key)


def _earlier(
    engine: Engine, cursor: Cursor, job_id: str, entries: list[Entry], account: str
) -> dict[tuple[int, int], Entry]:
    """The rows of earlier chunks, (chunk, place) -> entry, that have a key of these entries, of the people in
    the store who have one, or of each other."""
    found: dict[tuple[int, int], Entry] = {}
    known: set[Key] = set()
    new = _keys(entries)
    while new:
        new |= set(intake.keys_of_people(cursor, new, [value for kind, value in new if kind == _DELIVERY]))
        new -= known
        known |= new
        rows = [row for row in jobs.people(cursor, job_id, [hash_of(engine, key) for key in new])
                if (row["number"], row["place"]) not in found]
        more = read(engine, [engine.vault.open(row["lead"]) for row in rows], account=account)
        found |= {(row["number"], row["place"]): entry for row, entry in zip(rows, more, strict=True)}
        new = _keys(more) - known
    return found


def forget(engine: Engine, cursor: Cursor, keys: Iterable[Any]) -> None:
    """Rows of dry runs with one of these identity keys are kept no more."""
    jobs.forget_people(cursor, [hash_of(engine, key) for key in keys])
