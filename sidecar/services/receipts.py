"""What a lead cost, and why."""

from __future__ import annotations

import math
from typing import Any

from sidecar.engine import Engine
from sidecar.enrichment import PROVIDERS
from sidecar.enrichment.merge import FieldValue, winners
from sidecar.enrichment.offers import offers_of
from sidecar.enrichment.receipt import changed_by, sentence, why_stopped
from sidecar.errors import NotFound
from sidecar.store import facts, leads, spending
from sidecar.terms.states import ENTITIES


def receipt(engine: Engine, lead_id: str) -> dict[str, Any]:
    """What was asked about a lead, in order: {lead_id, goal, stopped, stopped_text, cost, sandbox_cost,
    ceiling, calls}. A call that was paid for another lead costs this one nothing. Raises NotFound."""
    with engine.database.read() as cursor:
        lead = leads.brief(cursor, lead_id)
        if lead is None:
            raise NotFound("There is no such lead.")
        made = spending.of_lead(cursor, lead_id)
        counting = {
            kind: [*winners(FieldValue(**row) for rows in facts.load_provenance(
                cursor, kind, [lead[kind]]).values() for row in rows).values()]
            for kind in ENTITIES if lead[kind]}
    changed = changed_by(made, counting, {
        (offer.provider, offer.operation): offer for offer in offers_of(PROVIDERS)})
    own = [call for call in made if call["lead_id"] == lead_id]
    ceiling = engine.settings.ceilings.lead
    return {
        "lead_id": lead_id, "goal": lead["goal"], "stopped": lead["stopped"],
        "stopped_text": why_stopped(lead["stopped"], lead["stage"]),
        "cost": round(sum(call["price"] for call in own if not call["sandbox"]), 6),
        "sandbox_cost": round(sum(call["price"] for call in own if call["sandbox"]), 6),
        "ceiling": None if ceiling == math.inf else ceiling,
        "calls": [
            {name: call[name] for name in ("call_id", "provider", "operation", "sandbox", "state", "outcome",
                                           "price", "reason")}
            | {"about": call["subject_kind"], "asked_at": call["started_at"] or call["planned_at"],
               "paid_by": call["lead_id"], "changed": changed.get(call["call_id"], []),
               "text": sentence(call, PROVIDERS.get(call["provider"]), lead_id,
                                changed.get(call["call_id"], []))}
            for call in made]}
