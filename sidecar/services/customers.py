"""What people do with contacts and organizations: look, and, for a person, take out and erase."""

from __future__ import annotations

from typing import Any

from sidecar.engine import Engine
from sidecar.enrichment.gate import HELD
from sidecar.errors import NotFound
from sidecar.intake.permissions import row_of
from sidecar.intake.refusals import Statement, may, told
from sidecar.masking import mask, mask_events, mask_refusals, mask_sources
from sidecar.pipeline import provenance
from sidecar.pipeline.refusals import add, hash_of
from sidecar.pipeline.scoring import model_in_force
from sidecar.scoring.accounts import MOST_PEOPLE, score_account
from sidecar.services import preview
from sidecar.services.audit import Actor, record
from sidecar.services.import_undo import forget, pictured
from sidecar.store import (
    assignments,
    customers,
    events,
    handlings,
    held_answers,
    history,
    intake,
    jobs,
    leads,
    privacy,
    refusals,
    scores,
    undo,
    workflow_errors,
)
from sidecar.store.database import Cursor, Row
from sidecar.store.paging import paged

_ALL_ASSIGNMENTS = 10_000  # of a lead
_EVENTS = 50  # of a company, shown
_SHORTEST_TRACE = 5  # a shorter text identifies nobody


def page(
    engine: Engine, kind: str, *, q: str | None, limit: int, after: str | None, reveal: bool,
    equal: dict[str, Any] | None = None,
) -> tuple[list[Row], list[Any] | None]:
    """(rows, where the next page begins or None); equal: columns of companies and what they hold.

    Who may not see people finds companies, and people by their company, alone: see `leads.list_leads`.
    """
    with engine.database.read(may_lag=True) as cursor:
        rows, following = paged(
            customers.page(cursor, kind, q, limit + 1, after, by_company=not reveal, equal=equal), limit)
        more = _accounts(cursor, rows) if kind == "organization" else {}
    return [_shown(kind, row, reveal) | more.get(row["id"], {}) for row in rows], following


def read(engine: Engine, kind: str, entity_id: str, *, reveal: bool) -> Row:
    """One entity with each field's source and its leads. Raises NotFound."""
    with engine.database.read() as cursor:
        row = customers.get(cursor, kind, entity_id)
        if row is None:
            raise NotFound(f"There is no such {kind}.")
        sources = provenance.sources(cursor, kind, entity_id)
        if not reveal:
            sources = mask_sources(kind, sources)
        more = {"refusals": _refusals(cursor, entity_id, reveal),
                "employments": customers.employments(cursor, entity_id),
                } if kind == "contact" else _accounts(cursor, [row])[entity_id] | {
                    "events": _events(cursor, entity_id, reveal)}
        return _shown(kind, row, reveal) | more | {
            "sources": sources, "leads": customers.leads_of(cursor, kind, entity_id)}


def _accounts(cursor: Cursor, rows: list[Row]) -> dict[str, Row]:
    """{score, people, open_leads} of each organization; the score is what its people say of it together, by
    the model for all."""
    found = scores.of_accounts(cursor, [row["id"] for row in rows], MOST_PEOPLE)
    model = model_in_force(cursor) if found else {}
    told = {}
    for organization_id, account in found.items():
        score = score_account(account["best"], model)
        told[organization_id] = score | {"people": account["people"], "reasons": [
            {"contact_id": reason["id"], "points": reason["points"], "text": reason["text"]}
            for reason in score["reasons"]]}
    sizes = customers.sizes(cursor, [row["id"] for row in rows])
    return {row["id"]: {"score": told.get(row["id"])} | sizes[row["id"]] for row in rows}


def _events(cursor: Cursor, organization_id: str, reveal: bool) -> list[Row]:
    found = customers.events_of(cursor, organization_id, _EVENTS)
    return found if reveal else mask_events(found)


def _refusals(cursor: Cursor, contact_id: str, reveal: bool) -> list[Row]:
    said = told(refusals.statements(cursor, [contact_id]).get(contact_id, []))
    return said if reveal else mask_refusals(said)


