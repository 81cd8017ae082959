"""Intake: raw leads in; validated, normalised, recognised, stored and queued in one transaction.

What this returns as created or updated is in Postgres; what is rejected is kept with its reasons.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sidecar.engine import Engine
from sidecar.ids import new_id
from sidecar.pipeline import provenance
from sidecar.records import match_keys, normalize, validate
from sidecar.scoring import intake_event
from sidecar.store import facts
from sidecar.store import intake as store
from sidecar.store.database import Cursor, Gathered, Row
from sidecar.terms.fields import FROM_LEAD

Key = tuple[str, str]

_CONTACT, _ORGANIZATION = FROM_LEAD["contact"], FROM_LEAD["organization"]


@dataclass(eq=False, slots=True)
class Entry:
    """One raw lead on its way in."""

    index: int
    raw: Any
    source: str = "api"
    lead: dict[str, Any] = field(default_factory=dict)
    errors: list[dict[str, str]] = field(default_factory=list)
    keys: list[Key] = field(default_factory=list)
    outcome: str = "created"
    contact_id: str | None = None
    organization_id: str | None = None
    lead_id: str | None = None


def receive(
    engine: Engine, raw_leads: list[Any], *, client: str, lane: str | None = None,
    request_id: str | None = None,
) -> list[dict[str, Any]]:
    """Take leads in. Answers, in order, [{index, lead_id, contact_id, organization_id, lead_url,
    outcome: created | updated | rejected | suppressed, errors}]."""
    return take_in(engine, read(engine, raw_leads), client=client, lane=lane, request_id=request_id)


def read(engine: Engine, raw_leads: Iterable[Any]) -> list[Entry]:
    """Raw leads validated and normalised, with their identity keys; those that are none rejected with
    their errors. Nothing is asked or written."""
    return [_read(engine, index, raw) for index, raw in enumerate(raw_leads)]


def take_in(
    engine: Engine, entries: list[Entry], *, client: str, lane: str | None = None,
    request_id: str | None = None,
) -> list[dict[str, Any]]:
    """What `receive` does with leads that were read."""
    lane = lane or lane_of(engine, len(entries))
    with engine.database.write() as cursor:
        known = _know(engine, cursor, [entry for entry in entries if entry.outcome == "created"])
        accepted = [entry for entry in entries if entry.outcome == "created"]
        writes = Gathered(cursor)
        if accepted:
            _store(engine, writes, accepted, known, lane)
        store.record(writes, [_intake_row(engine, entry, client, request_id) for entry in entries])
        writes.send()
    return [_result(engine, entry) for entry in entries]


def lane_of(engine: Engine, count: int) -> str:
    """A few leads are a person waiting; many are an import."""
    return "interactive" if count <= engine.settings.interactive_batch else "bulk"


def _read(engine: Engine, index: int, raw: Any) -> Entry:
    entry = Entry(index, raw)
    checked = validate(raw, engine.record_settings)
    if not checked["valid"]:
        entry.errors = [{name: _storable(text) for name, text in error.items()}
                        for error in checked["errors"]]
        entry.outcome = "rejected"
        if isinstance(raw, dict) and isinstance(raw.get("source"), str):
            entry.source = _storable(raw["source"][:100]) or entry.source
        return entry
    entry.lead = normalize(raw, engine.record_settings)["lead"]
    entry.keys = match_keys(entry.lead)
    entry.source = entry.lead.get("source") or entry.source
    return entry


def _storable(text: Any) -> str:
    """Text as Postgres can hold it: names of unknown fields come from outside."""
    return str(text).encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def suppression_keys(engine: Engine, entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    """Keyed hash of each identity -> the leads that have it."""
    hashes: dict[str, list[Entry]] = {}
    for entry in entries:
        for key in entry.keys:
            hashes.setdefault(engine.hash("suppression", *key), []).append(entry)
    return hashes


def suppress(hashes: dict[str, list[Entry]], found: Iterable[str]) -> None:
    """Mark the leads of those who asked to be forgotten."""
    for key in found:
        for entry in hashes[key]:
            entry.outcome = "suppressed"


def _know(engine: Engine, cursor: Cursor, entries: list[Entry]) -> store.Known:
    """Hold the leads' identities (an erasure under way is waited for), mark who asked to be forgotten,
    answer what is stored."""
    hashes = suppression_keys(engine, entries)
    known = store.know(
        cursor, {key for entry in entries for key in entry.keys}, hashes, *_companies(entries))
    suppress(hashes, known.suppressed)
    return known


def _companies(entries: Iterable[Entry]) -> tuple[set[str], set[str]]:
    """(domains, matching keys of those without a domain)."""
    leads = [entry.lead for entry in entries]
    return (
        {lead["company_domain"] for lead in leads if lead.get("company_domain")},
        {lead["company_key"] for lead in leads
         if lead.get("company_key") and not lead.get("company_domain")},
    )


def _store(
    engine: Engine, writes: Gathered, entries: list[Entry], known: store.Known, lane: str
) -> None:
    now = engine.now()
    new_contacts = _recognise(entries, known)
    new_organizations = _organizations(entries, known)

    of_contacts: dict[str, dict[str, Any]] = {}
    of_organizations: dict[str, dict[str, Any]] = {}
    for entry in entries:
        of_contacts.setdefault(entry.contact_id or "", {}).update(
            {name: entry.lead[name] for name in _CONTACT if entry.lead.get(name)})
        if entry.organization_id:
            of_organizations.setdefault(entry.organization_id, {}).update(_company(entry.lead))

    facts.insert_organizations(writes, [
        of_organizations[organization_id] | {"id": organization_id} for organization_id in new_organizations])
    facts.insert_contacts(writes, [
        of_contacts[entry.contact_id or ""]
        | {"id": entry.contact_id, "org_id": entry.organization_id, "consent": entry.lead.get("consent")}
        for entry in new_contacts
    ])
    new_ids = {entry.contact_id for entry in new_contacts}
    facts.save_provenance(writes, [
        *_claims(writes, known, "organization", of_organizations, new_organizations, now),
        *_claims(writes, known, "contact", of_contacts, new_ids, now)])
    store.save_identities(
        writes,
        [
            {"kind": kind, "value": value, "contact_id": contact_id}
            for (kind, value), contact_id in sorted(
                {key: entry.contact_id for entry in entries for key in entry.keys}.items())
            if (kind, value) not in known.contacts
        ],
    )
    store.attach_organizations(
        writes,
        sorted({
            (entry.contact_id, entry.organization_id) for entry in entries
            if entry.contact_id and entry.organization_id and entry.contact_id not in new_ids
        }),
    )
    _leads(writes, entries, known.leads)
    limit = engine.settings.bulk_batch
    store.queue(writes, dict.fromkeys(entry.lead_id or "" for entry in entries), lane, limit)
    store.add_events(writes, [event for entry in entries for event in _events(entry, now)])


def _claims(
    writes: Gathered, known: store.Known, kind: str, said: dict[str, dict[str, Any]],
    new: Container[str | None], now: datetime,
) -> list[Row]:
    """Write what the leads say of known contacts or organizations; answers the provenance of all."""
    documents, columns = provenance.merged(kind, known.values[kind], [
        (entity, provenance.lead_statements(fields), "lead", False, False, now)
        for entity, fields in said.items() if entity not in new])
    facts.update_entities(writes, kind, columns)
    return documents + [
        provenance.first(kind, entity, fields, now) for entity, fields in said.items() if entity in new]


def _recognise(entries: list[Entry], known: store.Known) -> list[Entry]:
    """Give each entry its contact; answers the entries whose contact is new, one for each."""
    owners = dict(known.contacts)
    new = []
    for entry in entries:
        owner = next((owners[key] for key in entry.keys if key in owners), None)
        if owner is None:
            owner = new_id()
            new.append(entry)
        entry.contact_id = owner
        for key in entry.keys:
            owners.setdefault(key, owner)
    return new


def _organizations(entries: list[Entry], known: store.Known) -> set[str]:
    """Give each entry its organization: by domain, else by the name's matching key; answers the ids of
    the new ones."""
    new = set()
    for entry in entries:
        domain, key = entry.lead.get("company_domain"), entry.lead.get("company_key")
        owners, value = (known.domains, domain) if domain else (known.company_keys, key)
        if value and value not in owners:
            owners[value] = new_id()
            new.add(owners[value])
        entry.organization_id = owners.get(value or "")
    return new


def _company(lead: dict[str, Any]) -> dict[str, Any]:
    return {ours: lead[theirs] for theirs, ours in _ORGANIZATION.items() if lead.get(theirs)}


def _leads(
    writes: Gathered, entries: list[Entry], existing: dict[str, dict[str, Any]]
) -> None:
    """Give each entry its lead: the contact's open one, else a new one."""
    made: dict[str, dict[str, Any]] = {}
    changed: dict[str, tuple[Any, ...]] = {}
    for entry in entries:
        contact_id, lead = entry.contact_id or "", entry.lead
        if contact_id in existing:
            row = existing[contact_id]
            entry.lead_id, entry.outcome = row["id"], "updated"
            row["tags"] = list(dict.fromkeys([*row["tags"], *lead.get("tags", [])]))
            changed[row["id"]] = (
                row["id"], entry.organization_id, row["tags"], lead.get("message"),
                lead.get("utm", {}), lead.get("custom", {}),
            )
        elif contact_id in made:
            row = made[contact_id]
            entry.lead_id, entry.outcome = row["id"], "updated"
            row["tags"] = list(dict.fromkeys([*row["tags"], *lead.get("tags", [])]))
            row["message"] = lead.get("message") or row["message"]
            row["org_id"] = row["org_id"] or entry.organization_id
        else:
            entry.lead_id = new_id()
            made[contact_id] = {
                "id": entry.lead_id, "contact_id": contact_id, "org_id": entry.organization_id,
                "email": lead.get("email"), "source": entry.source,
                "tags": lead.get("tags", []), "message": lead.get("message"),
                "utm": lead.get("utm", {}), "custom": lead.get("custom", {}),
            }
    store.insert_leads(writes, list(made.values()))
    store.update_leads(writes, [changed[key] for key in sorted(changed)])


