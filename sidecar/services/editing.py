"""What people correct about contacts and organizations: their word counts before that of every source."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sidecar.engine import Engine
from sidecar.enrichment.merge import FieldValue, winners
from sidecar.enrichment.model import Statement
from sidecar.enrichment.provenance import Said
from sidecar.errors import Conflict, Invalid, NotFound, PreconditionFailed
from sidecar.pipeline import provenance
from sidecar.records import match_keys
from sidecar.records.edits import read_edit
from sidecar.services.audit import Actor, record
from sidecar.services.customers import read
from sidecar.store import customers, facts, intake
from sidecar.store.database import Cursor, Row
from sidecar.terms.fields import fields_of
from sidecar.terms.states import ENTITIES

Key = tuple[str, str]
# Identity keys: what people call each, and what it is made of.
_CALLED = {"email": "e-mail address", "linkedin": "profile", "mobile": "name and mobile number"}
_MADE_OF: Mapping[str, Collection[str]] = {
    "email": ("email",), "linkedin": ("linkedin_url",), "mobile": ("phone", "first_name", "last_name")}
_AUDITED = {kind: {field.name for field in fields_of(kind) if field.audited} for kind in ENTITIES}


def edit(
    engine: Engine, kind: str, entity_id: str, changes: Mapping[str, Any], *, by: Actor,
    versions: frozenset[str] | None, reveal: bool,
) -> Row:
    """A person's edit, audited; the leads concerned are scored again. Answers the entity, with `changed`.

    A value is normalised and locked: no source replaces it. None takes a value away and locks that there is
    none. What a person said before is no edit. A contact is known by an address, profile or number that it
    gets; by one that is replaced it stays known, by one that is taken away it is not.

    Raises NotFound, PreconditionFailed when its version is none of `versions`, Conflict when another contact
    has the address, profile or number, or another company the name, Invalid that names each field.
    """
    with engine.database.write() as cursor:
        seen = _found(cursor, kind, entity_id)
        held = _keys(kind, seen["known"], _read(engine, kind, seen["known"], changes))
        intake.lock(cursor, held)
        customers.lock_leads(cursor, *(([entity_id], []) if kind == "contact" else ([], [entity_id])))
        before = _found(cursor, kind, entity_id, lock=True)
        if versions is not None and str(before["version"]) not in versions:
            raise PreconditionFailed(f"Somebody else changed this {kind} meanwhile; load it again.")
        said = _read(engine, kind, before["known"], changes)
        if not _keys(kind, before["known"], said) <= held:
            raise Conflict(f"This {kind} changed at this moment; load it again.")
        spoken = winners(FieldValue(**row) for row in facts.load_provenance(
            cursor, kind, [entity_id]).get(entity_id, []))
        changed = [name for name in sorted(changes) if not (
            name in spoken and spoken[name].locked and spoken[name].value == said[name])]
        if changed:
            if kind == "contact":
                _recognise(engine, cursor, entity_id, before["known"], said)
            _write(engine, cursor, kind, before, said, by)
            lead_ids = [row["id"] for row in customers.leads_of(cursor, kind, entity_id)]
            intake.queue(cursor, lead_ids, "interactive", engine.settings.bulk_batch)
    return read(engine, kind, entity_id, reveal=reveal) | {"changed": changed}


def _found(cursor: Cursor, kind: str, entity_id: str, *, lock: bool = False) -> Row:
    row = customers.get(cursor, kind, entity_id, lock=lock)
    if row is None:
        raise NotFound(f"There is no such {kind}.")
    return row


def _read(engine: Engine, kind: str, known: Row, changes: Mapping[str, Any]) -> Row:
    said, errors = read_edit(kind, known, changes, engine.record_settings)
    if errors:
        raise Invalid("The request is not valid; see errors.", errors=errors)
    return said


def _keys(kind: str, known: Row, said: Row) -> set[Key]:
    """What others must not change or take meanwhile."""
    if kind == "contact":
        return {*match_keys(known), *match_keys(known | said)}
    return {(intake.COMPANY, said["company_key"])} if said.get("company_key") else set()


def _write(engine: Engine, cursor: Cursor, kind: str, before: Row, said: Row, by: Actor) -> None:
    """What is taken away is said apart from what is put in its place, so that provenance tells which."""
    statements = {name: Statement(value, 1.0) for name, value in said.items()}
    removed = {name for name, value in said.items() if value is None}
    parts = ((f"edited by {by.name}", said.keys() - removed), (f"removed by {by.name}", removed))
    provenance.write_all(cursor, kind, [
        Said(before["id"], {name: statements[name] for name in names}, source, engine.now(), locked=True)
        for source, names in parts])
    told = [name for name in sorted(said) if name in _AUDITED[kind]]
    record(
        cursor, by, f"{kind}.edited", kind, before["id"],
        before={name: before["known"].get(name) for name in told},
        after={name: said[name] for name in told} | {"fields": sorted(said)})


def _recognise(engine: Engine, cursor: Cursor, contact_id: str, known: Row, said: Row) -> None:
    """Move the keys by which the contact is known. Raises Conflict when one is somebody else's."""
    old, new = set(match_keys(known)), set(match_keys(known | said))
    owners = intake.find_contacts(cursor, new)
    for key, owner in owners.items():
        if owner != contact_id and key not in old:
            raise Conflict(
                f"Another contact has this {_CALLED[key[0]]}: {owner}.",
                contact_id=owner)
    if intake.suppressed(cursor, {engine.hash("suppression", *key): key for key in new - old}):
        raise Conflict("This belongs to a person who asked to be forgotten.")
    customers.move_keys(
        cursor, contact_id, add=new - owners.keys(),
        drop={key for key in old - new if any(said.get(name, "") is None for name in _MADE_OF[key[0]])})
    if "email" in said:
        customers.readdress_leads(cursor, contact_id, known.get("email"), said["email"])
