"""What enriching leads will cost: the sum of what going through them in imagination cost, and how far off it
may be. USD throughout."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from math import sqrt
from statistics import fmean, variance
from typing import Any, Final, NamedTuple, TypeVar

# Nine bills of ten are within so many standard deviations.
_LIKELY: Final = 1.64
Thing = TypeVar("Thing")


class Charge(NamedTuple):
    """A call that was made in imagination: for which group of leads, and what it cost. Leads of one company
    are a group, as they share what is asked about it."""

    group: str
    provider: str
    operation: str
    sandbox: bool
    found: bool
    price: float


@dataclass(frozen=True, slots=True)
class Sample:
    """Whole groups that were drawn by lot: their leads, how many groups they are, and of how many leads and
    groups they were drawn."""

    leads: list[str]
    groups: int
    of: int
    of_groups: int

    @property
    def scale(self) -> float:
        """For how many leads each stands."""
        return self.of / len(self.leads) if self.leads else 1.0


@dataclass(frozen=True, slots=True)
class Drawn:
    """Leads that stand for all: of those that were looked at some are `quiet`, which cost nothing; of the
    others some are gone through, so many `times`."""

    looked_at: Sample
    quiet: list[str]
    gone_through: Sample
    times: int

    @property
    def scale(self) -> float:
        """For how many leads each that is gone through stands."""
        return self.looked_at.scale * self.gone_through.scale


def sample(group_of: Mapping[str, str], at_most: int, chance: Callable[[], float]) -> Sample:
    """Of leads (id -> group) all of some groups, by lot, in their order. `chance` gives numbers from 0 to
    1."""
    sizes = Counter(group_of.values())
    chosen: set[str] = set()
    count = 0
    for group in sorted(sorted(sizes), key=lambda group: chance()):
        if count and count + sizes[group] > at_most:
            continue
        chosen.add(group)
        count += sizes[group]
    leads = [lead for lead, group in group_of.items() if group in chosen]
    return Sample(leads, len(chosen), len(group_of), len(sizes))


def drawn(
    looked_at: Sample, group_of: Mapping[str, str], asking: Collection[str], at_most: int, times: int,
    chance: Callable[[], float],
) -> Drawn:
    """Of leads that were looked at those that are gone through: of the groups in which something is asked
    (about the leads `asking`). The others cost nothing, which is known. Fewer leads are gone through more
    often, `times` at most."""
    busy = {group_of[lead] for lead in asking}
    some = sample({lead: group_of[lead] for lead in looked_at.leads if group_of[lead] in busy}, at_most,
                  chance)
    quiet = [lead for lead in looked_at.leads if group_of[lead] not in busy]
    return Drawn(looked_at, quiet, some, max(1, min(times, at_most // max(1, len(some.leads)))))


def money(runs: Sequence[Collection[Charge]], of: Drawn, doubt: Callable[[str], float]) -> dict[str, float]:
    """{expected, low, high}: what all leads will cost, by what each time cost, and between which sums nine of
    ten bills are believed to be. `doubt`: operation -> how unsure it is how often it finds somebody (a
    standard deviation, in logits)."""
    times = len(runs)
    costs = [_by_group(run) for run in runs]
    of_group = {name: [cost.get(name, 0.0) for cost in costs] for name in {*chain.from_iterable(costs)}}
    total = of.scale * sum(map(sum, of_group.values())) / times
    # How far groups are from each other, and from themselves another time: the bill is one time of all of
    # them, the estimate a mean of some times of those that were gone through.
    groups = of.gone_through.groups
    apart = _variance([*(fmean(several) for several in of_group.values()), *[0.0] * (groups - len(of_group))])
    again = apart if times == 1 else sum(map(_variance, of_group.values())) / max(1, groups)
    unsure = groups * of.scale * (again + (of.scale * apart if of.scale > 1 else again) / times)
    if of.looked_at.scale > 1 and groups:  # nor is it known how many cost something
        looked, busy = of.looked_at.groups, of.gone_through.of_groups
        a_group = sum(map(sum, of_group.values())) / times / groups
        unsure += (of.looked_at.scale * a_group)**2 * busy * (looked - busy) / looked
    # And how often somebody is found is only believed.
    for (provider, operation, _), row in operations(runs, of).items():
        rate = row["found"] / row["calls"]
        change = rate * (1 - rate) * doubt(f"{provider}.{operation}")
        unsure += (row["calls"] * change * (row["most"] - row["least"]))**2
    off = _LIKELY * sqrt(unsure)
    return {"expected": round(total, 4), "low": round(max(0.0, total - off), 4),
            "high": round(total + off, 4)}


def _variance(values: Sequence[float]) -> float:
    return variance(values) if len(values) > 1 else 0.0


def operations(
    runs: Sequence[Iterable[Charge]], of: Drawn
) -> dict[tuple[str, str, bool], dict[str, float]]:
    """(provider, operation, sandbox) -> {calls, found, cost} that are expected of all leads, and the `least`
    and the `most` that a call cost."""
    made: dict[tuple[str, str, bool], dict[str, float]] = {}
    weight = of.scale / len(runs)
    for charge in (charge for run in runs for charge in run):
        row = made.setdefault((charge.provider, charge.operation, charge.sandbox), {
            "calls": 0.0, "found": 0.0, "cost": 0.0, "least": charge.price, "most": charge.price})
        row["calls"] += weight
        row["found"] += weight * charge.found
        row["cost"] += weight * charge.price
        row["least"], row["most"] = min(row["least"], charge.price), max(row["most"], charge.price)
    return made


def _by_group(run: Iterable[Charge]) -> dict[str, float]:
    costs: dict[str, float] = {}
    for charge in run:
        costs[charge.group] = costs.get(charge.group, 0.0) + charge.price
    return costs


def shares(runs: Sequence[Mapping[str, Thing]], of: Drawn) -> dict[Thing, int]:
    """How many of all leads end each way, by how those gone through and the quiet ones did (lead id ->
    way)."""
    made: dict[Thing, float] = {}
    quiet = {*of.quiet}
    for lead, way in ((lead, way) for run in runs for lead, way in run.items()):
        made[way] = made.get(way, 0.0) + (of.looked_at.scale if lead in quiet else of.scale) / len(runs)
    return {way: round(number) for way, number in made.items()}


def left(ceiling: float, spent: float, expected: float, leads: int) -> dict[str, Any]:
    """A ceiling after the run: {ceiling, spent, expected, left, runway_leads}, the last being how many more
    leads like these the rest pays for; None where they cost nothing."""
    rest = max(0.0, ceiling - spent - expected)
    return {"ceiling": ceiling, "spent": round(spent, 4), "expected": round(expected, 4),
            "left": round(rest, 4), "runway_leads": int(rest * leads / expected) if expected > 0 else None}
