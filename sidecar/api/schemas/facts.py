"""What is known of people and companies, with whose word it is; scores and events."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from marshmallow import fields, validate

from sidecar.api.schemas.base import Answer
from sidecar.terms.fields import COLUMNS, fields_of
from sidecar.terms.states import GRADES, PURPOSES

_OF_KIND: Final[dict[str, Callable[[], fields.Field[Any]]]] = {
    "text": fields.String, "integer": fields.Integer, "number": fields.Float,
    "list": lambda: fields.List(fields.String())}


def _known(entity: str) -> dict[str, fields.Field[Any]]:
    """Fields of a contact or organization; what is unknown is absent."""
    return {field.name: _OF_KIND[field.kind]() for field in fields_of(entity)
            if field.name in COLUMNS[entity]}


class Stated(Answer):
    source = fields.String(required=True)
    sandbox = fields.Boolean(required=True)
    locked = fields.Boolean(required=True, metadata={"description": "Edited by a person."})
    confidence = fields.Float(required=True)
    observed_at = fields.DateTime(required=True)


class OtherWord(Stated):
    value = fields.Raw(required=True, allow_none=True, metadata={
        "description": "Masked without the scope pii:read."})
    contradicts = fields.Boolean(required=True, metadata={
        "description": "Credible, not long ago, and another value than the one that counts."})


class Source(Stated):
    removed = fields.Boolean(required=True, metadata={
        "description": "A person took the value away; no source brings one back."})
    contradicted = fields.Boolean(required=True)
    others = fields.List(fields.Nested(OtherWord), required=True, metadata={
        "description": "What else was said of the field, the newest first."})


def sources() -> fields.Dict:
    """Whose word counts, by field."""
    return fields.Dict(keys=fields.String(), values=fields.Nested(Source), required=True)


def refused() -> fields.Dict:
    """All that somebody refuses now."""
    return fields.Dict(
        keys=fields.String(validate=validate.OneOf(tuple(PURPOSES))), values=fields.Boolean(), required=True,
        metadata={"description": "Purpose: true, of all that the person refuses now."})


class Refusal(Answer):
    purpose = fields.String(required=True, validate=validate.OneOf(tuple(PURPOSES)))
    refused = fields.Boolean(required=True, metadata={"description": "false: agreed."})
    own = fields.Boolean(required=True, metadata={"description": "By the person's own act, not by a list."})
    source = fields.String(required=True)
    reason = fields.String(required=True, allow_none=True)
    stated_at = fields.DateTime(required=True)
    holds = fields.Boolean(required=True, metadata={"description": "It is in force now."})


class ContactFields(Answer.from_dict(_known("contact"))):  # type: ignore[misc]
    """A person; masked without the scope pii:read."""


class OrganizationFields(Answer.from_dict(_known("organization"))):  # type: ignore[misc]
    """A company."""


class LeadContact(ContactFields):
    id = fields.String(required=True)
    consent = fields.Dict(required=True)
    refused = refused()
    fields = sources()


class LeadOrganization(OrganizationFields):
    id = fields.String(required=True)
    fields = sources()


class Reason(Answer):
    component = fields.String(required=True)
    rule = fields.String(required=True)
    points = fields.Float(required=True)
    text = fields.String(required=True)


class Strongest(Answer):
    pros = fields.List(fields.Nested(Reason), required=True, data_key="for")
    against = fields.List(fields.Nested(Reason), required=True)


class NextGrade(Answer):
    grade = fields.String(required=True, validate=validate.OneOf(GRADES))
    missing = fields.Float(required=True, metadata={"description": "Points up to that grade."})
    steps = fields.List(fields.Nested(Reason), required=True, metadata={
        "description": "The fewest that reach it, each with what it adds to the total; empty where no few"
                       " do."})


class Score(Answer):
    """What fit, intent, rating, strongest and next_grade say is absent from scores older than they are."""

    total = fields.Float(required=True)
    grade = fields.String(required=True, validate=validate.OneOf(GRADES))
    components = fields.Dict(keys=fields.String(), values=fields.Float(), required=True)
    weights = fields.Dict(keys=fields.String(), values=fields.Float(), required=True, metadata={
        "description": "How much each component counts, of 1; empty for scores older than this member."})
    reasons = fields.List(fields.Nested(Reason), required=True)
    fit = fields.Float(metadata={"description": "The mean of demographic and firmographic, by weight."})
    intent = fields.Float(metadata={"description": "The mean of behavioral and engagement, by weight."})
    rating = fields.String(metadata={"description": "A1 to D4: the letter tells the fit, the number the"
                                                    " intent."})
    strongest = fields.Nested(Strongest)
    next_grade = fields.Nested(NextGrade, allow_none=True)
    model_version = fields.String(required=True)
    calculated_at = fields.DateTime(required=True)
