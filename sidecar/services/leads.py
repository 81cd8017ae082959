"""What people do with leads: look, edit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sidecar.engine import Engine
from sidecar.errors import Conflict, Forbidden, Invalid, NotFound, PreconditionFailed
from sidecar.masking import PERSONAL_FILTERS, mask, mask_lead
from sidecar.pipeline import assigning, estimating, following, provenance, waking
from sidecar.pipeline.intake import lane_of, read, receive, take_in
from sidecar.records.text import tidy_lines
from sidecar.services.audit import Actor, record
from sidecar.services.owners import found_owner
from sidecar.store import calls, intake, leads, subscriptions, work
from sidecar.store.database import Cursor, Row
from sidecar.store.paging import paged
from sidecar.terms.fields import SCORED, fields_of
from sidecar.terms.states import OPEN
from sidecar.webhooks import of_edit

MOST_COUNTED = 10_000
_AUDITED = {field.name for field in fields_of("lead") if field.audited}


def list_leads(
    engine: Engine, filters: dict[str, Any], *, sort: str, limit: int, after: list[Any] | None,
    reveal: bool,
) -> tuple[list[Row], list[Any] | None]:
    """(rows, where the next page begins or None).

    Callers who may not see people may not search for them either: a hit would reveal what is masked. A text
    is searched in companies that have a name alone: one that is known by its domain only may be a person's
    own address. Raises Forbidden for a filter by what is hidden.
    """
    filters = permitted(filters, reveal)
    with engine.database.read(may_lag=True) as cursor:
        rows, following = paged(
            leads.page(cursor, filters, sort=sort, limit=limit + 1, after=after), limit,
            lambda row: leads.cursor_of(row, sort))
    return (rows if reveal else [mask_lead(row) for row in rows]), following


def neighbours(
    engine: Engine, lead_id: str, filters: dict[str, Any], *, sort: str, reveal: bool
) -> dict[str, str | None]:
    """{previous, next}: the leads before and after one in a list. Raises NotFound, Forbidden."""
    filters = permitted(filters, reveal)
    with engine.database.read(may_lag=True) as cursor:
        here = leads.page(cursor, {"lead_ids": [lead_id]}, sort=sort, limit=1, after=None)
        if not here:
            raise NotFound("There is no such lead.")
        found = {
            side: leads.page(cursor, filters, sort=order, limit=1, after=leads.cursor_of(here[0], sort))
            for side, order in (("previous", leads.REVERSED[sort]), ("next", sort))}
    return {side: rows[0]["id"] if rows else None for side, rows in found.items()}


def permitted(filters: dict[str, Any], reveal: bool) -> dict[str, Any]:
    """The filters as a caller may use them. Raises Forbidden for one by what is hidden."""
    if reveal:
        return filters
    if hidden := sorted(PERSONAL_FILTERS & filters.keys()):
        raise Forbidden("To filter by what is hidden needs the scope pii:read; see errors.", errors=[
            {"pointer": f"/{name}", "code": "forbidden", "detail": "This needs the scope pii:read."}
            for name in hidden])
    return {"company" if name == "q" else name: value for name, value in filters.items()}


def count(engine: Engine, filters: dict[str, Any], *, reveal: bool) -> dict[str, Any]:
    """How many leads the filters of `list_leads` find: {count: at most MOST_COUNTED, more: whether there are
    more}."""
    filters = permitted(filters, reveal)
    with engine.database.read(may_lag=True) as cursor:
        found = leads.count(cursor, filters, MOST_COUNTED)
    return {"count": min(found, MOST_COUNTED), "more": found > MOST_COUNTED}


def get_lead(engine: Engine, lead_id: str, *, reveal: bool) -> Row:
    """One lead, masked unless it may be revealed. Raises NotFound."""
    lead = provenance.lead_with_sources(engine, lead_id)
    return lead if reveal else mask_lead(lead)


def called(known: Row, reveal: bool) -> dict[str, str | None]:
    """{name, company}: what a lead is called in lists, of its `contact` and `organization`; masked unless it
    may be revealed."""
    contact, organization = (
        (part if reveal else mask(kind, part)) for kind in ("contact", "organization")
        for part in [known[kind] or {}])
    return {"name": contact.get("full_name") or contact.get("email"),
            "company": organization.get("name") or organization.get("domain")}


def try_out(
    engine: Engine, raw_leads: list[Any], *, only_new: bool, strict: bool, by: Actor, reveal: bool
) -> list[dict[str, Any]]:
    """What would become of leads, as `intake.receive` answers it. It tells who is known here, so it is
    audited, by number; who asked to be forgotten is told to those alone who may see people."""
    with engine.database.write() as cursor:
        results = receive(
            engine, raw_leads, client=by.name, only_new=only_new, strict=strict, dry_run=True)
        record(cursor, by, "leads.tried_out", "lead", "*", after={"leads": len(raw_leads)})
    return results if reveal else [
        result | {"outcome": "created"} if result["outcome"] == "suppressed" else result
        for result in results]


def edit_lead(
    engine: Engine, lead_id: str, changes: dict[str, Any], *, by: Actor, reveal: bool,
    versions: frozenset[str] | None,
) -> Row:
    """A person's edit, audited. A value equal to the stored one is not an edit: `changed` names the others.

    Raises NotFound, PreconditionFailed when the lead's version is none of `versions`, Invalid for an owner
    who is no user, has left or may not see people, Conflict when it would be open again while its person has
    another open lead.
    """
    if "tags" in changes:
        changes = changes | {"tags": list(dict.fromkeys(changes["tags"]))}
    if "message" in changes:
        changes = changes | {"message": tidy_lines(changes["message"] or "") or None}
    with engine.database.write() as cursor:
        before = leads.lock(cursor, lead_id)
        if before is None:
            raise NotFound("There is no such lead.")
        if versions is not None and str(before["version"]) not in versions:
            raise PreconditionFailed("Somebody else changed this lead meanwhile; load it again.")
        if "owner" in changes:
            changes = changes | {"owner": changes["owner"] and found_owner(cursor, changes["owner"])}
        changed = {name: value for name, value in changes.items() if value != before[name]}
        if changed:
            _edit(engine, cursor, before, changed, by)
    return get_lead(engine, lead_id, reveal=reveal) | {"changed": sorted(changed)}


def _edit(engine: Engine, cursor: Cursor, before: Row, changed: dict[str, Any], by: Actor) -> None:
    if changed.get("status") in OPEN and before["status"] not in OPEN:
        if other := leads.open_lead(cursor, before["contact_id"]):
            raise Conflict("This person has another open lead; close that one first.", open_lead_id=other)
        if "owner" not in changed:
            assigning.hand_on(engine, cursor, [before["id"]], by.name, request_id=by.request_id)
    if "owner" in changed:
        assigning.assign(engine, cursor, [assigning.Assignment(
            before["id"], changed["owner"], "person", "Assigned by hand.")], by.name,
            request_id=by.request_id)
    changed = {name: value for name, value in changed.items() if name != "owner"}
    if not changed:
        return
    leads.edit(cursor, before["id"], changed)
    if "status" in changed:
        follow_statuses(engine, cursor, [before], changed["status"], by.name, by.user_id)
    if changed.keys() & set(SCORED["lead"]):
        intake.queue(cursor, [before["id"]], "interactive", engine.settings.bulk_batch, score_only=True)
        waking.wake_after(engine, "interactive")
    # A message is free text of a person: the audit log says that it changed, not how.
    told = [name for name in changed if name in _AUDITED]
    record(cursor, by, "lead.edited", "lead", before["id"], before={name: before[name] for name in told},
           after={name: changed[name] for name in told} | {"fields": sorted(changed)})


def follow_statuses(
    engine: Engine, cursor: Cursor, before: Sequence[Row], status: str, by: str, user_id: str | None
) -> set[str]:
    """What follows when leads (`store.leads.lock`) got another status: their history, touches by the user,
    who is told. The leads that nobody had touched before."""
    leads.add_statuses(cursor, {row["id"]: (row["status"], status) for row in before}, by)
    first = following.statuses_changed(
        cursor, dict.fromkeys((row["id"] for row in before), status), user_id, engine.now())
    subscriptions.tell(cursor, [
        event for row in before for event in of_edit(row["id"], row, {"status": status})])
    return first


def touch(engine: Engine, lead_id: str, how: str, *, by: Actor) -> dict[str, Any]:
    """Note that somebody writes to a lead's person, or calls them (`how`: mail, call), audited: {first:
    whether nobody had touched the lead since it became hot}. Raises NotFound."""
    with engine.database.write() as cursor:
        if leads.lock(cursor, lead_id) is None:
            raise NotFound("There is no such lead.")
        first = following.touched(cursor, [(lead_id, how, by.user_id, engine.now())])
        record(cursor, by, "lead.touched", "lead", lead_id, after={"how": how})
    return {"first": bool(first)}


def score_again(
    engine: Engine, lead_ids: list[str] | None, filters: dict[str, Any], *, reveal: bool, limit: int,
    after: str | None, by: Actor,
) -> dict[str, Any]:
    """Queue leads, or the next of the filters after one, to be scored without asking providers: {queued:
    [lead_id], next: lead_id or None}. Those that are on their way to a score are left alone."""
    filters = permitted(filters, reveal)
    with engine.database.write() as cursor:
        wanted = lead_ids or leads.at_rest(cursor, filters, limit, after)
        queued = work.score_again(
            cursor, wanted, lane_of(engine, len(wanted)), engine.settings.bulk_batch)
        _record_many(cursor, by, "leads.scored_again", queued, filters=sorted(filters))
    more = lead_ids is None and len(wanted) == limit
    return {"queued": queued, "next": wanted[-1] if more else None}


def _record_many(cursor: Cursor, by: Actor, action: str, lead_ids: list[str], **options: Any) -> None:
    """One line for an order about leads: how many, and how. Of one alone it stands with that lead."""
    record(cursor, by, action, "lead", lead_ids[0] if len(lead_ids) == 1 else "*",
           after={"leads": len(lead_ids)} | options)


def enrich_again(
    engine: Engine, lead_ids: list[str] | None, filters: dict[str, Any], *, ask_again: bool, reveal: bool,
    limit: int, after: str | None, by: Actor,
) -> dict[str, Any]:
    """Queue leads, or the next of the filters after one, for a whole run; ask_again: what providers answered
    before does not hold any more. {queued: [lead_id], next: lead_id or None}"""
    filters = permitted(filters, reveal)
    with engine.database.write() as cursor:
        wanted = lead_ids or leads.ids(cursor, filters, limit, after)
        known = sorted(intake.contacts_of(cursor, wanted))
        if ask_again:
            calls.forget_answers(cursor, known)
        intake.queue(cursor, known, lane_of(engine, len(known)), engine.settings.bulk_batch)
        _record_many(cursor, by, "leads.enriched_again", known, ask_again=ask_again)
    more = lead_ids is None and len(wanted) == limit
    return {"queued": known, "next": wanted[-1] if more else None}


def estimate(engine: Engine, filters: dict[str, Any], *, reveal: bool) -> dict[str, Any]:
    """What enriching leads is expected to cost (`lead_ids`, `import_id`, or filters; else all that are
    queued)."""
    return estimating.estimate(engine, permitted(filters, reveal) or {"stage": "queued"})


def repair(
    engine: Engine, reject_id: str, changes: dict[str, Any], *, by: Actor, client: str
) -> dict[str, Any]:
    """Take a refused lead in with these fields changed: its result, as `intake.receive` answers it.

    What was sent is taken from our own record, so that who repairs need not see it. Raises NotFound when
    there is no such reject (any more), Conflict when what was sent is no longer kept, Invalid that names
    each field.
    """
    with engine.database.write() as cursor:
        found = leads.reject(cursor, reject_id)
        if found is None:
            raise NotFound("There is no such reject.")
        if not found["payload"]:
            raise Conflict("What was sent is no longer kept; send the whole lead as a new one.")
        sent = engine.vault.open(found["payload"])
        whole = {"source": found["source"]} | (sent if isinstance(sent, dict) else {}) | changes
        [entry] = read(engine, [whole], submitted=True, said_at=found["received_at"])
        if entry.errors:
            raise Invalid("The lead is still not valid; see errors.", errors=entry.errors)
        [result] = take_in(engine, [entry], client=client, request_id=by.request_id)
        if not leads.resolve(cursor, reject_id):
            raise NotFound("There is no such reject.")
        record(cursor, by, "reject.repaired", "reject", reject_id, after={"fields": sorted(changes)})
    return result


def list_rejects(
    engine: Engine, filters: dict[str, Any], *, closed: bool, limit: int, after: list[Any] | None,
    reveal: bool,
) -> tuple[list[Row], list[Any] | None]:
    """Refused leads with their reasons: those that somebody closed, or the others."""
    with engine.database.read(may_lag=True) as cursor:
        rows, following = paged(
            leads.rejects(cursor, filters, limit + 1, after[0] if after else None, closed=closed), limit)
    for row in rows:
        payload = row.pop("payload")
        row["lead"] = engine.vault.open(payload) if reveal and payload else None
    return rows, following


def close_rejects(engine: Engine, reject_ids: list[str], *, by: Actor, reopen: bool = False) -> list[str]:
    """Close refused leads that nobody is to repair, or open them again, audited: those that were changed.
    What was sent is kept as long as that of others."""
    with engine.database.write() as cursor:
        changed = leads.close_rejects(cursor, reject_ids, None if reopen else by.name)
        if changed:
            record(cursor, by, "reject.reopened" if reopen else "reject.closed", "reject",
                   changed[0] if len(changed) == 1 else "*", after={"rejects": len(changed)})
    return changed


def dead_letters(
    engine: Engine, stage: str, *, limit: int, after: list[Any] | None, most_replays: int | None,
    reveal: bool,
) -> tuple[list[Row], list[Any] | None]:
    """Leads that could not be processed, or were let go, with the reason; those that were replayed at most so
    often."""
    with engine.database.read(may_lag=True) as cursor:
        rows, following = paged(
            work.dead_letters(cursor, stage, limit + 1, after[0] if after else None, most_replays), limit,
            lambda row: [row["lead_id"]])
    return [row if reveal else row | mask("contact", {name: row[name] for name in ("full_name", "email")})
            for row in rows], following


def replay(engine: Engine, lead_ids: list[str], *, by: Actor) -> list[str]:
    """Queue those of the leads again that are dead or were let go, each alone."""
    with engine.database.write() as cursor:
        stages = work.replay(cursor, lead_ids)
        for lead_id, stage in stages.items():
            record(cursor, by, "lead.replayed", "lead", lead_id, before={"stage": stage},
                   after={"stage": "queued"})
    return sorted(stages)


def close_dead(engine: Engine, lead_ids: list[str], *, by: Actor, reopen: bool = False) -> list[str]:
    """Let dead leads be done as they are, or be dead again if nobody worked on them since, audited: those
    that were changed."""
    with engine.database.write() as cursor:
        changed = (work.reopen if reopen else work.close)(cursor, lead_ids)
        if changed:
            _record_many(cursor, by, "lead.reopened" if reopen else "lead.closed", changed)
    return changed