def _shown(kind: str, row: Row, reveal: bool) -> Row:
    known = row.pop("known")
    allowed = may(row["refused"]) if kind == "contact" else {}
    return row | allowed | {"fields": known if reveal else mask(kind, known)}


def state(
    engine: Engine, contact_id: str, *, purpose: str, refused: bool, reason: str, by: Actor, reveal: bool
) -> Row:
    """Note what a person told staff of refusing or agreeing, audited: it counts as their own act. Raises
    NotFound."""
    with engine.database.write() as cursor:
        customers.lock_leads(cursor, [contact_id])
        row = customers.get(cursor, "contact", contact_id)
        if row is None:
            raise NotFound("There is no such contact.")
        email = row["known"].get("email_canonical")
        said = Statement(purpose, refused, True, f"told to {by.name}", engine.now(), reason)
        add(cursor, [row_of(said, contact_id, hash_of(engine, ("email", email)) if email else None)])
        # Why is free text about a person: the audit log says that it was noted, not what.
        record(cursor, by, "contact.refused" if refused else "contact.agreed", "contact", contact_id,
               after={"purpose": purpose})
    return read(engine, "contact", contact_id, reveal=reveal)


def export(engine: Engine, contact_id: str, *, by: Actor) -> Row:
    """Everything that is known of a person, raw leads and provider answers included (GDPR 15, 20)."""
    with engine.database.write() as cursor:
        row = customers.get(cursor, "contact", contact_id)
        if row is None:
            raise NotFound("There is no such contact.")
        lead_ids = [lead["id"] for lead in customers.leads_of(cursor, "contact", contact_id)]
        whole = {
            "contact": _shown("contact", row, True),
            "sources": provenance.sources(cursor, "contact", contact_id),
            "refusals": _refusals(cursor, contact_id, True),
            "leads": [leads.get(cursor, lead_id) for lead_id in lead_ids],
            "assignments": [row for lead_id in lead_ids
                            for row in assignments.history(cursor, lead_id, _ALL_ASSIGNMENTS)],
            "handlings": [row for lead_id in lead_ids for row in handlings.of_lead(cursor, lead_id)],
            "scored_by": scores.facts_of(cursor, contact_id),
            "received": [part | {"payload": _opened(engine, part["payload"])}
                         for part in customers.intake_of(cursor, contact_id)],
            "provider_answers": [part | {"answer": _opened(engine, part["answer"])}
                                 for part in customers.answers_of(cursor, contact_id)],
            "held_answers": [shown_answer(engine, row, reveal=True)
                             for row in held_answers.of_contact(cursor, contact_id)],
            "employments": customers.employments(cursor, contact_id),
            "events": events.of_contact(cursor, contact_id),
            "privacy": privacy.statements(cursor, [contact_id], undone=True),
            "before_imports": [part | {"before": pictured(engine, part["before"])}
                               for part in undo.of_contact(cursor, contact_id)],
        }
        record(cursor, by, "contact.exported", "contact", contact_id)
    return whole


def shown_answer(engine: Engine, row: Row, *, reveal: bool) -> Row:
    """A held answer with what it says; of a person masked for those who may not see people."""
    said = engine.vault.open(row["record"])
    kind = "contact" if row["contact_id"] else "organization"
    values = {name: value for name, (value, _) in said["statements"].items()}
    hidden = kind == "contact" and not reveal
    shown = {name: value for name, value in row.items() if name != "record"} | {
        "reason": HELD[row["code"]], "statements": mask(kind, values) if hidden else values,
        "known": None if hidden else said["ours"], "answered": None if hidden else said["theirs"]}
    return shown | {"masked": True} if hidden else shown


def erase(engine: Engine, contact_id: str, *, by: Actor) -> None:
    """Forget a person (GDPR 17): rows, caches, raw leads, answers, runs of n8n. Raises NotFound.

    Keyed hashes remain, so that the next import refuses the person and nobody is asked about them.
    """
    with engine.database.write() as cursor:
        if not erase_all(engine, cursor, [contact_id], by=by):
            raise NotFound("There is no such contact.")


