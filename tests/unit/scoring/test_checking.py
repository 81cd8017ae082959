"""Which documents are scoring models."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.scoring import COMPONENTS, check_model, default_model

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


@pytest.mark.parametrize(("path", "value", "within", "problem"), [
    ("version", "", "", "text of 1 to 100"),
    ("version", 7, "", "text of 1 to 100"),
    ("extra", 1, "", "not known here"),
    ("thresholds", {"hot": 50, "warm": 50}, "/warm", "below hot"),
    ("thresholds", {"hot": True, "warm": 0}, "/hot", "a number"),
    ("thresholds", {"hot": 80}, "", "warm is missing"),
    ("thresholds", {"hot": 80, "warm": 50, "margin": -1}, "/margin", "a number"),
    ("rating", {"fit": [75, 75, 25]}, "/fit", "must fall"),
    ("rating", {"fit": [75, 25]}, "/fit", "three numbers"),
    ("title", " ", "", "text"),
    ("priority", 0.5, "", "whole number"),
    ("applies_to", {"fact": "contact.x", "is": 1}, "/fact", "a fact that there is"),
    ("applies_to", {"fact": "contact.seniority", "is": "boss"}, "/is", "never boss"),
    ("components", {}, "", "ml is missing"),
    ("components/ml", None, "", "must be an object"),
    ("components/ml/weight", 1.01, "", "0 to 1"),
    ("components/ml/weight", 0.125, "", "two decimals"),
    ("components/ml/weight", float("nan"), "", "0 to 1"),
    ("components/ml/weight", 10**400, "", "0 to 1"),
    ("components/ml/empty", " ", "", "text"),
    ("components/ml/rules", {}, "", "must be a list"),
    ("components/ml/rules", [3], "/0", "must be an object"),
    ("components/ml/rules",
     [{"name": "x", "kind": "recency", "events": ["webinar"], "points": 1, "half_life_days": 1, "text": "x"}],
     "/0/kind", "counts events"),
    ("components/ml/groups", {"No": {}}, "", "lower case"),
    ("components/ml/groups", {"cap": {"limit": 1, "text": "x"}}, "/cap", "engine's own"),
    ("components/demographic/rules/0/kind", "magic", "", "choice, condition"),
    ("components/demographic/rules/0/kind", [], "", "must be one of"),
    ("components/demographic/rules/0/name", "Bad Name", "", "a name"),
    ("components/demographic/rules/0/name", "email", "!/components/demographic/rules/2/name", "taken"),
    ("components/demographic/rules/0/name", "floor", "", "taken"),
    ("components/demographic/rules/0/typo", 1, "", "not known here"),
    ("components/demographic/rules/0/group", "none", "", "no group none"),
    ("components/demographic/rules/0/facts", ["contact"], "/0", "a fact"),
    ("components/demographic/rules/0/facts", [], "", "at least 1"),
    ("components/demographic/rules/0/facts", ["lead.email_type"], "/0", "a fact that there is"),
    ("components/demographic/rules/0/cases", [], "", "at least 1"),
    ("components/demographic/rules/0/cases/0/points", 101, "", "100"),
    ("components/demographic/rules/0/cases/0/points", 0.001, "", "two decimals"),
    ("components/demographic/rules/0/cases/0/points", True, "", "a number"),
    ("components/demographic/rules/0/cases/0/values", [1], "/0", "a text"),
    ("components/demographic/rules/0/cases/0/values", ["Director"], "", "never Director"),
    ("components/demographic/rules/0/cases/0", "vp", "", "an object"),
    ("components/demographic/rules/0/otherwise", None, "", "an object"),
    ("components/demographic/rules/0/missing", "x" * 201, "", "a text"),
    ("components/demographic/rules/0/when", {"event": "webinar"}, "", "look at events"),
    ("components/behavioral/rules/0/when", {"not": {"event": "webinar", "days": 7}}, "/not/days", "fade"),
    ("components/behavioral/rules/0/half_life_days", 0, "", "days"),
    ("components/behavioral/rules/0/limit", -1, "", "a number from 0"),
    ("components/behavioral/rules/0/daily", 0, "", "from 1"),
    ("components/behavioral/rules/0/event", "page_viewed", "", "one of the events"),
    ("components/firmographic/rules/1/cases/0/words", [" "], "/0", "a text"),
])
def test_what_is_wrong_is_named(path: str, value: Any, within: str, problem: str) -> None:
    """`within`: the pointer to the problem from the place that is changed; after "!", from the top."""
    problems = check_model(changed(path, value))
    where = within[1:] if within.startswith("!") else f"/{path}{within}"
    assert any(found.pointer == where and problem in found.detail for found in problems), problems


def test_a_document_without_end_is_no_model() -> None:
    deep: Any = {}
    for _ in range(100_000):
        deep = {"not": deep}
    assert "nested" in check_model(changed("applies_to", deep))[0].detail


@given(json_values)
@settings(deadline=None)
def test_any_json_value_is_answered(value: Any) -> None:
    assert check_model(value)


@given(st.data())
@settings(deadline=None)
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
