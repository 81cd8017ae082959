"""What people do with leads: look, edit, note events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sidecar.engine import Engine
from sidecar.errors import Conflict, Forbidden, Invalid, NotFound, PreconditionFailed
from sidecar.intake import Key
from sidecar.intake.permissions import row_of
from sidecar.intake.refusals import Statement
from sidecar.masking import PERSONAL_FILTERS, mask_lead
from sidecar.pipeline import correcting, estimating, provenance
from sidecar.pipeline.intake import lane_of, read, receive, take_in
from sidecar.pipeline.refusals import add, hash_of
from sidecar.records import canonical
from sidecar.records.text import tidy_lines
from sidecar.services.audit import Actor, record
from sidecar.store import calls, facts, intake, leads, refusals, subscriptions, work
from sidecar.store.database import Cursor, Row
from sidecar.store.paging import paged
from sidecar.terms.fields import fields_of
from sidecar.terms.states import DELIVERED, OF_A_MAIL, OF_A_MAILBOX, OPEN
from sidecar.webhooks import of_edit

_WORDS = ("unsubscribe", "resubscribe")  # events by which people refuse marketing mail, or agree to it
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
    filters = _permitted(filters, reveal)
    with engine.database.read(may_lag=True) as cursor:
        rows, following = paged(
            leads.page(cursor, filters, sort=sort, limit=limit + 1, after=after), limit,
            lambda row: leads.cursor_of(row, sort))
    return (rows if reveal else [mask_lead(row) for row in rows]), following


def _permitted(filters: dict[str, Any], reveal: bool) -> dict[str, Any]:
    if reveal:
        return filters
    if hidden := sorted(PERSONAL_FILTERS & filters.keys()):
        raise Forbidden("To filter by what is hidden needs the scope pii:read; see errors.", errors=[
            {"pointer": f"/{name}", "code": "forbidden", "detail": "This needs the scope pii:read."}
            for name in hidden])
    return {"company" if name == "q" else name: value for name, value in filters.items()}


def get_lead(engine: Engine, lead_id: str, *, reveal: bool) -> Row:
    """One lead, masked unless it may be revealed. Raises NotFound."""
    lead = provenance.lead_with_sources(engine, lead_id)
    return lead if reveal else mask_lead(lead)


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

    Raises NotFound, PreconditionFailed when the lead's version is none of `versions`, Conflict when it would
    be open again while its person has another open lead.
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
        changed = {name: value for name, value in changes.items() if value != before[name]}
        if changed:
            _edit(cursor, before, changed, by)
    return get_lead(engine, lead_id, reveal=reveal) | {"changed": sorted(changed)}


def _edit(cursor: Cursor, before: Row, changed: dict[str, Any], by: Actor) -> None:
    if changed.get("status") in OPEN and before["status"] not in OPEN and (
            other := leads.open_lead(cursor, before["contact_id"])):
        raise Conflict("This person has another open lead; close that one first.", open_lead_id=other)
    leads.edit(cursor, before["id"], changed)
    if "status" in changed:
        leads.add_status(cursor, before["id"], before["status"], changed["status"], by.name)
    subscriptions.tell(cursor, of_edit(before["id"], before, changed))
    # A message is free text of a person: the audit log says that it changed, not how.
    told = [name for name in changed if name in _AUDITED]
    record(cursor, by, "lead.edited", "lead", before["id"], before={name: before[name] for name in told},
           after={name: changed[name] for name in told} | {"fields": sorted(changed)})


def score_again(
    engine: Engine, lead_ids: list[str] | None, filters: dict[str, Any], *, reveal: bool, limit: int,
    after: str | None, by: Actor,
) -> dict[str, Any]:
    """Queue leads, or the next of the filters after one, to be scored without asking providers: {queued:
    [lead_id], next: lead_id or None}. Those that are on their way to a score are left alone."""
    filters = _permitted(filters, reveal)
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


def enrich_again(engine: Engine, lead_ids: list[str], *, ask_again: bool, by: Actor) -> dict[str, Any]:
    """Queue leads for a whole run; ask_again: what providers answered before does not hold any more.
    {queued: [lead_id]}"""
    with engine.database.write() as cursor:
        known = sorted(intake.contacts_of(cursor, lead_ids))
        if ask_again:
            calls.forget_answers(cursor, known)
        intake.queue(cursor, known, lane_of(engine, len(known)), engine.settings.bulk_batch)
        _record_many(cursor, by, "leads.enriched_again", known, ask_again=ask_again)
    return {"queued": known}


def estimate(engine: Engine, filters: dict[str, Any], *, reveal: bool) -> dict[str, Any]:
    """What enriching leads is expected to cost (`lead_ids`, `import_id`, or filters; else all that are
    queued)."""
    return estimating.estimate(engine, _permitted(filters, reveal) or {"stage": "queued"})


def add_events(
    engine: Engine, events: list[dict[str, Any]], *, source: str, lane: str
) -> dict[str, Any]:
    """Store events and queue their leads to be scored, without asking providers: {accepted, unknown,
    results: [{lead_id, outcome: accepted | unknown}]} in order. An event of a contact or an address belongs
    to the person's open lead, else to the newest. What unsubscribes is a refusal too."""
    now = engine.now()
    with engine.database.write() as cursor:
        keys = _keys(engine, events)
        leads_of = _leads_of(cursor, events, keys)
        contacts = intake.contacts_of(cursor, {lead for found in leads_of for lead in found})
        told = [{lead: person for lead, person in found.items() if lead in contacts} for found in leads_of]
        _note_refusals(engine, cursor, zip(events, told, strict=True), contacts, keys, source)
        classes = _classes(cursor, events, keys, told, contacts)
        intake.add_events(cursor, [
            {
                "contact_id": contacts[lead_id], "lead_id": lead_id,
                "person_id": person,
                "type": event["type"], "occurred_at": min(event.get("occurred_at") or now, now),
                "properties": {}, "source": source, "email_status": class_,
                # That mail arrives is noted once of an address in its class.
                "dedupe_key": f"{DELIVERED}:{contacts[lead_id]}:{class_}" if event["type"] == DELIVERED
                else _once(event, source, [lead_id][:number]),
            }
            for event, found, of in zip(events, told, classes, strict=True)
            for number, (lead_id, person) in enumerate(found.items())
            for class_ in (of.get(contacts[lead_id]),) if class_ or event["type"] != DELIVERED
        ])
        correcting.bounced(cursor, {
            contacts[lead_id] for event, found in zip(events, told, strict=True)
            if event["type"] == "bounce" for lead_id in found}, now)
        intake.queue(
            cursor, sorted({lead for event, found in zip(events, told, strict=True)
                            if event["type"] != DELIVERED for lead in found}),
            lane, engine.settings.bulk_batch, score_only=True)
    return {
        "accepted": sum(map(bool, told)), "unknown": sum(not found for found in told),
        "results": [
            {"lead_id": next(iter(found)), "outcome": "accepted"} if found
            else {"lead_id": None, "outcome": "unknown"} for found in told]}


