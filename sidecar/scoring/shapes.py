"""The parts that scoring models are written with, as JSON Schema; a `description` says what such a value is,
in the published schema and to whoever wrote another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sidecar.terms.fields import FIELDS, SCORED
from sidecar.terms.states import EVENTS

Schema = Mapping[str, Any]

NAME: Final[Schema] = {
    "type": "string", "pattern": "^[a-z][a-z0-9_]{0,49}$",
    "description": "a name in lower case: letters, digits, underscores, at most 50"}
TEXT: Final[Schema] = {
    "type": "string", "pattern": r"\S", "maxLength": 200, "description": "a text of 1 to 200 characters"}
POINTS: Final[Schema] = {
    "type": "number", "minimum": -100, "maximum": 100, "multipleOf": 0.01,
    "description": "a number from -100 to 100 with at most two decimals"}
LIMIT: Final[Schema] = {
    "type": "number", "minimum": 0, "maximum": 100, "multipleOf": 0.01,
    "description": "a number from 0 to 100 with at most two decimals"}
SHARE: Final[Schema] = {
    "type": "number", "minimum": 0, "maximum": 1, "multipleOf": 0.01,
    "description": "a number from 0 to 1 with at most two decimals"}
NUMBER: Final[Schema] = {
    "type": "number", "minimum": -1e15, "maximum": 1e15, "description": "a number"}
DAYS: Final[Schema] = {
    "type": "integer", "minimum": 1, "maximum": 3650, "description": "a whole number of days from 1 to 3650"}
HALF_LIFE: Final[Schema] = {
    "type": "number", "minimum": 1, "maximum": 3650, "description": "a number of days from 1 to 3650"}
TIMES: Final[Schema] = {
    "type": "integer", "minimum": 0, "maximum": 1000, "description": "a whole number from 0 to 1000"}
DAILY: Final[Schema] = {
    "type": "integer", "minimum": 1, "maximum": 1000, "description": "a whole number from 1 to 1000"}
# What may stand for a date: the day, or a moment.
DATE: Final[Schema] = {
    "type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}([T ].{1,30})?$",
    "description": "a date such as 2026-11-30 or a time such as 2026-11-30T09:30:00Z"}
EVENT: Final[Schema] = {"enum": list(EVENTS), "description": f"one of the events {', '.join(EVENTS)}"}
EVENT_LIST: Final[Schema] = {"type": "array", "items": EVENT, "minItems": 1, "maxItems": 50,
                             "uniqueItems": True}

_PLACES: Final = tuple(f"{entity}.{name}" for entity, names in SCORED.items() for name in names)
# Objects, whose members are facts as well: lead.custom.budget, lead.utm.campaign.
_OBJECTS: Final = tuple(f"{field.entity}.{field.name}" for field in FIELDS
                        if field.scored and field.kind == "object")
PLACE: Final[Schema] = {
    "type": "string", "maxLength": 200, "anyOf": [
        {"enum": list(_PLACES)},
        {"pattern": f"^({'|'.join(place.replace('.', '[.]') for place in _OBJECTS)})[.].+$"}],
    "description": f"a fact that there is: {', '.join(_PLACES)}, or a member of"
                   f" {' or '.join(_OBJECTS)} such as lead.custom.budget"}
# The first of them that is known counts.
FACTS: Final[Schema] = {"type": "array", "items": PLACE, "minItems": 1, "maxItems": 10, "uniqueItems": True}

CONDITION: Final[Schema] = {"$ref": "#/$defs/condition"}


def texts(most: int = 1000) -> Schema:
    """A list of texts."""
    return {"type": "array", "items": TEXT, "minItems": 1, "maxItems": most, "description": "a list of texts"}


def between(number: Schema) -> Schema:
    """{"from", "to"}: one end at least; both belong to it."""
    return obj({"from": number, "to": number}, required=(), minProperties=1)


def obj(properties: Mapping[str, Schema], required: tuple[str, ...] | None = None, **more: Any) -> Schema:
    """An object with these members and no others; all of them are required unless it is said which."""
    return {"type": "object", "properties": dict(properties), "additionalProperties": False,
            "required": list(properties if required is None else required), **more}


def case(**fields: Schema) -> Schema:
    """What a rule gives when something of a fact is so: {…, "points", "text"}."""
    return obj({**fields, "points": POINTS, "text": TEXT})


def cases(one: Schema) -> Schema:
    """A list of cases; the first that fits counts."""
    return {"type": "array", "items": one, "minItems": 1, "maxItems": 200}
