"""Answers of providers that seem to be about somebody else."""

from __future__ import annotations

from marshmallow import fields, validate

from sidecar.api.schemas.base import Answer, Id, PageQuery, Text, page_of
from sidecar.enrichment.gate import HELD
from sidecar.terms.states import HELD_ANSWER_STATES


class HeldAnswerQuery(PageQuery):
    state = Text(load_default="held", validate=validate.OneOf(HELD_ANSWER_STATES))
    contact_id = Id()
    organization_id = Id()


class HeldAnswer(Answer):
    id = fields.String(required=True)
    contact_id = fields.String(required=True, allow_none=True)
    organization_id = fields.String(required=True, allow_none=True)
    provider = fields.String(required=True)
    operation = fields.String(required=True)
    code = fields.String(required=True, validate=validate.OneOf(tuple(HELD)))
    reason = fields.String(required=True, metadata={"description": "The code, in words."})
    known = fields.String(required=True, allow_none=True, metadata={
        "description": "What is known of the subject; of a person with the scope pii:read."})
    answered = fields.String(required=True, allow_none=True, metadata={
        "description": "What was answered; of a person with the scope pii:read."})
    statements = fields.Dict(required=True, metadata={
        "description": "What counts if it is accepted; of a person masked without the scope pii:read."})
    masked = fields.Boolean()
    state = fields.String(required=True, validate=validate.OneOf(HELD_ANSWER_STATES))
    fetched_at = fields.DateTime(required=True)
    created_at = fields.DateTime(required=True)
    decided_by = fields.String(required=True, allow_none=True)
    decided_at = fields.DateTime(required=True, allow_none=True)


class HeldAnswerPage(Answer.from_dict(page_of(HeldAnswer))):  # type: ignore[misc]
    """Held answers."""
