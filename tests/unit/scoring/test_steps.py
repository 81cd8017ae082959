"""What would lift a lead: few steps, which really do."""

from __future__ import annotations

from itertools import combinations
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sidecar.scoring import COMPONENTS, compiled, default_model, score, steps_of
from sidecar.scoring.steps import _table
from sidecar.scoring.subject import Subject, fact_at
from sidecar.terms.states import EVENTS
from tests.unit.scoring.inventing import NOW, facts, models
from tests.unit.scoring.test_engine import PERFECT, event, facts_strategy, without

slow = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def reached(result: dict[str, Any]) -> float:
    return round(result["total"] + sum(step["points"] for step in result["next_grade"]["steps"]), 2)


def candidates(known: dict[str, Any], model: dict[str, Any]) -> list[tuple[str, Any]]:
    """All events that never happened, and of each unknown fact the best value."""
    ages = Subject(known, NOW).ages
    return [(name, None) for name in EVENTS if name not in ages] + [
        (step.name, step.value) for step, *_ in _table(compiled(model)).lines
        if step.value is not None and fact_at(known, step.name) is None]


def own(hot: float, **parts: tuple[float, list[dict[str, Any]]]) -> dict[str, Any]:
    """A model of these components: their weight and rules."""
    return {"version": "own", "thresholds": {"hot": hot, "warm": 0}, "components": {
        name: {"weight": weight, "empty": "Nothing", "rules": rules}
        for name, (weight, rules) in {name: parts.get(name, (0.0, [])) for name in COMPONENTS}.items()}}


def rule(fact: str, points: float, **more: Any) -> dict[str, Any]:
    return {"name": fact, "kind": "known", "facts": [fact], "points": points, "text": fact,
            "missing": "Unknown", **more}


def reach(known: dict[str, Any], model: dict[str, Any], number: int, least: float) -> bool:
    """Whether so many steps reach a total, by trying all of them."""
    return any(
        score(Subject(known, NOW).after(steps).facts, model, NOW)["total"] >= least
        for steps in combinations(candidates(known, model), number))


@given(models(), facts())
@slow
def test_steps_reach_the_grade_they_name(model: dict[str, Any], known: dict[str, Any]) -> None:
    result = score(known, model, NOW)
    found = result["next_grade"]
    if result["grade"] == "hot":
        assert found is None
        return
    least = model["thresholds"][found["grade"]]
    assert found["missing"] == round(least - result["total"], 2) > 0
    assert len(found["steps"]) <= 3
    if found["steps"]:
        assert reached(result) >= least
    if len(found["steps"]) != 1:
        assert not reach(known, model, 1, least)


@given(facts_strategy)
@settings(deadline=None, max_examples=25)
def test_they_are_the_fewest(known: dict[str, Any]) -> None:
    model = default_model()
    result = score(known, model, NOW)
    if result["grade"] != "hot":
        least = model["thresholds"][result["next_grade"]["grade"]]
        number = len(result["next_grade"]["steps"])
        if number:
            assert reached(result) >= least
        fewer = min(number - 1 if number else 3, 2)
        assert not any(reach(known, model, count, least) for count in range(1, fewer + 1))


def test_the_smallest_sure_step_that_is_enough_comes_first() -> None:
    known = without("contact.phone")
    known["events"] = [event("contact_request", 20)]
    found = score(known, default_model(), NOW)
    assert found["grade"] == "warm"
    assert found["next_grade"] == {"grade": "hot", "missing": round(80 - found["total"], 2), "steps": [
        {"component": "engagement", "rule": "form_submit", "points": 15.0,
         "text": "Left their details in a form"}]}


def test_what_is_predicted_counts_in_a_step_by_whose_fact_it_begins_to_count() -> None:
    empty: dict[str, Any] = {"weight": 0.0, "empty": "Nothing", "rules": []}
    model = {"version": "own", "thresholds": {"hot": 11, "warm": 0}, "components": {
        "demographic": empty, "firmographic": empty, "behavioral": empty, "engagement": empty,
        "ml": {"weight": 0.79, "empty": "Nothing", "rules": [
            {"name": "trade", "kind": "keywords", "facts": ["organization.industry"], "missing": "Trade?",
             "otherwise": {"points": 0, "text": "Another"},
             "cases": [{"points": 13, "text": "Farming", "words": ["farming"]}]},
            {"name": "predicted", "kind": "prediction", "missing": "None",
             "when": {"fact": "organization.industry", "known": True}}]}}}
    steps = {points: score({"prediction": {"points": points, "text": ""}}, model, NOW)["next_grade"]["steps"]
             for points in (0, 1, 100)}
    assert [[step["points"] for step in found] for found in steps.values()] == [[], [11.06], [79.0]]


