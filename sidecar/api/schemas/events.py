"""What people did, as it is told, and what becomes of it."""

from __future__ import annotations

from typing import Any, Final

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from sidecar.api.examples import LEAD
from sidecar.api.schemas.base import Answer, FieldError, Id, Moment, Strict, Text, Word, clean, sent_as
from sidecar.intake.events import NAMES
from sidecar.terms.states import DELIVERED, EVENTS, IDENTIFY

_MAX_EVENTS: Final = 1000
_MAX_PROPERTIES: Final = 50


class Each(fields.List[Any]):
    """A list of which every element is taken for itself: what is wrong with one stands in its place, as
    {"errors": marshmallow's messages}."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **more: Any) -> list[Any]:
        if not isinstance(value, list):
            raise self.make_error("invalid")
        return [self._taken(element, **more) for element in value]

    def _taken(self, element: Any, **more: Any) -> Any:
        try:
            return self.inner.deserialize(element, **more)
        except ValidationError as error:
            return {"errors": error.messages}


class ExternalId(fields.Field[str]):
    """What another system calls a person, {source, id} or "source:id": as the latter."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **more: Any) -> str:
        if isinstance(value, dict) and value.keys() == {"source", "id"}:
            value = f"{value['source']}:{value['id']}"
        parts = value.partition(":") if isinstance(value, str) else ("", "", "")
        if not all(map(str.strip, parts)) or len(value) > 400:
            raise ValidationError("Send {source, id}, or both with a colon between them.")
        clean(value)
        return f"{parts[0].strip()}:{parts[2].strip()}"


def _scalar(value: Any) -> None:
    if isinstance(value, str):
        clean(value)
        if len(value) > 2000:
            raise ValidationError("Longer than maximum length 2000.")
    elif not (value is None or isinstance(value, bool | int | float)):
        raise ValidationError("Must be a text, a number, true, false or null.")


class EventRequest(Strict):
    lead_id = Id()
    contact_id = Id()
    email = Text(320)
    linkedin_url = Text(500)
    external_id = ExternalId(metadata={
        "type": "string", "description": "What another system calls the person: {source, id}, or"
        " \"source:id\"; as in a lead's external_ids."})
    anonymous_id = Word(200, metadata={"description": "The browser or app; beside a person, or alone."})
    type = Text(required=True, validate=validate.OneOf((*EVENTS, DELIVERED)))
    occurred_at = Moment()
    event_id = Text(200, metadata={"description": "An event with the same id is taken once."})
    message_id = Text(200, metadata={"description": "As event_id, where there is none."})
    properties = fields.Dict(
        keys=Text(100), values=fields.Raw(allow_none=True, validate=_scalar),
        validate=validate.Length(max=_MAX_PROPERTIES), metadata={
            "description": "Such as url, user_agent, ip, method, message_id, machine."})

    @validates_schema
    def whose(self, data: dict[str, Any], **_: Any) -> None:
        named = len(data.keys() & set(NAMES))
        if named > 1 or not (named or "anonymous_id" in data):
            raise ValidationError(f"Send one of {', '.join(NAMES)}, anonymous_id, or one with anonymous_id.")


    @post_load
    def named(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        message_id = data.pop("message_id", None)
        return {"event_id": message_id} | data if message_id else data


@sent_as({"events": [{
    "email": LEAD["email"], "type": "page_view", "occurred_at": "2026-11-26T09:30:00Z",
    "properties": {"url": "https://acme.example/pricing"}}]})
class EventList(Strict):
    events = Each(
        fields.Nested(EventRequest), required=True, validate=validate.Length(min=1, max=_MAX_EVENTS))


class Visit(Strict):
    type = Text(required=True, validate=validate.OneOf(["page_view", IDENTIFY]))
    anonymous_id = Word(100, required=True)
    event_id = Text(100)
    email = Text(320)
    url = Text(2000)
    referrer = Text(2000)
    campaign = fields.Dict(keys=Text(50, validate=validate.Regexp(r"utm_\w+$|gclid$|fbclid$")),
                           values=Text(200), validate=validate.Length(max=20))

    @validates_schema
    def who(self, data: dict[str, Any], **_: Any) -> None:
        if (data["type"] == IDENTIFY) != bool(data.get("email")):
            raise ValidationError("An e-mail address goes with identify alone.", "email")


class Trapped(Schema):
    visitor = Word(100, required=True)


class EventResult(Answer):
    lead_id = fields.String(required=True, allow_none=True)
    outcome = fields.String(required=True, validate=validate.OneOf(["accepted", "unknown", "refused"]))
    errors = fields.List(fields.Nested(FieldError), metadata={"description": "Of a refused one."})


class EventCounts(Answer):
    accepted = fields.Integer(required=True)
    unknown = fields.Integer(required=True)  # type: ignore[assignment]
    refused = fields.Integer(required=True)
    results = fields.List(fields.Nested(EventResult), required=True)


class MailEventCounts(EventCounts):
    ignored = fields.Integer(required=True)
