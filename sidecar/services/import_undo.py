"""The undo of an import: every table as before, except what others changed since, which is kept and told.

It goes in short transactions, each a few hundred people or a chunk; a kill leaves each whole or not begun,
and the next call goes on.
"""

from __future__ import annotations

import json
import time
from typing import Any

from sidecar.engine import Engine
from sidecar.errors import Conflict, NotFound
from sidecar.intake import delivery_keys, pictures, undoing
from sidecar.pipeline import refusals, stitching, yielding
from sidecar.pipeline.assigning import Assignment, assign
from sidecar.pipeline.intake import read
from sidecar.services.audit import Actor, record
from sidecar.store import events, intake, jobs, undo
from sidecar.store.database import Cursor, Row
from sidecar.terms.states import ENTITIES

ALL = "*"  # fields
_ENTITIES = 200  # of a transaction


def begin(engine: Engine, cursor: Cursor, job: Row, *, by: Actor) -> None:
    """Enter that a job, which is locked, is to be undone. Raises Conflict for one that cannot."""
    if job["state"] in ("undoing", "undone"):
        return
    if job["dry_run"]:
        raise Conflict("A dry run wrote nothing that could be undone.")
    if job["state"] in ("queued", "running"):
        raise Conflict("This import is under way; cancel it before it is undone.")
    if not undo.can_undo(cursor, job["id"]):
        raise Conflict(f"This import cannot be undone: nothing came in, or that is more than"
                       f" {engine.settings.import_undo_days} days ago.")
    jobs.end(cursor, job["id"], "undoing")
    record(cursor, by, "job.undone", "job", job["id"], before={"state": job["state"]},
           after={"state": "undoing"})


class _Over(Exception):
    """What was undone to see what stays is done again."""


def preview(engine: Engine, job_id: str, *, by: Actor, seconds: float, limit: int) -> Row:
    """What an undo would leave, as others changed it since: {kept: [{kind, id, fields}], kept_count,
    complete: whether all was looked at in so many seconds}. The undo is done and rolled back. Raises
    NotFound, Conflict."""
    kept: list[Row] = []
    count, complete = 0, False
    with engine.database.write() as cursor:
        job = jobs.lock_patiently(cursor, job_id)
        if job is None:
            raise NotFound("There is no such job.")
        try:
            with engine.database.write():
                begin(engine, cursor, job, by=by)
                until = time.monotonic() + seconds
                complete = not _part(engine, cursor, job_id)
                while not complete and time.monotonic() < until:
                    complete = not _part(engine, cursor, job_id)
                kept, count = undo.kept(cursor, job_id, limit)
                raise _Over
        except _Over:
            pass
    return {"kept": kept, "kept_count": count, "complete": complete}


def work(engine: Engine, job_id: str, until: float) -> None:
    """Undo until a moment of time.monotonic(), one transaction at least."""
    while True:
        begun = time.monotonic()
        with engine.database.write() as cursor:
            job = jobs.lock(cursor, job_id)
            if job is None or job["state"] != "undoing":
                return
            if not _part(engine, cursor, job_id):
                jobs.end(cursor, job_id, "undone")
                return
        yielding.pause_job(engine, job_id, time.monotonic() - begun)
        if time.monotonic() >= until:
            return


def _part(engine: Engine, cursor: Cursor, job_id: str) -> bool:
    """Take the next part back; False when nothing is left."""
    if changed := undo.changed(cursor, job_id, _ENTITIES):
        _restore(engine, cursor, job_id, changed)
    elif chunk := undo.created(cursor, job_id):
        _drop(engine, cursor, job_id, chunk)
    else:
        return False
    return True


def _restore(engine: Engine, cursor: Cursor, job_id: str, changed: list[Row]) -> None:
    by_kind = {kind: [row["id"] for row in changed if row["kind"] == kind] for kind in ENTITIES}
    identities, companies = undo.keys_of(cursor, by_kind)
    intake.lock(cursor, [*identities, *(
        (kind, row[column]) for row in companies
        for kind, column in ((intake.DOMAIN, "domain"), (intake.COMPANY, "company_key")) if row[column])])
    for kind in reversed(ENTITIES):  # contacts refer to organizations
        if not by_kind[kind]:
            continue
        try:
            with engine.database.write():
                _restore_these(engine, cursor, job_id, kind, by_kind[kind])
        except Conflict:
            for entity in by_kind[kind]:
                try:
                    with engine.database.write():
                        _restore_these(engine, cursor, job_id, kind, [entity])
                except Conflict:
                    undo.keep(cursor, job_id, kind, {entity: [ALL]})
        undo.done(cursor, job_id, by_kind[kind])


