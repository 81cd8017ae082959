"""Sources of leads and what their vendors deliver."""

from __future__ import annotations

from marshmallow import fields, validate

from sidecar.api.schemas.base import Answer, Edit, Id, Strict, Text, Whole
from sidecar.sources.model import SECRETS
from sidecar.terms.states import SOURCE_OUTCOMES

_MAX_SECRET = 500


class SourceAdd(Strict):
    kind = Text(50, required=True)
    name = Text(60, required=True)
    secret = Text(_MAX_SECRET, allow_none=True, metadata={
        "description": "The vendor's own, where it signs with one; else one is made."})
    pull_of = Text(100, allow_none=True, metadata={
        "description": "What the vendor calls the form or account to ask for what an outage missed."})


class SourceEdit(Edit):
    secret = Text(_MAX_SECRET, validate=validate.Length(min=1))
    mapping = fields.Dict(allow_none=True)
    pull_of = Text(100, allow_none=True)
    disabled = fields.Boolean()


class LeadSource(Answer):
    key = fields.String(required=True)
    kind = fields.String(required=True)
    title = fields.String(required=True)
    name = fields.String(required=True)
    url = fields.String(required=True, metadata={"description": "Where the vendor delivers."})
    has_secret = fields.Boolean(required=True, metadata={"description": "Whether deliveries are checked."})
    mapping = fields.Dict(required=True, allow_none=True)
    deliveries = fields.Integer(required=True)
    leads = fields.Integer(required=True)
    tests = fields.Integer(required=True)
    refused = fields.Integer(required=True)
    last_delivery_at = fields.DateTime(required=True, allow_none=True)
    last_refused_at = fields.DateTime(required=True, allow_none=True)
    last_refusal = fields.String(required=True, allow_none=True)
    pull_of = fields.String(required=True, allow_none=True)
    pulled_until = fields.DateTime(required=True, allow_none=True)
    leads_7_days = fields.Integer(required=True)
    former_until = fields.DateTime(required=True, allow_none=True, metadata={
        "description": "Until when the secret before counts, too."})
    disabled_at = fields.DateTime(required=True, allow_none=True)
    created_at = fields.DateTime(required=True)


class LastDelivery(Answer):
    received_at = fields.DateTime(required=True)
    outcome = fields.String(required=True, validate=validate.OneOf(SOURCE_OUTCOMES))
    leads = fields.Integer(required=True)
    rejected = fields.Integer(required=True)
    tests = fields.Integer(required=True)
    events = fields.Integer(required=True)
    announced = fields.Integer(required=True)
    pulled = fields.Boolean(required=True)
    reason = fields.String(required=True, allow_none=True)


class SourceWhole(LeadSource):
    secret_kind = fields.String(required=True, validate=validate.OneOf(SECRETS))
    steps = fields.List(fields.String(), required=True, metadata={"description": "What to do at the vendor."})
    last_deliveries = fields.List(fields.Nested(LastDelivery), required=True)


class SourceMade(SourceWhole):
    secret = fields.String(required=True, allow_none=True, metadata={"description": "Told this once."})


class SecretRenewal(Strict):
    former_hours = Whole(0, 168, load_default=24)


class SourceKind(Answer):
    kind = fields.String(required=True)
    title = fields.String(required=True)
    secret = fields.String(required=True, validate=validate.OneOf(SECRETS))
    pull_of = fields.String(required=True, allow_none=True)


class SourceList(Answer):
    data = fields.List(fields.Nested(LeadSource), required=True)
    kinds = fields.List(fields.Nested(SourceKind), required=True)


class SourceSample(Strict):
    body = fields.Raw(required=True)
    mapping = fields.Dict(allow_none=True)


class ReadLead(Answer):
    lead = fields.Dict(required=True)
    event_id = fields.String(required=True)
    is_test = fields.Boolean(required=True)


class SourceRead(Answer):
    mapping = fields.Dict(required=True, allow_none=True)
    guessed = fields.Dict(required=True)
    leads = fields.List(fields.Nested(ReadLead), required=True)


class SourceDelivery(Strict):
    method = fields.String(required=True, validate=validate.OneOf(["GET", "POST"]))
    query = fields.Dict(keys=fields.String(), values=fields.String(), load_default=dict)
    headers = fields.Dict(keys=fields.String(), values=fields.String(), load_default=dict)
    body = fields.String(load_default="", metadata={"description": "The raw body as Base64."})
    fields_ = fields.Dict(data_key="fields", attribute="fields", allow_none=True, metadata={
        "description": "The fields of a multipart form, in place of the body."})


class SourceReply(Answer):
    status = fields.Integer(required=True)
    content_type = fields.String(required=True)
    body = fields.String(required=True)


class SourceLeads(Answer):
    answer = fields.Nested(SourceReply, required=True, allow_none=True, metadata={
        "description": "What the vendor is to be answered; null: there are leads to take in first."})
    leads = fields.List(fields.Dict(), required=True)
    delivery = fields.String(required=True, metadata={"description": "Their Idempotency-Key."})


class PullStart(Strict):
    live = fields.List(Text(50), required=True, validate=validate.Length(max=50), metadata={
        "description": "The kinds of sources whose vendor's key is held."})


class PullRequest(Answer):
    call_id = fields.String(required=True)
    source = fields.String(required=True)
    method = fields.String(required=True)
    url = fields.String(required=True)
    query = fields.Dict(required=True)
    headers = fields.Dict(required=True)


class PullRequests(Answer):
    requests = fields.List(fields.Nested(PullRequest), required=True)


class PullAnswer(Strict):
    call_id = Id(required=True)
    status = fields.Integer()
    headers = fields.Dict()
    body = fields.String()
    elapsed_ms = fields.Integer()
    error = Text(200)


class PullAnswers(Strict):
    answers = fields.List(fields.Nested(PullAnswer), required=True, validate=validate.Length(min=1, max=50))


class Pulled(Answer):
    leads = fields.Integer(required=True)
    failed = fields.Integer(required=True)
