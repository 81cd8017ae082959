"""Pairs of contacts that may be one person."""

from __future__ import annotations

from marshmallow import fields, validate

from sidecar.api.schemas.base import Answer, Id, PageQuery, Strict, Text, page_of
from sidecar.api.schemas.facts import ContactFields
from sidecar.terms.states import DUPLICATES_LISTED


class DuplicateQuery(PageQuery):
    state = Text(load_default="open", validate=validate.OneOf(DUPLICATES_LISTED))


class Employer(Answer):
    name = fields.String(required=True, allow_none=True)
    domain = fields.String(required=True, allow_none=True)


class DuplicateSide(ContactFields):
    id = fields.String(required=True)
    consent = fields.Dict(required=True)
    created_at = fields.DateTime(required=True)
    updated_at = fields.DateTime(required=True)
    leads = fields.Integer(required=True, metadata={"description": "How many there are."})
    organization = fields.Nested(Employer, required=True, allow_none=True)


class Duplicate(Answer):
    id = fields.String(required=True)
    state = fields.String(required=True)
    score = fields.Float(required=True)
    reasons = fields.List(fields.String(), required=True)
    left = fields.Nested(DuplicateSide, required=True)
    right = fields.Nested(DuplicateSide, required=True)
    masked = fields.Boolean()
    created_at = fields.DateTime(required=True)
    decided_by = fields.String(required=True, allow_none=True)
    decided_at = fields.DateTime(required=True, allow_none=True)


class DuplicatePage(Answer.from_dict(page_of(Duplicate))):  # type: ignore[misc]
    """Pairs."""


class DuplicateSearch(Answer):
    checked = fields.Integer(required=True)
    found = fields.Integer(required=True)
    more = fields.Boolean(required=True)


class MergeRequest(Strict):
    keep = Id(required=True)


class Merged(Answer):
    kept_id = fields.String(required=True)
    lost_id = fields.String(required=True)
    lead_id = fields.String(required=True, allow_none=True)
    archived_lead_id = fields.String(required=True, allow_none=True)


class Dismissed(Answer):
    id = fields.String(required=True)
    state = fields.String(required=True)


class Unmerge(Strict):
    contact_id = Id(required=True, metadata={"description": "Who was merged into this contact."})


class Unmerged(Answer):
    kept_id = fields.String(required=True)
    contact_id = fields.String(required=True)
    kept_lead_id = fields.String(required=True, allow_none=True)
    lead_id = fields.String(required=True, allow_none=True)
