"""The file of a market says what is wrong with it, and where."""

from __future__ import annotations

import math
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.enrichment.market import BadMarket, Market
from sidecar.enrichment.market_file import faults

MARKET: dict[str, Any] = {
    "version": 1, "seed": 7, "currency": "USD",
    "providers": [{"name": "alpha", "operations": [{
        "name": "company", "subject": "organization", "needs": [["company_domain"]], "provides": ["industry"],
        "price_found": 0.02, "price_missing": None, "latency_ms": 400, "confidence": 0.8}]}],
    "leads": [{"lead": {"email": "ada@firm.example"}, "answers": {
        "alpha.company": {"outcome": "found", "fields": {"industry": "Software"}, "confidence": None}}}]}


def with_(pointer: str, value: Any) -> dict[str, Any]:
    """The market with another value at a place."""
    made = deepcopy(MARKET)
    *path, last = pointer.strip("/").split("/")
    at: Any = made
    for part in path:
        at = at[int(part) if isinstance(at, list) else part]
    at[int(last) if isinstance(at, list) else last] = value
    return made


OPERATION = "/providers/0/operations/0"
ANSWER = "/leads/0/answers/alpha.company"


def test_a_market_of_the_format_can_be_used():
    assert faults(MARKET) == []
    assert faults(MARKET | {"leads": [], "providers": []}) == []


@pytest.mark.parametrize(("pointer", "value", "where"), [
    ("/version", 2, "/version"),
    ("/leads", {}, "/leads"),
    ("/providers/0/name", "", "/providers/0/name"),
    (f"{OPERATION}/subject", "firm", f"{OPERATION}/subject"),
    (f"{OPERATION}/price_found", -1, f"{OPERATION}/price_found"),
    (f"{OPERATION}/price_found", math.nan, f"{OPERATION}/price_found"),
    (f"{OPERATION}/price_found", math.inf, f"{OPERATION}/price_found"),
    (f"{OPERATION}/price_found", True, f"{OPERATION}/price_found"),
    (f"{OPERATION}/price_found", None, f"{OPERATION}/price_found"),
    (f"{OPERATION}/confidence", 5, f"{OPERATION}/confidence"),
    (f"{OPERATION}/needs", ["company_domain"], f"{OPERATION}/needs/0"),
    (f"{OPERATION}/needs", [["shoe_size"]], f"{OPERATION}/needs/0"),
    (f"{OPERATION}/provides", "industry", f"{OPERATION}/provides"),
    ("/leads/0/lead", None, "/leads/0/lead"),
    ("/leads/0/answers", [], "/leads/0/answers"),
    (f"{ANSWER}/outcome", "Found", f"{ANSWER}/outcome"),
    (f"{ANSWER}/fields", ["Software"], f"{ANSWER}/fields"),
])
def test_what_is_wrong_is_told_with_its_place(pointer, value, where):
    document = with_(pointer, value)
    assert [fault.pointer for fault in faults(document)] == [where]
    with pytest.raises(BadMarket, match=where):
        Market.read(document)


@pytest.mark.parametrize("where", ["/providers", f"{OPERATION.removesuffix('/0')}"])
def test_a_name_stands_once(where):
    document = deepcopy(MARKET)
    several = document["providers"] if where == "/providers" else document["providers"][0]["operations"]
    several.append(deepcopy(several[0]))
    assert [str(fault) for fault in faults(document)] == [
        f"{where}/1/name: {several[0]['name']} is there already"]


def test_of_many_faults_the_first_ten_are_told():
    document = MARKET | {"leads": [{"lead": None}] * 30}
    with pytest.raises(BadMarket, match=r" \(and 20 more\)$") as told:
        Market.read(document)
    assert str(told.value).count("must be an object") == 10


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["version", "providers", "leads", "lead", "answers", "operations", "name", "subject", "needs"]),
        inner, max_size=4), max_leaves=12)


@given(st.sampled_from([
    "/version", "/providers", "/providers/0", "/providers/0/name", "/providers/0/operations", OPERATION,
    f"{OPERATION}/needs", f"{OPERATION}/provides", f"{OPERATION}/price_missing", "/leads", "/leads/0",
    "/leads/0/lead", "/leads/0/answers", ANSWER, f"{ANSWER}/fields"]), _JSON)
def test_whatever_stands_there_a_market_is_read_or_refused(pointer, value):
    document = with_(pointer, value)
    try:
        Market.read(document)
    except BadMarket:
        assert faults(document)
    else:
        assert not faults(document)
