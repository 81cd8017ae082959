"""Subscriptions to events of leads, and their deliveries."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from sidecar.api.schemas.base import Answer, Edit, Id, Moment, PageQuery, Strict, Text, page_of, sent_as
from sidecar.terms.states import DELIVERY_STATES, LEAD_EVENTS, SUBSCRIPTION_STATES


def _events(**more: Any) -> fields.List[Any]:
    return fields.List(Text(validate=validate.OneOf(LEAD_EVENTS)),
                       validate=validate.Length(min=1, max=len(LEAD_EVENTS)), **more)


class SubscriptionAdd(Strict):
    url = Text(2000, required=True)
    events = _events(required=True)
    include_person = fields.Boolean(load_default=False, metadata={
        "description": "Send the whole lead with each event; needs the scope pii:read, at each event."})
    key = Text(200, metadata={
        "description": "Made again under the same key by the same caller it is the same subscription."})


class SubscriptionEdit(Edit):
    url = Text(2000)
    events = _events()
    include_person = fields.Boolean()


class SubscriptionQuery(PageQuery):
    key = Text(200)


class Subscription(Answer):
    id = fields.String(required=True)
    url = fields.String(required=True)
    events = fields.List(fields.String(), required=True)
    include_person = fields.Boolean(required=True)
    key = fields.String(required=True, allow_none=True)
    created_by = fields.String(required=True)
    authorized_by = fields.String(required=True, metadata={
        "description": "Who last said where it sends or whether people go with it: it does what they may."})
    state = fields.String(required=True, validate=validate.OneOf(SUBSCRIPTION_STATES))
    reason = fields.String(required=True, allow_none=True)
    failures = fields.Integer(required=True)
    failing_since = fields.DateTime(required=True, allow_none=True)
    due_at = fields.DateTime(required=True)
    created_at = fields.DateTime(required=True)
    updated_at = fields.DateTime(required=True)


class SubscriptionSecret(Subscription):
    secret = fields.String(required=True, metadata={
        "description": "whsec_…, told this once; signs each event (Standard Webhooks)."})


class SubscriptionPage(Answer.from_dict(page_of(Subscription))):  # type: ignore[misc]
    """Subscriptions."""


class DeliveryQuery(PageQuery):
    state = Text(validate=validate.OneOf(DELIVERY_STATES))


class Delivery(Answer):
    id = fields.String(required=True, metadata={"description": "The event's id: the header webhook-id."})
    type = fields.String(required=True)
    lead_id = fields.String(required=True, allow_none=True)
    reject_id = fields.String(required=True, allow_none=True)
    state = fields.String(required=True, validate=validate.OneOf(DELIVERY_STATES))
    attempts = fields.Integer(required=True)
    due_at = fields.DateTime(required=True)
    last_status = fields.Integer(required=True, allow_none=True)
    last_error = fields.String(required=True, allow_none=True)
    delivered_at = fields.DateTime(required=True, allow_none=True)
    created_at = fields.DateTime(required=True)


class DeliveryPage(Answer.from_dict(page_of(Delivery))):  # type: ignore[misc]
    """Deliveries."""


@sent_as({"failed_since": "2026-11-26T09:30:00Z"})
class ReplayWanted(Strict):
    event_id = Id()
    failed_since = Moment()

    @validates_schema
    def one(self, data: dict[str, Any], **_: Any) -> None:
        if len(data) != 1:
            raise ValidationError("Send event_id or failed_since.")


class ReplayCount(Answer):
    events = fields.Integer(required=True)


class TestDelivery(Answer):
    event_id = fields.String(required=True)
    delivered = fields.Boolean(required=True)
    status = fields.Integer(required=True, allow_none=True)
    error = fields.String(required=True, allow_none=True)
    elapsed_ms = fields.Integer(required=True)
