"""What people did: taken from whoever tells it, by whatever names the person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sidecar.engine import Engine
from sidecar.ids import new_id
from sidecar.intake import Key
from sidecar.intake.events import NAMES, moment, once
from sidecar.intake.permissions import row_of
from sidecar.intake.refusals import Statement
from sidecar.pipeline import correcting, following, machines, stitching
from sidecar.pipeline.refusals import add, hash_of
from sidecar.records import canonical, match_keys
from sidecar.store import events as store
from sidecar.store import facts, intake, refusals
from sidecar.store.database import Cursor, Row
from sidecar.terms.states import DELIVERED, OF_A_MAIL, OF_A_MAILBOX, WORDS

Event = dict[str, Any]
People = dict[str, str]  # person -> the contact that each is now

_OURS: Final = ("at", "untimed")  # what is told of an event here
MOST: Final = 5000  # at once; SendGrid sends 768 kB, which are fewer


def add_events(engine: Engine, events: Sequence[Event], *, source: str, lane: str) -> dict[str, Any]:
    """Store events and queue their leads to be scored, without asking providers: {accepted, unknown, refused,
    results: [{lead_id, outcome: accepted | unknown | refused, errors of the last}]} in order.

    An event {type, occurred_at?, event_id?, properties?, reason?} names its person by one of lead_id,
    contact_id, email, linkedin_url, external_id ("system:id"), and the device by anonymous_id, alone or
    beside; or it has `errors` already. One of a contact or another name belongs to the person's open lead,
    else to the newest. Of a person or a device whom nobody knows yet it is kept for a while (`unknown`), and
    is theirs once they come. Who asked to be forgotten has none. What unsubscribes is a refusal too.
    """
    read = _apart([_timed(engine, event) for event in events])
    good = [event for event in read if "errors" not in event]
    with engine.database.write() as cursor:
        told = iter(_store(engine, cursor, good, source, lane) if good else ())
    results = [
        {"lead_id": None, "outcome": "refused", "errors": event["errors"]} if "errors" in event
        else {"lead_id": lead_id, "outcome": "accepted" if lead_id else "unknown"}
        for event in read for lead_id in ([None] if "errors" in event else [next(told)])]
    return {name: sum(row["outcome"] == name for row in results)
            for name in ("accepted", "unknown", "refused")} | {"results": results}


def _timed(engine: Engine, event: Event) -> Event:
    """The event with `at`, when it happened; with `errors` if that cannot be. What somebody refuses counts
    whatever the clock says."""
    now = engine.now()
    if "errors" in event:
        return event
    try:
        return event | {"at": moment(event.get("occurred_at"), now)}
    except ValueError as error:
        if event["type"] == "unsubscribe":
            return event | {"at": now}
        return event | {"errors": [
            {"pointer": "/occurred_at", "code": "out_of_range", "detail": str(error)}]}


def _apart(events: list[Event]) -> list[Event]:
    """The events; of several of somebody that were told together and have their time of that alone, with
    `untimed`: they did not happen at once, and how fast one came after the other nobody knows."""
    together = defaultdict(list)
    for event in events:
        if "at" in event and (event.get("occurred_at") is None or event["occurred_at"] > event["at"]):
            together[tuple(event.get(name) for name in (*NAMES, "anonymous_id"))].append(event)
    for own in together.values():
        for event in own if len(own) > 1 else ():
            event["untimed"] = True
    return events


def _store(
    engine: Engine, cursor: Cursor, events: list[Event], source: str, lane: str
) -> list[str | None]:
    """The lead of each event, None: nobody's yet."""
    now = engine.now()
    keys = [_key(engine, event) for event in events]
    devices = [stitching.device_of(engine, event) for event in events]
    known = _known(cursor, events, keys, devices)
    leads_of = _leads_of(cursor, events, keys, known)
    contacts = intake.contacts_of(cursor, {lead for found in leads_of for lead in found})
    told = [{lead: person for lead, person in found.items() if lead in contacts} for found in leads_of]
    names = [once({name: value for name, value in event.items() if name not in _OURS}, source)
             for event in events]
    _note_refusals(engine, cursor, events, told, contacts, keys, names, source)
    classes = _classes(cursor, events, keys, told, contacts)
    forgotten = intake.suppressed(cursor, {
        hash_of(engine, key): key for key, found in zip(keys, told, strict=True) if key and not found})
    rows = [
        list(_rows(engine, event, key if key not in forgotten else None, device, found, of, name, contacts,
                   {"source": source, "received_at": now}))
        for event, key, device, found, of, name in zip(
            events, keys, devices, told, classes, names, strict=True)]
    new = store.add(cursor, [row for own in rows for row in own])
    following.touched(cursor, [
        (row["lead_id"], "reply", None, row["occurred_at"]) for own in rows for row in own
        if row["type"] == "email_reply" and row["lead_id"] and row["id"] in new])
    correcting.bounced(cursor, {
        contacts[lead_id] for event, found in zip(events, told, strict=True)
        if event["type"] == "bounce" for lead_id in found}, now)
    of_devices = [row for own in rows for row in own if row["device_hash"] and row["id"] in new]
    nobodys = [row for row in of_devices if row["anonymous"]]
    changed = stitching.stitch(
        engine, cursor, {row["device_hash"] for row in of_devices if not row["anonymous"]},
        [row["id"] for row in nobodys], {row["device_hash"] for row in nobodys})
    # That a mail was delivered scores nothing, but it may tell who opened it.
    changed |= machines.mark(engine, cursor, changed | {lead for found in told for lead in found})
    stitching.score_again(engine, cursor, changed | {
        lead for event, found in zip(events, told, strict=True)
        if event["type"] != DELIVERED for lead in found}, lane)
    later = store.leads_of(cursor, [row["id"] for row in nobodys]) if nobodys and changed else {}
    return [
        next(iter(found), None) or next(
            (later[row["id"]] for row in own if later.get(row["id"])), None)
        for found, own in zip(told, rows, strict=True)]


