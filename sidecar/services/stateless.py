"""The pure functions for lists of leads: one bad lead never stops the rest."""

from __future__ import annotations

from typing import Any

from sidecar.engine import Engine
from sidecar.pipeline.scoring import models_in_force, scoring_facts
from sidecar.records import canonical
from sidecar.records.email import parse_email
from sidecar.scoring import facts_of_lead
from sidecar.services import mail_domains
from sidecar.sources import at_senders_keys, normalized, read_keys, validated
from sidecar.store import facts


def validate_leads(
    engine: Engine, leads: list[Any], *, check_dns: bool = False, strict: bool = False
) -> list[dict[str, Any]]:
    """[{valid, errors, warnings}] in order; with check_dns also a warning for each address whose
    domain takes no mail. DNS never makes a lead invalid; strict: a value that cannot be used does."""
    results = [validated(lead, engine.record_settings, strict=strict) for lead in leads]
    if check_dns:
        domains = {
            index: address.domain for index, lead in enumerate(leads)
            if results[index]["valid"]
            and not isinstance(address := parse_email(
                canonical(lead if strict else read_keys(lead), engine.record_settings).get("email", "")), str)
            and not address.is_literal
        }
        found = mail_domains.verdicts(engine, domains.values())
        for index, domain in domains.items():
            if found[domain] == "undeliverable":
                results[index]["warnings"] += at_senders_keys([{
                    "pointer": "/email", "code": "no_mail_domain",
                    "detail": f"No mail server takes mail for {domain}."}], {} if strict else leads[index])
    return results


def normalize_leads(engine: Engine, leads: list[Any]) -> list[dict[str, Any]]:
    """[{lead, changes}] in order; [{errors}] for a lead that is not valid."""
    found = (normalized(lead, engine.record_settings) for lead in leads)
    return [{"lead": None, "changes": [], "errors": result["errors"]} if "errors" in result else result
            for result in found]


def score_leads(engine: Engine, leads: list[Any]) -> list[dict[str, Any]]:
    """[{score}] of leads as if they had just arrived; [{errors}] for one that is not valid."""
    with engine.database.read(may_lag=True) as cursor:
        in_force = models_in_force(cursor)
    results = []
    for result in normalize_leads(engine, leads):
        if result.get("errors"):
            results.append({"score": None, "errors": result["errors"]})
        else:
            now = engine.now()
            told = facts_of_lead(result["lead"], now)
            results.append({"score": in_force.score(told, now)})
    return results


def score_stored(engine: Engine, lead_ids: list[str]) -> list[dict[str, Any]]:
    """[{lead_id, score}] of stored leads with today's model and events; unknown ids: score null."""
    now = engine.now()
    with engine.database.read(may_lag=True) as cursor:
        in_force = models_in_force(cursor)
        known = {row["lead_id"]: row for row in facts.load(cursor, lead_ids)}
        events = facts.load_events(cursor, {row["contact"]["id"] for row in known.values()})
    told = {lead_id: scoring_facts(row, events) for lead_id, row in known.items()}
    return [
        {
            "lead_id": lead_id,
            "score": in_force.score(told[lead_id], now, known[lead_id]["grade"])
            if lead_id in known else None,
        }
        for lead_id in lead_ids
    ]
