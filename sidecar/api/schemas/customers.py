"""Contacts and organizations."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from sidecar.api.schemas.base import Strict, Text


def _edited(*names: str) -> dict[str, Text]:
    return {name: Text(2000, required=False) for name in names}


class ContactEdit(Strict.from_dict(_edited(  # type: ignore[misc]
        "full_name", "first_name", "last_name", "job_title", "phone", "linkedin_url", "country", "region",
        "city"))):
    """What a person may say of a contact; identities by e-mail stay."""

    @validates_schema
    def some(self, data: dict[str, Any], **_: Any) -> None:
        if not data:
            raise ValidationError("Send at least one field.")


class OrganizationEdit(Strict.from_dict(_edited(  # type: ignore[misc]
        "name", "industry", "country", "region", "city", "linkedin_url"))):
    """What a person may say of a company."""

    employee_count = fields.Integer(strict=True, validate=validate.Range(0, 10_000_000))
    annual_revenue = fields.Float(validate=validate.Range(0, 1e13))

    @validates_schema
    def some(self, data: dict[str, Any], **_: Any) -> None:
        if not data:
            raise ValidationError("Send at least one field.")
