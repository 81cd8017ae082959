"""What an import would do: validated, normalised, looked up; no lead, contact or reject is written."""

from __future__ import annotations

from sidecar.engine import Engine
from sidecar.ids import new_id
from sidecar.intake import Entry, Known, People
from sidecar.pipeline import intake
from sidecar.store import facts, jobs
from sidecar.store import intake as store
from sidecar.store.database import Cursor


def preview(
    engine: Engine, cursor: Cursor, job_id: str, entries: list[Entry]
) -> list[tuple[str, list[dict[str, str]]]]:
    """(outcome, errors) that `intake.take_in` would give each lead after the earlier chunks' leads.

    People of earlier rows are remembered by keyed hashes: who comes twice is created once.
    """
    suppressed = store.suppressed(cursor, intake.suppression_keys(engine, entries))
    accepted = [entry for entry in entries if not entry.errors and suppressed.isdisjoint(entry.keys)]
    owners = store.find_people(cursor, {key for entry in accepted for key in entry.keys})
    merged = {person: contact for found in owners.values() for person, contact in found.items()}
    busy = jobs.with_open_lead(cursor, set(merged.values()))
    people = People(Known(
        contacts={key: list(found) for key, found in owners.items()}, merged=merged,
        values={"contact": facts.load_provenance(cursor, "contact", set(merged.values()))}))
    hashes = {key: engine.hash("preview", *key) for entry in accepted for key in entry.keys}
    seen = jobs.seen(cursor, job_id, hashes.values())
    fresh = set()
    outcomes: dict[Entry, str] = {}
    for entry in accepted:
        person = people.find(entry)
        known = (person is not None and people.contact_of(person) in busy) or (
            person is None and any(hashes[key] in seen for key in entry.keys))
        person = person or new_id()
        busy.add(people.contact_of(person))
        people.add(entry, person)
        outcomes[entry] = "updated" if known else "created"
        fresh |= {hashes[key] for key in entry.keys} - seen
    jobs.note_seen(cursor, job_id, fresh)
    return [
        (outcomes.get(entry, "rejected" if entry.errors else "suppressed"), entry.errors)
        for entry in entries]