def _events(entry: Entry, now: Any) -> Iterable[dict[str, Any]]:
    kind = intake_event(entry.lead)
    if kind:
        yield {
            "contact_id": entry.contact_id, "lead_id": entry.lead_id, "type": kind,
            "occurred_at": now, "properties": {}, "source": "intake", "dedupe_key": None,
        }


def _intake_row(
    engine: Engine, entry: Entry, client: str, request_id: str | None
) -> dict[str, Any]:
    return {
        "client": client, "source": entry.source, "request_id": request_id,
        "payload": None if entry.outcome == "suppressed" else engine.vault.seal(entry.raw),
        "outcome": entry.outcome, "errors": entry.errors, "lead_id": entry.lead_id,
    }


def _result(engine: Engine, entry: Entry) -> dict[str, Any]:
    known = entry.outcome in ("created", "updated")
    return {
        "index": entry.index,
        "lead_id": entry.lead_id,
        "contact_id": entry.contact_id if known else None,
        "organization_id": entry.organization_id if known else None,
        "lead_url": lead_url(engine, entry.lead_id) if entry.lead_id else None,
        "outcome": entry.outcome,
        "errors": entry.errors,
    }


def lead_url(engine: Engine, lead_id: str) -> str:
    """Where people look at a lead."""
    return f"{engine.settings.public_url}/#/leads/{lead_id}"
