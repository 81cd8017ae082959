"""Two contacts that are one person become one contact: nothing that hung on either is lost."""

from __future__ import annotations

from itertools import chain
from typing import Any

from sidecar.engine import Engine
from sidecar.enrichment.consent import merge_consent
from sidecar.enrichment.merge import FieldValue, winners
from sidecar.enrichment.provenance import document
from sidecar.errors import Conflict, Invalid, NotFound
from sidecar.intake.permissions import row_of
from sidecar.intake.refusals import Statement, refused_now
from sidecar.pipeline.refusals import add, restate
from sidecar.services.audit import Actor, record
from sidecar.store import customers, duplicates, facts, intake, leads, refusals, subscriptions
from sidecar.store import merging as store
from sidecar.store.database import Cursor, Row
from sidecar.terms.fields import COLUMNS, fields_of
from sidecar.terms.states import OPEN
from sidecar.webhooks import of_edit

_COLUMNS = COLUMNS["contact"]
# (column, column whose value it follows): values for which no source's statement is stored.
_FOLLOWERS = [(field.column, _COLUMNS[field.derived_from][0]) for field in fields_of("contact")
              if field.unstated and field.derived_from]


def merge(engine: Engine, duplicate_id: str, *, keep: str, by: Actor) -> dict[str, Any]:
    """Merge a pair into the contact to keep: {kept_id, lost_id, lead_id, archived_lead_id}.

    Raises NotFound, Invalid when `keep` is not of the pair, Conflict when somebody decided before.
    """
    with engine.database.write() as cursor:
        duplicates.lock(cursor, alone=True)
        pair = open_pair(cursor, duplicate_id)
        if keep not in (pair["left_id"], pair["right_id"]):
            raise Invalid("The request is not valid; see errors.", errors=[
                {"pointer": "/keep", "code": "invalid", "detail": "Keep one of the pair's contacts."}])
        if pair["state"] != "open":
            raise Conflict("Somebody decided meanwhile that these are two people.")
        lost = pair["left_id"] if keep == pair["right_id"] else pair["right_id"]
        _hold(cursor, [keep, lost])
        # In the order in which the pipeline locks: answers, leads, contacts.
        moved = store.move_calls(cursor, keep, lost)
        found = customers.lock_leads(cursor, [keep, lost])
        contacts = store.lock_contacts(cursor, [keep, lost])
        snapshot = store.snapshot(cursor, lost) | moved | {
            "contact": contacts[lost], "leads": [row for row in found if row["contact_id"] == lost]}
        open_lead, archived = _one_open_lead(cursor, found, by)
        store.move_rows(cursor, keep, lost)
        _unite(cursor, contacts[keep], contacts[lost])
        _keep_refusals(engine, cursor, keep, {*contacts[keep]["refused"], *contacts[lost]["refused"]},
                       duplicate_id)
        store.remove(cursor, lost)
        store.record(cursor, {
            "duplicate_id": duplicate_id, "kept_id": keep, "lost_id": lost, "score": pair["score"],
            "reasons": pair["reasons"], "snapshot": engine.vault.seal(snapshot), "actor": by.name})
        record(
            cursor, by, "contact.merged", "contact", keep,
            after={"lost_id": lost, "duplicate_id": duplicate_id, "archived_lead_id": archived})
        if open_lead:
            intake.queue(cursor, [open_lead], "interactive", engine.settings.bulk_batch)
    return {"kept_id": keep, "lost_id": lost, "lead_id": open_lead, "archived_lead_id": archived}


def _keep_refusals(
    engine: Engine, cursor: Cursor, contact_id: str, before: set[str], duplicate_id: str
) -> None:
    """A merge unites what was said and lifts nothing: what one of the two refused is refused, though the
    other agreed later; what it adds for that has the pair in its `dedupe_key`."""
    restate(cursor, [contact_id])
    lifted = before - refused_now(refusals.statements(cursor, [contact_id]).get(contact_id, []))
    if lifted:
        add(cursor, [
            row_of(Statement(purpose, True, False, "merge", engine.now(),
                             "One of the two contacts refused it when they were merged."),
                   contact_id, None, dedupe_key=f"merge:{duplicate_id}:{purpose}")
            for purpose in sorted(lifted)])


def open_pair(cursor: Cursor, duplicate_id: str) -> Row:
    """The pair, locked. Raises NotFound; Conflict, with where it leads, when it was merged."""
    pair = duplicates.get(cursor, duplicate_id)
    if pair:
        return pair
    merged = duplicates.merged(cursor, duplicate_id)
    if merged:
        raise Conflict("These contacts are one already.", merged_into=merged["kept_id"])
    raise NotFound("There is no such pair; a contact of it may be gone.")


def _hold(cursor: Cursor, contact_ids: list[str]) -> None:
    """Keep new leads of both people waiting until this is over."""
    known = store.identities(cursor, contact_ids)
    intake.lock(cursor, known)
    if store.identities(cursor, contact_ids) != known:
        raise Conflict("A contact of this pair changed at this moment; load it again.")


def _one_open_lead(cursor: Cursor, found: list[Row], by: Actor) -> tuple[str | None, str | None]:
    """(the oldest open lead, the other one, now archived) of leads, oldest first."""
    still_open = [row for row in found if row["status"] in OPEN]
    for row in still_open[1:]:
        store.archive(cursor, row["id"])
        leads.add_status(cursor, row["id"], row["status"], "archived", by.name)
        subscriptions.tell(cursor, of_edit(row["id"], row, {"status": "archived"}))
        record(cursor, by, "lead.edited", "lead", row["id"],
               before={"status": row["status"]}, after={"status": "archived"})
    first, second, *_ = [row["id"] for row in still_open] + [None, None]
    return first, second


def _unite(cursor: Cursor, kept: Row, lost: Row) -> None:
    """Claims of both; of one source's two about a field the one that ranks higher. Then the winners."""
    rows = facts.load_provenance(cursor, "contact", [kept["id"], lost["id"]])
    said: dict[str, list[FieldValue]] = {}
    for row in (*rows.get(lost["id"], []), *rows.get(kept["id"], [])):
        said.setdefault(row["source"], []).append(FieldValue(**row))
    united = {source: list(winners(values).values()) for source, values in said.items()}
    facts.forget_provenance(cursor, "contact", [kept["id"], lost["id"]])
    facts.save_provenance(cursor, [
        document("contact", kept["id"], source, values) for source, values in united.items()])
    columns = {column: kept[column] if kept[column] is not None else lost[column]
               for column, _ in _COLUMNS.values()}
    columns |= {_COLUMNS[name][0]: value.value for name, value in
                winners(chain.from_iterable(united.values())).items() if name in _COLUMNS}
    for column, followed in _FOLLOWERS:
        owner = next((row for row in (kept, lost) if row[followed] == columns[followed]), kept)
        columns[column] = owner[column]
    store.settle(cursor, kept["id"], columns | {
        "org_id": kept["org_id"] or lost["org_id"],
        "consent": merge_consent(kept["consent"], lost["consent"]),
    })
