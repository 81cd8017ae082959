"""What n8n calls, step by step."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from sidecar.api.schemas.base import Answer, Id, Ids, Strict, Text, Whole
from sidecar.api.schemas.leads import Estimate
from sidecar.terms.states import LANES, LET_GO_AS, STEP_OUTCOMES


class ClaimRequest(Strict):
    lane = Text(validate=validate.OneOf(LANES), allow_none=True)
    limit = Whole(1, 500, allow_none=True)
    execution_id = Text(100, allow_none=True)


class Step(Strict):
    """Leads of one claim."""

    batch_id = Id(required=True)
    lead_ids = Ids(1000, required=True)


class PlanRequest(Strict):
    """Leads of one claim; with dry_run any leads."""

    batch_id = Id()
    lead_ids = Ids(1000, required=True)
    dry_run = fields.Boolean(load_default=False)

    @validates_schema
    def of_a_claim(self, data: dict[str, Any], **_: Any) -> None:
        if not data["dry_run"] and "batch_id" not in data:
            raise ValidationError(["Missing data for required field."], "batch_id")


class StartRequest(Step):
    provider = Text(50, allow_none=True)
    live = fields.List(Text(50), load_default=list, validate=validate.Length(max=50))
    keys = fields.Dict(keys=Text(50), values=Text(64), load_default=dict, validate=validate.Length(max=50))


class ProviderAnswer(Strict):
    call_id = Id(required=True)
    status = Whole(0, 999, allow_none=True)
    headers = fields.Dict(allow_none=True)
    body = fields.String(allow_none=True, validate=validate.Length(max=1_048_576))
    elapsed_ms = fields.Integer(allow_none=True)
    error = Text(100, allow_none=True)


class AnswersRequest(Strict):
    answers = fields.List(
        fields.Nested(ProviderAnswer), required=True, validate=validate.Length(max=250))


class CallbackQuery(Strict):
    token = Text(200, load_default="")


class HoldRequest(Step):
    minutes = Whole(1, 43_200, required=True)


class LetGoRequest(Step):
    how = Text(required=True, data_key="as", validate=validate.OneOf(LET_GO_AS))
    reason = Text(500, required=True)
    minutes = Whole(0, 525_600, load_default=60)


class FollowUps(Strict):
    limit = Whole(1, 1000, load_default=500)
    after = Id()


class FailRequest(Step):
    reason = Text(500, required=True)


class WakeRequest(Strict):
    lane = Text(load_default="interactive", validate=validate.OneOf((*LANES, "imports")))


class WorkflowError(Strict):
    execution_id = Text(100, allow_none=True)
    workflow_id = Text(100, allow_none=True)
    workflow_name = Text(200, allow_none=True)
    node = Text(200, allow_none=True)
    message = Text(2000, allow_none=True)


class Reference(Answer):
    """What n8n gets of a lead: enough to branch on, nothing that names a person."""

    batch_id = fields.String(required=True, allow_none=True)
    lead_id = fields.String(required=True)
    lead_url = fields.String(required=True)
    source = fields.String(required=True)
    country = fields.String(required=True, allow_none=True)
    seniority = fields.String(required=True, allow_none=True)
    company_size = fields.String(required=True, allow_none=True)
    stage = fields.String(required=True)
    lane = fields.String(required=True, validate=validate.OneOf(LANES))
    score = fields.Float(required=True, allow_none=True)
    grade = fields.String(required=True, allow_none=True)
    previous_grade = fields.String(required=True, allow_none=True)
    became_hot = fields.Boolean(required=True)
    may_email = fields.Boolean(required=True)
    may_call = fields.Boolean(required=True)
    outcome = fields.String(required=True, validate=validate.OneOf(STEP_OUTCOMES))
    code = fields.String(required=True, allow_none=True)


class References(Answer):
    results = fields.List(fields.Nested(Reference), required=True)


class Batch(Answer):
    batch_id = fields.String(required=True, allow_none=True)
    lane = fields.String(required=True, allow_none=True)
    lease_until = fields.DateTime(required=True, allow_none=True)
    more = fields.Boolean(required=True)
    leads = fields.List(fields.Nested(Reference), required=True)


class Plan(References):
    round = fields.Integer(required=True)
    asking = fields.List(fields.String(), required=True)
    settled = fields.List(fields.String(), required=True)
    estimate = fields.Nested(Estimate, required=True, allow_none=True, metadata={
        "description": "With dry_run: what enriching these leads is expected to cost."})


class ProviderRequest(Answer):
    call_id = fields.String(required=True)
    provider = fields.String(required=True)
    method = fields.String(required=True)
    url = fields.String(required=True)
    headers = fields.Dict(required=True)
    query = fields.Dict(required=True)
    body = fields.Raw(required=True, allow_none=True)
    not_before = fields.DateTime(required=True, allow_none=True)
    timeout_s = fields.Float(required=True)


class ProviderRequests(Answer):
    requests = fields.List(fields.Nested(ProviderRequest), required=True)
    more = fields.List(fields.String(), required=True)


class AnswersTaken(Answer):
    accepted = fields.Integer(required=True)
    ignored = fields.Integer(required=True)


class CallbackTaken(Answer):
    accepted = fields.Boolean(required=True)


class LeadsNotified(References):
    sent = fields.Integer(required=True)
    waiting = fields.Integer(required=True)
    dead = fields.Integer(required=True)


class LeadsCompleted(References):
    more = fields.Boolean(required=True)
    lane = fields.String(required=True, allow_none=True)


class FollowedUp(Answer):
    looked = fields.Integer(required=True, metadata={"description": "Hot leads that nobody touched."})
    reminded = fields.Integer(required=True, metadata={"description": "Leads of whom the owner is reminded."})
    escalated = fields.Integer(required=True, metadata={"description": "Leads of whom others are told."})
    handed_on = fields.Integer(required=True, metadata={
        "description": "Of these the leads of owners who are away, that others have now."})
    next = fields.String(required=True, allow_none=True, metadata={
        "description": "After which lead the rest follows."})


class Woken(Answer):
    woken = fields.Boolean(required=True)


class ErrorRecorded(Answer):
    error_id = fields.String(required=True)
    batch_failed = fields.Boolean(required=True)
