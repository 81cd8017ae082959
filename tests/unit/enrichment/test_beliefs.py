"""What is believed of providers moves with what is seen, and not too far."""

from __future__ import annotations

import random

import pytest

from sidecar.enrichment.beliefs import Beliefs

TRAITS = ("country DE", "e-mail corporate", "size None")


def chance(beliefs: Beliefs, name: str, traits: tuple[str, ...] = TRAITS,
           history: list[tuple[str, bool]] | None = None) -> float:
    return beliefs.chances("contact", [name], traits, history or []).of(name)


def test_before_anything_is_seen_the_prior_is_believed():
    assert chance(Beliefs({"a": 0.5}), "a") == pytest.approx(0.5, abs=0.001)
    assert chance(Beliefs({"a": 0.8}), "a") == pytest.approx(0.78, abs=0.04)


@pytest.mark.parametrize("rate", [0.2, 0.5, 0.85])
def test_hit_rates_are_learnt(rate):
    world, beliefs = random.Random(1), Beliefs({"a": 0.5})
    for _ in range(400):
        beliefs.see("contact", "a", TRAITS, [], world.random() < rate)
    assert chance(beliefs, "a") == pytest.approx(rate, abs=0.07)


def test_what_was_seen_seldom_stays_near_what_is_seen_of_all():
    beliefs = Beliefs({"a": 0.5})
    for _ in range(60):
        beliefs.see("contact", "a", TRAITS, [], True)
    beliefs.see("contact", "a", ("country BR", *TRAITS[1:]), [], False)
    assert 0.5 < chance(beliefs, "a", ("country BR", *TRAITS[1:])) < chance(beliefs, "a")


def test_a_trait_counts_for_all_operations():
    beliefs = Beliefs({"a": 0.5, "b": 0.5})
    abroad = ("country BR", *TRAITS[1:])
    for _ in range(80):
        beliefs.see("contact", "a", TRAITS, [], True)
        beliefs.see("contact", "a", abroad, [], False)
    assert chance(beliefs, "b", abroad) < chance(beliefs, "b")


def test_a_miss_lowers_the_chance_of_others_and_a_hit_raises_it():
    beliefs = Beliefs({"a": 0.5, "b": 0.5, "c": 0.5})
    missed = chance(beliefs, "b", history=[("a", False)])
    assert missed < chance(beliefs, "b") < chance(beliefs, "b", history=[("a", True)])
    assert chance(beliefs, "b", history=[("a", False), ("c", False)]) < missed


@pytest.mark.parametrize(("together", "more"), [(True, True), (False, False)])
def test_how_far_misses_hang_together_is_learnt(together, more):
    world, beliefs = random.Random(3), Beliefs({"a": 0.5, "b": 0.5})
    before = chance(beliefs, "b") - chance(beliefs, "b", history=[("a", False)])
    for _ in range(300):
        first = world.random() < 0.5
        second = first if together and world.random() < 0.9 else world.random() < 0.5
        beliefs.see("contact", "a", TRAITS, [], first)
        beliefs.see("contact", "b", TRAITS, [("a", first)], second)
    after = chance(beliefs, "b") - chance(beliefs, "b", history=[("a", False)])
    assert (after > before) is more


def test_who_contradicts_is_trusted_less():
    beliefs = Beliefs({"a": 0.5, "b": 0.5})
    prior = beliefs.wrong("a").rate
    for _ in range(10):
        beliefs.differ("a", "lead", True)
        beliefs.differ("b", "lead", False)
    assert beliefs.wrong("b").rate < prior < beliefs.wrong("a").rate
    beliefs.differ("b", "a", True)
    assert beliefs.wrong("b").rate < prior
