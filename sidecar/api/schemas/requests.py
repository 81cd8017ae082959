"""What a request caused."""

from __future__ import annotations

from marshmallow import fields, validate

from sidecar.api.schemas.base import Answer, PageQuery, QueryWhole, page_of
from sidecar.store.requests import KINDS


class RequestQuery(PageQuery):
    limit = QueryWhole(1, 1000, load_default=200)


class RequestLead(Answer):
    lead_id = fields.String(required=True)
    lead_url = fields.String(required=True)


class RequestEntry(Answer):
    at = fields.DateTime(required=True)
    key = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    lead_id = fields.String(required=True, allow_none=True)
    details = fields.Dict(required=True, metadata={
        "description": "As the kind has them. Of a batch `execution` is the run of n8n; its requests are"
                       " n8n-execution-… with this number."})


class RequestStory(Answer.from_dict(page_of(RequestEntry))):  # type: ignore[misc]
    """What a request caused, the earliest first."""

    leads = fields.List(fields.Nested(RequestLead), required=True, metadata={
        "description": "The first 100 that it brought; what happened to others is not told."})
    more_leads = fields.Boolean(required=True)
