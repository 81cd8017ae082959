"""Whom a lead is about, what is new about them, and what is to be written."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sidecar.enrichment.provenance import (
    WITHOUT_PROVENANCE,
    Said,
    first_document,
    lead_statements,
    merged,
)
from sidecar.intake.deliveries import has_id
from sidecar.intake.leads import add
from sidecar.intake.model import Entry, Key, Known, Receipt, Row, Writes
from sidecar.intake.permissions import Word, permissions
from sidecar.intake.recognition import People, names_of_key
from sidecar.intake.refusals import is_own_act
from sidecar.scoring import intake_event
from sidecar.scoring.intake import is_filled_in, is_list
from sidecar.sources.marks import is_test
from sidecar.terms.fields import FROM_LEAD
from sidecar.terms.states import IDENTIFY, Goal

MAX_WARNINGS = 50  # that a lead keeps
_JUST_NOW = timedelta(hours=1)  # what was said is not said again
_CONTACT, _ORGANIZATION = FROM_LEAD["contact"], FROM_LEAD["organization"]


@dataclass(eq=False, slots=True)
class _Place:
    """An accepted lead and where it goes."""

    lead: Row
    source: str
    warnings: list[Row]
    is_test: bool = False
    own: bool = False
    listed: bool = False
    contact_id: str = ""
    person_id: str | None = None
    organization_id: str | None = None
    lead_id: str = ""
    outcome: str = "created"
    made: str | None = None  # the lead that the same submission made when it came before
    # Whether its arrival is something that the person did: not when somebody only tries a form out.
    counts: bool = True


def decide(
    entries: Sequence[Entry], known: Known, receipt: Receipt, now: datetime, new_id: Callable[[], str]
) -> Writes:
    """What becomes of leads that come in together; `new_id` makes ids. Nothing that is handed in changes.

    A person is known by an identity key whose names do not contradict theirs, and has one open lead, which
    is updated when they ask again. Who shares a key with others and is none of them is new, and each such
    pair is for a review. A company is known by its domain, else by its name's matching key. A submission that
    is delivered again is no second event, and agrees to nothing a second time; one that may be another of the
    same words refuses what it says, though. Of an entry with a suppressed key nothing is written but that one
    came.
    """
    places = {
        entry: _Place(
            entry.lead, entry.source, entry.warnings, is_test(entry.lead) or is_test(entry.raw),
            is_own_act(entry.lead, client=receipt.client, submitted=entry.submitted),
            _is_listed(entry, receipt)) for entry in entries
        if not entry.errors and known.suppressed.isdisjoint(entry.keys)}
    new_contacts, identities, duplicates = _recognise(places, known, new_id)
    new_organizations = _find_organizations(places.values(), known, new_id)
    contacts, organizations, employers = _facts(places.values())
    new_leads, open_leads = _find_leads(
        list(places.values()), known.leads, new_contacts, receipt.goal, new_id)
    changes, provenance = {}, []
    for kind, facts, new in (
            ("organization", organizations, new_organizations), ("contact", contacts, new_contacts)):
        documents, changes[kind] = merged(kind, known.values[kind], [
            Said(known.merged.get(entity, entity), lead_statements(fields), "lead", now,
                 person=entity if entity in known.merged else None)
            for entity, fields in facts.items()
            if entity not in new and not _was_just_said(fields, known.values[kind].get(entity, ()), now)])
        provenance += documents + [
            first_document(kind, entity, "lead", facts[entity], now) for entity in new]
    intake = [_received(entry, places.get(entry), receipt, new_id()) for entry in entries]
    allowed = permissions(
        [Word(place.contact_id, place.person_id or place.contact_id, place.lead_id, entry.keys, place.lead,
              place.source, place.own, row["id"], min(entry.said_at or now, now), again)
         for entry, row in zip(entries, intake, strict=True)
         if (place := places.get(entry)) and place.counts
         and (known.refusals or place.lead.get("consent") or place.lead.get("refused"))
         and (not (again := _came_before(entry, known)) or not has_id(entry.deliveries))], known)
    nothing: Row = {"consent": {}, "refused": {}}
    return Writes(
        organizations=[organizations[entity] | {"id": entity} for entity in new_organizations],
        contacts=[
            contacts[entity]
            | {"id": entity, "org_id": employers.get(entity)}
            | {name: allowed.people.get(entity, nothing)[name] for name in nothing}
            for entity in new_contacts],
        changes=changes,
        provenance=provenance,
        identities=identities,
        duplicates=duplicates,
        employers=[
            {"id": entity, "org_id": organization_id}
            for entity, organization_id in sorted(employers.items()) if entity not in new_contacts],
        new_leads=new_leads,
        open_leads=open_leads,
        work_items=[
            {"lead_id": lead_id, "lane": receipt.lane, "max_batch": receipt.max_batch}
            for lead_id in sorted({row["id"] for row in (*new_leads, *open_leads)})],
        events=[
            event for entry, row in zip(entries, intake, strict=True) if (place := places.get(entry))
            if not _came_before(entry, known) for event in _events(entry, place, row["id"], now)],
        intake=intake,
        refusals=allowed.refusals,
        adopted=allowed.adopted,
        permissions=[allowed.people[entity] for entity in sorted(allowed.people.keys() - new_contacts)],
        results=[_result(index, entry, places.get(entry)) for index, entry in enumerate(entries)],
    )


def _came_before(entry: Entry, known: Known) -> bool:
    """Whether it is the same submission, delivered again."""
    return not known.deliveries.keys().isdisjoint(entry.deliveries)


def _is_listed(entry: Entry, receipt: Receipt) -> bool:
    """Whether a list tells of a deed: a file, or a source that names one. That something came by the API
    tells nothing, if it may be a submission."""
    if entry.submitted and entry.source == "api":
        return receipt.listed
    return receipt.listed or is_list(entry.source) or not (entry.submitted or is_filled_in(entry.lead))


def _recognise(
    places: Mapping[Entry, _Place], known: Known, new_id: Callable[[], str]
) -> tuple[dict[str, None], list[Row], list[Row]]:
    """Give each lead its contact: (the ids of new contacts, identity keys that are new, pairs of contacts to
    review)."""
    people = People(known)
    new: dict[str, None] = {}
    identities: dict[tuple[Key, str], Row] = {}
    pairs: list[Row] = []
    for entry, place in places.items():
        person = people.find(entry) or next(
            (known.deliveries[key] for key in entry.deliveries if key in known.deliveries), None)
        if person is None:
            person = new_id()
            new[person] = None
            pairs += [_pair(person, *candidate) for candidate in people.candidates(entry)]
        place.contact_id = people.contact_of(person)
        place.made = next((known.made[key] for key in entry.deliveries if key in known.made), None)
        place.person_id = person if person in known.merged else None
        identities |= {
            (key, person): {"kind": key[0], "value": key[1], "contact_id": place.contact_id,
                            "person_id": place.person_id, "names": sorted(people.words(key, person, names))}
            for key in entry.keys if not people.has(key, person, names := names_of_key(key, entry.lead))}
        people.add(entry, person)
    return new, [identities[key] for key in sorted(identities)], pairs


def _pair(one: str, other: str, score: float, reasons: list[str]) -> Row:
    left, right = sorted((one, other))
    return {"left_id": left, "right_id": right, "score": score, "reasons": reasons}


def _find_organizations(
    places: Iterable[_Place], known: Known, new_id: Callable[[], str]
) -> dict[str, None]:
    """Give each lead its organization: by domain, else by the name's matching key; the ids of new ones."""
    domains, company_keys = dict(known.domains), dict(known.company_keys)
    new: dict[str, None] = {}
    for place in places:
        domain, key = place.lead.get("company_domain"), place.lead.get("company_key")
        owners, value = (domains, domain) if domain else (company_keys, key)
        if not value:
            continue
        if value not in owners:
            owners[value] = new_id()
            new[owners[value]] = None
        place.organization_id = owners[value]
    return new


