"""What is worth asking about leads whose goal is a decision or to be reached: the planner, with what the
store knows. (Leads whose goal is `fill` are planned by enrichment/planning.py alone.)"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sidecar.engine import Engine
from sidecar.enrichment import priced
from sidecar.enrichment.beliefs import Beliefs
from sidecar.enrichment.merge import FieldValue, winners
from sidecar.enrichment.offers import Offer, offers_of
from sidecar.enrichment.planner import Planner, Standing, Step, Why
from sidecar.pipeline.scoring import model_in_force, scoring_facts
from sidecar.scoring.bounds import Scorecard
from sidecar.store import calls, facts
from sidecar.store.database import Cursor, Row
from sidecar.terms.fields import COLUMNS
from sidecar.terms.states import Goal

Name = tuple[str, str]


def decide(
    engine: Engine, cursor: Cursor, rows: list[Row], goals: Mapping[str, Goal],
    possible: Mapping[str, Mapping[Name, Any]], asked: Mapping[str, Mapping[Name, str]], away: frozenset[str],
    too_dear: Mapping[str, frozenset[Name]],
) -> dict[str, tuple[list[Step], Why]]:
    """By lead id the steps to take now, and why no more. `possible`: what can be asked, `asked`: what has an
    outcome or is under way, `too_dear`: for what there is no money, all by lead id; `away`: providers that
    cannot be asked."""
    offers = offers_of(priced(engine.settings.provider_prices))
    card, now = Scorecard(model_in_force(cursor)), engine.now()
    beliefs = Beliefs({offer.name: offer.hit_rate for offer in offers})
    for row in calls.outcomes(cursor):
        beliefs.count(f"{row['provider']}.{row['operation']}", row["found"], row["missed"])
    planners = {goal: Planner.of(offers, card, goal, frozenset(), beliefs) for goal in set(goals.values())}
    events = facts.load_events(cursor, {row["contact"]["id"] for row in rows})
    stated = {kind: facts.load_provenance(
        cursor, kind, {row[kind]["id"] for row in rows if row[kind].get("id")}) for kind in COLUMNS}
    made = {}
    for row in rows:
        lead_id = row["lead_id"]
        told = scoring_facts(row, events)
        standing = _standing(told, card, stated, now, offers, possible[lead_id], asked[lead_id], away)
        planner, dear = planners[goals[lead_id]], {".".join(name) for name in too_dear[lead_id]}
        *steps, last = planner.round(replace(standing, barred=standing.barred | dear))
        made[lead_id] = steps, (
            "ceiling" if dear and not steps and planner.next(standing).offer else last.why)
    return made


def _standing(
    told: Mapping[str, Any], card: Scorecard, stated: Mapping[str, Mapping[str, list[Row]]], now: datetime,
    offers: tuple[Offer, ...], possible: Mapping[Name, Any], asked: Mapping[Name, str], away: frozenset[str],
) -> Standing:
    known: dict[str, FieldValue] = {}
    for kind, by_id in stated.items():
        # What nobody stated of itself goes with what it is worked out from: only a person's word is above it.
        known |= {f"{kind}.{name}": FieldValue(name, told[kind][name], "lead", 1.0, now)
                  for name in COLUMNS[kind] if told[kind].get(name) not in (None, "", [])}
        said = winners(FieldValue(**row) for row in by_id.get(told[kind].get("id", ""), ()))
        for name, value in said.items():
            if value.value is not None or value.locked:
                known[f"{kind}.{name}"] = value
    waiting = {offer.subject for offer in offers if asked.get((offer.provider, offer.operation)) == "pending"}
    outcomes = {".".join(name): outcome for name, outcome in asked.items()}
    for offer in offers:
        # What is away cannot be asked; nor what needs something better than what is known (a role's mailbox).
        if offer.provider in away or (
                (offer.provider, offer.operation) not in possible and offer.possible(known)):
            outcomes.setdefault(offer.name, "closed")
    return Standing(told, card.points(told, now), known, outcomes, now, frozenset(
        offer.name for offer in offers if offer.subject in waiting and offer.highest))
