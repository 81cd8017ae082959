"""What people asked for since a backup was made is asked for again of what was restored of it.

Who was erased is erased again, who is not to come again stays out, and what people said of refusing and
agreeing counts. It may be done twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sidecar.engine import Engine
from sidecar.pipeline import refusals
from sidecar.pipeline.privacy import CHUNK_PEOPLE
from sidecar.services.audit import Actor
from sidecar.services.erasures import RETENTION, erase_each
from sidecar.store import carrying as store
from sidecar.store.database import Row

Asked = Mapping[str, list[Row]]
RESTORE: Final = Actor("restore")
# What was under way when the backup began has an earlier time, and is not in it.
_UNDER_WAY: Final = timedelta(hours=1)


def asked(engine: Engine, since: datetime) -> Asked:
    """What was asked for since then (`store.carrying`): ids, keyed hashes, and why people refuse."""
    with engine.database.read() as cursor:
        return store.asked_since(cursor, since - _UNDER_WAY)


def erased(changes: Iterable[Row]) -> dict[str, bool]:
    """Of contacts that were erased, by id, whether they asked for it; else their time was over. Who had been
    merged into them before goes with them."""
    merged: defaultdict[str, set[str]] = defaultdict(set)
    found: dict[str, bool] = {}
    for change in changes:
        contact_id, other = change["id"], change["other"]
        if change["action"] == "contact.merged":
            merged[contact_id] |= {other} | merged.pop(other, set())
        elif change["action"] == "contact.unmerged":
            merged[contact_id].discard(other)
        elif change["action"] == "contact.erased":
            found |= dict.fromkeys({contact_id, *merged[contact_id]}, change["actor"] != RETENTION.name)
    return found


def parted(changes: Iterable[Row]) -> dict[str, set[str]]:
    """Who was parted from other contacts, by id: the ids of those within whom they may be in the backup."""
    found: dict[str, set[str]] = {}
    for change in changes:
        if change["action"] in ("contact.unmerged", "contact.split"):
            contact_id, other = change["id"], change["other"]
            found[other] = found.get(other, set()) | found.get(contact_id, set()) | {contact_id}
    return found


def repeat(engine: Engine, told: Asked) -> dict[str, Any]:
    """Do what was asked for again: {erased, refusals, left, within}: how many people and statements, the ids
    of those who could not be erased, and the contacts within whom somebody is who was parted from them and
    then erased, {contact id: [ids of theirs]}. What people refuse comes first: it counts for all of them."""
    with engine.database.write() as cursor:
        store.suppress(cursor, told["suppressions"])
    _refuse(engine, told["refusals"])
    people, apart, count = erased(told["changes"]), parted(told["changes"]), 0
    with engine.database.read() as cursor:
        lost = apart.keys() & people.keys() - store.there(cursor, people)
    for by, suppressed in ((RESTORE, True), (RETENTION, False)):
        ids = [contact_id for contact_id, asked_for in people.items() if asked_for is suppressed]
        for start in range(0, len(ids), CHUNK_PEOPLE):
            count += len(erase_each(engine, ids[start:start + CHUNK_PEOPLE], by=by, suppressed=suppressed))
    kept = _refuse(engine, told["refusals"])  # with somebody what was said of their address goes
    with engine.database.read() as cursor:
        left = store.there(cursor, people)
        holders = store.there(cursor, {holder for contact_id in lost for holder in apart[contact_id]}) - left
    return {"erased": count, "refusals": kept, "left": sorted(left), "within": {
        holder: sorted(contact_id for contact_id in lost if holder in apart[contact_id])
        for holder in sorted(holders)}}


def _refuse(engine: Engine, told: list[Row]) -> int:
    """Write statements of who is there now, and what follows: how many."""
    with engine.database.write() as cursor:
        rows = list(_known(told, store.there(cursor, {
            contact_id for row in told for contact_id in _people(row)})))
        store.refuse(cursor, rows)
        refusals.restate(cursor, {row["contact_id"] for row in rows if row["contact_id"]})
    return len(rows)


def _known(rows: Iterable[Row], there: set[str]) -> Iterable[dict[str, Any]]:
    """Statements of who is there, or of an address with which nobody has come yet."""
    for row in rows:
        contact_id = next((person for person in _people(row) if person in there), None)
        if contact_id or row["key_hash"]:
            yield row | {"contact_id": contact_id,
                         "person_id": row["person_id"] if row["person_id"] in there else None}


def _people(row: Row) -> list[str]:
    """Who said it, and whose contact it was then: other ones after a merge."""
    return [contact_id for contact_id in (row["person_id"], row["contact_id"]) if contact_id]
