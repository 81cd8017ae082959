"""`python -m tests.benchmarks.enrichment.bench_estimate`: estimates against bills, in 20 markets that nothing
was tuned on. The first 300 leads are bought for; then it is told what 400 more, or 1,500, will cost, and they
are bought for, too; and once more with other answers about them: how far the bill itself hangs on chance."""

from __future__ import annotations

import time
from collections.abc import Mapping
from copy import deepcopy
from math import sqrt
from multiprocessing import Pool
from random import Random
from statistics import fmean, pstdev, stdev
from typing import Any, NamedTuple

from sidecar.enrichment.estimate import Charge, drawn, money, sample
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
LEARNT = 300
LEADS = (400, 1500)
GOALS = ("decision", "reach", "fill")
_NAMES = {place: name for name, place in PLACES.items()}


class Result(NamedTuple):
    """In USD. `another`: the bill had the same leads been answered about otherwise, by chance; `seconds`: CPU
    that the estimate took."""

    expected: float
    low: float
    high: float
    bill: float
    another: float
    seconds: float

    @property
    def off(self) -> float:
        """By what share of the bill the estimate is off."""
        return self.expected / self.bill - 1 if self.bill else self.expected

    @property
    def chance(self) -> float:
        """By what share of their mean bills of the same leads differ (a standard deviation, of these two)."""
        both = self.bill, self.another
        return stdev(both) / fmean(both) if any(both) else 0.0


def measure(kind: str, seed: int, goal: Any, leads: int) -> Result:
    """Estimate what so many leads of a market cost after those that were learnt from, and buy them."""
    world, card = Market.read(KINDS[kind](seed, LEARNT + leads)), Scorecard(default_model())
    again = Market.read(KINDS[kind](seed, LEARNT + leads, Random(seed)))
    planner = Planner.of(world.offers, card, goal, world.fields())
    learning = _simulation(Market(world.offers, world.leads[:LEARNT]), planner, {})
    list(learning.run())
    rest = Market(world.offers, world.leads[LEARNT:])
    began = time.process_time()
    by_name = {_name(lead.own): (lead.company(), one) for one in rest.leads
               for lead in (Lead(canonical(one["lead"]), {}),)}
    groups = {name: company or name for name, (company, _) in by_name.items()}

    def only(names: list[str]) -> Market:
        return Market(world.offers, [by_name[name][1] for name in names])

    deciding, lot = goal != "fill", Random(seed).random
    looked_at = sample(groups, LOOKED_AT[deciding], lot)
    asking = _asking(only(looked_at.leads), looked_at.leads, planner, learning.bought)
    of = drawn(looked_at, groups, asking, AT_MOST[deciding], TIMES, lot)
    runs = [_imagined(only(of.gone_through.leads), planner, learning.bought, Random(number), groups)
            for number in range(of.times)]
    told = money(runs, of, planner.beliefs.doubt)
    seconds = time.process_time() - began
    bills = [sum(line["cost"] for line in _simulation(
        Market(world.offers, answered), _own(planner), learning.bought).run())
        for answered in (rest.leads, again.leads[LEARNT:])]
    return Result(told["expected"], told["low"], told["high"], bills[0], bills[1], seconds)


def _own(planner: Planner) -> Planner:
    """A planner that goes on from what another has learnt, and leaves that one as it is."""
    return Planner(planner.offers, planner.card, deepcopy(planner.beliefs), planner.goal, planner.wanted)


def _simulation(world: Market, planner: Planner, bought: Mapping[tuple[str, str], Said]) -> Simulation:
    """What that planner makes of a market, and learns there."""
    return Simulation(world, planner.card, planner.next, planner.learn, bought=dict(bought))


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
    own = _own(planner)
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

    imagined = _simulation(world, own, bought)
    imagined.answer = answer
    list(imagined.run())
    return charges


def main() -> None:
    """Print a line for each market, then how far off the estimates of a goal are, and bills by chance."""
    print("market      leads goal      estimate (likely)      bill estimate / bill, with other answers, CPU")
    jobs = [(kind, seed, goal, leads)
            for goal in GOALS for leads in LEADS for kind in KINDS for seed in SEEDS]
    found: dict[tuple[str, int], list[Result]] = {}
    with Pool() as pool:
        for (kind, seed, goal, leads), one in zip(jobs, pool.imap(_measure, jobs), strict=True):
            found.setdefault((goal, leads), []).append(one)
            print(f"{kind:5} {seed:5} {leads:6} {goal:8} {one.expected:9.2f} ({one.low:.2f} to"
                  f" {one.high:.2f}) {one.bill:9.2f} {1 + one.off:6.3f}, another {one.another:9.2f},"
                  f" {one.seconds:.1f} s", flush=True)
    for (goal, leads), results in found.items():
        off = [one.off for one in results]
        whole = sum(one.expected for one in results) / sum(one.bill for one in results)
        likely = sum(one.low <= one.bill <= one.high for one in results)
        chance = sqrt(fmean(one.chance**2 for one in results))
        print(f"{goal:8} {leads:5}: estimate / bill {1 + fmean(off):.3f}, of the sums {whole:.3f}, spread"
              f" {pstdev(off):.3f} (of bills by chance {chance:.3f}), off by {fmean(map(abs, off)):.3f}, at"
              f" most {max(map(abs, off)):.3f}; {sum(abs(one) <= 0.1 for one in off)} of {len(off)} within"
              f" 10 %, {likely} as likely as told; {fmean(one.seconds for one in results):.1f} s")


def _measure(job: tuple[str, int, str, int]) -> Result:
    return measure(*job)


if __name__ == "__main__":
    main()
