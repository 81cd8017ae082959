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
from sidecar.services.customers import erase_all
from sidecar.services.erasures import RETENTION
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
        else:
            found |= dict.fromkeys({contact_id, *merged[contact_id]}, change["actor"] != RETENTION.name)
    return found


def repeat(engine: Engine, told: Asked) -> dict[str, int]:
    """Do what was asked for again: {erased, refusals}: of how many people, how many statements."""
    counts = {"erased": 0, "refusals": 0}
    with engine.database.write() as cursor:
        store.suppress(cursor, told["suppressions"])
    people = erased(told["changes"])
    for by, suppressed in ((RESTORE, True), (RETENTION, False)):
        ids = [contact_id for contact_id, asked_for in people.items() if asked_for is suppressed]
        for start in range(0, len(ids), CHUNK_PEOPLE):
            with engine.database.write() as cursor:
                counts["erased"] += len(erase_all(
                    engine, cursor, ids[start:start + CHUNK_PEOPLE], by=by, suppressed=suppressed))
    with engine.database.write() as cursor:
        rows = list(_known(told["refusals"], store.there(cursor, {
            contact_id for row in told["refusals"] for contact_id in _people(row)})))
        store.refuse(cursor, rows)
        refusals.restate(cursor, {row["contact_id"] for row in rows if row["contact_id"]})
    return counts | {"refusals": len(rows)}


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
