"""By which addresses people are known that were found, and what was refused under them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sidecar.engine import Engine
from sidecar.intake import Key, names_of_key
from sidecar.pipeline import stitching
from sidecar.pipeline.refusals import hash_of, take_over
from sidecar.records import match_keys
from sidecar.store import customers, facts, merging, refusals
from sidecar.store.database import Cursor

_NOBODYS = ("role", "disposable")


def recognise(
    engine: Engine, cursor: Cursor, before: Mapping[str, Mapping[str, Any]],
    written: Mapping[str, Mapping[str, Any]],
) -> None:
    """Contacts (by id, as they were) to whom an address was written are known again by it when a verifier
    called it valid, as long as the names do not contradict each other; what waited for it is theirs. What was
    refused under it holds for them, whatever the verifier says."""
    keys: dict[str, Key] = {}
    people = {}
    for contact_id, contact in before.items():
        values = written.get(contact_id, {})
        if values.get("email_canonical") in (None, contact.get("email_canonical")):
            continue
        now = facts.changed(contact, values)
        if own := [key for key in match_keys(now) if key[0] == "email"]:
            people[contact_id], keys[contact_id] = now, own[0]
    if not keys:
        return
    hashes = {contact_id: hash_of(engine, key) for contact_id, key in keys.items()}
    valid = [contact_id for contact_id in keys if people[contact_id].get("email_status") == "valid"
             and people[contact_id].get("email_type") not in _NOBODYS]
    merging.add_keys(cursor, {
        contact_id: {keys[contact_id]: names_of_key(keys[contact_id], people[contact_id])}
        for contact_id in valid})
    stitching.arrive(engine, cursor, {hashes[contact_id]: contact_id for contact_id in valid})
    stated = refusals.stated_of(cursor, hashes.values())
    for contact_id, key in sorted(keys.items()):
        if hashes[contact_id] in stated:
            take_over(engine, cursor, contact_id, [key])


def unlearn(cursor: Cursor, contact_id: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """What was told of a contact was about somebody else: they are not known by what is no more."""
    customers.move_keys(
        cursor, contact_id, add=(), drop={*match_keys(before)} - {*match_keys(after)})
