"""Events find their people: by an identity key that somebody has now, by the device they were seen on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final, NamedTuple

from sidecar.engine import Engine
from sidecar.intake.devices import Sighting, owner
from sidecar.intake.model import Key, Row
from sidecar.pipeline import machines
from sidecar.store import events, intake
from sidecar.store.database import Cursor

DEVICE: Final = "device"  # what devices are locked by, beside the kinds of identity keys


class Whose(NamedTuple):
    """A contact, the person among those merged into it, and the lead with which events stand."""

    contact_id: str
    person_id: str
    lead_id: str


def id_keys(lead: Mapping[str, Any]) -> list[Key]:
    """What other systems call a person, as events name them: [("id", "system:id")]."""
    return [("id", f"{system}:{value}") for system, value in (lead.get("external_ids") or {}).items()]


def device_of(engine: Engine, told: Mapping[str, Any]) -> str | None:
    """The keyed hash of the anonymous id of an event or, among its custom answers, a lead."""
    anonymous_id = told.get("anonymous_id") or (told.get("custom") or {}).get("anonymous_id")
    return engine.hash("device", str(anonymous_id)) if anonymous_id else None


def join(
    engine: Engine, cursor: Cursor, whose: Mapping[str, Whose], devices: Collection[str] = ()
) -> set[str]:
    """Events that waited for these keys, by their hashes, are their people's now, and so are those of the
    devices on which they were seen: the leads that have others than before. Which of them are a machine's is
    told."""
    claimed = events.claim(
        cursor, [{"key_hash": key_hash} | who._asdict() for key_hash, who in whose.items()], engine.now())
    seen = {row["device_hash"] for row in claimed if row["device_hash"]} | set(devices)
    changed = {row["lead_id"] for row in claimed} | stitch(engine, cursor, seen)
    return changed | machines.mark(engine, cursor, changed)


def arrive(engine: Engine, cursor: Cursor, contacts: Mapping[str, str]) -> None:
    """Contacts have these keys, by their hashes, by another way than a lead: their events are theirs, and
    their leads are scored again."""
    leads = intake.leads_of(cursor, set(contacts.values())) if contacts else {}
    changed = join(engine, cursor, {
        key_hash: Whose(contact_id, contact_id, leads[contact_id])
        for key_hash, contact_id in contacts.items() if contact_id in leads})
    if changed:
        score_again(engine, cursor, changed, "interactive")


def tell_anew(engine: Engine, cursor: Cursor, contact_ids: Collection[str], devices: Collection[str]) -> None:
    """Contacts are others than they were when they were seen on these devices (one was merged, parted, or is
    as before an import): whose the events of devices are now, and which of theirs are a machine's. Leads that
    have others than before are scored again."""
    changed = stitch(engine, cursor, devices)
    changed |= machines.mark(
        engine, cursor, changed | {*intake.leads_of(cursor, set(contact_ids)).values()}, anew=True)
    score_again(engine, cursor, changed, "interactive")


def leave(engine: Engine, cursor: Cursor, contact_ids: Collection[str]) -> None:
    """Contacts are not known by all their keys any more: what had waited for one of those waits again."""
    keys: dict[str, set[str]] = {}
    for row in events.keys_of(cursor, contact_ids):
        keys.setdefault(row["contact_id"], set()).add(engine.hash("suppression", row["kind"], row["value"]))
    events.let_go(cursor, [row["id"] for row in events.joined(cursor, contact_ids)
                           if row["key_hash"] not in keys.get(row["contact_id"], ())])


def stitch(
    engine: Engine, cursor: Cursor, devices: Collection[str], ids: Collection[str] = (),
    of: Collection[str] = (),
) -> set[str]:
    """Tell anew whose the anonymous events of devices are on which somebody was seen just now, and those of
    these ids, which are `of` other devices: the leads that have others than before."""
    if not devices and not ids:
        return set()
    found = events.anonymous(cursor, devices, ids)
    if not found:
        return set()
    sightings = events.sightings(cursor, {*devices, *of})
    people = {row["who"]: row for row in sightings}
    seen: dict[str, list[Sighting]] = {}
    for row in sightings:
        seen.setdefault(row["device_hash"], []).append(Sighting(row["at"], row["who"]))
    told = [(row, people.get(owner(seen.get(row["device_hash"], ()), row["at"]) or "", {})) for row in found]
    changed = [(row, person) for row, person in told if row["contact_id"] != person.get("contact_id")]
    leads = intake.leads_of(
        cursor, {person["contact_id"] for _, person in changed if person.get("contact_id")})
    rows: list[Row] = [
        {"id": row["id"], "contact_id": person.get("contact_id"),
         "person_id": person.get("person_id"), "lead_id": leads.get(person.get("contact_id") or "")}
        for row, person in changed]
    events.give(cursor, rows, engine.now())
    return {lead for row in (*rows, *(row for row, _ in changed)) if (lead := row["lead_id"])}


def score_again(engine: Engine, cursor: Cursor, lead_ids: Iterable[str], lane: str) -> None:
    """Queue leads whose events are others, to be scored without asking providers."""
    intake.queue(cursor, sorted(set(lead_ids)), lane, engine.settings.bulk_batch, score_only=True)
