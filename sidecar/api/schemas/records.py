"""Checking, tidying and scoring without storing."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from sidecar.api.schemas.base import MAX_LEADS, FieldError, Id, Strict


class LeadList(Strict):
    """Leads are checked one by one by the engine, which names every wrong field."""

    leads = fields.List(
        fields.Raw(allow_none=True), required=True, validate=validate.Length(min=1, max=MAX_LEADS))


class ValidateRequest(LeadList):
    check_dns = fields.Boolean(load_default=False, truthy={True}, falsy={False})


class Validation(Schema):
    valid = fields.Boolean(required=True)
    errors = fields.List(fields.Nested(FieldError), required=True)
    warnings = fields.List(fields.Nested(FieldError), required=True)


class Results(Schema):
    results = fields.List(fields.Dict(), required=True)


class ScoreRequest(Strict):
    leads = fields.List(fields.Raw(allow_none=True), validate=validate.Length(min=1, max=MAX_LEADS))
    lead_ids = fields.List(Id(), validate=validate.Length(min=1, max=MAX_LEADS))

    @validates_schema
    def either(self, data: dict[str, Any], **_: Any) -> None:
        if ("leads" in data) == ("lead_ids" in data):
            raise ValidationError("Send either leads or lead_ids.")
