"""Pairs of contacts that may be one person."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from sidecar.api.schemas.base import Id, PageQuery, Strict, Text


class DuplicateQuery(PageQuery):
    state = Text(load_default="open", validate=validate.OneOf(["open", "dismissed"]))


class Duplicate(Schema):
    id = fields.String(required=True)
    state = fields.String(required=True)
    score = fields.Float(required=True)
    reasons = fields.List(fields.String(), required=True)
    left = fields.Dict(required=True)
    right = fields.Dict(required=True)
    masked = fields.Boolean()
    created_at = fields.DateTime(required=True)
    decided_by = fields.String(required=True, allow_none=True)
    decided_at = fields.DateTime(required=True, allow_none=True)


class DuplicatePage(Schema):
    data = fields.List(fields.Nested(Duplicate), required=True)
    next = fields.String(required=True, allow_none=True)


class DuplicateSearch(Schema):
    checked = fields.Integer(required=True)
    found = fields.Integer(required=True)
    more = fields.Boolean(required=True)


class MergeRequest(Strict):
    keep = Id(required=True)


class Merged(Schema):
    kept_id = fields.String(required=True)
    lost_id = fields.String(required=True)
    lead_id = fields.String(required=True, allow_none=True)
    archived_lead_id = fields.String(required=True, allow_none=True)


class Dismissed(Schema):
    id = fields.String(required=True)
    state = fields.String(required=True)