def erase_all(
    engine: Engine, cursor: Cursor, contact_ids: list[str], *, by: Actor, suppressed: bool = True
) -> list[str]:
    """Forget these people, as `erase` does: those who were there.

    suppressed: they asked to be forgotten and must not come in again. Else their time is over, and they may;
    of them what they refuse stays, by the keyed hash of their address.
    """
    # In the order in which intake locks: keys, leads, contacts.
    intake.lock(cursor, customers.identities(cursor, contact_ids))
    customers.lock_leads(cursor, contact_ids)
    found = {contact_id: row for contact_id in sorted(contact_ids)
             if (row := customers.get(cursor, "contact", contact_id, lock=True))}
    ids = list(found)
    keys = customers.identities(cursor, ids)
    if suppressed:
        customers.suppress(cursor, {engine.hash("suppression", *key) for key in keys}, "erasure")
    else:
        refusals.add(cursor, [row for person in found.values()
                               for row in _left_of(engine, cursor, person)])
    traces = {trace for contact_id, row in found.items()
              for trace in _traces(engine, cursor, contact_id, row["known"])}
    _forget_rejects(engine, cursor, traces)
    workflow_errors.forget(cursor, traces)
    if engine.history:
        # Before the commit: if n8n's database is unavailable, nothing is erased, and the caller retries.
        with engine.history.write() as theirs:
            history.forget(theirs, traces)
    for contact_id in ids:
        events.forget_devices(cursor, contact_id)
    forget(engine, cursor, ids, erased=True)
    preview.forget(engine, cursor, keys)
    customers.erase(cursor, ids)
    for contact_id in ids:
        record(cursor, by, "contact.erased", "contact", contact_id)
    return ids


def _left_of(engine: Engine, cursor: Cursor, row: Row) -> list[Row]:
    """What somebody refuses, as statements of their address alone, or of another key where they have none."""
    email = row["known"].get("email_canonical")
    key = ("email", email) if email else next(iter(customers.identities(cursor, [row["id"]])), None)
    return [row_of(Statement(purpose, True, True, "retention", engine.now()), None, hash_of(engine, key))
            for purpose in row["refused"]] if key else []


def _traces(engine: Engine, cursor: Cursor, contact_id: str, known: dict[str, Any]) -> set[str]:
    """By what a text that names the person is known, in lower case: as we have it and as it was sent."""
    sent = [_opened(engine, part["payload"]) for part in customers.intake_of(cursor, contact_id)]
    traces = {
        str(value).strip().casefold()
        for source in (known, *sent) if isinstance(source, dict)
        for name in ("email", "email_canonical", "phone", "linkedin_url")
        for value in _several(source.get(name)) if value
    }
    if known.get("full_name") and " " in known["full_name"]:
        traces.add(known["full_name"].casefold())
    return {trace for trace in traces if len(trace) >= _SHORTEST_TRACE}


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _forget_rejects(engine: Engine, cursor: Cursor, traces: set[str]) -> None:
    """Raw leads and rows of files hang on nobody: those that name the person are found by reading them."""
    for table in jobs.ROW_TABLES:
        last = None
        while chunks := customers.kept_rows(cursor, table, last, 50):
            last = chunks[-1]["job_id"], chunks[-1]["number"]
            for chunk in chunks:
                rows = _opened(engine, chunk["rows"])
                kept = [row for row in rows if not any(trace in str(row).casefold() for trace in traces)]
                if len(kept) < len(rows):
                    customers.replace_kept_rows(
                        cursor, table, chunk["job_id"], chunk["number"], engine.vault.seal(kept))
    after = None
    while rows := customers.rejected_payloads(cursor, after, 500):
        after = rows[-1]["id"]
        named = [row["id"] for row in rows
                 if any(trace in str(_opened(engine, row["payload"])).casefold() for trace in traces)]
        if named:
            customers.drop_payloads(cursor, named)


def _opened(engine: Engine, sealed: Any) -> Any:
    return engine.vault.open(sealed) if sealed else None
