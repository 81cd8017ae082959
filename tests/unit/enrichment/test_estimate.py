"""What going through leads in imagination tells of their bill."""

from __future__ import annotations

from random import Random

import pytest

from sidecar.enrichment.estimate import Charge, Sample, left, money, narrowed, operations, sample, shares
from tests.benchmarks.enrichment.bench_estimate import measure

WHOLE = Sample([str(number) for number in range(100)], 100, 100, 2)


def sure(operation):
    return 0.0


def charges(costs):
    return [Charge(str(group), "a", "person", False, price > 0, price) for group, price in costs.items()]


def test_a_part_is_whole_companies_and_stands_for_all():
    groups = {f"lead {number}": f"firm {number // 3}" for number in range(3000)}
    some = sample(groups, 300, 8, Random(1).random)
    firms = {groups[lead] for lead in some.leads}
    assert (len(some.leads), some.groups, some.of, some.times) == (300, 100, 3000, 1)
    assert [lead for lead in groups if groups[lead] in firms] == some.leads
    assert some.scale == pytest.approx(10) and some.share == pytest.approx(0.1)
    assert sample(groups, 300, 8, Random(1).random) == some


def test_few_leads_are_gone_through_more_often():
    assert sample({"lead": "firm"}, 1000, 8, Random(1).random).times == 8
    assert sample({str(n): str(n) for n in range(300)}, 1000, 8, Random(1).random).times == 3
    assert sample({}, 1000, 8, Random(1).random) == Sample([], 0, 0, 8)


def test_a_company_of_very_many_leads_is_gone_through_whole():
    assert len(sample(dict.fromkeys(map(str, range(50)), "firm"), 10, 8, Random(1).random).leads) == 50


def test_what_is_expected_is_the_mean_of_all_times():
    runs = [charges(dict.fromkeys(range(40), 0.5)), charges(dict.fromkeys(range(60), 0.5))]
    told = money(runs, WHOLE, sure)
    assert told["expected"] == 25 and 15 < told["low"] < 25 < told["high"] < 35
    assert money([[], []], WHOLE, sure) == {"expected": 0, "low": 0, "high": 0}


def test_the_less_is_known_the_wider_is_what_is_likely():
    runs = [charges({group: 0.5 * (group < 50) for group in range(100)})] * 2

    def width(of, doubt):
        told = money(runs, of, doubt)
        return (told["high"] - told["low"]) / told["expected"]

    assert width(WHOLE, sure) < width(WHOLE, lambda name: 0.5)
    assert width(WHOLE, sure) < width(Sample(WHOLE.leads, 100, 5000, 2), sure)


def test_a_part_is_scaled_up():
    runs = [charges({0: 0.5, 1: 0.0})]
    of = Sample(["a", "b"], 2, 20, 1)
    assert money(runs, of, sure)["expected"] == 5
    [(name, row)] = operations(runs, of).items()
    assert name == ("a", "person", False)
    assert (row["calls"], row["found"], row["cost"]) == (20, 10, 5)
    assert shares([{"a": "asked", "b": "settled"}], of) == {"asked": 10, "settled": 10}


def test_who_costs_nothing_is_not_gone_through():
    groups = {f"lead {number}": f"firm {number // 2}" for number in range(4000)}
    looked = sample(groups, 1000, 1, Random(1).random)
    asking = {lead for lead in looked.leads if lead.endswith("0")}  # one lead in ten, one firm in five
    of = narrowed(looked, groups, asking, 100, 8, Random(2).random)
    assert (len(of.leads), of.groups, of.of, of.times) == (100, 50, 4000, 1)
    assert of.busy == 2 * of.busy_groups == 2 * len(asking) and len(of.quiet) == 1000 - of.busy
    assert of.busy_groups + of.quiet_groups == looked.groups == 500
    assert of.looked_at == pytest.approx(4) and of.scale == pytest.approx(4 * of.busy / 100)
    told = money([charges({groups[lead]: 0.5 for lead in of.leads})], of, sure)
    assert told["expected"] == pytest.approx(0.5 * 4 * of.busy_groups)
    # Of all leads it is only known by lot how many ask; nothing is unsure where all were looked at.
    assert told["low"] < 0.9 * told["expected"]
    ways = dict.fromkeys(of.leads, "asked") | dict.fromkeys(of.quiet, "settled")
    assert shares([ways], of) == {"asked": 4 * of.busy, "settled": 4 * len(of.quiet)}
    few = narrowed(looked, groups, set([*asking][:10]), 100, 8, Random(2).random)
    assert (len(few.leads), few.times) == (20, 5) and few.scale == few.looked_at
    nobody = narrowed(looked, groups, set(), 100, 8, Random(2).random)
    assert money([[]] * nobody.times, nobody, sure)["high"] == 0 and nobody.quiet == looked.leads


def test_what_is_left_under_a_ceiling():
    assert left(10.0, 4.0, 2.0, 100) == {
        "ceiling": 10.0, "spent": 4.0, "expected": 2.0, "left": 4.0, "runway_leads": 200}
    assert left(5.0, 4.0, 2.0, 100)["left"] == 0
    assert left(5.0, 4.0, 0.0, 100)["runway_leads"] is None


@pytest.mark.parametrize(("kind", "seeds", "goal"), [
    ("plain", (3101, 3102), "fill"), ("wide", (3101, 3102), "fill"), ("plain", (3103, 3104), "decision")])
def test_it_comes_near_the_bill_of_markets(kind, seeds, goal):
    """Of their second halves, by what was learnt in the first; bench_estimate tells it of more."""
    results = [measure(kind, seed, goal, leads=500) for seed in seeds]
    assert sum(one.expected for one in results) == pytest.approx(sum(one.bill for one in results), rel=0.1)
    assert all(0.8 * one.low < one.bill < 1.2 * one.high for one in results)
