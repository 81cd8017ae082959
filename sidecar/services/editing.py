"""What people correct about contacts and organizations: their word counts before that of every source."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sidecar.engine import Engine
from sidecar.enrichment.merge import FieldValue, winners
from sidecar.enrichment.model import Statement
from sidecar.enrichment.provenance import EDITED_BY, REMOVED_BY, WITHOUT_PROVENANCE, Said
from sidecar.errors import Conflict, Invalid, NotFound, PreconditionFailed
from sidecar.ids import new_id
from sidecar.pipeline import correcting, provenance
from sidecar.pipeline.refusals import take_over
from sidecar.records import match_keys, normalize
from sidecar.records.edits import EDITABLE, read_edit
from sidecar.services.audit import Actor, record
from sidecar.services.customers import read
from sidecar.store import customers, facts, intake
from sidecar.store.database import Cursor, Row
from sidecar.terms.fields import fields_of
from sidecar.terms.states import ENTITIES

Key = tuple[str, str]
# Identity keys: what one person alone can have, as people call it, and what each is made of.
_CALLED = {"email": "e-mail address", "linkedin": "profile"}
_MADE_OF: Mapping[str, Collection[str]] = {
    "email": ("email",), "linkedin": ("linkedin_url",), "mobile": ("phone", "first_name", "last_name")}
_AUDITED = {kind: {field.name for field in fields_of(kind) if field.audited} for kind in ENTITIES}


def edit(
    engine: Engine, kind: str, entity_id: str, changes: Mapping[str, Any], *, by: Actor,
    versions: frozenset[str] | None, reveal: bool,
) -> Row:
    """A person's edit, audited; the leads concerned are scored again. Answers the entity, with `changed`.

    A value is normalised and locked: no source replaces it. None takes a value away and locks that there is
    none. What a person said of this very contact before is no edit. A contact is known by an address, profile
    or number that it gets; by one that is replaced it stays known, by one that is taken away it is not. With
    an address it moves to the company that is known by it.

    Raises NotFound, PreconditionFailed when its version is none of `versions`, Conflict when another contact
    has the address or profile, or another company the name, Invalid that names each field.
    """
    with engine.database.write() as cursor:
        before, said = _held(engine, cursor, kind, entity_id, changes, versions)
        spoken = winners(_stated(cursor, kind, entity_id))
        changed = [name for name in sorted(changes) if not (
            name in spoken and spoken[name].locked and spoken[name].value == said[name]
            and not spoken[name].person)]
        if changed:
            _follow(engine, cursor, kind, before, said, by)
            _say(engine, cursor, kind, before, said, by)
            correcting.edited(cursor, kind, entity_id, spoken, said, changed)
            record(cursor, by, f"{kind}.edited", kind, entity_id, **_audit(kind, before, said))
    return read(engine, kind, entity_id, reveal=reveal) | {"changed": changed}


def take_back(
    engine: Engine, kind: str, entity_id: str, field: str, *, by: Actor, versions: frozenset[str] | None,
    reveal: bool,
) -> Row:
    """Undo what people said of a field: what the other sources say of it counts again.

    Raises NotFound when nobody edited it; PreconditionFailed and Conflict as `edit` does.
    """
    if field not in EDITABLE[kind]:
        raise NotFound(f"There is no field {field} that people edit.")
    with engine.database.write() as cursor:
        former = _former(cursor, kind, entity_id, field)
        before, computed = _held(engine, cursor, kind, entity_id, {field: former.get(field)}, versions)
        if _former(cursor, kind, entity_id, field) != former:
            raise Conflict(f"This {kind} changed at this moment; load it again.")
        said = {name: computed[name] if name in WITHOUT_PROVENANCE else former.get(name) for name in computed}
        _follow(engine, cursor, kind, before, said, by)
        facts.forget_edits(cursor, kind, entity_id, list(said))
        facts.update_entities(cursor, kind, {entity_id: said})
        record(cursor, by, f"{kind}.edit_undone", kind, entity_id, **_audit(kind, before, said))
    return read(engine, kind, entity_id, reveal=reveal) | {"changed": [field]}


def _former(cursor: Cursor, kind: str, entity_id: str, field: str) -> dict[str, Any]:
    """What counts of an edited field, and of all others, without what people said. Raises NotFound when
    nobody edited it."""
    stated = _stated(cursor, kind, entity_id)
    if not any(value.locked and value.field == field for value in stated):
        raise NotFound(f"Nobody edited the field {field}.")
    return {name: value.value for name, value in winners(
        value for value in stated if not value.locked).items()}


def _stated(cursor: Cursor, kind: str, entity_id: str) -> list[FieldValue]:
    return [FieldValue(**row) for row in facts.load_provenance(cursor, kind, [entity_id]).get(entity_id, [])]


def _held(
    engine: Engine, cursor: Cursor, kind: str, entity_id: str, changes: Mapping[str, Any],
    versions: frozenset[str] | None,
) -> tuple[Row, Row]:
    """(the entity, what the changes say of each field), with all that must not change meanwhile locked: keys,
    leads, the entity, in this order."""
    seen = _found(cursor, kind, entity_id)
    held = _keys(engine, kind, seen, _read(engine, kind, seen["known"], changes))
    intake.lock(cursor, held)
    company = seen.get("organization_id") if "email" in changes else None
    customers.lock_leads(cursor, *(
        ([entity_id], [company] if company else []) if kind == "contact" else ([], [entity_id])))
    before = _found(cursor, kind, entity_id, lock=True)
    if versions is not None and str(before["version"]) not in versions:
        raise PreconditionFailed(f"Somebody else changed this {kind} meanwhile; load it again.")
    said = _read(engine, kind, before["known"], changes)
    if not _keys(engine, kind, before, said) <= held or (company and before["organization_id"] != company):
        raise Conflict(f"This {kind} changed at this moment; load it again.")
    return before, said


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


def _keys(engine: Engine, kind: str, entity: Row, said: Row) -> set[Key]:
    """What others must not change or take meanwhile."""
    if kind == "contact":
        domain, known = _domain(engine, said.get("email")), entity["known"]
        return {*match_keys(known), *match_keys(known | said), *({(intake.DOMAIN, domain)} if domain else ())}
    return {(intake.COMPANY, said["company_key"])} if said.get("company_key") else set()


def _follow(engine: Engine, cursor: Cursor, kind: str, before: Row, said: Row, by: Actor) -> None:
    """What follows from other values: how a contact is known, of which company, and its leads' scores."""
    if kind == "contact":
        _recognise(engine, cursor, before["id"], before["known"], said)
        _employ(engine, cursor, before, said, by)
    intake.queue(cursor, [row["id"] for row in customers.leads_of(cursor, kind, before["id"])],
                 "interactive", engine.settings.bulk_batch)


