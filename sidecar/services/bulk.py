"""Changes of many leads at once by people, as a job, and their undo.

A chunk of leads is one transaction: the leads change, what they were before is kept, and the job moves on, so
that a kill anywhere leaves a lead either changed or not. The undo gives each lead its own former value back,
unless somebody changed it since.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from sidecar.engine import Engine
from sidecar.errors import Conflict, Invalid, Unavailable
from sidecar.ids import new_id
from sidecar.pipeline import assigning, waking
from sidecar.pipeline.assigning import Assignment
from sidecar.services import rescoring
from sidecar.services.audit import Actor, record
from sidecar.services.imports import STEP_SECONDS, in_chunks, there
from sidecar.services.leads import follow_statuses, permitted
from sidecar.services.owners import found_owner
from sidecar.store import access, assignments, following, intake, leads
from sidecar.store import bulk as store
from sidecar.store import jobs as job_store
from sidecar.store.database import Cursor, Row
from sidecar.terms.states import OPEN, Change

MOST: Final = 10_000  # leads of one change
CHUNK_LEADS: Final = 500
MOST_TAGS: Final = 50  # of a lead
_SHOWN: Final = 100
_BY_HAND: Final = "Assigned by hand."

# What became of leads: [{id, outcome, before}].
Done = list[Row]


def begin(
    engine: Engine, lead_ids: list[str] | None, filters: Mapping[str, Any], change: Mapping[str, Any], *,
    reveal: bool, by: Actor,
) -> Row:
    """Change leads, or all that the filters find now; the job, which did what fits into some seconds and goes
    on by its steps. `change` is one of {status}, {owner (address, id, None)}, {add_tags}, {remove_tags}.

    Raises Invalid for an owner who is none, and for filters that find more than MOST.
    """
    [(what, value)] = change.items()
    with engine.database.write() as cursor:
        if what == "owner" and value is not None:
            value = found_owner(cursor, value)
        found = lead_ids or leads.ids(cursor, permitted(dict(filters), reveal), MOST + 1)
        if len(found) > MOST:
            raise Invalid("The request is not valid; see errors.", errors=[{
                "pointer": "", "code": "too_many",
                "detail": f"These are more than {MOST:,} leads; filter them further."}])
        job_id = new_id()
        job_store.add(cursor, {
            "id": job_id, "kind": "bulk", "state": "queued", "created_by": by.name,
            "plan": engine.vault.seal({"what": what, "value": value, "user_id": by.user_id}),
            "dry_run": False, "lane": "bulk", "chunk_rows": CHUNK_LEADS, "chunks": 0, "total": 0})
        total = store.choose(cursor, job_id, found)
        job_store.set_total(cursor, job_id, total)
        record(cursor, by, "job.created", "job", job_id, after={"kind": "bulk", "what": what, "leads": total})
    return _worked(engine, job_id)


def undo(engine: Engine, job_id: str, *, by: Actor) -> Row:
    """Take a change back: the job, as `begin` answers it; `kept_count` is how many leads somebody changed
    since. Raises NotFound; Conflict while it is under way, or when it can be undone no more."""
    with engine.database.write() as cursor:
        job = there(job_store.lock_patiently(cursor, job_id))
        if job["kind"] != "bulk":
            raise Conflict("Only a change of many leads is taken back here.")
        if job["state"] in ("queued", "running"):
            raise Conflict("This job is still under way; cancel it first.")
        if job["state"] not in ("undoing", "undone"):
            plan = engine.vault.open(job["plan"]) | {"undone_by": by.name}
            if not store.begin_undo(cursor, job_id, engine.vault.seal(plan)):
                raise Conflict("What the leads were before is no longer kept.")
            record(cursor, by, "job.undone", "job", job_id, before={"state": job["state"]},
                   after={"state": "undoing"})
    return _worked(engine, job_id)


def _worked(engine: Engine, job_id: str) -> Row:
    with suppress(Unavailable):  # it was begun: its steps go on with it, and nobody begins another
        work(engine, job_id, STEP_SECONDS)
    with engine.database.read() as cursor:
        row = there(job_store.get(cursor, job_id))
        if row["state"] in ("queued", "running", "undoing"):
            waking.wake_after(engine, waking.IMPORTS)
        return show(engine, cursor, row)


def work(engine: Engine, job_id: str, seconds: float) -> Counter[str]:
    """Change leads, or take that back, for some seconds, a chunk at least: how many were changed (updated),
    are so already (skipped), or could not be (rejected)."""
    return in_chunks(engine, job_id, time.monotonic() + seconds, _next)


_COUNTED: Final[Mapping[Change, str]] = {"changed": "updated", "same": "skipped", "refused": "rejected"}


def _next(engine: Engine, cursor: Cursor, job_id: str) -> Counter[str] | None:
    job = job_store.lock(cursor, job_id)
    if job is None or job["state"] not in ("queued", "running", "undoing"):
        return None
    back = job["state"] == "undoing"
    rows = store.following(cursor, job_id, "changed" if back else None, job["chunk_rows"])
    if not rows:
        job_store.end(cursor, job_id, "undone" if back else "done")
        return None
    plan = engine.vault.open(job["plan"])
    by = Actor(plan["undone_by"] if back else job["created_by"], None, plan["user_id"])
    kind = "tags" if plan["what"].endswith("tags") else plan["what"]
    if back:
        store.note(cursor, job_id, _BACK[kind](engine, cursor, rows, plan, by))
        return Counter()
    done = _DO[kind](engine, cursor, [row["id"] for row in rows], plan, by)
    store.note(cursor, job_id, done)
    counts = Counter(_COUNTED[row["outcome"]] for row in done)
    job_store.move_on(cursor, job_id, counts, rows[-1]["id"])
    return counts


def _outcome(lead_ids: Sequence[str], changed: Mapping[str, Row], refused: set[str]) -> Done:
    return [{"id": lead_id, "before": changed.get(lead_id), "outcome": (
        "changed" if lead_id in changed else "refused" if lead_id in refused else "same")}
        for lead_id in lead_ids]


def _undone(rows: Sequence[Row], back: set[str]) -> Done:
    return [{"id": row["id"], "outcome": "undone" if row["id"] in back else "kept"} for row in rows]


def _audit(
    cursor: Cursor, by: Actor, action: str, rows: Sequence[Row], column: str, after: Mapping[str, Any]
) -> None:
    access.audit_all(cursor, [
        {"actor": by.name, "action": action, "entity_kind": "lead", "entity_id": row["id"],
         "before": {column: row[column]}, "after": {column: after[row["id"]], "fields": [column]}}
        for row in rows])


# Sales status.
def _set_status(engine: Engine, cursor: Cursor, lead_ids: list[str], plan: Row, by: Actor) -> Done:
    status = plan["value"]
    found = leads.lock_all(cursor, lead_ids)
    wanted = [row for row in found if row["status"] != status]
    may = _may_open(cursor, wanted, {row["id"]: status for row in wanted})
    rows = [row for row in wanted if row["id"] in may]
    if status in OPEN:
        assigning.hand_on(engine, cursor, [row["id"] for row in rows], by.name)
    leads.set_all(cursor, "status", [{"id": row["id"], "status": status} for row in rows])
    first = follow_statuses(engine, cursor, rows, status, by.name, by.user_id)
    _audit(cursor, by, "lead.edited", rows, "status", {row["id"]: status for row in rows})
    latest = leads.latest_statuses(cursor, [row["id"] for row in rows])
    return _outcome(lead_ids, {
        row["id"]: {"status": row["status"], "change_id": latest[row["id"]],
                    "touched": row["hot_changes"] if row["id"] in first else None}
        for row in rows}, {row["id"] for row in wanted} - may)


def _status_back(engine: Engine, cursor: Cursor, rows: list[Row], plan: Row, by: Actor) -> Done:
    before = {row["id"]: row["before"] for row in rows}
    there_still = leads.lock_all(cursor, list(before))
    latest = leads.latest_statuses(cursor, list(before))
    found = [row for row in there_still if latest.get(row["id"]) == before[row["id"]]["change_id"]]
    to = {row["id"]: before[row["id"]]["status"] for row in found}
    may = _may_open(cursor, found, to)
    for status in sorted({to[lead_id] for lead_id in may}):
        these = [row for row in found if row["id"] in may and to[row["id"]] == status]
        if status in OPEN:
            assigning.hand_on(engine, cursor, [row["id"] for row in these], by.name)
        leads.set_all(cursor, "status", [{"id": row["id"], "status": status} for row in these])
        follow_statuses(engine, cursor, these, status, by.name, None)
        _audit(cursor, by, "lead.edit_undone", these, "status", to)
    if by.user_id:
        following.untouch(cursor, {
            lead_id: before[lead_id]["touched"] for lead_id in may if before[lead_id]["touched"]}, by.user_id)
    return _undone(rows, may)


def _may_open(cursor: Cursor, rows: Sequence[Row], to: Mapping[str, str]) -> set[str]:
    """Those of the leads that may get these statuses: of a person one lead is open at most."""
    opens = [row for row in rows if to[row["id"]] in OPEN and row["status"] not in OPEN]
    taken = leads.open_contacts(cursor, {row["contact_id"] for row in opens}) if opens else set()
    refused = set()
    for row in opens:
        if row["contact_id"] in taken:
            refused.add(row["id"])
        taken.add(row["contact_id"])
    return {row["id"] for row in rows} - refused


# Owner.
def _set_owner(engine: Engine, cursor: Cursor, lead_ids: list[str], plan: Row, by: Actor) -> Done:
    before = assignments.lock(cursor, lead_ids)
    made = assigning.assign(engine, cursor, [
        Assignment(lead_id, plan["value"], "person", _BY_HAND) for lead_id in lead_ids], by.name)
    return _outcome(lead_ids, {
        lead_id: {"owner_id": before[lead_id]["owner_id"], "assignment_id": assignment_id}
        for lead_id, assignment_id in made.items()}, set())


def _owner_back(engine: Engine, cursor: Cursor, rows: list[Row], plan: Row, by: Actor) -> Done:
    before = {row["id"]: row["before"] for row in rows}
    there_still = assignments.lock(cursor, list(before))
    latest = assignments.latest_of(cursor, list(before))
    gone = assignments.who_left(cursor, {old["owner_id"] for old in before.values() if old["owner_id"]})
    back = {lead_id for lead_id, old in before.items() if lead_id in there_still
            and latest.get(lead_id) == old["assignment_id"] and old["owner_id"] not in gone}
    assigning.assign(engine, cursor, [
        Assignment(lead_id, before[lead_id]["owner_id"], "undo", f"Taken back: {_BY_HAND}")
        for lead_id in sorted(back)], by.name)
    assignments.undone(cursor, [before[lead_id]["assignment_id"] for lead_id in back], engine.now())
    return _undone(rows, back)


# Tags.
def retagged(former: Sequence[str], what: str, tags: Sequence[str]) -> list[str]:
    """The tags of a lead with these more (add_tags) or less (remove_tags)."""
    if what == "add_tags":
        return [*former, *(tag for tag in dict.fromkeys(tags) if tag not in former)]
    return [tag for tag in former if tag not in tags]


def _set_tags(engine: Engine, cursor: Cursor, lead_ids: list[str], plan: Row, by: Actor) -> Done:
    found = {row["id"]: row for row in leads.lock_all(cursor, lead_ids)}
    after = {lead_id: retagged(row["tags"], plan["what"], plan["value"]) for lead_id, row in found.items()}
    wanted = [row for row in found.values() if after[row["id"]] != row["tags"]]
    rows = [row for row in wanted if len(after[row["id"]]) <= MOST_TAGS]
    leads.set_all(cursor, "tags", [{"id": row["id"], "tags": after[row["id"]]} for row in rows])
    _audit(cursor, by, "lead.edited", rows, "tags", after)
    _score(engine, cursor, rows)
    changed = {row["id"]: {"tags": row["tags"]} for row in rows}
    return _outcome(lead_ids, changed, {row["id"] for row in wanted} - changed.keys())


def _tags_back(engine: Engine, cursor: Cursor, rows: list[Row], plan: Row, by: Actor) -> Done:
    before = {row["id"]: row["before"]["tags"] for row in rows}
    found = leads.lock_all(cursor, list(before))
    what, value = plan["what"], plan["value"]
    after = {row["id"]: untagged(row["tags"], before[row["id"]], what, value) for row in found}
    back = [row for row in found if after[row["id"]] != row["tags"] and len(after[row["id"]]) <= MOST_TAGS]
    leads.set_all(cursor, "tags", [{"id": row["id"], "tags": after[row["id"]]} for row in back])
    _audit(cursor, by, "lead.edit_undone", back, "tags", after)
    _score(engine, cursor, back)
    return _undone(rows, {row["id"] for row in back})


def _score(engine: Engine, cursor: Cursor, rows: Sequence[Row]) -> None:
    """Rules may look at tags."""
    intake.queue(cursor, [row["id"] for row in rows], "bulk", engine.settings.bulk_batch, score_only=True)
    waking.wake_after(engine, "bulk")


def untagged(now: Sequence[str], former: Sequence[str], what: str, tags: Sequence[str]) -> list[str]:
    """The tags of a lead once `retagged` is taken back: as they were, where nothing else changed since; else
    those that it got go, and those that it lost come again."""
    if list(now) == retagged(former, what, tags):
        return list(former)
    mine = [tag for tag in dict.fromkeys(tags) if (tag in former) == (what == "remove_tags")]
    return retagged(now, "remove_tags" if what == "add_tags" else "add_tags", mine)


_DO: Final[Mapping[str, Callable[[Engine, Cursor, list[str], Row, Actor], Done]]] = {
    "status": _set_status, "owner": _set_owner, "tags": _set_tags}
_BACK: Final[Mapping[str, Callable[[Engine, Cursor, list[Row], Row, Actor], Done]]] = {
    "status": _status_back, "owner": _owner_back, "tags": _tags_back}


def show(engine: Engine, cursor: Cursor, row: Row) -> dict[str, Any]:
    """A job as the API tells it, whole; of one that is taken back how far that is, and which leads stay."""
    shown = rescoring.show(engine, cursor, row)
    if row["state"] not in ("undoing", "undone"):
        return shown
    became = store.outcomes(cursor, row["id"])
    done, left = became.get("undone", 0) + became.get("kept", 0), became.get("changed", 0)
    return shown | {
        "progress": 1.0 if row["state"] == "undone" else round(done / (done + left or 1), 4),
        "kept_count": became.get("kept", 0),
        "kept": [{"kind": "lead", "id": lead_id, "fields": []}
                 for lead_id in store.kept(cursor, row["id"], _SHOWN)]}
