"""What may still be spent."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.enrichment import PROVIDERS
from sidecar.enrichment.money import Ceilings, Purse, cost, highest, runway

BILLS_MISSES = PROVIDERS["clearbit"].operation("person")
FREE_MISSES = PROVIDERS["hunter"].operation("person")


def test_without_a_ceiling_everything_may_be_bought():
    purse = Purse(Ceilings())
    assert not purse.ceilings.any
    assert purse.pay(["a"], "hunter", False, 1e6) == "a"


@pytest.mark.parametrize(("ceilings", "left"), [
    (Ceilings(lead=0.5), 0.2), (Ceilings(day=2), 0.8), (Ceilings(month={"hunter": 49}), 8.5),
    (Ceilings(month={"clearbit": 1}), float("inf")), (Ceilings(0.5, 2, {"hunter": 49}), 0.2)])
def test_the_lowest_ceiling_counts(ceilings, left):
    purse = Purse(ceilings, {("a", False): 0.3}, {False: 1.2}, {("hunter", False): 40.5})
    assert purse.left("a", "hunter", False) == pytest.approx(left)


def test_a_ceiling_may_be_reached_and_not_passed():
    purse = Purse(Ceilings(lead=0.3))
    assert [purse.pay(["a"], "hunter", False, 0.1) for _ in range(4)] == ["a", "a", "a", None]


def test_what_is_too_dear_leaves_the_money_for_what_is_cheaper():
    purse = Purse(Ceilings(day=0.1))
    assert purse.pay(["a"], "peopledatalabs", False, 0.28) is None
    assert purse.pay(["a"], "hunter", False, 0.0049) == "a"


def test_what_is_free_may_always_be_asked():
    purse = Purse(Ceilings(0, 0, {"hunter": 0}))
    assert purse.pay(["a"], "hunter", False, 0) == "a"
    assert purse.pay(["a"], "hunter", False, 0.0001) is None


def test_the_first_lead_that_can_pays_for_all_that_need_a_call():
    purse = Purse(Ceilings(lead=0.3), {("a", False): 0.25})
    assert purse.pay(["a", "b", "c"], "hunter", False, 0.1) == "b"
    assert purse.leads == {("a", False): 0.25, ("b", False): 0.1}


def test_play_money_is_not_real_money():
    purse = Purse(Ceilings(day=1), days={True: 1.0})
    assert purse.pay(["a"], "hunter", True, 0.1) is None
    assert purse.pay(["a"], "hunter", False, 0.1) == "a"


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["hunter", "apollo"]),
                          st.integers(0, 300_000)), max_size=60))
def test_no_ceiling_is_ever_passed(wanted):
    purse = Purse(Ceilings(0.7, 1.5, {"hunter": 0.9}))
    bought = [(lead, provider, price / 1e6) for lead, provider, price in wanted
              if purse.pay([lead], provider, False, price / 1e6)]
    assert sum(price for *_, price in bought) <= 1.5 + 1e-6
    assert sum(price for _, provider, price in bought if provider == "hunter") <= 0.9 + 1e-6
    for lead in "abc":
        assert sum(price for who, _, price in bought if who == lead) <= 0.7 + 1e-6


@pytest.mark.parametrize(("operation", "outcome", "error", "usd"), [
    (FREE_MISSES, "found", None, 0.0049), (FREE_MISSES, "not_found", None, 0),
    (BILLS_MISSES, "not_found", None, 0.099), (FREE_MISSES, "throttled", None, 0),
    (BILLS_MISSES, "error", None, 0), (FREE_MISSES, "refused", None, 0),
    (FREE_MISSES, "error", "connection_refused", 0), (FREE_MISSES, "error", "timeout", None),
    (FREE_MISSES, "error", "key_missing", 0), (FREE_MISSES, "error", "host_not_declared", 0),
    (FREE_MISSES, "pending", None, None)])
def test_what_an_answer_cost(operation, outcome, error, usd):
    assert cost(operation, outcome, error) == usd


def test_a_record_that_tells_nothing_has_its_price():
    assert cost(FREE_MISSES, "not_found", None, credits=1.0) == 0.0049
    assert cost(BILLS_MISSES, "not_found", None, credits=1.0) == 0.099


def test_what_is_reserved_is_the_most_that_an_answer_may_cost():
    assert highest(replace(FREE_MISSES, price_found=0.1, price_missing=0.3)) == 0.3


def test_how_long_a_ceiling_lasts():
    assert runway(49, 19, 21, 7) == 10
    assert runway(49, 60, 21, 7) == 0
    assert runway(None, 19, 21, 7) is None
    assert runway(49, 19, 0, 7) is None
