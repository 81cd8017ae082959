"""Fields and states."""

from __future__ import annotations

from marshmallow import fields, validate

from sidecar.api.schemas.base import Answer, Strict
from sidecar.terms.states import LANGUAGES


class TermsQuery(Strict):
    language = fields.String(load_default=LANGUAGES[0], validate=validate.OneOf(LANGUAGES))


class Term(Answer):
    name = fields.String(required=True)
    label = fields.String(required=True)


class Status(Term):
    open = fields.Boolean(required=True)


class Ground(Term):
    article = fields.String(required=True, metadata={"description": "Its letter in Art. 6(1) GDPR."})


class States(Answer):
    grades = fields.List(fields.Nested(Term), required=True)
    statuses = fields.List(fields.Nested(Status), required=True)
    stages = fields.List(fields.Nested(Term), required=True)
    lanes = fields.List(fields.Nested(Term), required=True)
    events = fields.List(fields.Nested(Term), required=True)
    lead_events = fields.List(fields.Nested(Term), required=True)
    message_kinds = fields.List(fields.Nested(Term), required=True)
    message_states = fields.List(fields.Nested(Term), required=True)
    delivery_states = fields.List(fields.Nested(Term), required=True)
    channels = fields.List(fields.Nested(Term), required=True)
    goals = fields.List(fields.Nested(Term), required=True, metadata={
        "description": "What providers are asked for."})
    purposes = fields.List(fields.Nested(Term), required=True, metadata={
        "description": "What a person refuses or agrees to."})
    grounds = fields.List(fields.Nested(Ground), required=True)
    origins = fields.List(fields.Nested(Term), required=True)
    standings = fields.List(fields.Nested(Term), required=True)
    machines = fields.List(fields.Nested(Term), required=True, metadata={
        "description": "By what an event is known to be a machine's."})


class Field(Term):
    entity = fields.String(required=True, validate=validate.OneOf(["contact", "organization", "lead"]))
    type = fields.String(required=True, validate=validate.OneOf(
        ["text", "integer", "number", "list", "object"]))
    lead = fields.String(required=True, allow_none=True, metadata={
        "description": "What a lead that comes in calls it; null when none can tell it."})
    longest = fields.Integer(required=True, allow_none=True)
    personal = fields.Boolean(required=True)
    derived = fields.Boolean(required=True)
    editable = fields.Boolean(required=True)
    scored = fields.Boolean(required=True)
    choices = fields.List(fields.String(), required=True, allow_none=True)


class Terms(Answer):
    states = fields.Nested(States, required=True)
    fields = fields.List(fields.Nested(Field), required=True)  # type: ignore[assignment]
