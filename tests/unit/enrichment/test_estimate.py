"""What going through leads in imagination tells of their bill."""

from __future__ import annotations

from random import Random

import pytest

from sidecar.enrichment.estimate import (
    Charge,
    Drawn,
    Sample,
    drawn,
    left,
    money,
    operations,
    sample,
    shares,
)
from tests.benchmarks.enrichment.bench_estimate import measure


def through(leads, of=None, times=1):
    """All of these leads, each its own group; drawn of so many."""
    count = of or len(leads)
    looked_at = Sample(leads, len(leads), count, count)
    return Drawn(looked_at, [], Sample(leads, len(leads), len(leads), len(leads)), times)


HUNDRED = [str(number) for number in range(100)]
WHOLE = through(HUNDRED, times=2)


def sure(operation):
    return 0.0


def charges(costs):
    return [Charge(str(group), "a", "person", False, price > 0, price) for group, price in costs.items()]


def test_a_part_is_whole_companies_and_stands_for_all():
    groups = {f"lead {number}": f"firm {number // 3}" for number in range(3000)}
    some = sample(groups, 300, Random(1).random)
    firms = {groups[lead] for lead in some.leads}
    assert (len(some.leads), some.groups, some.of, some.of_groups) == (300, 100, 3000, 1000)
    assert [lead for lead in groups if groups[lead] in firms] == some.leads
    assert some.scale == pytest.approx(10)
    assert sample(groups, 300, Random(1).random) == some


def test_few_leads_are_gone_through_more_often():
    def times(leads):
        groups = {str(number): str(number) for number in range(leads)}
        lot = Random(1).random
        return drawn(sample(groups, 1000, lot), groups, groups, 1000, 8, lot).times

    assert (times(1), times(300), times(1000)) == (8, 3, 1)
    nobody = sample({}, 1000, Random(1).random)
    assert nobody == Sample([], 0, 0, 0) and nobody.scale == 1


def test_a_company_of_very_many_leads_is_gone_through_whole():
    assert len(sample(dict.fromkeys(map(str, range(50)), "firm"), 10, Random(1).random).leads) == 50


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
    assert width(WHOLE, sure) < width(through(HUNDRED, of=5000, times=2), sure)


def test_a_part_is_scaled_up():
    runs = [charges({0: 0.5, 1: 0.0})]
    of = through(["a", "b"], of=20)
    assert money(runs, of, sure)["expected"] == 5
    [(name, row)] = operations(runs, of).items()
    assert name == ("a", "person", False)
    assert (row["calls"], row["found"], row["cost"]) == (20, 10, 5)
    assert shares([{"a": "asked", "b": "settled"}], of) == {"asked": 10, "settled": 10}


def test_who_costs_nothing_is_not_gone_through():
    groups = {f"lead {number}": f"firm {number // 2}" for number in range(4000)}
    looked_at = sample(groups, 1000, Random(1).random)
    asking = {lead for lead in looked_at.leads if lead.endswith("0")}  # one lead in ten, one firm in five
    of = drawn(looked_at, groups, asking, 100, 8, Random(2).random)
    some = of.gone_through
    assert (len(some.leads), some.groups, some.of_groups, of.times) == (100, 50, len(asking), 1)
    assert some.of == 2 * len(asking) and len(of.quiet) == 1000 - some.of
    assert looked_at.scale == pytest.approx(4) and of.scale == pytest.approx(4 * some.of / 100)
    told = money([charges({groups[lead]: 0.5 for lead in some.leads})], of, sure)
    assert told["expected"] == pytest.approx(0.5 * 4 * len(asking))
    # Of all leads it is only known by lot how many ask; nothing is unsure where all were looked at.
    assert told["low"] < 0.9 * told["expected"]
    ways = dict.fromkeys(some.leads, "asked") | dict.fromkeys(of.quiet, "settled")
    assert shares([ways], of) == {"asked": 4 * some.of, "settled": 4 * len(of.quiet)}
    few = drawn(looked_at, groups, set([*asking][:10]), 100, 8, Random(2).random)
    assert (len(few.gone_through.leads), few.times) == (20, 5) and few.scale == looked_at.scale
    nobody = drawn(looked_at, groups, set(), 100, 8, Random(2).random)
    assert money([[]] * nobody.times, nobody, sure)["high"] == 0 and nobody.quiet == looked_at.leads


def test_what_is_left_under_a_ceiling():
    assert left(10.0, 4.0, 2.0, 100) == {
        "ceiling": 10.0, "spent": 4.0, "expected": 2.0, "left": 4.0, "runway_leads": 200}
    assert left(5.0, 4.0, 2.0, 100)["left"] == 0
    assert left(5.0, 4.0, 0.0, 100)["runway_leads"] is None


@pytest.mark.parametrize(("kind", "seeds", "goal"), [
    ("plain", (3101, 3102), "fill"), ("wide", (3101, 3102), "fill"), ("plain", (3103, 3104), "decision")])
def test_it_comes_near_the_bill_of_markets(kind, seeds, goal):
    """Of later leads, by what was learnt of the first; bench_estimate tells it of more."""
    results = [measure(kind, seed, goal, 250) for seed in seeds]
    assert sum(one.expected for one in results) == pytest.approx(sum(one.bill for one in results), rel=0.1)
    assert all(0.8 * one.low < one.bill < 1.2 * one.high for one in results)
