"""What is worth asking about leads: the planner, with what the store knows and what was learnt."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sidecar.engine import Engine
from sidecar.enrichment import priced
from sidecar.enrichment.learning import NO_MODEL
from sidecar.enrichment.merge import FieldValue, winners
from sidecar.enrichment.offers import Offer, offers_of
from sidecar.enrichment.planner import Planner, Standing, Step, traits_of
from sidecar.pipeline.learning import what_is_learnt
from sidecar.pipeline.scoring import model_in_force, scoring_facts
from sidecar.pipeline.surveying import Survey
from sidecar.scoring.bounds import Scorecard
from sidecar.store import facts
from sidecar.store.database import Cursor, Row
from sidecar.terms.fields import COLUMNS
from sidecar.terms.states import Goal

Name = tuple[str, str]


def planners(
    engine: Engine, cursor: Cursor, goals: Collection[Goal], *, scored: bool = True
) -> dict[Goal, Planner]:
    """A planner for each goal; those that only fill need no model (`scored`)."""
    offers = offers_of(priced(engine.settings.provider_prices))
    wanted = frozenset(f"{entity}.{name}" for entity, names in engine.settings.wanted_fields.items()
                       for name in names)
    learnt = what_is_learnt(cursor, offers)
    card = Scorecard(model_in_force(cursor)) if scored else NO_MODEL
    return {goal: Planner(_shared(offers) if goal == "fill" else offers, card, learnt.beliefs, goal, wanted)
            for goal in goals}


def _shared(offers: Collection[Offer]) -> tuple[Offer, ...]:
    """Nobody is asked about a person for what is told of the company alone: its leads share that answer."""
    told = frozenset(place for offer in offers if offer.subject == "organization" for place in offer.changes)
    return tuple(replace(offer, changes=offer.changes - told, sought=offer.sought - told)
                 if offer.subject == "contact" else offer for offer in offers)


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
            planners(engine, cursor, goals, scored=bool(rows)), engine.now(),
            facts.load_events(cursor, ids["contact"]) if rows else {}, {kind: {
                entity: [FieldValue(**row) for row in said]
                for entity, said in (facts.load_provenance(cursor, kind, ids[kind]) if rows else {}).items()}
                for kind in COLUMNS})


def decide(
    ground: Ground, rows: list[Row], goals: Mapping[str, Goal], survey: Survey,
    asked: Mapping[str, Mapping[Name, str]], away: frozenset[str], too_dear: Mapping[str, frozenset[Name]],
) -> dict[str, list[Step]]:
    """By lead id the steps to take now; the last one has no offer and tells why no more. `asked`: what has an
    outcome or is under way, `too_dear`: for what there is no money, both by lead id; `away`: providers that
    cannot be asked."""
    made = {}
    fillings: dict[Any, list[Step]] = {}  # what is the same about many leads is worked out once
    for row in rows:
        lead_id = row["lead_id"]
        planner, dear = ground.planners[goals[lead_id]], too_dear[lead_id]
        if planner.goal == "fill":
            removed = {kind: survey.removed.get(row[kind].get("id", ""), ()) for kind in COLUMNS}
            key = (*(tuple(name for name, value in row[kind].items() if value not in ("", []))
                     for kind in COLUMNS), *map(frozenset, removed.values()), traits_of(row),
                   tuple(survey.possible[lead_id]), tuple(asked[lead_id].items()), dear)
            if key not in fillings:
                fillings[key] = planner.round(_standing(
                    planner, row, _known(row, ground.now) | _emptied(row, removed, ground.now),
                    survey.possible[lead_id], asked[lead_id], away, dear, ground.now))
            made[lead_id] = fillings[key]
        else:
            told = scoring_facts(row, ground.events)
            made[lead_id] = planner.round(_standing(
                planner, told, known_of(ground, told), survey.possible[lead_id], asked[lead_id], away, dear,
                ground.now, row["grade"]))
    return made


def filling(planner: Planner, row: Row, possible: Collection[Name], now: datetime) -> list[Step]:
    """What would be asked first to fill what is missing, if nothing had been asked yet; `possible`: what can
    be."""
    return planner.round(_standing(planner, row, _known(row, now), possible, {}, (), (), now))


def known_of(ground: Ground, told: Mapping[str, Any]) -> dict[str, FieldValue]:
    """Place -> the statement that counts there, of a lead with these facts; also those of a person that there
    is nothing."""
    return _known(told, ground.now) | {
        f"{kind}.{name}": value for kind, by_id in ground.stated.items()
        for name, value in winners(by_id.get(told[kind].get("id", ""), ())).items()
        if value.value is not None or value.locked}


def _known(told: Mapping[str, Any], now: datetime) -> dict[str, FieldValue]:
    """What is known, by place. What nobody stated of itself goes with what it is worked out from: only a
    person's word is above it."""
    return {f"{kind}.{name}": FieldValue(name, value, "lead", 1.0, now)
            for kind, names in COLUMNS.items() for name, value in told[kind].items()
            if name in names and value not in ("", [])}


def _emptied(row: Row, removed: Mapping[str, Collection[str]], now: datetime) -> dict[str, FieldValue]:
    """What a person took away, which no answer brings back."""
    return {f"{kind}.{name}": FieldValue(name, None, "lead", 1.0, now, locked=True)
            for kind, names in removed.items() for name in names if name not in row[kind]}


def _standing(
    planner: Planner, told: Mapping[str, Any], known: Mapping[str, FieldValue], possible: Collection[Name],
    asked: Mapping[Name, str], away: Collection[str], dear: Collection[Name], now: datetime,
    grade: str | None = None,
) -> Standing:
    outcomes = {".".join(name): outcome for name, outcome in asked.items()}
    waiting = {offer.subject for offer in planner.offers if outcomes.get(offer.name) == "pending"}
    names = {".".join(name) for name in possible}
    for offer in planner.offers:
        # What is away cannot be asked; nor what needs something better than what is known (a role's mailbox).
        if offer.name not in outcomes and (
                offer.provider in away or (offer.name not in names and offer.possible(known))):
            outcomes[offer.name] = "closed"
    points = [] if planner.goal == "fill" else planner.card.points(told, now)
    # Nobody else is paid while an answer about the same subject is pending.
    return Standing(told, points, known, outcomes, now, frozenset(
        offer.name for offer in planner.offers if offer.subject in waiting and offer.highest),
        frozenset(".".join(name) for name in dear), grade)
