"""Leads: in, out, edited; what people did."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from sidecar.api.schemas.base import MAX_LEADS, FieldError, Id, Moment, PageQuery, Strict, Text

STATUSES = ("new", "working", "qualified", "converted", "lost", "archived")
STAGES = ("queued", "leased", "waiting", "scored", "done", "dead")
GRADES = ("hot", "warm", "cold")


class IntakeResult(Schema):
    index = fields.Integer(required=True)
    lead_id = fields.String(required=True, allow_none=True)
    contact_id = fields.String(required=True, allow_none=True)
    organization_id = fields.String(required=True, allow_none=True)
    lead_url = fields.String(required=True, allow_none=True)
    outcome = fields.String(
        required=True, validate=validate.OneOf(["created", "updated", "rejected", "suppressed"]))
    errors = fields.List(fields.Nested(FieldError), required=True)


class IntakeResults(Schema):
    results = fields.List(fields.Nested(IntakeResult), required=True)


class LeadIds(Strict):
    lead_ids = fields.List(Id(), required=True, validate=validate.Length(min=1, max=MAX_LEADS))


class FormAnswer(Schema):
    status = Text(required=True)


class LeadFilters(Strict):
    q = Text(100)
    status = Text(validate=validate.OneOf(STATUSES))
    stage = Text(validate=validate.OneOf(STAGES))
    grade = Text(validate=validate.OneOf(GRADES))
    source = Text(100)
    tag = Text(100)
    owner = Text(320)
    min_score = fields.Float(validate=validate.Range(0, 100))
    max_score = fields.Float(validate=validate.Range(0, 100))
    created_from = Moment()
    created_to = Moment()


class LeadQuery(PageQuery, LeadFilters):
    sort = Text(load_default="newest", validate=validate.OneOf(["newest", "score"]))


class LeadEdit(Strict):
    status = Text(validate=validate.OneOf(STATUSES))
    tags = fields.List(Text(100), validate=validate.Length(max=50))
    owner = Text(320, allow_none=True)
    message = Text(10_000, allow_none=True)


class EventRequest(Strict):
    lead_id = Id(required=True)
    type = Text(required=True, validate=validate.OneOf([
        "page_view", "pricing_view", "form_submit", "demo_request", "contact_request",
        "content_download", "webinar", "email_open", "email_click", "email_reply",
        "meeting_booked", "unsubscribe", "bounce"]))
    occurred_at = Moment()
    event_id = Text(200)


class EventList(Strict):
    events = fields.List(
        fields.Nested(EventRequest), required=True, validate=validate.Length(min=1, max=1000))
