"""What the tools take, read by the API's own fields."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from sidecar.api.schemas.base import Id, QueryWhole, Strict, Text
from sidecar.api.schemas.base import Moment as ApiMoment
from sidecar.api.schemas.leads import LeadFilters
from sidecar.store.leads import SORTS

MOST_LEADS = 25
MOST_CHANGES = 50


class Moment(ApiMoment):
    """A time; models need to be told its form."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more, metadata={
            "description": "ISO 8601 with a zone, e.g. 2026-03-01T00:00:00Z"})


class Reveal(Strict):
    reveal = fields.Boolean(load_default=False, metadata={
        "description": "Show names, addresses and messages of people. Only where the question cannot be"
                       " answered without; needs the scope pii:read."})


class FindLeads(LeadFilters, Reveal):
    sort = Text(load_default="newest", validate=validate.OneOf(SORTS), metadata={
        "description": "score: the best first; lowest: the worst first."})
    limit = QueryWhole(1, MOST_LEADS, load_default=10)
    cursor = Text(200, metadata={"description": "`next` of the page before; all else stays as it was."})


class OneLead(Reveal):
    lead_id = Id(required=True)


class ExplainScore(Strict):
    lead_id = Id(required=True)
    at = Moment()


class WhatChanged(Reveal):
    lead_id = Id()
    since = Moment()
    limit = QueryWhole(1, MOST_CHANGES, load_default=25)

    @validates_schema
    def one_of_both(self, data: dict[str, Any], **_: Any) -> None:
        if ("lead_id" in data) == ("since" in data):
            raise ValidationError("Give lead_id (of one lead) or since (of all leads).")


class Company(Reveal):
    company_id = Id()
    name = Text(100, metadata={"description": "A part of its name or domain."})

    @validates_schema
    def one_of_both(self, data: dict[str, Any], **_: Any) -> None:
        if ("company_id" in data) == ("name" in data):
            raise ValidationError("Give company_id or name.")


class Spend(Strict):
    days = QueryWhole(1, 365, load_default=30)
