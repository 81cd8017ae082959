"""How a grade may end, and what an answer tells of it."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.enrichment.beliefs import Beliefs
from sidecar.enrichment.outlook import Ahead, Outlook, Source, _entropy
from sidecar.scoring import default_model
from sidecar.scoring.bounds import Scorecard
from sidecar.scoring.subject import with_facts

CARD = Scorecard(default_model())
NOW = datetime(2026, 1, 1, tzinfo=UTC)
DEMO = {"events": [{"type": "demo_request", "occurred_at": NOW, "properties": {}}]}
ONE = {"contact": [1.0], "organization": [1.0]}


def source(name: str, chance: float, *places: str, subject: str = "contact") -> Source:
    return Source(name, subject, chance, [chance], dict.fromkeys(places, 1.0))


SENIORITY = source("a.title", 0.5, "contact.seniority")
SIZE = source("b.size", 0.5, "organization.company_size", subject="organization")


def ahead(*sources: Source):
    return Outlook(CARD, Beliefs({})).ahead(DEMO, CARD.points(DEMO, NOW), sources, ONE)


def test_grades_are_chances_that_add_up():
    grades = ahead(SENIORITY, SIZE).grades
    assert sum(grades.values()) == pytest.approx(1)
    assert 0 < grades["warm"] < 1


def test_what_changes_seldom_is_not_taken_to_be_sure():
    def likely(change):
        found = Source("a.title", "contact", 1.0, [1.0], {"contact.seniority": change})
        return min(chance for chance in ahead(found).grades.values() if chance)

    assert 0 < likely(0.003) < likely(0.01) < likely(0.03) < likely(0.5)


def test_who_alone_decides_tells_all_that_can_be_told_and_who_changes_nothing_tells_nothing():
    tells = ahead(SENIORITY).tells
    assert tells["a.title"] == pytest.approx(1)
    tells = ahead(SENIORITY, source("c.phone", 0.5, "contact.phone_extension")).tells
    assert tells == {"a.title": pytest.approx(1), "c.phone": 0}


def test_who_is_more_likely_to_find_somebody_tells_more():
    seldom, often = (source(name, chance, "contact.seniority") for name, chance in (("a.title", 0.2),
                                                                                    ("c.title", 0.7)))
    tells = ahead(seldom, often).tells
    assert 0 < tells["a.title"] < tells["c.title"] < 1


def test_who_may_settle_the_grade_tells_more_than_who_makes_it_likelier():
    # Both take away half of the variance: one settles the grade every other time, one never does.
    settles, moves = (0.0, 0.5, 0.5, 1.0), (0.5 - 8**-0.5, 0.5 + 8**-0.5)
    assert sum(map(_entropy, settles)) / 4 < sum(map(_entropy, moves)) / 2


def test_a_fact_that_answers_which_speak_of_it_seldom_tell_is_less_likely_to_change():
    beliefs = Beliefs({})
    one = Outlook(CARD, beliefs)
    before = one.ahead(DEMO, CARD.points(DEMO, NOW), [SENIORITY], ONE).grades["warm"]
    beliefs.says("contact.seniority").see(1, 9)
    one.forget()
    after = one.ahead(DEMO, CARD.points(DEMO, NOW), [SENIORITY], ONE).grades["warm"]
    assert 0 < after < before


def test_where_the_grade_is_certain_nobody_tells_anything():
    quiet = Outlook(CARD, Beliefs({})).ahead({}, CARD.points({}, NOW), [SENIORITY], ONE)
    assert quiet.grades == {"hot": 0, "warm": 0, "cold": 1}
    assert quiet.tells == {}


PHONE, PROFILE, SENIOR = "contact.phone", "contact.linkedin_url", "contact.seniority"
SOME = {PHONE: ["+49 30 1"], PROFILE: ["x"], SENIOR: ["vp", "entry"], "contact.email_type": ["free", "role"]}


def of_condition(when: dict[str, Any], thresholds: tuple[int, int] = (25, 10)) -> Scorecard:
    """A model that gives 25 while a condition holds, and nothing else."""
    model = copy.deepcopy(default_model())
    model["thresholds"] = {"hot": thresholds[0], "warm": thresholds[1]}
    for component in model["components"].values():
        component["rules"] = component["rules"][:1]
    model["components"]["demographic"]["rules"] = [{
        "name": "when", "kind": "condition", "points": 100, "text": "x", "when": when}]
    return Scorecard(model)


def known(place: str) -> dict[str, Any]:
    return {"fact": place, "known": True}


def ahead_of(when: dict[str, Any], facts: dict[str, Any], *sources: Source) -> Ahead:
    card = of_condition(when)
    return Outlook(card, Beliefs({})).ahead(facts, card.points(facts, NOW), sources, ONE)


@pytest.mark.parametrize(("when", "hot"), [
    ({"all": [known("contact.email"), known(PHONE)]}, 0.5),
    ({"all": [known("contact.full_name"), known(PHONE)]}, 0),
    ({"all": [known(PHONE), {"not": {"fact": "contact.email_type", "is": "free"}}]}, 0),
    ({"all": [known(PHONE), {"fact": "contact.email_type", "in": ["free"]}]}, 0.5),
    ({"any": [{"not": known("contact.email")}, known(PHONE)]}, 0.5),
    ({"any": [known("contact.full_name"), {"not": known(PHONE)}]}, 0.5),
    ({"all": [known(PHONE), known(PROFILE)]}, 0.2),
    ({"any": [known(PHONE), known(PROFILE)]}, 0.7),
    ({"any": [{"all": [known(PHONE), {"not": known(PROFILE)}]},
              {"all": [known(PROFILE), {"not": known(PHONE)}]}]}, 0.5)])
def test_a_condition_is_as_likely_as_what_it_asks_for_beside_what_is_known(
        when: dict[str, Any], hot: float) -> None:
    found = ahead_of(when, {"contact": {"email": "a@b.example", "email_type": "free"}},
                     source("a.phone", 0.5, PHONE), source("b.profile", 0.4, PROFILE))
    assert found.grades["hot"] == pytest.approx(hot, abs=0.02)
    for name, place in (("a.phone", PHONE), ("b.profile", PROFILE)):
        assert (found.tells.get(name, 0) > 0) is (0 < hot < 1 and place in str(when))


def test_many_rules_whose_facts_others_tell_too_are_gone_through() -> None:
    """The ways of sixty such rules could not be told apart in a lifetime."""
    model = copy.deepcopy(default_model())
    model["components"]["demographic"].pop("groups", None)
    model["components"]["demographic"]["rules"] = [
        {"name": f"rule_{number}", "kind": "condition", "points": 1, "text": "x", "when": {"all": [
            {"fact": "contact.phone", "known": True}, {"fact": "contact.linkedin_url", "known": True}]}}
        for number in range(60)]
    card = Scorecard(model)
    told = Outlook(card, Beliefs({})).ahead(DEMO, card.points(DEMO, NOW), [
        source("a.phone", 0.5, "contact.phone"), source("b.profile", 0.5, "contact.linkedin_url"), SIZE], ONE)
    assert sum(told.grades.values()) == pytest.approx(1)
    assert told.tells["a.phone"] > 0 < told.tells["b.profile"]


def test_the_first_of_two_answers_that_count_together_tells_something() -> None:
    tells = ahead_of({"all": [known(PHONE), known(PROFILE)]}, {}, source("a.phone", 0.5, PHONE),
                     source("b.profile", 0.4, PROFILE)).tells
    assert 0 < tells["a.phone"] < tells["b.profile"] < 1


part = st.sampled_from(sorted(SOME)).flatmap(lambda place: st.one_of(
    st.fixed_dictionaries({"fact": st.just(place), "known": st.booleans()}),
    st.fixed_dictionaries({"fact": st.just(place), "is": st.sampled_from(SOME[place])})))
conditions = st.recursive(part, lambda inner: st.one_of(
    st.fixed_dictionaries({"not": inner}), *(st.fixed_dictionaries({
        name: st.lists(inner, min_size=2, max_size=3)}) for name in ("all", "any"))), max_leaves=5)


some_facts = st.fixed_dictionaries({}, optional={
    place: st.sampled_from(values) for place, values in SOME.items()})


@given(conditions, some_facts, st.sets(st.sampled_from(sorted(SOME))))
def test_a_grade_has_a_chance_if_and_only_if_answers_can_lead_to_it(
        when: dict[str, Any], told: dict[str, Any], learnable: set[str]) -> None:
    card = of_condition(when)
    facts = with_facts(list(told), list(told.values()))
    asked = [source(f"p.{place}", 0.5, place) for place in sorted(learnable & set(card.places))]
    found = Outlook(card, Beliefs({})).ahead(facts, card.points(facts, NOW), asked, ONE)
    ends = {card.grade(card.total(card.points(with_facts(list(card.places), values, facts), NOW)))
            for values in product(*([None, *(card_values(card, place) if place in learnable else ())]
                                    for place in card.places))}
    assert {grade for grade, chance in found.grades.items() if chance > 0} == ends
    assert not ends - {"hot", "cold"}
    assert (len(ends) > 1) is any(tells > 0 for tells in found.tells.values())


def card_values(card: Scorecard, place: str) -> list[Any]:
    return [value for number, rule in enumerate(card.rules) if place in rule.places
            for value in card.values(number, place)]
