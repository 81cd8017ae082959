"""The routing model."""

from __future__ import annotations

from marshmallow import fields, validate

from sidecar.api.schemas.base import Answer, PageQuery, Strict, Text, Whole, page_of
from sidecar.api.schemas.scoring import VersionAdd, VersionBrief, VersionSaid
from sidecar.terms.states import ROUTING_STATES


class RoutingAdd(VersionAdd):
    pass


class RoutingQuery(PageQuery):
    state = Text(validate=validate.OneOf(ROUTING_STATES))


class RoutingSimulationWanted(Strict):
    days = Whole(1, 365, load_default=30)
    leads = Whole(1, 5000, load_default=2000)


class RoutingBrief(VersionBrief):
    model_version = fields.String(required=True, metadata={"description": "As assignments name it."})
    state = fields.String(required=True, validate=validate.OneOf(ROUTING_STATES))


class RoutingModel(RoutingBrief, VersionSaid):
    pass


class RoutingPage(Answer.from_dict(page_of(RoutingBrief))):  # type: ignore[misc]
    """Versions of the routing model."""


class PersonsShare(Answer):
    owner = fields.String(required=True)
    before = fields.Integer(required=True)
    after = fields.Integer(required=True)


class RulesShare(Answer):
    rule = fields.String(required=True, metadata={
        "description": "A rule's name; account: whoever has the account; otherwise: no rule is for it."})
    before = fields.Integer(required=True)
    after = fields.Integer(required=True)


class RoutedTo(Answer):
    rule = fields.String(required=True)
    owner = fields.String(required=True)
    reason = fields.String(required=True)


class RoutingChange(Answer):
    lead_id = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)
    company = fields.String(required=True, allow_none=True)
    from_ = fields.Nested(RoutedTo, required=True, data_key="from", attribute="from")
    to = fields.Nested(RoutedTo, required=True)


class RoutingSimulation(Answer):
    model_version = fields.String(required=True)
    days = fields.Integer(required=True)
    leads = fields.Integer(required=True)
    of = fields.Integer(required=True)
    changed = fields.Integer(required=True)
    people = fields.List(fields.Nested(PersonsShare), required=True)
    rules = fields.List(fields.Nested(RulesShare), required=True)
    leads_changed = fields.List(fields.Nested(RoutingChange), required=True)
