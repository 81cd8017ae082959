"""Which documents are scoring models."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.scoring import check_model, default_model
from sidecar.scoring.default import COMPONENTS

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner),
    max_leaves=20,
)


def changed(path: str, value: Any) -> dict[str, Any]:
    """The default model with one place (JSON pointer) replaced."""
    model = default_model()
    *parents, last = path.strip("/").split("/")
    place: Any = model
    for key in parents:
        place = place[int(key) if isinstance(place, list) else key]
    place[int(last) if isinstance(place, list) else last] = value
    return model


def test_the_default_model_is_one() -> None:
    assert check_model(default_model()) == []


def test_the_default_weights_are_the_formula() -> None:
    weights = {name: part["weight"] for name, part in default_model()["components"].items()}
    assert weights == {"demographic": 0.25, "firmographic": 0.25, "behavioral": 0.15,
                       "engagement": 0.35, "ml": 0.10}
    assert tuple(weights) == COMPONENTS


def test_every_call_gives_a_model_of_ones_own() -> None:
    mine = default_model()
    mine["components"]["demographic"]["rules"][0]["cases"].clear()
    assert check_model(default_model()) == []


@pytest.mark.parametrize(("path", "value", "problem"), [
    ("version", "", "version"),
    ("version", 7, "version"),
    ("extra", 1, "unknown field extra"),
    ("thresholds", {"hot": 50, "warm": 50}, "warm below hot"),
    ("thresholds", {"hot": True, "warm": 0}, "thresholds"),
    ("thresholds", {"hot": 80}, "hot and warm"),
    ("components", {}, "exactly"),
    ("components/ml", None, "ml: must be an object"),
    ("components/ml/weight", 1.01, "weight"),
    ("components/ml/weight", 0.125, "two decimals"),
    ("components/ml/weight", float("nan"), "weight"),
    ("components/ml/empty", " ", "empty"),
    ("components/ml/rules", {}, "rules must be a list"),
    ("components/ml/rules", [3], "must be an object"),
    ("components/demographic/rules/0/kind", "magic", "kind must be one of choice, event"),
    ("components/demographic/rules/0/kind", [], "kind must be one of"),
    ("components/demographic/rules/0/name", "Bad Name", "name"),
    ("components/demographic/rules/0/name", "email", "taken"),
    ("components/demographic/rules/0/typo", 1, "unknown field typo"),
    ("components/demographic/rules/0/facts", ["contact"], "facts"),
    ("components/demographic/rules/0/facts", [], "facts"),
    ("components/demographic/rules/0/facts", ["lead.email_type"], "there is no fact lead.email_type"),
    ("components/demographic/rules/0/cases", [], "cases"),
    ("components/demographic/rules/0/cases/0/points", 101, "cases/0: points"),
    ("components/demographic/rules/0/cases/0/points", 0.001, "cases/0: points"),
    ("components/demographic/rules/0/cases/0/points", True, "cases/0: points"),
    ("components/demographic/rules/0/cases/0/values", [1], "values"),
    ("components/demographic/rules/0/cases/0", "vp", "cases/0"),
    ("components/demographic/rules/0/otherwise", None, "otherwise"),
    ("components/demographic/rules/0/missing", "x" * 201, "missing"),
    ("components/behavioral/rules/0/half_life_days", 0, "half_life_days"),
    ("components/behavioral/rules/0/limit", -1, "limit"),
    ("components/behavioral/rules/0/event", "Page View", "event"),
    ("components/behavioral/rules/0/event", "page_viewed", "there is no event page_viewed"),
    ("components/firmographic/rules/1/cases/0/words", [" "], "words"),
])
def test_what_is_wrong_is_named(path: str, value: Any, problem: str) -> None:
    problems = check_model(changed(path, value))
    assert any(problem in line for line in problems), problems


@given(json_values)
def test_any_json_value_is_answered(value: Any) -> None:
    assert check_model(value)


@given(st.data())
def test_any_value_anywhere_is_answered(data: st.DataObject) -> None:
    model = copy.deepcopy(default_model())
    place: Any = model
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        if not place[key] or not isinstance(place[key], dict | list) or data.draw(st.booleans()):
            break
        place = place[key]
    place[key] = data.draw(json_values)
    assert isinstance(check_model(model), list)
