"""Which addresses a verifier may be asked about for people of whom none is known."""

from __future__ import annotations

from collections.abc import Iterable

from sidecar.engine import Engine
from sidecar.enrichment import PROVIDERS, reach
from sidecar.enrichment.gate import judge_person
from sidecar.enrichment.identity import fields_of_entity, joined, who
from sidecar.enrichment.model import Operation
from sidecar.enrichment.patterns import Known
from sidecar.enrichment.planning import request_key
from sidecar.pipeline import gating
from sidecar.store import calls, facts
from sidecar.store.database import Cursor, Row

_OPERATIONS = [(provider.name, operation) for provider in PROVIDERS.values()
               for operation in provider.operations]
VERIFIERS = [(name, operation) for name, operation in _OPERATIONS if operation.lookup is reach.to_verify]
_FINDERS = [(name, operation) for name, operation in _OPERATIONS
            if "email" in operation.provides and operation.lookup is not reach.to_verify]


def with_candidates(engine: Engine, cursor: Cursor, known: list[Row]) -> list[Row]:
    """The facts with `email_candidates` of those who have a name and a company and no address: what a finder
    found and did not verify, and what the domain's pattern makes; without what a verifier was asked about."""
    seeking = [row for row in known if not row["contact"].get("email") and row["organization"].get("domain")
               and (row["contact"].get("first_name") or row["contact"].get("last_name"))]
    if not seeking:
        return known
    colleagues = _colleagues(cursor, seeking)
    found = _found(engine, cursor, seeking)
    made = {row["lead_id"]: reach.candidates(
        row, colleagues.get(row["organization"]["id"], ()), found.get(row["lead_id"], ())) for row in seeking}
    tried = _tried(engine, cursor, {address for addresses in made.values() for address in addresses})
    return [row | {"contact": row["contact"] | {"email_candidates": [
        address for address in made[row["lead_id"]] if address not in tried]}}
        if row["lead_id"] in made else row for row in known]


def _colleagues(cursor: Cursor, seeking: list[Row]) -> dict[str, list[Known]]:
    """Those whose address at their company's domain is known, by the company's id."""
    known: dict[str, list[Known]] = {}
    for row in facts.colleagues(cursor, sorted({row["organization"]["id"] for row in seeking})):
        known.setdefault(row["org_id"], []).append(
            Known(row["first_name"] or "", row["last_name"] or "", row["local"]))
    return known


def _keys(
    engine: Engine, operations: Iterable[tuple[str, Operation]], row: Row
) -> Iterable[tuple[str, Operation]]:
    secret = engine.settings.hash_key.encode()
    for name, operation in operations:
        params = operation.lookup(row)
        if params:
            yield request_key(name, operation.name, params, secret), operation


def _found(engine: Engine, cursor: Cursor, seeking: list[Row]) -> dict[str, list[str]]:
    """What finders found and did not verify, by the lead's id; not for whom they seem to mean somebody
    else."""
    keys = {key: (row, operation) for row in seeking for key, operation in _keys(engine, _FINDERS, row)}
    found: dict[str, list[str]] = {}
    for answer in calls.stored_answers(cursor, sorted(keys)):
        if answer["outcome"] != "found":
            continue
        row, operation = keys[answer["request_key"]]
        told = engine.vault.open(answer["answer"])
        read = operation.read(told["status"] or 0, told["headers"], told["body"])
        own = joined(fields_of_entity("contact", row["contact"].items()),
                     fields_of_entity("organization", row["organization"].items()))
        if read.candidates and not judge_person(who(own), who(gating.about_person(read))):
            found.setdefault(row["lead_id"], []).extend(read.candidates)
    return found


def _tried(engine: Engine, cursor: Cursor, addresses: set[str]) -> set[str]:
    """Those of the addresses that a verifier answered about."""
    keys = {key: address for address in addresses for key, _ in _keys(
        engine, VERIFIERS, {"contact": {"email_candidates": [address]}})}
    return {keys[answer["request_key"]] for answer in calls.known_answers(cursor, sorted(keys))
            if answer["outcome"] in ("found", "not_found")}
