"""The round in which grounds, clocks and retention of all contacts are worked out anew, a part each minute.

New contacts come first, then the round goes on where it was. All that is stored may change what holds of
somebody (an arrival, an answer, a mail, a status, a merge and its undo), so it is worked out of that again
and nobody has to remember to say so. What is asked of one person is worked out at that moment.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sidecar.engine import Engine
from sidecar.enrichment import PROVIDERS
from sidecar.ids import new_id
from sidecar.pipeline import waking
from sidecar.privacy.assessing import Assessment, assess, row_of
from sidecar.privacy.settings import whole
from sidecar.store import jobs
from sidecar.store import privacy as store
from sidecar.store.database import Cursor

log = logging.getLogger(__name__)

PEOPLE: Final = 500  # of a part
KEY: Final = "erasure"  # one job at a time
CHUNK_PEOPLE: Final = 50  # of a step of it, which reads all refused leads once


def zone_of(engine: Engine) -> ZoneInfo:
    """In which days begin and end."""
    return ZoneInfo(engine.settings.usual.time_zone)


def look(engine: Engine, cursor: Cursor, contact_ids: Sequence[str]) -> dict[str, Assessment]:
    """What holds of contacts now, by id."""
    settings = store.source_settings(cursor)
    rules = whole(store.settings(cursor)["definition"])["rules"]
    return {known.id: assess(known, settings, rules, zone_of(engine))
            for known in store.known(cursor, contact_ids, PROVIDERS)}


def work_out(engine: Engine, cursor: Cursor, contact_ids: Sequence[str]) -> dict[str, Assessment]:
    """The same, kept for lists and figures."""
    found = look(engine, cursor, store.hold(cursor, contact_ids))
    erase = whole(store.settings(cursor)["definition"])["erase"]
    store.save(cursor, [
        row_of(contact_id, one, erase=erase, now=engine.now(), zone=zone_of(engine))
        for contact_id, one in found.items()])
    return found


def begin_anew(engine: Engine) -> None:
    """The next part is the first of a round."""
    with engine.database.write() as cursor:
        store.next_round(cursor, None, engine.now())


def survey(engine: Engine, most: int = PEOPLE) -> bool | None:
    """The next part of the round; whether more of it is left, None while another process does a part."""
    with engine.database.write() as cursor:
        settings = store.begin_round(cursor)
        if settings is None:
            return None
        new = store.unknown(cursor, most)
        again = store.after(cursor, settings["looked_until"], most - len(new)) if len(new) < most else []
        work_out(engine, cursor, [*dict.fromkeys([*new, *again])])
        over = len(new) + len(again) < most
        store.next_round(cursor, None if over else again[-1] if again else settings["looked_until"],
                         engine.now())
    return not over


def begin_erasure(engine: Engine) -> str | None:
    """Enter a job that erases those whose cooling period is over, if an admin switched that on and there are
    some: its id, None when there is nothing to do or one is under way."""
    with engine.database.write() as cursor:
        settings = whole(store.settings(cursor)["definition"])
        if not settings["erase"]:
            return None
        if jobs.end_failed(cursor, KEY, engine.now() - timedelta(days=1)):
            log.warning("erasing by rule failed for a day and begins anew")
        total = store.count_cooled(cursor, engine.now() - timedelta(days=settings["cooling_days"]))
        job_id = new_id()
        job: dict[str, Any] = {
            "id": job_id, "kind": "erasure", "state": "queued", "created_by": "retention", "key": KEY,
            "plan": engine.vault.seal({}), "dry_run": False, "lane": "bulk", "chunk_rows": CHUNK_PEOPLE,
            "chunks": 0, "total": total}
        if not total or not jobs.add(cursor, job):
            return None
        waking.wake_after(engine, waking.IMPORTS)
    return job_id
