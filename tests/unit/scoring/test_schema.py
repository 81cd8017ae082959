"""The published JSON Schema of scoring models."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, ValidationError

from sidecar.scoring import default_model, model_schema
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