def _restore_these(engine: Engine, cursor: Cursor, job_id: str, kind: str, ids: list[str]) -> None:
    keys = {table: key for table, (_, key) in undo.TABLES[kind].items()}
    stated, unknown = _said_since(engine, cursor, job_id, kind, ids)
    undo.keep(cursor, job_id, kind, {entity: [ALL] for entity in unknown})
    results = {}
    for row in undo.changes_of(cursor, job_id, kind, [entity for entity in ids if entity not in unknown]):
        changes = [{"before": (before := pictured(engine, change["before"])),
                    "after": pictures.became(before, pictured(engine, change["after"]))}
                   for change in row["changes"]]
        results[row["id"]] = undoing.undone(
            row["current"], changes, keys, engine.now().isoformat(), stated.get(row["id"], {}))
    contacts = [*results] if kind == "contact" else []
    # An owner is assigned; the rest of the row is written after that, as it was.
    assign(engine, cursor, [
        Assignment(row["id"], row.get("owner_id"), "undo", "The import that gave it its owner was undone.")
        for result in results.values() for row in result.put.get("leads", ())], f"job:{job_id}")
    devices = events.devices_of(cursor, contacts)
    for table in keys:
        put, added, gone = (
            [row for result in results.values() for row in getattr(result, what).get(table, ())]
            for what in ("put", "added", "gone"))
        undo.restore(cursor, job_id, table, put, added, gone)
    stitching.leave(engine, cursor, contacts)
    stitching.tell_anew(engine, cursor, contacts, devices)
    undo.keep(cursor, job_id, kind, {
        entity: result.kept for entity, result in results.items() if result.kept})
    refusals.tell(cursor, {
        entity: result.refused for entity, result in results.items() if result.refused is not None})
    if again := [lead for result in results.values() for lead in result.scored_since]:
        intake.queue(cursor, again, "bulk", engine.settings.bulk_batch, score_only=True)


def _said_since(
    engine: Engine, cursor: Cursor, job_id: str, kind: str, ids: list[str]
) -> tuple[dict[str, undoing.Stated], set[str]]:
    """(what others said of entities since the import: it stays, though the import said it first; the entities
    of which that is no longer kept)."""
    stated: dict[str, undoing.Stated] = {}
    unknown = set()
    for row in undo.said_since(cursor, job_id, kind, ids):
        if row["payload"] is None:
            unknown.add(row["id"])
            continue
        [entry] = read(engine, [engine.vault.open(row["payload"])], account=row["account"])
        undoing.add_stated(
            stated.setdefault(row["id"], {}), kind, entry.lead, entry.keys,
            delivery_keys(entry.lead, row["received_at"]), row)
    return stated, unknown


def pictured(engine: Engine, sealed: bytes) -> Any:
    """How an entity was, as far as the import changed it: {table: rows}. Earlier releases kept it as a text.
    """
    picture = engine.vault.open(sealed)
    return json.loads(picture) if isinstance(picture, str) else picture


def forget(engine: Engine, cursor: Cursor, contact_ids: list[str], *, erased: bool = False) -> None:
    """Nothing stays of how contacts were who become one, or two, or are erased: neither of theirs nor of
    others with a key that is theirs alone, or, of who is erased, with any of theirs."""
    keys = undo.keys_alone(cursor, contact_ids, shared=erased)
    undo.forget(cursor, contact_ids, [refusals.hash_of(engine, key) for key in keys], erased=erased)


def _drop(engine: Engine, cursor: Cursor, job_id: str, chunk: Row) -> None:
    chunk |= {"job": job_id, "request": f"job:{job_id}"}
    leads = undo.touched_leads(cursor, chunk)
    contacts = undo.touched_contacts(cursor, chunk, leads)
    gone = [i for i in chunk["contact_ids"] if i not in contacts]
    devices = events.devices_of(cursor, gone)
    events.let_go(cursor, [row["id"] for row in events.joined(cursor, gone)], gone)
    # Leads of a person who stays go nevertheless, where nobody touched them.
    organizations = undo.drop_created(cursor, chunk, gone, [i for i in chunk["lead_ids"] if i not in leads])
    stitching.tell_anew(engine, cursor, (), devices)
    for kind, stay in (("lead", leads), ("contact", contacts), ("organization", organizations)):
        undo.keep(cursor, job_id, kind, {entity: [ALL] for entity in stay})