def _facts(places: Iterable[_Place]) -> tuple[dict[str, Row], dict[str, Row], dict[str, str]]:
    """What the leads say: (fields of people, fields of organizations, organizations of contacts), by id. Of a
    field the last word counts, of the organization the first."""
    contacts: dict[str, Row] = {}
    organizations: dict[str, Row] = {}
    employers: dict[str, str] = {}
    for place in places:
        lead = place.lead
        contacts.setdefault(place.person_id or place.contact_id, {}).update(_told(lead, _CONTACT))
        if place.organization_id:
            organizations.setdefault(place.organization_id, {}).update(_told(lead, _ORGANIZATION))
            employers.setdefault(place.contact_id, place.organization_id)
    return contacts, organizations, employers


def _told(lead: Row, names: Mapping[str, str]) -> Row:
    return {names[theirs]: value for theirs, value in lead.items() if value and theirs in names}


def _was_just_said(fields: Row, stored: Iterable[Row], now: datetime) -> bool:
    """Whether a lead said all this of a person or company within the last hour, as each row of a file does of
    its company: it is not written again."""
    said = {row["field"]: row["value"] for row in stored
            if row["source"] == "lead" and not row.get("person") and not row.get("sandbox")
            and timedelta(0) <= now - row["observed_at"] < _JUST_NOW}
    return all(name in WITHOUT_PROVENANCE or said.get(name) == value for name, value in fields.items())


