"""Checking, tidying and scoring without storing."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from sidecar.api.examples import LEAD
from sidecar.api.schemas.base import MAX_LEADS, Answer, FieldError, FieldWarning, Ids, Strict, sent_as
from sidecar.api.schemas.facts import Score


@sent_as({"leads": [dict(LEAD)]})
class LeadList(Strict):
    """Leads are checked one by one by the engine, which names every wrong field."""

    leads = fields.List(
        fields.Raw(allow_none=True), required=True, validate=validate.Length(min=1, max=MAX_LEADS))


class ValidateRequest(LeadList):
    check_dns = fields.Boolean(load_default=False, truthy={True}, falsy={False})


class Validation(Answer):
    valid = fields.Boolean(required=True)
    errors = fields.List(fields.Nested(FieldError), required=True)
    warnings = fields.List(fields.Nested(FieldWarning), required=True)


class Validations(Answer):
    results = fields.List(fields.Nested(Validation), required=True)


class Change(Answer):
    # `from` is a word of Python.
    locals()["from"] = fields.Raw(required=True, allow_none=True)
    field = fields.String(required=True)
    to = fields.Raw(required=True, allow_none=True)
    rule = fields.String(required=True)


class Normalization(Answer):
    lead = fields.Dict(required=True, allow_none=True)
    changes = fields.List(fields.Nested(Change), required=True)
    errors = fields.List(fields.Nested(FieldError))


class Normalizations(Answer):
    results = fields.List(fields.Nested(Normalization), required=True)


class Scoring(Answer):
    lead_id = fields.String()
    score = fields.Nested(Score, required=True, allow_none=True)
    errors = fields.List(fields.Nested(FieldError))


class Scorings(Answer):
    results = fields.List(fields.Nested(Scoring), required=True)


@sent_as({"leads": [dict(LEAD)]})
class ScoreRequest(Strict):
    leads = fields.List(fields.Raw(allow_none=True), validate=validate.Length(min=1, max=MAX_LEADS))
    lead_ids = Ids(MAX_LEADS, 1)

    @validates_schema
    def either(self, data: dict[str, Any], **_: Any) -> None:
        if ("leads" in data) == ("lead_ids" in data):
            raise ValidationError("Send either leads or lead_ids.")
