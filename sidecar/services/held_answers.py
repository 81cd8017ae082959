"""Answers of providers that seem to be about somebody else: listed for review, and decided on by people."""

from __future__ import annotations

from typing import Any

from sidecar.engine import Engine
from sidecar.enrichment import PROVIDERS, operation_of
from sidecar.enrichment.identity import fields_of_entity
from sidecar.enrichment.merge import FieldValue, winners
from sidecar.enrichment.model import Statement
from sidecar.enrichment.provenance import Said, without
from sidecar.errors import Conflict, NotFound
from sidecar.pipeline import correcting, gating, provenance
from sidecar.pipeline.recognising import recognise, unlearn
from sidecar.services.audit import Actor, record
from sidecar.services.customers import read, shown_answer
from sidecar.store import calls, customers, facts, intake
from sidecar.store import held_answers as store
from sidecar.store.database import Cursor, Row
from sidecar.store.paging import paged


def listed(
    engine: Engine, *, state: str, subject: str | None, limit: int, after: list[Any] | None, reveal: bool
) -> tuple[list[Row], list[Any] | None]:
    """Held answers, newest first: (rows, where the next page begins or None)."""
    with engine.database.read(may_lag=True) as cursor:
        rows, following = paged(
            store.page(cursor, state, subject, limit + 1, after[0] if after else None), limit)
    return [shown_answer(engine, row, reveal=reveal) for row in rows], following


def _kind(row: Row) -> str:
    return "contact" if row["contact_id"] else "organization"


def accept(engine: Engine, answer_id: str, *, by: Actor, reveal: bool) -> Row:
    """It is about the subject: what it says counts, and the subject is known by it. Raises NotFound; Conflict
    when it was rejected."""
    with engine.database.write() as cursor:
        row, kind, subject = _open(cursor, answer_id, "accepted")
        if row["state"] == "held":
            said = engine.vault.open(row["record"])
            stated = {name: Statement(*statement) for name, statement in said["statements"].items()}
            entity = customers.get(cursor, kind, subject, lock=True)
            written = provenance.write_answers(
                cursor, kind, [Said(subject, stated, row["provider"], row["fetched_at"])])
            if entity and kind == "contact":
                recognise(engine, cursor, {subject: entity["known"]}, written)
            _decided(engine, cursor, row, "accepted", by)
    return shown_answer(engine, row | {"state": "accepted"}, reveal=reveal)


def reject(engine: Engine, answer_id: str, *, by: Actor, reveal: bool) -> Row:
    """It is about somebody else: the record never comes back. Raises NotFound; Conflict when it was accepted.
    """
    with engine.database.write() as cursor:
        row, _, subject = _open(cursor, answer_id, "rejected")
        if row["state"] == "held":
            store.decide(cursor, answer_id, "rejected", by.name)
            correcting.wrong_subject(cursor, subject, row["provider"], row)
            _audit(cursor, row, "rejected", by)
    return shown_answer(engine, row | {"state": "rejected"}, reveal=reveal)


def _open(cursor: Cursor, answer_id: str, state: str) -> tuple[Row, str, str]:
    """A held answer whose subject's leads are locked, or one that was decided so already."""
    seen = store.get(cursor, answer_id, lock=False)
    if seen:
        contact, organization = seen["contact_id"], seen["organization_id"]
        customers.lock_leads(cursor, [contact] if contact else [], [organization] if organization else [])
        seen = store.get(cursor, answer_id, lock=True)
    if seen is None:
        raise NotFound("There is no such answer.")
    if seen["state"] not in ("held", state):
        raise Conflict(f"This answer was {seen['state']} already.")
    return seen, _kind(seen), seen["contact_id"] or seen["organization_id"]


def _decided(engine: Engine, cursor: Cursor, row: Row, state: str, by: Actor) -> None:
    store.decide(cursor, row["id"], state, by.name)
    _audit(cursor, row, state, by)
    _score_again(engine, cursor, _kind(row), row["contact_id"] or row["organization_id"])


def _audit(cursor: Cursor, row: Row, state: str, by: Actor) -> None:
    record(cursor, by, f"held_answer.{state}", _kind(row), row["contact_id"] or row["organization_id"],
           after={"provider": row["provider"], "code": row["code"]})


def _score_again(engine: Engine, cursor: Cursor, kind: str, entity_id: str) -> None:
    intake.queue(cursor, [lead["id"] for lead in customers.leads_of(cursor, kind, entity_id)], "interactive",
                 engine.settings.bulk_batch)


def wrong_subject(
    engine: Engine, kind: str, entity_id: str, provider: str, *, by: Actor, reveal: bool
) -> Row:
    """What a provider said is about somebody else: it counts no more, and the record never comes back.
    Answers the entity. Raises NotFound when the provider said nothing."""
    with engine.database.write() as cursor:
        people = ([entity_id], []) if kind == "contact" else ([], [entity_id])
        customers.lock_leads(cursor, *people)
        entity = customers.get(cursor, kind, entity_id, lock=True)
        if entity is None:
            raise NotFound(f"There is no such {kind}.")
        values = [FieldValue(**row) for row in facts.load_provenance(
            cursor, kind, [entity_id]).get(entity_id, [])]
        said = [value for value in values if value.source == provider]
        if not said or provider not in PROVIDERS:
            raise NotFound(f"{provider} said nothing that counts.")
        store.reject(cursor, _answers(engine, cursor, kind, entity_id, provider) or [
            _record(engine, kind, entity_id, {
                "provider": provider, "operation": "", "request_key": provider, "fetched_at": engine.now()},
                fields_of_entity(kind, ((value.field, value.value) for value in said)))],
            by.name, engine.now())
        correcting.wrong_subject(cursor, entity_id, provider)
        facts.forget_source(cursor, kind, entity_id, provider)
        fields = {value.field for value in said}
        left = winners(value for value in values if value.source != provider)
        after = without(kind, entity["known"], left, fields)
        facts.update_entities(cursor, kind, {entity_id: after})
        if kind == "contact":
            unlearn(cursor, entity_id, entity["known"], facts.changed(entity["known"], after))
        record(cursor, by, f"{kind}.wrong_answer", kind, entity_id,
               after={"provider": provider, "fields": sorted(fields)})
        _score_again(engine, cursor, kind, entity_id)
    return read(engine, kind, entity_id, reveal=reveal)


def _answers(engine: Engine, cursor: Cursor, kind: str, entity_id: str, provider: str) -> list[Row]:
    """What is still kept of what a provider answered about an entity, to be remembered as rejected."""
    rows = []
    for answer in calls.answers_of(cursor, kind, entity_id, provider):
        raw = engine.vault.open(answer["answer"])
        read_answer = operation_of(provider, answer["operation"]).read(
            raw["status"] or 0, raw["headers"] or {}, raw["body"] or "")
        about = gating.about_person(read_answer) if kind == "contact" else gating.about_company(
            read_answer, read_answer.statements)
        rows.append(_record(engine, kind, entity_id, answer, about))
    return rows


def _record(engine: Engine, kind: str, entity_id: str, answer: Row, about: dict[str, Any]) -> Row:
    return store.row_of(kind, entity_id, answer, "rejected", engine.vault.seal({
        "about": about, "ours": "", "theirs": "", "statements": {}}))
