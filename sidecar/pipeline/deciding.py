"""What is worth asking about leads whose goal is a decision or to be reached: the planner, with what the
store knows. (Leads whose goal is `fill` are planned by enrichment/planning.py alone.)"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sidecar.engine import Engine
from sidecar.enrichment import priced
from sidecar.enrichment.beliefs import Beliefs
from sidecar.enrichment.merge import FieldValue, winners
from sidecar.enrichment.offers import offers_of
from sidecar.enrichment.planner import Planner, Standing, Step, Why
from sidecar.pipeline.scoring import model_in_force, scoring_facts
from sidecar.scoring.bounds import Scorecard
from sidecar.store import calls, facts
from sidecar.store.database import Cursor, Row
from sidecar.terms.fields import COLUMNS
from sidecar.terms.states import Goal

Name = tuple[str, str]


def planners(engine: Engine, cursor: Cursor, goals: Collection[Goal]) -> dict[Goal, Planner]:
    """A planner for each goal."""
    if not goals:
        return {}
    offers = offers_of(priced(engine.settings.provider_prices))
    beliefs = Beliefs({offer.name: offer.hit_rate for offer in offers})
    for row in calls.outcomes(cursor):
        beliefs.count(f"{row['provider']}.{row['operation']}", row["found"], row["missed"])
    card = Scorecard(model_in_force(cursor))
    return {goal: Planner.of(offers, card, goal, frozenset(), beliefs) for goal in goals}


@dataclass(frozen=True, slots=True)
class Ground:
    """What deciding stands on, read once for some leads: a planner for each goal, the events of people, and
    what was stated of each entity (kind -> id -> statements)."""

    planners: Mapping[Goal, Planner]
    now: datetime
    events: dict[str, list[Row]]
    stated: Mapping[str, dict[str, list[FieldValue]]]

    @classmethod
    def of(cls, engine: Engine, cursor: Cursor, rows: Collection[Row], goals: Collection[Goal]) -> Ground:
        ids = {kind: {row[kind]["id"] for row in rows if row[kind].get("id")} for kind in COLUMNS}
        return cls(
            planners(engine, cursor, goals), engine.now(),
            facts.load_events(cursor, ids["contact"]) if rows else {}, {kind: {
                entity: [FieldValue(**row) for row in said]
                for entity, said in (facts.load_provenance(cursor, kind, ids[kind]) if rows else {}).items()}
                for kind in COLUMNS})


def decide(
    ground: Ground, rows: list[Row], goals: Mapping[str, Goal],
    possible: Mapping[str, Mapping[Name, Any]], asked: Mapping[str, Mapping[Name, str]], away: frozenset[str],
    too_dear: Mapping[str, frozenset[Name]],
) -> dict[str, tuple[list[Step], Why]]:
    """By lead id the steps to take now, and why no more. `possible`: what can be asked, `asked`: what has an
    outcome or is under way, `too_dear`: for what there is no money, all by lead id; `away`: providers that
    cannot be asked."""
    made = {}
    for row in rows:
        lead_id = row["lead_id"]
        planner = ground.planners[goals[lead_id]]
        standing = _standing(planner, ground, row, possible[lead_id], asked[lead_id], away)
        dear = frozenset(".".join(name) for name in too_dear[lead_id])
        *steps, last = planner.round(replace(standing, dear=dear))
        made[lead_id] = steps, last.why
    return made


def known_of(ground: Ground, told: Mapping[str, Any]) -> dict[str, FieldValue]:
    """Place -> the statement that counts there, of a lead with these facts."""
    known: dict[str, FieldValue] = {}
    for kind, by_id in ground.stated.items():
        # What nobody stated of itself goes with what it is worked out from: only a person's word is above it.
        known |= {f"{kind}.{name}": FieldValue(name, told[kind][name], "lead", 1.0, ground.now)
                  for name in COLUMNS[kind] if told[kind].get(name) not in (None, "", [])}
        said = winners(by_id.get(told[kind].get("id", ""), ()))
        for name, value in said.items():
            if value.value is not None or value.locked:
                known[f"{kind}.{name}"] = value
    return known


def _standing(
    planner: Planner, ground: Ground, row: Row, possible: Mapping[Name, Any], asked: Mapping[Name, str],
    away: frozenset[str],
) -> Standing:
    """How a lead stands: its facts, and what can be asked about it now."""
    told, now, offers = scoring_facts(row, ground.events), ground.now, planner.offers
    known = known_of(ground, told)
    waiting = {offer.subject for offer in offers if asked.get((offer.provider, offer.operation)) == "pending"}
    outcomes = {".".join(name): outcome for name, outcome in asked.items()}
    for offer in offers:
        # What is away cannot be asked; nor what needs something better than what is known (a role's mailbox).
        if offer.provider in away or (
                (offer.provider, offer.operation) not in possible and offer.possible(known)):
            outcomes.setdefault(offer.name, "closed")
    return Standing(told, planner.card.points(told, now), known, outcomes, now, frozenset(
        offer.name for offer in offers if offer.subject in waiting and offer.highest))
