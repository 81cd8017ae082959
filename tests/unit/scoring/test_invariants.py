"""What holds for every model that can be used and for all facts."""

from __future__ import annotations

import copy
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sidecar.scoring import check_model, compiled, default_model, score
from sidecar.scoring.bounds import Scorecard
from tests.unit.scoring.inventing import NOW, TYPES, any_facts, event_rules, facts, gains, models
from tests.unit.scoring.test_engine import check_sums

slow = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
FIELDS = ("total", "grade", "components", "fit", "intent", "rating", "next_grade")


@given(models(), facts())
@slow
def test_everything_adds_up_and_stays_within_its_bounds(model: dict[str, Any], known: dict[str, Any]) -> None:
    assert check_model(model) == []
    result = score(known, model, NOW)
    check_sums(result, model)
    assert 0 <= result["fit"] <= 100 and 0 <= result["intent"] <= 100
    assert result["rating"][0] in "ABCD" and result["rating"][1] in "1234"
    card = Scorecard(model)
    assert card.total(card.points(known, NOW)) == round(result["total"] * 100)


@given(models(), any_facts, st.sampled_from([None, "hot", "warm", "cold", "x"]))
@slow
def test_a_checked_model_never_raises(model: dict[str, Any], known: Any, previous: str | None) -> None:
    check_sums(score(known, model, NOW, previous), model)


@given(any_facts)
@slow
def test_the_default_model_never_raises(known: Any) -> None:
    check_sums(score(known, default_model(), NOW), default_model())


@given(models(), facts(), st.randoms(use_true_random=False))
@slow
def test_the_order_of_events_and_rules_does_not_matter(
        model: dict[str, Any], known: dict[str, Any], random: Any) -> None:
    turned, other = copy.deepcopy(model), copy.deepcopy(known)
    random.shuffle(other["events"])
    for component in turned["components"].values():
        random.shuffle(component["rules"])
    one, two = score(known, model, NOW), score(other, turned, NOW)
    assert {name: one[name] for name in FIELDS} == {name: two[name] for name in FIELDS}

    def sorted_reasons(result: dict[str, Any]) -> list[Any]:
        return sorted((r["component"], r["rule"], r["points"], r["text"]) for r in result["reasons"])

    assert sorted_reasons(one) == sorted_reasons(two)
    assert one["strongest"] == two["strongest"]


CHANGES: tuple[Callable[[dict[str, Any]], object], ...] = (
    lambda reason: reason.update(points=1), lambda reason: reason.setdefault("more", 1),
    lambda reason: reason.__setitem__("text", "changed"), lambda reason: reason.__ior__({"points": 2}),
    lambda reason: reason.pop("text"), lambda reason: reason.__delitem__("rule"),
    lambda reason: reason.popitem(), lambda reason: reason.clear())


@given(models(), facts())
@slow
def test_same_facts_same_score(model: dict[str, Any], known: dict[str, Any]) -> None:
    """What is remembered changes nothing, and nobody changes what is remembered."""
    first = score(known, model, NOW)
    kept = copy.deepcopy(first)
    assert all(type(reason) is dict for reason in kept["reasons"])
    for reason in [*first["reasons"], *first["strongest"]["for"], *first["strongest"]["against"]]:
        for change in CHANGES:
            with suppress(TypeError, KeyError):
                change(reason)
    assert score(copy.deepcopy(known), compiled(copy.deepcopy(model)), NOW) == kept


@given(st.lists(event_rules(gains), min_size=1, max_size=5), facts(), st.floats(0, 3))
@slow
def test_interest_only_fades_and_never_at_once(
        made: list[dict[str, Any]], known: dict[str, Any], hours: float) -> None:
    model = default_model()
    model["components"]["engagement"] = {"weight": 1, "empty": "x", "rules": [
        rule | {"name": f"rule_{number}"} for number, rule in enumerate(made)]}
    assert check_model(model) == []

    def raw(days: float) -> float:
        found = score(known, model, NOW + timedelta(days, hours=hours))["reasons"]
        return sum(reason["points"] for reason in found if reason["rule"].startswith("rule_"))

    points = [raw(days) for days in (0, 0.3, 1, 2, 7, 8, 29, 30, 31, 90, 400, 1000)]
    assert points == sorted(points, reverse=True)
    # From one day to the next each event loses at most what its half-life or window lets it.
    shortest = min(rule.get("half_life_days") or rule["days"] for rule in made)
    share = max(1 - 0.5 ** (1 / shortest), 1 / shortest)
    whole = sum(rule["points"] for rule in made) * len(known["events"])
    for day in (0, 1, 7, 29, 30):
        assert raw(day) - raw(day + 1) <= whole * share + 0.01 * len(made) + 1e-6


@given(st.lists(st.integers(0, 100_00), min_size=1, max_size=30), st.integers(0, 20_00))
def test_a_total_within_the_margin_never_flaps(totals: list[int], margin: int) -> None:
    model = compiled(default_model() | {"thresholds": {"hot": 80, "warm": 50, "margin": margin / 100}})
    hot = 80_00
    grade: str | None = None
    seen = []
    for total in totals:
        # Around the threshold, never as far below as the margin.
        wobbling = hot - margin + 1 + total % (2 * margin + 1) if margin else hot + total % 100
        grade = model.grade(min(wobbling, 100_00), grade)
        seen.append(grade)
    assert "hot" not in seen or set(seen[seen.index("hot"):]) == {"hot"}


@given(st.integers(0, 100_00), st.sampled_from([None, "hot", "warm", "cold"]))
def test_a_grade_goes_up_at_once_and_down_by_the_margin(total: int, previous: str | None) -> None:
    model = compiled(default_model())
    grade, plain = model.grade(total, previous), model.grade(total)
    order = ["cold", "warm", "hot"]
    assert order.index(grade) >= order.index(plain)
    if grade != plain:
        assert model.grade(total + 2_00) == grade and order.index(grade) <= order.index(previous or "cold")


def test_every_type_of_the_inventions_counts() -> None:
    for kind in TYPES:
        found = score({"events": [{"type": kind, "occurred_at": NOW}]}, default_model(), NOW)
        assert found["total"] > 0


def test_a_number_without_end_is_no_number_and_no_text() -> None:
    known = {"contact": {"country": 10 ** 5000, "seniority": 10 ** 5000, "phone": 10 ** 5000}, "events": [
        {"type": "page_view", "occurred_at": 10 ** 5000}], "prediction": {"points": 10 ** 5000}}
    assert score(known, default_model(), NOW)["total"] > 0
