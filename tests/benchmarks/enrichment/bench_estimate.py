"""`python -m tests.benchmarks.enrichment.bench_estimate`: estimates against bills, in 20 markets that nothing
was tuned on. The first half of the leads is bought for; then it is told what the second half will cost, and
that is bought for, too."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from math import sqrt
from multiprocessing import Pool
from random import Random
from statistics import fmean, stdev
from typing import Any, NamedTuple

from sidecar.enrichment.estimate import Charge, money, narrowed, sample
from sidecar.enrichment.imagining import Imagination
from sidecar.enrichment.market import Lead, Market, Said, Simulation
from sidecar.enrichment.offers import PLACES, Offer
from sidecar.enrichment.planner import Planner, Standing, Step, history_of, traits_of
from sidecar.pipeline.estimating import AT_MOST, LOOKED_AT, TIMES
from sidecar.records import canonical
from sidecar.scoring import default_model
from sidecar.scoring.bounds import Scorecard
from tests.benchmarks.enrichment.bench_markets import KINDS

SEEDS = range(3001, 3011)
GOALS = ("decision", "reach", "fill")
_NAMES = {place: name for name, place in PLACES.items()}


class Result(NamedTuple):
    """Of the second half of a market, in USD; `chance`: by how much the bill of other leads like these would
    differ (a standard deviation)."""

    expected: float
    low: float
    high: float
    bill: float
    chance: float

    @property
    def off(self) -> float:
        """By what share of the bill the estimate is off."""
        return self.expected / self.bill - 1 if self.bill else self.expected


def measure(kind: str, seed: int, goal: Any, leads: int | None = None) -> Result:
    """Estimate what the second half of a market costs, and buy it."""
    world, card = Market.read(KINDS[kind](seed, leads)), Scorecard(default_model())
    half = len(world.leads) // 2
    planner = Planner.of(world.offers, card, goal, world.fields())
    learning = Simulation(Market(world.offers, world.leads[:half]), card, planner.next, planner.learn,
                          planner.threshold.left)
    list(learning.run())
    rest = Market(world.offers, world.leads[half:])
    by_name = {_name(lead.own): (lead.company(), one) for one in rest.leads
               for lead in (Lead(canonical(one["lead"]), {}),)}
    groups = {name: company or name for name, (company, _) in by_name.items()}

    def only(names: list[str]) -> Market:
        return Market(world.offers, [by_name[name][1] for name in names])

    deciding, lot = goal != "fill", Random(seed).random
    looked = sample(groups, LOOKED_AT[deciding], 1, lot)
    of = narrowed(looked, groups, _asking(only(looked.leads), looked.leads, planner, learning.bought),
                  AT_MOST[deciding], TIMES, lot)
    runs = [_imagined(only(of.leads), planner, learning.bought, Random(number), groups)
            for number in range(of.times)]
    told = money(runs, of, planner.beliefs.doubt)
    real = Simulation(rest, card, planner.next, planner.learn, planner.threshold.left, bought=learning.bought)
    costs = [line["cost"] for line in real.run()]
    return Result(told["expected"], told["low"], told["high"], sum(costs), stdev(costs) * sqrt(len(costs)))


def _name(own: Mapping[str, Any]) -> str:
    return str(own.get("email") or own["linkedin_url"])


def _asking(world: Market, leads: list[str], planner: Planner, bought: dict[tuple[str, str], Said]
            ) -> set[str]:
    """Those of the leads about whom something would be asked now."""
    asks: list[bool] = []

    def choose(standing: Standing, budget: float) -> Step:
        asks.append(planner.next(standing, budget).offer is not None)
        return Step(None, "settled")

    list(Simulation(world, planner.card, choose, bought=dict(bought)).run())
    return {lead for lead, asked in zip(leads, asks, strict=True) if asked}


def _imagined(world: Market, planner: Planner, bought: dict[tuple[str, str], Said], random: Random,
              groups: Mapping[str, str]) -> list[Charge]:
    """The calls that are made when answers are imagined, by a planner that learns of them as it goes."""
    charges: list[Charge] = []
    own = Planner(world.offers, planner.card, deepcopy(planner.beliefs), planner.goal, planner.wanted,
                  deepcopy(planner.threshold))
    imagination = Imagination(planner.beliefs, own.card, random.random)

    def answer(lead: Lead, offer: Offer) -> Said:
        told = imagination.answer(offer, traits_of(lead.facts), history_of(
            world.offers, lead.asked, offer.subject), lead.known)
        found = told is not None
        charges.append(Charge(
            groups[_name(lead.own)], offer.provider, offer.operation, False, found,
            offer.price_found if found else offer.price_missing))
        return Said("found" if found else "not_found", {
            _NAMES[place]: value for place, value in (told or {}).items() if place in _NAMES},
            offer.confidence)

    list(Simulation(world, own.card, own.next, own.learn, own.threshold.left, answer=answer,
                    bought=dict(bought)).run())
    return charges


def main() -> None:
    """Print a line for each market, and how far off the estimates are."""
    print("market      goal     estimate (likely)            bill      off")
    jobs = [(kind, seed, goal) for goal in GOALS for kind in KINDS for seed in SEEDS]
    found: dict[tuple[str, str], list[Result]] = {}
    with Pool() as pool:
        for (kind, seed, goal), result in zip(jobs, pool.starmap(measure, jobs), strict=True):
            found.setdefault((goal, kind), []).append(result)
            print(f"{kind:5} {seed:5} {goal:8} {result.expected:9.2f} ({result.low:.2f} to {result.high:.2f})"
                  f" {result.bill:9.2f} {100 * result.off:+6.1f} %, by chance"
                  f" {100 * result.chance / result.bill:.1f} %", flush=True)
    for (goal, kind), results in found.items():
        off = [abs(result.off) for result in results]
        whole = sum(result.expected for result in results) / sum(result.bill for result in results) - 1
        likely = sum(result.low <= result.bill <= result.high for result in results)
        chance = fmean(result.chance / result.bill for result in results)
        print(f"{kind:5} {goal:8}: mean {100 * fmean(off):.1f} % (by chance {80 * chance:.1f} %),"
              f" most {100 * max(off):.1f} %,"
              f" together {100 * whole:+.1f} %; {sum(one <= 0.1 for one in off)} of {len(off)} within 10 %,"
              f" {likely} as likely as told")


if __name__ == "__main__":
    main()
