"""Intake: raw leads in; validated, normalised, recognised, stored and queued in one transaction.

What this returns as created or updated is in Postgres; what is rejected is kept with its reasons.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sidecar.engine import Engine
from sidecar.ids import new_id
from sidecar.intake import (
    Entry,
    Key,
    Known,
    People,
    Receipt,
    Writes,
    decide,
    delivery_keys,
    sought,
    submitted_at,
)
from sidecar.intake.decision import newest_last
from sidecar.pipeline import assigning, stitching
from sidecar.pipeline.counting import count_leads
from sidecar.pipeline.refusals import hash_of
from sidecar.records import match_keys, read_lead
from sidecar.records.text import storable
from sidecar.records.validation import said
from sidecar.sources import at_senders_keys, read_keys
from sidecar.store import intake as store
from sidecar.store import undo
from sidecar.store.database import Cursor
from sidecar.terms.states import Goal
from sidecar.webhooks import of_intake

# People never see this field of a form. Who fills it in is a robot, or a browser that completes what it
# recognises.
HONEYPOT: Final = "website_confirm"
SUSPECTED: Final = {
    "pointer": f"/{HONEYPOT}", "code": "suspected_robot",
    "detail": "A field that people do not see was filled in: by a robot, or by a browser that completes them."
              " Take the lead in if a person sent it."}


def receive(
    engine: Engine, raw_leads: list[Any], *, client: str, lane: str | None = None,
    request_id: str | None = None, only_new: bool = False, dry_run: bool = False, strict: bool = False,
    told: list[list[dict[str, Any]]] | None = None, goal: Goal | None = None,
) -> list[dict[str, Any]]:
    """Take leads in. Answers, in order, [{index, lead_id, contact_id, organization_id, lead_url,
    outcome: created | updated | rejected | suppressed, errors, warnings}].

    only_new: a person who has an open lead is rejected. dry_run: nothing is written, what would be created
    has no id. strict: a value that cannot be used refuses its lead. told: of each lead the warnings that were
    given before somebody normalised it. goal: what providers are asked for about them. Whether a lead is the
    person's own act it says itself, by its source
    and event (`is_own_act`), however many come at once.
    """
    entries = read(engine, raw_leads, strict=strict, submitted=True)
    if told:
        entries = [
            replace(entry, warnings=newest_last(
                [warning | {"value": said(warning["value"])} if "value" in warning else warning
                 for warning in given], entry.warnings))
            for entry, given in zip(entries, told, strict=True)]
    return take_in(engine, entries, client=client, lane=lane, request_id=request_id, only_new=only_new,
                   dry_run=dry_run, goal=goal)


def read(
    engine: Engine, raw_leads: Iterable[Any], *, strict: bool = False, account: str | None = None,
    submitted: bool = False, said_at: datetime | None = None,
) -> list[Entry]:
    """Raw leads validated and normalised, with their identity keys (`account`: see `match_keys`); those that
    are refused with their errors. submitted: they may be submissions (`Entry`), made at said_at at the
    latest, else as they tell. What fell into the honeypot is refused, for a person to take it in
    (`leads.repair`). Nothing is asked or written."""
    now = engine.now()
    entries = [_read(engine, raw, strict, account, now) for raw in raw_leads]
    if submitted:
        for entry in entries:
            entry.submitted = True
            entry.said_at = min(filter(None, (said_at, submitted_at(entry.lead))), default=None)
    return entries


def take_in(
    engine: Engine, entries: list[Entry], *, client: str, lane: str | None = None,
    request_id: str | None = None, only_new: bool = False, dry_run: bool = False, listed: bool = False,
    import_chunk: tuple[str, int] | None = None, goal: Goal | None = None,
) -> list[dict[str, Any]]:
    """What `receive` does with leads that were read. listed: they are rows of a file, nobody's own act. What
    a chunk of an import, (job id, number), writes can be undone."""
    receipt = Receipt(
        client, request_id, lane or lane_of(engine, len(entries)), engine.settings.bulk_batch, listed,
        goal)
    with engine.database.write() as cursor:
        known = _know(engine, cursor, entries)
        if only_new:
            entries = _new_alone(entries, known)
        writes = decide(entries, known, receipt, engine.now(), new_id)
        if not dry_run:
            told = of_intake(writes) if known.listening else []
            chunk = import_chunk and undo.Chunk(
                *import_chunk, engine.vault.seal, lambda key: engine.hash("suppression", *key))
            with undo.changes(cursor, chunk, writes):
                store.write(cursor, writes, engine.vault.seal, told, chunk)
                if owned := [row["lead_id"] for entry, row in zip(entries, writes.results, strict=True)
                             if row["lead_id"] and entry.lead.get("owner_name")]:
                    assigning.by_names(engine, cursor, owned, receipt.client)
            _join(engine, cursor, entries, known, writes, receipt)
            came = [(entry.source, result) for entry, result in zip(entries, writes.results, strict=True)]
            engine.database.after_commit(lambda: count_leads(engine, came))
    results = [_would_be(result, known) for result in writes.results] if dry_run else writes.results
    return [
        result | {"lead_url": result["lead_id"] and lead_url(engine, result["lead_id"])}
        for result in results]


def _join(
    engine: Engine, cursor: Cursor, entries: list[Entry], known: Known, writes: Writes, receipt: Receipt
) -> None:
    """Give events that waited for these people to them."""
    devices = {entry.device for entry in entries if entry.device}
    if not known.waiting and not devices:
        return
    came = [
        (entry, stitching.Whose(row["contact_id"], person["person_id"] or row["contact_id"], row["lead_id"]))
        for entry, row, person in zip(entries, writes.results, writes.intake, strict=True)
        if row["lead_id"]]
    # What another system calls them, visitors of a page may say of anybody.
    proven = not receipt.client.startswith("form:")
    changed = stitching.join(engine, cursor, {
        key_hash: who for entry, who in came
        for key in (*entry.keys, *(stitching.id_keys(entry.lead) if proven else ()))
        if (key_hash := hash_of(engine, key)) in known.waiting}, devices)
    if more := changed - {row["lead_id"] for row in writes.work_items}:
        stitching.score_again(engine, cursor, more, receipt.lane)


def _new_alone(entries: list[Entry], known: Known) -> list[Entry]:
    """The entries, with an error where the person has an open lead, or gets one by an entry before."""
    people = People(known)
    taken = {contact: f"This person has the open lead {lead['id']}." for contact, lead in known.leads.items()}

    def checked(index: int, entry: Entry) -> Entry:
        if entry.errors or not known.suppressed.isdisjoint(entry.keys):
            return entry
        person = people.find(entry) or f"new {index}"
        contact = people.contact_of(person)
        if contact in taken:
            return replace(entry, errors=[{"pointer": "", "code": "open_lead", "detail": taken[contact]}])
        taken[contact] = "This person stands before in the same request."
        people.add(entry, person)
        return entry

    return [checked(index, entry) for index, entry in enumerate(entries)]


def _would_be(result: dict[str, Any], known: Known) -> dict[str, Any]:
    """A result without the ids of what is not there."""
    there = {
        "lead_id": {lead["id"] for lead in known.leads.values()},
        "contact_id": {known.merged.get(person, person)
                       for people in known.contacts.values() for person in people},
        "organization_id": {*known.domains.values(), *known.company_keys.values()}}
    return result | {name: result[name] if result[name] in ids else None for name, ids in there.items()}


def lane_of(engine: Engine, count: int) -> str:
    """A few leads are a person waiting; many are an import."""
    return "interactive" if count <= engine.settings.interactive_batch else "bulk"


def _read(engine: Engine, raw: Any, strict: bool, account: str | None, now: datetime) -> Entry:
    trapped = False
    if isinstance(raw, dict) and HONEYPOT in raw:
        trapped = bool(str(raw[HONEYPOT] or "").strip())
        raw = {name: value for name, value in raw.items() if name != HONEYPOT}
    errors, warnings, lead = read_lead(
        raw if strict else read_keys(raw), engine.record_settings, strict=strict)
    if not strict:
        errors, warnings = at_senders_keys(errors, raw), at_senders_keys(warnings, raw)
    if trapped:
        errors = [SUSPECTED, *errors]
    if errors:
        source = raw.get("source") if isinstance(raw, dict) else None
        return Entry(
            raw, source=(storable(source[:100]) if isinstance(source, str) else "") or "api",
            errors=[{name: storable(text) for name, text in error.items()} for error in errors],
            warnings=warnings)
    return Entry(
        raw, source=lead.get("source") or "api", lead=lead, keys=match_keys(lead, account),
        deliveries=delivery_keys(lead, now), warnings=warnings, account=account,
        device=stitching.device_of(engine, lead))


def suppression_keys(engine: Engine, entries: Iterable[Entry]) -> dict[str, Key]:
    """The keyed hash under which each identity key would be suppressed -> the key."""
    return {
        engine.hash("suppression", *key): key for key in {key for entry in entries for key in entry.keys}}


def _know(engine: Engine, cursor: Cursor, entries: list[Entry]) -> Known:
    """Hold the leads' identities (an erasure under way is waited for) and answer what is stored."""
    leads = [entry.lead for entry in entries]
    names: dict[Key, tuple[set[str], set[str]]] = {}
    for entry in entries:
        if not entry.keys:
            continue
        words = sought(entry.lead)
        for key in entry.keys:
            before = names.setdefault(key, words)
            if before is not words:
                names[key] = before[0] | words[0], before[1] | words[1]
    keys = suppression_keys(engine, entries)
    ids = [key for entry in entries for key in stitching.id_keys(entry.lead)]
    return store.know(
        cursor, keys, names,
        {lead["company_domain"] for lead in leads if lead.get("company_domain")},
        {lead["company_key"] for lead in leads
         if lead.get("company_key") and not lead.get("company_domain")},
        [key for entry in entries for key in entry.deliveries],
        [*keys, *(hash_of(engine, key) for key in ids)],
        [*ids, *((stitching.DEVICE, entry.device) for entry in entries if entry.device)])


def lead_url(engine: Engine, lead_id: str) -> str:
    """Where people look at a lead."""
    return f"{engine.settings.public_url}/#/leads/{lead_id}"
