"""The published JSON Schema of scoring models."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, ValidationError

from sidecar.scoring import check_model, default_model, model_schema
from sidecar.scoring.conditions import OPERATORS
from sidecar.scoring.rules import KINDS

DOCUMENT = Path(__file__).parents[3] / "docs" / "scoring-model.schema.json"


def test_it_is_published_as_it_is() -> None:
    assert json.loads(DOCUMENT.read_text(encoding="utf-8")) == json.loads(json.dumps(model_schema())), (
        "run make openapi")


def test_any_validator_takes_the_default_model() -> None:
    Draft202012Validator.check_schema(model_schema())
    Draft202012Validator(model_schema()).validate(default_model())
    with pytest.raises(ValidationError):
        Draft202012Validator(model_schema()).validate(default_model() | {"components": {}})


def test_every_kind_says_its_fields() -> None:
    for name, kind in KINDS.items():
        published = model_schema()["$defs"][f"rule_{name}"]
        assert set(kind.fields) <= set(published["properties"])
        assert set(kind.fields) - kind.optional <= set(published["required"])


def test_every_kind_and_operator_is_documented() -> None:
    text = DOCUMENT.with_name("SCORING.md").read_text(encoding="utf-8")
    for name in (*KINDS, *OPERATORS):
        assert f"| `{name}`" in text or f", `{name}` |" in text, name
    for name, kind in KINDS.items():
        line = next(line for line in text.splitlines() if line.startswith(f"| `{name}` |"))
        assert {field for field in kind.fields if f"`{field}`" not in line} == set(), name


def test_the_examples_of_the_documentation_are_of_a_model() -> None:
    text = DOCUMENT.with_name("SCORING.md").read_text(encoding="utf-8")
    whole, rules, _ = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    model = json.loads(whole)
    for rule in map(json.loads, rules.split("\n\n")):
        component = "behavioral" if KINDS[rule["kind"]].of_events else "firmographic"
        model["components"][component]["rules"].append(rule)
    assert check_model(model) == []
