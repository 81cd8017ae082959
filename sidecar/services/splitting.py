"""One contact that is two people, as intake took one for the other: what came in of one of them is theirs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sidecar.engine import Engine
from sidecar.enrichment.consent import merge_consent
from sidecar.enrichment.merge import FieldValue
from sidecar.enrichment.provenance import WITHOUT_PROVENANCE, document
from sidecar.errors import Conflict, Invalid, NotFound
from sidecar.ids import new_id
from sidecar.intake import Key, names_of_key
from sidecar.intake.leads import TOLD, after, apart
from sidecar.pipeline import stitching
from sidecar.pipeline.intake import read
from sidecar.pipeline.refusals import take_over
from sidecar.services.audit import Actor, record
from sidecar.services.import_undo import forget
from sidecar.services.merging import EMPTY, columns_of, hold
from sidecar.store import customers, duplicates, events, facts, intake
from sidecar.store import merging as store
from sidecar.store.database import Cursor, Row
from sidecar.terms.fields import COLUMNS, FROM_LEAD
from sidecar.terms.states import OPEN

_FIELDS: Final = FROM_LEAD["contact"]
_COLUMNS: Final = COLUMNS["contact"]


def origins(engine: Engine, contact_id: str, *, reveal: bool) -> Row:
    """What a contact was made of: {merged: [{contact_id, merged_at, merged_by, reasons}], submissions: [{id,
    received_at, source, lead_id, full_name, email}]}, the latest first; names and addresses only if they may
    be revealed, and of what is still kept. Raises NotFound."""
    with engine.database.read() as cursor:
        if customers.get(cursor, "contact", contact_id) is None:
            raise NotFound("There is no such contact.")
        rows = _submissions(engine, cursor, contact_id)
        return {"merged": store.of_kept(cursor, contact_id), "submissions": [
            {name: row[name] for name in ("id", "received_at", "source", "lead_id")}
            | {name: row["lead"].get(name) if reveal else None for name in ("full_name", "email")}
            for row in reversed(rows)]}


def split(engine: Engine, contact_id: str, submission_ids: Iterable[str], *, by: Actor) -> dict[str, Any]:
    """Make a contact of its own of some submissions: {kept_id, contact_id, kept_lead_id, lead_id}.

    Values, keys, answers and events that only they told go with them; what people and providers said stays.
    The pair is dismissed. Raises NotFound, Invalid for submissions that are not of this contact, or if none
    would be left, Conflict when what was sent is no longer kept.
    """
    chosen_ids = set(submission_ids)
    with engine.database.write() as cursor:
        duplicates.lock(cursor, alone=True)
        hold(cursor, [contact_id])
        customers.lock_leads(cursor, [contact_id])
        contact = store.lock_contacts(cursor, [contact_id]).get(contact_id)
        if contact is None:
            raise NotFound("There is no such contact.")
        rows = _submissions(engine, cursor, contact_id)
        chosen = [row for row in rows if row["id"] in chosen_ids]
        rest = [row for row in rows if row["id"] not in chosen_ids]
        if len(chosen) < len(chosen_ids) or not chosen or not rest:
            raise Invalid("The request is not valid; see errors.", errors=[{
                "pointer": "/submission_ids", "code": "invalid",
                "detail": "Name some of the contact's submissions, and leave some."}])
        if not all(row["lead"] for row in chosen):
            raise Conflict("What was sent is no longer kept.")
        forget(engine, cursor, [contact_id])  # it is of both
        other = _new_contact(engine, cursor, chosen)
        _forget(engine, cursor, contact, chosen, rest)
        leads_of = _leads(cursor, contact_id, other, chosen, rest)
        store.give_submissions(cursor, sorted(chosen_ids), str(leads_of[other]))
        store.give_events(cursor, sorted(chosen_ids), other, str(leads_of[other]))
        store.give_refusals(cursor, sorted(chosen_ids), other)
        stitching.leave(engine, cursor, [contact_id])
        for each in (contact_id, other):
            take_over(engine, cursor, each, store.identities(cursor, [each]))
        stitching.tell_anew(
            engine, cursor, [contact_id, other], events.devices_of(cursor, [contact_id, other]))
        store.decide_pair(cursor, contact_id, other, by.name)
        record(cursor, by, "contact.split", "contact", contact_id, after={"contact_id": other})
        intake.queue(cursor, sorted(filter(None, leads_of.values())), "interactive",
                     engine.settings.bulk_batch)
    return {"kept_id": contact_id, "contact_id": other, "kept_lead_id": leads_of[contact_id],
            "lead_id": leads_of[other]}


def _submissions(engine: Engine, cursor: Cursor, contact_id: str) -> list[Row]:
    """All that came in about a contact, read again, in its order; an empty lead, without keys, if it
    is no longer kept."""
    rows = store.submissions(cursor, contact_id)
    for row in rows:
        sealed = row.pop("payload")
        [entry] = read(engine, [engine.vault.open(sealed)], account=row["account"]) if sealed else [None]
        row |= {"lead": entry.lead if entry else {}, "keys": entry.keys if entry else []}
    return rows


def _said(rows: Iterable[Row]) -> dict[str, FieldValue]:
    """What submissions say of a contact's fields; the last word counts."""
    return {ours: FieldValue(ours, row["lead"][theirs], "lead", 1.0, row["received_at"])
            for row in rows for theirs, ours in _FIELDS.items() if row["lead"].get(theirs)}