def _rows(
    engine: Engine, event: Event, key: Key | None, device: str | None, found: Mapping[str, str | None],
    classes: Mapping[str, str], name: str | None, contacts: Mapping[str, str], of_all: Row,
) -> Iterable[Row]:
    """The rows of an event: one for each lead that it is of, else one that waits for its person."""
    row: Row = {
        "contact_id": None, "lead_id": None, "person_id": None, "type": event["type"],
        "occurred_at": event["at"], "properties": (event.get("properties") or {}) | (
            {"untimed": True} if event.get("untimed") else {}), "email_status": None,
        "dedupe_key": name, "key_hash": None, "device_hash": device, "anonymous": False} | of_all
    for number, (lead_id, person) in enumerate(found.items()):
        contact_id = contacts[lead_id]
        class_ = classes.get(contact_id)
        if class_ or event["type"] != DELIVERED:
            yield row | {
                "id": new_id(), "contact_id": contact_id, "lead_id": lead_id, "person_id": person,
                "email_status": class_, "device_hash": None if number else device,
                # That mail arrives is noted once of an address in its class.
                "dedupe_key": f"{DELIVERED}:{contact_id}:{class_}" if event["type"] == DELIVERED
                else f"{name}:{lead_id}" if name and number else name}
        if event["type"] == DELIVERED and (message_id := row["properties"].get("message_id")):
            # When it was, of each mail: what opens it in the same second is no person.
            yield row | {
                "id": new_id(), "contact_id": contact_id, "lead_id": lead_id, "person_id": person,
                "dedupe_key": f"{DELIVERED}:{contact_id}:{message_id}"}
    if found or event["type"] == DELIVERED:
        return
    if key:
        yield row | {"id": new_id(), "key_hash": hash_of(engine, key)}
    elif device and not any(event.get(name) for name in NAMES):
        yield row | {"id": new_id(), "anonymous": True}


def _key(engine: Engine, event: Event) -> Key | None:
    """The identity key by which an event names its person; None: by our own id, or by nothing of use."""
    if external := event.get("external_id"):
        return "id", external
    given = {name: event[name] for name in ("email", "linkedin_url") if event.get(name)}
    return next(iter(match_keys(canonical(given, engine.record_settings))), None) if given else None


