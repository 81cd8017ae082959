"""What n8n calls, step by step."""

from __future__ import annotations

from marshmallow import fields, validate

from sidecar.api.schemas.base import Id, Strict, Text, Whole
from sidecar.store.work import LANES


class ClaimRequest(Strict):
    lane = Text(validate=validate.OneOf(LANES), allow_none=True)
    limit = Whole(1, 500, allow_none=True)
    execution_id = Text(100, allow_none=True)


class StartRequest(Strict):
    call_ids = fields.List(Id(), required=True, validate=validate.Length(max=5000))
    live = fields.List(Text(50), load_default=list, validate=validate.Length(max=50))


class ProviderAnswer(Strict):
    call_id = Id(required=True)
    status = Whole(0, 999, allow_none=True)
    headers = fields.Dict(keys=fields.String(), values=fields.Raw(), allow_none=True)
    body = fields.String(allow_none=True, validate=validate.Length(max=1_048_576))
    elapsed_ms = fields.Integer(allow_none=True)
    error = Text(100, allow_none=True)


class AnswersRequest(Strict):
    answers = fields.List(
        fields.Nested(ProviderAnswer), required=True, validate=validate.Length(max=50))


class FailRequest(Strict):
    reason = Text(500, required=True)


class WakeRequest(Strict):
    lane = Text(load_default="interactive", validate=validate.OneOf(LANES))


class WorkflowError(Strict):
    execution_id = Text(100, allow_none=True)
    workflow_id = Text(100, allow_none=True)
    workflow_name = Text(200, allow_none=True)
    node = Text(200, allow_none=True)
    message = Text(2000, allow_none=True)