def _stated(values: dict[str, FieldValue]) -> list[FieldValue]:
    return [value for name, value in values.items() if name not in WITHOUT_PROVENANCE]


def _new_contact(engine: Engine, cursor: Cursor, chosen: list[Row]) -> str:
    said, contact_id = _said(chosen), new_id()
    consent: Row = {}
    for row in chosen:
        consent = merge_consent(consent, row["lead"].get("consent") or {})
    facts.insert_contacts(cursor, [{name: value.value for name, value in said.items()} | {
        "id": contact_id, "consent": consent, "refused": {}, "org_id": _employer(cursor, chosen)}])
    facts.save_provenance(cursor, [document("contact", contact_id, "lead", _stated(said))])
    names: dict[Key, set[str]] = {}
    for row in chosen:
        for key in row["keys"]:
            names.setdefault(key, set()).update(names_of_key(key, row["lead"]))
    store.add_keys(cursor, {contact_id: names})
    return contact_id


def _keys(rows: Iterable[Row]) -> set[Key]:
    return {key for row in rows for key in row["keys"]}


def _employer(cursor: Cursor, rows: Iterable[Row]) -> str | None:
    leads = [row["lead"] for row in rows]
    domain = next((lead["company_domain"] for lead in leads if lead.get("company_domain")), None)
    key = next((lead["company_key"] for lead in leads if lead.get("company_key")), None)
    return store.employer(cursor, domain, key)


def _forget(engine: Engine, cursor: Cursor, contact: Row, chosen: list[Row], rest: list[Row]) -> None:
    """What only the chosen submissions said is not the contact's any more."""
    contact_id = contact["id"]
    theirs, ours = _said(chosen), _said(rest)
    said = facts.load_provenance(cursor, "contact", [contact_id]).get(contact_id, [])
    own = {row["field"]: FieldValue(**row) for row in said
           if row["source"] == "lead" and not row.get("person")}
    gone = {name for name, value in theirs.items() if name in own and own[name].value == value.value
            and not any(row["lead"].get(lead) == value.value for row in rest
                        for lead, field in _FIELDS.items() if field == name)}
    left = {name: value for name, value in own.items() if name not in gone}
    left |= {name: ours[name] for name in gone & ours.keys()}
    store.replace_statements(cursor, contact_id, document("contact", contact_id, "lead", left.values()))
    if all(row["lead"] for row in rest):
        store.drop_keys(cursor, contact_id, _keys(chosen) - _keys(rest))
    blank = {_COLUMNS[name][0]: None for name in gone if name in _COLUMNS}
    employers = _employer(cursor, chosen), _employer(cursor, rest)
    store.settle(cursor, contact_id, columns_of(engine, cursor, contact | blank) | {
        "org_id": employers[1] if contact["org_id"] == employers[0] else contact["org_id"]})


def _leads(
    cursor: Cursor, contact_id: str, other: str, chosen: list[Row], rest: list[Row]
) -> dict[str, str | None]:
    """Give both contacts their leads: contact id -> its open lead, of the new one any."""
    found: dict[str, str | None] = {contact_id: None, other: None}
    strays = list(chosen)
    for lead in store.whole_leads(cursor, sorted({row["lead_id"] for row in chosen + rest})):
        of = [[row["lead"] for row in rows if row["lead_id"] == lead["id"]] for rows in (chosen, rest)]
        owner = contact_id if of[1] else other
        if not of[1]:
            store.change_lead(cursor, lead["id"], {"contact_id": other})
            strays = [row for row in strays if row["lead_id"] != lead["id"]]
        elif of[0]:
            every = [row["lead"] for row in sorted(chosen + rest, key=lambda row: row["id"])
                     if row["lead_id"] == lead["id"]]
            alone = after(EMPTY, of[1])
            store.change_lead(cursor, lead["id"], apart(alone, after(EMPTY, every), lead))
        if lead["status"] in OPEN or (owner == other and found[other] is None):
            found[owner] = lead["id"]
    if strays:
        told = [row["lead"] for row in strays]
        if found[other] is None:
            found[other] = new_id()
            store.new_lead(cursor, after(EMPTY, told) | {
                "id": found[other], "contact_id": other, "email": told[0].get("email"),
                "source": strays[0]["source"], "org_id": _employer(cursor, strays)})
        else:
            [row] = store.whole_leads(cursor, [str(found[other])])
            changed = after(row, told)
            store.change_lead(cursor, row["id"], {name: changed[name] for name in TOLD})
    return found