def _classes(
    cursor: Cursor, events: list[dict[str, Any]], keys: Mapping[str, Key],
    told: Iterable[Iterable[str]], contacts: Mapping[str, str],
) -> list[dict[str, str]]:
    """Of what became of a mail, in which class the address is now, by contact: of each event. Of another
    address than the contact's it is not known."""
    of_mail = [{contacts[lead_id] for lead_id in found} if event["type"] in OF_A_MAIL else set()
               for event, found in zip(events, told, strict=True)]
    known = facts.values(cursor, "contact", set().union(*of_mail), ("email_canonical", "email_status"))
    return [{
        contact: status for contact in concerned if (status := known[contact].get("email_status"))
        and keys.get(event.get("email", ""), ("", known[contact]["email_canonical"]))[1]
        == known[contact]["email_canonical"]}
        for event, concerned in zip(events, of_mail, strict=True)]


def _note_refusals(
    engine: Engine, cursor: Cursor, events: Iterable[tuple[dict[str, Any], dict[str, str | None]]],
    contacts: dict[str, str], keys: Mapping[str, Key], source: str,
) -> None:
    """Unsubscriptions and new subscriptions are the person's own word. That of an address which nobody has is
    kept, as a keyed hash, for whoever comes with it."""
    now, rows = engine.now(), []
    words = [(event, found) for event, found in events if event["type"] in _WORDS]
    addresses = refusals.addresses(cursor, {contacts[lead_id] for _, found in words for lead_id in found})
    for event, found in words:
        at = min(event.get("occurred_at") or now, now)
        said = Statement("marketing_email", event["type"] == "unsubscribe", True, source, at,
                         event.get("reason"))
        key = keys.get(event.get("email", ""))
        if not found and key:
            rows.append(row_of(said, None, hash_of(engine, key), dedupe_key=_once(event, source)))
        for number, (lead_id, person) in enumerate(found.items()):
            contact_id = contacts[lead_id]
            whose = key or (("email", address) if (address := addresses.get(contact_id)) else None)
            rows.append(row_of(
                said, contact_id, hash_of(engine, whose) if whose else None, person_id=person,
                dedupe_key=_once(event, source, [lead_id][:number])))
    known = refusals.known(cursor, [row["dedupe_key"] for row in rows if row["dedupe_key"]])
    if new := [row for row in rows if row["dedupe_key"] not in known]:
        add(cursor, new)


