"""The JSON Schema (draft 2020-12) of a scoring model, made from what each kind of rule says of itself."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from sidecar.scoring import conditions
from sidecar.scoring.rules import KINDS
from sidecar.scoring.shapes import CONDITION, LIMIT, NAME, SHARE, TEXT, Schema, obj
from sidecar.scoring.subject import Kind
from sidecar.terms.states import GRADES

COMPONENTS: Final = ("demographic", "firmographic", "behavioral", "engagement", "ml")
# The two axes of the rating.
FIT: Final = ("demographic", "firmographic")
INTENT: Final = ("behavioral", "engagement")

_QUARTERS: Final[Schema] = {
    "type": "array", "items": LIMIT, "minItems": 3, "maxItems": 3,
    "description": "a list of the three numbers at which the first, second and third class begin"}


@cache
def model_schema() -> dict[str, Any]:
    """The schema of a whole model; to be read, not changed."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Scoring model",
        **obj(
            {
                "version": {"type": "string", "pattern": r"\S", "maxLength": 100,
                            "description": "a text of 1 to 100 characters"},
                "title": TEXT,
                "applies_to": CONDITION,
                "priority": {"type": "integer", "minimum": -1000, "maximum": 1000,
                             "description": "a whole number from -1000 to 1000"},
                "thresholds": obj({**dict.fromkeys(GRADES[:-1], LIMIT), "margin": LIMIT},
                                  required=GRADES[:-1]),
                "rating": obj({"fit": _QUARTERS, "intent": _QUARTERS}, required=()),
                "components": obj({name: {"$ref": "#/$defs/component"} for name in COMPONENTS}),
            },
            required=("version", "thresholds", "components")),
        "$defs": {
            "condition": conditions.schema(),
            "component": obj(
                {
                    "weight": SHARE, "empty": TEXT,
                    "rules": {"type": "array", "items": {"$ref": "#/$defs/rule"}, "maxItems": 200},
                    "groups": {"type": "object", "propertyNames": NAME, "maxProperties": 50,
                               "additionalProperties": obj({"limit": LIMIT, "text": TEXT})},
                },
                required=("weight", "empty", "rules")),
            "rule": {
                "type": "object", "required": ["name", "kind"],
                "properties": {"name": NAME, "kind": {"enum": sorted(KINDS)}},
                "allOf": [
                    {"if": {"type": "object", "properties": {"kind": {"const": name}}, "required": ["kind"]},
                     "then": {"$ref": f"#/$defs/rule_{name}"}} for name in sorted(KINDS)],
            },
            **{f"rule_{name}": _of_kind(KINDS[name]) for name in sorted(KINDS)},
        },
    }


def _of_kind(kind: Kind) -> Schema:
    common = {"name": NAME, "kind": {"const": kind.name}, "group": NAME, "when": CONDITION, "step": TEXT}
    return obj(common | dict(kind.fields),
               required=("name", "kind", *(field for field in kind.fields if field not in kind.optional)))