def _known(
    cursor: Cursor, events: Sequence[Event], keys: Sequence[Key | None], devices: Iterable[str | None]
) -> dict[Key, People]:
    """Who has the keys. Of keys that nobody has, of an address that somebody unsubscribes and of devices
    nobody takes a lead or an event in meanwhile."""
    wanted = {key for key in keys if key}
    known = _find(cursor, wanted)
    held = {key for event, key in zip(events, keys, strict=True)
            if key and (not known.get(key) or event["type"] in WORDS)}
    locked = held | {(stitching.DEVICE, device) for device in devices if device}
    if locked:
        intake.lock(cursor, locked)
    return known | _find(cursor, held) if held else known


def _find(cursor: Cursor, keys: set[Key]) -> dict[Key, People]:
    ids = {key for key in keys if key[0] == "id"}
    theirs = store.people_of_ids(cursor, [value for _, value in ids]) if ids else {}
    return intake.find_people(cursor, keys - ids) | {
        ("id", value): {contact: contact} for value, contact in theirs.items()}


def _leads_of(
    cursor: Cursor, events: Sequence[Event], keys: Sequence[Key | None], known: Mapping[Key, People]
) -> list[dict[str, str | None]]:
    """The leads of each event with the person it is about (None: whose the lead is): the named one, else the
    newest of the contact. Of several people on one mailbox an event is about the one with the newest lead,
    but that mails do not arrive or are not wanted there is about them all."""
    people = [{event["contact_id"]: event["contact_id"]} if event.get("contact_id")
              else known.get(key, {}) if key else {} for event, key in zip(events, keys, strict=True)]
    newest = intake.leads_of(cursor, {contact for found in people for contact in found.values()})
    told: list[dict[str, str | None]] = []
    for event, found in zip(events, people, strict=True):
        leads = {newest[contact]: person for person, contact in reversed(found.items()) if contact in newest}
        most = None if event["type"] in OF_A_MAILBOX else 1
        told.append({event["lead_id"]: None} if event.get("lead_id")
                    else {lead: leads[lead] for lead in sorted(leads, reverse=True)[:most]})
    return told


def _classes(
    cursor: Cursor, events: list[dict[str, Any]], keys: Sequence[Key | None],
    told: Sequence[Iterable[str]], contacts: Mapping[str, str],
) -> list[dict[str, str]]:
    """Of what became of a mail, in which class the address is now, by contact: of each event. Of another
    address than the contact's it is not known."""
    of_mail = [{contacts[lead_id] for lead_id in found} if event["type"] in OF_A_MAIL else set()
               for event, found in zip(events, told, strict=True)]
    known = facts.values(cursor, "contact", set().union(*of_mail), ("email_canonical", "email_status"))
    return [{
        contact: status for contact in concerned if (status := known[contact].get("email_status"))
        and (not key or key[0] != "email" or key[1] == known[contact]["email_canonical"])}
        for key, concerned in zip(keys, of_mail, strict=True)]


def _note_refusals(
    engine: Engine, cursor: Cursor, events: Sequence[Event], told: Sequence[Mapping[str, str | None]],
    contacts: Mapping[str, str], keys: Sequence[Key | None], names: Sequence[str | None], source: str,
) -> None:
    """Unsubscriptions and new subscriptions are the person's own word. That of an address which nobody has is
    kept, as a keyed hash, for whoever comes with it."""
    rows = []
    words = [each for each in zip(events, told, keys, names, strict=True) if each[0]["type"] in WORDS]
    addresses = refusals.addresses(cursor, {contacts[lead] for _, found, _, _ in words for lead in found})
    for event, found, named, name in words:
        said = Statement("marketing_email", event["type"] == "unsubscribe", True, source, event["at"],
                         event.get("reason"))
        key = named if named and named[0] == "email" else None
        if not found and key:
            rows.append(row_of(said, None, hash_of(engine, key), dedupe_key=name))
        for number, (lead_id, person) in enumerate(found.items()):
            contact_id = contacts[lead_id]
            whose = key or (("email", address) if (address := addresses.get(contact_id)) else None)
            rows.append(row_of(
                said, contact_id, hash_of(engine, whose) if whose else None, person_id=person,
                dedupe_key=f"{name}:{lead_id}" if name and number else name))
    known = refusals.known(cursor, [row["dedupe_key"] for row in rows if row["dedupe_key"]])
    if new := [row for row in rows if row["dedupe_key"] not in known]:
        add(cursor, new)