def _find_leads(
    places: Sequence[_Place], known: Mapping[str, Row], new_contacts: Container[str],
    goal: Goal | None, new_id: Callable[[], str],
) -> tuple[list[Row], list[Row]]:
    """Give each lead its row, the contact's open one or a new one: (new rows, changes of open ones by id). A
    submission that is delivered again changes none but the lead that it made."""
    rows: dict[str, Row] = {}
    for place in places:
        lead, contact_id = place.lead, place.contact_id
        if place.made and place.made != known.get(contact_id, {}).get("id"):
            # It came before and tells the lead nothing that is open now.
            place.lead_id, place.outcome, place.counts = place.made, "updated", False
            continue
        row = rows.get(contact_id)
        if row is None:
            before = known.get(contact_id)
            row = rows[contact_id] = {
                "org_id": None, "message": None, "utm": {}, "first_utm": {}, "custom": {}, "external_ids": {},
                "owner_name": None, "outcome": None, "outcome_at": None, "goal": goal, "is_test": True,
                **({name: before[name] for name in ("id", "tags", "warnings")} if before else {
                    "id": new_id(), "tags": [], "warnings": [], "contact_id": contact_id,
                    "email": lead.get("email"), "source": place.source}),
            }
            place.outcome = "updated" if before else "created"
        else:
            place.outcome = "updated"
        place.lead_id = row["id"]
        row["is_test"] = row["is_test"] and place.is_test
        row["org_id"] = row["org_id"] or place.organization_id
        add(row, lead)
        row["warnings"] = newest_last(row["warnings"], place.warnings)
    for place in places:
        if not place.is_test or place.contact_id not in rows:
            continue
        # Who tries a form out with the address of a person in earnest does nothing in their name.
        in_earnest = not rows[place.contact_id]["is_test"] or (place.contact_id not in new_contacts and not (
            known.get(place.contact_id) or {}).get("is_test"))
        place.counts = place.counts and not in_earnest
    return (
        [row for contact_id, row in rows.items() if contact_id not in known],
        sorted((row for contact_id, row in rows.items() if contact_id in known), key=lambda row: row["id"]))


def newest_last(before: list[Row], found: list[Row], at_most: int = MAX_WARNINGS) -> list[Row]:
    """Warnings of earlier deliveries and those found now; what is said again is said once, as the newest."""
    return [*(warning for warning in before if warning not in found), *found][-at_most:] if found else before


def _events(
    entry: Entry, place: _Place, intake_id: str, now: datetime
) -> Iterator[Row]:
    kind = place.counts and (intake_event(place.lead) or (entry.device and IDENTIFY))
    if kind:
        yield {
            "contact_id": place.contact_id, "person_id": place.person_id or place.contact_id,
            "lead_id": place.lead_id, "type": kind, "occurred_at": now,
            "properties": {name: True for name, holds in (
                ("list", place.listed), ("test", place.is_test)) if holds},
            "source": "intake", "intake_id": intake_id, "received_at": now, "device_hash": entry.device,
            "dedupe_key": entry.deliveries[0] if entry.deliveries else None,
        }


def _received(entry: Entry, place: _Place | None, receipt: Receipt, intake_id: str) -> Row:
    outcome = _outcome(entry, place)
    return {
        "id": intake_id,
        "client": receipt.client, "source": entry.source, "request_id": receipt.request_id,
        "payload": None if outcome == "suppressed" else entry.raw, "outcome": outcome,
        "errors": entry.errors, "lead_id": place and place.lead_id,
        "person_id": place and place.person_id, "account": entry.account,
    }


def _result(index: int, entry: Entry, place: _Place | None) -> Row:
    return {
        "index": index, "lead_id": place and place.lead_id, "contact_id": place and place.contact_id,
        "organization_id": place and place.organization_id, "outcome": _outcome(entry, place),
        "errors": entry.errors, "warnings": entry.warnings,
    }


def _outcome(entry: Entry, place: _Place | None) -> str:
    return place.outcome if place else "rejected" if entry.errors else "suppressed"