def test_a_step_counts_for_which_another_one_makes_room() -> None:
    model = own(76, demographic=(0.4, [
        rule("contact.country", 100), rule("contact.department", -60), rule("contact.phone", 60)]),
        firmographic=(0.4, [rule("contact.department", 40)]),
        engagement=(0.2, [rule("contact.seniority", 100)]))
    found = score({"contact": {"country": "DE"}}, model, NOW)
    assert (found["total"], len(found["next_grade"]["steps"]), reached(found)) == (40, 3, 76)


def test_a_step_counts_that_adds_nothing_to_a_lead_of_whom_nothing_is_known() -> None:
    german = {"fact": "contact.country", "is": "DE"}
    for step in (rule("contact.phone", 60, when=german), {
            "name": "demo", "kind": "event", "event": "demo_request", "points": 60, "limit": 60,
            "half_life_days": 30, "text": "Asked", "when": german}):
        model = own(50, engagement=(1.0, [step]))
        found = score({"contact": {"country": "DE"}}, model, NOW)
        assert [(one["points"], one["text"]) for one in found["next_grade"]["steps"]] == [
            (60, step.get("missing", "Asked"))]
        assert [one["points"] for one in steps_of({"contact": {"country": "DE"}}, model, NOW)] == [60]


def test_a_prediction_counts_in_full_in_a_step_that_completes_its_condition() -> None:
    both = {"all": [{"fact": name, "known": True} for name in ("contact.seniority", "contact.country")]}
    model = own(50, demographic=(0.3, [rule("contact.seniority", 10)]), ml=(0.7, [
        {"name": "predicted", "kind": "prediction", "missing": "None", "when": both}]))
    found = score({"contact": {"country": "DE"}, "prediction": {"points": 100, "text": ""}}, model, NOW)
    assert [one["points"] for one in found["next_grade"]["steps"]] == [73]


def test_two_steps_from_hot() -> None:
    found = score(PERFECT | {"events": []}, default_model(), NOW)
    assert (found["grade"], found["next_grade"]["grade"]) == ("warm", "hot")
    found = score({"contact": {"email_type": "corporate"}}, default_model(), NOW)
    assert (found["total"], found["next_grade"]["missing"], reached(found)) == (5, 45, 50)
    assert [(step["rule"], step["points"]) for step in found["next_grade"]["steps"]] == [
        ("demo_request", 42.5), ("domain", 2.5)]


def test_what_is_known_is_no_step_and_the_text_of_the_model_is_told() -> None:
    model = default_model()
    model["components"]["engagement"]["rules"][0]["step"] = "Get them to ask for a demo"
    found = score({"contact": {"seniority": "entry"}}, model, NOW)
    texts = [step["text"] for step in found["next_grade"]["steps"]]
    assert "Get them to ask for a demo" in texts
    assert not any("Seniority" in text for text in texts)


@given(st.sampled_from(["hot", "warm"]))
def test_a_lead_that_stays_hot_has_no_next_grade(previous: str) -> None:
    known = {**PERFECT, "events": [event("demo_request", 15)]}
    total = score(known, default_model(), NOW)["total"]
    model = default_model() | {"thresholds": {"hot": total + 1, "warm": 50}}
    found = score(known, model, NOW, previous)
    assert (found["grade"] == "hot") is (previous == "hot") is (found["next_grade"] is None)


@given(models(), facts())
@slow
def test_single_steps_add_what_they_say_and_none_is_left_out(
    model: dict[str, Any], known: dict[str, Any]
) -> None:
    before, found = score(known, model, NOW), steps_of(known, model, NOW)
    assert [step["points"] for step in found] == sorted((step["points"] for step in found), reverse=True)
    alone = []
    for name, value in candidates(known, model):
        after = score(Subject(known, NOW).after([(name, value)]).facts, model, NOW, before["grade"])
        if after["total"] > before["total"]:
            alone.append((after["total"], after["grade"]))
    assert sorted((step["total"], step["grade"]) for step in found) == sorted(alone)
    assert all(round(step["total"] - before["total"], 2) == step["points"] for step in found)
