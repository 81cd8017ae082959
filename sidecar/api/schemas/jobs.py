"""Files of leads."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from sidecar.api.schemas.base import FieldError, PageQuery, Strict, Text
from sidecar.store.work import LANES

JOB_STATES = ("queued", "running", "done", "failed", "cancelled")


class ImportOptions(Strict):
    mapping = Text(20_000)
    unknown_columns = Text(load_default="custom", validate=validate.OneOf(["custom", "ignore"]))
    source = Text(100, load_default="import", validate=validate.Length(min=1))
    lane = Text(load_default="bulk", validate=validate.OneOf(LANES))
    dry_run = fields.Boolean(load_default=False)


class JobQuery(PageQuery):
    state = Text(validate=validate.OneOf(JOB_STATES))


class JobCounts(Schema):
    total = fields.Integer(required=True, allow_none=True)
    handled = fields.Integer(required=True)
    created = fields.Integer(required=True)
    updated = fields.Integer(required=True)
    rejected = fields.Integer(required=True)
    suppressed = fields.Integer(required=True)


class JobColumn(Schema):
    column = fields.String(required=True)
    field = fields.String(required=True, allow_none=True)
    how = fields.String(
        required=True, validate=validate.OneOf(["given", "guessed", "custom", "ignored"]))


class JobProblem(Schema):
    line = fields.Integer(required=True)
    errors = fields.List(fields.Nested(FieldError), required=True)


class Job(Schema):
    id = fields.String(required=True)
    kind = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(JOB_STATES))
    dry_run = fields.Boolean(required=True)
    lane = fields.String(required=True)
    source = fields.String()
    created_by = fields.String(required=True)
    driver = fields.String(required=True, validate=validate.OneOf(["steps", "command line"]))
    counts = fields.Nested(JobCounts, required=True)
    progress = fields.Float(required=True)
    columns = fields.List(fields.Nested(JobColumn))
    problems = fields.List(fields.Nested(JobProblem))
    error = fields.String(required=True, allow_none=True)
    created_at = fields.String(required=True)
    updated_at = fields.String(required=True)


class JobAnswer(Schema):
    job = fields.Nested(Job, required=True, allow_none=True)