def _once(event: dict[str, Any], source: str, more: list[str] | None = None) -> str | None:
    """What tells that an event came before."""
    return ":".join([source, event["event_id"], *(more or [])]) if event.get("event_id") else None


def _keys(engine: Engine, events: list[dict[str, Any]]) -> dict[str, Key]:
    """The identity keys of the addresses that events name."""
    emails = {event["email"] for event in events if event.get("email")}
    return {email: ("email", key) for email in emails if (
        key := canonical({"email": email}, engine.record_settings).get("email_canonical"))}


def _leads_of(
    cursor: Cursor, events: list[dict[str, Any]], keys: Mapping[str, Key]
) -> list[dict[str, str | None]]:
    """The leads of each event with the person it is about (None: whose the lead is): the named one, else the
    newest of the contact. Of several people on one mailbox an event is about the one with the newest lead,
    but that mails do not arrive or are not wanted there is about them all. Of an address that somebody
    unsubscribes nobody takes a lead in meanwhile."""
    if said := {keys[event["email"]] for event in events
                if event["type"] in _WORDS and event.get("email") in keys}:
        intake.lock(cursor, said)
    known = intake.find_people(cursor, set(keys.values()))
    people = [{event["contact_id"]: event["contact_id"]} if event.get("contact_id")
              else known.get(keys.get(event.get("email", ""), ("", "")), {}) for event in events]
    newest = intake.leads_of(cursor, {contact for found in people for contact in found.values()})
    told: list[dict[str, str | None]] = []
    for event, found in zip(events, people, strict=True):
        leads = {newest[contact]: person for person, contact in reversed(found.items()) if contact in newest}
        most = None if event["type"] in OF_A_MAILBOX else 1
        told.append({event["lead_id"]: None} if event.get("lead_id")
                    else {lead: leads[lead] for lead in sorted(leads, reverse=True)[:most]})
    return told


def owners(engine: Engine) -> list[Row]:
    """Who leads can be assigned to: who signs in, and who has leads."""
    with engine.database.read(may_lag=True) as cursor:
        return leads.owners(cursor)


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
    engine: Engine, *, limit: int, after: list[Any] | None, reveal: bool
) -> tuple[list[Row], list[Any] | None]:
    """Refused leads with their reasons."""
    with engine.database.read(may_lag=True) as cursor:
        rows, following = paged(leads.rejects(cursor, limit + 1, after[0] if after else None), limit)
    for row in rows:
        payload = row.pop("payload")
        row["lead"] = engine.vault.open(payload) if reveal and payload else None
    return rows, following


def dead_letters(
    engine: Engine, *, limit: int, after: list[Any] | None, most_replays: int | None
) -> tuple[list[Row], list[Any] | None]:
    """Leads that could not be processed, with the reason; those that were replayed at most so often."""
    with engine.database.read(may_lag=True) as cursor:
        return paged(
            work.dead_letters(cursor, limit + 1, after[0] if after else None, most_replays), limit,
            lambda row: [row["lead_id"]])


def replay(engine: Engine, lead_id: str, *, by: Actor) -> None:
    """Queue a dead lead again. Raises NotFound."""
    with engine.database.write() as cursor:
        stage = work.replay(cursor, lead_id)
        if stage is None:
            raise NotFound("There is no such dead letter.")
        record(cursor, by, "lead.replayed", "lead", lead_id, before={"stage": stage},
               after={"stage": "queued"})