def _say(engine: Engine, cursor: Cursor, kind: str, before: Row, said: Row, by: Actor) -> None:
    """What is taken away is said apart from what is put in its place, so that provenance tells which."""
    statements = {name: Statement(value, 1.0) for name, value in said.items()}
    removed = {name for name, value in said.items() if value is None}
    parts = ((f"{EDITED_BY}{by.name}", said.keys() - removed), (f"{REMOVED_BY}{by.name}", removed))
    provenance.write_all(cursor, kind, [
        Said(before["id"], {name: statements[name] for name in names}, source, engine.now(), locked=True)
        for source, names in parts])


def _audit(kind: str, before: Row, said: Row) -> dict[str, Row]:
    told = [name for name in sorted(said) if name in _AUDITED[kind]]
    return {"before": {name: before["known"].get(name) for name in told},
            "after": {name: said[name] for name in told} | {"fields": sorted(said)}}


def _recognise(engine: Engine, cursor: Cursor, contact_id: str, known: Row, said: Row) -> None:
    """Move the keys by which the contact is known; what was refused under them holds for it. Raises Conflict
    when one is somebody else's."""
    old, new = set(match_keys(known)), set(match_keys(known | said))
    held = {key: set(people.values()) for key, people in intake.find_people(cursor, new).items()}
    for key in sorted(new - old):
        if key[0] in _CALLED and (others := held.get(key, set()) - {contact_id}):
            raise Conflict(
                f"Another contact has this {_CALLED[key[0]]}: {min(others)}.", contact_id=min(others))
    if intake.suppressed(cursor, {engine.hash("suppression", *key): key for key in new - old}):
        raise Conflict("This belongs to a person who asked to be forgotten.")
    customers.move_keys(
        cursor, contact_id, add={key for key in new if contact_id not in held.get(key, ())},
        drop={key for key in old - new if any(said.get(name, "") is None for name in _MADE_OF[key[0]])})
    take_over(engine, cursor, contact_id, new - old)
    if "email" in said:
        customers.readdress_leads(cursor, contact_id, known.get("email"), said["email"])


def _domain(engine: Engine, email: str | None) -> str | None:
    """The company's domain that an address tells."""
    found: str | None = normalize({"email": email}, engine.record_settings)["lead"].get("company_domain")
    return found


def _employ(engine: Engine, cursor: Cursor, before: Row, said: Row, by: Actor) -> None:
    """Who is of no company, or of the one of the former address, is of the one of the new address. If nobody
    else is of the former one, its domain was the same mistake: it is put right."""
    new, old = _domain(engine, said.get("email")), _domain(engine, before["known"].get("email"))
    company = before["organization_id"]
    if not new or new == old or (company and customers.domain_of(cursor, company) != old):
        return
    there = customers.organization_of_domain(cursor, new)
    if not there and company and not customers.has_others(cursor, company, before["id"]):
        provenance.write(
            cursor, "organization", {company: {"domain": Statement(new, 1.0)}},
            source=f"{EDITED_BY}{by.name}", now=engine.now(), locked=True)
        record(cursor, by, "organization.edited", "organization", company,
               before={"domain": old}, after={"domain": new, "fields": ["domain"]})
        return
    if not there:
        there = new_id()
        facts.insert_organizations(cursor, [{"id": there, "domain": new}])
        provenance.write(
            cursor, "organization", {there: {"domain": Statement(new, 1.0)}}, source="lead", now=engine.now())
    customers.move_to(cursor, before["id"], company, there)
