"""The bounds of a score are those that trying everything out finds."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.scoring import default_model, score
from sidecar.scoring.bounds import Scorecard
from sidecar.scoring.checking import check_model
from tests.product_copy import copy_product, python

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
MODEL = default_model()
CARD = Scorecard(MODEL)
# Of each fact of the default model some values, one at least for each outcome of each rule.
VALUES: dict[str, list[Any]] = {
    "contact.seniority": ["cxo", "director", "manager", "senior", "entry", "training"],
    "contact.department": ["sales", "finance", "legal"],
    "contact.email_type": ["corporate", "role", "free", "disposable"],
    "contact.phone": ["+4930123456"], "contact.phone_country": ["DE", "IN"],
    "contact.linkedin_url": ["https://www.linkedin.com/in/x"], "contact.country": ["DE", "IN"],
    "organization.company_size": ["1-10", "11-50", "201-500", "1001-5000", "10001+"],
    "organization.industry": ["software", "machinery", "farming"],
    "organization.revenue_range": ["$0-$1M", "$1M-$10M", "$10M-$25M", "$10B+"],
    "organization.domain": ["x.example"], "organization.country": ["FR", "IN"],
}
PLACES = sorted(VALUES)


def facts_of(known: dict[str, Any], event: str | None = None) -> dict[str, Any]:
    facts: dict[str, Any] = {"contact": {}, "organization": {}, "lead": {}, "events": []}
    for place, value in known.items():
        entity, _, name = place.partition(".")
        facts[entity][name] = value
    if event:
        facts["events"] = [{"type": event, "occurred_at": NOW, "properties": {}}]
    return facts


def total(known: dict[str, Any], event: str | None, model: dict[str, Any] = MODEL) -> int:
    return round(score(facts_of(known, event), model, NOW)["total"] * 100)


def bounds(known: dict[str, Any], event: str | None, learnable: set[str], card: Scorecard = CARD
           ) -> tuple[int, int]:
    facts = facts_of(known, event)
    return card.bounds(facts, card.points(facts, NOW), frozenset(learnable))


known_facts = st.fixed_dictionaries({}, optional={
    place: st.sampled_from(values) for place, values in VALUES.items()})
events = st.sampled_from([None, "demo_request", "form_submit", "bounce"])


@given(known_facts, events)
def test_a_total_is_the_engine_s(known: dict[str, Any], event: str | None) -> None:
    facts = facts_of(known, event)
    assert CARD.total(CARD.points(facts, NOW)) == total(known, event)
    assert CARD.grade(total(known, event)) == score(facts, MODEL, NOW)["grade"]


@given(known_facts, events, st.sets(st.sampled_from(PLACES), max_size=4))
@settings(max_examples=100, deadline=None)
def test_bounds_are_the_extremes_of_all_that_can_be_learnt(
    known: dict[str, Any], event: str | None, learnable: set[str]
) -> None:
    choices = [[known.get(place), *VALUES[place]] if place in learnable else [known.get(place)]
               for place in PLACES]
    totals = [total({p: v for p, v in zip(PLACES, values, strict=True) if v is not None}, event)
              for values in product(*choices)]
    assert bounds(known, event, learnable) == (min(totals), max(totals))


def test_what_cannot_be_learnt_does_not_count() -> None:
    assert bounds({}, None, set()) == (0, 0)
    assert bounds({}, None, {"lead.message", "contact.city"}) == (0, 0)


def test_a_fact_that_counts_twice_for_and_against_is_one_fact() -> None:
    model = copy.deepcopy(MODEL)
    for name, points in (("demographic", 40), ("firmographic", -40)):
        model["components"][name]["rules"] = [{
            "name": "phone", "kind": "known", "facts": ["contact.phone"], "points": points, "text": "x",
            "missing": "y"}, {
            "name": "domain", "kind": "known", "facts": ["organization.domain"], "points": 50, "text": "x",
            "missing": "y"}]
    card = Scorecard(model)
    assert bounds({}, None, {"contact.phone"}, card) == (0, 1000)
    assert bounds({"organization.domain": "x.example"}, None, {"contact.phone"}, card) == (2500, 2500)


def test_only_values_that_there_are_count() -> None:
    model = copy.deepcopy(MODEL)
    rule = model["components"]["demographic"]["rules"][0]
    rule["otherwise"] = {"points": 100, "text": "Never: every seniority has a case"}
    assert bounds({}, None, {"contact.seniority"}, Scorecard(model)) == (0, 1250)


NEW_KIND = '''
from sidecar.scoring.shapes import FACTS
from sidecar.scoring.subject import Kind, fact_at

KIND = Kind("longer", {"facts": FACTS, "cases": {}}, lambda rule: lambda subject: (
    700 if len(str(fact_at(subject.facts, rule["facts"][0]))) > 4 else 0, "x", True))
'''
ASK = '''
import json
from datetime import UTC, datetime
from sidecar.scoring import default_model
from sidecar.scoring.bounds import Scorecard
model = default_model()
model["components"]["demographic"]["rules"] = [{
    "name": "n", "kind": "longer", "facts": ["contact.city"],
    "cases": [{"points": 7}, {"points": -3}]}, {"name": "m", "kind": "known", "facts": ["contact.phone"],
    "points": 20, "text": "x", "missing": "y"}]
card = Scorecard(model)
facts = {"contact": {"phone": "+1"}}
points = card.points(facts, datetime.now(UTC))
print(json.dumps([card.bounds(facts, points, frozenset(places)) for places in (["contact.city"], [])]))
'''


def test_a_new_kind_of_rule_has_the_bounds_of_its_points(tmp_path: Path) -> None:
    root = copy_product(tmp_path, "sidecar")
    (root / "sidecar/scoring/rules/longer.py").write_text(NEW_KIND)
    assert json.loads(python(root, "-c", ASK)) == [[425, 675], [500, 500]]


@pytest.mark.parametrize("place", PLACES)
def test_every_fact_of_the_model_is_tried(place: str) -> None:
    assert place in CARD.places


MIXED = copy.deepcopy(MODEL)
MIXED["components"]["demographic"] |= {
    "groups": {"reach": {"limit": 8, "text": "Ways to reach somebody end at 8"}},
    "rules": [
        {"name": "phone", "kind": "known", "facts": ["contact.phone"], "points": 6, "text": "x",
         "missing": "y", "group": "reach"},
        {"name": "linkedin", "kind": "known", "facts": ["contact.linkedin_url"], "points": 6, "text": "x",
         "missing": "y", "group": "reach"},
        {"name": "both", "kind": "condition", "points": 40, "text": "x", "when": {"all": [
            {"fact": "contact.seniority", "in": ["vp", "cxo"]},
            {"not": {"fact": "contact.job_title", "contains": ["assistant"]}},
            {"fact": "organization.employee_count", "between": {"from": 50, "to": 500}}]}},
        {"name": "title", "kind": "keywords", "facts": ["contact.job_title"], "missing": "y",
         "cases": [{"words": ["head"], "points": 30, "text": "x"}],
         "otherwise": {"points": -10, "text": "x"}},
    ]}
MIXED["components"]["firmographic"]["rules"] = [
    {"name": "people", "kind": "range", "facts": ["organization.employee_count"], "missing": "y",
     "cases": [{"to": 100, "points": 70, "text": "x"}], "otherwise": {"points": 10, "text": "x"}},
    {"name": "size", "kind": "known", "facts": ["contact.phone"], "points": 20, "text": "x", "missing": "y",
     "when": {"fact": "contact.seniority", "is": "vp"}}]
MIXED_CARD = Scorecard(MIXED)
MIXED_VALUES: dict[str, list[Any]] = {
    "contact.phone": ["+1"], "contact.linkedin_url": ["x"], "contact.seniority": ["vp", "cxo", "entry"],
    "contact.job_title": ["head", "head assistant", "assistant", "other"],
    "organization.employee_count": [10, 75, 200, 900]}


@given(st.fixed_dictionaries({}, optional={
    place: st.sampled_from(values) for place, values in MIXED_VALUES.items()}), events,
    st.sets(st.sampled_from(sorted(MIXED_VALUES)), max_size=4))
@settings(deadline=None, max_examples=60)
def test_bounds_of_groups_conditions_and_ranges_are_exact(
        known: dict[str, Any], event: str | None, learnable: set[str]) -> None:
    choices = [[known.get(place), *MIXED_VALUES[place]] if place in learnable else [known.get(place)]
               for place in MIXED_VALUES]
    totals = [total({p: v for p, v in zip(MIXED_VALUES, values, strict=True) if v is not None}, event, MIXED)
              for values in product(*choices)]
    assert bounds(known, event, learnable, MIXED_CARD) == (min(totals), max(totals))


@given(known_facts, events, st.sampled_from([None, "hot", "warm", "cold"]))
def test_a_grade_is_that_after_the_one_before(
        known: dict[str, Any], event: str | None, previous: str | None) -> None:
    facts = facts_of(known, event)
    result = score(facts, MODEL, NOW, previous)
    assert CARD.grade(CARD.total(CARD.points(facts, NOW)), previous) == result["grade"]


# What each fact may be, each on some side of what conditions and rules say of it.
SOME: dict[str, list[Any]] = {
    "contact.phone": ["+49 30 1", "+1 212"], "contact.email_type": ["corporate", "free", "role"],
    "contact.seniority": ["vp", "entry"], "contact.country": ["DE", "FR", "IN"],
    "organization.employee_count": [5, 10, 30, 31, 900],
    "contact.job_title": ["Head of Sales", "Assistant Head", "Assistant, Sales", "Sales Head Assistant", "x"],
    "organization.technologies": [["a"], ["a", "b"], ["b", "c"]], "organization.country": ["DE", "FR"]}
PLACED = sorted(SOME)
WORDS = st.sampled_from(["head", "sales", "assistant", "x"])
LIMITS = st.sampled_from([{"from": 10}, {"to": 30}, {"from": 10, "to": 30}, {"from": 31, "to": 900}])
TESTS: dict[str, list[st.SearchStrategy[dict[str, Any]]]] = {
    "contact.phone": [st.fixed_dictionaries({"begins": st.sampled_from(["+49", ["+1", "+44"]])})],
    "organization.technologies": [
        st.fixed_dictionaries({"in": st.lists(st.sampled_from("abc"), min_size=1)})],
    "contact.job_title": [st.fixed_dictionaries({name: WORDS}) for name in ("words", "contains", "begins")],
    "organization.employee_count": [st.fixed_dictionaries({"between": LIMITS}), st.just({"in": [5, 31]})]}
leaf = st.sampled_from(PLACED).flatmap(lambda place: st.one_of(
    st.fixed_dictionaries({"known": st.booleans()}),
    *TESTS.get(place, [st.fixed_dictionaries({"is": st.sampled_from(SOME[place])}),
                       st.fixed_dictionaries({"in": st.lists(st.sampled_from(SOME[place]), min_size=1)})]),
).map(lambda test: {"fact": place, **test}))
condition = st.recursive(leaf, lambda inner: st.one_of(
    st.fixed_dictionaries({"not": inner}), *(st.fixed_dictionaries({
        name: st.lists(inner, min_size=1, max_size=3)}) for name in ("all", "any"))), max_leaves=6)
worth = st.integers(-100, 100)
a_case = st.integers(-100, 100).map(lambda points: {"points": points, "text": "x"})
of_kind = st.one_of(
    st.fixed_dictionaries({"kind": st.just("condition"), "points": worth, "text": st.just("x"),
                           "when": condition}),
    st.fixed_dictionaries({"kind": st.just("known"), "points": worth, "text": st.just("x"),
                           "missing": st.just("y"), "facts": st.lists(
                               st.sampled_from(PLACED), min_size=1, max_size=2, unique=True)},
                          optional={"when": condition}),
    *(st.fixed_dictionaries({
        "kind": st.just("choice"), "facts": st.just(facts),
        "cases": st.lists(st.tuples(a_case, st.sampled_from(SOME[facts[0]])).map(
            lambda made: {**made[0], "values": [made[1]]}), min_size=1, max_size=2, unique_by=(
                lambda made: made["values"][0])),
        "otherwise": a_case, "missing": st.just("y")}, optional={"when": condition})
        for facts in (["contact.seniority"], ["contact.country", "organization.country"])),
    st.fixed_dictionaries({
        "kind": st.just("range"), "facts": st.just(["organization.employee_count"]),
        "cases": st.tuples(a_case, LIMITS).map(lambda made: [{**made[0], **made[1]}]),
        "otherwise": a_case, "missing": st.just("y")}, optional={"when": condition}),
    st.fixed_dictionaries({
        "kind": st.just("keywords"), "facts": st.just(["contact.job_title"]),
        "cases": st.lists(st.tuples(a_case, WORDS).map(lambda made: {**made[0], "words": [made[1]]}),
                          min_size=1, max_size=3),
        "otherwise": a_case, "missing": st.just("y")}, optional={"when": condition}))


@st.composite
def models(draw: st.DrawFn) -> dict[str, Any]:
    """Models of which rules have conditions within conditions, on facts that several rules look at."""
    made = copy.deepcopy(MODEL)
    for name in ("demographic", "firmographic"):
        made["components"][name].pop("groups", None)
        made["components"][name]["rules"] = [
            {**rule, "name": f"rule_{number}"}
            for number, rule in enumerate(draw(st.lists(of_kind, min_size=1, max_size=3)))]
    return made


PHONED = {"fact": "contact.phone", "known": True}


@pytest.mark.parametrize(("rule", "places", "ends"), [
    ({"kind": "choice", "facts": ["contact.seniority"], "missing": "y", "when": PHONED, "cases": [
        {"values": ["vp"], "points": 80, "text": "x"}], "otherwise": {"points": 20, "text": "x"}},
     {"contact.seniority"}, (500, 2000)),
    ({"kind": "range", "facts": ["organization.employee_count"], "missing": "y", "when": PHONED, "cases": [
        {"to": 9, "points": 80, "text": "x"}], "otherwise": {"points": 20, "text": "x"}},
     {"organization.employee_count"}, (0, 2000)),
    ({"kind": "keywords", "facts": ["contact.job_title"], "missing": "y", "cases": [
        {"words": ["head"], "points": 80, "text": "x"}], "otherwise": {"points": 20, "text": "x"},
      "when": {"all": [PHONED, {"fact": "contact.job_title", "contains": "sales"}]}},
     {"contact.job_title"}, (0, 2000)),
    ({"kind": "condition", "points": 40, "text": "x", "when": {"all": [PHONED, *(
        {"fact": "organization.technologies", "is": name} for name in ("a", "b", "c"))]}},
     {"organization.technologies"}, (0, 1000))])
def test_what_a_rule_gives_while_its_condition_holds_is_tried_out(
        rule: dict[str, Any], places: set[str], ends: tuple[int, int]) -> None:
    model = copy.deepcopy(MODEL)
    model["components"]["demographic"]["rules"] = [{"name": "one", **rule}]
    known = {"contact.phone": "+1"} | ({"contact.seniority": "entry"} if rule["kind"] == "choice" else {})
    assert bounds(known, None, places, Scorecard(model)) == ends


def test_a_prediction_may_begin_to_count_by_what_is_learnt() -> None:
    model = copy.deepcopy(MODEL)
    model["components"]["ml"]["rules"] = [
        {"name": "prediction", "kind": "prediction", "missing": "none", "when": PHONED}]
    card = Scorecard(model)
    facts = facts_of({}) | {"prediction": {"points": 70}}
    low, high = card.bounds(facts, card.points(facts, NOW), frozenset({"contact.phone"}))
    ends = [score(facts_of(phone) | {"prediction": {"points": 70}}, model, NOW)["total"] * 100
            for phone in ({}, {"contact.phone": "+1"})]
    assert low <= min(ends) < max(ends) <= high
    assert card.bounds(facts, card.points(facts, NOW), frozenset())[0] == card.total(card.points(facts, NOW))


some_facts = st.fixed_dictionaries({}, optional={
    place: st.sampled_from(values) for place, values in SOME.items()})


@given(models(), some_facts, st.sets(st.sampled_from(PLACED), max_size=4), st.data())
@settings(deadline=None, max_examples=200)
def test_whatever_is_learnt_the_score_stays_within_the_bounds_of_nested_conditions(
        model: dict[str, Any], known: dict[str, Any], learnable: set[str], data: st.DataObject) -> None:
    assert not check_model(model)
    card = Scorecard(model)
    low, high = bounds(known, None, learnable, card)
    for _ in range(5):
        after = {**known, **{place: data.draw(st.sampled_from(SOME[place])) for place in sorted(learnable)
                             if data.draw(st.booleans())}}
        ended = total(after, None, model)
        assert low <= ended <= high
        if card.grade(low) == card.grade(high):
            assert score(facts_of(after), model, NOW)["grade"] == card.grade(low)
