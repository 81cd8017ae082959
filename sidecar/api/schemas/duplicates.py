"""Pairs of contacts that may be one person."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from sidecar.api.schemas.base import Answer, Id, Ids, PageQuery, Strict, Text, page_of, sent_as
from sidecar.api.schemas.customers import ContactDetail
from sidecar.api.schemas.facts import ContactFields
from sidecar.api.schemas.leads import LeadDetail
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

    total = fields.Integer(required=True, metadata={
        "description": "How many there are of this state, 10,000 at most."})


class DuplicateSearch(Answer):
    checked = fields.Integer(required=True)
    found = fields.Integer(required=True)
    more = fields.Boolean(required=True)


class MergeRequest(Strict):
    keep = Id(required=True)


class MergeInto(Strict):
    contact_id = Id(required=True, metadata={"description": "Who is merged into this contact."})


class Merged(Answer):
    kept_id = fields.String(required=True)
    lost_id = fields.String(required=True)
    lead_id = fields.String(required=True, allow_none=True)
    archived_lead_id = fields.String(required=True, allow_none=True)


class MergeQuery(Strict):
    keep = Id(required=True)


class MergePreview(Merged):
    contact = fields.Nested(ContactDetail, required=True)
    lead = fields.Nested(LeadDetail, required=True, allow_none=True)


class DuplicateState(Answer):
    id = fields.String(required=True)
    state = fields.String(required=True)


@sent_as({"contact_id": "0198c3f2-6d1e-7c4b-9a55-3f0e2b7d8c11"})
class Unmerge(Strict):
    """One of both."""

    contact_id = Id(metadata={"description": "Who was merged into this contact."})
    submission_ids = Ids(1000, 1, metadata={
        "description": "What came in of somebody else whom intake took for this contact."})

    @validates_schema
    def _one(self, data: dict[str, Any], **_: Any) -> None:
        if len(data) != 1:
            raise ValidationError("Name contact_id or submission_ids, not both.")


class Joined(Answer):
    contact_id = fields.String(required=True)
    merged_at = fields.DateTime(required=True)
    merged_by = fields.String(required=True)
    reasons = fields.List(fields.String(), required=True)


class Submission(Answer):
    id = fields.String(required=True)
    received_at = fields.DateTime(required=True)
    source = fields.String(required=True)
    lead_id = fields.String(required=True)
    full_name = fields.String(required=True, allow_none=True, metadata={
        "description": "With the scope pii:read, while what was sent is kept; so the address."})
    email = fields.String(required=True, allow_none=True)


class ContactOrigins(Answer):
    merged = fields.List(fields.Nested(Joined), required=True)
    submissions = fields.List(fields.Nested(Submission), required=True)


class Unmerged(Answer):
    kept_id = fields.String(required=True)
    contact_id = fields.String(required=True)
    kept_lead_id = fields.String(required=True, allow_none=True)
    lead_id = fields.String(required=True, allow_none=True)
