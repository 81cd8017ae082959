"""What providers answered, merged into people and companies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sidecar.engine import Engine
from sidecar.enrichment import operation_of, reach
from sidecar.enrichment.model import Answer
from sidecar.pipeline import gating, provenance
from sidecar.pipeline.batches import step
from sidecar.pipeline.recognising import recognise
from sidecar.pipeline.refusals import who_may_be_asked_about
from sidecar.pipeline.surveying import subjects
from sidecar.store import calls, customers, facts, subscriptions
from sidecar.store.database import Cursor, Row
from sidecar.terms.states import ENTITIES
from sidecar.webhooks import of_enrichment


def apply(engine: Engine, batch_id: str, lead_ids: list[str]) -> dict[str, Any]:
    """Map and merge the stored answers into contacts and organizations: {results}."""
    with step(engine, "apply", batch_id, lead_ids, changes_people=True) as at_work:
        merge_answers(engine, at_work.cursor, at_work.lead_ids)
        return {"results": at_work.results()}


def merge_answers(engine: Engine, cursor: Cursor, lead_ids: list[str]) -> list[Row]:
    """Merge every stored, unmerged answer about these leads: their facts then, of those that may be asked
    about."""
    known = who_may_be_asked_about(engine, facts.load(cursor, lead_ids))
    rows = calls.unapplied(cursor, subjects(known))
    if not rows:
        return known
    known = _merge(engine, cursor, known, [(row, _read(engine, row)) for row in rows])
    calls.mark_applied(cursor, [(row["request_key"], row["sandbox"]) for row in rows])
    return known


def merge_found(engine: Engine, cursor: Cursor, found: list[tuple[Row, Answer]]) -> set[str]:
    """Merge answers that came to calls ({call_id, request_key, sandbox, provider, operation, subject_kind,
    subject_id, fetched_at, lead_ids}) whose people are locked, about those who may be asked about: the calls
    whose answers were merged."""
    known = who_may_be_asked_about(
        engine, facts.load(cursor, sorted({lead_id for row, _ in found for lead_id in row["lead_ids"]})))
    there = set(subjects(known))
    read = [(row, answer) for row, answer in found if row["subject_id"] in there]
    if read:
        _merge(engine, cursor, known, read)
    return {row["call_id"] for row, _ in read}


def _read(engine: Engine, row: Row) -> Answer:
    answer = engine.vault.open(row["answer"])
    return operation_of(row["provider"], row["operation"]).read(
        answer["status"] or 0, answer["headers"], answer["body"])


def _merge(
    engine: Engine, cursor: Cursor, known: list[Row], read: Iterable[tuple[Row, Answer]]
) -> list[Row]:
    """Merge answers about these leads: their facts then."""
    facts_of = {row[kind]["id"]: row for row in known for kind in ENTITIES if row[kind].get("id")}
    stored = []
    for row, answer in read:
        about = facts_of[row["subject_id"]]
        if row["subject_kind"] == "contact":
            answer = replace(answer, statements=reach.admitted(answer.statements, about["contact"]))
        stored.append(gating.Stored(
            row, answer, operation_of(row["provider"], row["operation"]).lookup(about) or {}))
    customers.lock_leads(
        cursor, {each.row["subject_id"] for each in stored if each.row["subject_kind"] == "contact"},
        {facts_of[each.row["subject_id"]]["organization"].get("id") for each in stored
         if "name" in each.of_company} - {None})
    sifted = gating.sift(engine, cursor, known, stored)
    said = sifted.said
    told: dict[str, set[str]] = {}
    written: dict[str, dict[str, Any]] = {}
    for kind in ("organization", "contact"):
        # Who was erased meanwhile must not come back by a late answer.
        there = customers.existing(cursor, kind, sorted({item.entity_id for item in said[kind]}))
        known_still = [item for item in said[kind] if item.entity_id in there]
        written |= provenance.write_answers(cursor, kind, known_still, sifted.stored)
        for item in known_still:
            if item.statements:
                told.setdefault(item.entity_id, set()).add(item.source)
    recognise(engine, cursor, {row["contact"]["id"]: row["contact"] for row in known}, written)
    gating.move(cursor, sifted.moves)
    subscriptions.tell(cursor, of_enrichment(known, told))
    if sifted.moves:  # they are of another company now
        return facts.load(cursor, [row["lead_id"] for row in known])
    return [row | {kind: facts.changed(row[kind], written.get(row[kind].get("id"), {})) for kind in said}
            for row in known]
