"""What a run will cost, before it: production's own rounds, gone through with answers that are imagined.

Nothing is written, paid or reserved: the store is read once, in a transaction that may only read.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any, Final

from sidecar.engine import Engine
from sidecar.enrichment import estimate as adding
from sidecar.enrichment.estimate import Charge, Drawn, drawn, sample
from sidecar.enrichment.imagining import Imagination
from sidecar.enrichment.merge import merge, winners
from sidecar.enrichment.model import Statement
from sidecar.enrichment.money import Purse, cost, runway
from sidecar.enrichment.planner import Planner, history_of, traits_of
from sidecar.enrichment.provenance import WITHOUT_PROVENANCE, columns
from sidecar.errors import Invalid
from sidecar.pipeline import reaching, spending
from sidecar.pipeline.batches import reference
from sidecar.pipeline.deciding import Ground, known_of
from sidecar.pipeline.intake import lane_of
from sidecar.pipeline.looking import Looks
from sidecar.pipeline.planning import ANSWERED_IN, Round, away, choose, goals_of
from sidecar.pipeline.refusals import who_may_be_asked_about
from sidecar.pipeline.scoring import scoring_facts
from sidecar.pipeline.surveying import Lookup, Survey, possible_of
from sidecar.store import facts, work
from sidecar.store import leads as store
from sidecar.store.database import Cursor, Row
from sidecar.terms.states import ENTITIES, LANES, Stop

# So many leads are looked at, and of those about whom something is asked so many are gone through: where all
# is bought to fill, and otherwise, which takes several times as long. Of more a part stands for all, of fewer
# each is gone through several times. Where the grade decides, most leads are settled as they are.
LOOKED_AT: Final = (1000, 1500)
AT_MOST: Final = (1000, 300)
MOST: Final = 200_000  # of whom a part may stand for all
TIMES: Final = 8
_SEED: Final = "estimate"  # the same is estimated every time
_ROUNDS: Final = 40  # none needs as many


def estimate(engine: Engine, filters: Mapping[str, Any]) -> dict[str, Any]:
    """What enriching leads is expected to cost: those that `store.leads.to_enrich` finds."""
    return _estimate(engine, filters)[0]


def plan(engine: Engine, lead_ids: list[str], batch_id: str | None = None) -> dict[str, Any]:
    """As planning.plan, of leads that need not be claimed: what it would answer, with the `estimate` of all
    that follows."""
    told, scene = _estimate(engine, {"lead_ids": lead_ids})
    now = _Rehearsal.of(engine, scene, 0, [*scene.rows])
    asking = {lead_id for lane, ids in now.batches() for call in now.round(lane, ids)[1].calls.values()
              for lead_id in call["lead_ids"]}
    with engine.database.read() as cursor:
        results = [reference(engine, batch_id, row) for row in work.references(cursor, lead_ids)]
    return {
        "round": 1, "asking": [lead_id for lead_id in lead_ids if lead_id in asking],
        "settled": [row["lead_id"] for row in results if row["lead_id"] not in asking],
        "results": results, "estimate": told}


def _estimate(engine: Engine, filters: Mapping[str, Any]) -> tuple[dict[str, Any], _Scene]:
    with engine.database.read() as cursor:
        leads = store.to_enrich(cursor, filters, MOST + 1)
        if len(leads) > MOST:
            raise Invalid(f"These are more than {MOST} leads; estimate fewer at a time.")
        deciding = bool({*engine.settings.enrichment_goals.values()} - {"fill"})
        lot = Random(_SEED).random
        groups = {row["lead_id"]: row["together"] for row in leads}
        looked_at = sample(groups, LOOKED_AT[deciding], lot)
        scene = _Scene.read(engine, cursor, looked_at.leads, leads)
        lately = spending.lately(cursor, spending.LATELY)
    first = _Rehearsal.of(engine, scene, 0, looked_at.leads, looked_at.scale)
    of = drawn(looked_at, groups, first.asking(), AT_MOST[deciding], TIMES, lot)
    runs = [_Rehearsal.of(engine, scene, number, of.gone_through.leads, of.scale)
            for number in range(of.times)]
    for run in runs:
        run.stops |= {lead_id: first.stops[lead_id] for lead_id in of.quiet if lead_id in first.stops}
        run.go_through()
    return _told(engine, scene, runs, of, lately), scene


@dataclass(frozen=True, slots=True)
class _Scene:
    """What the store knows of the leads of a sample, read once."""

    rows: dict[str, Row]
    leads_of: Mapping[str, list[str]]
    groups: Mapping[str, str]
    lanes: Mapping[str, str]
    survey: Survey
    ground: Ground
    purse: Purse
    looks: Looks

    @property
    def planner(self) -> Planner:
        """One whose offers and beliefs are those of all."""
        return max(self.ground.planners.values(), key=lambda planner: planner.goal != "fill")

    @classmethod
    def read(cls, engine: Engine, cursor: Cursor, lead_ids: list[str], leads: Collection[Row]) -> _Scene:
        known = who_may_be_asked_about(engine, facts.load(cursor, lead_ids))
        looks = Looks(engine, cursor, known)
        known = reaching.with_candidates(engine, cursor, looks.facts_of(known))
        usual = lane_of(engine, len(leads))
        lanes = {row["lead_id"]: row["lane"] or usual for row in leads}
        goals = {goal for lane in LANES for goal in goals_of(engine, known, lane).values()}
        leads_of: dict[str, list[str]] = {}
        for row in known:
            for kind in ENTITIES:
                leads_of.setdefault(row[kind].get("id", ""), []).append(row["lead_id"])
        return cls(
            {row["lead_id"]: row for row in known}, leads_of,
            {row["lead_id"]: row["together"] for row in leads},
            lanes, Survey.of(engine, cursor, known), Ground.of(engine, cursor, known, goals or {"fill"}),
            spending.purse(engine, cursor, [row["lead_id"] for row in known]), looks)


@dataclass(slots=True)
class _Rehearsal:
    """One way in which the run may go."""

    engine: Engine
    scene: _Scene
    leads: list[str]
    rows: dict[str, Row]
    survey: Survey
    ground: Ground
    purse: Purse
    looks: Looks
    imagination: Imagination
    charges: list[Charge] = field(default_factory=list)
    stops: dict[str, Stop] = field(default_factory=dict)
    paying: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, engine: Engine, scene: _Scene, number: int, lead_ids: list[str], scale: float = 1.0
           ) -> _Rehearsal:
        """Through these leads, each of which stands for so many."""
        stated = {kind: dict(said) for kind, said in scene.ground.stated.items()}
        ground = replace(scene.ground, stated=stated)
        return cls(
            engine, scene, [lead_id for lead_id in lead_ids if lead_id in scene.rows], dict(scene.rows),
            replace(scene.survey, answered=dict(scene.survey.answered)), ground, scene.purse.share(1 / scale),
            scene.looks.again(),
            Imagination(scene.planner.beliefs, scene.planner.card, Random(f"{_SEED} {number}").random))

    def asking(self) -> set[str]:
        """The leads that may cost something: about whom something is asked at first, or under way, or is not
        for want of money."""
        under_way = {lead_id for lead_id, items in self.survey.possible.items()
                     if any(self._is_under_way(item) for item in items.values())}
        asked: set[str] = set()
        for lane, lead_ids in self.batches():
            made = self.round(lane, lead_ids)[1]
            self.stops |= made.stops
            asked.update(*(call["lead_ids"] for call in made.calls.values()))
        return under_way | asked | {lead_id for lead_id, stop in self.stops.items() if stop == "ceiling"}

    def go_through(self) -> None:
        """Let all leads be planned and answered until nothing more is worth asking."""
        self._hear_what_is_under_way()
        for lane, lead_ids in self.batches():
            for _ in range(_ROUNDS):
                survey, made = self.round(lane, lead_ids)
                asking = self._answer_all(survey, made)
                lead_ids = [lead_id for lead_id in lead_ids if lead_id in asking]
                if not lead_ids:
                    break

    def batches(self) -> Iterator[tuple[str, list[str]]]:
        """The leads as they are claimed, with their lane."""
        settings = self.engine.settings
        for lane, at_once in zip(LANES, (settings.interactive_batch, settings.bulk_batch), strict=True):
            mine = [lead_id for lead_id in self.leads if self.scene.lanes[lead_id] == lane]
            for first in range(0, len(mine), at_once):
                yield lane, mine[first:first + at_once]

    def round(self, lane: str, lead_ids: list[str]) -> tuple[Survey, Round]:
        """What is asked about these leads now."""
        rows = [self.rows[lead_id] for lead_id in lead_ids]
        survey = replace(self.survey, possible=possible_of(self.engine, rows, self.survey.providers))
        return survey, choose(self.engine, self.ground, survey, rows, away(self.engine, survey), lane,
                              self.purse, self.looks)

    def _answer_all(self, survey: Survey, made: Round) -> set[str]:
        """Imagine the answers to a round: the leads about which something was asked."""
        self.stops |= made.stops
        asking: set[str] = set()
        for call in made.calls.values():
            item = survey.possible[call["lead_id"]][call["provider"], call["operation"]]
            found = self._answer(survey, item)
            price = cost(item.operation, "found" if found else "not_found", None) or 0.0
            self.purse.spend(item.lead_id, item.provider, call["sandbox"], price - call["price"])
            self.charges.append(Charge(
                self.scene.groups[item.lead_id], item.provider, item.operation.name, call["sandbox"], found,
                price))
            asking |= set(call["lead_ids"])
            if call["price"]:
                self.paying |= set(call["lead_ids"])
        return asking

    def _hear_what_is_under_way(self) -> None:
        """What was asked before and is not here yet, or not merged: its price is in the ledger already."""
        for lead_id in self.leads:
            for item in self.survey.possible[lead_id].values():
                if self._is_under_way(item):
                    self._answer(self.survey, item, found=self.survey.status(item) == "found" or None)

    def _is_under_way(self, item: Lookup) -> bool:
        status = self.survey.status(item)
        return status in ANSWERED_IN or (status == "found" and not self.survey.answer(item)["applied"])

    def _answer(self, survey: Survey, item: Lookup, *, found: bool | None = None) -> bool:
        """Imagine the answer to a call, and merge it as a real one is: whether somebody was found. `found`:
        that it is so is known."""
        row, ground = self.rows[item.lead_id], self.ground
        offers = self.scene.planner.offers
        [offer] = [offer for offer in offers
                   if (offer.provider, offer.operation) == (item.provider, item.operation.name)]
        lead_facts = scoring_facts(row, ground.events)
        known = known_of(ground, lead_facts)
        history = history_of(offers, {
            ".".join(name): outcome for name, outcome in survey.asked(item.lead_id).items()}, offer.subject)
        told = self.imagination.told(offer, known) if found else self.imagination.answer(
            offer, traits_of(lead_facts), history, known)
        sandbox = not survey.live(item.provider)
        self.survey.answered[item.key, sandbox] = {
            "outcome": "not_found" if told is None else "found", "applied": True, "stale": False,
            "holds_for": 0}
        self._tried(row, item)
        for kind in ENTITIES if told else ():
            stated = {place.partition(".")[2]: Statement(value, offer.confidence)
                      for place, value in (told or {}).items() if place.startswith(f"{kind}.")}
            if stated and row[kind].get("id"):
                self._merge(kind, row[kind]["id"], stated, item.provider, sandbox)
        return told is not None

    def _tried(self, row: Row, item: Lookup) -> None:
        """A verifier is asked about an address once."""
        untried = row["contact"].get("email_candidates")
        if untried and item.params.get("email") in untried:
            self.rows[item.lead_id] = row | {"contact": row["contact"] | {"email_candidates": [
                address for address in untried if address != item.params["email"]]}}

    def _merge(self, kind: str, entity: str, stated: Mapping[str, Statement], source: str, sandbox: bool
               ) -> None:
        said = merge(
            self.ground.stated[kind].get(entity, ()),
            {name: statement for name, statement in stated.items() if name not in WITHOUT_PROVENANCE},
            source, self.ground.now, sandbox=sandbox)
        self.ground.stated[kind][entity] = said
        values = columns(kind, winners(said).values(), [stated])
        counting = {name: values[name] for name in stated if name in values}
        for lead_id in self.scene.leads_of[entity]:
            row = self.rows[lead_id]
            self.rows[lead_id] = row | {kind: facts.changed(row[kind], counting)}


def _told(
    engine: Engine, scene: _Scene, runs: list[_Rehearsal], of: Drawn,
    lately: Mapping[tuple[str, bool], float],
) -> dict[str, Any]:
    charges = [run.charges for run in runs]
    leads = [*of.gone_through.leads, *of.quiet]
    ways = adding.shares([{lead_id: _way(run, lead_id) for lead_id in leads} for run in runs], of)
    return {
        "leads": of.looked_at.of, "gone_through": len(leads),
        "asked": ways.get("asked", 0) + ways.get("stopped", 0), "settled": ways.get("settled", 0),
        "refused": ways.get("refused", 0), "ceiling": ways.get("stopped", 0) + ways.get("starved", 0),
        "cost": adding.money(_of(charges, sandbox=False), of, scene.planner.beliefs.doubt),
        "sandbox_cost": adding.money(_of(charges, sandbox=True), of, scene.planner.beliefs.doubt),
        "operations": [
            {"provider": provider, "operation": operation, "sandbox": sandbox,
             "calls": round(row["calls"], 1), "found": round(row["found"], 1), "cost": round(row["cost"], 4)}
            for (provider, operation, sandbox), row in sorted(adding.operations(charges, of).items())],
        "ceilings": _ceilings(engine, scene, charges, of, lately),
        "away": sorted(name for name in scene.survey.states if scene.survey.open(name)),
    }


def _way(run: _Rehearsal, lead_id: str) -> str:
    """How a lead ends: refused, asked (something that may cost), stopped at a ceiling after that or before
    (starved), or settled without."""
    if lead_id not in run.rows:
        return "refused"
    stopped, paying = run.stops.get(lead_id) == "ceiling", lead_id in run.paying
    if paying:
        return "stopped" if stopped else "asked"
    return "starved" if stopped else "settled"


def _of(charges: list[list[Charge]], *, sandbox: bool) -> list[list[Charge]]:
    return [[charge for charge in run if charge.sandbox is sandbox] for run in charges]


def _ceilings(
    engine: Engine, scene: _Scene, charges: list[list[Charge]], of: Drawn,
    lately: Mapping[tuple[str, bool], float],
) -> list[dict[str, Any]]:
    """Each ceiling of a day or month after the run."""
    ceilings, purse = engine.settings.ceilings, scene.purse
    expected: dict[tuple[str, bool], float] = {}
    for (provider, _, sandbox), row in adding.operations(charges, of).items():
        for name in (provider, ""):
            expected[name, sandbox] = expected.get((name, sandbox), 0.0) + row["cost"]
    told = []
    for sandbox in sorted({sandbox for _, sandbox in expected} | {*purse.days}) or [False]:
        if ceilings.day < math.inf:
            spent, more = purse.days.get(sandbox, 0.0), expected.get(("", sandbox), 0.0)
            told.append({"per": "day", "provider": None, "sandbox": sandbox, "runway_days": None}
                        | adding.left(ceilings.day, spent, more, of.looked_at.of))
    for provider, ceiling in sorted(ceilings.month.items()):
        at = (provider, not scene.survey.live(provider))
        spent, more = purse.months.get(at, 0.0), expected.get(at, 0.0)
        told.append({
            "per": "month", "provider": provider, "sandbox": at[1],
            "runway_days": runway(ceiling, spent + more, lately.get(at, 0.0), spending.LATELY),
        } | adding.left(ceiling, spent, more, of.looked_at.of))
    return told
